"""Which dtype lists of numbers get: the values are TensorFlow 2.21's."""

import numpy as np
import pytest

from ranvier import tensors

BIG = np.uint64(2**63)


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        ([np.int64(1)], "int32"),
        ([np.uint8(1), np.int16(2)], "int32"),
        ([np.int64(2**40)], "int64"),
        ([np.uint32(2**32 - 1)], "int64"),
        ([np.array(1, np.uint64)], "int32"),
        ([np.float32(1)], "float32"),
        ([np.float16(1), 2], "float16"),
        ([np.float64(1.5)], "float64"),
        ([np.array([1e39])], "float64"),
        ([np.int8(1), np.float64(1.5)], "float32"),
        ([1.5, BIG], "float32"),
        ([np.complex64(1)], "complex128"),
        ([np.complex64(1), 2], "complex128"),
        ([np.bool_(True), False], "bool"),
        ([1, True], "int32"),
    ],
)
def test_dtype(value, dtype):
    assert tensors.constant(value).dtype == dtype


@pytest.mark.parametrize(
    "value", [1e39, [1e39], [-1e39, 1.0], [BIG], [1, BIG], [2**63], [-(2**63) - 1]]
)
def test_numbers_out_of_range(value):
    with pytest.raises(ValueError, match="out of range|out-of-range"):
        tensors.constant(value)


@pytest.mark.parametrize("value", [[1, np.bool_(True)], [True, 1], [1, 1j]])
def test_mixed_kinds(value):
    with pytest.raises(ValueError, match="mixed types"):
        tensors.constant(value)


def test_integers_that_no_dtype_asked_for_holds():
    with pytest.raises(ValueError, match="does not fit int64"):
        tensors.constant([BIG], dtype="int64")
    assert tensors.constant([BIG], dtype="uint64").numpy() == [BIG]
