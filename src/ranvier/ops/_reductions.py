"""Reductions along axes, and running sums and products."""

import jax.numpy as jnp

from ranvier.ops._convert import as_array, as_axes, as_float, dtype_or_none
from ranvier.ops._dispatch import op


@op
def sum(x, axis=None, keepdims=False):
    """Adds entries along axes.

    Args:
        x: tensor; booleans and small integers are added up as 32-bit integers.
        axis: axis or tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Returns:
        The sum.

    Example:
        >>> from ranvier import ops
        >>> ops.sum([[1, 2], [3, 4]], axis=0)
        Array([4, 6], dtype=int32)
    """
    return jnp.sum(as_array(x), axis=as_axes(axis), keepdims=keepdims)


@op
def prod(x, axis=None, keepdims=False, dtype=None):
    """Multiplies entries along axes.

    Args:
        x: tensor of numbers.
        axis: axis or tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.
        dtype: dtype of the result; None for that of `x`, at least 32 bits wide for
            integers.

    Returns:
        The product.

    Example:
        >>> from ranvier import ops
        >>> ops.prod([[1, 2], [3, 4]], axis=1)
        Array([ 2, 12], dtype=int32)
    """
    return jnp.prod(
        as_array(x), axis=as_axes(axis), keepdims=keepdims, dtype=dtype_or_none(dtype)
    )


@op
def mean(x, axis=None, keepdims=False):
    """Averages entries along axes.

    Args:
        x: tensor; integers count as floats. Half precision is averaged in float32.
        axis: axis or tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Returns:
        The mean, a floating tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.mean([[1, 2], [3, 4]], axis=0)
        Array([2., 3.], dtype=float32)
    """
    x = as_float(x)
    wide = jnp.mean(x, axis=as_axes(axis), keepdims=keepdims, dtype=_at_least_32(x))
    return wide.astype(x.dtype)


@op
def var(x, axis=None, keepdims=False):
    """Computes the variance `mean(|x - mean(x)| ** 2)` along axes.

    Args:
        x: tensor; integers count as floats. Half precision is computed in float32.
        axis: axis or tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Returns:
        The variance, a real floating tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.var([[1.0, 3.0], [2.0, 2.0]], axis=1)
        Array([1., 0.], dtype=float32)
    """
    x = as_float(x)
    wide = jnp.var(x.astype(_at_least_32(x)), axis=as_axes(axis), keepdims=keepdims)
    return wide if jnp.iscomplexobj(x) else wide.astype(x.dtype)


@op
def std(x, axis=None, keepdims=False):
    """Computes the standard deviation `sqrt(var(x))` along axes.

    Args:
        x: tensor; integers count as floats.
        axis: axis or tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Returns:
        The standard deviation, a real floating tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.std([[1.0, 3.0], [2.0, 2.0]], axis=1)
        Array([1., 0.], dtype=float32)
    """
    return jnp.std(as_float(x), axis=as_axes(axis), keepdims=keepdims)


@op
def max(x, axis=None, keepdims=False, initial=None):
    """Finds the largest entry along axes.

    Args:
        x: tensor of real numbers.
        axis: axis or tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.
        initial: a lower bound of the result, needed when nothing is reduced.

    Returns:
        The maximum.

    Example:
        >>> from ranvier import ops
        >>> ops.max([[1, 5], [3, 4]], axis=0)
        Array([3, 5], dtype=int32)
    """
    return jnp.max(as_array(x), axis=as_axes(axis), keepdims=keepdims, initial=initial)


@op
def min(x, axis=None, keepdims=False, initial=None):
    """Finds the smallest entry along axes.

    Args:
        x: tensor of real numbers.
        axis: axis or tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.
        initial: an upper bound of the result, needed when nothing is reduced.

    Returns:
        The minimum.

    Example:
        >>> from ranvier import ops
        >>> ops.min([[1, 5], [3, 4]], axis=0)
        Array([1, 4], dtype=int32)
    """
    return jnp.min(as_array(x), axis=as_axes(axis), keepdims=keepdims, initial=initial)


@op
def amax(x, axis=None, keepdims=False):
    """Finds the largest entry along axes, as `max`.

    Args:
        x: tensor of real numbers.
        axis: axis or tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Returns:
        The maximum.

    Example:
        >>> from ranvier import ops
        >>> ops.amax([[1, 5], [3, 4]], axis=0)
        Array([3, 5], dtype=int32)
    """
    return jnp.max(as_array(x), axis=as_axes(axis), keepdims=keepdims)


@op
def amin(x, axis=None, keepdims=False):
    """Finds the smallest entry along axes, as `min`.

    Args:
        x: tensor of real numbers.
        axis: axis or tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Returns:
        The minimum.

    Example:
        >>> from ranvier import ops
        >>> ops.amin([[1, 5], [3, 4]], axis=0)
        Array([1, 4], dtype=int32)
    """
    return jnp.min(as_array(x), axis=as_axes(axis), keepdims=keepdims)


@op
def ptp(x, axis=None, keepdims=False):
    """Computes the range `max(x) - min(x)` along axes.

    Args:
        x: tensor of real numbers.
        axis: axis or tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Returns:
        The range.

    Example:
        >>> from ranvier import ops
        >>> ops.ptp([[1, 5], [3, 4]], axis=1)
        Array([4, 1], dtype=int32)
    """
    return jnp.ptp(as_array(x), axis=as_axes(axis), keepdims=keepdims)


@op
def all(x, axis=None, keepdims=False):
    """Tells whether all entries along axes are true (not zero).

    Args:
        x: tensor.
        axis: axis or tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Returns:
        A boolean tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.all([[True, False], [True, True]], axis=1)
        Array([False,  True], dtype=bool)
    """
    return jnp.all(as_array(x), axis=as_axes(axis), keepdims=keepdims)


@op
def any(x, axis=None, keepdims=False):
    """Tells whether an entry along axes is true (not zero).

    Args:
        x: tensor.
        axis: axis or tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Returns:
        A boolean tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.any([[True, False], [False, False]], axis=1)
        Array([ True, False], dtype=bool)
    """
    return jnp.any(as_array(x), axis=as_axes(axis), keepdims=keepdims)


@op
def count_nonzero(x, axis=None):
    """Counts the entries along axes that are not zero.

    Args:
        x: tensor.
        axis: axis or tuple of axes; None for all.

    Returns:
        An int32 tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.count_nonzero([[0, 5], [3, 4]], axis=1)
        Array([1, 2], dtype=int32)
    """
    return jnp.count_nonzero(as_array(x), axis=as_axes(axis)).astype("int32")


@op
def cumsum(x, axis=None, dtype=None):
    """Computes running sums.

    Args:
        x: tensor of numbers.
        axis: the axis to run along; None flattens the tensor first.
        dtype: dtype of the result; None for that of `x`.

    Returns:
        A tensor of the shape of `x` (flat if `axis` is None).

    Example:
        >>> from ranvier import ops
        >>> ops.cumsum([1, 2, 3])
        Array([1, 3, 6], dtype=int32)
    """
    return jnp.cumsum(as_array(x), axis=axis, dtype=dtype_or_none(dtype))


@op
def cumprod(x, axis=None, dtype=None):
    """Computes running products.

    Args:
        x: tensor of numbers.
        axis: the axis to run along; None flattens the tensor first.
        dtype: dtype of the result; None for that of `x`.

    Returns:
        A tensor of the shape of `x` (flat if `axis` is None).

    Example:
        >>> from ranvier import ops
        >>> ops.cumprod([1, 2, 3])
        Array([1, 2, 6], dtype=int32)
    """
    return jnp.cumprod(as_array(x), axis=axis, dtype=dtype_or_none(dtype))


def _at_least_32(x):
    return jnp.promote_types(x.dtype, "float32")
