"""The size of images: resizing, padding, cropping, scaling with a shift."""

import inspect

import jax
import jax.numpy as jnp

from ranvier.ops._core import saturate_cast
from ranvier.ops._dispatch import op
from ranvier.ops._image_layout import as_images, axes_of, choice
from ranvier.ops._specs import infer, output_spec
from ranvier.ops._symbolic import KerasTensor

_INTERPOLATIONS = ("bilinear", "nearest", "lanczos3", "lanczos5", "bicubic")
_METHODS = (
    "linear",
    "bilinear",
    "trilinear",
    "cubic",
    "bicubic",
    "tricubic",
    "lanczos3",
    "lanczos5",
)


@op
def resize(
    images,
    size,
    interpolation="bilinear",
    antialias=False,
    crop_to_aspect_ratio=False,
    pad_to_aspect_ratio=False,
    fill_mode="constant",
    fill_value=0.0,
    data_format=None,
):
    """Resizes images.

    Args:
        images: one image or a batch.
        size: the new height and width.
        interpolation: `"bilinear"`, `"nearest"`, `"bicubic"`, `"lanczos3"` or
            `"lanczos5"`.
        antialias: whether to smooth images that become smaller.
        crop_to_aspect_ratio: whether to cut the sides off that would be distorted.
        pad_to_aspect_ratio: whether to add margins so that nothing is distorted.
        fill_mode: only `"constant"`.
        fill_value: the value of the margins.
        data_format: `"channels_last"` or `"channels_first"`; defaults to
            `image_data_format()`.

    Returns:
        Images of the same dtype; integers are rounded.

    Raises:
        ValueError: for another rank, a size that is not positive, or unknown modes.

    Example:
        >>> from ranvier import ops
        >>> ops.image.resize(ops.ones((2, 8, 8, 3)), (4, 6)).shape
        (2, 4, 6, 3)
    """
    images = as_images(images)
    choice("interpolation", interpolation, _INTERPOLATIONS)
    choice("fill_mode", fill_mode, ("constant",))
    if len(size) != 2 or min(size) <= 0:
        raise ValueError(
            "`size` must be a positive height and a positive width. "
            f"Received: size={size}"
        )
    if pad_to_aspect_ratio and crop_to_aspect_ratio:
        raise ValueError(
            "Only one of `pad_to_aspect_ratio` & `crop_to_aspect_ratio` can be `True`."
        )
    dtype = images.dtype
    height, width = size
    axes = axes_of(data_format)[:2]
    if crop_to_aspect_ratio:
        images = _crop_to_ratio(images, axes, height, width)
    elif pad_to_aspect_ratio:
        images = _pad_to_ratio(images, axes, height, width, fill_value)
    shape = list(images.shape)
    for axis, length in zip(axes, size):
        shape[axis] = length
    resized = jax.image.resize(images, shape, interpolation, antialias)
    if jnp.issubdtype(dtype, jnp.integer):
        resized = jnp.round(resized)
    return resized if resized.dtype == dtype else saturate_cast(resized, dtype)


def _crop_to_ratio(images, axes, target_height, target_width):
    height, width = (images.shape[axis] for axis in axes)
    crop_height = max(min(height, int(width * target_height / target_width)), 1)
    crop_width = max(min(width, int(height * target_width / target_height)), 1)
    for axis, length, kept in zip(axes, (height, width), (crop_height, crop_width)):
        start = (length - kept) // 2
        axis = images.ndim + axis
        images = jax.lax.slice_in_dim(images, start, start + kept, axis=axis)
    return images


def _pad_to_ratio(images, axes, target_height, target_width, fill_value):
    height, width = (images.shape[axis] for axis in axes)
    pad_height = max(height, int(width * target_height / target_width))
    pad_width = max(width, int(height * target_width / target_height))
    margins = [(0, 0)] * images.ndim
    for axis, length, padded in zip(axes, (height, width), (pad_height, pad_width)):
        margins[axis] = ((padded - length) // 2,) * 2
    return jnp.pad(images, margins, constant_values=fill_value)


@op
def scale_and_translate(
    images, output_shape, scale, translation, spatial_dims, method, antialias=True
):
    """Scales and shifts images: a pixel at `x` moves to `scale * x + translation`.

    Args:
        images: a tensor.
        output_shape: the shape of the result, all axes.
        scale: a factor for each of `spatial_dims`.
        translation: a shift, in pixels of the result, for each of `spatial_dims`.
        spatial_dims: the axes to scale.
        method: `"linear"`, `"cubic"` (or their `bi` and `tri` forms), `"lanczos3"`
            or `"lanczos5"`.
        antialias: whether to smooth images that become smaller.

    Raises:
        ValueError: for an unknown method.

    Example:
        >>> from ranvier import ops
        >>> x = ops.array([[1.0, 2.0]])
        >>> ops.image.scale_and_translate(
        ...     x, (1, 2), [1.0], [1.0], spatial_dims=(1,), method="linear"
        ... ).tolist()
        [[0.0, 1.0]]
    """
    choice("method", method, _METHODS)
    return jax.image.scale_and_translate(
        jnp.asarray(images),
        output_shape,
        spatial_dims,
        jnp.asarray(scale),
        jnp.asarray(translation),
        method,
        antialias,
    )


@op
def pad_images(
    images,
    top_padding=None,
    left_padding=None,
    bottom_padding=None,
    right_padding=None,
    target_height=None,
    target_width=None,
    data_format=None,
):
    """Adds rows and columns of zeros around images.

    Of `top_padding`, `bottom_padding` and `target_height` two must be given, and
    likewise for the columns.

    Args:
        images: one image or a batch.
        top_padding: rows above.
        left_padding: columns to the left.
        bottom_padding: rows below.
        right_padding: columns to the right.
        target_height: the new height.
        target_width: the new width.
        data_format: `"channels_last"` or `"channels_first"`; defaults to
            `image_data_format()`.

    Raises:
        ValueError: for another rank, too many or too few arguments, or a negative one.

    Example:
        >>> from ranvier import ops
        >>> ops.image.pad_images(
        ...     ops.ones((2, 2, 3)), 1, 0, target_height=4, target_width=2
        ... ).shape
        (4, 2, 3)
    """
    images = as_images(images)
    rows, columns = axes_of(data_format)[:2]
    margins = [(0, 0)] * images.ndim
    margins[rows] = _margins(
        "padding",
        top_padding=top_padding,
        bottom_padding=bottom_padding,
        target_height=target_height,
        length=images.shape[rows],
    )
    margins[columns] = _margins(
        "padding",
        left_padding=left_padding,
        right_padding=right_padding,
        target_width=target_width,
        length=images.shape[columns],
    )
    return jnp.pad(images, margins)


@output_spec(pad_images)
def _pad_images_spec(images, *args, **kwargs):
    # Any size that fits will do in place of one that is unknown: it shows only where
    # the new size is not given.
    call = inspect.signature(pad_images).bind_partial(images, *args, **kwargs)
    given, shape = call.arguments, list(images.shape)
    rows, columns = axes_of(given.get("data_format"))[:2]
    for axis, before, after, target in (
        (rows, "top_padding", "bottom_padding", "target_height"),
        (columns, "left_padding", "right_padding", "target_width"),
    ):
        size = given.get(target)
        if len(shape) > 2 and shape[axis] is None and size is not None:
            shape[axis] = size - (given.get(before) or given.get(after) or 0)
    given["images"] = KerasTensor(shape, images.dtype)
    return infer(pad_images.raw, (), given)


@op
def crop_images(
    images,
    top_cropping=None,
    left_cropping=None,
    bottom_cropping=None,
    right_cropping=None,
    target_height=None,
    target_width=None,
    data_format=None,
):
    """Cuts rows and columns off images.

    Of `top_cropping`, `bottom_cropping` and `target_height` two must be given, and
    likewise for the columns.

    Args:
        images: one image or a batch.
        top_cropping: rows above.
        left_cropping: columns to the left.
        bottom_cropping: rows below.
        right_cropping: columns to the right.
        target_height: the new height.
        target_width: the new width.
        data_format: `"channels_last"` or `"channels_first"`; defaults to
            `image_data_format()`.

    Raises:
        ValueError: for another rank, too many or too few arguments, or a negative one.

    Example:
        >>> from ranvier import ops
        >>> ops.image.crop_images(
        ...     ops.ones((4, 4, 3)), 1, 0, target_height=2, target_width=3
        ... ).shape
        (2, 3, 3)
    """
    images = as_images(images)
    rows, columns = (images.ndim + axis for axis in axes_of(data_format)[:2])
    top, bottom = _margins(
        "cropping",
        top_cropping=top_cropping,
        bottom_cropping=bottom_cropping,
        target_height=target_height,
        length=images.shape[rows],
    )
    left, right = _margins(
        "cropping",
        left_cropping=left_cropping,
        right_cropping=right_cropping,
        target_width=target_width,
        length=images.shape[columns],
    )
    for axis, before, after in ((rows, top, bottom), (columns, left, right)):
        end = images.shape[axis] - after
        images = jax.lax.slice_in_dim(images, before, end, axis=axis)
    return images


def _margins(kind, *, length, **given):
    """Returns the margins at both ends of an axis from two of three numbers."""
    if list(given.values()).count(None) != 1:
        raise ValueError(
            f"Must specify exactly two of {', '.join(given)}. Received: {given}"
        )
    before, after, target = given.values()
    if target is not None:
        _require_nonnegative(given, length, {list(given)[2]: target})
    if target is not None:
        total = target - length if kind == "padding" else length - target
        before = total - after if before is None else before
        after = total - before if after is None else after
    target = length + (before + after) * (1 if kind == "padding" else -1)
    _require_nonnegative(given, length, dict(zip(given, (before, after, target))))
    return before, after


def _require_nonnegative(given, length, values):
    for name, value in values.items():
        if value < 0:
            raise ValueError(
                f"{name} must be >= 0. Received: {name}={value} for images of length "
                f"{length} along that axis, and {given}"
            )
