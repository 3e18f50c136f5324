"""WAV: sound as integers of 16 bits."""

import io
import struct
import wave
from collections import namedtuple

import numpy as np

from ranvier.data.io._values import to_bytes, to_numpy
from ranvier.tensors._errors import InvalidArgumentError

# What the standard library's reader raises on bytes that are no WAV file.
_DAMAGE = (
    wave.Error,
    EOFError,
    ValueError,
    RuntimeError,
    ZeroDivisionError,
    struct.error,
)

DecodeWav = namedtuple("DecodeWav", ["audio", "sample_rate"])


def decode_wav(contents, desired_channels=-1, desired_samples=-1, name=None):
    """Decodes a WAV file of 16 bits a sample.

    Args:
        contents: its bytes.
        desired_channels: number of channels: further ones are left out, missing ones
            are copies of the last. -1: those of the file.
        desired_samples: number of samples: sound is cut, or padded with zeros. -1:
            those of the file.
        name: accepted as in TensorFlow.

    Returns:
        `(audio, sample_rate)`: floats in [-1, 1) of shape `(samples, channels)`, and an
        integer.

    Raises:
        InvalidArgumentError: if it is no WAV file, is damaged, or has another width.

    Example:
        >>> import numpy as np
        >>> sound = encode_wav(np.array([[0.5], [-0.25]], np.float32), 8000)
        >>> audio, rate = decode_wav(sound, desired_samples=3)
        >>> audio.tolist(), int(rate)
        ([[0.5], [-0.25], [0.0]], 8000)
    """
    contents = to_bytes(contents, "contents")
    try:
        with wave.open(io.BytesIO(contents)) as reader:
            channels, width, rate, count = reader.getparams()[:4]
            frames = reader.readframes(count)
    except _DAMAGE as error:
        raise InvalidArgumentError(
            f"Expected the bytes of a WAV file. Received: {contents[:12]!r}... of "
            f"{len(contents)} bytes ({error or 'cut off'})"
        ) from error
    if not 0 < rate < 2**31:
        raise InvalidArgumentError(f"A WAV file has no sample rate of {rate}.")
    if width != 2:
        raise InvalidArgumentError(
            f"Can only read 16-bit WAV files. Received: {8 * width} bits a sample."
        )
    frames = frames[: len(frames) - len(frames) % (2 * channels)]
    audio = np.frombuffer(frames, "<i2").reshape(-1, channels)
    audio = audio.astype(np.float32) / np.float32(2**15)
    if desired_channels > 0:
        chosen = np.minimum(np.arange(desired_channels), channels - 1)
        audio = audio[:, chosen]
    if desired_samples >= 0:
        audio = audio[:desired_samples]
        audio = np.pad(audio, [(0, desired_samples - len(audio)), (0, 0)])
    return DecodeWav(audio, np.int32(rate))


def encode_wav(audio, sample_rate, name=None):
    """Encodes sound as a WAV file of 16 bits a sample.

    Args:
        audio: floats from -1 to 1 of shape `(samples, channels)`; others are cut off.
        sample_rate: samples per second.
        name: accepted as in TensorFlow.

    Returns:
        The bytes of the file.

    Raises:
        InvalidArgumentError: if these are no floats of that shape, or the rate is not
            positive.
    """
    audio = np.asarray(to_numpy(audio))
    rate = int(to_numpy(sample_rate))
    if audio.ndim != 2 or audio.dtype.kind != "f":
        raise InvalidArgumentError(
            "`audio` must be floats from -1 to 1 of shape (samples, channels). "
            f"Received: {audio.dtype} of shape {audio.shape}"
        )
    if rate <= 0:
        raise InvalidArgumentError(f"`sample_rate` must be positive. Received: {rate}")
    scaled = audio.astype(np.float32) * np.float32(2**15)
    # Half-way values away from zero.
    rounded = np.trunc(scaled + np.copysign(np.float32(0.5), scaled))
    samples = np.clip(rounded, -(2**15), 2**15 - 1).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(audio.shape[1])
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(samples.tobytes())
    return file.getvalue()


def resample(audio, rate, wanted):
    """Returns sound at another number of samples per second.

    Args:
        audio: floats of shape `(samples, channels)`.
        rate: samples per second that it has.
        wanted: samples per second of the result.
    """
    if rate == wanted:
        return audio
    from scipy.signal import resample_poly  # JAX needs scipy too

    shared = np.gcd(int(rate), int(wanted))
    resampled = resample_poly(audio, wanted // shared, int(rate) // shared, axis=0)
    return resampled.astype(np.float32)
