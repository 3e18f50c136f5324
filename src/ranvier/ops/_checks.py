"""Tests for special values, and for values close to or among others."""

import jax.numpy as jnp

from ranvier.ops._convert import as_array
from ranvier.ops._dispatch import op


@op
def isnan(x):
    """Tells where a tensor is NaN.

    Args:
        x: tensor of numbers.

    Returns:
        A boolean tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.isnan([1.0, float("nan")])
        Array([False,  True], dtype=bool)
    """
    return jnp.isnan(as_array(x))


@op
def isinf(x):
    """Tells where a tensor is infinite, of either sign.

    Args:
        x: tensor of numbers.

    Returns:
        A boolean tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.isinf([1.0, -float("inf")])
        Array([False,  True], dtype=bool)
    """
    return jnp.isinf(as_array(x))


@op
def isposinf(x):
    """Tells where a tensor is plus infinity.

    Args:
        x: tensor of real numbers.

    Returns:
        A boolean tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.isposinf([float("inf"), -float("inf")])
        Array([ True, False], dtype=bool)
    """
    return jnp.isposinf(as_array(x))


@op
def isneginf(x):
    """Tells where a tensor is minus infinity.

    Args:
        x: tensor of real numbers.

    Returns:
        A boolean tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.isneginf([float("inf"), -float("inf")])
        Array([False,  True], dtype=bool)
    """
    return jnp.isneginf(as_array(x))


@op
def isfinite(x):
    """Tells where a tensor is neither infinite nor NaN.

    Args:
        x: tensor of numbers.

    Returns:
        A boolean tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.isfinite([1.0, float("nan"), float("inf")])
        Array([ True, False, False], dtype=bool)
    """
    return jnp.isfinite(as_array(x))


@op
def isreal(x):
    """Tells where the imaginary part of a tensor is zero.

    Args:
        x: tensor of numbers.

    Returns:
        A boolean tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.isreal([1 + 0j, 1 + 2j])
        Array([ True, False], dtype=bool)
    """
    return jnp.isreal(as_array(x))


@op
def isclose(x1, x2, rtol=1e-5, atol=1e-8, equal_nan=False):
    """Tells where `|x1 - x2| <= atol + rtol * |x2|`.

    Args:
        x1: tensor or number.
        x2: tensor or number; shapes broadcast.
        rtol: relative tolerance.
        atol: absolute tolerance.
        equal_nan: whether two NaNs are close.

    Returns:
        A boolean tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.isclose([1.0, 1.0], [1.0000001, 1.1])
        Array([ True, False], dtype=bool)
    """
    return jnp.isclose(as_array(x1), as_array(x2), rtol, atol, equal_nan)


@op
def allclose(x1, x2, rtol=1e-5, atol=1e-8, equal_nan=False):
    """Tells whether `isclose` holds everywhere.

    Args:
        x1: tensor or number.
        x2: tensor or number; shapes broadcast.
        rtol: relative tolerance.
        atol: absolute tolerance.
        equal_nan: whether two NaNs are close.

    Returns:
        A boolean scalar tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.allclose([1.0, 2.0], [1.0000001, 2.0])
        Array(True, dtype=bool)
    """
    return jnp.allclose(as_array(x1), as_array(x2), rtol, atol, equal_nan)


@op
def isin(x1, x2, assume_unique=False, invert=False):
    """Tells where the entries of a tensor are among those of another.

    Args:
        x1: tensor whose entries are looked up.
        x2: tensor of the values looked for.
        assume_unique: whether both are known to hold no value twice.
        invert: whether to tell where they are not.

    Returns:
        A boolean tensor of the shape of `x1`.

    Example:
        >>> from ranvier import ops
        >>> ops.isin([1, 2, 3], [2, 5])
        Array([False,  True, False], dtype=bool)
    """
    return jnp.isin(
        as_array(x1), as_array(x2), assume_unique=assume_unique, invert=invert
    )
