"""scalar, histogram, image, audio, text: the series that TensorBoard shows."""

import struct

import numpy as np

from ranvier.data.io._png import encode_png
from ranvier.data.io._values import to_array
from ranvier.events._encodings import (
    encode_wav,
    histogram_buckets,
    to_uint8,
)
from ranvier.events._protos import plugin_metadata, protos
from ranvier.events._raw import any_traced, raw
from ranvier.events._state import settings
from ranvier.events._write import scoped
from ranvier.tensors._errors import InvalidArgumentError, UnimplementedError


def scalar(name, data, step=None, description=None):
    """Writes a number: a point of a curve.

    Args:
        name: name of the curve; open name scopes come before it.
        data: a number, or an array or tensor of one; it is kept as float32.
        step: where the point is; the default step if None.
        description: what TensorBoard tells about the curve; Markdown.

    Returns:
        Whether it was written: there must be a writer, and `record_if` may say no.

    Raises:
        ValueError: if it is not a single number, or there is no step.

    Example:
        >>> import tempfile
        >>> from ranvier import summary
        >>> with summary.create_file_writer(tempfile.mkdtemp()).as_default():
        ...     for step in range(3):
        ...         written = summary.scalar("loss", 0.5**step, step=step)
        >>> written
        True
    """
    if np.ndim(raw(data)):
        raise ValueError(
            f"Expected scalar shape, saw shape: {np.shape(raw(data))}. `data` of "
            f"summary.scalar({name!r}, ...) must be a single number."
        )
    return _write("scalar", name, data, _to_float32, step, description)


def _to_float32(value):
    return _numbers(value, "scalar").astype(np.float32)


def histogram(name, data, step=None, buckets=None, description=None):
    """Writes how values are distributed.

    Args:
        name: as in `scalar`.
        data: an array of any shape.
        step: as in `scalar`.
        buckets: number of buckets, 30 by default.
        description: as in `scalar`.

    Returns:
        As `scalar`.

    Raises:
        ValueError: if there is no step.

    Example:
        >>> import tempfile
        >>> from ranvier import summary
        >>> with summary.create_file_writer(tempfile.mkdtemp()).as_default():
        ...     summary.histogram("weights", [0.1, 0.2, 0.2], step=0, buckets=10)
        True
    """
    count = 30 if buckets is None else int(buckets)

    def encode(value):
        return histogram_buckets(_numbers(value, "histogram"), count)

    return _write("histogram", name, data, encode, step, description)


def write_scalars(writer, values, step):
    """Writes several numbers to a writer, whatever the defaults of this thread are.

    It does what `scalar` does for each, in a fraction of the time: an epoch may last
    but ten milliseconds.

    Args:
        writer: the writer.
        values: dictionary from names of curves to numbers.
        step: the step of all.
    """
    messages, metadata = protos(), plugin_metadata("scalar")
    for name, value in values.items():
        value = float(value)
        tensor = messages.TensorProto(
            dtype=1, tensor_shape={}, tensor_content=struct.pack("<f", value)
        )
        entry = {"tag": name, "tensor": tensor, "metadata": metadata}
        writer.add(messages.Event(step=step, summary={"value": [entry]}))


def write_buckets(name, rows, step):
    """Writes a histogram that is counted already.

    Args:
        name: as in `scalar`.
        rows: array of rows `[left edge, right edge, number of values]`.
        step: as in `scalar`.
    """
    return _write("histogram", name, rows, lambda value: value, step, None)


def image(name, data, step=None, max_outputs=3, description=None):
    """Writes pictures.

    Args:
        name: as in `scalar`.
        data: array of shape `(pictures, height, width, channels)` with 1 (grey), 2
            (grey and opacity), 3 (RGB) or 4 (RGB and opacity) channels: floats from 0
            to 1, or uint8. Other integers are scaled from their range.
        step: as in `scalar`.
        max_outputs: how many of the pictures to write at most.
        description: as in `scalar`.

    Returns:
        As `scalar`.

    Raises:
        ValueError: if the shape is another, or there is no step.

    Example:
        >>> import tempfile
        >>> import numpy as np
        >>> from ranvier import summary
        >>> with summary.create_file_writer(tempfile.mkdtemp()).as_default():
        ...     summary.image("noise", np.random.rand(1, 8, 8, 3), step=0)
        True
    """

    def encode(value):
        pictures = _numbers(value, "image")
        _check_rank(pictures, 4, "image", "(pictures, height, width, channels)")
        _check_count(max_outputs)
        pictures = to_uint8(pictures)
        size = [b"%d" % pictures.shape[2], b"%d" % pictures.shape[1]]
        files = [encode_png(one) for one in pictures[: int(max_outputs)]]
        return np.array(size + files, object)

    return _write("image", name, data, encode, step, description)


def audio(
    name,
    data,
    sample_rate,
    step=None,
    max_outputs=3,
    encoding=None,
    description=None,
):
    """Writes sounds.

    Args:
        name: as in `scalar`.
        data: array of shape `(sounds, frames, channels)` of floats from -1 to 1.
        sample_rate: frames per second.
        step: as in `scalar`.
        max_outputs: how many of the sounds to write at most.
        encoding: `"wav"`, the only one there is.
        description: as in `scalar`.

    Returns:
        As `scalar`.

    Raises:
        ValueError: for another shape or encoding, or if there is no step.

    Example:
        >>> import tempfile
        >>> import numpy as np
        >>> from ranvier import summary
        >>> tone = np.sin(np.arange(4800) / 48000 * 2 * np.pi * 440).reshape(1, -1, 1)
        >>> with summary.create_file_writer(tempfile.mkdtemp()).as_default():
        ...     summary.audio("tone", tone, sample_rate=48000, step=0)
        True
    """
    if encoding not in (None, "wav"):
        raise ValueError(f'Unknown encoding: {encoding!r}. The only one is "wav".')

    def encode(value):
        sounds = _numbers(value, "audio")
        _check_rank(sounds, 3, "audio", "(sounds, frames, channels)")
        _check_count(max_outputs)
        chosen = sounds[: int(max_outputs)]
        clips = [[encode_wav(one, int(sample_rate)), b""] for one in chosen]
        return np.array(clips, object).reshape(len(clips), 2)

    return _write("audio", name, data, encode, step, description, encoding=11)


def text(name, data, step=None, description=None):
    """Writes text, which TensorBoard shows as Markdown.

    Args:
        name: as in `scalar`.
        data: a string, or an array or nested list of strings, shown as a table.
        step: as in `scalar`.
        description: as in `scalar`.

    Returns:
        As `scalar`.

    Raises:
        TypeError: if it holds something else than strings.
        ValueError: if there is no step.

    Example:
        >>> import tempfile
        >>> from ranvier import summary
        >>> with summary.create_file_writer(tempfile.mkdtemp()).as_default():
        ...     summary.text("notes", ["The code is *ready*."], step=0)
        True
    """
    value = to_array(data)
    if value.dtype != object:
        raise TypeError(
            f"tensor must be of type string; got {value.dtype}. `data` of "
            f"summary.text({name!r}, ...) must be text."
        )
    return _write("text", name, value, lambda value: value, step, description)


def _write(plugin, name, data, encode, step, description, **plugin_settings):
    if settings().writer is None:
        metadata = None  # nothing will be written: TensorBoard need not be installed
    else:
        metadata = plugin_metadata(plugin, description, **plugin_settings)
    data = raw(data)
    if isinstance(data, list) and any_traced(data):
        import jax.numpy as jnp

        data = jnp.stack([jnp.asarray(part) for part in data])
    return scoped(name, f"{plugin}_summary", data, encode, step, metadata)


def _numbers(value, what):
    """Returns an array of real numbers or truth values."""
    array = np.asarray(value)
    # The small floats of machine learning are of no kind that NumPy knows.
    if array.dtype.kind == "V":
        array = array.astype(np.float32)
    if array.dtype.kind not in "biuf":
        raise UnimplementedError(
            f"Cast {array.dtype} to float is not supported. `data` of "
            f"summary.{what} must hold numbers."
        )
    return array


def _check_rank(array, rank, what, shape):
    if array.ndim != rank:
        raise ValueError(
            f"`data` of summary.{what} must have rank {rank}: {shape}. Received rank "
            f"{array.ndim}, shape {array.shape}"
        )


def _check_count(max_outputs):
    if int(max_outputs) < 0:
        raise InvalidArgumentError(
            f"`max_outputs` must not be negative. Received: {max_outputs}"
        )
