"""What all image operations ask of their images: rank, layout, dtype."""

import jax.numpy as jnp

from ranvier.core import _config, _dtypes


def as_images(images, argument="images"):
    """Returns one image or a batch of images as an array of rank 3 or 4.

    Raises:
        ValueError: for another rank.
    """
    images = jnp.asarray(images)
    if images.ndim not in (3, 4):
        raise ValueError(
            f"Invalid {argument} rank: expected rank 3 (single image) or rank 4 (batch "
            f"of images). Received: {argument}.shape={images.shape}"
        )
    return images


def axes_of(data_format):
    """Returns the axes of height, width and channels, counted from the end."""
    last = _config.standardize_data_format(data_format) == "channels_last"
    return (-3, -2, -1) if last else (-2, -1, -3)


def as_planes(images, data_format):
    """Returns images as single-channel planes `(batch, channels, height, width)`."""
    images = images if images.ndim == 4 else images[None]
    channels = axes_of(data_format)[2]
    return jnp.moveaxis(images, channels, 1)


def from_planes(planes, images, data_format):
    """Returns planes in the layout, and with the rank, of `images`."""
    result = jnp.moveaxis(planes, 1, axes_of(data_format)[2])
    return result if images.ndim == 4 else result[0]


def as_float_images(images):
    """Returns images in the float dtype to compute in."""
    return images.astype(_dtypes.result_type(images.dtype, float))


def choice(name, value, known):
    """Checks that an argument is one of the known strings.

    Raises:
        ValueError: if it is not.
    """
    if value not in known:
        raise ValueError(
            f"Invalid value for argument `{name}`. Expected one of {tuple(known)}. "
            f"Received: {name}={value}"
        )
    return value
