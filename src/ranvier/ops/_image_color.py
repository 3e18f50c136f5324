"""Colours: grayscale, and hue, saturation and value."""

import jax.numpy as jnp

from ranvier.core import _dtypes
from ranvier.ops._dispatch import op
from ranvier.ops._image_layout import as_float_images, as_images, axes_of


@op
def rgb_to_grayscale(images, data_format=None):
    """Computes the brightness `0.2989 red + 0.587 green + 0.114 blue`.

    Args:
        images: one image or a batch, with 3 channels (or 1: returned as they are).
        data_format: `"channels_last"` or `"channels_first"`; defaults to
            `image_data_format()`.

    Returns:
        Images with 1 channel, of the same dtype.

    Raises:
        ValueError: for another rank or number of channels.

    Example:
        >>> from ranvier import ops
        >>> ops.image.rgb_to_grayscale(ops.ones((4, 4, 3))).shape
        (4, 4, 1)
    """
    images = as_images(images)
    axis = axes_of(data_format)[2]
    if images.shape[axis] not in (1, 3):
        raise ValueError(
            "Invalid channel size: expected 3 (RGB) or 1 (Grayscale). "
            f"Received: images.shape={images.shape}"
        )
    if images.shape[axis] == 1:
        return images
    wide = as_float_images(images)
    weights = jnp.array([0.2989, 0.5870, 0.1140], wide.dtype)
    gray = jnp.tensordot(wide, weights, axes=(axis, 0))
    return jnp.expand_dims(gray, axis).astype(images.dtype)


@op
def rgb_to_hsv(images, data_format=None):
    """Converts red, green and blue to hue, saturation and value, all in [0, 1].

    Args:
        images: one image or a batch; floats in [0, 1].
        data_format: `"channels_last"` or `"channels_first"`; defaults to
            `image_data_format()`.

    Raises:
        ValueError: for another rank, dtype or number of channels.

    Example:
        >>> from ranvier import ops
        >>> ops.image.rgb_to_hsv([[[0.5, 0.0, 0.0]]])[0, 0].tolist()
        [0.0, 1.0, 0.5]
    """
    images, axis = _colours(images, data_format)
    images = jnp.where(jnp.abs(images) < jnp.finfo(images.dtype).eps, 0.0, images)
    red, green, blue = jnp.moveaxis(images, axis, 0)
    value = jnp.max(images, axis)
    spread = value - jnp.min(images, axis)
    saturation = jnp.where(value > 0, spread / jnp.where(value > 0, value, 1.0), 0.0)
    # The hue counts from the strongest colour; the sixth of a circle is the unit.
    unit = 1.0 / (6.0 * jnp.where(spread > 0, spread, 1.0))
    hue = jnp.where(
        value == green, unit * (blue - red) + 2 / 6, unit * (red - green) + 4 / 6
    )
    hue = jnp.where(value == red, unit * (green - blue), hue)
    hue = jnp.where(spread > 0, hue, 0.0)
    hue = hue + (hue < 0.0)
    return jnp.stack([hue, saturation, value], axis)


@op
def hsv_to_rgb(images, data_format=None):
    """Converts hue, saturation and value to red, green and blue, all in [0, 1].

    Args:
        images: one image or a batch; floats.
        data_format: `"channels_last"` or `"channels_first"`; defaults to
            `image_data_format()`.

    Raises:
        ValueError: for another rank, dtype or number of channels.

    Example:
        >>> from ranvier import ops
        >>> ops.image.hsv_to_rgb([[[0.0, 1.0, 0.5]]])[0, 0].tolist()
        [0.5, 0.0, 0.0]
    """
    images, axis = _colours(images, data_format)
    hue, saturation, value = jnp.moveaxis(images, axis, 0)
    angle = jnp.mod(hue, 1.0) * 6.0
    shares = [
        jnp.clip(jnp.abs(angle - 3.0) - 1.0, 0.0, 1.0),
        jnp.clip(2.0 - jnp.abs(angle - 2.0), 0.0, 1.0),
        jnp.clip(2.0 - jnp.abs(angle - 4.0), 0.0, 1.0),
    ]
    grey = 1.0 - saturation
    return jnp.stack([value * (grey + saturation * s) for s in shares], axis)


def _colours(images, data_format):
    images = as_images(images)
    axis = axes_of(data_format)[2]
    if not _dtypes.is_float_dtype(images.dtype):
        raise ValueError(
            "Invalid images dtype: expected float dtype. "
            f"Received: images.dtype={images.dtype}"
        )
    if images.shape[axis] != 3:
        raise ValueError(
            "Input images must have 3 channels. "
            f"Received: images.shape={images.shape}, data_format={data_format}"
        )
    return images, axis
