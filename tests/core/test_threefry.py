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


DRAWS = {
    "uniform": lambda key, shape: jax.random.uniform(key, shape),
    "normal": lambda key, shape: jax.random.normal(key, shape),
    "bernoulli": lambda key, shape: jax.random.bernoulli(key, 0.3, shape),
    "randint": lambda key, shape: jax.random.randint(key, shape, -5, 1000),
    "gamma": lambda key, shape: jax.random.gamma(key, 2.0, shape),
    "bits 8": lambda key, shape: jax.random.bits(key, shape, "uint8"),
    "bits 16": lambda key, shape: jax.random.bits(key, shape, "uint16"),
    "permutation": lambda key, shape: jax.random.permutation(key, 20),
}


@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
def test_draws_in_programs_are_those_of_jax(draw):
    key = np.array([3, 9], "uint32")
    program = jax.jit(lambda key: draw(_threefry.for_program(key), (3, 5)))
    np.testing.assert_array_equal(program(key), draw(key, (3, 5)))


def test_draws_in_programs_over_several_keys():
    keys = np.arange(8, dtype="uint32").reshape(4, 2)

    def draw(key):
        return jax.random.uniform(_threefry.for_program(key), (7,))

    np.testing.assert_array_equal(
        jax.jit(jax.vmap(draw))(keys),
        jax.vmap(lambda key: jax.random.uniform(key, (7,)))(keys),
    )
