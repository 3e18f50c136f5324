"""Random tensors of the TensorFlow face: `tf.random`."""

import contextlib

import jax

from ranvier.core._seeds import operation_seed, set_random_seed
from ranvier.ops import _random
from ranvier.tensors._dtype import as_dtype
from ranvier.tensors._functions import static
from ranvier.tensors._tensor import Tensor, is_traced


def set_seed(seed) -> None:
    """Fixes the global seed: Python's, NumPy's and ranvier's.

    Args:
        seed: an integer.
    """
    set_random_seed(int(seed) % 2**32)  # TensorFlow takes any


def _drawn(function, shape, *args, dtype, seed):
    """Returns a draw as a tensor; in a program as the bare array."""
    seed = operation_seed(seed)
    with jax.enable_x64(True) if dtype.is_wide else contextlib.nullcontext():
        array = function(static(shape), *args, dtype.name, seed)
    return array if is_traced(array) else Tensor(array)


def normal(shape, mean=0.0, stddev=1.0, dtype="float32", seed=None, name=None):
    """Draws from a normal distribution.

    Args:
        shape: the shape.
        mean: the mean.
        stddev: the standard deviation.
        dtype: a floating dtype.
        seed: an integer, or None for the global generator.
        name: accepted as in TensorFlow.

    Example:
        >>> normal((2, 3), seed=1).shape
        TensorShape([2, 3])
    """
    dtype = as_dtype(dtype)
    return _drawn(_random.normal, shape, mean, stddev, dtype=dtype, seed=seed)


def truncated_normal(
    shape, mean=0.0, stddev=1.0, dtype="float32", seed=None, name=None
):
    """Draws from a normal distribution, within two standard deviations.

    Args:
        shape: the shape.
        mean: the mean.
        stddev: the standard deviation.
        dtype: a floating dtype.
        seed: an integer, or None for the global generator.
        name: accepted as in TensorFlow.
    """
    dtype = as_dtype(dtype)
    return _drawn(_random.truncated_normal, shape, mean, stddev, dtype=dtype, seed=seed)


def uniform(shape, minval=0, maxval=None, dtype="float32", seed=None, name=None):
    """Draws from a uniform distribution.

    Args:
        shape: the shape.
        minval: the least number.
        maxval: the upper end, left out; 1 for floats.
        dtype: a floating or integer dtype.
        seed: an integer, or None for the global generator.
        name: accepted as in TensorFlow.

    Raises:
        ValueError: for integers without `maxval`.
    """
    dtype = as_dtype(dtype)
    if dtype.is_integer:
        if maxval is None:
            raise ValueError(f"Must specify maxval for integer dtype {dtype.name}")
        return _drawn(_random.randint, shape, minval, maxval, dtype=dtype, seed=seed)
    maxval = 1.0 if maxval is None else maxval
    return _drawn(_random.uniform, shape, minval, maxval, dtype=dtype, seed=seed)
