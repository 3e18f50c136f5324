"""Joining and splitting."""

import jax.numpy as jnp

from ranvier.ops._convert import as_array, require_axes_of
from ranvier.ops._dispatch import op


@op
def concatenate(xs, axis=0):
    """Joins tensors along an axis they have.

    Args:
        xs: list of tensors, equal in their other axes; dtypes promote.
        axis: the axis; None joins the flattened tensors.

    Returns:
        The joined tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.concatenate([[1, 2], [3]])
        Array([1, 2, 3], dtype=int32)
    """
    return jnp.concatenate(_arrays(xs), axis)


@op
def stack(x, axis=0):
    """Joins tensors along a new axis.

    Args:
        x: list of tensors of one shape; dtypes promote.
        axis: position of the new axis.

    Returns:
        The joined tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.stack([[1, 2], [3, 4]], axis=1)
        Array([[1, 3],
               [2, 4]], dtype=int32)
    """
    return jnp.stack(_arrays(x), axis)


@op
def hstack(xs):
    """Joins tensors along their second axis (the first of vectors).

    Args:
        xs: list of tensors.

    Returns:
        The joined tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.hstack([[[1], [2]], [[3], [4]]])
        Array([[1, 3],
               [2, 4]], dtype=int32)
    """
    return jnp.hstack(_arrays(xs))


@op
def vstack(xs):
    """Joins tensors along their first axis; vectors count as rows.

    Args:
        xs: list of tensors.

    Returns:
        The joined tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.vstack([[1, 2], [3, 4]])
        Array([[1, 2],
               [3, 4]], dtype=int32)
    """
    return jnp.vstack(_arrays(xs))


@op
def dstack(xs):
    """Joins tensors along their third axis, added where missing.

    Args:
        xs: list of tensors.

    Returns:
        The joined tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.dstack([[1, 2], [3, 4]])
        Array([[[1, 3],
                [2, 4]]], dtype=int32)
    """
    return jnp.dstack(_arrays(xs))


@op
def append(x1, x2, axis=None):
    """Joins two tensors along an axis.

    Args:
        x1: tensor.
        x2: tensor.
        axis: the axis; None joins the flattened tensors.

    Returns:
        The joined tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.append([1, 2], [[3, 4]])
        Array([1, 2, 3, 4], dtype=int32)
    """
    return jnp.append(as_array(x1), as_array(x2), axis)


@op
def split(x, indices_or_sections, axis=0):
    """Cuts a tensor into parts along an axis.

    Args:
        x: tensor.
        indices_or_sections: the number of equal parts, or the places to cut before.
        axis: the axis.

    Returns:
        A list of tensors.

    Raises:
        ValueError: if the axis cannot be cut into equal parts.

    Example:
        >>> from ranvier import ops
        >>> ops.split([1, 2, 3, 4], 2)
        [Array([1, 2], dtype=int32), Array([3, 4], dtype=int32)]
    """
    x = as_array(x)
    require_axes_of(x, axis)
    return jnp.split(x, _cuts(indices_or_sections), axis)


@op
def array_split(x, indices_or_sections, axis=0):
    """Cuts a tensor into parts along an axis, the first ones longer by one.

    Args:
        x: tensor.
        indices_or_sections: the number of parts.
        axis: the axis.

    Returns:
        A list of tensors.

    Raises:
        TypeError: if `indices_or_sections` or `axis` is no integer.
        ValueError: if the number of parts is not positive.

    Example:
        >>> from ranvier import ops
        >>> ops.array_split([1, 2, 3], 2)
        [Array([1, 2], dtype=int32), Array([3], dtype=int32)]
    """
    named = {"indices_or_sections": indices_or_sections, "axis": axis}
    for name, value in named.items():
        if not isinstance(value, int):
            raise TypeError(
                f"Argument `{name}` must be an integer. Received: {name}={value}"
            )
    if indices_or_sections <= 0:
        raise ValueError(
            "Argument `indices_or_sections` must be positive. "
            f"Received: indices_or_sections={indices_or_sections}"
        )
    return jnp.array_split(as_array(x), indices_or_sections, axis)


@op
def hsplit(x, indices_or_sections):
    """Cuts a tensor along its second axis (the first of a vector).

    Args:
        x: tensor.
        indices_or_sections: the number of equal parts, or the places to cut before.

    Returns:
        A list of tensors.

    Example:
        >>> from ranvier import ops
        >>> [part.tolist() for part in ops.hsplit([[1, 2], [3, 4]], 2)]
        [[[1], [3]], [[2], [4]]]
    """
    x = as_array(x)
    return jnp.split(x, _cuts(indices_or_sections), axis=min(x.ndim - 1, 1))


@op
def vsplit(x, indices_or_sections):
    """Cuts a tensor along its first axis.

    Args:
        x: tensor with at least two axes.
        indices_or_sections: the number of equal parts, or the places to cut before.

    Returns:
        A list of tensors.

    Example:
        >>> from ranvier import ops
        >>> [part.tolist() for part in ops.vsplit([[1, 2], [3, 4]], 2)]
        [[[1, 2]], [[3, 4]]]
    """
    return jnp.split(as_array(x), _cuts(indices_or_sections), axis=0)


@op
def dsplit(x, indices_or_sections):
    """Cuts a tensor along its third axis.

    Args:
        x: tensor with at least three axes.
        indices_or_sections: the number of equal parts, or the places to cut before.

    Returns:
        A list of tensors.

    Example:
        >>> from ranvier import ops
        >>> [part.tolist() for part in ops.dsplit([[[1, 2]]], 2)]
        [[[[1]]], [[[2]]]]
    """
    return jnp.split(as_array(x), _cuts(indices_or_sections), axis=2)


def _arrays(xs):
    return [as_array(x) for x in xs]


def _cuts(indices_or_sections):
    if isinstance(indices_or_sections, int):
        return indices_or_sections
    return tuple(indices_or_sections)
