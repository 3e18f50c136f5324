"""The fits of a search, made ahead: the models of all candidates as populations.

Each fold is a population of its own: its members see the rows that single fits would
see, in the same batches and order. (One population over all folds, with weights of 0
for the rows left out, would change the batches, and with them the results.)
"""

import collections
import random
import time

import joblib
from sklearn.base import clone
from sklearn.utils.metaestimators import _safe_split
from sklearn.utils.validation import _check_method_params

from ranvier.estimators._keras import KerasClassifier, KerasRegressor
from ranvier.training.population import train_group

# What members of one call may differ in.
_OF_MEMBERS = {"x", "epochs", "callbacks", "verbose"}


def can_fit_ahead(estimator):
    """Tells whether the fits of an estimator are those of one model each."""
    kind = type(estimator)
    methods = "fit", "_fit", "_prepare", "_conclude"
    for known in (KerasClassifier, KerasRegressor):
        if isinstance(estimator, known):
            own = any(getattr(kind, m) is not getattr(known, m) for m in methods)
            return not own and getattr(estimator, "calibration", None) is None
    return False


class Fit:
    """One candidate on the training rows of one fold.

    Args:
        estimator: the candidate.
        data: `(X, y, fit_params)` of the fold.
    """

    def __init__(self, estimator, data):
        X, y, params = data
        params = dict(params)
        self.estimator = estimator
        self.error = None
        weight = params.pop("sample_weight", None)
        try:
            with estimator._seeded():
                self.arguments = estimator._prepare(X, y, weight, False, params)
                self.state = random.getstate()  # the order of samples follows
        except Exception as error:
            self.error = error

    def group(self):
        """Returns what fits have in common that one call may train."""
        shared = {k: v for k, v in self.arguments.items() if k not in _OF_MEMBERS}
        try:
            return joblib.hash(shared)
        except Exception:  # something that cannot be pickled
            return id(self)

    def end(self, result):
        """Takes over what became of the model."""
        self.error = result.error
        if self.error is None:
            self.estimator._conclude(result.history)

    def given_to(self, estimator):
        """Fits another copy of the candidate with what is known here.

        Raises:
            Exception: what a fit would have raised.
        """
        if self.error is not None:
            raise self.error
        vars(estimator).update(vars(self.estimator))
        return estimator


def fit_ahead(estimator, candidates, splits, X, y, params, threads=None):
    """Makes the fits of all candidates on all folds.

    Args:
        estimator: the estimator, without the candidates' parameters.
        candidates: list of dictionaries of parameters.
        splits: list of `(train, test)`.
        X: inputs.
        y: targets.
        params: further arguments of `fit`.
        threads: how many programs run at a time; None for one a core.

    Returns:
        `(fits, seconds)`: a queue of `Fit`, fold by fold of one candidate after
        another; and what one took on average.
    """
    start = time.perf_counter()
    columns = []
    for rows, _ in splits:
        data = (
            *_safe_split(estimator, X, y, rows),
            _check_method_params(X, params=params, indices=rows),
        )
        fits = [
            Fit(clone(estimator).set_params(**clone(candidate, safe=False)), data)
            for candidate in candidates
        ]
        _train(fits, threads)
        columns.append(fits)
    queue = collections.deque(fit for row in zip(*columns, strict=True) for fit in row)
    return queue, (time.perf_counter() - start) / max(1, len(queue))


def _train(fits, threads):
    """Trains the models of one fold, those of equal data and arguments together."""
    groups: dict = {}
    state = random.getstate()
    for fit in fits:
        if fit.error is None:
            if fit.estimator.random_state is None:
                fit.state = state  # any order is as good, one for all is faster
            groups.setdefault(fit.group(), []).append(fit)
    for group in groups.values():
        arguments = [fit.arguments for fit in group]
        shared = {k: v for k, v in arguments[0].items() if k not in _OF_MEMBERS}
        try:
            results = train_group(
                [fit.estimator.model_ for fit in group],
                arguments[0]["x"],
                epochs=[given["epochs"] for given in arguments],
                callbacks_of=lambda i, given=arguments: given[i]["callbacks"],
                random_states=[fit.state for fit in group],
                threads=threads,
                **shared,
            )
        except Exception as error:  # data that `fit` would refuse
            for fit in group:
                fit.error = error
        else:
            for fit, result in zip(group, results, strict=True):
                fit.end(result)
