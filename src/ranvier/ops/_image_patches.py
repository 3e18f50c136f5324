"""Patches of images and volumes, laid out as channels."""

import jax
import jax.numpy as jnp

from ranvier.core import _config
from ranvier.ops._convolution import check_padding, per_axis
from ranvier.ops._dispatch import op
from ranvier.ops._windows import sliding_windows


@op
def extract_patches(
    images, size, strides=None, dilation_rate=1, padding="valid", data_format=None
):
    """Takes patches out of images and lays each out as the channels of one pixel.

    Args:
        images: one image or a batch; volumes, if `size` has three entries.
        size: height and width of a patch, or one number for both; depth, height and
            width for volumes.
        strides: steps from patch to patch, likewise; None for the size.
        dilation_rate: distances between the pixels of a patch, likewise.
        padding: `"valid"` for whole patches only, `"same"` to fill up with zeros.
        data_format: `"channels_last"` or `"channels_first"`; defaults to
            `image_data_format()`.

    Returns:
        A tensor with a pixel for each patch, and `height * width * channels`
        channels.

    Raises:
        TypeError: if `size` is no integer, tuple or list.
        ValueError: if it has not two or three entries, or the images another rank.

    Example:
        >>> from ranvier import ops
        >>> ops.image.extract_patches(ops.ones((2, 8, 8, 3)), 4).shape
        (2, 2, 2, 48)
    """
    if not isinstance(size, (int, tuple, list)):
        raise TypeError(
            "Invalid `size` argument. Expected an int or a tuple. "
            f"Received: size={size} of type {type(size).__name__}"
        )
    rank = 2 if isinstance(size, int) else len(size)
    if rank not in (2, 3):
        raise ValueError(
            "Invalid `size` argument. Expected a tuple of length 2 or 3. "
            f"Received: size={size}"
        )
    return _patches(images, rank, size, strides, dilation_rate, padding, data_format)


@op
def extract_patches_3d(
    volumes, size, strides=None, dilation_rate=1, padding="valid", data_format=None
):
    """Takes patches out of volumes and lays each out as the channels of one voxel.

    Args:
        volumes: one volume or a batch.
        size: depth, height and width of a patch, or one number for all.
        strides: as in `extract_patches`.
        dilation_rate: as in `extract_patches`.
        padding: as in `extract_patches`.
        data_format: as in `extract_patches`.

    Raises:
        ValueError: if the size, strides or rank do not fit.

    Example:
        >>> from ranvier import ops
        >>> ops.image.extract_patches_3d(ops.ones((4, 4, 4, 1)), 2).shape
        (2, 2, 2, 8)
    """
    return _patches(volumes, 3, size, strides, dilation_rate, padding, data_format)


def _patches(x, rank, size, strides, dilation_rate, padding, data_format):
    x = jnp.asarray(x)
    if x.ndim not in (rank + 1, rank + 2):
        raise ValueError(
            f"Expected a tensor of rank {rank + 1}, or {rank + 2} for a batch. "
            f"Received: shape={x.shape}"
        )
    sizes = per_axis("size", size, rank)
    steps = sizes if strides is None else per_axis("strides", strides, rank)
    dilations = per_axis("dilation_rate", dilation_rate, rank)
    last = _config.standardize_data_format(data_format) == "channels_last"
    # Work on (batch..., *space, channels).
    first_axis = x.ndim - rank - 1
    x = x if last else jnp.moveaxis(x, first_axis, -1)
    if check_padding(padding) == "same":
        spans = [(n - 1) * d + 1 for n, d in zip(sizes, dilations)]
        space = x.shape[first_axis:-1]
        pads = jax.lax.padtype_to_pads(space, spans, steps, "SAME")
        x = jnp.pad(x, [(0, 0)] * first_axis + pads + [(0, 0)])
    for i in reversed(range(rank)):
        x = sliding_windows(x, first_axis + i, sizes[i], steps[i], dilations[i])
    # Each spatial axis is a pair now: (patches, places).
    patches = [first_axis + 2 * i for i in range(rank)]
    places = [axis + 1 for axis in patches]
    x = x.transpose(*range(first_axis), *patches, *places, x.ndim - 1)
    x = x.reshape(*x.shape[: first_axis + rank], -1)
    return x if last else jnp.moveaxis(x, -1, first_axis)
