"""Statistics: weighted means, quantiles, counts, correlations, integrals."""

import jax
import jax.numpy as jnp

from ranvier.core import _dtypes
from ranvier.ops._convert import as_array, as_axes, as_float, as_floats
from ranvier.ops._dispatch import op
from ranvier.ops._specs import output_spec
from ranvier.ops._symbolic import KerasTensor


@op
def average(x, axis=None, weights=None):
    """Averages entries along axes, weighted: `sum(x * weights) / sum(weights)`.

    Args:
        x: tensor; integers count as floats.
        axis: axis or tuple of axes; None for all.
        weights: tensor of the shape of `x`, or of the axis; None for equal ones.

    Returns:
        The average, a floating tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.average([1, 2], weights=[3, 1])
        Array(1.25, dtype=float32)
    """
    if weights is None:
        x = as_float(x)
    else:
        x, weights = as_floats(x, weights)
    return jnp.average(x, axis=as_axes(axis), weights=weights)


@op
def median(x, axis=None, keepdims=False):
    """Finds the median along axes: the middle entry, or the mean of two.

    Args:
        x: tensor of real numbers; integers count as floats.
        axis: axis or tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Returns:
        The median, a floating tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.median([[1, 5, 3], [2, 4, 9]], axis=1)
        Array([3., 4.], dtype=float32)
    """
    return jnp.median(as_float(x), axis=as_axes(axis), keepdims=keepdims)


@op
def quantile(x, q, axis=None, method="linear", keepdims=False):
    """Finds quantiles along axes.

    Args:
        x: tensor of real numbers; integers count as floats.
        q: which quantiles: a number or tensor of numbers between 0 and 1.
        axis: axis or tuple of axes; None for all.
        method: how to choose between two entries: `"linear"`, `"lower"`, `"higher"`,
            `"midpoint"` or `"nearest"`.
        keepdims: whether reduced axes stay, with size 1.

    Returns:
        The quantiles, axes of `q` first.

    Example:
        >>> from ranvier import ops
        >>> ops.quantile([1.0, 2.0, 4.0], [0.5, 0.75])
        Array([2., 3.], dtype=float32)
    """
    return jnp.quantile(
        as_float(x), as_float(q), axis=as_axes(axis), method=method, keepdims=keepdims
    )


@op
def percentile(x, q, axis=None, method="linear", keepdims=False):
    """Finds percentiles along axes.

    Args:
        x: tensor of real numbers; integers count as floats.
        q: which percentiles: a number or tensor of numbers between 0 and 100.
        axis: axis or tuple of axes; None for all.
        method: how to choose between two entries: `"linear"`, `"lower"`, `"higher"`,
            `"midpoint"` or `"nearest"`.
        keepdims: whether reduced axes stay, with size 1.

    Returns:
        The percentiles, axes of `q` first.

    Example:
        >>> from ranvier import ops
        >>> ops.percentile([1.0, 2.0, 4.0], 75)
        Array(3., dtype=float32)
    """
    return jnp.percentile(
        as_float(x), as_float(q), axis=as_axes(axis), method=method, keepdims=keepdims
    )


@op
def bincount(x, weights=None, minlength=0, sparse=False):
    """Counts how often each of the integers 0, 1, 2... occurs.

    The result's size depends on the values, so it cannot be compiled.

    Args:
        x: tensor of integers, not negative, with one axis, or two: then each row is
            counted by itself.
        weights: tensor of the shape of `x`: what each entry counts.
        minlength: least number of integers counted.
        sparse: whether to return a sparse tensor; not supported.

    Returns:
        A tensor of counts, of sums of weights if they are given.

    Raises:
        NotImplementedError: if `sparse` is true.

    Example:
        >>> from ranvier import ops
        >>> ops.bincount([1, 1, 3])
        Array([0, 2, 0, 1], dtype=int32)
    """
    if sparse:
        raise NotImplementedError(
            "`bincount` makes dense tensors only. Received: sparse=True"
        )
    x = as_array(x)
    weights = None if weights is None else as_array(weights)
    if x.ndim < 2:
        return jnp.bincount(x, weights=weights, minlength=minlength)
    # Rows are counted up to the same, largest integer.
    length = max(int(x.max()) + 1, minlength) if x.size else minlength

    def count(row, row_weights=None):
        return jnp.bincount(row, weights=row_weights, length=length)

    return jax.vmap(count)(x) if weights is None else jax.vmap(count)(x, weights)


@output_spec(bincount)
def _bincount_spec(x, weights=None, minlength=0, sparse=False):
    dtype = "int32" if weights is None else _dtypes.dtype_of(weights)
    return KerasTensor((*x.shape[:-1], None), dtype)


@op
def histogram(x, bins=10, range=None):
    """Counts the entries that fall into bins of equal width.

    Args:
        x: tensor with one axis.
        bins: number of bins.
        range: pair of the lowest and the highest border; None for the smallest and
            the largest entry.

    Returns:
        The pair of counts and borders.

    Raises:
        TypeError: if `bins` is no integer.
        ValueError: if `bins` is negative, `range` no pair in increasing order, or `x`
            has more than one axis.

    Example:
        >>> from ranvier import ops
        >>> counts, borders = ops.histogram([1.0, 2.0, 5.0], bins=2)
        >>> counts.tolist(), borders.tolist()
        ([2.0, 1.0], [1.0, 3.0, 5.0])
    """
    if not isinstance(bins, int):
        raise TypeError(f"Argument `bins` must be an integer. Received: bins={bins}")
    if bins < 0:
        raise ValueError(f"Argument `bins` must not be negative. Received: bins={bins}")
    if range and (
        not isinstance(range, tuple) or len(range) != 2 or range[1] < range[0]
    ):
        raise ValueError(
            "Argument `range` must be a tuple of two numbers in increasing order. "
            f"Received: range={range}"
        )
    x = as_array(x)
    if x.ndim > 1:
        raise ValueError(
            f"`histogram` expects a tensor with one axis. Received: x.shape={x.shape}"
        )
    return jnp.histogram(x, bins=bins, range=range)


@op
def corrcoef(x):
    """Computes the correlation coefficients between rows.

    Args:
        x: tensor whose rows are variables and whose columns are observations.

    Returns:
        A square matrix of coefficients between -1 and 1.

    Example:
        >>> from ranvier import ops
        >>> ops.corrcoef([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]).round(3)
        Array([[ 1., -1.],
               [-1.,  1.]], dtype=float32)
    """
    return jnp.corrcoef(as_array(x))


@op
def correlate(x1, x2, mode="valid"):
    """Slides a vector along another and multiplies.

    Args:
        x1: tensor with one axis.
        x2: tensor with one axis.
        mode: `"valid"` for the places where they overlap wholly, `"full"` for all,
            `"same"` for as many as the longer one has entries.

    Returns:
        A tensor with one axis.

    Example:
        >>> from ranvier import ops
        >>> ops.correlate([1.0, 2.0, 3.0], [1.0, 1.0])
        Array([3., 5.], dtype=float32)
    """
    return jnp.correlate(as_array(x1), as_array(x2), mode)


@op
def diff(a, n=1, axis=-1):
    """Computes differences of neighbours.

    Args:
        a: tensor of numbers.
        n: how many times.
        axis: the axis.

    Returns:
        A tensor, shorter by `n` along the axis.

    Example:
        >>> from ranvier import ops
        >>> ops.diff([1, 4, 9])
        Array([3, 5], dtype=int32)
    """
    return jnp.diff(as_array(a), n=n, axis=axis)


@op
def trapezoid(y, x=None, dx=1.0, axis=-1):
    """Integrates along an axis by the trapezoidal rule.

    Args:
        y: tensor of the function's values.
        x: tensor of the places they belong to; None for evenly spaced ones.
        dx: distance of the places, if `x` is None.
        axis: the axis.

    Returns:
        The integral, a floating tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.trapezoid([1.0, 2.0, 3.0], dx=2.0)
        Array(8., dtype=float32)
    """
    x = None if x is None else as_array(x)
    return jnp.trapezoid(as_array(y), x, dx=as_array(dx), axis=axis)
