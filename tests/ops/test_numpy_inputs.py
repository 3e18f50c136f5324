"""What ops take: variables, lists, numbers, wide arrays; compiled or not."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from ranvier import ops
from ranvier.core import _config
from ranvier.core._variable import Variable

A = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], "float32")


def test_variables_stand_for_their_values():
    variable = Variable(A)
    np.testing.assert_array_equal(ops.sum(variable, axis=0), A.sum(0))
    np.testing.assert_array_equal(ops.concatenate([variable, A], 1).shape, (2, 6))
    np.testing.assert_array_equal(ops.take(A, Variable([1, 0]), axis=1), A[:, [1, 0]])
    assert ops.einsum("ij,kj->ik", variable, variable).shape == (2, 2)


def test_lists_may_hold_tensors():
    row = ops.array([1.0, 2.0])
    assert ops.add([row, row], 1.0).shape == (2, 2)
    assert ops.stack([Variable(1.0), 2.0, row[0]]).tolist() == [1.0, 2.0, 1.0]


def test_wide_arrays_are_computed_in_32_bits():
    assert ops.add(A.astype("float64"), 1).dtype == "float32"
    assert ops.sum(np.arange(3)).dtype == "int32"
    assert ops.array([2**31 - 1]).dtype == "int32"


def test_python_numbers_do_not_widen():
    half = ops.ones((2,), "float16")
    for result in (half + 2.0, ops.multiply(half, 3), ops.maximum(0.5, half)):
        assert result.dtype == "float16"
    assert ops.add(ops.ones((2,), "uint8"), 1).dtype == "uint8"
    assert ops.where(half > 0, half, 0.0).dtype == "float16"


@pytest.mark.parametrize("name", ["sin", "exp", "mean", "sqrt", "zeros", "hanning"])
def test_integers_become_floatx(name):
    argument = 3 if name in ("zeros", "hanning") else np.array([1, 2])
    try:
        _config.set_floatx("bfloat16")
        assert getattr(ops, name)(argument).dtype == "bfloat16"
    finally:
        _config.set_floatx("float32")


def test_ops_compile():
    @jax.jit
    def program(x):
        y = ops.matmul(x, ops.transpose(x))
        return ops.where(y > ops.mean(y), ops.log1p(y), ops.zeros_like(y))

    np.testing.assert_allclose(program(A), program.__wrapped__(A), rtol=1e-6)


def test_vectorize_is_that_of_keras():
    def dot(a, b):
        return jnp.sum(a * b)

    ours = ops.vectorize(dot, signature="(n),(n)->()")(A, A[0])
    theirs = keras.ops.vectorize(dot, signature="(n),(n)->()")(A, A[0])
    np.testing.assert_allclose(ours, theirs)
    half = ops.vectorize(lambda x, scale: x / scale, excluded={1})(A, 2.0)
    np.testing.assert_allclose(half, A / 2)
    with pytest.raises(ValueError, match="must be callable"):
        ops.vectorize(3)


# Where we differ from Keras on purpose.


def test_negative_zero_is_equal_to_zero_for_argmax():
    # Keras orders -0.0 before 0.0, on CPU only; NumPy, and we everywhere, do not.
    zeros = np.array([-0.0, 0.0], "float32")
    assert int(ops.argmax(zeros)) == int(np.argmax(zeros)) == 0
    assert int(ops.argmin(zeros[::-1])) == 0


def test_lists_are_taken_by_every_op():
    # Keras refuses them in a few ops.
    assert ops.any([0, 1]).tolist() is True
    assert ops.outer([1, 2], [3]).shape == (2, 1)
    assert ops.zeros_like([1.5]).dtype == "float32"


@pytest.mark.parametrize(
    "call, text",
    [
        (lambda: ops.reshape(A, (-1, -1)), "at most one -1"),
        (lambda: ops.where(A > 0, A), "both `x1` and `x2`, or neither"),
        (lambda: ops.pad(A, 1, "edge", 1.0), "goes with `mode='constant'` only"),
        (lambda: ops.searchsorted(A, 1.0), r"Received: sorted_sequence.shape=\(2, 3\)"),
        (lambda: ops.histogram(A), r"x.shape=\(2, 3\)"),
        (lambda: ops.select([], []), "`condlist` must be a list of at least one"),
        (lambda: ops.diagonal(A, axis1=1, axis2=-1), "cannot be the same"),
        (lambda: ops.array_split(A, 0), "must be positive"),
        (lambda: ops.vander(A), "expects a tensor with one axis"),
        (lambda: ops.rot90(A[0]), "at least two axes"),
    ],
)
def test_errors_say_what_was_expected_and_received(call, text):
    with pytest.raises(ValueError, match=text):
        call()


def test_sparse_counts_are_refused():
    with pytest.raises(NotImplementedError, match="dense tensors only"):
        ops.bincount(np.array([1, 2]), sparse=True)
