"""Pictures of Pillow and arrays: Keras's four functions between the two."""

import io
import os
import warnings

import numpy as np

from ranvier.core import _config, _errors

_MODES = {1: "L", 3: "RGB", 4: "RGBA"}
_COLOR_MODES = {"rgb": ("RGB",), "rgba": ("RGBA",), "grayscale": ("L", "I;16", "I")}
_RESAMPLINGS = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")


def array_to_img(x, data_format=None, scale=True, dtype=None):
    """Makes a picture of an array.

    Args:
        x: array of shape `(height, width, channels)`, or `(channels, height, width)`;
            1, 3 or 4 channels.
        data_format: `"channels_last"` or `"channels_first"`; default: the global one.
        scale: whether to stretch the values to 0...255.
        dtype: dtype to compute in; default: the global one.

    Returns:
        A `PIL.Image.Image`.

    Raises:
        ValueError: for other shapes.

    Example:
        >>> import numpy as np
        >>> array_to_img(np.zeros((4, 6, 3))).size
        (6, 4)
    """
    Image = _errors.require("PIL.Image", "data")
    data_format = _config.standardize_data_format(data_format)
    x = np.asarray(x, dtype=dtype or _config.floatx())
    if x.ndim != 3:
        raise ValueError(
            "Expected image array to have rank 3 (single image). Got array with shape: "
            f"{x.shape}"
        )
    if data_format == "channels_first":
        x = x.transpose(1, 2, 0)
    channels = x.shape[2]
    if channels not in _MODES:
        raise ValueError(f"Unsupported channel number: {channels}")
    if scale:
        x = x - np.min(x)
        highest = np.max(x)
        x = x / (highest if highest != 0 else 1) * 255
    if channels == 1 and np.max(x) > 255:  # more than 8 bits
        return Image.fromarray(x[:, :, 0].astype("int32"))
    pixels = x.astype("uint8")
    return Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels)


def img_to_array(img, data_format=None, dtype=None):
    """Makes an array of a picture.

    Args:
        img: a `PIL.Image.Image`, or an array `(height, width[, channels])`.
        data_format: `"channels_last"` or `"channels_first"`; default: the global one.
        dtype: dtype of the array; default: the global one.

    Returns:
        NumPy array of three axes.

    Raises:
        ValueError: for arrays of other shapes.

    Example:
        >>> import numpy as np
        >>> img_to_array(np.zeros((4, 6))).shape
        (4, 6, 1)
    """
    data_format = _config.standardize_data_format(data_format)
    x = np.asarray(img, dtype=dtype or _config.floatx())
    if x.ndim == 2:
        x = x[:, :, None] if data_format == "channels_last" else x[None]
    elif x.ndim != 3:
        raise ValueError(f"Unsupported image shape: {x.shape}")
    elif data_format == "channels_first":
        x = x.transpose(2, 0, 1)
    return x


def save_img(path, x, data_format=None, file_format=None, scale=True, **kwargs):
    """Writes an array as a picture.

    Args:
        path: the file, or an open one.
        x: array, as for `array_to_img`.
        data_format: `"channels_last"` or `"channels_first"`; default: the global one.
        file_format: the kind of file; default: by the name's ending.
        scale: whether to stretch the values to 0...255.
        **kwargs: for Pillow's `save`.

    Example:
        >>> import numpy as np, os, tempfile
        >>> file = os.path.join(tempfile.mkdtemp(), "grey.png")
        >>> save_img(file, np.ones((4, 6, 1)))
        >>> load_img(file, color_mode="grayscale").size
        (6, 4)
    """
    picture = array_to_img(x, data_format, scale)
    if file_format is None and isinstance(path, (str, os.PathLike)):
        file_format = os.path.splitext(path)[1].removeprefix(".").lower() or None
    if file_format == "jpg":  # Pillow knows one name only
        file_format = "jpeg"
    if picture.mode == "RGBA" and file_format == "jpeg":
        warnings.warn(
            "JPEG has no transparency: the picture is saved as RGB.", stacklevel=2
        )
        picture = picture.convert("RGB")
    picture.save(path, format=file_format, **kwargs)


def load_img(
    path,
    color_mode="rgb",
    target_size=None,
    interpolation="nearest",
    keep_aspect_ratio=False,
):
    """Reads a picture.

    Args:
        path: the file, or a `BytesIO`.
        color_mode: `"rgb"`, `"rgba"` or `"grayscale"` (of 8, 16 or 32 bits).
        target_size: `(height, width)` to resize to, or None.
        interpolation: `"nearest"`, `"bilinear"`, `"bicubic"`, `"hamming"`, `"box"` or
            `"lanczos"`.
        keep_aspect_ratio: whether to cut off what would be distorted.

    Returns:
        A `PIL.Image.Image`.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: for an unknown mode or interpolation.
    """
    Image = _errors.require("PIL.Image", "data")
    if isinstance(path, io.BytesIO):
        picture = Image.open(path)
    elif isinstance(path, (str, bytes, os.PathLike)):
        with open(path, "rb") as file:
            picture = Image.open(io.BytesIO(file.read()))
    else:
        raise TypeError(f"path should be path-like or io.BytesIO, not {type(path)}")
    if color_mode not in _COLOR_MODES:
        raise ValueError(
            'color_mode must be "grayscale", "rgb", or "rgba". Received: '
            f"color_mode={color_mode!r}"
        )
    modes = _COLOR_MODES[color_mode]
    if picture.mode not in modes:
        picture = picture.convert(modes[0])
    if target_size is None or picture.size == (target_size[1], target_size[0]):
        return picture
    if interpolation not in _RESAMPLINGS:
        raise ValueError(
            f"Invalid interpolation method {interpolation} specified. Supported "
            f"methods are {', '.join(_RESAMPLINGS)}"
        )
    size = target_size[1], target_size[0]
    box = _middle(picture.size, size) if keep_aspect_ratio else None
    return picture.resize(size, Image.Resampling[interpolation.upper()], box=box)


def _middle(size, target):
    """Returns the largest box in the middle of a picture with the target's shape."""
    width, height = size
    crop_width = min(width, height * target[0] // target[1])
    crop_height = min(height, width * target[1] // target[0])
    left, top = (width - crop_width) // 2, (height - crop_height) // 2
    return left, top, left + crop_width, top + crop_height
