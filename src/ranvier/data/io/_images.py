"""Decoding pictures, whatever their format."""

import numpy as np

from ranvier.data.io._jpeg import is_jpeg, read_jpeg
from ranvier.data.io._other_formats import read_bmp, read_gif, read_webp
from ranvier.data.io._pictures import check_channels
from ranvier.data.io._png import read_png
from ranvier.data.io._texts import one_by_one
from ranvier.data.io._values import to_bytes, to_numpy
from ranvier.tensors._dtype import as_dtype
from ranvier.tensors._errors import InvalidArgumentError

_RATIOS = (1, 2, 4, 8)
_METHODS = ("", "INTEGER_FAST", "INTEGER_ACCURATE")


def format_of(data):
    """Returns the name of a picture's format, or None."""
    if is_jpeg(data):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if data.startswith(b"BM"):
        return "BMP"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    return None


@one_by_one
def decode_png(contents, channels=0, dtype="uint8", name=None):
    """Decodes a PNG picture; JPEG and a GIF of one frame will do, too.

    Args:
        contents: its bytes.
        channels: 1 (grey), 3 (RGB), 4 (RGB and opacity), or 0 for what the picture
            has, which may also be 2 (grey and opacity).
        dtype: uint8 or uint16.
        name: ignored.

    Returns:
        An array of shape `(height, width, channels)`.

    Raises:
        InvalidArgumentError: if it is no such picture, or is damaged.

    Example:
        >>> from ranvier.data.io import encode_png
        >>> image = np.arange(6, dtype=np.uint8).reshape(2, 3, 1)
        >>> decode_png(encode_png(image))[:, :, 0]
        array([[0, 1, 2],
               [3, 4, 5]], dtype=uint8)
    """
    channels = check_channels(channels, (0, 1, 3, 4), "PNG images")
    wanted = as_dtype(dtype).name
    if wanted not in ("uint8", "uint16"):
        raise InvalidArgumentError(
            f"`dtype` must be uint8 or uint16 for PNG images. Received: {wanted}"
        )
    return _still(to_bytes(contents, "contents"), channels, wanted, "decode_png")


@one_by_one
def decode_jpeg(
    contents,
    channels=0,
    ratio=1,
    fancy_upscaling=True,
    try_recover_truncated=False,
    acceptable_fraction=1,
    dct_method="",
    name=None,
):
    """Decodes a JPEG picture; PNG and a GIF of one frame will do, too.

    Args:
        contents: its bytes.
        channels: 1 (grey), 3 (RGB), or 0 for what the picture has.
        ratio: 1, 2, 4 or 8, by which the picture is made smaller while decoding.
        fancy_upscaling: accepted and ignored.
        try_recover_truncated: whether to decode what there is of a picture that was
            cut short.
        acceptable_fraction: accepted and ignored.
        dct_method: "", "INTEGER_FAST" or "INTEGER_ACCURATE"; always accurate.
        name: ignored.

    Returns:
        A uint8 array of shape `(height, width, channels)`.

    Raises:
        InvalidArgumentError: if it is no such picture, or is damaged.

    Example:
        >>> from ranvier.data.io import encode_jpeg
        >>> decode_jpeg(encode_jpeg(np.zeros((4, 6, 3), np.uint8))).shape
        (4, 6, 3)
    """
    channels = check_channels(channels, (0, 1, 3), "JPEG images")
    if ratio not in _RATIOS:
        raise InvalidArgumentError(f"ratio must be 1, 2, 4, or 8, got {ratio}")
    if dct_method not in _METHODS:
        raise InvalidArgumentError(
            f"dct_method must be one of {_METHODS}, got {dct_method!r}"
        )
    data = to_bytes(contents, "contents")
    if is_jpeg(data):
        return read_jpeg(data, channels, ratio, try_recover_truncated)
    return _still(data, channels, "uint8", "decode_jpeg")


@one_by_one
def decode_and_crop_jpeg(
    contents,
    crop_window,
    channels=0,
    ratio=1,
    fancy_upscaling=True,
    try_recover_truncated=False,
    acceptable_fraction=1,
    dct_method="",
    name=None,
):
    """Decodes a part of a JPEG picture.

    Args:
        contents: its bytes.
        crop_window: `[top, left, height, width]` of the part.
        channels: see `decode_jpeg`, as the other arguments.
        ratio: see `decode_jpeg`.
        fancy_upscaling: see `decode_jpeg`.
        try_recover_truncated: see `decode_jpeg`.
        acceptable_fraction: see `decode_jpeg`.
        dct_method: see `decode_jpeg`.
        name: ignored.

    Returns:
        A uint8 array of shape `(height, width, channels)`.

    Raises:
        InvalidArgumentError: as `decode_jpeg`, and if the part is not within it.
    """
    window = np.asarray(to_numpy(crop_window)).tolist()
    if np.shape(window) != (4,):
        raise InvalidArgumentError(
            f"crop_window must have 4 numbers. Received: {window}"
        )
    top, left, height, width = window
    image = decode_jpeg(
        contents, channels, ratio, fancy_upscaling, try_recover_truncated
    )
    inside = top >= 0 and left >= 0 and height > 0 and width > 0
    if not inside or top + height > image.shape[0] or left + width > image.shape[1]:
        raise InvalidArgumentError(
            f"The crop window {window} is not within a picture of {image.shape[0]} x "
            f"{image.shape[1]} pixels."
        )
    return image[top : top + height, left : left + width]


@one_by_one
def decode_bmp(contents, channels=0, name=None):
    """Decodes a BMP picture without compression or palette.

    Args:
        contents: its bytes.
        channels: 3 (RGB), 4 (RGB and opacity), or 0 for what it has.
        name: ignored.

    Returns:
        A uint8 array of shape `(height, width, channels)`.

    Raises:
        InvalidArgumentError: if it is no such picture, or is damaged.
    """
    channels = check_channels(channels, (0, 3, 4), "BMP images")
    return read_bmp(to_bytes(contents, "contents"), channels)


@one_by_one
def decode_gif(contents, name=None):
    """Decodes a GIF picture or animation; PNG and JPEG will do, too.

    Args:
        contents: its bytes.
        name: ignored.

    Returns:
        A uint8 array of shape `(frames, height, width, 3)`.

    Raises:
        InvalidArgumentError: if it is no such picture, or is damaged.
    """
    data = to_bytes(contents, "contents")
    if format_of(data) == "GIF":
        return read_gif(data)
    return _still(data, 3, "uint8", "decode_gif")[None]


@one_by_one
def decode_webp(contents, channels=0, dtype="uint8", name=None):
    """Decodes a WebP picture or animation.

    Args:
        contents: its bytes.
        channels: 3 (RGB), 4 (RGB and opacity), or 0 for what it has.
        dtype: uint8.
        name: ignored.

    Returns:
        A uint8 array of shape `(frames, height, width, channels)`.

    Raises:
        InvalidArgumentError: if it is no WebP picture, or is damaged.
    """
    channels = check_channels(channels, (0, 3, 4), "WebP images")
    if as_dtype(dtype).name != "uint8":
        raise InvalidArgumentError(f"WebP images are uint8. Received: dtype={dtype}")
    return read_webp(to_bytes(contents, "contents"), channels)


@one_by_one
def decode_image(
    contents, channels=None, dtype="uint8", name=None, expand_animations=True
):
    """Decodes a JPEG, PNG, GIF, BMP or WebP picture.

    Args:
        contents: its bytes.
        channels: the number of channels; None or 0 for what the picture has.
        dtype: uint8, another integer dtype, for which samples are scaled to its range,
            or a float dtype, for samples from 0 to 1.
        name: ignored.
        expand_animations: whether a GIF gives all frames, along a further first axis;
            otherwise its first frame.

    Returns:
        An array of shape `(height, width, channels)`, or `(frames, height, width,
        channels)` for GIF and WebP.

    Raises:
        InvalidArgumentError: if the format is unknown or the data is damaged.

    Example:
        >>> from ranvier.data.io import encode_png
        >>> image = np.full((1, 2, 1), 51, np.uint8)
        >>> decode_image(encode_png(image), dtype="float32")[:, :, 0]
        array([[0.2, 0.2]], dtype=float32)
    """
    data = to_bytes(contents, "contents")
    wanted = as_dtype(dtype)
    if not (wanted.is_floating or wanted.is_integer):
        raise InvalidArgumentError(f"`dtype` must be a number. Received: {wanted.name}")
    channels = check_channels(channels, (0, 1, 3, 4), "images")
    format = format_of(data)
    if format == "PNG":
        image = read_png(data, channels, deep=wanted.name != "uint8")
    elif format == "WebP" and wanted.name == "uint8":
        image = read_webp(data, channels)
    elif format == "GIF":
        check_channels(channels, (0, 3), "GIF images")
        image = read_gif(data)
    elif format == "BMP":
        check_channels(channels, (0, 3, 4), "BMP images")
        image = read_bmp(data, channels)
    else:
        image = _still(data, channels, "uint8", "decode_image")
    if image.ndim == 4 and not expand_animations:
        image = image[0]
    return _convert(image, wanted)


def _still(data, channels, dtype, function):
    """Decodes what may stand for a picture without frames."""
    format = format_of(data)
    if format == "PNG":
        return read_png(data, channels, deep=dtype == "uint16")
    if format == "JPEG":
        check_channels(channels, (0, 1, 3), "JPEG images")
        image = read_jpeg(data, channels)
    elif format == "GIF":
        check_channels(channels, (0, 3), "GIF images")
        image = read_gif(data)
        if len(image) > 1:
            raise InvalidArgumentError(
                f"Got {len(image)} frames, but animated gifs can only be decoded by "
                "tf.io.decode_gif or tf.io.decode_image"
            )
        image = image[0]
    elif format:
        raise InvalidArgumentError(
            f"Trying to decode {format} format with {function}. Use "
            f"decode_{format.lower()} or decode_image instead."
        )
    else:
        raise InvalidArgumentError(
            "Unknown image file format. One of JPEG, PNG, GIF, BMP, WebP required."
        )
    return _convert(image, as_dtype(dtype))


def _convert(image, dtype):
    """Scales samples from the range of their dtype to that of another one."""
    if image.dtype == dtype.dtype:
        return image
    if image.dtype == np.uint8 and dtype.name != "float32":
        image = image.astype(np.uint16) * 256
    if dtype.is_floating:
        largest = np.iinfo(image.dtype).max
        return image.astype(dtype.dtype) * dtype.dtype.type(1 / largest)
    top, wanted = np.iinfo(image.dtype).max, np.iinfo(dtype.dtype).max
    if wanted >= top:
        return image.astype(dtype.dtype) * dtype.dtype.type((wanted + 1) // (top + 1))
    return (image // ((top + 1) // (wanted + 1))).astype(dtype.dtype)
