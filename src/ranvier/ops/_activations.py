"""Activation functions: elementwise maps, and the softmax family."""

import warnings

import jax
import jax.numpy as jnp

from ranvier.ops._dispatch import op


@op
def relu(x):
    """Computes `max(x, 0)`.

    Args:
        x: a tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.relu([-1.0, 2.0]).tolist()
        [0.0, 2.0]
    """
    return jax.nn.relu(jnp.asarray(x))


@op
def relu6(x):
    """Computes `min(max(x, 0), 6)`.

    Args:
        x: a tensor.
    """
    return jax.nn.relu6(jnp.asarray(x))


@op
def leaky_relu(x, negative_slope=0.2):
    """Computes `x` where positive, `negative_slope * x` elsewhere.

    Args:
        x: a tensor.
        negative_slope: the slope of the negative side.
    """
    return jax.nn.leaky_relu(jnp.asarray(x), negative_slope)


@op
def elu(x, alpha=1.0):
    """Computes `x` where positive, `alpha * (exp(x) - 1)` elsewhere.

    The exponential linear unit of https://arxiv.org/abs/1511.07289.

    Args:
        x: a tensor.
        alpha: minus the limit for large negative values.
    """
    return jax.nn.elu(jnp.asarray(x), alpha)


@op
def selu(x):
    """Computes the scaled exponential linear unit: `scale * elu(x, alpha)`.

    The constants of https://arxiv.org/abs/1706.02515 keep mean 0 and variance 1.

    Args:
        x: a tensor.
    """
    return jax.nn.selu(jnp.asarray(x))


@op
def celu(x, alpha=1.0):
    """Computes `max(x, 0) + min(0, alpha * (exp(x / alpha) - 1))`.

    Args:
        x: a tensor.
        alpha: minus the limit for large negative values.
    """
    return jax.nn.celu(jnp.asarray(x), alpha)


@op
def gelu(x, approximate=True):
    """Computes `x * P(X <= x)` for a standard normal X.

    The Gaussian error linear unit of https://arxiv.org/abs/1606.08415.

    Args:
        x: a tensor.
        approximate: use the formula with tanh rather than the error function.
    """
    return jax.nn.gelu(jnp.asarray(x), approximate)


@op
def sigmoid(x):
    """Computes `1 / (1 + exp(-x))`.

    Args:
        x: a tensor of floats.
    """
    return jax.nn.sigmoid(jnp.asarray(x))


@op
def hard_sigmoid(x):
    """Computes `min(max(x / 6 + 1/2, 0), 1)`.

    Args:
        x: a tensor.
    """
    return jax.nn.hard_sigmoid(jnp.asarray(x))


@op
def sparse_sigmoid(x):
    """Computes `min(max((x + 1) / 2, 0), 1)`.

    Args:
        x: a tensor.
    """
    return jax.nn.sparse_sigmoid(jnp.asarray(x))


@op
def log_sigmoid(x):
    """Computes `log(sigmoid(x))` without overflow.

    Args:
        x: a tensor of floats.
    """
    return jax.nn.log_sigmoid(jnp.asarray(x))


@op
def silu(x):
    """Computes `x * sigmoid(x)`, also known as swish.

    Args:
        x: a tensor of floats.
    """
    return jax.nn.silu(jnp.asarray(x))


swish = silu


@op
def hard_silu(x):
    """Computes `x * hard_sigmoid(x)`, also known as hard swish.

    Args:
        x: a tensor.
    """
    return jax.nn.hard_silu(jnp.asarray(x))


hard_swish = hard_silu


@op
def hard_tanh(x):
    """Computes `min(max(x, -1), 1)`.

    Args:
        x: a tensor.
    """
    return jax.nn.hard_tanh(jnp.asarray(x))


@op
def tanh_shrink(x):
    """Computes `x - tanh(x)`.

    Args:
        x: a tensor.
    """
    x = jnp.asarray(x)
    return x - jnp.tanh(x)


@op
def soft_shrink(x, threshold=0.5):
    """Moves `x` towards zero by `threshold`, and to zero if nearer than that.

    Args:
        x: a tensor.
        threshold: the half width of the interval that becomes zero.
    """
    x = jnp.asarray(x)
    negative = jnp.where(x < -threshold, x + threshold, 0.0)
    return jnp.where(x > threshold, x - threshold, negative)


@op
def hard_shrink(x, threshold=0.5):
    """Computes `x` where `abs(x) > threshold`, 0 elsewhere.

    Args:
        x: a tensor.
        threshold: the half width of the interval that becomes zero.
    """
    x = jnp.asarray(x)
    return jnp.where(jnp.abs(x) > threshold, x, 0.0)


@op
def threshold(x, threshold, default_value):
    """Computes `x` where `x > threshold`, `default_value` elsewhere.

    Args:
        x: a tensor.
        threshold: the bound.
        default_value: the value at and below the bound.

    Example:
        >>> from ranvier import ops
        >>> ops.threshold([-1.0, 0.5, 2.0], 1.0, 0.0).tolist()
        [0.0, 0.0, 2.0]
    """
    x = jnp.asarray(x)
    return jnp.where(x > threshold, x, default_value)


@op
def softplus(x):
    """Computes `log(1 + exp(x))` without overflow.

    Args:
        x: a tensor.
    """
    return jax.nn.softplus(jnp.asarray(x))


@op
def sparse_plus(x):
    """Computes 0 below -1, `x` above 1, and `(x + 1)**2 / 4` between.

    Args:
        x: a tensor.
    """
    return jax.nn.sparse_plus(jnp.asarray(x))


@op
def squareplus(x, b=4):
    """Computes `(x + sqrt(x**2 + b)) / 2`, a smooth `relu`.

    Args:
        x: a tensor.
        b: how smooth: 0 gives `relu`.
    """
    return jax.nn.squareplus(jnp.asarray(x), b)


@op
def softsign(x):
    """Computes `x / (1 + abs(x))`.

    Args:
        x: a tensor.
    """
    return jax.nn.soft_sign(jnp.asarray(x))


@op
def glu(x, axis=-1):
    """Computes `a * sigmoid(b)`, `a` and `b` being the halves of `x`.

    The gated linear unit of https://arxiv.org/abs/1612.08083.

    Args:
        x: a tensor.
        axis: the axis to halve.

    Raises:
        ValueError: if the length of the axis is odd.

    Example:
        >>> from ranvier import ops
        >>> ops.glu([3.0, 0.0]).tolist()
        [1.5]
    """
    x = jnp.asarray(x)
    if x.shape[axis] % 2:
        raise ValueError(
            "The axis to halve must have an even length. "
            f"Received: x.shape={x.shape} with axis={axis}"
        )
    return jax.nn.glu(x, axis)


@op
def softmax(x, axis=-1):
    """Computes `exp(x) / sum(exp(x))` along an axis.

    Args:
        x: a tensor.
        axis: an axis, or a tuple of axes that are normalised together.

    Example:
        >>> from ranvier import ops
        >>> ops.softmax([1.0, 1.0]).tolist()
        [0.5, 0.5]
    """
    x = jnp.asarray(x)
    if isinstance(axis, int) and -x.ndim <= axis < x.ndim and x.shape[axis] == 1:
        warnings.warn(
            f"A softmax over axis {axis} of a tensor of shape {x.shape} is always 1, "
            "since that axis has length 1. Did you mean `sigmoid`?",
            stacklevel=3,
        )
    return jax.nn.softmax(x, axis=axis)


@op
def log_softmax(x, axis=-1):
    """Computes `x - log(sum(exp(x)))` along an axis, without overflow.

    Args:
        x: a tensor.
        axis: an axis, or a tuple of axes that are normalised together.
    """
    return jax.nn.log_softmax(jnp.asarray(x), axis=axis)


@op
def sparsemax(x, axis=-1):
    """Projects `x` onto the probability simplex along an axis.

    Like softmax, with exact zeros: https://arxiv.org/abs/1602.02068. The result sums
    to 1, as in the paper (in Keras 3.15 it does not where more than one entry is
    positive).

    Args:
        x: a tensor.
        axis: the axis along which the result sums to 1.

    Example:
        >>> from ranvier import ops
        >>> ops.sparsemax([0.25, 0.75, -1.0]).tolist()
        [0.25, 0.75, 0.0]
    """
    x = jnp.asarray(x)
    descending = jnp.flip(jnp.sort(x, axis=axis), axis=axis)
    cumulated = jnp.cumsum(descending, axis=axis)
    ranks = jnp.arange(1, x.shape[axis] + 1)
    ranks = jnp.expand_dims(ranks, [i for i in range(x.ndim) if i != axis % x.ndim])
    # The support is a prefix of the sorted values; its sum gives the threshold.
    support = descending - (cumulated - 1) / ranks > 0
    size = jnp.sum(support, axis=axis, keepdims=True)
    total = jnp.sum(jnp.where(support, descending, 0), axis=axis, keepdims=True)
    return jnp.maximum(x - (total - 1) / size, 0)
