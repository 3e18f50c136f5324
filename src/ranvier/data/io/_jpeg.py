"""JPEG pictures."""

import io

import numpy as np

from ranvier.core._errors import require
from ranvier.data.io._pictures import Picture, check_channels, has_tensor_axes
from ranvier.data.io._values import to_bytes, to_numpy
from ranvier.tensors._dtype import as_dtype
from ranvier.tensors._errors import InvalidArgumentError

_RATIOS = (1, 2, 4, 8)
_METHODS = ("", "INTEGER_FAST", "INTEGER_ACCURATE")
_END = b"\xff\xd9"
_INCH = 2.54  # centimetres


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
    """Decodes a JPEG picture.

    Args:
        contents: its bytes.
        channels: 1 (grey), 3 (RGB), or 0 for what the picture has.
        ratio: 1, 2, 4 or 8, by which the picture is made smaller while decoding.
        fancy_upscaling: accepted and ignored.
        try_recover_truncated: whether to decode what there is of a picture that was
            cut short.
        acceptable_fraction: accepted and ignored.
        dct_method: accepted and ignored.
        name: ignored.

    Returns:
        A uint8 array of shape `(height, width, channels)`.

    Raises:
        InvalidArgumentError: if it is no JPEG picture, or is damaged.
    """
    channels = check_channels(channels, (0, 1, 3), "JPEG images")
    if ratio not in _RATIOS:
        raise InvalidArgumentError(f"ratio must be 1, 2, 4, or 8, got {ratio}")
    if dct_method not in _METHODS:
        raise InvalidArgumentError(
            f"dct_method must be one of {{'', 'INTEGER_FAST', 'INTEGER_ACCURATE'}}, got "
            f"{dct_method!r}"
        )
    contents = to_bytes(contents, "contents")
    if try_recover_truncated:
        contents += _END
    picture = Picture(contents, ["JPEG"], "JPEG")
    width, height = picture.image.size
    small = (-(-width // ratio), -(-height // ratio))
    # Brightness is stored apart from colour, so that grey need not be computed.
    grey = channels == 1 and picture.image.mode in ("RGB", "YCbCr")
    picture.draft("L" if grey else None, small)
    samples = picture.pixels("L", "RGB", "CMYK", "RGB")
    if samples.ndim == 2:
        samples = samples[:, :, None]
    if samples.shape[2] == 4:
        samples = _without_black(samples)
    if channels == 3 and samples.shape[2] == 1:
        return np.repeat(samples, 3, axis=2)
    if channels == 1 and samples.shape[2] == 3:
        return picture.pixels("L")[:, :, None]
    return samples


def _without_black(samples):
    """Returns RGB of cyan, magenta, yellow and black."""
    light = 255 - samples.astype(np.int64)
    return (light[:, :, :3] * light[:, :, 3:] // 255).astype(np.uint8)


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
        contents,
        channels,
        ratio,
        fancy_upscaling,
        try_recover_truncated,
        acceptable_fraction,
        dct_method,
    )
    inside = top >= 0 and left >= 0 and height > 0 and width > 0
    if not inside or top + height > image.shape[0] or left + width > image.shape[1]:
        raise InvalidArgumentError(
            f"Invalid JPEG data or crop window, data size {len(to_bytes(contents))}: "
            f"window {window} of a picture of {image.shape[0]} x {image.shape[1]}"
        )
    return image[top : top + height, left : left + width]


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
