"""Losses between distributions and between counts."""

from ranvier import ops
from ranvier.core import _config
from ranvier.core._registry import builtin
from ranvier.losses._crossentropy import as_probabilities
from ranvier.losses._loss import BuiltinLoss


@builtin("keras.losses")
def kl_divergence(y_true, y_pred):
    """Computes `sum(y_true * log(y_true / y_pred))` over the last axis.

    Args:
        y_true: probabilities, kept at `epsilon()` or more.
        y_pred: probabilities of the same shape, likewise.

    Example:
        >>> from ranvier import losses
        >>> losses.kl_divergence([[0.5, 0.5]], [[0.5, 0.5]]).tolist()
        [0.0]
    """
    y_true, y_pred = as_probabilities(y_true, y_pred)
    y_true = ops.clip(y_true, _config.epsilon(), 1)
    y_pred = ops.clip(y_pred, _config.epsilon(), 1)
    return ops.sum(y_true * ops.log(y_true / y_pred), axis=-1)


@builtin("keras.losses")
def poisson(y_true, y_pred):
    """Computes `mean(y_pred - y_true * log(y_pred))` over the last axis.

    It is the negative log likelihood of counts, up to a constant.

    Args:
        y_true: counts.
        y_pred: expected counts, of the same shape.

    Example:
        >>> from ranvier import losses
        >>> losses.poisson([[0.0, 0.0]], [[1.0, 2.0]]).tolist()
        [1.5]
    """
    y_true, y_pred = as_probabilities(y_true, y_pred)
    log_pred = ops.log(y_pred + _config.epsilon())
    return ops.mean(y_pred - y_true * log_pred, axis=-1)


@builtin("keras.losses")
class KLDivergence(BuiltinLoss):
    """Kullback-Leibler divergence of the predictions from the targets.

    Args:
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Example:
        >>> float(KLDivergence()([[0.5, 0.5]], [[0.5, 0.5]]))
        0.0
    """

    def __init__(
        self, reduction="sum_over_batch_size", name="kl_divergence", dtype=None
    ):
        super().__init__(kl_divergence, reduction, name, dtype)


@builtin("keras.losses")
class Poisson(BuiltinLoss):
    """Negative log likelihood of counts, up to a constant.

    Args:
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Example:
        >>> float(Poisson()([[0.0, 0.0]], [[1.0, 2.0]]))
        1.5
    """

    def __init__(self, reduction="sum_over_batch_size", name="poisson", dtype=None):
        super().__init__(poisson, reduction, name, dtype)
