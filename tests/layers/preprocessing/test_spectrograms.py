"""Spectrograms against Keras's."""

import keras
import numpy as np
import pytest

import ranvier as rv

WAVES = np.random.default_rng(0).normal(size=(2, 300)).astype("float32")
MEL = [
    {"fft_length": 64, "sequence_stride": 32, "num_mel_bins": 8},
    {"fft_length": 64, "sequence_length": 48, "num_mel_bins": 5, "window": "hamming"},
    {"fft_length": 32, "sequence_stride": 16, "power_to_db": False, "mag_exp": 1.0},
    {"fft_length": 64, "num_mel_bins": 8, "min_freq": 50, "max_freq": 4000.0},
    {"fft_length": 64, "top_db": 10.0, "ref_power": 2.0, "sampling_rate": 8000},
]
MODES = ("log", "magnitude", "psd", "real", "imag", "angle", "stft")
STFT = [
    *({"mode": mode, "frame_length": 32} for mode in MODES),
    {"frame_length": 30, "frame_step": 7, "fft_length": 64},
    {"frame_length": 32, "expand_dims": True},
    {"frame_length": 32, "padding": "same", "scaling": "spectrum"},
    {"frame_length": 32, "data_format": "channels_first"},
    {"frame_length": 32, "data_format": "channels_first", "expand_dims": True},
    {"frame_length": 32, "window": "hamming", "periodic": True, "scaling": None},
]


def compare(name, kwargs, x, atol):
    ours = getattr(rv.layers, name)(name="layer", **kwargs)
    theirs = getattr(keras.layers, name)(name="layer", **kwargs)
    # Fourier transforms sum in other orders.
    np.testing.assert_allclose(ours(x), theirs(x), rtol=2e-4, atol=atol)
    shape = (None, *x.shape[1:])
    assert tuple(ours.compute_output_shape(shape)) == (
        tuple(theirs.compute_output_shape(shape))
    )
    configs = ours.get_config(), theirs.get_config()
    assert [{**c, "dtype": None} for c in configs][0] == {**configs[1], "dtype": None}


@pytest.mark.parametrize("kwargs", MEL, ids=str)
def test_mel(kwargs):
    compare("MelSpectrogram", kwargs, WAVES, atol=2e-3)


@pytest.mark.parametrize("kwargs", STFT, ids=str)
def test_stft(kwargs):
    waves = np.stack([WAVES, 2 * WAVES + 0.1], axis=-1)
    if kwargs.get("data_format") == "channels_first":
        # Keras convolves in this format on accelerators only.
        waves = np.moveaxis(waves, -1, 1)
        last = {**kwargs, "data_format": "channels_last"}
        expected = rv.layers.STFTSpectrogram(**last)(np.moveaxis(waves, 1, -1))
        found = rv.layers.STFTSpectrogram(**kwargs)(waves)
        axes = [0, 3, 1, 2] if kwargs.get("expand_dims") else [0, 2, 1]
        np.testing.assert_allclose(found, np.transpose(expected, axes), rtol=1e-5)
        return
    if kwargs.get("mode") == "angle":
        waves = waves + 1.0  # angles of nearly zero are noise
    compare("STFTSpectrogram", kwargs, waves, atol=2e-4)


@pytest.mark.parametrize(
    "name, kwargs",
    [
        ("MelSpectrogram", {"fft_length": 8, "sequence_length": 16}),
        ("STFTSpectrogram", {"mode": "power"}),
        ("STFTSpectrogram", {"scaling": "power"}),
        ("STFTSpectrogram", {"padding": "causal"}),
        ("STFTSpectrogram", {"frame_length": 8, "frame_step": 9}),
        ("STFTSpectrogram", {"frame_length": 8, "fft_length": 4}),
    ],
    ids=str,
)
def test_errors(name, kwargs):
    for module in (keras, rv):
        with pytest.raises(ValueError):
            getattr(module.layers, name)(**kwargs)
