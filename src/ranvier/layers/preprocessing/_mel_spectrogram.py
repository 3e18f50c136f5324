"""MelSpectrogram: sound to the power of its frequencies, on the scale of hearing."""

import jax.numpy as jnp

from ranvier import ops
from ranvier.core._registry import builtin
from ranvier.layers._layer import Layer

# The scale of O'Shaughnessy (1987): `1127 * ln(1 + f / 700 Hz)`.
_BREAK_FREQUENCY = 700.0
_FACTOR = 1127.0


@builtin("keras.layers")
class MelSpectrogram(Layer):
    """Turns waveforms `(batch, samples)` into `(batch, mel bins, frames)`.

    Args:
        fft_length: samples of a Fourier transform.
        sequence_stride: samples from one frame to the next.
        sequence_length: samples of a frame; default `fft_length`.
        window: name of the window function, or an array.
        sampling_rate: samples in a second.
        num_mel_bins: number of bands of frequencies.
        min_freq: where the lowest band begins, in Hz.
        max_freq: where the highest band ends; default half the sampling rate.
        power_to_db: whether to return decibels.
        top_db: how far below the greatest value the least one is, in decibels.
        mag_exp: exponent of the magnitudes: 1 for energy, 2 for power.
        min_power: least power before decibels are taken.
        ref_power: the power of 0 decibels.
        **kwargs: `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> layer = MelSpectrogram(fft_length=64, sequence_stride=32, num_mel_bins=8)
        >>> layer(np.ones((1, 256), "float32")).shape
        (1, 8, 9)
    """

    _arguments = (
        "fft_length",
        "sequence_stride",
        "sequence_length",
        "window",
        "sampling_rate",
        "num_mel_bins",
        "min_freq",
        "max_freq",
        "power_to_db",
        "top_db",
        "mag_exp",
        "min_power",
        "ref_power",
    )

    def __init__(
        self,
        fft_length=2048,
        sequence_stride=512,
        sequence_length=None,
        window="hann",
        sampling_rate=16000,
        num_mel_bins=128,
        min_freq=20.0,
        max_freq=None,
        power_to_db=True,
        top_db=80.0,
        mag_exp=2.0,
        min_power=1e-10,
        ref_power=1.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self._allow_non_tensor_positional_args = True
        self.fft_length = fft_length
        self.sequence_stride = sequence_stride
        self.sequence_length = sequence_length or fft_length
        if self.fft_length < self.sequence_length:
            raise ValueError(
                "`fft_length` must be greater than or equal to `sequence_length`. "
                f"Received: `sequence_length`={self.sequence_length}, `fft_length`="
                f"{self.fft_length}."
            )
        self.window = window
        self.sampling_rate = sampling_rate
        self.num_mel_bins = num_mel_bins
        self.min_freq = min_freq
        self.max_freq = max_freq or int(sampling_rate / 2)
        self.power_to_db = power_to_db
        self.top_db = top_db
        self.mag_exp = mag_exp
        self.min_power = min_power
        self.ref_power = ref_power

    def call(self, inputs):
        wide = self.compute_dtype in ("float32", "float64")
        real, imaginary = ops.stft(
            ops.cast(inputs, self.compute_dtype if wide else "float32"),
            sequence_length=self.sequence_length,
            sequence_stride=self.sequence_stride,
            fft_length=self.fft_length,
            window=self.window,
            center=True,
        )
        magnitude = ops.sqrt(ops.square(real) + ops.square(imaginary))
        power = ops.power(magnitude, self.mag_exp)
        bands = self.linear_to_mel_weight_matrix(
            self.num_mel_bins,
            power.shape[-1],
            self.sampling_rate,
            self.min_freq,
            self.max_freq,
        )
        outputs = ops.tensordot(power, bands, axes=1)
        if self.power_to_db:
            outputs = self._decibels(outputs)
        return ops.cast(ops.swapaxes(outputs, -1, -2), self.compute_dtype)

    def _decibels(self, power):
        reference = jnp.maximum(jnp.abs(self.ref_power), self.min_power)
        levels = 10.0 * ops.log10(ops.maximum(power, self.min_power))
        levels = levels - 10.0 * jnp.log10(reference)
        return ops.maximum(levels, ops.max(levels) - self.top_db)

    def linear_to_mel_weight_matrix(
        self,
        num_mel_bins=20,
        num_spectrogram_bins=129,
        sampling_rate=8000,
        lower_edge_hertz=125.0,
        upper_edge_hertz=3800.0,
        dtype="float32",
    ):
        """Returns the weight of each frequency in each band: overlapping triangles.

        Args:
            num_mel_bins: number of bands.
            num_spectrogram_bins: number of frequencies, from 0 to half the sampling
                rate.
            sampling_rate: samples in a second.
            lower_edge_hertz: where the lowest band begins.
            upper_edge_hertz: where the highest band ends.
            dtype: of the matrix.
        """
        highest = jnp.asarray(sampling_rate, dtype) / 2.0
        hertz = jnp.linspace(jnp.asarray(0.0, dtype), highest, num_spectrogram_bins)
        mel = _mel(hertz[1:])[:, None]  # the mean, at 0 Hz, is in no band
        edges = jnp.linspace(
            _mel(jnp.asarray(lower_edge_hertz, dtype)),
            _mel(jnp.asarray(upper_edge_hertz, dtype)),
            num_mel_bins + 2,
        )
        low, centre, high = edges[None, :-2], edges[None, 1:-1], edges[None, 2:]
        rising, falling = (mel - low) / (centre - low), (high - mel) / (high - centre)
        weights = jnp.maximum(0.0, jnp.minimum(rising, falling))
        return jnp.pad(weights, [[1, 0], [0, 0]])

    def compute_output_shape(self, input_shape):
        """Returns the shape of the outputs."""
        *batch, samples = input_shape
        frames = None
        if samples is not None:
            frames = (samples + self.sequence_stride + 1) // self.sequence_stride
        return [*batch, self.num_mel_bins, frames]

    def get_config(self):
        """Returns the arguments of the constructor."""
        own = {name: getattr(self, name) for name in self._arguments}
        return {**super().get_config(), **own}


def _mel(hertz):
    return _FACTOR * jnp.log(1.0 + hertz / _BREAK_FREQUENCY)
