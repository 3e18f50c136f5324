"""Correlations of targets and predictions."""

from ranvier import ops
from ranvier.core import _config
from ranvier.core._arguments import optional, require_axes
from ranvier.core._registry import builtin
from ranvier.losses._regression import aligned
from ranvier.metrics._reduction import BuiltinMetric


def _centred(x, axis):
    return x - ops.mean(x, axis=axis, keepdims=True)


@builtin("keras.metrics")
def pearson_correlation(y_true, y_pred, axis=-1):
    """Computes the covariance divided by both standard deviations.

    Args:
        y_true: targets.
        y_pred: predictions of the same shape.
        axis: axis of the samples.

    Example:
        >>> from ranvier import metrics
        >>> metrics.pearson_correlation([[0.0, 1.0]], [[1.0, 3.0]]).tolist()
        [1.0]
    """
    y_true, y_pred = (_centred(y, axis) for y in aligned(y_true, y_pred))
    y_true, y_pred = (
        y / ops.std(y, axis=axis, keepdims=True) for y in (y_true, y_pred)
    )
    return ops.mean(y_true * y_pred, axis=axis)


@builtin("keras.metrics")
def concordance_correlation(y_true, y_pred, axis=-1):
    """Computes `2 * covariance / (both variances + squared distance of the means)`.

    Unlike Pearson's it falls when predictions are shifted or scaled.

    Args:
        y_true: targets.
        y_pred: predictions of the same shape.
        axis: axis of the samples.

    Example:
        >>> from ranvier import metrics
        >>> metrics.concordance_correlation([[0.0, 2.0]], [[0.0, 2.0]]).round(3)
        Array([1.], dtype=float32)
    """
    y_true, y_pred = aligned(y_true, y_pred)
    mean_true = ops.mean(y_true, axis=axis, keepdims=True)
    mean_pred = ops.mean(y_pred, axis=axis, keepdims=True)
    # Centring one of the two is enough for a covariance.
    products = (y_true - mean_pred) * (y_pred - mean_pred)
    spread = (
        ops.var(y_true, axis=axis, keepdims=True)
        + ops.var(y_pred, axis=axis, keepdims=True)
        + ops.square(mean_true - mean_pred)
    )
    return ops.mean(2 * products / (spread + _config.epsilon()), axis=axis)


@builtin("keras.metrics")
class PearsonCorrelation(BuiltinMetric):
    """Mean over batches of Pearson's correlation coefficient.

    Args:
        name: see `Metric`.
        dtype: see `Metric`.
        axis: axis of the samples.

    Raises:
        ValueError: for an argument that has no meaning.

    Example:
        >>> float(PearsonCorrelation()([[0.0, 1.0]], [[1.0, 3.0]]))
        1.0
    """

    _direction = "up"

    def __init__(self, name="pearson_correlation", dtype=None, axis=-1):
        optional(require_axes, axis=axis)
        super().__init__(pearson_correlation, name, dtype, axis=axis)


@builtin("keras.metrics")
class ConcordanceCorrelation(BuiltinMetric):
    """Mean over batches of Lin's concordance correlation coefficient.

    Args:
        name: see `Metric`.
        dtype: see `Metric`.
        axis: axis of the samples.

    Raises:
        ValueError: for an argument that has no meaning.

    Example:
        >>> round(float(ConcordanceCorrelation()([[0.0, 2.0]], [[0.0, 2.0]])), 3)
        1.0
    """

    _direction = "up"

    def __init__(self, name="concordance_correlation", dtype=None, axis=-1):
        optional(require_axes, axis=axis)
        super().__init__(concordance_correlation, name, dtype, axis=axis)
