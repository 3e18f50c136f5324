"""JPEG pictures."""

import io

import numpy as np

from ranvier.core._errors import require
from ranvier.data.io._pictures import Picture, has_tensor_axes
from ranvier.data.io._texts import one_by_one
from ranvier.data.io._values import to_bytes, to_numpy
from ranvier.tensors._dtype import as_dtype
from ranvier.tensors._errors import InvalidArgumentError

_END = b"\xff\xd9"
_INCH = 2.54  # centimetres


def read_jpeg(contents, channels=0, ratio=1, recover=False):
    """Decodes a picture.

    Args:
        contents: its bytes.
        channels: 1, 3, or 0 for what it has.
        ratio: 1, 2, 4 or 8, by which it is made smaller.
        recover: whether to make do with the first part of a picture.

    Raises:
        InvalidArgumentError: if it is no JPEG picture, or is damaged.
    """
    if recover:
        contents += _END
    picture = Picture(contents, ["JPEG"], "JPEG")
    width, height = picture.image.size
    small = (max(width // ratio, 1), max(height // ratio, 1))
    # Brightness is stored apart from colour, so that grey need not be computed.
    grey = channels == 1 and picture.image.mode in ("RGB", "YCbCr")
    picture.draft("L" if grey else None, small)
    samples = picture.pixels("L", "RGB", "CMYK", "RGB")
    if samples.ndim == 2:
        samples = samples[:, :, None]
    if samples.shape[2] == 4:
        if channels == 1:
            raise InvalidArgumentError(
                "Invalid JPEG data: a CMYK picture cannot be decoded with channels=1"
            )
        samples = _without_black(samples)
    if channels == 3 and samples.shape[2] == 1:
        return np.repeat(samples, 3, axis=2)
    return samples


def _without_black(samples):
    """Returns RGB of cyan, magenta, yellow and black."""
    light = 255 - samples.astype(np.int64)
    return (light[:, :, :3] * light[:, :, 3:] // 255).astype(np.uint8)


@one_by_one
def extract_jpeg_shape(contents, output_type="int32", name=None):
    """Returns height, width and channels of a JPEG picture without decoding it.

    Args:
        contents: its bytes.
        output_type: int32 or int64.
        name: ignored.

    Raises:
        InvalidArgumentError: if it is no JPEG picture.
    """
    image = Picture(contents, ["JPEG"], "JPEG").image
    shape = (image.height, image.width, len(image.getbands()))
    return np.array(shape, as_dtype(output_type).dtype)


@one_by_one
def is_jpeg(contents, name=None):
    """Tells whether a string begins like a JPEG picture.

    Args:
        contents: bytes.
        name: ignored.

    Example:
        >>> is_jpeg(b"text")
        False
    """
    return to_bytes(contents, "contents").startswith(b"\xff\xd8\xff")


def encode_jpeg(
    image,
    format="",
    quality=95,
    progressive=False,
    optimize_size=False,
    chroma_downsampling=True,
    density_unit="in",
    x_density=300,
    y_density=300,
    xmp_metadata="",
    name=None,
):
    """Encodes a picture as JPEG.

    Args:
        image: a uint8 array or tensor of shape `(height, width, 1 or 3)`.
        format: "grayscale", "rgb", or "" for what the shape says.
        quality: 0 to 100.
        progressive: whether a part of the data gives a coarse picture.
        optimize_size: whether to spend time on a smaller result.
        chroma_downsampling: whether colours get half the resolution.
        density_unit: "in" or "cm".
        x_density: pixels per unit.
        y_density: pixels per unit.
        xmp_metadata: XMP metadata to embed.
        name: ignored.

    Returns:
        Bytes.

    Raises:
        InvalidArgumentError: for another shape, dtype or quality.

    Example:
        >>> is_jpeg(encode_jpeg(np.zeros((8, 8, 3), np.uint8)))
        True
    """
    image = np.asarray(to_numpy(image))
    if image.dtype != np.uint8:
        raise InvalidArgumentError(
            f"`image` must be of dtype uint8. Received: {image.dtype}"
        )
    depths = {"": (1, 3), "grayscale": (1,), "rgb": (3,)}
    if format not in depths:
        raise InvalidArgumentError(
            f"format must be '', 'grayscale' or 'rgb', got {format!r}"
        )
    has_tensor_axes(image, "encode_jpeg", depths[format])
    if not 0 <= quality <= 100:
        raise InvalidArgumentError(f"quality must be in [0,100], got {quality}")
    if density_unit not in ("in", "cm"):
        raise InvalidArgumentError(
            f"Invalid density_unit {density_unit!r}: expected 'in' or 'cm'"
        )
    scale = 1 if density_unit == "in" else _INCH
    pillow = require("PIL.Image", "data")
    picture = pillow.fromarray(image[:, :, 0] if image.shape[2] == 1 else image)
    out = io.BytesIO()
    metadata = to_bytes(xmp_metadata, "xmp_metadata")
    picture.save(
        out,
        "JPEG",
        quality=max(quality, 1),  # Pillow takes 0 for its default
        progressive=progressive,
        optimize=optimize_size,
        subsampling=2 if chroma_downsampling else 0,
        dpi=(round(x_density * scale), round(y_density * scale)),
        **({"xmp": metadata} if metadata else {}),
    )
    return out.getvalue()
