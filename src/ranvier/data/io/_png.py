"""PNG pictures, of 8 and 16 bits a sample."""

import io
import struct
import zlib

import numpy as np

from ranvier.data.io._pictures import Picture, opaque
from ranvier.data.io._values import to_numpy
from ranvier.tensors._errors import InvalidArgumentError

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Channels of the colour types with plain samples.
_CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}
# Shares of red, green and blue in a grey value, of 32768.
_GREY = np.array([9797, 19234, 3737], np.int64)


def read_png(contents, channels=0, deep=False):
    """Decodes a picture.

    Args:
        contents: its bytes.
        channels: 1, 3, 4, or 0 for what it has.
        deep: whether the result is uint16, else uint8.

    Raises:
        InvalidArgumentError: if it is no PNG picture, or is damaged.
    """
    samples = _with_channels(_stored_samples(contents, channels), channels)
    if samples.dtype == np.uint16 and not deep:
        return (samples >> 8).astype(np.uint8)
    if samples.dtype == np.uint8 and deep:
        return samples.astype(np.uint16) * 257
    return samples


def _stored_samples(contents, channels):
    """Returns the samples of a picture as they are stored; palettes as RGB."""
    picture = Picture(contents, ["PNG"], "PNG")
    image = picture.image
    if picture.contents[24:25] == b"\x10":  # bits a sample
        return _read_deep(picture.contents)
    transparent = "transparency" in image.info
    if image.mode == "P":
        return picture.pixels("RGBA" if transparent else "RGB")
    if transparent and channels == 4:  # one colour is
        return picture.pixels("RGBA")
    samples = picture.pixels("L", "LA", "RGB", "RGBA", "L")
    return samples[:, :, None] if samples.ndim == 2 else samples


def _with_channels(samples, channels):
    """Adds or removes colours and opacity."""
    present = samples.shape[2]
    if channels in (0, present):
        return samples
    colours = samples[:, :, : 1 if present < 3 else 3]
    if channels >= 3 and present < 3:
        colours = np.repeat(colours, 3, axis=2)
    elif channels < 3 and present >= 3:
        rounding = 16384 if samples.dtype == np.uint16 else 0
        grey = (colours @ _GREY + rounding) >> 15
        colours = grey[:, :, None].astype(samples.dtype)
    if channels in (1, 3):
        return colours
    if present in (2, 4):
        return np.concatenate([colours, samples[:, :, -1:]], axis=2)
    return opaque(colours)


def _read_deep(contents):
    """Decodes a picture of 16 bits a sample, which Pillow would cut to 8."""
    try:
        return _Deep(contents).read()
    except (struct.error, zlib.error, KeyError, ValueError, IndexError) as error:
        raise InvalidArgumentError(
            f"Invalid PNG data, size {len(contents)}: {error}"
        ) from error


class _Deep:
    """A picture of 16 bits a sample without palette."""

    # Where the pixels of each pass of an interlaced picture begin, and their steps.
    _PASSES = (
        (0, 0, 8, 8),
        (0, 4, 8, 8),
        (4, 0, 8, 4),
        (0, 2, 4, 4),
        (2, 0, 4, 2),
        (0, 1, 2, 2),
        (1, 0, 2, 1),
    )

    def __init__(self, contents):
        width, height, _, colour, _, _, self._interlaced = struct.unpack_from(
            ">IIBBBBB", contents, 16
        )
        self._shape = (height, width, _CHANNELS[colour])
        size = (
            height + (7 * height if self._interlaced else 0)
        ) + height * width * 2 * (self._shape[2])
        data = b"".join(self._chunks(contents))
        self._data = zlib.decompressobj().decompress(data, size)

    @staticmethod
    def _chunks(contents):
        position = len(_SIGNATURE)
        while position + 8 <= len(contents):
            length, kind = struct.unpack_from(">I4s", contents, position)
            data = contents[position + 8 : position + 8 + length]
            if kind == b"IDAT":
                yield data
            position += 12 + length

    def read(self):
        height, width, channels = self._shape
        samples = np.zeros(self._shape, ">u2")
        position = 0
        passes = self._PASSES if self._interlaced else ((0, 0, 1, 1),)
        for row, column, row_step, column_step in passes:
            part = samples[row::row_step, column::column_step]
            if 0 in part.shape:
                continue
            rows, position = self._rows(part.shape, position)
            part[...] = rows
        return samples.astype(np.uint16)

    def _rows(self, shape, position):
        """Returns the samples of one pass, and where the next begins."""
        height, width, channels = shape
        pixel = 2 * channels
        length = width * pixel
        rows = np.empty((height, length), np.uint8)
        above = np.zeros(length, np.uint8)
        for i in range(height):
            kind = self._data[position]
            line = np.frombuffer(self._data, np.uint8, length, position + 1)
            above = rows[i] = _unfilter(kind, line, above, pixel)
            position += 1 + length
        return rows.view(">u2").reshape(shape), position


def _unfilter(kind, line, above, pixel):
    """Returns a line of bytes from its differences to what is left and above."""
    if kind == 0:
        return line
    if kind == 1:
        steps = line.reshape(-1, pixel)
        return np.add.accumulate(steps, axis=0, dtype=np.uint8).ravel()
    if kind == 2:
        return line + above
    if kind not in (3, 4):
        raise ValueError(f"unknown filter {kind}")
    left, corner = np.zeros(pixel, np.int64), np.zeros(pixel, np.int64)
    result = np.empty(len(line), np.uint8)
    for i in range(0, len(line), pixel):
        up = above[i : i + pixel].astype(np.int64)
        guess = (left + up) // 2 if kind == 3 else _paeth(left, up, corner)
        left = (line[i : i + pixel] + guess) & 0xFF
        result[i : i + pixel] = left
        corner = up
    return result


def _paeth(left, up, corner):
    """Returns whichever neighbour is nearest to `left + up - corner`."""
    straight = left + up - corner
    to_left, to_up = abs(straight - left), abs(straight - up)
    to_corner = abs(straight - corner)
    first = (to_left <= to_up) & (to_left <= to_corner)
    return np.where(first, left, np.where(to_up <= to_corner, up, corner))


def encode_png(image, compression=-1, name=None):
    """Encodes a picture as PNG.

    Args:
        image: an array or tensor of shape `(height, width, channels)`, of dtype uint8
            or uint16. The channels are 1 (grey), 2 (grey and opacity), 3 (RGB) or 4
            (RGB and opacity). Or several, along axes before these.
        compression: 0 (none) to 9 (smallest), -1 for zlib's default.
        name: ignored.

    Returns:
        Bytes, or an array of bytes for several pictures.

    Raises:
        InvalidArgumentError: for another shape, dtype or compression.
    """
    image = np.asarray(to_numpy(image))
    if image.dtype not in (np.uint8, np.uint16):
        raise InvalidArgumentError(
            f"`image` must be of dtype uint8 or uint16. Received: {image.dtype}"
        )
    if not -1 <= compression <= 9:
        raise InvalidArgumentError(
            f"compression should be in [-1,9], got {compression}"
        )
    if image.ndim < 3 or image.shape[-1] not in (1, 2, 3, 4) or 0 in image.shape[-3:]:
        raise InvalidArgumentError(
            "`image` must be of shape (height, width, channels) with 1 to 4 channels. "
            f"Received: shape {image.shape}"
        )
    if image.ndim == 3:
        return _encode_png(image, compression)
    flat = image.reshape(-1, *image.shape[-3:])
    encoded = np.empty(len(flat), object)
    encoded[:] = [_encode_png(one, compression) for one in flat]
    return encoded.reshape(image.shape[:-3])


def _encode_png(image, compression):
    height, width, channels = image.shape
    kind = {count: colour for colour, count in _CHANNELS.items()}[channels]
    bits = 8 * image.dtype.itemsize
    header = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)
    samples = image.astype(image.dtype.newbyteorder(">"))
    samples = samples.reshape(height, -1).view(np.uint8)
    # Differences to the line above make most pictures smaller.
    lines = np.full((height, samples.shape[1] + 1), 2, np.uint8)
    lines[0, 0] = 0
    lines[:, 1:] = samples
    lines[1:, 1:] -= samples[:-1]
    data = zlib.compress(lines.tobytes(), compression)
    out = io.BytesIO()
    out.write(_SIGNATURE)
    for name, chunk in ((b"IHDR", header), (b"IDAT", data), (b"IEND", b"")):
        checksum = zlib.crc32(name + chunk)
        out.write(struct.pack(">I", len(chunk)) + name + chunk)
        out.write(struct.pack(">I", checksum))
    return out.getvalue()
