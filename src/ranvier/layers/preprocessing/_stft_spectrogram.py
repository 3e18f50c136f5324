"""STFTSpectrogram: sound to its frequencies over time, by a convolution."""

import math
import warnings

from ranvier import initializers, ops
from ranvier.core import _config, _dtypes
from ranvier.core._registry import builtin
from ranvier.layers._input_spec import InputSpec
from ranvier.layers._layer import Layer
from ranvier.layers.preprocessing._choices import choice

_MODES = ("log", "magnitude", "psd", "real", "imag", "angle", "stft")


@builtin("keras.layers")
class STFTSpectrogram(Layer):
    """Computes spectrograms of waveforms `(batch, samples, channels)`.

    The filters are weights: they may be trained.

    Args:
        mode: `"log"`, `"magnitude"`, `"psd"` (power spectral density), `"real"`,
            `"imag"`, `"angle"`, or `"stft"` (real and imaginary parts).
        frame_length: samples of a frame.
        frame_step: samples from one frame to the next; default half a frame.
        fft_length: samples of a Fourier transform; default: the next power of two.
        window: name of the window function, or an array.
        periodic: whether the window is periodic.
        scaling: `"density"`, `"spectrum"` or None.
        padding: `"valid"` or `"same"`.
        expand_dims: whether channels have an axis of their own in the outputs.
        data_format: `"channels_last"` or `"channels_first"`.
        **kwargs: `name`, `dtype`, `trainable`.

    Example:
        >>> import numpy as np
        >>> layer = STFTSpectrogram(frame_length=64)
        >>> layer(np.ones((1, 256, 1), "float32")).shape
        (1, 7, 33)
    """

    _arguments = (
        "mode",
        "frame_length",
        "frame_step",
        "fft_length",
        "window",
        "periodic",
        "scaling",
        "padding",
        "data_format",
        "expand_dims",
    )

    def __init__(
        self,
        mode="log",
        frame_length=256,
        frame_step=None,
        fft_length=None,
        window="hann",
        periodic=False,
        scaling="density",
        padding="valid",
        expand_dims=False,
        data_format=None,
        **kwargs,
    ):
        if frame_step is not None and not 1 <= frame_step <= frame_length:
            raise ValueError(
                "`frame_step` should be a positive integer not greater than "
                f"`frame_length`. Received: frame_step={frame_step}, "
                f"frame_length={frame_length}"
            )
        if fft_length is not None and fft_length < frame_length:
            raise ValueError(
                "`fft_length` should be not less than `frame_length`. Received: "
                f"fft_length={fft_length}, frame_length={frame_length}"
            )
        if fft_length is not None and fft_length & (fft_length - 1):
            warnings.warn(
                "`fft_length` is recommended to be a power of two. "
                f"Received: fft_length={fft_length}",
                stacklevel=2,
            )
        choice("mode", mode, _MODES, "STFTSpectrogram")
        choice("scaling", scaling, ("density", "spectrum"), "STFTSpectrogram", True)
        choice("padding", padding, ("valid", "same"), "STFTSpectrogram")
        super().__init__(**kwargs)
        self.mode = mode
        self.frame_length = frame_length
        self.frame_step = frame_step
        self._step = frame_step or frame_length // 2
        self.fft_length = fft_length
        self._length = fft_length or 2 ** math.ceil(math.log2(frame_length))
        self.window = window
        self.periodic = periodic
        self.scaling = scaling
        self.padding = padding
        self.expand_dims = expand_dims
        self.data_format = _config.standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=3)

    def build(self, input_shape):
        for part, unused in (("real", "imag"), ("imag", "real")):
            if self.mode == unused:
                continue
            kernel = self.add_weight(
                name=f"{part}_kernel",
                shape=(self.frame_length, 1, self._length // 2 + 1),
                initializer=initializers.STFT(
                    part, self.window, self.scaling, self.periodic
                ),
            )
            setattr(self, f"{part}_kernel", kernel)

    def call(self, inputs):
        if _dtypes.standardize_dtype(inputs.dtype) not in (
            "float16",
            "float32",
            "float64",
        ):
            raise TypeError(
                "Invalid input type. Expected `float16`, `float32` or `float64`. "
                f"Received: input type={inputs.dtype}"
            )
        real = None if self.mode == "imag" else self._filter(inputs, self.real_kernel)
        if self.mode == "real":
            return self._arranged(real)
        imaginary = self._filter(inputs, self.imag_kernel)
        if self.mode == "imag":
            return self._arranged(imaginary)
        if self.mode == "angle":
            return self._arranged(ops.arctan2(imaginary, real))
        if self.mode == "stft":
            return self._arranged(ops.concatenate([real, imaginary], axis=2))
        power = ops.square(real) + ops.square(imaginary)
        if self.mode == "psd":
            # All frequencies but the first and the last stand for two.
            twice = [[0, 0], [0, 0], [1, 1], [0, 0]]
            return self._arranged(power + ops.pad(power[:, :, 1:-1, :], twice))
        tiny = _config.epsilon()
        magnitude = self._arranged(ops.sqrt(ops.maximum(power, tiny)))
        if self.mode == "magnitude":
            return magnitude
        return ops.log(ops.maximum(magnitude, tiny))

    def _filter(self, inputs, kernel):
        """Returns `(batch, channels, frequencies, frames)`."""
        if self.data_format == "channels_last":
            inputs = ops.transpose(inputs, [0, 2, 1])
        batch, channels, samples = inputs.shape
        outputs = ops.conv(
            ops.reshape(inputs, [batch * channels, samples, 1]),
            ops.cast(kernel, inputs.dtype),
            padding=self.padding,
            strides=self._step,
            data_format="channels_last",
        )
        outputs = ops.transpose(outputs, [0, 2, 1])
        return ops.reshape(outputs, [batch, channels, *outputs.shape[1:]])

    def _arranged(self, outputs):
        batch, channels, frequencies, frames = outputs.shape
        if self.expand_dims:
            last = self.data_format == "channels_last"
            return ops.transpose(outputs, [0, 3, 2, 1] if last else [0, 1, 3, 2])
        outputs = ops.reshape(outputs, [batch, channels * frequencies, frames])
        if self.data_format == "channels_last":
            outputs = ops.transpose(outputs, [0, 2, 1])
        return outputs

    def compute_output_shape(self, input_shape):
        """Returns the shape of the outputs."""
        last = self.data_format == "channels_last"
        batch = input_shape[0]
        samples, channels = input_shape[1:] if last else input_shape[:0:-1]
        frames = samples
        if samples is not None:
            cut = 0 if self.padding == "same" else self.frame_length - 1
            frames = max(0, -(-(samples - cut) // self._step))
        frequencies = self._length // 2 + 1
        frequencies *= 2 if self.mode == "stft" else 1
        if self.expand_dims:
            if last:
                return (batch, frames, frequencies, channels)
            return (batch, channels, frames, frequencies)
        total = None if channels is None else channels * frequencies
        return (batch, frames, total) if last else (batch, total, frames)

    def get_config(self):
        """Returns the arguments of the constructor."""
        own = {name: getattr(self, name) for name in self._arguments}
        return {**super().get_config(), **own}
