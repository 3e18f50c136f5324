"""Entries in reverse, turned, or shifted."""

import jax.numpy as jnp

from ranvier.ops._convert import as_array, as_axes
from ranvier.ops._dispatch import op


@op
def flip(x, axis=None):
    """Reverses the order of entries along axes.

    Args:
        x: tensor.
        axis: axis or tuple of axes; None for all.

    Returns:
        A tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.flip([1, 2, 3])
        Array([3, 2, 1], dtype=int32)
    """
    return jnp.flip(as_array(x), as_axes(axis))


@op
def fliplr(x):
    """Reverses the second axis: left and right change places.

    Args:
        x: tensor with at least two axes.

    Returns:
        A tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.fliplr([[1, 2], [3, 4]])
        Array([[2, 1],
               [4, 3]], dtype=int32)
    """
    return jnp.fliplr(as_array(x))


@op
def flipud(x):
    """Reverses the first axis: up and down change places.

    Args:
        x: tensor with at least one axis.

    Returns:
        A tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.flipud([[1, 2], [3, 4]])
        Array([[3, 4],
               [1, 2]], dtype=int32)
    """
    return jnp.flipud(as_array(x))


@op
def rot90(array, k=1, axes=(0, 1)):
    """Turns the plane of two axes by quarter turns.

    Args:
        array: tensor with at least two axes.
        k: number of turns, from the first axis towards the second.
        axes: the two axes.

    Returns:
        The turned tensor.

    Raises:
        ValueError: if `array` has less than two axes, or `axes` are not two
            different ones.

    Example:
        >>> from ranvier import ops
        >>> ops.rot90([[1, 2], [3, 4]])
        Array([[2, 4],
               [1, 3]], dtype=int32)
    """
    array = as_array(array)
    if array.ndim < 2:
        raise ValueError(
            f"`rot90` expects at least two axes. Received: array.shape={array.shape}"
        )
    if len(axes) != 2 or axes[0] == axes[1]:
        raise ValueError(
            f"`axes` must be a pair of two different axes. Received: axes={axes}"
        )
    return jnp.rot90(array, k, axes)


@op
def roll(x, shift, axis=None):
    """Shifts entries along axes; what leaves at one end enters at the other.

    Args:
        x: tensor.
        shift: number of places, or one for each axis.
        axis: axis or tuple of axes; None shifts the flattened tensor.

    Returns:
        A tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.roll([1, 2, 3], 1)
        Array([3, 1, 2], dtype=int32)
    """
    return jnp.roll(as_array(x), shift, axis)
