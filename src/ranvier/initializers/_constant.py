"""Initialisers that draw nothing: constants, identity, Fourier kernels."""

import math

import jax
import numpy as np

from ranvier import ops
from ranvier.core import _dtypes, _errors
from ranvier.core._arguments import require, require_number
from ranvier.core._registry import builtin
from ranvier.core._serialization import deserialize_object, serialize_object
from ranvier.initializers._initializer import Initializer


def _filled(value, shape, dtype):
    # Made and handed over by NumPy: JAX would compile a program for each shape.
    dtype = jax.dtypes.canonicalize_dtype(_dtypes.standardize_dtype(dtype))
    return jax.device_put(np.full(shape, value, dtype))


@builtin("keras.initializers", "zeros")
class Zeros(Initializer):
    """All zeros.

    Example:
        >>> Zeros()((2,)).tolist()
        [0.0, 0.0]
    """

    def __call__(self, shape, dtype=None, **kwargs):
        return _filled(0, shape, dtype)


@builtin("keras.initializers", "ones")
class Ones(Initializer):
    """All ones.

    Example:
        >>> Ones()((2,)).tolist()
        [1.0, 1.0]
    """

    def __call__(self, shape, dtype=None, **kwargs):
        return _filled(1, shape, dtype)


@builtin("keras.initializers", "constant")
class Constant(Initializer):
    """One given value everywhere.

    Args:
        value: a number, or an array that broadcasts to the shape.

    Raises:
        ValueError: for an argument that has no meaning.

    Example:
        >>> Constant(3.0)((2,)).tolist()
        [3.0, 3.0]
    """

    def __init__(self, value=0.0):
        require(
            "a number or an array of numbers",
            lambda value: not isinstance(value, (str, type(None))),
            {"value": value},
        )
        self.value = value

    def __call__(self, shape, dtype=None, **kwargs):
        dtype = _dtypes.standardize_dtype(dtype)
        value = ops.convert_to_tensor(self.value, dtype=dtype)
        return ops.broadcast_to(value, shape)

    def get_config(self):
        return {"value": serialize_object(self.value)}

    @classmethod
    def from_config(cls, config):
        return cls(deserialize_object(config["value"]))


@builtin("keras.initializers", "identity", "IdentityInitializer")
class Identity(Initializer):
    """The identity matrix times `gain`, for weights of two axes.

    Args:
        gain: the number on the diagonal.

    Raises:
        ValueError: when called with a shape that has not two axes.

    Example:
        >>> Identity(gain=2.0)((2, 2)).tolist()
        [[2.0, 0.0], [0.0, 2.0]]
    """

    def __init__(self, gain=1.0):
        require_number(gain=gain)
        self.gain = gain

    def __call__(self, shape, dtype=None, **kwargs):
        if len(shape) != 2:
            raise ValueError(
                "`Identity` initialises weights of two axes only. "
                f"Received: shape={shape} of rank {len(shape)}."
            )
        return self.gain * ops.eye(*shape, dtype=_dtypes.standardize_dtype(dtype))

    def get_config(self):
        # Keras's own config forgets the gain; its constructor reads it.
        return {} if self.gain == 1.0 else {"gain": self.gain}


@builtin("keras.initializers", "stft", "STFTInitializer")
class STFT(Initializer):
    """Kernels that turn a convolution into a short-time Fourier transform.

    Entry `(t, 0, f)` is `cos` or `sin` of `-2 pi t f / fft_length`, times the window.
    The shape is `(frame_length, 1, fft_length // 2 + 1)`.

    Args:
        side: `"real"` (cosines) or `"imag"` (sines).
        window: name of a window of `scipy.signal.get_window`, an array of
            `frame_length` numbers, or None.
        scaling: `"density"` divides by the window's root sum of squares,
            `"spectrum"` by its sum, None by nothing.
        periodic: whether a named window is periodic rather than symmetric, in the
            sense of `get_window`'s `fftbins`.

    Raises:
        ValueError: for an unknown side, scaling or window.

    Example:
        >>> STFT()((8, 1, 5)).shape
        (8, 1, 5)
    """

    def __init__(self, side="real", window="hann", scaling="density", periodic=False):
        if side not in ("real", "imag"):
            raise ValueError(
                f"Argument `side` must be 'real' or 'imag'. Received: side={side}"
            )
        if isinstance(window, str):
            _named_window(window, 1, periodic)  # raises for an unknown name
        if scaling not in ("density", "spectrum", None):
            raise ValueError(
                "Argument `scaling` must be 'density', 'spectrum' or None. "
                f"Received: scaling={scaling}"
            )
        self.side = side
        self.window = window
        self.scaling = scaling
        self.periodic = periodic

    def __call__(self, shape, dtype=None, **kwargs):
        dtype = _dtypes.standardize_dtype(dtype)
        frame_length, _, num_frequencies = shape
        time = ops.reshape(ops.arange(frame_length, dtype=dtype), (-1, 1, 1))
        frequency = ops.reshape(ops.arange(num_frequencies, dtype=dtype), (1, 1, -1))
        frequency = frequency / (2 * (num_frequencies - 1))
        angle = -2 * time * frequency * math.pi
        kernel = ops.cos(angle) if self.side == "real" else ops.sin(angle)
        if self.window is None:
            return kernel
        window = self._window(frame_length, dtype)
        if self.scaling == "density":
            window = window / ops.sqrt(ops.sum(ops.square(window)))
        elif self.scaling == "spectrum":
            window = window / ops.sum(ops.abs(window))
        return kernel * window

    def _window(self, frame_length, dtype):
        window = self.window
        if isinstance(window, str):
            window = _named_window(window, frame_length, self.periodic)
        window = ops.convert_to_tensor(window, dtype=dtype)
        if window.shape != (frame_length,):
            raise ValueError(
                f"The window must have shape ({frame_length},), the kernel's first "
                f"axis. Received: window of shape {window.shape}"
            )
        return ops.reshape(window, (frame_length, 1, 1))

    def get_config(self):
        return {
            "side": self.side,
            "window": self.window,
            "scaling": self.scaling,
            "periodic": self.periodic,
        }


def _named_window(name, length, periodic):
    return _errors.require("scipy.signal", "all").get_window(name, length, periodic)
