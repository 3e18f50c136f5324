"""Fourier transforms. Complex numbers go in and out as pairs of real tensors."""

import jax.numpy as jnp
import numpy as np

from ranvier.ops._complex import complex_of
from ranvier.ops._dispatch import op
from ranvier.ops._windows import overlap_add, sliding_windows


def _pair_of(x):
    return jnp.real(x), jnp.imag(x)


def _complex_of_rank(x, rank):
    x = complex_of(x)
    if x.ndim < rank:
        raise ValueError(f"Input should have rank >= {rank}. Received: {x.shape}")
    return x


@op
def fft(x):
    """Computes the discrete Fourier transform along the last axis.

    Args:
        x: a tuple: real and imaginary parts, floats.

    Returns:
        A tuple likewise.

    Raises:
        ValueError: if `x` is no pair of floats of one shape.

    Example:
        >>> from ranvier import ops
        >>> real, imaginary = ops.fft(([1.0, 1.0], [0.0, 0.0]))
        >>> real.tolist()
        [2.0, 0.0]
    """
    return _pair_of(jnp.fft.fft(_complex_of_rank(x, 1)))


@op
def fft2(x):
    """Computes the discrete Fourier transform along the last two axes.

    Args:
        x: a tuple: real and imaginary parts, floats.

    Returns:
        A tuple likewise.

    Example:
        >>> from ranvier import ops
        >>> ops.fft2(([[1.0, 1.0]], [[0.0, 0.0]]))[0].tolist()
        [[2.0, 0.0]]
    """
    return _pair_of(jnp.fft.fft2(_complex_of_rank(x, 2)))


@op
def ifft2(x):
    """Computes the inverse of `fft2`.

    Args:
        x: a tuple: real and imaginary parts, floats.

    Returns:
        A tuple likewise.

    Example:
        >>> from ranvier import ops
        >>> ops.ifft2(([[2.0, 0.0]], [[0.0, 0.0]]))[0].tolist()
        [[1.0, 1.0]]
    """
    return _pair_of(jnp.fft.ifft2(_complex_of_rank(x, 2)))


@op
def rfft(x, fft_length=None):
    """Computes the Fourier transform of real numbers along the last axis.

    Args:
        x: a tensor of floats.
        fft_length: cut or pad the axis to this length first.

    Returns:
        A tuple: real and imaginary parts of the frequencies from zero upwards.

    Raises:
        ValueError: for a scalar.

    Example:
        >>> from ranvier import ops
        >>> ops.rfft([1.0, 1.0, 1.0, 1.0])[0].tolist()
        [4.0, 0.0, 0.0]
    """
    x = jnp.asarray(x)
    if x.ndim < 1:
        raise ValueError(f"Input should have rank >= 1. Received: {x.shape}")
    return _pair_of(jnp.fft.rfft(x, n=fft_length))


@op
def irfft(x, fft_length=None):
    """Computes the inverse of `rfft`.

    Args:
        x: a tuple: real and imaginary parts, floats.
        fft_length: the length of the result; by default `2 * (frequencies - 1)`.

    Returns:
        A tensor of floats.

    Example:
        >>> from ranvier import ops
        >>> ops.irfft(([4.0, 0.0, 0.0], [0.0, 0.0, 0.0])).tolist()
        [1.0, 1.0, 1.0, 1.0]
    """
    return jnp.fft.irfft(_complex_of_rank(x, 1), n=fft_length)


@op
def stft(x, sequence_length, sequence_stride, fft_length, window="hann", center=True):
    """Computes the short-time Fourier transform: the spectrum of each window.

    Args:
        x: floats of shape `(..., samples)`.
        sequence_length: the length of a window.
        sequence_stride: the distance from one window to the next.
        fft_length: the length of the transform; windows are padded to it.
        window: `"hann"`, `"hamming"`, a tensor of length `sequence_length`, or None.
        center: whether to extend the signal, by reflection, so that the t-th window
            is centred at sample `t * sequence_stride`.

    Returns:
        A tuple of real and imaginary parts, of shape
        `(..., windows, fft_length // 2 + 1)`.

    Raises:
        TypeError: if `x` is not float32 or float64.
        ValueError: if the lengths or the window do not fit.

    Example:
        >>> from ranvier import ops
        >>> ops.stft(ops.ones(8), 4, 2, fft_length=4)[0].shape
        (5, 3)
    """
    x = jnp.asarray(x)
    if x.dtype.name not in ("float32", "float64"):
        raise TypeError(
            "Invalid input type. Expected `float32` or `float64`. "
            f"Received: input type={x.dtype}"
        )
    weights = _window(window, sequence_length, fft_length, x.dtype)
    _check_stride(sequence_stride)
    if center:
        margin = (fft_length // 2, fft_length // 2)
        x = jnp.pad(x, [(0, 0)] * (x.ndim - 1) + [margin], mode="reflect")
    frames = sliding_windows(x, -1, fft_length, sequence_stride)
    return _pair_of(jnp.fft.rfft(frames * weights))


@op
def istft(
    x,
    sequence_length,
    sequence_stride,
    fft_length,
    length=None,
    window="hann",
    center=True,
):
    """Computes the inverse of `stft`, by the weighted sum of the windows.

    Args:
        x: a tuple of real and imaginary parts, of shape
            `(..., windows, fft_length // 2 + 1)`.
        sequence_length: as in `stft`.
        sequence_stride: as in `stft`.
        fft_length: as in `stft`.
        length: cut the result to this number of samples.
        window: as in `stft`.
        center: as in `stft`.

    Returns:
        Floats of shape `(..., samples)`.

    Raises:
        ValueError: if the lengths or the window do not fit.

    Example:
        >>> from ranvier import ops
        >>> spectra = ops.stft(ops.ones(8), 4, 2, fft_length=4)
        >>> ops.istft(spectra, 4, 2, fft_length=4).round(3).tolist()
        [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    """
    x = _complex_of_rank(x, 2)
    _check_stride(sequence_stride)
    weights = _window(window, sequence_length, fft_length, jnp.real(x).dtype)
    frames = jnp.fft.irfft(x, n=fft_length)
    samples = fft_length + sequence_stride * (x.shape[-2] - 1)
    total = overlap_add(frames * weights, samples, sequence_stride)
    squares = jnp.broadcast_to(jnp.square(weights), frames.shape[-2:])
    norm = overlap_add(squares, samples, sequence_stride)
    signal = total / jnp.where(norm > 1e-10, norm, 1.0)
    if window is None:  # frames are then plainly added, not averaged
        signal = signal * (fft_length / sequence_stride)
    start = fft_length // 2 if center else 0
    end = samples - start if length is None else start + length
    return signal[..., start:end]


def _check_stride(stride):
    if not isinstance(stride, int) or stride < 1:
        raise ValueError(
            "`sequence_stride` must be a positive integer. "
            f"Received: sequence_stride={stride}"
        )


def _window(window, length, fft_length, dtype):
    """Returns the weights of a window, padded on both sides to `fft_length`."""
    if fft_length < length:
        raise ValueError(
            "`fft_length` must equal or larger than `sequence_length`. "
            f"Received: sequence_length={length}, fft_length={fft_length}"
        )
    if window is None:
        return jnp.ones(fft_length, dtype)
    if isinstance(window, str):
        window = _named_window(window, length)
    window = jnp.asarray(window, dtype)
    if window.shape != (length,):
        raise ValueError(
            "The shape of `window` must be equal to [sequence_length]. "
            f"Received: window shape={window.shape}, sequence_length={length}"
        )
    left = (fft_length - length) // 2
    return jnp.pad(window, (left, fft_length - length - left))


def _named_window(name, length):
    coefficients = {"hann": 0.5, "hamming": 0.54}
    if name not in coefficients:
        raise ValueError(
            "If a string is passed to `window`, it must be one of "
            f"{tuple(coefficients)}. Received: window={name!r}"
        )
    # Periodic rather than symmetric, as spectra want it.
    a = coefficients[name]
    return a - (1 - a) * np.cos(2 * np.pi * np.arange(length) / length)
