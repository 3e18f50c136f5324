"""Batch standardisation in closed form against the derivatives of its definition."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ranvier.ops._batch_standardization import standardize_batch

RNG = np.random.default_rng(0)
# Sums over some dozens of entries in another order.
CLOSE = {"rtol": 2e-5, "atol": 2e-5}


def defined(x, axis, scale, offset, epsilon):
    others = tuple(i for i in range(x.ndim) if i != axis % x.ndim)
    column = [1] * x.ndim
    column[axis] = -1
    mean, variance = x.mean(others, keepdims=True), x.var(others, keepdims=True)
    unit = (x - mean) / jnp.sqrt(variance + epsilon)
    return unit * scale.reshape(column) + offset.reshape(column)


CASES = [((32, 5), -1), ((32, 5), 0), ((4, 6, 3), 2), ((4, 6, 3), 1), ((1, 4), -1)]


@pytest.mark.parametrize(("shape", "axis"), CASES)
def test_value_and_derivatives(shape, axis):
    x = jnp.asarray(RNG.normal(3, 2, shape), "float32")
    scale = jnp.asarray(RNG.normal(size=shape[axis]), "float32")
    offset = jnp.asarray(RNG.normal(size=shape[axis]), "float32")
    weight = RNG.normal(size=shape).astype("float32")

    def ours(x, scale, offset):
        return standardize_batch(x, axis, scale, offset, 1e-3)[0]

    def theirs(x, scale, offset):
        return defined(x, axis, scale, offset, 1e-3)

    values = (x, scale, offset)
    np.testing.assert_allclose(ours(*values), theirs(*values), **CLOSE)

    def slope(function):
        return jax.grad(
            lambda *values: (jnp.tanh(function(*values)) * weight).sum(), (0, 1, 2)
        )

    def slope_of_slope(function):
        return jax.grad(lambda *v: sum((g**2).sum() for g in slope(function)(*v)), 0)

    jax.tree.map(
        lambda a, b: np.testing.assert_allclose(a, b, **CLOSE),
        slope(ours)(*values),
        slope(theirs)(*values),
    )
    expected = slope_of_slope(theirs)(*values)
    np.testing.assert_allclose(
        slope_of_slope(ours)(*values),
        expected,
        rtol=1e-3,  # two rounds of cancelling sums
        atol=1e-4 * (1 + float(abs(expected).max())),
    )


def test_statistics_are_those_of_the_batch():
    x = RNG.normal(5, 3, (40, 3)).astype("float32")
    _, mean, variance = standardize_batch(x, -1)
    np.testing.assert_allclose(mean, x.mean(0), rtol=1e-6)
    np.testing.assert_allclose(variance, x.var(0), rtol=1e-5)
