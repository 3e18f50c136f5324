"""SklearnTuner: cross-validated search of scikit-learn models."""

import inspect
import os
import pickle

import numpy as np

from ranvier.core import _errors
from ranvier.core._files import atomic_path
from ranvier.tuner._base_tuner import BaseTuner


class SklearnTuner(BaseTuner):
    """Searches scikit-learn models by the mean score of a cross-validation.

    Args:
        oracle: an `Oracle` whose objective is `Objective("score", "max")`.
        hypermodel: a function `build(hp)` that returns a model, or a `HyperModel`.
        scoring: a scorer (`sklearn.metrics.make_scorer`), or the name of one; else the
            model's own `score` counts.
        metrics: functions `metric(y, predictions)` to record besides.
        cv: a splitter; five shuffled folds if None.
        **kwargs: as `Tuner`: `directory`, `project_name`, `overwrite`.

    Raises:
        ImportError: if scikit-learn is not installed.

    Example:
        >>> from sklearn import datasets, linear_model
        >>> from ranvier import tuner
        >>> def build(hp):
        ...     return linear_model.RidgeClassifier(
        ...         alpha=hp.Float("alpha", 1e-3, 1.0, sampling="log")
        ...     )
        >>> search = SklearnTuner(
        ...     tuner.oracles.RandomSearchOracle(
        ...         tuner.Objective("score", "max"), max_trials=3
        ...     ),
        ...     build,
        ... )
        >>> search.oracle.verbose = 0
        >>> search.search(*datasets.load_iris(return_X_y=True))
        >>> search.oracle.get_best_trials(1)[0].score > 0.7
        True
    """

    def __init__(
        self, oracle, hypermodel, scoring=None, metrics=None, cv=None, **kwargs
    ):
        selection = _errors.require("sklearn.model_selection", "sklearn")
        super().__init__(oracle=oracle, hypermodel=hypermodel, **kwargs)
        if isinstance(scoring, str):
            scoring = _errors.require("sklearn.metrics", "sklearn").get_scorer(scoring)
        self.scoring = scoring
        if metrics is None or isinstance(metrics, (list, tuple)):
            self.metrics = list(metrics or ())
        else:
            self.metrics = [metrics]
        self.cv = cv or selection.KFold(5, shuffle=True, random_state=1)

    def search(self, X, y, sample_weight=None, groups=None):
        """Runs trials until the oracle has no more.

        Args:
            X: inputs, as for the models' `fit`.
            y: targets, likewise.
            sample_weight: optional weights, for models that take them.
            groups: optional group of each sample, for splitters that ask for it.
        """
        super().search(X, y, sample_weight=sample_weight, groups=groups)

    def run_trial(self, trial, X, y, sample_weight=None, groups=None):
        """Returns the mean metrics of a trial over the folds."""
        results = {}
        for train, test in self.cv.split(X, y, groups):
            model = self.hypermodel.build(trial.hyperparameters)
            weights = _weights(sample_weight, train, _takes_weights(model))
            model.fit(split_data(X, train), split_data(y, train), **weights)
            for name, value in self._measure(model, X, y, sample_weight, test):
                results.setdefault(name, []).append(value)
        self.save_model(trial.trial_id, model)
        return {name: np.mean(values) for name, values in results.items()}

    def _measure(self, model, X, y, sample_weight, test):
        x, y = split_data(X, test), split_data(y, test)
        weights = _weights(sample_weight, test)
        scoring = type(model).score if self.scoring is None else self.scoring
        yield "score", scoring(model, x, y, **weights)
        if self.metrics:
            predictions = model.predict(x)
            for metric in self.metrics:
                yield metric.__name__, metric(y, predictions, **weights)

    def save_model(self, trial_id, model, step=0):
        """Saves the model of a trial (that of its last fold)."""
        fname = os.path.join(self.get_trial_dir(trial_id), "model.pickle")
        with atomic_path(fname) as temporary:
            temporary.write_bytes(pickle.dumps(model))

    def load_model(self, trial):
        """Returns the model of a trial. Its file is a pickle: load your own only."""
        fname = os.path.join(self.get_trial_dir(trial.trial_id), "model.pickle")
        with open(fname, "rb") as file:
            return pickle.load(file)


def split_data(data, indices):
    """Returns some rows of an array, table, sparse matrix or list.

    Raises:
        TypeError: for anything else.
    """
    if hasattr(data, "iloc"):
        return data.iloc[indices]
    if isinstance(data, (list, tuple)):
        return [data[i] for i in indices]
    if hasattr(data, "shape") and hasattr(data, "__getitem__"):
        return data[indices]
    raise TypeError(
        "Expected the data to be arrays, tables, sparse matrices or lists. Received: "
        f"{type(data).__name__}"
    )


def _takes_weights(model):
    return "sample_weight" in inspect.signature(model.fit).parameters


def _weights(sample_weight, indices, are_taken=True):
    if sample_weight is None or not are_taken:
        return {}
    return {"sample_weight": split_data(sample_weight, indices)}
