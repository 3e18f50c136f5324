"""Margin losses: correct predictions cost nothing beyond a margin."""

from ranvier import ops
from ranvier.core._registry import builtin
from ranvier.losses._crossentropy import as_probabilities
from ranvier.losses._loss import BuiltinLoss


def _margins(y_true, y_pred):
    """Returns `max(1 - y_true * y_pred, 0)`, labels 0 and 1 read as -1 and 1."""
    y_true, y_pred = as_probabilities(y_true, y_pred)
    is_binary = ops.all(ops.logical_or(ops.equal(y_true, 0), ops.equal(y_true, 1)))
    y_true = ops.where(is_binary, 2.0 * y_true - 1.0, y_true)
    return ops.maximum(1.0 - y_true * y_pred, 0.0)


@builtin("keras.losses")
def hinge(y_true, y_pred):
    """Computes `mean(max(1 - y_true * y_pred, 0))` over the last axis.

    Args:
        y_true: targets, -1 and 1; if all are 0 or 1, 0 means -1.
        y_pred: predictions of the same shape.

    Example:
        >>> from ranvier import losses
        >>> losses.hinge([[1.0, -1.0]], [[0.5, 0.5]]).tolist()
        [1.0]
    """
    return ops.mean(_margins(y_true, y_pred), axis=-1)


@builtin("keras.losses")
def squared_hinge(y_true, y_pred):
    """Computes `mean(max(1 - y_true * y_pred, 0)²)` over the last axis.

    Args:
        y_true: targets, -1 and 1; if all are 0 or 1, 0 means -1.
        y_pred: predictions of the same shape.

    Example:
        >>> from ranvier import losses
        >>> losses.squared_hinge([[1.0, -1.0]], [[0.5, 0.5]]).tolist()
        [1.25]
    """
    return ops.mean(ops.square(_margins(y_true, y_pred)), axis=-1)


@builtin("keras.losses")
def categorical_hinge(y_true, y_pred):
    """Computes `max(n - p + 1, 0)`.

    `p` is the prediction for the true class, `n` the largest one for another.

    Args:
        y_true: one-hot rows.
        y_pred: predictions of the same shape.

    Example:
        >>> from ranvier import losses
        >>> losses.categorical_hinge([[0.0, 1.0]], [[0.75, 0.25]]).tolist()
        [1.5]
    """
    y_true, y_pred = as_probabilities(y_true, y_pred)
    positive = ops.sum(y_true * y_pred, axis=-1)
    negative = ops.max((1.0 - y_true) * y_pred, axis=-1)
    return ops.maximum(negative - positive + 1.0, 0.0)


@builtin("keras.losses")
class Hinge(BuiltinLoss):
    """Mean of `max(1 - y_true * y_pred, 0)`.

    Args:
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Example:
        >>> float(Hinge()([[1.0, -1.0]], [[0.5, 0.5]]))
        1.0
    """

    def __init__(self, reduction="sum_over_batch_size", name="hinge", dtype=None):
        super().__init__(hinge, reduction, name, dtype)


@builtin("keras.losses")
class SquaredHinge(BuiltinLoss):
    """Mean of `max(1 - y_true * y_pred, 0)²`.

    Args:
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Example:
        >>> float(SquaredHinge()([[1.0, -1.0]], [[0.5, 0.5]]))
        1.25
    """

    def __init__(
        self, reduction="sum_over_batch_size", name="squared_hinge", dtype=None
    ):
        super().__init__(squared_hinge, reduction, name, dtype)


@builtin("keras.losses")
class CategoricalHinge(BuiltinLoss):
    """Margin between the true class and the best other one.

    Args:
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Example:
        >>> float(CategoricalHinge()([[0.0, 1.0]], [[0.75, 0.25]]))
        1.5
    """

    def __init__(
        self, reduction="sum_over_batch_size", name="categorical_hinge", dtype=None
    ):
        super().__init__(categorical_hinge, reduction, name, dtype)
