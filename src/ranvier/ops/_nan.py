"""Reductions that pass over NaN."""

import jax.numpy as jnp

from ranvier.ops._convert import as_array, as_axes, as_float, dtype_or_none
from ranvier.ops._dispatch import op


@op
def nansum(x, axis=None, keepdims=False):
    """Adds entries along axes, taking NaN for 0.

    Args:
        x: tensor of real numbers.
        axis: axis or tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Returns:
        The sum.

    Example:
        >>> from ranvier import ops
        >>> ops.nansum([1.0, float("nan"), 2.0])
        Array(3., dtype=float32)
    """
    return jnp.nansum(as_array(x), axis=as_axes(axis), keepdims=keepdims)


@op
def nanprod(x, axis=None, keepdims=False):
    """Multiplies entries along axes, taking NaN for 1.

    Args:
        x: tensor of real numbers.
        axis: axis or tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Returns:
        The product.

    Example:
        >>> from ranvier import ops
        >>> ops.nanprod([3.0, float("nan"), 2.0])
        Array(6., dtype=float32)
    """
    return jnp.nanprod(as_array(x), axis=as_axes(axis), keepdims=keepdims)


@op
def nanmean(x, axis=None, keepdims=False):
    """Averages the entries along axes that are not NaN.

    Args:
        x: tensor; integers count as floats.
        axis: axis or tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Returns:
        The mean, a floating tensor; NaN where there is no number.

    Example:
        >>> from ranvier import ops
        >>> ops.nanmean([1.0, float("nan"), 2.0])
        Array(1.5, dtype=float32)
    """
    return jnp.nanmean(as_array(x), axis=as_axes(axis), keepdims=keepdims)


@op
def nanvar(x, axis=None, keepdims=False):
    """Computes the variance of the entries along axes that are not NaN.

    Args:
        x: tensor; integers count as floats.
        axis: axis or tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Returns:
        The variance, a floating tensor; NaN where there is no number.

    Example:
        >>> from ranvier import ops
        >>> ops.nanvar([1.0, float("nan"), 3.0])
        Array(1., dtype=float32)
    """
    return jnp.nanvar(as_array(x), axis=as_axes(axis), keepdims=keepdims)


@op
def nanstd(x, axis=None, keepdims=False):
    """Computes the standard deviation of the entries that are not NaN.

    Args:
        x: tensor; integers count as floats.
        axis: axis or tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Returns:
        The deviation, a floating tensor; NaN where there is no number.

    Example:
        >>> from ranvier import ops
        >>> ops.nanstd([1.0, float("nan"), 3.0])
        Array(1., dtype=float32)
    """
    return jnp.nanstd(as_array(x), axis=as_axes(axis), keepdims=keepdims)


@op
def nanmax(x, axis=None, keepdims=False):
    """Finds the largest entry along axes, passing over NaN.

    Args:
        x: tensor of real numbers.
        axis: axis or tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Returns:
        The maximum; NaN where there is no number.

    Example:
        >>> from ranvier import ops
        >>> ops.nanmax([1.0, float("nan"), 3.0])
        Array(3., dtype=float32)
    """
    return jnp.nanmax(as_array(x), axis=as_axes(axis), keepdims=keepdims)


@op
def nanmin(x, axis=None, keepdims=False):
    """Finds the smallest entry along axes, passing over NaN.

    Args:
        x: tensor of real numbers.
        axis: axis or tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Returns:
        The minimum; NaN where there is no number.

    Example:
        >>> from ranvier import ops
        >>> ops.nanmin([1.0, float("nan"), 3.0])
        Array(1., dtype=float32)
    """
    return jnp.nanmin(as_array(x), axis=as_axes(axis), keepdims=keepdims)


@op
def nanmedian(x, axis=None, keepdims=False):
    """Finds the median of the entries along axes that are not NaN.

    Args:
        x: tensor of real numbers.
        axis: axis or tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Returns:
        The median, a floating tensor; NaN where there is no number.

    Example:
        >>> from ranvier import ops
        >>> ops.nanmedian([1.0, float("nan"), 3.0])
        Array(2., dtype=float32)
    """
    return jnp.nanmedian(as_array(x), axis=as_axes(axis), keepdims=keepdims)


@op
def nanquantile(x, q, axis=None, method="linear", keepdims=False):
    """Finds quantiles of the entries along axes that are not NaN.

    Args:
        x: tensor of real numbers.
        q: which quantiles: a number or tensor of numbers between 0 and 1.
        axis: axis or tuple of axes; None for all.
        method: how to choose between two entries: `"linear"`, `"lower"`, `"higher"`,
            `"midpoint"` or `"nearest"`.
        keepdims: whether reduced axes stay, with size 1.

    Returns:
        The quantiles, axes of `q` first; NaN where there is no number.

    Example:
        >>> from ranvier import ops
        >>> ops.nanquantile([1.0, float("nan"), 3.0], 0.5)
        Array(2., dtype=float32)
    """
    return jnp.nanquantile(
        as_float(x), as_float(q), axis=as_axes(axis), method=method, keepdims=keepdims
    )


@op
def nanpercentile(x, q, axis=None, method="linear", keepdims=False):
    """Finds percentiles of the entries along axes that are not NaN.

    Args:
        x: tensor of real numbers.
        q: which percentiles: a number or tensor of numbers between 0 and 100.
        axis: axis or tuple of axes; None for all.
        method: how to choose between two entries: `"linear"`, `"lower"`, `"higher"`,
            `"midpoint"` or `"nearest"`.
        keepdims: whether reduced axes stay, with size 1.

    Returns:
        The percentiles, axes of `q` first; NaN where there is no number.

    Example:
        >>> from ranvier import ops
        >>> ops.nanpercentile([1.0, float("nan"), 3.0], 50)
        Array(2., dtype=float32)
    """
    return jnp.nanpercentile(
        as_float(x), as_float(q), axis=as_axes(axis), method=method, keepdims=keepdims
    )


@op
def nanargmax(x, axis=None, keepdims=False):
    """Finds the index of the largest entry, passing over NaN.

    Args:
        x: tensor of real numbers.
        axis: the axis; None searches the flattened tensor.
        keepdims: whether the searched axis stays, with size 1.

    Returns:
        An int32 tensor; -1 where there is no number.

    Example:
        >>> from ranvier import ops
        >>> ops.nanargmax([float("nan"), 1.0, 0.0])
        Array(1, dtype=int32)
    """
    return jnp.nanargmax(as_array(x), axis=axis, keepdims=keepdims)


@op
def nanargmin(x, axis=None, keepdims=False):
    """Finds the index of the smallest entry, passing over NaN.

    Args:
        x: tensor of real numbers.
        axis: the axis; None searches the flattened tensor.
        keepdims: whether the searched axis stays, with size 1.

    Returns:
        An int32 tensor; -1 where there is no number.

    Example:
        >>> from ranvier import ops
        >>> ops.nanargmin([float("nan"), 1.0, 3.0])
        Array(1, dtype=int32)
    """
    return jnp.nanargmin(as_array(x), axis=axis, keepdims=keepdims)


@op
def nancumsum(x, axis=None, dtype=None):
    """Computes running sums, taking NaN for 0.

    Args:
        x: tensor of numbers.
        axis: the axis to run along; None flattens the tensor first.
        dtype: dtype of the result; None for that of `x`.

    Returns:
        A tensor of the shape of `x` (flat if `axis` is None).

    Example:
        >>> from ranvier import ops
        >>> ops.nancumsum([1.0, float("nan"), 2.0])
        Array([1., 1., 3.], dtype=float32)
    """
    return jnp.nancumsum(as_array(x), axis=axis, dtype=dtype_or_none(dtype))


@op
def nancumprod(x, axis=None, dtype=None):
    """Computes running products, taking NaN for 1.

    Args:
        x: tensor of numbers.
        axis: the axis to run along; None flattens the tensor first.
        dtype: dtype of the result; None for that of `x`.

    Returns:
        A tensor of the shape of `x` (flat if `axis` is None).

    Example:
        >>> from ranvier import ops
        >>> ops.nancumprod([3.0, float("nan"), 2.0])
        Array([3., 3., 6.], dtype=float32)
    """
    return jnp.nancumprod(as_array(x), axis=axis, dtype=dtype_or_none(dtype))
