"""PopulationSearchCV: candidates and folds side by side, programs shared."""

import joblib
from sklearn.model_selection import RandomizedSearchCV


class PopulationSearchCV(RandomizedSearchCV):
    """Random search whose candidates and folds train side by side in one process.

    The interface is that of `sklearn.model_selection.RandomizedSearchCV`, and so are
    the candidates and results for the same `random_state`. The fits run on as many
    threads as there are cores, or `n_jobs`: compiled epochs leave Python's lock alone,
    nothing is copied to other processes, and estimators of one structure (the same
    layers; other rates, penalties, momenta) compile once for all.

    Args:
        estimator: an estimator, such as `MLPRegressor` or a pipeline with one.
        param_distributions: as in `RandomizedSearchCV`, like all that follow.
        n_iter: number of candidates.
        scoring: the score.
        n_jobs: threads; None for one a core.
        refit: fit the best candidate on all data.
        cv: folds.
        verbose: how much to tell.
        pre_dispatch: fits that are prepared ahead.
        random_state: seed of the candidates.
        error_score: score of a fit that fails.
        return_train_score: whether to score on the training data too.

    Attributes:
        cv_results_: scores and times of each candidate.
        best_params_: the best candidate.
        best_score_: its score.
        best_estimator_: fitted on all data.

    Example:
        >>> import numpy as np
        >>> from ranvier.estimators import MLPRegressor
        >>> X = np.linspace(-1, 1, 40)[:, None]
        >>> net = MLPRegressor(hidden_layer_sizes=4, solver="lbfgs", random_state=0)
        >>> search = PopulationSearchCV(net, {"alpha": [0.1, 1e-3]}, n_iter=2, cv=2)
        >>> search.fit(X, X[:, 0]).best_params_
        {'alpha': 0.001}
    """

    def fit(self, X, y=None, **params):
        """Runs the search.

        Args:
            X: inputs.
            y: targets.
            **params: as in `RandomizedSearchCV.fit`.

        Returns:
            The search.
        """
        with joblib.parallel_config(backend="threading", n_jobs=-1):
            return super().fit(X, y, **params)
