"""The larger and the smaller of two values."""

import jax.numpy as jnp

from ranvier.ops._convert import as_array
from ranvier.ops._dispatch import op


@op
def maximum(x1, x2):
    """Computes the larger of two values; NaN if either is NaN.

    Args:
        x1: tensor or number.
        x2: tensor or number; shapes broadcast, dtypes promote.

    Returns:
        The elementwise maximum.

    Example:
        >>> from ranvier import ops
        >>> ops.maximum([1.0, 5.0], [3.0, 2.0])
        Array([3., 5.], dtype=float32)
    """
    return jnp.maximum(as_array(x1), as_array(x2))


@op
def minimum(x1, x2):
    """Computes the smaller of two values; NaN if either is NaN.

    Args:
        x1: tensor or number.
        x2: tensor or number; shapes broadcast, dtypes promote.

    Returns:
        The elementwise minimum.

    Example:
        >>> from ranvier import ops
        >>> ops.minimum([1.0, 5.0], [3.0, 2.0])
        Array([1., 2.], dtype=float32)
    """
    return jnp.minimum(as_array(x1), as_array(x2))


@op
def fmax(x1, x2):
    """Computes the larger of two values; a NaN loses against a number.

    Args:
        x1: tensor or number.
        x2: tensor or number; shapes broadcast, dtypes promote.

    Returns:
        The elementwise maximum.

    Example:
        >>> from ranvier import ops
        >>> ops.fmax([1.0, float("nan")], [3.0, 2.0])
        Array([3., 2.], dtype=float32)
    """
    return jnp.fmax(as_array(x1), as_array(x2))


@op
def fmin(x1, x2):
    """Computes the smaller of two values; a NaN loses against a number.

    Args:
        x1: tensor or number.
        x2: tensor or number; shapes broadcast, dtypes promote.

    Returns:
        The elementwise minimum.

    Example:
        >>> from ranvier import ops
        >>> ops.fmin([1.0, float("nan")], [3.0, 2.0])
        Array([1., 2.], dtype=float32)
    """
    return jnp.fmin(as_array(x1), as_array(x2))


@op
def clip(x, x_min, x_max):
    """Limits values to an interval.

    Args:
        x: tensor; booleans count as int32.
        x_min: lower limit, number or tensor.
        x_max: upper limit, number or tensor.

    Returns:
        `minimum(maximum(x, x_min), x_max)`.

    Example:
        >>> from ranvier import ops
        >>> ops.clip([-1.0, 0.5, 9.0], 0.0, 1.0)
        Array([0. , 0.5, 1. ], dtype=float32)
    """
    x = as_array(x)
    if x.dtype == bool:
        x = x.astype("int32")
    return jnp.clip(x, x_min, x_max)
