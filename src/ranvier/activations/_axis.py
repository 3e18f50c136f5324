"""Activations that look along an axis: softmax and its relatives, gating."""

from ranvier import ops
from ranvier.core._registry import builtin


@builtin("keras.activations")
def softmax(x, axis=-1):
    """Computes `exp(x) / sum(exp(x))`: positive numbers that add up to 1.

    Args:
        x: a tensor.
        axis: axis (or axes) of the sum.

    Example:
        >>> from ranvier import activations
        >>> activations.softmax([0.0, 0.0]).tolist()
        [0.5, 0.5]
    """
    return ops.softmax(x, axis=axis)


@builtin("keras.activations")
def log_softmax(x, axis=-1):
    """Computes `log(softmax(x))` without underflow.

    Args:
        x: a tensor.
        axis: axis of the sum.

    Example:
        >>> from ranvier import activations
        >>> activations.log_softmax([0.0, -1000.0]).tolist()
        [0.0, -1000.0]
    """
    return ops.log_softmax(x, axis=axis)


@builtin("keras.activations")
def sparsemax(x, axis=-1):
    """Computes the point of the simplex nearest to `x`: a softmax with zeros.

    See https://arxiv.org/abs/1602.02068.

    Args:
        x: a tensor.
        axis: axis along which the result adds up to 1.

    Example:
        >>> from ranvier import activations
        >>> activations.sparsemax([0.0, 2.0]).tolist()
        [0.0, 1.0]
    """
    return ops.sparsemax(x, axis=axis)


@builtin("keras.activations")
def glu(x, axis=-1):
    """Computes `a * sigmoid(b)` for the halves `a`, `b` of an axis.

    Args:
        x: a tensor.
        axis: axis to halve; its size must be even.

    Example:
        >>> from ranvier import activations
        >>> activations.glu([2.0, 0.0]).tolist()
        [1.0]
    """
    return ops.glu(x, axis=axis)
