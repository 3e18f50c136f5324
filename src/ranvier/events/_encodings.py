"""How TensorBoard wants values: buckets, pixels of 8 bits, WAV."""

import numpy as np

from ranvier.data.io import _wav
from ranvier.tensors._errors import InvalidArgumentError


def histogram_buckets(data, count):
    """Returns an array of rows `[left edge, right edge, number of values]`.

    Args:
        data: numbers, of any shape.
        count: number of buckets of equal width.
    """
    data = data.ravel().astype(np.float64)
    if count <= 0 or not data.size:
        return np.zeros((max(count, 0), 3))
    low, high = data.min(), data.max()
    with np.errstate(invalid="ignore", divide="ignore"):
        position = np.floor((data - low) / ((high - low) / count))
    position = position[np.isfinite(position)]
    places = np.minimum(position, count - 1).astype(np.int64)
    return buckets_of(low, high, np.bincount(places, minlength=count), data.size)


def buckets_of(low, high, counts, size):
    """Returns the rows for the extremes of the values and the counts of the buckets.

    Args:
        low: smallest value.
        high: largest value.
        counts: values in each bucket.
        size: number of values.
    """
    count = len(counts)
    if low == high:
        # All values in the last bucket, which has no width, like the others.
        edges = np.full(count + 1, high)
        counts = np.r_[np.zeros(count - 1), size]
    else:
        with np.errstate(invalid="ignore"):
            edges = np.linspace(low, high, count + 1)
    return np.stack([edges[:-1], edges[1:], counts], axis=1).astype(np.float64)


def to_uint8(pictures):
    """Returns pictures with samples from 0 to 255.

    Args:
        pictures: floats from 0 to 1 (others are cut off), uint8, or other integers,
            which are scaled from their range.
    """
    kind = pictures.dtype.kind
    if pictures.dtype == np.uint8:
        return pictures
    if kind == "b":
        return pictures.astype(np.uint8) * np.uint8(255)
    if kind == "f":
        # Half a step more than 255: every value has an equal share.
        scaled = pictures * pictures.dtype.type(255.5)
        with np.errstate(invalid="ignore"):
            return np.nan_to_num(np.clip(scaled, 0, 255)).astype(np.uint8)
    largest = int(np.iinfo(pictures.dtype).max)
    if largest < 255:
        return np.clip(pictures, 0, 255).astype(np.uint8) * np.uint8(256 // 128)
    return np.clip(pictures // ((largest + 1) // 256), 0, 255).astype(np.uint8)


def encode_wav(frames, sample_rate):
    """Returns a sound as a WAV file of 16 bits a sample.

    Args:
        frames: floats from -1 to 1 of shape `(frames, channels)`.
        sample_rate: frames per second.

    Raises:
        InvalidArgumentError: if these are no floats, or the rate is not positive.
    """
    if frames.dtype.kind != "f":
        raise InvalidArgumentError(
            "`data` of summary.audio must hold floats from -1 to 1. Received: "
            f"{frames.dtype}"
        )
    if sample_rate <= 0:
        raise InvalidArgumentError(
            f"`sample_rate` must be positive. Received: {sample_rate}"
        )
    return _wav.encode_wav(frames, sample_rate)
