"""Moments, and tensors brought to zero mean, unit variance or unit norm."""

import warnings

import jax
import jax.numpy as jnp

from ranvier.core import _config, _dtypes
from ranvier.ops._dispatch import op

_HALF_TYPES = ("float16", "bfloat16")


@op
def moments(x, axes, keepdims=False, synchronized=False):
    """Computes the mean and the variance over some axes.

    Half-precision inputs are averaged in float32.

    Args:
        x: a tensor.
        axes: an axis, or several.
        keepdims: whether the averaged axes stay, with length 1.
        synchronized: only False: in a sharded program the whole batch is one array.

    Returns:
        A tuple `(mean, variance)`.

    Raises:
        NotImplementedError: for `synchronized=True`.

    Example:
        >>> from ranvier import ops
        >>> mean, variance = ops.moments([1.0, 2.0, 3.0, 4.0], axes=0)
        >>> mean.item(), variance.item()
        (2.5, 1.25)
    """
    if synchronized:
        raise NotImplementedError(
            "Argument synchronized=True is not supported with JAX: moments of a "
            "sharded array are those of the whole batch anyway."
        )
    x = jnp.asarray(x)
    axes = tuple(axes) if isinstance(axes, list) else axes
    half = x.dtype.name in _HALF_TYPES
    wide = x.astype("float32") if half else x
    results = (jnp.mean(wide, axes, keepdims=keepdims),)
    results += (jnp.var(wide, axes, keepdims=keepdims),)
    if half:
        limit = jnp.finfo("float16").max
        results = tuple(
            jnp.clip(value, -limit, limit).astype(x.dtype) for value in results
        )
    return results


@op
def batch_normalization(x, mean, variance, axis, offset=None, scale=None, epsilon=1e-3):
    """Computes `(x - mean) / sqrt(variance + epsilon) * scale + offset`.

    Batch normalization: https://arxiv.org/abs/1502.03167.

    Args:
        x: a tensor.
        mean: a vector, one entry for each position along `axis`.
        variance: a vector likewise.
        axis: the axis that is not averaged, usually that of the channels.
        offset: a vector likewise, or None for 0 (beta in the paper).
        scale: a vector likewise, or None for 1 (gamma in the paper).
        epsilon: added to the variance, against division by zero.

    Raises:
        ValueError: if a vector has another shape.

    Example:
        >>> from ranvier import ops
        >>> ops.batch_normalization(
        ...     [[1.0], [3.0]], mean=[2.0], variance=[1.0], axis=-1, epsilon=0.0
        ... ).tolist()
        [[-1.0], [1.0]]
    """
    x = jnp.asarray(x)
    column = [1] * x.ndim
    column[axis] = x.shape[axis]

    def spread(name, vector):
        vector = jnp.asarray(vector)
        if vector.shape != (x.shape[axis],):
            raise ValueError(
                f"Argument `{name}` must be a vector of length `x.shape[axis]`. "
                f"Expected shape {(x.shape[axis],)}. Received: {vector.shape} for "
                f"x.shape={x.shape} and axis={axis}"
            )
        return vector.reshape(column)

    factor = jax.lax.rsqrt(spread("variance", variance) + epsilon)
    if scale is not None:
        factor = factor * spread("scale", scale)
    shift = -spread("mean", mean) * factor
    if offset is not None:
        shift = shift + spread("offset", offset)
    return x * factor + shift


@op
def layer_normalization(x, gamma=None, beta=None, axis=-1, epsilon=None, **kwargs):
    """Computes `(x - mean) / sqrt(variance + epsilon) * gamma + beta` for each sample.

    Layer normalization: https://arxiv.org/abs/1607.06450. It is computed in float32
    or wider and returned in the dtype of `x`.

    Args:
        x: a tensor.
        gamma: scale, of the shape of the normalised axes, or None for 1.
        beta: offset, likewise, or None for 0.
        axis: the axis, or axes, to average over.
        epsilon: added to the variance; defaults to `epsilon()`.
        **kwargs: only `rms_scaling`, deprecated: True leaves out mean and beta. Use
            `rms_normalization`.

    Example:
        >>> from ranvier import ops
        >>> ops.layer_normalization([1.0, 3.0]).round(3).tolist()
        [-1.0, 1.0]
    """
    rms_scaling = kwargs.pop("rms_scaling", False)
    if kwargs:
        raise TypeError(f"Unexpected keyword arguments: {sorted(kwargs)}")
    epsilon = _config.epsilon() if epsilon is None else epsilon
    x = jnp.asarray(x)
    wide = x.astype(_dtypes.result_type(x.dtype, "float32"))
    axes = sorted(axis) if isinstance(axis, (list, tuple)) else [axis]
    kept = [1] * x.ndim
    for i in axes:
        kept[i] = x.shape[i]

    def spread(vector):
        vector = jnp.asarray(vector, wide.dtype)
        return vector.reshape(kept) if vector.ndim != x.ndim else vector

    mean, variance = moments(wide, axes, keepdims=True)
    factor = jax.lax.rsqrt(variance + epsilon)
    if gamma is not None:
        factor = factor * spread(gamma)
    if rms_scaling:
        warnings.warn(
            "You passed `rms_scaling=True`, which is deprecated: it divides by the "
            "standard deviation, "
            "not by the root mean square. Use `ops.rms_normalization`.",
            stacklevel=3,
        )
        return (wide * factor).astype(x.dtype)
    shift = -mean * factor
    if beta is not None:
        shift = shift + spread(beta)
    return (wide * factor + shift).astype(x.dtype)


@op
def rms_normalization(x, scale=None, axis=-1, epsilon=None):
    """Computes `x / sqrt(mean(x**2) + epsilon) * scale`.

    Root mean square normalization: https://arxiv.org/abs/1910.07467. It is computed
    in float32 or wider and returned in the dtype of `x`.

    Args:
        x: a tensor.
        scale: factors that broadcast with `x`, or None for 1.
        axis: the axis, or axes, to average over.
        epsilon: added to the mean square; defaults to `epsilon()`.

    Example:
        >>> from ranvier import ops
        >>> ops.rms_normalization([1.0, 7.0]).round(3).tolist()
        [0.20000000298023224, 1.4000000953674316]
    """
    epsilon = _config.epsilon() if epsilon is None else epsilon
    x = jnp.asarray(x)
    wide = jnp.atleast_1d(x).astype(_dtypes.result_type(x.dtype, "float32"))
    axis = tuple(axis) if isinstance(axis, list) else axis
    mean_square = jnp.mean(jnp.square(wide), axis=axis, keepdims=True)
    result = wide * jax.lax.rsqrt(mean_square + epsilon)
    if scale is not None:
        result = result * jnp.asarray(scale, wide.dtype)
    return result.astype(x.dtype)


@op
def normalize(x, axis=-1, order=2, epsilon=None):
    """Computes `x / max(norm(x), epsilon)` along an axis.

    Args:
        x: a tensor.
        axis: the axis, or axes, of the vectors.
        order: which norm: 1 for the sum of magnitudes, 2 for the Euclidean norm...
        epsilon: the smallest divisor; defaults to `epsilon()`.

    Raises:
        ValueError: if `order` is no integer of at least 1.

    Example:
        >>> from ranvier import ops
        >>> ops.normalize([3.0, 4.0]).round(3).tolist()
        [0.6000000238418579, 0.800000011920929]
    """
    if not isinstance(order, int) or order < 1:
        raise ValueError(
            f"Argument `order` must be an int >= 1. Received: order={order}"
        )
    epsilon = _config.epsilon() if epsilon is None else epsilon
    x = jnp.atleast_1d(jnp.asarray(x))
    axis = tuple(axis) if isinstance(axis, list) else axis
    if order == 2:
        square = jnp.sum(jnp.square(x), axis=axis, keepdims=True)
        return x * jnp.minimum(jax.lax.rsqrt(square), 1.0 / epsilon)
    norm = jnp.linalg.norm(x, ord=order, axis=axis, keepdims=True)
    return x / jnp.maximum(norm, epsilon)
