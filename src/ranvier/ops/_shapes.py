"""Shapes: the same entries in another arrangement."""

import jax.numpy as jnp
import numpy as np

from ranvier.ops._convert import as_array, as_axes, require_axes_of
from ranvier.ops._dispatch import op
from ranvier.ops._specs import infer, output_spec
from ranvier.ops._symbolic import KerasTensor


@op
def reshape(x, newshape):
    """Changes the shape, keeping the entries in order.

    Args:
        x: tensor.
        newshape: the sizes; one of them may be -1 (or None), to be found out.

    Returns:
        A tensor of the new shape.

    Raises:
        ValueError: for sizes below -1 or more than one -1.

    Example:
        >>> from ranvier import ops
        >>> ops.reshape([1, 2, 3, 4], (2, -1))
        Array([[1, 2],
               [3, 4]], dtype=int32)
    """
    return jnp.reshape(as_array(x), _check_newshape(newshape))


@output_spec(reshape)
def _reshape_spec(x, newshape):
    if not isinstance(x, KerasTensor) or None not in x.shape:
        return infer(reshape.raw, (x, newshape), {})
    shape = _check_newshape(newshape)
    return KerasTensor(tuple(None if n == -1 else n for n in shape), x.dtype)


def _check_newshape(newshape):
    sizes = newshape if np.iterable(newshape) else (newshape,)
    sizes = tuple(-1 if size is None else size for size in sizes)
    known = [size for size in sizes if isinstance(size, (int, np.integer))]
    if min(known, default=0) < -1 or known.count(-1) > 1:
        raise ValueError(
            "Sizes in `newshape` must not be negative, but for at most one -1. "
            f"Received: newshape={newshape}"
        )
    return sizes


@op
def ravel(x):
    """Flattens to one axis.

    Args:
        x: tensor.

    Returns:
        A tensor with one axis.

    Example:
        >>> from ranvier import ops
        >>> ops.ravel([[1, 2], [3, 4]])
        Array([1, 2, 3, 4], dtype=int32)
    """
    return jnp.ravel(as_array(x))


@op
def expand_dims(x, axis):
    """Inserts axes of size one.

    Args:
        x: tensor.
        axis: position, or several, in the result.

    Returns:
        A tensor with more axes.

    Example:
        >>> from ranvier import ops
        >>> ops.expand_dims([1, 2], -1).shape
        (2, 1)
    """
    return jnp.expand_dims(as_array(x), as_axes(axis))


@op
def squeeze(x, axis=None):
    """Removes axes of size one.

    Args:
        x: tensor.
        axis: axis or tuple of axes; None for all of size one.

    Returns:
        A tensor with fewer axes.

    Raises:
        ValueError: if an axis is not of size one.

    Example:
        >>> from ranvier import ops
        >>> ops.squeeze([[[1], [2]]]).shape
        (2,)
    """
    return jnp.squeeze(as_array(x), as_axes(axis))


@op
def transpose(x, axes=None):
    """Reorders the axes.

    Args:
        x: tensor.
        axes: the old axes in their new order; None reverses them.

    Returns:
        A tensor whose axis `i` is axis `axes[i]` of `x`.

    Example:
        >>> from ranvier import ops
        >>> ops.transpose([[1, 2], [3, 4]])
        Array([[1, 3],
               [2, 4]], dtype=int32)
    """
    return jnp.transpose(as_array(x), axes)


@op
def swapaxes(x, axis1, axis2):
    """Exchanges two axes.

    Args:
        x: tensor.
        axis1: an axis.
        axis2: another axis.

    Returns:
        A tensor with the two axes exchanged.

    Example:
        >>> from ranvier import ops
        >>> ops.swapaxes([[1, 2]], 0, 1).shape
        (2, 1)
    """
    x = as_array(x)
    require_axes_of(x, axis1, axis2)
    return jnp.swapaxes(x, axis1, axis2)


@op
def moveaxis(x, source, destination):
    """Moves axes to other positions; the others keep their order.

    Args:
        x: tensor.
        source: axis, or several.
        destination: new position of each.

    Returns:
        A tensor with its axes reordered.

    Example:
        >>> from ranvier import ops
        >>> ops.moveaxis(ops.zeros((2, 3, 4)), 0, -1).shape
        (3, 4, 2)
    """
    return jnp.moveaxis(as_array(x), source, destination)


@op
def broadcast_to(x, shape):
    """Repeats entries along axes of size one (or missing in front).

    Args:
        x: tensor.
        shape: shape of the result.

    Returns:
        A tensor of that shape.

    Example:
        >>> from ranvier import ops
        >>> ops.broadcast_to([1, 2], (2, 2))
        Array([[1, 2],
               [1, 2]], dtype=int32)
    """
    return jnp.broadcast_to(as_array(x), shape)


@op
def view(x, dtype=None):
    """Reads the same bytes as another dtype.

    Args:
        x: tensor.
        dtype: dtype of the result; None for `floatx()`...

    Returns:
        A tensor whose last axis grows or shrinks with the width of the dtype.

    Example:
        >>> from ranvier import ops
        >>> ops.view([1.0, -2.0], "int32")
        Array([ 1065353216, -1073741824], dtype=int32)
    """
    return as_array(x).view(dtype)


@op
def copy(x):
    """Copies a tensor.

    Args:
        x: tensor.

    Returns:
        A tensor of equal values.

    Example:
        >>> from ranvier import ops
        >>> ops.copy([1, 2])
        Array([1, 2], dtype=int32)
    """
    return jnp.copy(as_array(x))


@op
def ndim(x):
    """Returns the number of axes.

    Args:
        x: tensor.

    Returns:
        A Python integer.

    Example:
        >>> from ranvier import ops
        >>> ops.ndim([[1, 2]])
        2
    """
    return jnp.ndim(as_array(x))


@op
def size(x):
    """Returns the number of entries.

    Args:
        x: tensor.

    Returns:
        A Python integer.

    Example:
        >>> from ranvier import ops
        >>> ops.size([[1, 2]])
        2
    """
    return jnp.size(as_array(x))


@output_spec(size)
def _size_spec(x):
    # An unknown number cannot be a Python integer, as it is for arrays.
    return KerasTensor((), "int32")
