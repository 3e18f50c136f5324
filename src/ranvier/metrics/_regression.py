"""How far numbers are from their targets."""

from ranvier import losses, ops
from ranvier.core._arguments import optional, require_axes
from ranvier.core._registry import builtin
from ranvier.losses._reduction import squeeze_or_expand_to_same_rank
from ranvier.metrics._reduction import BuiltinMetric, Mean


def cosine_similarity(y_true, y_pred, axis=-1):
    """Computes the cosine of the angle between targets and predictions.

    Args:
        y_true: targets.
        y_pred: predictions of the same shape.
        axis: axis of the vectors.

    Example:
        >>> cosine_similarity([[1.0, 0.0]], [[2.0, 0.0]]).tolist()
        [1.0]
    """
    return -losses.cosine_similarity(y_true, y_pred, axis=axis)


@builtin("keras.metrics")
class MeanSquaredError(BuiltinMetric):
    """Mean of `(y_true - y_pred)²`.

    Args:
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> float(MeanSquaredError()([[0.0, 2.0]], [[1.0, 2.0]]))
        0.5
    """

    _direction = "down"

    def __init__(self, name="mean_squared_error", dtype=None):
        super().__init__(losses.mean_squared_error, name, dtype)


@builtin("keras.metrics")
class RootMeanSquaredError(Mean):
    """Square root of the mean of `(y_true - y_pred)²` over all batches.

    Args:
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> float(RootMeanSquaredError()([[0.0, 0.0]], [[2.0, 2.0]]))
        2.0
    """

    _direction = "down"

    def __init__(self, name="root_mean_squared_error", dtype=None):
        super().__init__(name=name, dtype=dtype)

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Takes a batch into the mean.

        Args:
            y_true: targets.
            y_pred: predictions of the same shape.
            sample_weight: weights that broadcast to the leading axes, or None.
        """
        y_true, y_pred = squeeze_or_expand_to_same_rank(
            ops.convert_to_tensor(y_true, dtype=self.dtype),
            ops.convert_to_tensor(y_pred, dtype=self.dtype),
        )
        super().update_state(ops.square(y_pred - y_true), sample_weight=sample_weight)

    def result(self):
        return ops.sqrt(super().result())


@builtin("keras.metrics")
class MeanAbsoluteError(BuiltinMetric):
    """Mean of `|y_true - y_pred|`.

    Args:
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> float(MeanAbsoluteError()([[0.0, 2.0]], [[1.0, 2.0]]))
        0.5
    """

    _direction = "down"

    def __init__(self, name="mean_absolute_error", dtype=None):
        super().__init__(losses.mean_absolute_error, name, dtype)


@builtin("keras.metrics")
class MeanAbsolutePercentageError(BuiltinMetric):
    """Mean of `100 * |y_true - y_pred| / |y_true|`.

    Args:
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> float(MeanAbsolutePercentageError()([[1.0, 2.0]], [[2.0, 2.0]]))
        50.0
    """

    _direction = "down"

    def __init__(self, name="mean_absolute_percentage_error", dtype=None):
        super().__init__(losses.mean_absolute_percentage_error, name, dtype)


@builtin("keras.metrics")
class MeanSquaredLogarithmicError(BuiltinMetric):
    """Mean of `(log(y_true + 1) - log(y_pred + 1))²`.

    Args:
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> float(MeanSquaredLogarithmicError()([[1.0]], [[1.0]]))
        0.0
    """

    _direction = "down"

    def __init__(self, name="mean_squared_logarithmic_error", dtype=None):
        super().__init__(losses.mean_squared_logarithmic_error, name, dtype)


@builtin("keras.metrics")
class LogCoshError(BuiltinMetric):
    """Mean of `log(cosh(y_pred - y_true))`.

    Args:
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> float(LogCoshError()([[0.0]], [[0.0]]))
        0.0
    """

    _direction = "down"

    def __init__(self, name="logcosh", dtype=None):
        super().__init__(losses.log_cosh, name, dtype)


@builtin("keras.metrics")
class CosineSimilarity(BuiltinMetric):
    """Mean cosine of the angle between targets and predictions.

    Args:
        name: see `Metric`.
        dtype: see `Metric`.
        axis: axis of the vectors.

    Raises:
        ValueError: for an argument that has no meaning.

    Example:
        >>> float(CosineSimilarity()([[1.0, 0.0]], [[2.0, 0.0]]))
        1.0
    """

    _direction = "up"
    _omitted = {"axis": -1}

    def __init__(self, name="cosine_similarity", dtype=None, axis=-1):
        optional(require_axes, axis=axis)
        super().__init__(cosine_similarity, name, dtype, axis=axis)
