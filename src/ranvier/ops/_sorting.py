"""Order: sorting, positions of extremes, unique values."""

import jax.numpy as jnp

from ranvier.ops._convert import as_array
from ranvier.ops._dispatch import op, signature_of
from ranvier.ops._specs import infer, merge, output_spec


@op
def sort(x, axis=-1):
    """Sorts in increasing order.

    Args:
        x: tensor.
        axis: the axis to sort along; None sorts the flattened tensor.

    Returns:
        The sorted tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.sort([3, 1, 2])
        Array([1, 2, 3], dtype=int32)
    """
    return jnp.sort(as_array(x), axis)


@op
def argsort(x, axis=-1):
    """Finds the indices that sort a tensor; equal entries keep their order.

    Args:
        x: tensor.
        axis: the axis to sort along; None sorts the flattened tensor.

    Returns:
        An int32 tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.argsort([3, 1, 2])
        Array([1, 2, 0], dtype=int32)
    """
    x = as_array(x)
    return jnp.argsort(x, None if x.ndim == 0 else axis)


@op
def argpartition(x, kth, axis=-1):
    """Finds indices that put the smallest entries in front.

    Args:
        x: tensor.
        kth: the entry of that rank stands at its sorted place; smaller ones stand
            before it, larger ones after it, in any order.
        axis: the axis; None partitions the flattened tensor.

    Returns:
        An int32 tensor.

    Example:
        >>> from ranvier import ops
        >>> int(ops.argpartition([3, 1, 2], 0)[0])
        1
    """
    x = as_array(x)
    if axis is None:
        x, axis = x.ravel(), 0
    return jnp.argpartition(x, kth, axis)


@op
def argmax(x, axis=None, keepdims=False):
    """Finds the index of the largest entry, the first of equal ones.

    Args:
        x: tensor of real numbers.
        axis: the axis; None searches the flattened tensor.
        keepdims: whether the searched axis stays, with size 1.

    Returns:
        An int32 tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.argmax([[1, 5], [4, 3]], axis=1)
        Array([1, 0], dtype=int32)
    """
    return jnp.argmax(as_array(x), axis, keepdims=keepdims)


@op
def argmin(x, axis=None, keepdims=False):
    """Finds the index of the smallest entry, the first of equal ones.

    Args:
        x: tensor of real numbers.
        axis: the axis; None searches the flattened tensor.
        keepdims: whether the searched axis stays, with size 1.

    Returns:
        An int32 tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.argmin([[1, 5], [4, 3]], axis=1)
        Array([0, 1], dtype=int32)
    """
    return jnp.argmin(as_array(x), axis, keepdims=keepdims)


@op
def searchsorted(sorted_sequence, values, side="left"):
    """Finds where values would be inserted to keep a sequence sorted.

    Args:
        sorted_sequence: tensor with one axis, in increasing order.
        values: tensor.
        side: `"left"` to insert before equal entries, `"right"` after them.

    Returns:
        An int32 tensor of the shape of `values`.

    Raises:
        ValueError: if `sorted_sequence` has not one axis.

    Example:
        >>> from ranvier import ops
        >>> ops.searchsorted([1, 3, 5], [3, 4])
        Array([1, 2], dtype=int32)
    """
    sequence = as_array(sorted_sequence)
    if sequence.ndim != 1:
        raise ValueError(
            "`searchsorted` expects a `sorted_sequence` with one axis; for more, use "
            "`vectorized_map`. "
            f"Received: sorted_sequence.shape={sequence.shape}"
        )
    return jnp.searchsorted(sequence, as_array(values), side=side)


@op
def digitize(x, bins):
    """Finds the bin that each value falls into.

    Args:
        x: tensor of numbers.
        bins: tensor with one axis: the borders, in increasing order.

    Returns:
        An int32 tensor: `i` where `bins[i - 1] <= x < bins[i]`.

    Example:
        >>> from ranvier import ops
        >>> ops.digitize([0.5, 1.0, 9.0], [1.0, 2.0])
        Array([0, 1, 2], dtype=int32)
    """
    return jnp.digitize(as_array(x), as_array(bins))


@op
def unique(
    x,
    sorted=True,
    return_index=False,
    return_inverse=False,
    return_counts=False,
    axis=None,
    size=None,
    fill_value=None,
):
    """Finds the distinct values.

    The result's size depends on the values, so it can be compiled only with `size`.

    Args:
        x: tensor.
        sorted: whether the values come in increasing order.
        return_index: whether to return the index of each value's first occurrence.
        return_inverse: whether to return the indices that rebuild `x`.
        return_counts: whether to return how often each value occurs.
        axis: compare whole slices along this axis; None flattens the tensor.
        size: number of values to return, cutting or filling up.
        fill_value: value to fill up with; None for the smallest one.

    Returns:
        The values, or a tuple of them and of what was asked for. NaNs are distinct.

    Example:
        >>> from ranvier import ops
        >>> ops.unique([3, 1, 3])
        Array([1, 3], dtype=int32)
    """
    return jnp.unique(
        as_array(x),
        return_index=return_index,
        return_inverse=return_inverse,
        return_counts=return_counts,
        axis=axis,
        equal_nan=False,
        size=size,
        fill_value=fill_value,
        sorted=sorted,
    )


@output_spec(unique)
def _unique_spec(*args, **kwargs):
    given = signature_of(unique).bind(*args, **kwargs).arguments
    if given.get("size") is not None:
        return infer(unique.raw, (), given)
    # Without a size it depends on the values: any two sizes tell which dimensions.
    return merge(*(infer(unique.raw, (), {**given, "size": n}) for n in (1, 2)))
