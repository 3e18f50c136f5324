"""Probabilities fitted to held-out data."""

import numpy as np
import scipy.optimize
from scipy.special import expit, log_softmax, logsumexp, softmax
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_random_state, indexable

from ranvier.core._arguments import require

METHODS = ("temperature", "sigmoid", "isotonic")


def check_calibration(method) -> None:
    """Raises unless a method is None or one of those there are.

    Raises:
        ValueError: naming them.
    """
    require(
        "None or one of " + ", ".join(map(repr, METHODS)),
        lambda value: value is None or value in METHODS,
        {"calibration": method},
    )


def hold_out(estimator, X, y, sample_weight, fraction):
    """Returns `(X, y, weights)` to train on, and those to calibrate with."""
    X, y, sample_weight = indexable(X, y, sample_weight)
    arrays = [X, y] if sample_weight is None else [X, y, sample_weight]
    stratified = type_of_target(y) in ("binary", "multiclass")
    parts = train_test_split(
        *arrays,
        test_size=fraction,
        random_state=check_random_state(estimator.random_state),
        stratify=y if stratified else None,
    )
    if sample_weight is None:
        parts += [None, None]
    return parts[::2], parts[1::2]


def make_calibrator(method, scores, targets, sample_weight=None):
    """Returns the function from scores to probabilities that fits targets.

    Args:
        method: one of `METHODS`.
        scores: log-odds in one column a label, or one score a class.
        targets: of the same number of columns, 0 and 1; or codes in one column.
        sample_weight: weight of each sample, or None.
    """
    scores = scores.astype(np.float64)
    exclusive = scores.shape[1] > 1 and targets.shape[1] == 1
    if method == "temperature":
        return Temperature(scores, targets, sample_weight, exclusive)
    if exclusive:
        targets = targets == np.arange(scores.shape[1])
    return ByColumn(method, scores, targets, sample_weight, exclusive)


class Temperature:
    """One number that all scores are divided by: the order of classes stays."""

    def __init__(self, scores, targets, weights, exclusive):
        self.exclusive = exclusive

        def loss(log_temperature):
            scaled = scores * np.exp(-log_temperature)
            if exclusive:
                rows = np.take_along_axis(log_softmax(scaled, axis=1), targets, axis=1)
                losses = -rows[:, 0]
            else:
                losses = (np.logaddexp(0, scaled) - targets * scaled).sum(axis=1)
            return np.average(losses, weights=weights)

        result = scipy.optimize.minimize_scalar(loss, bounds=(-5, 5), method="bounded")
        self.temperature = float(np.exp(result.x))

    def __call__(self, scores):
        scaled = scores / self.temperature
        if self.exclusive:
            return softmax(scaled, axis=1)
        return _columns(expit(scaled))


class ByColumn:
    """A rising function a column: a sigmoid, or one with steps."""

    def __init__(self, method, scores, targets, weights, exclusive):
        self.exclusive = exclusive
        fit_one = {"sigmoid": _Sigmoid, "isotonic": _Isotonic}[method]
        if exclusive:
            scores = _odds(scores)
        self.functions = [
            fit_one(scores[:, i], targets[:, i], weights)
            for i in range(scores.shape[1])
        ]

    def __call__(self, scores):
        if self.exclusive:
            scores = _odds(scores)
        columns = [f(scores[:, i]) for i, f in enumerate(self.functions)]
        result = np.stack(columns, axis=1)
        if not self.exclusive:
            return _columns(result)
        total = result.sum(axis=1, keepdims=True)
        return np.where(
            total > 0, result / np.where(total > 0, total, 1), 1 / result.shape[1]
        )


class _Sigmoid:
    def __init__(self, scores, targets, weights):
        self.model = None
        self.share = float(np.average(targets, weights=weights))
        if 0 < self.share < 1:
            self.model = LogisticRegression(C=1e6)
            self.model.fit(scores[:, None], targets.astype(int), weights)

    def __call__(self, scores):
        if self.model is None:
            return np.full(len(scores), self.share)
        return self.model.predict_proba(scores[:, None])[:, 1]


class _Isotonic:
    def __init__(self, scores, targets, weights):
        self.model = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip")
        self.model.fit(scores, targets.astype(float), weights)

    def __call__(self, scores):
        return self.model.predict(scores)


def _odds(scores):
    """Returns the log-odds of each class against all others."""
    rest = np.stack(
        [
            logsumexp(np.delete(scores, i, axis=1), axis=1)
            for i in range(scores.shape[1])
        ],
        axis=1,
    )
    return scores - rest


def _columns(positive):
    if positive.shape[1] > 1:
        return positive
    return np.concatenate([1 - positive, positive], axis=1)
