"""Convolutions over any number of axes: one engine, four members."""

import jax
import jax.numpy as jnp

from ranvier.core import _config
from ranvier.ops._dispatch import op


@op
def conv(inputs, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    """Convolves over the spatial axes, one or more.

    Where the kernel has fewer input channels than the inputs, channels are
    convolved in groups.

    Args:
        inputs: a tensor of shape `(batch, *space, channels)`, or
            `(batch, channels, *space)` for `"channels_first"`.
        kernel: a tensor of shape `(*sizes, channels / groups, filters)`.
        strides: steps of the kernel: one number, or one an axis.
        padding: `"valid"` for none, `"same"` for zeros so that stride 1 keeps the
            size.
        data_format: `"channels_last"` or `"channels_first"`; defaults to
            `image_data_format()`.
        dilation_rate: distances between the entries of the kernel: one number, or
            one an axis.

    Raises:
        ValueError: if shapes, strides or padding do not fit, or nothing is left.

    Example:
        >>> from ranvier import ops
        >>> ops.conv(ops.ones((1, 4, 4, 3)), ops.ones((2, 2, 3, 8))).shape
        (1, 3, 3, 8)
    """
    inputs, kernel = _operands(inputs, kernel)
    data_format = _config.standardize_data_format(data_format)
    channels, expected = _channels(inputs, data_format), kernel.shape[-2]
    if channels % expected:
        raise ValueError(
            "The number of input channels must match the kernel's, or be a multiple "
            "of it. "
            f"Received: input channels={channels}, kernel input channels={expected}, "
            f"data_format={data_format!r}"
        )
    return _convolve(
        inputs,
        kernel,
        strides,
        padding,
        data_format,
        dilation_rate,
        groups=channels // expected,
    )


@op
def depthwise_conv(
    inputs, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1
):
    """Convolves each channel by itself.

    Args:
        inputs: as in `conv`.
        kernel: a tensor of shape `(*sizes, channels, multiplier)`.
        strides: as in `conv`.
        padding: as in `conv`.
        data_format: as in `conv`.
        dilation_rate: as in `conv`.

    Returns:
        A tensor with `channels * multiplier` channels.

    Raises:
        ValueError: if shapes, strides or padding do not fit.

    Example:
        >>> from ranvier import ops
        >>> ops.depthwise_conv(ops.ones((1, 4, 4, 3)), ops.ones((2, 2, 3, 2))).shape
        (1, 3, 3, 6)
    """
    inputs, kernel = _operands(inputs, kernel)
    data_format = _config.standardize_data_format(data_format)
    _require_channels(inputs, kernel, -2, data_format)
    *sizes, channels, multiplier = kernel.shape
    kernel = kernel.reshape(*sizes, 1, channels * multiplier)
    return _convolve(
        inputs, kernel, strides, padding, data_format, dilation_rate, groups=channels
    )


@op
def separable_conv(
    inputs,
    depthwise_kernel,
    pointwise_kernel,
    strides=1,
    padding="valid",
    data_format=None,
    dilation_rate=1,
):
    """Convolves each channel by itself, then mixes the channels of each place.

    Args:
        inputs: as in `conv`.
        depthwise_kernel: a tensor of shape `(*sizes, channels, multiplier)`.
        pointwise_kernel: a tensor of shape `(1, ..., channels * multiplier, filters)`.
        strides: as in `conv`.
        padding: as in `conv`.
        data_format: as in `conv`.
        dilation_rate: as in `conv`.

    Raises:
        ValueError: if shapes, strides or padding do not fit.

    Example:
        >>> from ranvier import ops
        >>> x, point = ops.ones((1, 4, 4, 3)), ops.ones((1, 1, 3, 8))
        >>> ops.separable_conv(x, ops.ones((2, 2, 3, 1)), point).shape
        (1, 3, 3, 8)
    """
    x = depthwise_conv(
        inputs, depthwise_kernel, strides, padding, data_format, dilation_rate
    )
    return conv(x, pointwise_kernel, 1, "valid", data_format, dilation_rate)


@op
def conv_transpose(
    inputs,
    kernel,
    strides=1,
    padding="valid",
    output_padding=None,
    data_format=None,
    dilation_rate=1,
):
    """Runs a convolution backwards, from its output's shape to its input's.

    Args:
        inputs: as in `conv`.
        kernel: a tensor of shape `(*sizes, filters, channels)`.
        strides: factors by which space grows: one number, or one an axis.
        padding: that of the convolution run backwards.
        output_padding: extra entries at the end of each axis, to choose among the
            sizes that the convolution maps to the same one; None for the usual one.
        data_format: as in `conv`.
        dilation_rate: as in `conv`.

    Raises:
        ValueError: if shapes, strides or padding do not fit.

    Example:
        >>> from ranvier import ops
        >>> x, kernel = ops.ones((1, 3, 3, 8)), ops.ones((2, 2, 3, 8))
        >>> ops.conv_transpose(x, kernel, strides=2).shape
        (1, 6, 6, 3)
    """
    inputs, kernel = _operands(inputs, kernel)
    data_format = _config.standardize_data_format(data_format)
    _require_channels(inputs, kernel, -1, data_format)
    rank = inputs.ndim - 2
    strides = per_axis("strides", strides, rank)
    dilations = per_axis("dilation_rate", dilation_rate, rank)
    padding = check_padding(padding)
    if output_padding is None:
        extra = (None,) * rank
    else:
        extra = per_axis("output_padding", output_padding, rank)
    pads = [
        _transposed_padding((size - 1) * dilation + 1, stride, padding, more)
        for size, stride, dilation, more in zip(kernel.shape, strides, dilations, extra)
    ]
    return jax.lax.conv_transpose(
        inputs,
        kernel,
        strides,
        pads,
        rhs_dilation=dilations,
        dimension_numbers=_dimension_numbers(rank, data_format),
        transpose_kernel=True,
    )


def _transposed_padding(span, stride, padding, extra):
    """Returns the entries around one axis of the stretched input.

    `span` is the length of the dilated kernel.
    """
    if padding == "valid":
        extra = max(stride - span, 0) if extra is None else extra
        return span - 1, span - 1 + extra
    total = span + stride - 2 if extra is None else span + span % 2 - 2 + extra
    left = min((total + 1) // 2, span - 1)
    return left, total - left


def _convolve(inputs, kernel, strides, padding, data_format, dilation_rate, groups):
    rank = inputs.ndim - 2
    result = jax.lax.conv_general_dilated(
        inputs,
        kernel,
        per_axis("strides", strides, rank),
        check_padding(padding).upper(),
        rhs_dilation=per_axis("dilation_rate", dilation_rate, rank),
        dimension_numbers=_dimension_numbers(rank, data_format),
        feature_group_count=groups,
    )
    if result.size == 0 and inputs.size != 0:
        raise ValueError(
            "The convolution operation resulted in an empty output: the input is too "
            "small for the kernel, its dilation and `padding='valid'`. Received: "
            f"inputs.shape={inputs.shape}, kernel.shape={kernel.shape}, "
            f"dilation_rate={dilation_rate}"
        )
    return result


def _operands(inputs, kernel):
    kernel = jnp.asarray(kernel)
    inputs = jnp.asarray(inputs, kernel.dtype)
    if inputs.ndim != kernel.ndim or inputs.ndim < 3:
        raise ValueError(
            "Expected inputs with a batch axis, a channel axis and at least one more, "
            "and a kernel of the same rank. "
            f"Received: inputs.shape={inputs.shape}, kernel.shape={kernel.shape}"
        )
    return inputs, kernel


def _channels(inputs, data_format):
    return inputs.shape[-1 if data_format == "channels_last" else 1]


def _require_channels(inputs, kernel, axis, data_format):
    channels = _channels(inputs, data_format)
    if channels != kernel.shape[axis]:
        raise ValueError(
            "The number of input channels must match the kernel's input channels. "
            f"Received: input channels={channels}, kernel input channels="
            f"{kernel.shape[axis]}, data_format={data_format!r}"
        )


def _dimension_numbers(rank, data_format):
    if data_format == "channels_last":
        images = (0, rank + 1, *range(1, rank + 1))
    else:
        images = tuple(range(rank + 2))
    kernel = (rank + 1, rank, *range(rank))
    return jax.lax.ConvDimensionNumbers(images, kernel, images)


def per_axis(name, value, rank):
    """Returns one number for each spatial axis."""
    values = (value,) * rank if isinstance(value, int) else tuple(value)
    if len(values) != rank:
        raise ValueError(
            f"`{name}` must be an integer or have one entry for each of the {rank} "
            f"spatial axes. Received: {name}={value}"
        )
    return values


def check_padding(padding):
    """Returns the padding in lower case."""
    value = str(padding).lower()
    if value not in ("valid", "same"):
        raise ValueError(
            "The `padding` argument must be one of 'valid', 'same'. "
            f"Received: padding={padding}"
        )
    return value
