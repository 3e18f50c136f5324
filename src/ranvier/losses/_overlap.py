"""Losses of overlapping regions, for segmentation."""

from ranvier import ops
from ranvier.core import _config
from ranvier.core._arguments import optional, require_axes, require_nonnegative
from ranvier.core._dynamic import Dynamic
from ranvier.core._registry import builtin
from ranvier.losses._crossentropy import as_probabilities
from ranvier.losses._loss import BuiltinLoss


@builtin("keras.losses")
def dice(y_true, y_pred, axis=None):
    """Computes `1 - 2 sum(y_true * y_pred) / (sum(y_true) + sum(y_pred))`.

    Args:
        y_true: targets, 0 or 1.
        y_pred: probabilities of the same shape.
        axis: axes of the sums; None for all.

    Example:
        >>> from ranvier import losses
        >>> round(float(losses.dice([1.0, 0.0], [1.0, 1.0])), 3)
        0.333
    """
    y_true, y_pred = as_probabilities(y_true, y_pred)
    both = ops.sum(y_true * y_pred, axis=axis)
    total = ops.sum(y_true, axis=axis) + ops.sum(y_pred, axis=axis)
    return 1 - 2.0 * both / (total + _config.epsilon())


@builtin("keras.losses")
def tversky(y_true, y_pred, alpha=0.5, beta=0.5, axis=None):
    """Computes `1 - b / (b + alpha * m + beta * f)`.

    `b` is the overlap, `m` what the predictions miss and `f` what they add
    (https://arxiv.org/abs/1706.05721).

    Args:
        y_true: targets, 0 or 1.
        y_pred: probabilities of the same shape.
        alpha: weight of what is missed.
        beta: weight of what is added.
        axis: axes of the sums; None for all.

    Example:
        >>> from ranvier import losses
        >>> round(float(losses.tversky([1.0, 0.0], [1.0, 1.0])), 3)
        0.333
    """
    y_true, y_pred = as_probabilities(y_true, y_pred)
    both = ops.sum(y_true * y_pred, axis=axis)
    missed = ops.sum((1 - y_pred) * y_true, axis=axis)
    added = ops.sum(y_pred * (1 - y_true), axis=axis)
    return 1 - both / (both + missed * alpha + added * beta + _config.epsilon())


@builtin("keras.losses")
class Dice(BuiltinLoss):
    """One minus the Dice coefficient of two regions.

    Args:
        reduction: see `Loss`.
        name: see `Loss`.
        axis: axes of the sums; None for all.
        dtype: see `Loss`.

    Raises:
        ValueError: for an argument that has no meaning.

    Example:
        >>> round(float(Dice()([1.0, 0.0], [1.0, 1.0])), 3)
        0.333
    """

    def __init__(
        self, reduction="sum_over_batch_size", name="dice", axis=None, dtype=None
    ):
        optional(require_axes, axis=axis)
        super().__init__(dice, reduction, name, dtype, axis=axis)


@builtin("keras.losses")
class Tversky(BuiltinLoss):
    """One minus the Tversky index of two regions.

    Args:
        alpha: weight of what the predictions miss.
        beta: weight of what they add.
        reduction: see `Loss`.
        name: see `Loss`.
        axis: axes of the sums; None for all.
        dtype: see `Loss`.

    Raises:
        ValueError: for an argument that has no meaning.

    Example:
        >>> round(float(Tversky()([1.0, 0.0], [1.0, 1.0])), 3)
        0.333
    """

    alpha = Dynamic()
    beta = Dynamic()

    def __init__(
        self,
        alpha=0.5,
        beta=0.5,
        reduction="sum_over_batch_size",
        name="tversky",
        axis=None,
        dtype=None,
    ):
        require_nonnegative(alpha=alpha, beta=beta)
        optional(require_axes, axis=axis)
        super().__init__(
            tversky, reduction, name, dtype, alpha=alpha, beta=beta, axis=axis
        )
