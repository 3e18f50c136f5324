"""Random bits drawn by NumPy are JAX's."""

import jax
import numpy as np
import pytest

from ranvier.core import _threefry
from ranvier.ops import _random

SHAPES = [(), (1,), (3, 5), (8, 50), (784, 30), (2, 3, 4), (4097,), (0, 3)]


@pytest.mark.parametrize("seed", [0, 1, 42, 2**31 + 5])
@pytest.mark.parametrize("shape", SHAPES)
def test_uniform(seed, shape):
    key = np.array([seed, 0], "uint32")
    for low, high in ((0.0, 1.0), (-0.3217, 0.3217), (5.0, 7.5)):
        np.testing.assert_array_equal(
            _threefry.uniform(key, shape, low, high),
            jax.random.uniform(key, shape, "float32", low, high),
        )


@pytest.mark.parametrize("shape", SHAPES)
def test_normals_of_all_shapes_share_a_program(shape):
    key = np.array([7, 0], "uint32")
    np.testing.assert_array_equal(
        _random.normal(shape, seed=7), jax.random.normal(key, shape)
    )
    np.testing.assert_array_equal(
        _random.truncated_normal(shape, seed=7),
        jax.random.truncated_normal(key, -2.0, 2.0, shape),
    )


def test_a_used_generator_draws_the_same():
    key = np.array([3, 9], "uint32")
    np.testing.assert_array_equal(
        _threefry.uniform(key, (10,), 0.0, 1.0), jax.random.uniform(key, (10,))
    )
