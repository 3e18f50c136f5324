"""Linear algebra, compared with Keras's."""

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
    run_eagerly,
    symbolic_differences,
)

RNG = np.random.default_rng(0)
A = RNG.normal(size=(2, 3, 3)).astype("float32")
SPD = A @ A.transpose(0, 2, 1) + np.eye(3, dtype="float32")
TALL = RNG.normal(size=(4, 2)).astype("float32")
V = RNG.normal(size=(3,)).astype("float32")
CUBE = RNG.normal(size=(2, 3, 4)).astype("float32")
LOWER = np.linalg.cholesky(SPD).astype("float32")

CASES = {
    "cholesky": [call(SPD), call(SPD[0], upper=True), call(TALL), call(V)],
    "cholesky_inverse": [call(LOWER[0]), call(LOWER[1].T, upper=True), call(TALL)],
    "det": [call(A), call([[1.0, 2.0], [3.0, 4.0]]), call(TALL), call(V)],
    "logdet": [call(A)],
    "inv": [call(A), call(TALL), call(V)],
    "pinv": [call(TALL), call(A, rcond=0.1), call(V)],
    "eigh": [call(SPD), call(TALL)],
    "lu_factor": [call(A), call(TALL), call(V)],
    "qr": [call(TALL), call(TALL, "complete"), call(A, mode="raw")],
    "svd": [call(TALL), call(A, False), call(A, compute_uv=False), call(V)],
    "matrix_rank": [call(A), call(np.ones((3, 3), "float32")), call(A, 9.0), call(V)],
    "norm": [
        call(V),
        call(CUBE),
        call(TALL, "fro"),
        call(TALL, "nuc", (0, 1)),
        call(TALL, 1, axis=1),
        call(TALL, np.inf, (0, 1), keepdims=True),
        call(CUBE, 2, (1, 2)),
        call(V, 0),
        call(V.astype("float16"), 3),
        call(np.array([[3, 4]], "int32"), axis=1),
        call(V > 0),
        call(V, "fro"),
        call(TALL, "sum"),
    ],
    "solve": [
        call(A[0], V),
        call(A, CUBE),
        call(A[0], V[:2]),
        call(TALL, V),
        call(A, CUBE[:, :2]),
    ],
    "solve_triangular": [
        call(A[0], V),
        call(A, CUBE, lower=True),
        call(A[0], V[:2]),
        call(TALL, V),
    ],
    "lstsq": [
        call(TALL, CUBE[0, 0]),
        call(TALL, CUBE[0].T, rcond=0.1),
        call(A[0], V),
    ],
    "jvp": [
        call(jnp.sin, (V,), (V,)),
        call(lambda x, y: (x * y, x), [V, V], [V, V], has_aux=True),
    ],
}


@pytest.mark.parametrize("name", CASES)
def test_values_are_those_of_keras(name):
    ours, theirs = getattr(ops, name), getattr(keras.ops, name)
    assert not differences(ours, theirs, CASES[name], rtol=1e-5, atol=1e-5)


def test_eigenvalues_of_any_matrix():
    # Inside a program they are not defined on every device: this runs eagerly.
    calls = [call(A), call(TALL)]
    assert not differences(ops.eig, keras.ops.eig, calls, 1e-5, 1e-5, run_eagerly)


S = T((None, 3, 3))
R = T((None, 4, 2))
SYMBOLIC = {
    "cholesky": [call(S), call(R), call(T((3,)))],
    "cholesky_inverse": [call(S), call(R)],
    "det": [call(S), call(R)],
    "inv": [call(S), call(R)],
    "pinv": [call(R)],
    "eigh": [call(S), call(R)],
    "lu_factor": [call(T((4,)))],
    "qr": [call(R), call(R, "complete"), call(R, "raw")],
    "svd": [call(R), call(R, False), call(R, compute_uv=False)],
    "matrix_rank": [call(R)],
    "norm": [call(R), call(R, axis=1), call(R, "fro", (1, 2), True), call(R, "sum")],
    "solve": [
        call(S, T((None, 3, 2))),
        call(S, T((None, 2, 2))),
        call(T((3, 3)), T((3,))),
    ],
    "solve_triangular": [call(S, T((None, 3, 2))), call(R, T((4,)))],
    "lstsq": [
        call(T((4, 2)), T((4,))),
        call(T((4, 2)), T((4, 3))),
        call(T((4, 2)), T((3,))),
    ],
}


@pytest.mark.parametrize("name", SYMBOLIC)
def test_symbolic_shapes_are_those_of_keras(name):
    ours, theirs = getattr(ops.linalg, name), getattr(keras.ops.linalg, name)
    assert not symbolic_differences(ours, theirs, SYMBOLIC[name])


GRADIENTS = {
    "cholesky": [call(SPD[0])],
    "det": [call(A)],
    "inv": [call(A)],
    "norm": [call(V), call(TALL, axis=1)],
    "solve": [call(A[0], V)],
    "svd": [call(TALL, compute_uv=False)],
    "qr": [call(TALL)],
}


@pytest.mark.parametrize("name", GRADIENTS)
def test_gradients_are_those_of_keras(name):
    ours, theirs = getattr(ops, name), getattr(keras.ops, name)
    assert not gradient_differences(ours, theirs, GRADIENTS[name], 1e-4, 1e-5)


def test_cholesky_refuses_what_is_not_positive_definite():
    with pytest.raises(ValueError, match="positive definite"):
        ops.cholesky(-SPD)
    assert bool(jnp.isnan(jax.jit(ops.cholesky)(-SPD)).any())


def test_cholesky_inverse_takes_batches():
    inverse = ops.cholesky_inverse(LOWER)
    np.testing.assert_allclose(inverse, np.linalg.inv(SPD), rtol=1e-4, atol=1e-5)


def test_symbolic_lu_factor():
    factors, exchanges = ops.lu_factor(ops.convert_to_tensor(A))
    assert (factors.shape, exchanges.dtype) == ((2, 3, 3), "int32")
