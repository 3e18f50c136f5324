"""Tensors made from shapes, numbers and ranges."""

import jax
import jax.numpy as jnp

from ranvier.core import _dtypes
from ranvier.ops._convert import as_array, dtype_or_floatx, dtype_or_none
from ranvier.ops._dispatch import op


@op
def array(x, dtype=None):
    """Makes a tensor of an array, a number or nested lists, always a copy.

    Args:
        x: the values.
        dtype: dtype of the result; None for that of the values (`int32` and `float32`
            for Python numbers).

    Returns:
        A tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.array([1.0, 2.0])
        Array([1., 2.], dtype=float32)
    """
    return jnp.array(x, dtype=dtype_or_none(dtype))


@op
def zeros(shape, dtype=None):
    """Makes a tensor of zeros.

    Args:
        shape: size of each axis.
        dtype: dtype; None for `floatx()`.

    Returns:
        The tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.zeros((2,))
        Array([0., 0.], dtype=float32)
    """
    return jnp.zeros(shape, dtype_or_floatx(dtype))


@op
def ones(shape, dtype=None):
    """Makes a tensor of ones.

    Args:
        shape: size of each axis.
        dtype: dtype; None for `floatx()`.

    Returns:
        The tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.ones((2,), "int32")
        Array([1, 1], dtype=int32)
    """
    return jnp.ones(shape, dtype_or_floatx(dtype))


@op
def empty(shape, dtype=None):
    """Makes a tensor whose values do not matter (zeros, in fact).

    Args:
        shape: size of each axis.
        dtype: dtype; None for `floatx()`.

    Returns:
        The tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.empty((2, 3)).shape
        (2, 3)
    """
    return jnp.empty(shape, dtype_or_floatx(dtype))


@op
def full(shape, fill_value, dtype=None):
    """Makes a tensor filled with one value.

    Args:
        shape: size of each axis.
        fill_value: number, or tensor that broadcasts to the shape.
        dtype: dtype; None for `floatx()`.

    Returns:
        The tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.full((2,), 0.5)
        Array([0.5, 0.5], dtype=float32)
    """
    return jnp.full(shape, fill_value, dtype_or_floatx(dtype))


@op
def zeros_like(x, dtype=None):
    """Makes a tensor of zeros of another's shape.

    Args:
        x: the other tensor.
        dtype: dtype; None for that of `x`.

    Returns:
        The tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.zeros_like([1, 2])
        Array([0, 0], dtype=int32)
    """
    return jnp.zeros_like(as_array(x), dtype=dtype_or_none(dtype))


@op
def ones_like(x, dtype=None):
    """Makes a tensor of ones of another's shape.

    Args:
        x: the other tensor.
        dtype: dtype; None for that of `x`.

    Returns:
        The tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.ones_like([1.5, 2.5])
        Array([1., 1.], dtype=float32)
    """
    return jnp.ones_like(as_array(x), dtype=dtype_or_none(dtype))


@op
def empty_like(x, dtype=None):
    """Makes a tensor of another's shape whose values do not matter.

    Args:
        x: the other tensor.
        dtype: dtype; None for that of `x`.

    Returns:
        The tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.empty_like([[1, 2]]).shape
        (1, 2)
    """
    return jnp.empty_like(as_array(x), dtype=dtype_or_none(dtype))


@op
def full_like(x, fill_value, dtype=None):
    """Makes a tensor of another's shape, filled with one value.

    Args:
        x: the other tensor.
        fill_value: number, or tensor that broadcasts to the shape.
        dtype: dtype; None for that of `x`.

    Returns:
        The tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.full_like([1, 2], 7)
        Array([7, 7], dtype=int32)
    """
    return jnp.full_like(as_array(x), fill_value, dtype=dtype_or_none(dtype))


@op
def arange(start, stop=None, step=None, dtype=None):
    """Counts from `start` to below `stop`.

    Args:
        start: first number; the end, with a first number of 0, if `stop` is None.
        stop: end, not included.
        step: distance between numbers; None for 1.
        dtype: dtype; None for the one that the other arguments promote to.

    Returns:
        A tensor with one axis.

    Example:
        >>> from ranvier import ops
        >>> ops.arange(3), ops.arange(1, 2, 0.5)
        (Array([0, 1, 2], dtype=int32), Array([1. , 1.5], dtype=float32))
    """
    if dtype is None:
        given = [value for value in (start, stop, step) if value is not None]
        dtype = _dtypes.result_type(*map(_dtype_of, given))
    return jnp.arange(start, stop, step, dtype=dtype_or_none(dtype))


def _dtype_of(number):
    if jax.export.is_symbolic_dim(number):
        return int  # an unknown size, while a model is exported
    return getattr(number, "dtype", type(number))


@op
def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0):
    """Spaces numbers evenly over an interval.

    Args:
        start: first number or tensor of them.
        stop: last number or tensor of them.
        num: how many numbers.
        endpoint: whether `stop` is the last of them.
        retstep: whether to return the distance as well.
        dtype: dtype; None for the one of the ends, at least a float.
        axis: axis of the result along which the numbers run.

    Returns:
        The tensor, or a pair of tensor and distance if `retstep`.

    Example:
        >>> from ranvier import ops
        >>> ops.linspace(0, 1, 3)
        Array([0. , 0.5, 1. ], dtype=float32)
    """
    return jnp.linspace(
        start, stop, num, endpoint, retstep, dtype_or_none(dtype), axis=axis
    )


@op
def logspace(start, stop, num=50, endpoint=True, base=10, dtype=None, axis=0):
    """Computes powers of a base whose exponents are evenly spaced.

    Args:
        start: first exponent or tensor of them.
        stop: last exponent or tensor of them.
        num: how many numbers.
        endpoint: whether `base ** stop` is the last of them.
        base: the base.
        dtype: dtype; None for the one of the ends, at least a float.
        axis: axis of the result along which the numbers run.

    Returns:
        The tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.logspace(0, 2, 3, base=2)
        Array([1., 2., 4.], dtype=float32)
    """
    return jnp.logspace(
        start, stop, num, endpoint, base, dtype_or_none(dtype), axis=axis
    )


@op
def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0):
    """Spaces numbers over an interval with a constant ratio.

    Args:
        start: first number or tensor of them.
        stop: last number or tensor of them.
        num: how many numbers.
        endpoint: whether `stop` is the last of them.
        dtype: dtype; None for the one of the ends, at least a float.
        axis: axis of the result along which the numbers run.

    Returns:
        The tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.geomspace(1, 4, 3).round(4)
        Array([1., 2., 4.], dtype=float32)
    """
    return jnp.geomspace(start, stop, num, endpoint, dtype_or_none(dtype), axis)


@op
def meshgrid(*x, indexing="xy"):
    """Makes coordinate tensors of coordinate vectors.

    Args:
        *x: vectors, one an axis.
        indexing: `"xy"` (the first two axes of the results are swapped) or `"ij"`.

    Returns:
        A list of tensors, one for each vector.

    Example:
        >>> from ranvier import ops
        >>> [grid.tolist() for grid in ops.meshgrid([1, 2], [3, 4])]
        [[[1, 2], [1, 2]], [[3, 3], [4, 4]]]
    """
    return jnp.meshgrid(*(as_array(v) for v in x), indexing=indexing)
