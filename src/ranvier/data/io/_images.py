"""Pictures of any format."""

import numpy as np

from ranvier.data.io._jpeg import decode_jpeg, is_jpeg
from ranvier.data.io._pictures import Picture, check_channels
from ranvier.data.io._png import decode_png
from ranvier.data.io._values import to_bytes
from ranvier.tensors._dtype import as_dtype
from ranvier.tensors._errors import InvalidArgumentError

_LARGEST = {"uint8": 255, "uint16": 65535}


def decode_bmp(contents, channels=0, name=None):
    """Decodes a BMP picture without compression or palette.

    Args:
        contents: its bytes.
        channels: 1 (grey), 3 (RGB), 4 (RGB and opacity), or 0 for what it has.
        name: ignored.

    Returns:
        A uint8 array of shape `(height, width, channels)`.

    Raises:
        InvalidArgumentError: if it is no such picture, or has other channels.
    """
    channels = check_channels(channels, (0, 1, 3, 4), "BMP images")
    data = to_bytes(contents, "contents")
    if len(data) < 32 or not data.startswith(b"BM"):
        raise InvalidArgumentError(f"Invalid BMP data, size {len(data)}")
    start = int.from_bytes(data[10:14], "little", signed=True)
    width = int.from_bytes(data[18:22], "little", signed=True)
    height = int.from_bytes(data[22:26], "little", signed=True)
    bits = int.from_bytes(data[28:30], "little")
    if bits not in (8, 24, 32) or channels not in (0, bits // 8):
        raise InvalidArgumentError(
            f"channels attribute {channels} does not match bits per pixel from file "
            f"{bits}"
        )
    channels = bits // 8
    length = (width * channels + 3) // 4 * 4  # of a line, in whole words
    lines = abs(height)
    if width <= 0 or not lines or start < 0 or start + length * lines > len(data):
        raise InvalidArgumentError(
            f"Invalid BMP data, size {len(data)}: too short for {width} x {height} "
            "pixels"
        )
    rows = np.frombuffer(data, np.uint8, length * lines, start).reshape(lines, length)
    image = rows[:, : width * channels].reshape(lines, width, channels)
    if height > 0:  # from bottom to top
        image = image[::-1]
    if channels >= 3:  # blue comes first
        image = image[:, :, [2, 1, 0, 3][:channels]]
    return np.ascontiguousarray(image)


def decode_gif(contents, name=None):
    """Decodes a GIF picture or animation.

    Args:
        contents: its bytes.
        name: ignored.

    Returns:
        A uint8 array of shape `(frames, height, width, 3)`.

    Raises:
        InvalidArgumentError: if it is no GIF picture, or is damaged.
    """
    return _frames(contents, "GIF")


def _frames(contents, format):
    picture = Picture(contents, [format], format)
    return np.stack(list(picture.frames()))


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
    picture = Picture(contents, ["WEBP"], "WebP")
    if not channels:
        channels = 4 if picture.image.mode == "RGBA" else 3
    return np.stack(list(picture.frames("RGBA" if channels == 4 else "RGB")))


def decode_image(
    contents, channels=None, dtype="uint8", name=None, expand_animations=True
):
    """Decodes a JPEG, PNG, GIF, BMP or WebP picture.

    Args:
        contents: its bytes.
        channels: the number of channels; None or 0 for what the picture has.
        dtype: uint8, uint16, or float32, float64, float16 for numbers from 0 to 1.
        name: ignored.
        expand_animations: whether a GIF gives all frames, along a further first axis;
            otherwise its first frame.

    Returns:
        An array of shape `(height, width, channels)`, or `(frames, height, width,
        channels)` for a GIF.

    Raises:
        InvalidArgumentError: if the format is unknown or the data is damaged.

    Example:
        >>> from ranvier.data.io import encode_png
        >>> image = np.full((1, 2, 1), 51, np.uint8)
        >>> decode_image(encode_png(image), dtype="float32")[:, :, 0]
        array([[0.2, 0.2]], dtype=float32)
    """
    data = to_bytes(contents, "contents")
    dtype = as_dtype(dtype)
    if dtype.name not in ("uint8", "uint16", "float16", "float32", "float64"):
        raise InvalidArgumentError(
            f"`dtype` must be uint8, uint16 or a float dtype. Received: {dtype.name}"
        )
    channels = check_channels(channels, (0, 1, 3, 4), "images")
    return _as_dtype(_decode(data, channels, dtype, expand_animations), dtype)


def _decode(data, channels, dtype, expand_animations):
    if is_jpeg(data):
        _refuse(channels, 4, "JPEG")
        return decode_jpeg(data, channels)
    if data.startswith(b"\x89PNG"):
        return decode_png(
            data, channels, "uint8" if dtype.name == "uint8" else "uint16"
        )
    if data.startswith(b"GIF8"):
        _refuse(channels, 1, "GIF")
        _refuse(channels, 4, "GIF")
        frames = decode_gif(data)
        return frames if expand_animations else frames[0]
    if data.startswith(b"BM"):
        return decode_bmp(data, channels)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        frames = decode_webp(data, channels)
        return frames if expand_animations and len(frames) > 1 else frames[0]
    raise InvalidArgumentError(
        "Unknown image file format. One of JPEG, PNG, GIF, BMP, WebP required."
    )


def _refuse(channels, wrong, format):
    if channels == wrong:
        raise InvalidArgumentError(
            f"channels must be 0{', 1' if format == 'JPEG' else ''}, or 3 for {format} "
            f"images, got {channels}"
        )


def _as_dtype(image, dtype):
    """Converts samples, so that the largest stays the largest."""
    if image.dtype == dtype.dtype:
        return image
    if dtype.name == "uint16":
        return image.astype(np.uint16) * 257
    scaled = image.astype(np.float64) / _LARGEST[image.dtype.name]
    return scaled.astype(dtype.dtype)
