"""Choosing entries: by index, by condition."""

import jax.numpy as jnp

from ranvier.core._errors import PositionError
from ranvier.ops._convert import as_array
from ranvier.ops._dispatch import op
from ranvier.ops._specs import infer, infer_at, output_spec
from ranvier.ops._symbolic import KerasTensor


@op
def get_item(x, key):
    """Takes a part of a tensor: `x[key]`.

    Args:
        x: tensor.
        key: anything that may stand in the brackets: integers, slices, `...`, None,
            tensors of integers or booleans, and tuples of these.

    Returns:
        The part.

    Example:
        >>> from ranvier import ops
        >>> ops.get_item([[1, 2], [3, 4]], (slice(None), 0))
        Array([1, 3], dtype=int32)
    """
    return as_array(x)[key]


@output_spec(get_item)
def _get_item_spec(x, key):
    _check_indices(x, key)
    try:
        # Size 1: however short the axis, `x[:50]` must not claim to have 50 entries.
        return infer_at((1, 89), get_item.raw, (x, key), {})
    except (TypeError, ValueError):
        return infer(get_item.raw, (x, key), {})


def _check_indices(x, key):
    """Raises for an integer beyond a known size; JAX would take the last entry."""
    keys = key if isinstance(key, tuple) else (key,)
    if not isinstance(x, KerasTensor) or not all(_is_plain(one) for one in keys):
        return
    left = [one for one in keys if one is not None]
    if Ellipsis in left:
        place = left.index(Ellipsis)
        skipped = len(x.shape) - (len(left) - 1)
        left[place : place + 1] = [slice(None)] * skipped
    for axis, (size, one) in enumerate(zip(x.shape, left, strict=False)):
        if isinstance(one, int) and size is not None and not -size <= one < size:
            raise PositionError(
                f"Index {one} is out of bounds for axis {axis} of size {size}. "
                f"Received: key={key} for a tensor of shape {x.shape}"
            )


def _is_plain(one):
    return one is None or one is Ellipsis or type(one) in (int, slice)


@op
def take(x, indices, axis=None):
    """Takes entries along an axis.

    Args:
        x: tensor.
        indices: tensor of integers; negative ones count from the end, ones out of
            bounds give NaN (the largest integer, for integers).
        axis: the axis; None takes from the flattened tensor.

    Returns:
        A tensor in which the axes of `indices` stand in place of the axis.

    Example:
        >>> from ranvier import ops
        >>> ops.take([[1, 2, 3], [4, 5, 6]], [2, 0], axis=1)
        Array([[3, 1],
               [6, 4]], dtype=int32)
    """
    return jnp.take(as_array(x), as_array(indices), axis)


@op
def take_along_axis(x, indices, axis=None):
    """Takes entries along an axis, each line of `x` with its own indices.

    Args:
        x: tensor.
        indices: tensor of integers with as many axes as `x`, such as `argsort` gives.
        axis: the axis; None takes from the flattened tensor.

    Returns:
        A tensor of the shape of `indices`.

    Example:
        >>> from ranvier import ops
        >>> ops.take_along_axis([[1, 2], [3, 4]], [[1], [0]], axis=1)
        Array([[2],
               [3]], dtype=int32)
    """
    return jnp.take_along_axis(as_array(x), as_array(indices), axis)


@op
def where(condition, x1=None, x2=None):
    """Chooses between two tensors by a condition.

    Args:
        condition: boolean tensor.
        x1: values where it holds.
        x2: values where it does not.

    Returns:
        The chosen values; without `x1` and `x2`, the indices at which the condition
        holds, as `nonzero`.

    Raises:
        ValueError: if only one of `x1` and `x2` is given.

    Example:
        >>> from ranvier import ops
        >>> ops.where([True, False], [1, 2], 0)
        Array([1, 0], dtype=int32)
    """
    if (x1 is None) != (x2 is None):
        raise ValueError(
            "`where` expects both `x1` and `x2`, or neither. "
            f"Received: x1={x1}, x2={x2}"
        )
    if x1 is None:
        return jnp.nonzero(as_array(condition))
    return jnp.where(as_array(condition), as_array(x1), as_array(x2))


@output_spec(where)
def _where_spec(condition, x1=None, x2=None):
    if x1 is None and x2 is None:
        return _nonzero_spec(condition)
    return infer(where.raw, (condition, x1, x2), {})


@op
def select(condlist, choicelist, default=0):
    """Chooses, entry by entry, the value of the first condition that holds.

    Args:
        condlist: list of boolean tensors.
        choicelist: list of tensors, as many.
        default: value where no condition holds.

    Returns:
        The chosen values.

    Raises:
        ValueError: if the lists are empty, or no lists.

    Example:
        >>> from ranvier import ops
        >>> ops.select([[True, False], [True, True]], [[1, 2], [3, 4]])
        Array([1, 4], dtype=int32)
    """
    for name, value in (("condlist", condlist), ("choicelist", choicelist)):
        if not isinstance(value, (list, tuple)) or not value:
            raise ValueError(
                f"`{name}` must be a list of at least one tensor. "
                f"Received: {name}={value}"
            )
    return jnp.select(
        [as_array(c) for c in condlist], [as_array(c) for c in choicelist], default
    )


@op
def nonzero(x):
    """Finds the entries that are not zero.

    The result's size depends on the values, so it cannot be compiled.

    Args:
        x: tensor.

    Returns:
        A tuple of index tensors, one for each axis.

    Example:
        >>> from ranvier import ops
        >>> ops.nonzero([[0, 5], [3, 0]])
        (Array([0, 1], dtype=int32), Array([1, 0], dtype=int32))
    """
    return jnp.nonzero(as_array(x))


@output_spec(nonzero)
def _nonzero_spec(x):
    return tuple(KerasTensor((None,), "int32") for _ in x.shape)


@op
def unravel_index(indices, shape):
    """Turns indices into a flattened tensor into indices along its axes.

    Args:
        indices: tensor of integers.
        shape: the tensor's shape.

    Returns:
        A tuple of index tensors, one for each axis.

    Example:
        >>> from ranvier import ops
        >>> ops.unravel_index([1, 5], (2, 3))
        (Array([0, 1], dtype=int32), Array([1, 2], dtype=int32))
    """
    return jnp.unravel_index(as_array(indices), shape)
