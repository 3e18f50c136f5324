"""Pooling over any number of axes: two engines, two members each."""

import math

import jax
import jax.numpy as jnp
import numpy as np

from ranvier.core import _config
from ranvier.ops._convolution import check_padding, per_axis
from ranvier.ops._dispatch import op


@op
def max_pool(inputs, pool_size, strides=None, padding="valid", data_format=None):
    """Takes the largest value of each window.

    Args:
        inputs: a tensor of shape `(batch, *space, channels)`, or
            `(batch, channels, *space)` for `"channels_first"`.
        pool_size: the size of the window: one number, or one an axis.
        strides: steps of the window, likewise; None for its size.
        padding: `"valid"` for none, `"same"` so that stride 1 keeps the size.
        data_format: `"channels_last"` or `"channels_first"`; defaults to
            `image_data_format()`.

    Raises:
        ValueError: if the sizes, steps or padding do not fit.

    Example:
        >>> from ranvier import ops
        >>> ops.max_pool([[[1.0], [3.0], [2.0], [0.0]]], pool_size=2).tolist()
        [[[3.0], [2.0]]]
    """
    inputs = jnp.asarray(inputs)
    size, steps = _window(inputs, pool_size, strides, data_format)
    lowest = _lowest(inputs.dtype)
    return _pool(inputs, lowest, jax.lax.max, size, steps, padding)


@op
def average_pool(inputs, pool_size, strides=None, padding="valid", data_format=None):
    """Takes the mean of each window; padding does not count.

    Args:
        inputs: as in `max_pool`.
        pool_size: as in `max_pool`.
        strides: as in `max_pool`.
        padding: as in `max_pool`.
        data_format: as in `max_pool`.

    Raises:
        ValueError: if the sizes, steps or padding do not fit.

    Example:
        >>> from ranvier import ops
        >>> ops.average_pool([[[1.0], [3.0], [2.0], [0.0]]], pool_size=2).tolist()
        [[[2.0], [1.0]]]
    """
    inputs = jnp.asarray(inputs)
    size, steps = _window(inputs, pool_size, strides, data_format)
    zero = np.zeros((), inputs.dtype)
    total = _pool(inputs, zero, jax.lax.add, size, steps, padding)
    if check_padding(padding) == "valid":
        return total / math.prod(size)
    # The axes that are not pooled need not be counted: they broadcast.
    shape = [n if pooled > 1 else 1 for n, pooled in zip(inputs.shape, size)]
    steps = [step if pooled > 1 else 1 for step, pooled in zip(steps, size)]
    ones = jnp.ones(shape, inputs.dtype)
    return total / _pool(ones, zero, jax.lax.add, size, steps, padding)


def _pool(inputs, start, combine, size, strides, padding):
    padding = check_padding(padding).upper()
    return jax.lax.reduce_window(inputs, start, combine, size, strides, padding)


def _window(inputs, pool_size, strides, data_format):
    """Returns the window's size and steps over all axes, batch and channels too."""
    rank = _space(inputs)
    last = _config.standardize_data_format(data_format) == "channels_last"
    size = per_axis("pool_size", pool_size, rank)
    steps = size if strides is None else per_axis("strides", strides, rank)
    return [(1, *n, 1) if last else (1, 1, *n) for n in (size, steps)]


def _space(inputs):
    if inputs.ndim < 3:
        raise ValueError(
            "Expected inputs with a batch axis, a channel axis and at least one more. "
            f"Received: inputs.shape={inputs.shape}"
        )
    return inputs.ndim - 2


def _lowest(dtype):
    if jnp.issubdtype(dtype, jnp.floating):
        return np.array(-np.inf, dtype)
    return np.array(jnp.iinfo(dtype).min, dtype)


@op
def adaptive_max_pool(inputs, output_size, data_format=None):
    """Takes the largest values of as many windows as the output shall have.

    Args:
        inputs: a tensor of shape `(batch, *space, channels)`, or
            `(batch, channels, *space)` for `"channels_first"`; space has 1, 2 or 3
            axes.
        output_size: the number of windows: one number, or one an axis. The i-th of n
            windows on N entries goes from `floor(i N / n)` to `ceil((i + 1) N / n)`.
        data_format: `"channels_last"` or `"channels_first"`; defaults to
            `image_data_format()`.

    Raises:
        ValueError: if the inputs have another rank.

    Example:
        >>> from ranvier import ops
        >>> ops.adaptive_max_pool([[[1.0], [3.0], [2.0]]], output_size=2).tolist()
        [[[3.0], [3.0]]]
    """
    inputs = jnp.asarray(inputs)

    def largest(windows, inside, axis):
        return jnp.max(windows, axis, where=inside, initial=_lowest(windows.dtype))

    return _adaptive_pool(inputs, output_size, data_format, largest)


@op
def adaptive_average_pool(inputs, output_size, data_format=None):
    """Takes the means of as many windows as the output shall have.

    Args:
        inputs: as in `adaptive_max_pool`.
        output_size: as in `adaptive_max_pool`.
        data_format: as in `adaptive_max_pool`.

    Raises:
        ValueError: if the inputs have another rank.

    Example:
        >>> from ranvier import ops
        >>> ops.adaptive_average_pool([[[1.0], [3.0], [2.0]]], output_size=2).tolist()
        [[[2.0], [2.5]]]
    """
    inputs = jnp.asarray(inputs)

    def mean(windows, inside, axis):
        return jnp.mean(windows, axis, where=inside)

    return _adaptive_pool(inputs, output_size, data_format, mean)


def _adaptive_pool(x, output_size, data_format, reduce):
    rank = _space(x)
    if rank > 3:
        raise ValueError(
            "Adaptive pooling supports 1, 2 or 3 spatial axes. "
            f"Received: inputs.shape={x.shape}"
        )
    first = _config.standardize_data_format(data_format) == "channels_first"
    for i, size in enumerate(per_axis("output_size", output_size, rank)):
        axis = i + 1 + first
        length = x.shape[axis]
        starts = np.arange(size) * length // size
        ends = -(-np.arange(1, size + 1) * length // size)
        places = starts[:, None] + np.arange((ends - starts).max())
        windows = jnp.take(x, places, axis=axis, mode="clip")
        inside = places < ends[:, None]
        inside = inside.reshape(inside.shape + (1,) * (x.ndim - axis - 1))
        x = reduce(windows, inside, axis + 1)
    return x
