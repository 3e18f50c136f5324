"""Losses between numbers: squared, absolute, relative, robust errors."""

import math

from ranvier import ops
from ranvier.core import _config
from ranvier.core._arguments import optional, require_axes, require_positive
from ranvier.core._dynamic import Dynamic
from ranvier.core._registry import builtin
from ranvier.losses._loss import BuiltinLoss
from ranvier.losses._reduction import (
    require_broadcastable,
    squeeze_or_expand_to_same_rank,
)


def aligned(y_true, y_pred):
    """Returns both as tensors of one dtype (that of `y_pred`) and one rank."""
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.convert_to_tensor(y_true, dtype=y_pred.dtype)
    y_true, y_pred = squeeze_or_expand_to_same_rank(y_true, y_pred)
    require_broadcastable(y_true=y_true, y_pred=y_pred)
    return y_true, y_pred


@builtin("keras.losses")
def mean_squared_error(y_true, y_pred):
    """Computes `mean((y_true - y_pred)²)` over the last axis.

    Args:
        y_true: targets.
        y_pred: predictions of the same shape.

    Example:
        >>> from ranvier import losses
        >>> losses.mean_squared_error([[0.0, 2.0]], [[1.0, 2.0]]).tolist()
        [0.5]
    """
    y_true, y_pred = aligned(y_true, y_pred)
    return ops.mean(ops.square(y_true - y_pred), axis=-1)


@builtin("keras.losses")
def mean_absolute_error(y_true, y_pred):
    """Computes `mean(|y_true - y_pred|)` over the last axis.

    Args:
        y_true: targets.
        y_pred: predictions of the same shape.

    Example:
        >>> from ranvier import losses
        >>> losses.mean_absolute_error([[0.0, 2.0]], [[1.0, 2.0]]).tolist()
        [0.5]
    """
    y_true, y_pred = aligned(y_true, y_pred)
    return ops.mean(ops.abs(y_true - y_pred), axis=-1)


@builtin("keras.losses")
def mean_absolute_percentage_error(y_true, y_pred):
    """Computes `100 * mean(|y_true - y_pred| / |y_true|)` over the last axis.

    Args:
        y_true: targets; zeros count as `epsilon()`.
        y_pred: predictions of the same shape.

    Example:
        >>> from ranvier import losses
        >>> losses.mean_absolute_percentage_error([[1.0, 2.0]], [[2.0, 2.0]]).tolist()
        [50.0]
    """
    y_true, y_pred = aligned(y_true, y_pred)
    size = ops.maximum(ops.abs(y_true), _config.epsilon())
    return 100.0 * ops.mean(ops.abs((y_true - y_pred) / size), axis=-1)


@builtin("keras.losses")
def mean_squared_logarithmic_error(y_true, y_pred):
    """Computes `mean((log(y_true + 1) - log(y_pred + 1))²)` over the last axis.

    Args:
        y_true: targets; those below `epsilon()` count as `epsilon()`.
        y_pred: predictions of the same shape, likewise.

    Example:
        >>> from ranvier import losses
        >>> losses.mean_squared_logarithmic_error([[1.0]], [[1.0]]).tolist()
        [0.0]
    """
    y_true, y_pred = aligned(y_true, y_pred)
    log_true = ops.log(ops.maximum(y_true, _config.epsilon()) + 1.0)
    log_pred = ops.log(ops.maximum(y_pred, _config.epsilon()) + 1.0)
    return ops.mean(ops.square(log_pred - log_true), axis=-1)


@builtin("keras.losses")
def huber(y_true, y_pred, delta=1.0):
    """Computes the mean of `e²/2` for errors up to `delta`, linear beyond.

    An error `e` above `delta` costs `delta * (|e| - delta / 2)`.

    Args:
        y_true: targets.
        y_pred: predictions of the same shape.
        delta: where the cost becomes linear.

    Example:
        >>> from ranvier import losses
        >>> losses.huber([[0.0, 0.0]], [[1.0, 3.0]]).tolist()
        [1.5]
    """
    y_true, y_pred = aligned(y_true, y_pred)
    delta = ops.cast(delta, y_pred.dtype)
    error = ops.abs(y_pred - y_true)
    quadratic = 0.5 * ops.square(error)
    linear = error * delta - 0.5 * ops.square(delta)
    return ops.mean(ops.where(error <= delta, quadratic, linear), axis=-1)


@builtin("keras.losses")
def log_cosh(y_true, y_pred):
    """Computes `mean(log(cosh(y_pred - y_true)))` over the last axis.

    It is about `e²/2` for small errors and `|e| - log(2)` for large ones.

    Args:
        y_true: targets.
        y_pred: predictions of the same shape.

    Example:
        >>> from ranvier import losses
        >>> losses.log_cosh([[0.0]], [[0.0]]).tolist()
        [0.0]
    """
    y_true, y_pred = aligned(y_true, y_pred)
    error = y_pred - y_true
    return ops.mean(error + ops.softplus(-2.0 * error) - math.log(2.0), axis=-1)


@builtin("keras.losses")
def cosine_similarity(y_true, y_pred, axis=-1):
    """Computes minus the cosine of the angle between targets and predictions.

    Args:
        y_true: targets.
        y_pred: predictions of the same shape.
        axis: axis of the vectors.

    Returns:
        Numbers from -1 (same direction) to 1 (opposite).

    Example:
        >>> from ranvier import losses
        >>> losses.cosine_similarity([[1.0, 0.0]], [[2.0, 0.0]]).tolist()
        [-1.0]
    """
    y_true, y_pred = aligned(y_true, y_pred)
    cosines = ops.normalize(y_true, axis=axis) * ops.normalize(y_pred, axis=axis)
    return -ops.sum(cosines, axis=axis)


@builtin("keras.losses")
class MeanSquaredError(BuiltinLoss):
    """Mean of `(y_true - y_pred)²`.

    Args:
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Example:
        >>> float(MeanSquaredError()([[0.0, 2.0]], [[1.0, 2.0]]))
        0.5
    """

    def __init__(
        self, reduction="sum_over_batch_size", name="mean_squared_error", dtype=None
    ):
        super().__init__(mean_squared_error, reduction, name, dtype)


@builtin("keras.losses")
class MeanAbsoluteError(BuiltinLoss):
    """Mean of `|y_true - y_pred|`.

    Args:
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Example:
        >>> float(MeanAbsoluteError()([[0.0, 2.0]], [[1.0, 2.0]]))
        0.5
    """

    def __init__(
        self, reduction="sum_over_batch_size", name="mean_absolute_error", dtype=None
    ):
        super().__init__(mean_absolute_error, reduction, name, dtype)


@builtin("keras.losses")
class MeanAbsolutePercentageError(BuiltinLoss):
    """Mean of `100 * |y_true - y_pred| / |y_true|`.

    Args:
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Example:
        >>> float(MeanAbsolutePercentageError()([[1.0, 2.0]], [[2.0, 2.0]]))
        50.0
    """

    def __init__(
        self,
        reduction="sum_over_batch_size",
        name="mean_absolute_percentage_error",
        dtype=None,
    ):
        super().__init__(mean_absolute_percentage_error, reduction, name, dtype)


@builtin("keras.losses")
class MeanSquaredLogarithmicError(BuiltinLoss):
    """Mean of `(log(y_true + 1) - log(y_pred + 1))²`.

    Args:
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Example:
        >>> float(MeanSquaredLogarithmicError()([[1.0]], [[1.0]]))
        0.0
    """

    def __init__(
        self,
        reduction="sum_over_batch_size",
        name="mean_squared_logarithmic_error",
        dtype=None,
    ):
        super().__init__(mean_squared_logarithmic_error, reduction, name, dtype)


@builtin("keras.losses")
class Huber(BuiltinLoss):
    """Quadratic for errors up to `delta`, linear beyond.

    Args:
        delta: where the cost becomes linear.
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Raises:
        ValueError: for an argument that has no meaning.

    Example:
        >>> float(Huber()([[0.0, 0.0]], [[1.0, 3.0]]))
        1.5
    """

    _omitted = {"delta": 1.0}
    delta = Dynamic()

    def __init__(
        self,
        delta=1.0,
        reduction="sum_over_batch_size",
        name="huber_loss",
        dtype=None,
    ):
        require_positive(delta=delta)
        super().__init__(huber, reduction, name, dtype, delta=delta)


@builtin("keras.losses")
class LogCosh(BuiltinLoss):
    """Mean of `log(cosh(y_pred - y_true))`.

    Args:
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Example:
        >>> float(LogCosh()([[0.0]], [[0.0]]))
        0.0
    """

    def __init__(self, reduction="sum_over_batch_size", name="log_cosh", dtype=None):
        super().__init__(log_cosh, reduction, name, dtype)


@builtin("keras.losses")
class CosineSimilarity(BuiltinLoss):
    """Minus the cosine of the angle between targets and predictions.

    Args:
        axis: axis of the vectors.
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Raises:
        ValueError: for an argument that has no meaning.

    Example:
        >>> float(CosineSimilarity()([[1.0, 0.0]], [[2.0, 0.0]]))
        -1.0
    """

    _omitted = {"axis": -1}

    def __init__(
        self,
        axis=-1,
        reduction="sum_over_batch_size",
        name="cosine_similarity",
        dtype=None,
    ):
        optional(require_axes, axis=axis)
        super().__init__(cosine_similarity, reduction, name, dtype, axis=axis)
