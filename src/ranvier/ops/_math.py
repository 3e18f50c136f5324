"""Ranks, distances and error functions."""

import jax
import jax.numpy as jnp

from ranvier.ops._dispatch import op
from ranvier.ops._specs import as_index, infer, output_spec


@op
def top_k(x, k, sorted=True):
    """Finds the `k` largest values along the last axis.

    Args:
        x: a tensor.
        k: how many.
        sorted: accepted for compatibility; the values always come in falling order.

    Returns:
        A tuple `(values, indices)`.

    Example:
        >>> from ranvier import ops
        >>> [part.tolist() for part in ops.top_k([5, 7, 6], k=2)]
        [[7, 6], [1, 2]]
    """
    return tuple(jax.lax.top_k(jnp.asarray(x), k))


@op
def in_top_k(targets, predictions, k):
    """Tells whether the target is among the `k` largest predictions.

    Args:
        targets: integer classes, of the shape of `predictions` without its last axis.
        predictions: a score for each class along the last axis.
        k: how many scores may be as large.

    Returns:
        Booleans of the shape of `targets`.

    Example:
        >>> from ranvier import ops
        >>> ops.in_top_k([0, 1], [[0.1, 0.9], [0.2, 0.8]], k=1).tolist()
        [False, True]
    """
    targets, predictions = jnp.asarray(targets), jnp.asarray(predictions)
    score = jnp.take_along_axis(predictions, targets[..., None], axis=-1)
    score = jnp.where(jnp.isnan(score), -jnp.inf, score)  # NaN is no high score
    return jnp.sum(predictions > score, axis=-1) < k


@output_spec(in_top_k)
def _in_top_k_spec(targets, predictions, k):
    return infer(in_top_k.raw, (as_index(targets), predictions, k), {})


@op
def logsumexp(x, axis=None, keepdims=False):
    """Computes `log(sum(exp(x)))` without overflow.

    Args:
        x: a tensor.
        axis: the axis, or axes, to sum over; None for all.
        keepdims: whether the summed axes stay, with length 1.

    Example:
        >>> from ranvier import ops
        >>> ops.logsumexp([1000.0]).item()
        1000.0
    """
    return jax.scipy.special.logsumexp(jnp.asarray(x), axis=axis, keepdims=keepdims)


@op
def cdist(x, y):
    """Computes the Euclidean distances between two sets of points.

    Args:
        x: points of shape `(..., n, dims)`.
        y: points of shape `(..., m, dims)`.

    Returns:
        Distances of shape `(..., n, m)`.

    Raises:
        ValueError: if the points have another rank or number of dimensions.

    Example:
        >>> from ranvier import ops
        >>> ops.cdist([[0.0, 0.0]], [[3.0, 4.0], [0.0, 1.0]]).tolist()
        [[5.0, 1.0]]
    """
    x, y = jnp.asarray(x), jnp.asarray(y)
    if x.ndim < 2 or y.ndim < 2 or x.shape[-1] != y.shape[-1]:
        raise ValueError(
            "Inputs to `cdist` must have rank >= 2 and the same last dimension. "
            f"Received: x.shape={x.shape}, y.shape={y.shape}"
        )
    difference = x[..., :, None, :] - y[..., None, :, :]
    return jnp.sqrt(jnp.sum(jnp.square(difference), axis=-1))


@op
def rsqrt(x):
    """Computes `1 / sqrt(x)`.

    Args:
        x: a tensor of floats.

    Example:
        >>> from ranvier import ops
        >>> ops.rsqrt([4.0]).tolist()
        [0.5]
    """
    return jax.lax.rsqrt(jnp.asarray(x))


@op
def erf(x):
    """Computes the Gauss error function.

    Args:
        x: a tensor of floats.

    Example:
        >>> from ranvier import ops
        >>> ops.erf([0.0]).tolist()
        [0.0]
    """
    return jax.lax.erf(jnp.asarray(x))


@op
def erfc(x):
    """Computes `1 - erf(x)`, exact where that is tiny.

    Args:
        x: a tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.erfc([0.0]).tolist()
        [1.0]
    """
    return jax.scipy.special.erfc(jnp.asarray(x))


@op
def erfinv(x):
    """Computes the inverse of `erf`.

    Args:
        x: a tensor with values between -1 and 1.

    Example:
        >>> from ranvier import ops
        >>> ops.erfinv([0.0]).tolist()
        [0.0]
    """
    return jax.scipy.special.erfinv(jnp.asarray(x))
