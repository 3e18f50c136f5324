"""Bits of integers, common divisors and multiples."""

import jax.numpy as jnp

from ranvier.ops._convert import as_array
from ranvier.ops._dispatch import op


@op
def bitwise_and(x, y):
    """Combines bits that are set in both: `x & y`.

    Args:
        x: tensor of integers or booleans.
        y: tensor of integers or booleans; shapes broadcast, dtypes promote.

    Returns:
        A tensor of integers or booleans.

    Example:
        >>> from ranvier import ops
        >>> ops.bitwise_and([6, 5], 3)
        Array([2, 1], dtype=int32)
    """
    return jnp.bitwise_and(as_array(x), as_array(y))


@op
def bitwise_or(x, y):
    """Combines bits that are set in at least one: `x | y`.

    Args:
        x: tensor of integers or booleans.
        y: tensor of integers or booleans; shapes broadcast, dtypes promote.

    Returns:
        A tensor of integers or booleans.

    Example:
        >>> from ranvier import ops
        >>> ops.bitwise_or([6, 5], 3)
        Array([7, 7], dtype=int32)
    """
    return jnp.bitwise_or(as_array(x), as_array(y))


@op
def bitwise_xor(x, y):
    """Combines bits that are set in exactly one: `x ^ y`.

    Args:
        x: tensor of integers or booleans.
        y: tensor of integers or booleans; shapes broadcast, dtypes promote.

    Returns:
        A tensor of integers or booleans.

    Example:
        >>> from ranvier import ops
        >>> ops.bitwise_xor([6, 5], 3)
        Array([5, 6], dtype=int32)
    """
    return jnp.bitwise_xor(as_array(x), as_array(y))


@op
def bitwise_invert(x):
    """Turns every bit: `~x`.

    Args:
        x: tensor of integers or booleans.

    Returns:
        A tensor of the same shape and dtype.

    Example:
        >>> from ranvier import ops
        >>> ops.bitwise_invert([0, 5])
        Array([-1, -6], dtype=int32)
    """
    return jnp.invert(as_array(x))


# Another name of the same operation.
bitwise_not = bitwise_invert


@op
def bitwise_left_shift(x, y):
    """Moves bits to higher places: `x << y`, that is `x * 2 ** y`.

    Args:
        x: tensor of integers.
        y: tensor of integers, by how many places; shapes broadcast, dtypes promote.

    Returns:
        A tensor of integers.

    Example:
        >>> from ranvier import ops
        >>> ops.bitwise_left_shift([1, 3], 2)
        Array([ 4, 12], dtype=int32)
    """
    return jnp.left_shift(as_array(x), as_array(y))


# The short name of the same operation.
left_shift = bitwise_left_shift


@op
def bitwise_right_shift(x, y):
    """Moves bits to lower places: `x >> y`, that is `x // 2 ** y`.

    Args:
        x: tensor of integers.
        y: tensor of integers, by how many places; shapes broadcast, dtypes promote.

    Returns:
        A tensor of integers.

    Example:
        >>> from ranvier import ops
        >>> ops.bitwise_right_shift([4, -3], 1)
        Array([ 2, -2], dtype=int32)
    """
    return jnp.right_shift(as_array(x), as_array(y))


# The short name of the same operation.
right_shift = bitwise_right_shift


@op
def gcd(x1, x2):
    """Finds the greatest common divisor.

    Args:
        x1: tensor of integers.
        x2: tensor of integers; shapes broadcast, dtypes promote.

    Returns:
        A tensor of integers.

    Example:
        >>> from ranvier import ops
        >>> ops.gcd([12, 7], 18)
        Array([6, 1], dtype=int32)
    """
    return jnp.gcd(as_array(x1), as_array(x2))


@op
def lcm(x1, x2):
    """Finds the least common multiple.

    Args:
        x1: tensor of integers.
        x2: tensor of integers; shapes broadcast, dtypes promote.

    Returns:
        A tensor of integers.

    Example:
        >>> from ranvier import ops
        >>> ops.lcm([4, 7], 6)
        Array([12, 42], dtype=int32)
    """
    return jnp.lcm(as_array(x1), as_array(x2))
