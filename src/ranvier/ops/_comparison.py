"""Comparisons, logic, and tests for special values. All give booleans."""

import jax.numpy as jnp

from ranvier.ops._convert import as_array
from ranvier.ops._dispatch import op


@op
def equal(x1, x2):
    """Tells where two tensors are equal: `x1 == x2`.

    Args:
        x1: tensor or number.
        x2: tensor or number; shapes broadcast.

    Returns:
        A boolean tensor.

    Example:
        >>> equal([1, 2], [1, 3])
        Array([ True, False], dtype=bool)
    """
    return jnp.equal(as_array(x1), as_array(x2))


@op
def not_equal(x1, x2):
    """Tells where two tensors differ: `x1 != x2`.

    Args:
        x1: tensor or number.
        x2: tensor or number; shapes broadcast.

    Returns:
        A boolean tensor.

    Example:
        >>> not_equal([1, 2], [1, 3])
        Array([False,  True], dtype=bool)
    """
    return jnp.not_equal(as_array(x1), as_array(x2))


@op
def greater(x1, x2):
    """Tells where the first tensor is greater: `x1 > x2`.

    Args:
        x1: tensor or number.
        x2: tensor or number; shapes broadcast.

    Returns:
        A boolean tensor.

    Example:
        >>> greater([1, 2], [1, 1])
        Array([False,  True], dtype=bool)
    """
    return jnp.greater(as_array(x1), as_array(x2))


@op
def greater_equal(x1, x2):
    """Tells where the first tensor is greater or equal: `x1 >= x2`.

    Args:
        x1: tensor or number.
        x2: tensor or number; shapes broadcast.

    Returns:
        A boolean tensor.

    Example:
        >>> greater_equal([1, 0], [1, 1])
        Array([ True, False], dtype=bool)
    """
    return jnp.greater_equal(as_array(x1), as_array(x2))


@op
def less(x1, x2):
    """Tells where the first tensor is less: `x1 < x2`.

    Args:
        x1: tensor or number.
        x2: tensor or number; shapes broadcast.

    Returns:
        A boolean tensor.

    Example:
        >>> less([1, 0], [1, 1])
        Array([False,  True], dtype=bool)
    """
    return jnp.less(as_array(x1), as_array(x2))


@op
def less_equal(x1, x2):
    """Tells where the first tensor is less or equal: `x1 <= x2`.

    Args:
        x1: tensor or number.
        x2: tensor or number; shapes broadcast.

    Returns:
        A boolean tensor.

    Example:
        >>> less_equal([1, 2], [1, 1])
        Array([ True, False], dtype=bool)
    """
    return jnp.less_equal(as_array(x1), as_array(x2))


@op
def logical_and(x1, x2):
    """Tells where both tensors are true (not zero).

    Args:
        x1: tensor or boolean.
        x2: tensor or boolean; shapes broadcast.

    Returns:
        A boolean tensor.

    Example:
        >>> logical_and([True, True], [True, False])
        Array([ True, False], dtype=bool)
    """
    return jnp.logical_and(as_array(x1), as_array(x2))


@op
def logical_or(x1, x2):
    """Tells where at least one of two tensors is true (not zero).

    Args:
        x1: tensor or boolean.
        x2: tensor or boolean; shapes broadcast.

    Returns:
        A boolean tensor.

    Example:
        >>> logical_or([True, False], [False, False])
        Array([ True, False], dtype=bool)
    """
    return jnp.logical_or(as_array(x1), as_array(x2))


@op
def logical_xor(x1, x2):
    """Tells where exactly one of two tensors is true (not zero).

    Args:
        x1: tensor or boolean.
        x2: tensor or boolean; shapes broadcast.

    Returns:
        A boolean tensor.

    Example:
        >>> logical_xor([True, True], [True, False])
        Array([False,  True], dtype=bool)
    """
    return jnp.logical_xor(as_array(x1), as_array(x2))


@op
def logical_not(x):
    """Tells where a tensor is false (zero).

    Args:
        x: tensor or boolean.

    Returns:
        A boolean tensor of the same shape.

    Example:
        >>> logical_not([True, False])
        Array([False,  True], dtype=bool)
    """
    return jnp.logical_not(as_array(x))


@op
def isnan(x):
    """Tells where a tensor is NaN.

    Args:
        x: tensor of numbers.

    Returns:
        A boolean tensor of the same shape.

    Example:
        >>> isnan([1.0, float("nan")])
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
        >>> isinf([1.0, -float("inf")])
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
        >>> isposinf([float("inf"), -float("inf")])
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
        >>> isneginf([float("inf"), -float("inf")])
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
        >>> isfinite([1.0, float("nan"), float("inf")])
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
        >>> isreal([1 + 0j, 1 + 2j])
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
        >>> isclose([1.0, 1.0], [1.0000001, 1.1])
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
        >>> allclose([1.0, 2.0], [1.0000001, 2.0])
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
        >>> isin([1, 2, 3], [2, 5])
        Array([False,  True, False], dtype=bool)
    """
    return jnp.isin(
        as_array(x1), as_array(x2), assume_unique=assume_unique, invert=invert
    )
