"""BMP, GIF and WebP pictures."""

import numpy as np

from ranvier.data.io._pictures import Picture, opaque
from ranvier.tensors._errors import InvalidArgumentError


def read_bmp(data, channels=0):
    """Decodes a picture without compression or palette.

    Args:
        data: its bytes.
        channels: 3, 4, or 0 for what it has.

    Raises:
        InvalidArgumentError: if it is no such picture, or is damaged.
    """
    if len(data) < 32 or not data.startswith(b"BM"):
        raise InvalidArgumentError(f"Invalid BMP data, size {len(data)}")
    start = int.from_bytes(data[10:14], "little", signed=True)
    width = int.from_bytes(data[18:22], "little", signed=True)
    height = int.from_bytes(data[22:26], "little", signed=True)
    bits = int.from_bytes(data[28:30], "little")
    if bits not in (8, 24, 32):
        raise InvalidArgumentError(
            f"Number of channels inherent in the image must be 1, 3 or 4, was {bits}/8"
        )
    stored = bits // 8
    length = (width * stored + 3) // 4 * 4  # of a line, in whole words
    lines = abs(height)
    if width <= 0 or not lines or start < 0 or start + length * lines > len(data):
        raise InvalidArgumentError(
            f"Invalid BMP data, size {len(data)}: too short for {width} x {height} "
            "pixels"
        )
    rows = np.frombuffer(data, np.uint8, length * lines, start).reshape(lines, length)
    image = rows[:, : width * stored].reshape(lines, width, stored)
    if height > 0:  # from bottom to top
        image = image[::-1]
    if stored >= 3:  # blue comes first
        image = image[:, :, [2, 1, 0, 3][:stored]]
    if channels and stored == 1:
        image = np.repeat(image, 3, axis=2)
    if channels == 4 and stored < 4:
        image = opaque(image)
    return np.ascontiguousarray(image[:, :, : channels or stored])


def read_gif(data):
    """Decodes an animation, as an array of shape `(frames, height, width, 3)`."""
    picture = Picture(data, ["GIF"], "GIF")
    return _stacked(picture, "RGB")


def read_webp(data, channels=0):
    """Decodes an animation, as an array of shape `(frames, height, width, channels)`.

    Args:
        data: its bytes.
        channels: 3, 4, or 0 for what it has.

    Raises:
        InvalidArgumentError: if it has another number of channels.
    """
    picture = Picture(data, ["WEBP"], "WebP")
    stored = len(picture.image.getbands())
    if channels not in (0, stored):
        raise InvalidArgumentError(
            f"channels={channels} does not match the {stored} channels of the picture"
        )
    return _stacked(picture, picture.image.mode)


def _stacked(picture, mode):
    frames = list(picture.frames(mode))
    if any(frame.shape != frames[0].shape for frame in frames):
        raise InvalidArgumentError(
            "The frames of an animation must be of one size. Received: "
            f"{[frame.shape for frame in frames]}"
        )
    return np.stack(frames)
