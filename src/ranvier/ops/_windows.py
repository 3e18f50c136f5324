"""Sliding windows over one or more axes, their reverse, and blocks of pixels."""

import jax
import jax.numpy as jnp
import numpy as np

from ranvier.core import _config
from ranvier.ops._dispatch import op


def sliding_windows(x, axis, size, stride=1, dilation=1):
    """Replaces an axis by two: the windows, and the places within a window.

    Raises:
        ValueError: if not one window fits.
    """
    span = (size - 1) * dilation + 1
    count = (x.shape[axis] - span) // stride + 1
    if count < 1:
        raise ValueError(
            f"A window of {span} entries does not fit into axis {axis} of a tensor of "
            f"shape {x.shape}."
        )
    places = stride * np.arange(count)[:, None] + dilation * np.arange(size)
    return jnp.take(x, places, axis=axis, mode="clip")


def overlap_add(windows, length, stride):
    """Adds up windows `(..., count, size)` at their places: `(..., length)`."""
    size = windows.shape[-1]
    like = jax.ShapeDtypeStruct((*windows.shape[:-2], length), windows.dtype)
    cut = jax.linear_transpose(lambda x: sliding_windows(x, -1, size, stride), like)
    return cut(windows)[0]


@op
def extract_sequences(x, sequence_length, sequence_stride):
    """Cuts the last axis into windows that may overlap.

    Args:
        x: a tensor of shape `(..., samples)`.
        sequence_length: the length of a window.
        sequence_stride: the distance from one window to the next.

    Returns:
        A tensor of shape `(..., windows, sequence_length)`.

    Example:
        >>> from ranvier import ops
        >>> ops.extract_sequences([1, 2, 3, 4, 5], 3, 2).tolist()
        [[1, 2, 3], [3, 4, 5]]
    """
    return sliding_windows(jnp.asarray(x), -1, sequence_length, sequence_stride)


@op
def unfold(x, kernel_size, dilation=1, padding=0, stride=1):
    """Lays the windows of a convolution out as columns ("im2col").

    Args:
        x: images of shape `(batch, channels, height, width)`.
        kernel_size: height and width of a window, or one number for both.
        dilation: distance between the pixels of a window, likewise.
        padding: rows and columns of zeros around the image, likewise.
        stride: distance from one window to the next, likewise.

    Returns:
        A tensor of shape `(batch, channels * kernel height * kernel width, windows)`.

    Raises:
        ValueError: if `x` has not rank 4.

    Example:
        >>> from ranvier import ops
        >>> ops.unfold(ops.ones((1, 3, 4, 4)), kernel_size=2).shape
        (1, 12, 9)
    """
    x = jnp.asarray(x)
    if x.ndim != 4:
        raise ValueError(f"Input must be a 4D tensor. Received: input.shape={x.shape}")
    return _unfold(x, *map(_pair, (kernel_size, dilation, padding, stride)))


def _unfold(x, size, dilation, padding, stride):
    x = jnp.pad(x, [(0, 0), (0, 0), *((n, n) for n in padding)])
    for axis in (1, 0):
        x = sliding_windows(x, 2 + axis, size[axis], stride[axis], dilation[axis])
    batch, channels, rows, height, columns, width = x.shape
    x = x.transpose(0, 1, 3, 5, 2, 4)
    return x.reshape(batch, channels * height * width, rows * columns)


@op
def fold(x, output_size, kernel_size, dilation=1, padding=0, stride=1):
    """Adds up columns of windows into images: the transpose of `unfold` ("col2im").

    Args:
        x: columns of shape `(batch, channels * kernel height * kernel width,
            windows)`.
        output_size: height and width of the images, or one number for both.
        kernel_size: as in `unfold`.
        dilation: as in `unfold`.
        padding: as in `unfold`.
        stride: as in `unfold`.

    Returns:
        Images of shape `(batch, channels, height, width)`.

    Raises:
        ValueError: if `x` has not rank 3, or its shape does not fit the windows.

    Example:
        >>> from ranvier import ops
        >>> ops.fold(ops.ones((1, 4, 2)), (2, 3), kernel_size=2)[0, 0].tolist()
        [[1.0, 2.0, 1.0], [1.0, 2.0, 1.0]]
    """
    x = jnp.asarray(x)
    if x.ndim != 3:
        raise ValueError(f"Input must be a 3D tensor. Received: input.shape={x.shape}")
    size, *steps = map(_pair, (kernel_size, dilation, padding, stride))
    area = size[0] * size[1]
    if x.shape[1] % area:
        raise ValueError(
            f"The second dimension of the input ({x.shape[1]}) must be divisible by "
            f"the kernel's area ({area})."
        )
    shape = (x.shape[0], x.shape[1] // area, *_pair(output_size))
    images = jax.ShapeDtypeStruct(shape, x.dtype)
    columns = jax.eval_shape(lambda image: _unfold(image, size, *steps), images)
    if columns.shape != x.shape:
        raise ValueError(
            f"Images of size {shape[2:]} have columns of shape {columns.shape}. "
            f"Received: x.shape={x.shape}"
        )
    return jax.linear_transpose(lambda image: _unfold(image, size, *steps), images)(x)[
        0
    ]


def _pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


@op
def depth_to_space(x, block_size, data_format="channels_last"):
    """Spreads channels over blocks of pixels ("pixel shuffle").

    Args:
        x: images of rank 4.
        block_size: side of a block, at least 2.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        Images `block_size` times as high and wide, with `block_size**2` times fewer
        channels.

    Raises:
        ValueError: for another rank, a smaller block, or channels that do not divide.

    Example:
        >>> from ranvier import ops
        >>> ops.depth_to_space(ops.ones((1, 2, 2, 12)), 2).shape
        (1, 4, 4, 3)
    """
    x, last = _check_blocks("depth_to_space", x, block_size, data_format)
    b = block_size
    if last:
        n, h, w, c = x.shape
        _require_divisible("number of channels", c, b * b)
        x = x.reshape(n, h, w, b, b, c // b**2).transpose(0, 1, 3, 2, 4, 5)
        return x.reshape(n, h * b, w * b, c // b**2)
    n, c, h, w = x.shape
    _require_divisible("number of channels", c, b * b)
    x = x.reshape(n, c // b**2, b, b, h, w).transpose(0, 1, 4, 2, 5, 3)
    return x.reshape(n, c // b**2, h * b, w * b)


@op
def space_to_depth(x, block_size, data_format="channels_last"):
    """Gathers blocks of pixels into channels: the reverse of `depth_to_space`.

    Args:
        x: images of rank 4.
        block_size: side of a block, at least 2.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        Images `block_size` times lower and narrower, with `block_size**2` times as
        many channels.

    Raises:
        ValueError: for another rank, a smaller block, or sides that do not divide.

    Example:
        >>> from ranvier import ops
        >>> ops.space_to_depth(ops.ones((1, 4, 4, 3)), 2).shape
        (1, 2, 2, 12)
    """
    x, last = _check_blocks("space_to_depth", x, block_size, data_format)
    b = block_size
    n, h, w, c = x.shape if last else (x.shape[0], *x.shape[2:], x.shape[1])
    _require_divisible("height", h, b)
    _require_divisible("width", w, b)
    if last:
        x = x.reshape(n, h // b, b, w // b, b, c).transpose(0, 1, 3, 2, 4, 5)
        return x.reshape(n, h // b, w // b, c * b**2)
    x = x.reshape(n, c, h // b, b, w // b, b).transpose(0, 1, 3, 5, 2, 4)
    return x.reshape(n, c * b**2, h // b, w // b)


def _check_blocks(name, x, block_size, data_format):
    x = jnp.asarray(x)
    if block_size < 2:
        raise ValueError(
            f"`block_size` must be at least 2. Received: block_size={block_size}"
        )
    if x.ndim != 4:
        raise ValueError(
            f"`{name}` requires a 4D input tensor. Received: x.shape={x.shape}"
        )
    return x, _config.standardize_data_format(data_format) == "channels_last"


def _require_divisible(what, length, divisor):
    if length % divisor:
        raise ValueError(f"The {what} ({length}) must be divisible by {divisor}.")
