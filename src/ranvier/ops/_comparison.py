"""Comparisons and logic. All give booleans."""

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
        >>> from ranvier import ops
        >>> ops.equal([1, 2], [1, 3])
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
        >>> from ranvier import ops
        >>> ops.not_equal([1, 2], [1, 3])
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
        >>> from ranvier import ops
        >>> ops.greater([1, 2], [1, 1])
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
        >>> from ranvier import ops
        >>> ops.greater_equal([1, 0], [1, 1])
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
        >>> from ranvier import ops
        >>> ops.less([1, 0], [1, 1])
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
        >>> from ranvier import ops
        >>> ops.less_equal([1, 2], [1, 1])
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
        >>> from ranvier import ops
        >>> ops.logical_and([True, True], [True, False])
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
        >>> from ranvier import ops
        >>> ops.logical_or([True, False], [False, False])
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
        >>> from ranvier import ops
        >>> ops.logical_xor([True, True], [True, False])
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
        >>> from ranvier import ops
        >>> ops.logical_not([True, False])
        Array([False,  True], dtype=bool)
    """
    return jnp.logical_not(as_array(x))
