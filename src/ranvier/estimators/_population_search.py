"""PopulationSearchCV: candidates and folds side by side, programs shared."""

import joblib
from sklearn import get_config
from sklearn.base import clone, is_classifier
from sklearn.model_selection import ParameterSampler, RandomizedSearchCV, check_cv
from sklearn.utils import indexable
from sklearn.utils.validation import _check_method_params

from ranvier.estimators._population_fits import can_fit_ahead, fit_ahead


class PopulationSearchCV(RandomizedSearchCV):
    """Random search whose candidates and folds train side by side in one process.

    The interface is that of `sklearn.model_selection.RandomizedSearchCV`, and so are
    the candidates and results for the same `random_state`.

    For `KerasClassifier` and `KerasRegressor` (without calibration) the models of all
    candidates are trained fold by fold as populations: models of one structure (the
    same layers; other rates, penalties, momenta) in one program. Fits of other
    estimators run on threads: compiled epochs leave Python's lock alone, nothing is
    copied to other processes, and estimators of one structure compile once for all.

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
        routed = get_config()["enable_metadata_routing"]
        if can_fit_ahead(self.estimator) and not routed:
            return self._fit_populations(X, y, params)
        with joblib.parallel_config(backend="threading", n_jobs=-1):
            return super().fit(X, y, **params)

    def _fit_populations(self, X, y, params):
        """Trains populations, then lets scikit-learn score what they have become."""
        self._validate_params()
        X, y = indexable(X, y)
        given = {k: v for k, v in params.items() if k != "groups"}
        given = _check_method_params(X, params=given)
        cv = check_cv(self.cv, y, classifier=is_classifier(self.estimator))
        splits = list(cv.split(X, y, params.get("groups")))
        sampler = ParameterSampler(
            self.param_distributions, self.n_iter, random_state=self.random_state
        )
        candidates = list(sampler)
        threads = self.n_jobs if self.n_jobs and self.n_jobs > 0 else None
        estimator = clone(self.estimator)
        estimator._ahead, seconds = fit_ahead(
            estimator, candidates, splits, X, y, given, threads
        )
        own = {"estimator": estimator, "cv": splits, "n_jobs": 1}
        search = _Scoring(**{**self.get_params(deep=False), **own})
        search.candidates = candidates
        search.fit(X, y, **params)
        found = {k: v for k, v in vars(search).items() if k.endswith("_")}
        vars(self).update(found)
        self.cv_results_["mean_fit_time"] += seconds
        return self


class _Scoring(RandomizedSearchCV):
    """The search over candidates that have been drawn, and fitted, before."""

    def _run_search(self, evaluate_candidates):
        evaluate_candidates(self.candidates)
