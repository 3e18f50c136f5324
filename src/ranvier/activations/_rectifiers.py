"""Activations that are zero, small or flat on one side: ReLU and its relatives."""

from ranvier import ops
from ranvier.core._registry import builtin


@builtin("keras.activations")
def relu(x, negative_slope=0.0, max_value=None, threshold=0.0):
    """Computes `max(x, 0)`, or a variant with a slope, a cap and a threshold.

    The general form is `max_value` where `x >= max_value`, `x` where
    `x > threshold`, and `negative_slope * (x - threshold)` elsewhere.

    Args:
        x: a tensor.
        negative_slope: slope below the threshold.
        max_value: the cap, or None.
        threshold: where the positive side begins.

    Example:
        >>> from ranvier import activations
        >>> activations.relu([-2.0, 0.5, 9.0], max_value=6.0).tolist()
        [0.0, 0.5, 6.0]
    """
    x = ops.convert_to_tensor(x)
    if negative_slope != 0.0 and max_value is None and threshold == 0:
        return ops.leaky_relu(x, negative_slope=negative_slope)
    if threshold != 0:
        limit = ops.cast(threshold, x.dtype)
        positive = ops.where(ops.greater(x, limit), x, 0)
    elif max_value == 6:
        positive = ops.relu6(x)
    else:
        positive = ops.relu(x)
    if max_value is not None and not (max_value == 6 and threshold == 0):
        positive = ops.clip(positive, 0, ops.cast(max_value, x.dtype))
    if negative_slope == 0.0:
        return positive
    return positive - negative_slope * ops.relu(threshold - x)


@builtin("keras.activations")
def leaky_relu(x, negative_slope=0.2):
    """Computes `x` where positive, `negative_slope * x` elsewhere.

    Args:
        x: a tensor.
        negative_slope: slope of the negative side.

    Example:
        >>> from ranvier import activations
        >>> activations.leaky_relu([-1.0, 2.0], negative_slope=0.5).tolist()
        [-0.5, 2.0]
    """
    return ops.leaky_relu(x, negative_slope=negative_slope)


@builtin("keras.activations")
def relu6(x):
    """Computes `min(max(x, 0), 6)`.

    Args:
        x: a tensor.

    Example:
        >>> from ranvier import activations
        >>> activations.relu6([-1.0, 2.0, 8.0]).tolist()
        [0.0, 2.0, 6.0]
    """
    return ops.relu6(x)


@builtin("keras.activations")
def elu(x, alpha=1.0):
    """Computes `x` where positive, `alpha * (exp(x) - 1)` elsewhere.

    The exponential linear unit of https://arxiv.org/abs/1511.07289.

    Args:
        x: a tensor.
        alpha: minus the limit on the negative side.

    Example:
        >>> from ranvier import activations
        >>> activations.elu([-100.0, 2.0]).tolist()
        [-1.0, 2.0]
    """
    return ops.elu(x, alpha=alpha)


@builtin("keras.activations")
def selu(x):
    """Computes `scale * elu(x, alpha)` with the self-normalising constants.

    Their values (1.0507, 1.6733) are those of https://arxiv.org/abs/1706.02515.

    Args:
        x: a tensor.

    Example:
        >>> from ranvier import activations
        >>> round(float(activations.selu(1.0)), 4)
        1.0507
    """
    return ops.selu(x)


@builtin("keras.activations")
def celu(x, alpha=1.0):
    """Computes `max(x, 0) + min(0, alpha * (exp(x / alpha) - 1))`.

    Args:
        x: a tensor.
        alpha: minus the limit on the negative side.

    Example:
        >>> from ranvier import activations
        >>> activations.celu([-100.0, 2.0], alpha=0.5).tolist()
        [-0.5, 2.0]
    """
    return ops.celu(x, alpha=alpha)


@builtin("keras.activations")
def threshold(x, threshold, default_value):
    """Computes `x` where it exceeds `threshold`, `default_value` elsewhere.

    Args:
        x: a tensor.
        threshold: the value to exceed.
        default_value: the value in place of the rest.

    Example:
        >>> from ranvier import activations
        >>> activations.threshold([0.5, 2.0], 1.0, -1.0).tolist()
        [-1.0, 2.0]
    """
    return ops.threshold(x, threshold, default_value)


@builtin("keras.activations")
def hard_shrink(x, threshold=0.5):
    """Computes `x` where its absolute value exceeds `threshold`, 0 elsewhere.

    Args:
        x: a tensor.
        threshold: half the width of the zero interval.

    Example:
        >>> from ranvier import activations
        >>> activations.hard_shrink([-2.0, 0.25, 1.0]).tolist()
        [-2.0, 0.0, 1.0]
    """
    return ops.hard_shrink(x, threshold=threshold)


@builtin("keras.activations")
def soft_shrink(x, threshold=0.5):
    """Computes `sign(x) * max(|x| - threshold, 0)`.

    Args:
        x: a tensor.
        threshold: how far to move towards zero.

    Example:
        >>> from ranvier import activations
        >>> activations.soft_shrink([-2.0, 0.25, 1.0]).tolist()
        [-1.5, 0.0, 0.5]
    """
    return ops.soft_shrink(x, threshold=threshold)


@builtin("keras.activations")
def linear(x):
    """Returns `x` itself.

    Args:
        x: a tensor.

    Example:
        >>> from ranvier import activations
        >>> activations.linear(3.0)
        3.0
    """
    return x
