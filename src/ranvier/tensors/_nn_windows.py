"""Convolutions and pooling: `tf.nn`. Sizes, strides and layouts by its rules."""

import jax
import numpy as np

from ranvier import ops
from ranvier.tensors._constant import convert_to_tensor
from ranvier.tensors._errors import InvalidArgumentError
from ranvier.tensors._functions import FLOATS, compute, one_dtype, static


def _layout(data_format, rank):
    """Returns Keras's name of a layout such as `"NHWC"`."""
    if data_format is None:
        return "channels_last"
    if data_format.startswith("NC"):
        return "channels_first"
    return "channels_last"


def _spatial(name, value, rank, layout):
    """Returns the entries for the axes of space: one, `rank`, or one for each axis."""
    value = static(value)
    if value is None:
        return (1,) * rank
    if isinstance(value, int):
        return (value,) * rank
    value = tuple(value)
    if len(value) == 1:
        return value * rank
    if len(value) == rank + 2:
        return value[1:-1] if layout == "channels_last" else value[2:]
    if len(value) != rank:
        raise ValueError(
            f"`{name}` should be of length 1, {rank} or {rank + 2}. Received: {value} "
            f"of length {len(value)}"
        )
    return value


def _padded(x, padding, rank, layout, fill=0):
    """Returns an array padded as told in numbers, and the padding still to do."""
    if isinstance(padding, str):
        if padding.upper() not in ("SAME", "VALID"):
            raise InvalidArgumentError(
                f"`padding` must be 'SAME' or 'VALID'. Received: {padding!r}"
            )
        return x, padding.lower()
    widths = [tuple(side) for side in padding]
    if len(widths) == rank:
        first = layout == "channels_first"
        widths = [(0, 0)] * (2 if first else 1) + widths + [(0, 0)] * (not first)
    return ops.pad(x, widths, constant_values=fill), "valid"


def _of_rank(value, name):
    value = value if hasattr(value, "shape") else convert_to_tensor(value)
    if len(value.shape) < 3:
        raise ValueError(
            f"`{name}` must have axes for the batch, for space and for channels. "
            f"Received shape {tuple(value.shape)}"
        )
    return value


def _convolve(name, run, input, filters):
    """Calls a function of a batch and filters; misfits are invalid arguments."""
    try:
        return one_dtype(name, run, [input, filters], FLOATS)
    except InvalidArgumentError:
        raise
    except (TypeError, ValueError) as error:
        raise InvalidArgumentError(f"{error} [Op:{name}]") from error


def convolution(
    input,
    filters,
    strides=None,
    padding="VALID",
    data_format=None,
    dilations=None,
    name=None,
):
    """Convolves a batch with filters.

    Args:
        input: `(batch, *space, channels)`.
        filters: `(*sizes, channels, filters)`.
        strides: a step, one for each axis of space, or one for each axis.
        padding: `"SAME"`, `"VALID"`, or pairs of numbers.
        data_format: such as `"NHWC"` or `"NCHW"`.
        dilations: distances between the entries of a filter, likewise.
        name: accepted as in TensorFlow.

    Raises:
        ValueError: if shapes, strides or padding do not fit.

    Example:
        >>> image = np.ones((1, 4, 4, 1), "float32")
        >>> convolution(image, np.ones((2, 2, 1, 3), "float32"), 2, "VALID").shape
        TensorShape([1, 2, 2, 3])
    """
    input = _of_rank(input, "input")
    rank = len(input.shape) - 2
    layout = _layout(data_format, rank)
    steps = _spatial("strides", strides, rank, layout)
    gaps = _spatial("dilations", dilations, rank, layout)

    def run(values):
        x, kernel = values
        x, rest = _padded(x, padding, rank, layout)
        return ops.conv(x, kernel, steps, rest, layout, gaps)

    return _convolve("Conv", run, input, filters)


def conv1d(
    input, filters, stride, padding, data_format="NWC", dilations=None, name=None
):
    """Convolves sequences."""
    return convolution(input, filters, stride, padding, data_format, dilations)


def conv2d(
    input, filters, strides, padding, data_format="NHWC", dilations=None, name=None
):
    """Convolves images."""
    return convolution(input, filters, strides, padding, data_format, dilations)


def conv3d(
    input, filters, strides, padding, data_format="NDHWC", dilations=None, name=None
):
    """Convolves volumes."""
    return convolution(input, filters, strides, padding, data_format, dilations)


def atrous_conv2d(value, filters, rate, padding, name=None):
    """Convolves images with dilated filters."""
    return convolution(value, filters, 1, padding, "NHWC", rate)


def depthwise_conv2d(
    input, filter, strides, padding, data_format=None, dilations=None, name=None
):
    """Convolves each channel by itself."""
    layout = _layout(data_format, 2)
    steps = _spatial("strides", strides, 2, layout)
    gaps = _spatial("dilations", dilations, 2, layout)

    def run(values):
        x, kernel = values
        x, rest = _padded(x, padding, 2, layout)
        return ops.depthwise_conv(x, kernel, steps, rest, layout, gaps)

    return _convolve("DepthwiseConv2dNative", run, input, filter)


def separable_conv2d(
    input,
    depthwise_filter,
    pointwise_filter,
    strides,
    padding,
    data_format=None,
    dilations=None,
    name=None,
):
    """Convolves each channel by itself, then mixes the channels."""
    x = depthwise_conv2d(
        input, depthwise_filter, strides, padding, data_format, dilations
    )
    return convolution(x, pointwise_filter, 1, "VALID", data_format)


def conv_transpose(
    input,
    filters,
    output_shape,
    strides,
    padding="SAME",
    data_format=None,
    dilations=None,
    name=None,
):
    """Runs a convolution backwards, to a given shape of its input.

    Args:
        input: as in `convolution`.
        filters: `(*sizes, filters, channels)`.
        output_shape: the shape of the result.
        strides: as in `convolution`.
        padding: that of the convolution run backwards.
        data_format: as in `convolution`.
        dilations: as in `convolution`.
        name: accepted as in TensorFlow.

    Raises:
        ValueError: if the convolution does not lead from that shape to this one.
    """
    input = _of_rank(input, "input")
    rank = len(input.shape) - 2
    layout = _layout(data_format, rank)
    steps = _spatial("strides", strides, rank, layout)
    gaps = _spatial("dilations", dilations, rank, layout)
    wanted = tuple(static(output_shape))

    def run(values):
        x, kernel = values
        like = jax.ShapeDtypeStruct(wanted, x.dtype)

        def forward(y):
            y, rest = _padded(y, padding, rank, layout)
            return ops.conv.raw(y, kernel, steps, rest, layout, gaps)

        made = jax.eval_shape(forward, like).shape
        if made != x.shape:
            raise InvalidArgumentError(
                f"A convolution of shape {wanted} gives {made}, not the input's "
                f"{x.shape}: `output_shape` does not fit."
            )
        return jax.linear_transpose(forward, like)(x)[0]

    return _convolve("ConvBackpropInput", run, input, filters)


conv1d_transpose = conv2d_transpose = conv3d_transpose = conv_transpose


# Pooling.


def _pooling(function, fill):
    def pool(input, ksize, strides, padding, data_format=None, name=None):
        input = _of_rank(input, "input")
        rank = len(input.shape) - 2
        layout = _layout(data_format, rank)
        size = _spatial("ksize", ksize, rank, layout)
        steps = _spatial("strides", strides, rank, layout)

        def run(x):
            x, rest = _padded(x, padding, rank, layout, fill)
            return function(x, size, steps, rest, layout)

        return compute(run, input)

    return pool


max_pool = _pooling(ops.max_pool, -np.inf)
max_pool.__doc__ = "Takes the largest entry of each window."
avg_pool = _pooling(ops.average_pool, 0)
avg_pool.__doc__ = "Takes the mean of each window."
max_pool1d = max_pool2d = max_pool3d = max_pool
avg_pool1d = avg_pool2d = avg_pool3d = avg_pool


def pool(
    input,
    window_shape,
    pooling_type,
    strides=None,
    padding="VALID",
    data_format=None,
    dilations=None,
    name=None,
):
    """Pools windows, by `"MAX"` or `"AVG"`."""
    if pooling_type not in ("MAX", "AVG"):
        raise ValueError(f"`pooling_type` must be 'MAX' or 'AVG': {pooling_type!r}")
    if dilations is not None and set(np.ravel(static(dilations))) != {1}:
        raise ValueError("Pooling with gaps is not supported: `dilations` must be 1.")
    function = max_pool if pooling_type == "MAX" else avg_pool
    return function(input, window_shape, strides, padding, data_format)


# Blocks.


def depth_to_space(input, block_size, data_format="NHWC", name=None):
    """Lays channels out as blocks of pixels."""
    layout = _layout(data_format, 2)
    return compute(lambda x: ops.depth_to_space(x, block_size, layout), input)


def space_to_depth(input, block_size, data_format="NHWC", name=None):
    """Lays blocks of pixels out as channels."""
    layout = _layout(data_format, 2)
    return compute(lambda x: ops.space_to_depth(x, block_size, layout), input)


def space_to_batch(input, block_shape, paddings, name=None):
    """Lays the places within blocks out along the batch.

    Args:
        input: `(batch, *space, ...)`.
        block_shape: size of a block along each axis of space.
        paddings: pairs of numbers of zeros, likewise.
        name: accepted as in TensorFlow.
    """
    blocks, widths = tuple(static(block_shape)), [tuple(p) for p in static(paddings)]

    def run(x):
        rank, rest = len(blocks), x.ndim - len(blocks) - 1
        x = ops.pad(x, [(0, 0), *widths, *[(0, 0)] * rest])
        shape = [x.shape[0]]
        for size, block in zip(x.shape[1:], blocks):
            shape += [size // block, block]
        x = ops.reshape(x, (*shape, *x.shape[rank + 1 :]))
        inner = [2 * i + 2 for i in range(rank)]
        outer = [2 * i + 1 for i in range(rank)]
        order = [*inner, 0, *outer, *range(2 * rank + 1, x.ndim)]
        x = ops.transpose(x, order)
        return ops.reshape(x, (-1, *x.shape[rank + 1 :]))

    return compute(run, input)


def batch_to_space(input, block_shape, crops, name=None):
    """Undoes `space_to_batch`.

    Args:
        input: `(batch, *space, ...)`.
        block_shape: size of a block along each axis of space.
        crops: pairs of numbers of entries to cut off, likewise.
        name: accepted as in TensorFlow.
    """
    blocks, cuts = tuple(static(block_shape)), [tuple(c) for c in static(crops)]

    def run(x):
        rank = len(blocks)
        batch = x.shape[0] // int(np.prod(blocks))
        x = ops.reshape(x, (*blocks, batch, *x.shape[1:]))
        order = [rank]
        for i in range(rank):
            order += [rank + 1 + i, i]
        x = ops.transpose(x, [*order, *range(2 * rank + 1, x.ndim)])
        sizes = [x.shape[2 * i + 1] * b for i, b in enumerate(blocks)]
        x = ops.reshape(x, (batch, *sizes, *x.shape[2 * rank + 1 :]))
        index = tuple(slice(a, s - b) for (a, b), s in zip(cuts, sizes))
        return ops.get_item(x, (slice(None), *index))

    return compute(run, input)
