"""Activations, normalisation, encodings and crossentropies, compared with Keras's."""

import jax
import jax.numpy as jnp
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

X = np.array([[-3.0, -1.0, -0.25, 0.0], [0.25, 0.5, 1.5, 7.0]], "float32")
HALF = X.astype("float16")
INTS = np.array([[-3, -1, 0, 1], [2, 5, 6, 7]], "int32")
BFLOAT = jnp.asarray(X, "bfloat16")
CUBE = np.linspace(-2, 3, 24, dtype="float32").reshape(2, 3, 4)
P = np.array([[0.1, 0.6, 0.3], [0.0, 1.0, 0.0]], "float32")
LOGITS = np.array([[0.5, -1.0, 2.0], [3.0, 0.0, -30.0]], "float32")
HOT = np.array([[0.0, 1.0, 0.0], [0.2, 0.5, 0.3]], "float32")
V = np.array([0.5, 1.0, 2.0, 4.0], "float32")
W = np.array([-1.0, 0.0, 0.25, 1.0], "float32")


def _elementwise(*more):
    return [call(X), call(HALF), call([1.0, -2.0]), call(0.5), call(INTS), *more]


CASES = {
    "celu": _elementwise(call(X, 0.5), call(X, alpha=2.0)),
    "elu": _elementwise(call(X, 0.5), call(X, alpha=2.0)),
    "gelu": _elementwise(call(X, False), call(HALF, approximate=False)),
    "glu": [call(X), call(HALF), call(X, axis=0), call(CUBE, axis=2)],
    "hard_shrink": _elementwise(call(X, 1.0), call(HALF, threshold=0.1)),
    "hard_sigmoid": _elementwise(),
    "hard_silu": _elementwise(),
    "hard_swish": [call(X)],
    "hard_tanh": _elementwise(),
    "leaky_relu": _elementwise(call(X, 0.5), call(HALF, negative_slope=0.1)),
    "log_sigmoid": _elementwise(),
    "log_softmax": [call(X), call(HALF), call(X, 0), call(CUBE, axis=(0, 2))],
    "relu": _elementwise(),
    "relu6": _elementwise(),
    "selu": _elementwise(),
    "sigmoid": _elementwise(),
    "silu": _elementwise(),
    "soft_shrink": _elementwise(call(X, 1.0), call(HALF, threshold=0.1)),
    "softmax": [call(X), call(BFLOAT), call(X, 0), call(CUBE, axis=(0, 2))],
    "softplus": _elementwise(call(X * 100)),
    "softsign": _elementwise(),
    "sparse_plus": _elementwise(),
    "sparse_sigmoid": _elementwise(),
    "squareplus": _elementwise(call(X, 1), call(X, b=0.5)),
    "swish": [call(X)],
    "tanh_shrink": _elementwise(),
    "threshold": [call(X, 0.3, 9.0), call(HALF, 0.3, 9)],
    "moments": [
        call(X, 0),
        call(X, [0, 1]),
        call(CUBE, (0, 2), keepdims=True),
        call(HALF, 1),
        call(BFLOAT, 0),
        call(INTS, 0),
        call(np.full((2, 2), 6e4, "float16") * [1, -1], 0),
        call(X, 0, synchronized=True),
    ],
    "batch_normalization": [
        call(X, W, V, -1),
        call(X, W, V, 1, offset=V, scale=W, epsilon=1e-5),
        call(CUBE, W[:3], V[:3], 1, V[:3]),
        call(HALF, W.astype("float16"), V.astype("float16"), -1),
        call(HALF, W, V, -1),
    ],
    "layer_normalization": [
        call(X),
        call(X, V, W),
        call(CUBE, gamma=V, epsilon=1e-3),
        call(CUBE, axis=[1, 2]),
        call(CUBE, V[:3], W[:3], axis=1),
        call(CUBE, CUBE[0], CUBE[1], axis=(1, 2)),
        call(HALF, V, W),
        call(BFLOAT),
    ],
    "rms_normalization": [
        call(X),
        call(X, V),
        call(CUBE, axis=(1, 2), epsilon=1e-3),
        call(HALF, V),
        call(np.float32(3.0)),
    ],
    "normalize": [
        call(X),
        call(X, axis=0, order=1),
        call(X, order=3),
        call(np.zeros((2, 2), "float32")),
        call(np.zeros((2, 2), "float32"), order=1, epsilon=0.1),
        call(HALF),
        call(3.0),
        call(CUBE, axis=(0, 1)),
        call(X, order=0),
        call(X, order=1.5),
    ],
    "one_hot": [
        call([0, 2, -1, 5], 3),
        call(INTS, 3),
        call(INTS, 3, axis=0),
        call(INTS, 3, axis=1, dtype="int32"),
        call(INTS.astype("uint8"), 3, dtype=bool),
        call(2, 3),
    ],
    "multi_hot": [
        call(INTS, 8),
        call([1, 2, 2], 4),
        call(INTS, num_classes=8, dtype="int32"),
        call(INTS, num_tokens=8),
        call(CUBE.astype("int32"), 4),
        call(INTS),
    ],
    "binary_crossentropy": [
        call(HOT, P),
        call(HOT, LOGITS, from_logits=True),
        call(HOT.astype("int32"), P),
        call(HOT, P.astype("float16")),
        call(HOT > 0.4, LOGITS, True),
        call(1.0, 0.25),
        call(HOT, P[0]),
    ],
    "categorical_crossentropy": [
        call(HOT, P),
        call(HOT, LOGITS, from_logits=True),
        call(HOT, P, axis=0),
        call(HOT, 3 * P),
        call(HOT.astype("int32"), P.astype("float16")),
        call(HOT, P[0]),
        call(1.0, 0.5),
    ],
    "sparse_categorical_crossentropy": [
        call([2, 0], P),
        call([2, 0], LOGITS, from_logits=True),
        call([[2], [0]], P),
        call([-1, 3], P),
        call(np.array([2.0, 1.0], "float32"), P.astype("float16")),
        call(np.array([2, 1], "uint8"), 2 * P),
        call(CUBE[..., 0].astype("int32"), np.abs(CUBE)),
        call([1, 2, 0], P),
        call(1, P[0]),
    ],
    "psnr": [call(X, X[::-1], 7.0), call(HALF, HALF[::-1], 255), call(X, V, 1)],
    "polar": [call(V, W), call([1.0, 2.0], [0.5, 3.0]), call(X, V)],
}

TOLERANCES = {"polar": 1e-5}


@pytest.mark.parametrize("name", CASES)
def test_values_are_those_of_keras(name):
    rtol = TOLERANCES.get(name, 2e-6)
    ours, theirs = getattr(ops, name), getattr(keras.ops, name)
    assert not differences(ours, theirs, CASES[name], rtol)


B = T((None, 3))
ACTIVATIONS = (
    "celu elu gelu hard_shrink hard_sigmoid hard_silu hard_tanh leaky_relu log_sigmoid "
    "relu relu6 selu sigmoid silu soft_shrink softplus softsign sparse_plus "
    "sparse_sigmoid squareplus tanh_shrink"
).split()
SYMBOLIC = {name: [call(B), call(T((2, 3), "float16"))] for name in ACTIVATIONS} | {
    "glu": [call(T((None, 4))), call(T((2, 4)), axis=0), call(T((None, 3)))],
    "softmax": [call(B), call(T((2, 3, 4)), axis=(0, 2))],
    "log_softmax": [call(B), call(T((None, None)), axis=(0, 1))],
    "sparsemax": [call(B), call(T((None, None, 3)), axis=1)],
    "threshold": [call(B, 0.5, 0.0)],
    "moments": [call(B, 0), call(T((None, None, 3), "float16"), (1, 2), keepdims=True)],
    "batch_normalization": [
        call(B, T((3,)), T((3,)), -1, T((3,)), T((3,))),
        call(B, T((2,)), T((3,)), -1, None, None),
        call(T((None, 3, None)), T((3,)), T((3,)), 1, None, None),
    ],
    "layer_normalization": [call(B, T((3,)), T((3,))), call(T((None, None, 3)))],
    "rms_normalization": [call(B, T((3,))), call(T((None, None), "float16"))],
    "normalize": [call(B), call(B, 0, 1)],
    "one_hot": [
        call(T((None,), "int32"), 5),
        call(T((None, 2), "int32"), 5, axis=1, dtype="int32"),
        call(T((2,), "int32"), 5, axis=3),
    ],
    "multi_hot": [
        call(T((None, 4), "int32"), 5, dtype="int32"),
        call(T((3,), "int32")),
    ],
    "binary_crossentropy": [call(B, B), call(B, B, True), call(B, T((None, 2)))],
    "categorical_crossentropy": [call(B, B), call(B, B, True), call(B, T((None, 2)))],
    "sparse_categorical_crossentropy": [
        call(T((None,), "int32"), B),
        call(T((None, 1), "int32"), B, True),
        call(T((None, None), "int32"), T((None, None, 3))),
        call(T((None, 2), "int32"), B),
        call(T((4,), "int32"), T((5, 3))),
    ],
    "psnr": [call(B, B, 1.0), call(B, T((3,)), 1.0)],
}


@pytest.mark.parametrize("name", SYMBOLIC)
def test_symbolic_shapes_are_those_of_keras(name):
    ours, theirs = getattr(ops, name), getattr(keras.ops, name)
    assert not symbolic_differences(ours, theirs, SYMBOLIC[name])


SMOOTH = np.array([[-3.0, -1.1, -0.3, 0.1], [0.3, 0.7, 1.6, 7.0]], "float32")
GRADIENTS = {name: [call(SMOOTH)] for name in (*ACTIVATIONS, "glu", "log_softmax")} | {
    "softmax": [call(SMOOTH), call(CUBE, axis=(0, 2))],
    "moments": [call(SMOOTH, 0)],
    "batch_normalization": [call(SMOOTH, W, V, -1, V, W)],
    "layer_normalization": [call(SMOOTH, V, W)],
    "rms_normalization": [call(SMOOTH, V)],
    "normalize": [call(SMOOTH), call(SMOOTH, order=1), call(SMOOTH, order=3)],
    "binary_crossentropy": [call(HOT, P), call(HOT, LOGITS, True)],
    "categorical_crossentropy": [call(HOT, P), call(HOT, LOGITS, True)],
    "sparse_categorical_crossentropy": [
        call(np.array([2, 0]), P),
        call(np.array([2, 0]), LOGITS, True),
    ],
}


@pytest.mark.parametrize("name", GRADIENTS)
def test_gradients_are_those_of_keras(name):
    ours, theirs = getattr(ops, name), getattr(keras.ops, name)
    assert not gradient_differences(ours, theirs, GRADIENTS[name])


def project_on_simplex(row):
    """Finds the threshold of the projection by bisection."""
    low, high = row.max() - 1.0, row.max()
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (
            (middle, high) if np.maximum(row - middle, 0).sum() > 1 else (low, middle)
        )
    return np.maximum(row - low, 0)


def test_sparsemax_is_the_projection_on_the_simplex():
    expected = np.stack([project_on_simplex(row.astype("float64")) for row in X])
    np.testing.assert_allclose(ops.sparsemax(X), expected, atol=1e-6)
    np.testing.assert_allclose(ops.sparsemax(X.T, axis=0), expected.T, atol=1e-6)
    # With one entry far above the others Keras agrees.
    np.testing.assert_allclose(ops.sparsemax(X[1:]), keras.ops.sparsemax(X[1:]))


def test_softmax_over_one_entry_warns():
    with pytest.warns(UserWarning, match="sigmoid"):
        ops.softmax(np.ones((3, 1), "float32"))


def test_glu_refuses_an_odd_length():
    with pytest.raises(ValueError, match="even length"):
        ops.glu(np.ones(3, "float32"))


def test_vectors_of_batch_normalization_are_checked():
    with pytest.raises(ValueError, match="`variance` must be a vector"):
        ops.batch_normalization(X, W, V[:1], -1)


def test_layer_normalization_keeps_the_deprecated_rms_scaling():
    with pytest.warns(UserWarning, match="rms_normalization"):
        ours = ops.layer_normalization(X, V, rms_scaling=True)
    with pytest.warns(UserWarning):
        theirs = keras.ops.layer_normalization(X, V, rms_scaling=True)
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)
    with pytest.raises(TypeError, match="center"):
        ops.layer_normalization(X, center=True)


def test_normalize_takes_no_root_of_subnormal_sums():
    tiny = np.full((1, 2), 1e-12, "float32")
    np.testing.assert_allclose(ops.normalize(tiny), tiny / 1e-7, rtol=1e-5)


def test_sparse_crossentropy_survives_impossible_classes():
    logits = jnp.array([[0.0, -jnp.inf]])
    loss = ops.sparse_categorical_crossentropy([0], logits, from_logits=True)
    assert loss.tolist() == [0.0]


def test_sparse_crossentropy_takes_any_axis_of_classes():
    labels = np.array([[0, 1, 2, 0], [2, 1, 0, 1]])
    first = ops.sparse_categorical_crossentropy(labels, CUBE, True, axis=1)
    last = ops.sparse_categorical_crossentropy(labels, CUBE.swapaxes(1, 2), True)
    np.testing.assert_allclose(first, last, rtol=1e-6)


@pytest.mark.parametrize("dtype", ["bool", "int8", "float16"])
@pytest.mark.parametrize("name", ["one_hot", "multi_hot"])
def test_sparse_encodings_have_the_dtype(name, dtype):
    encoded = getattr(ops, name)([[0, 2], [1, 1]], 3, dtype=dtype, sparse=True)
    assert encoded.dtype == dtype


@pytest.mark.parametrize("name", ["one_hot", "multi_hot"])
def test_sparse_encodings_hold_the_same_values(name):
    encode = getattr(ops, name)
    labels = np.array([[0, 2], [1, 1], [2, 7]])
    sparse = encode(labels, 3, sparse=True)
    assert ops.is_tensor(sparse)
    dense = ops.convert_to_tensor(sparse, sparse=False)
    np.testing.assert_array_equal(dense, encode(labels, 3))


def test_bytes_may_stand_for_more_classes_than_bytes_count():
    encoded = ops.one_hot(np.array([3, 255], "uint8"), 300)
    assert encoded.sum() == 2 and encoded[0, 3] == 1 and encoded[1, 255] == 1


def test_probabilities_are_clipped_by_the_configured_epsilon():
    from ranvier.core import _config

    epsilon = _config.epsilon()
    try:
        _config.set_epsilon(0.1)
        loss = ops.binary_crossentropy([1.0], [0.0])
    finally:
        _config.set_epsilon(epsilon)
    np.testing.assert_allclose(loss, -np.log(0.1), rtol=1e-6)


def test_ops_run_inside_programs():
    program = jax.jit(lambda x: ops.softmax(ops.layer_normalization(x)))
    np.testing.assert_allclose(
        program(X), ops.softmax(ops.layer_normalization(X)), rtol=1e-6
    )
