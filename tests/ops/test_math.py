"""Segments, ranks, error functions, complex numbers and Fourier transforms."""

import keras
import numpy as np
import pytest

from ranvier import ops
from tests.ops.comparing import (
    T,
    call,
    differences,
    gradient_differences,
    symbolic_differences,
)

RNG = np.random.default_rng(0)
X = RNG.normal(size=(4, 6)).astype("float32")
INTS = RNG.integers(0, 9, (4, 6)).astype("int32")
IDS = np.array([2, 0, 2, 5], "int32")
SIGNAL = RNG.normal(size=(2, 20)).astype("float32")
WINDOW = np.linspace(0.5, 1.5, 6).astype("float32")
SPECTRA = tuple(np.asarray(part) for part in keras.ops.stft(SIGNAL, 6, 2, 8))
NAN = np.array([[0.1, np.nan, 0.5], [0.2, 0.7, np.nan]], "float32")

_SEGMENTS = [
    call(X, IDS, 3),
    call(X, np.array([0, 0, 1, 3]), num_segments=4, sorted=True),
    call(INTS[:, 0], IDS, 6),
    call(X, IDS),
    call(X, IDS[:3], 3),
    call(X, IDS[None], 3),
]
_PAIR = (X, X[::-1])
CASES = {
    "segment_sum": _SEGMENTS,
    "segment_prod": _SEGMENTS,
    "segment_max": _SEGMENTS,
    "segment_min": _SEGMENTS,
    "top_k": [call(X, 2), call(INTS, 3, sorted=False), call(X.astype("float16"), 1)],
    "in_top_k": [
        call(np.array([0, 1, 5, 2]), X, 2),
        call(np.array([1, 2]), NAN, k=1),
        call(np.array([0, 1]), np.zeros((2, 3), "float32"), 2),
    ],
    "logsumexp": [
        call(X),
        call(1000 * X, axis=1),
        call(X, (0, 1), keepdims=True),
        call(X.astype("float16"), 0),
        call(INTS, -1),
    ],
    "cdist": [
        call(X, X[:2] + 1),
        call(np.stack([X, X]), X),
        call(X[0], X),
        call(X, X[:, :2]),
    ],
    "extract_sequences": [
        call(SIGNAL, 6, 3),
        call(SIGNAL[0], sequence_length=5, sequence_stride=5),
    ],
    "rsqrt": [call(np.abs(X)), call(np.abs(X).astype("float16")), call(4.0), call(4)],
    "erf": [call(X), call(X.astype("float16")), call([0.5])],
    "erfc": [call(X), call(X.astype("float16")), call(INTS[0])],
    "erfinv": [call(np.tanh(X)), call([0.5])],
    "view_as_complex": [call(X[:, :2]), call(INTS[:, :2]), call(X)],
    "view_as_real": [call(X + 1j * X[::-1]), call(X)],
    "fft": [call(_PAIR), call((INTS, INTS)), call((X, X[0])), call(X)],
    "fft2": [call(_PAIR), call(list(_PAIR))],
    "ifft2": [call(_PAIR)],
    "rfft": [call(X), call(X, 4), call(X, fft_length=9)],
    "irfft": [call(_PAIR), call(_PAIR, 7), call(_PAIR, fft_length=16)],
    "stft": [
        call(SIGNAL, 6, 2, 8),
        call(SIGNAL, 6, 3, 6, "hamming"),
        call(SIGNAL, 6, 2, 9, WINDOW, center=False),
        call(SIGNAL[0], 6, 2, 8, window=None),
        call(SIGNAL, 6, 2, 5),
        call(SIGNAL, 6, 2, 8, "square"),
        call(SIGNAL, 6, 2, 8, WINDOW[1:]),
        call(SIGNAL.astype("float16"), 6, 2, 8),
        call(SIGNAL, 6, 0, 8),
        call(SIGNAL, 6, 2.0, 8),
    ],
    "istft": [
        call(SPECTRA, 6, 2, 8),
        call(SPECTRA, 6, 2, 8, length=15),
        call(SPECTRA, 6, 3, 8, None, "hamming", False),
        call(SPECTRA, 6, 2, 8, window=WINDOW),
        call(SPECTRA, 6, 2, 8, window=None, center=False),
        call(SPECTRA, 6, -1, 8),
    ],
}


@pytest.mark.parametrize("name", CASES)
def test_values_are_those_of_keras(name):
    # Fourier transforms and distances add in another order.
    ours, theirs = getattr(ops, name), getattr(keras.ops, name)
    assert not differences(ours, theirs, CASES[name], rtol=1e-5, atol=1e-5)


B = T((None, 6))
BOTH = (B, B)
_SYMBOLIC_SEGMENTS = [
    call(T((8, 3)), T((8,), "int32"), 5),
    call(B, T((3, 3), "int32"), 5),
]
SYMBOLIC = {
    **{f"segment_{name}": _SYMBOLIC_SEGMENTS for name in ("sum", "prod", "max", "min")},
    "top_k": [call(B, 2)],
    "in_top_k": [call(T((None,), "int32"), B, 2)],
    "logsumexp": [call(B), call(B, 1), call(B, 0, True)],
    "cdist": [call(B, T((5, 6))), call(B, T((5, 4))), call(T((None, 3, 6)), T((5, 6)))],
    "extract_sequences": [call(B, 2, 2), call(T((3, None)), 4, 3)],
    "rsqrt": [call(B)],
    "erf": [call(B)],
    "erfc": [call(B)],
    "erfinv": [call(B)],
    "view_as_complex": [call(T((None, 2)))],
    "view_as_real": [call(T((None, 2), "complex64"))],
    "fft": [call(BOTH), call((B, T((None, 5))))],
    "fft2": [call((T((None, 6, 6)),) * 2)],
    "ifft2": [call((T((None, 6, 6)),) * 2)],
    "rfft": [call(B), call(B, 9), call(T((2, None)))],
    "irfft": [call(BOTH), call(BOTH, 7)],
    "stft": [call(T((None, 20)), 6, 2, 8), call(T((3, None)), 6, 2, 8, center=False)],
    "istft": [
        call((T((None, 7, 5)),) * 2, 6, 2, 8),
        call((T((2, 7, 5)),) * 2, 6, 2, 8, 15),
    ],
    "logdet": [call(T((None, 3, 3)))],
}


@pytest.mark.parametrize("name", SYMBOLIC)
def test_symbolic_shapes_are_those_of_keras(name):
    ours, theirs = getattr(ops, name), getattr(keras.ops, name)
    assert not symbolic_differences(ours, theirs, SYMBOLIC[name])


GRADIENTS = {
    "segment_sum": [call(X, IDS, 3)],
    "segment_max": [call(X, IDS, 3)],
    "top_k": [call(X, 2)],
    "logsumexp": [call(X, 1)],
    "cdist": [call(X, X[:2] + 1)],
    "extract_sequences": [call(SIGNAL, 6, 3)],
    "rsqrt": [call(np.abs(X))],
    "erf": [call(X)],
    "erfinv": [call(np.tanh(X))],
    "rfft": [call(X)],
    "stft": [call(SIGNAL, 6, 2, 8)],
}


@pytest.mark.parametrize("name", GRADIENTS)
def test_gradients_are_those_of_keras(name):
    ours, theirs = getattr(ops, name), getattr(keras.ops, name)
    assert not gradient_differences(ours, theirs, GRADIENTS[name], 1e-4, 1e-5)


def test_istft_reverses_stft():
    spectra = ops.stft(SIGNAL, 8, 2, 8)
    restored = ops.istft(spectra, 8, 2, 8, length=20)
    np.testing.assert_allclose(restored, SIGNAL, rtol=1e-5, atol=1e-6)


def test_extract_sequences_takes_integers_and_refuses_short_signals():
    windows = ops.extract_sequences(INTS[0], 3, 1)
    np.testing.assert_array_equal(windows[1], INTS[0, 1:4])
    with pytest.raises(ValueError, match="does not fit"):
        ops.extract_sequences(SIGNAL, 21, 1)
