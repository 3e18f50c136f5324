"""Fourier transforms, windows and frames: `tf.signal`."""

import jax.numpy as jnp
import numpy as np

from ranvier.tensors._constant import convert_to_tensor
from ranvier.tensors._dtype import as_dtype
from ranvier.tensors._errors import InvalidArgumentError
from ranvier.tensors._functions import compute, static, unsaved
from ranvier.tensors._tensor import Tensor


def _complex(name, function, axes):
    transform = unsaved(lambda x: function(x, axes=axes))

    def fft(input, name=None):
        tensor = input if hasattr(input, "dtype") else convert_to_tensor(input)
        kind = getattr(tensor.dtype, "name", str(tensor.dtype))
        if not kind.startswith("complex"):
            raise InvalidArgumentError(
                f"`{op_name}` takes complex numbers: use `tf.cast`, or rfft."
            )
        return compute(transform, tensor)

    op_name = name
    fft.__doc__ = f"Computes {name} along the last {len(axes)} axes."
    return fft


fft = _complex("fft", jnp.fft.fftn, (-1,))
fft2d = _complex("fft2d", jnp.fft.fftn, (-2, -1))
fft3d = _complex("fft3d", jnp.fft.fftn, (-3, -2, -1))
ifft = _complex("ifft", jnp.fft.ifftn, (-1,))
ifft2d = _complex("ifft2d", jnp.fft.ifftn, (-2, -1))
ifft3d = _complex("ifft3d", jnp.fft.ifftn, (-3, -2, -1))


def _real(name, function, rank):
    axes = tuple(range(-rank, 0))

    def rfft(input_tensor, fft_length=None, name=None):
        lengths = static(fft_length)
        if isinstance(lengths, int):
            lengths = (lengths,)
        return compute(
            unsaved(lambda x: function(x, s=lengths, axes=axes)), input_tensor
        )

    rfft.__doc__ = f"Computes {name} along the last {rank} axes."
    return rfft


rfft = _real("rfft", jnp.fft.rfftn, 1)
rfft2d = _real("rfft2d", jnp.fft.rfftn, 2)
rfft3d = _real("rfft3d", jnp.fft.rfftn, 3)
irfft = _real("irfft", jnp.fft.irfftn, 1)
irfft2d = _real("irfft2d", jnp.fft.irfftn, 2)
irfft3d = _real("irfft3d", jnp.fft.irfftn, 3)


def fftshift(x, axes=None, name=None):
    """Moves the frequency zero to the middle."""
    axes = static(axes)
    return compute(unsaved(lambda a: jnp.fft.fftshift(a, axes)), x)


def ifftshift(x, axes=None, name=None):
    """Undoes `fftshift`."""
    axes = static(axes)
    return compute(unsaved(lambda a: jnp.fft.ifftshift(a, axes)), x)


# Windows.


def _cosine_window(a, b):
    def window(window_length, periodic=True, dtype="float32", name=None):
        length, dtype = static(window_length), as_dtype(dtype).as_numpy_dtype
        if length == 1:
            return Tensor(np.ones(1, dtype))
        count = length if periodic and length % 2 == 0 else length - 1
        phase = 2 * np.pi * np.arange(length) / count
        return Tensor((a - b * np.cos(phase)).astype(dtype))

    window.__doc__ = f"Returns the window `{a} - {b} * cos(2 pi n / N)`."
    return window


hann_window = _cosine_window(0.5, 0.5)
hamming_window = _cosine_window(0.54, 0.46)


def kaiser_window(window_length, beta=12.0, dtype="float32", name=None):
    """Returns Kaiser's window."""
    window = np.kaiser(static(window_length), float(beta))
    return Tensor(window.astype(as_dtype(dtype).as_numpy_dtype))


def vorbis_window(window_length, dtype="float32", name=None):
    """Returns the window of Vorbis."""
    length = static(window_length)
    phase = np.sin(np.pi * (np.arange(length) + 0.5) / length)
    window = np.sin(np.pi / 2 * phase**2)
    return Tensor(window.astype(as_dtype(dtype).as_numpy_dtype))


# Frames.


def frame(
    signal, frame_length, frame_step, pad_end=False, pad_value=0, axis=-1, name=None
):
    """Cuts a signal into frames, which may overlap.

    Args:
        signal: a tensor.
        frame_length: length of a frame.
        frame_step: distance between their beginnings.
        pad_end: whether frames at the end are filled up rather than left out.
        pad_value: what they are filled up with.
        axis: the axis of time.
        name: accepted as in TensorFlow.

    Example:
        >>> frame([1.0, 2.0, 3.0, 4.0], 2, 1).shape
        TensorShape([3, 2])
    """
    length, step, axis = static(frame_length), static(frame_step), static(axis)

    @unsaved
    def cut(x):
        where = axis % x.ndim
        size = x.shape[where]
        count = -(-size // step) if pad_end else max(0, 1 + (size - length) // step)
        if pad_end:
            widths = [(0, 0)] * x.ndim
            widths[where] = (0, max(0, (count - 1) * step + length - size))
            x = jnp.pad(x, widths, constant_values=pad_value)
        index = np.arange(count)[:, None] * step + np.arange(length)
        taken = jnp.take(x, index.reshape(-1), axis=where)
        shape = (*x.shape[:where], count, length, *x.shape[where + 1 :])
        return taken.reshape(shape)

    return compute(cut, signal)


def overlap_and_add(signal, frame_step, name=None):
    """Adds frames up, each shifted by `frame_step`."""
    step = static(frame_step)

    @unsaved
    def add(x):
        count, length = x.shape[-2:]
        index = np.arange(count)[:, None] * step + np.arange(length)
        total = jnp.zeros((*x.shape[:-2], (count - 1) * step + length), x.dtype)
        return total.at[..., index].add(x)

    return compute(add, signal)


def stft(
    signals,
    frame_length,
    frame_step,
    fft_length=None,
    window_fn=hann_window,
    pad_end=False,
    name=None,
):
    """Computes the Fourier transform of windowed frames."""
    length = static(frame_length)
    size = static(fft_length)
    if size is None:
        size = 2 ** int(np.ceil(np.log2(length)))
    frames = frame(signals, length, frame_step, pad_end)
    if window_fn is not None:
        frames = frames * window_fn(length, dtype=frames.dtype)
    return rfft(frames, [size])


def dct(input, type=2, n=None, axis=-1, norm=None, name=None):
    """Computes cosine transforms of type 1, 2, 3 or 4 along the last axis.

    Raises:
        ValueError: for other types and axes.
    """
    return compute(unsaved(_cosine(type, n, axis, norm)), input)


def idct(input, type=2, n=None, axis=-1, norm=None, name=None):
    """Undoes `dct`, up to a factor unless `norm` is `"ortho"`."""
    inverse = {1: 1, 2: 3, 3: 2, 4: 4}.get(type, type)
    return compute(unsaved(_cosine(inverse, n, axis, norm)), input)


def _cosine(type, n, axis, norm):
    if type not in (1, 2, 3, 4) or axis != -1 or norm not in (None, "ortho"):
        raise ValueError(
            "`type` must be 1 to 4, `axis` -1 and `norm` None or 'ortho'. Received: "
            f"type={type}, axis={axis}, norm={norm!r}"
        )
    if type == 1 and norm == "ortho":
        raise ValueError("Normalization is not supported for the Type-I DCT.")

    def transform(x):
        if n is not None:
            x = x[..., :n]
            missing = n - x.shape[-1]
            x = jnp.pad(x, [(0, 0)] * (x.ndim - 1) + [(0, missing)])
        return x @ _cosines(type, x.shape[-1], norm).astype(x.dtype)

    return transform


def _cosines(type, size, norm):
    """Returns the matrix of a transform: rows of inputs, columns of outputs."""
    j, k = np.indices((size, size))
    if type == 1:
        matrix = 2 * np.cos(np.pi * j * k / (size - 1))
        matrix[[0, -1]] /= 2
        return matrix
    if type == 4:
        matrix = 2 * np.cos(np.pi * (2 * j + 1) * (2 * k + 1) / (4 * size))
        return matrix * np.sqrt(1 / (2 * size)) if norm else matrix
    matrix = 2 * np.cos(np.pi * (2 * j + 1) * k / (2 * size))
    if norm:
        matrix *= np.sqrt(1 / (2 * size))
        matrix[:, 0] /= np.sqrt(2)
        return matrix if type == 2 else matrix.T
    if type == 2:
        return matrix
    matrix = matrix.T.copy()
    matrix[0] /= 2
    return matrix
