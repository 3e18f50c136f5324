"""Tensors of 64 bits compute in 64 bits; the process keeps its settings."""

import threading

import jax
import numpy as np
import pytest

import ranvier.tf as tf

SMALL = 1e-12
CASES = {
    "add": lambda x: x + SMALL - x,
    "reduce_sum": lambda x: tf.reduce_sum([x, tf.constant(SMALL, x.dtype), -x]),
    "matmul": lambda x: tf.reshape([[x, -x]] @ tf.ones((2, 1), x.dtype) + SMALL, []),
    "linalg": lambda x: tf.linalg.det([[x, x], [x, x + SMALL]]),
    "tape": lambda x: gradient(x),
    "variable": lambda x: tf.Variable(x).assign_add(SMALL).read_value() - x,
}


def gradient(x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x * SMALL / 2
    return tape.gradient(y, x)


@pytest.mark.parametrize("name", CASES)
def test_floats_of_64_bits(name):
    result = CASES[name](tf.constant(1.0, tf.float64))
    assert result.dtype == tf.float64
    np.testing.assert_allclose(result.numpy(), SMALL, rtol=1e-3)
    assert not jax.config.jax_enable_x64
    assert jax.numpy.ones(1).dtype == np.float32


def test_integers_of_64_bits():
    big = tf.constant(2**62, tf.int64)
    assert int(big + 1) == 2**62 + 1
    assert int(tf.reduce_max(tf.stack([big, big - 1]))) == 2**62
    assert tf.range(tf.constant(2, tf.int64)).dtype == tf.int64
    assert not jax.config.jax_enable_x64


def test_other_threads_keep_their_32_bits():
    seen, stop = [], threading.Event()

    def compute():
        while not stop.is_set():
            seen.append(jax.numpy.arange(3.0).sum().dtype.name)

    thread = threading.Thread(target=compute)
    thread.start()
    for _ in range(50):
        assert (tf.constant(1.0, tf.float64) + SMALL).dtype == tf.float64
    stop.set()
    thread.join()
    assert set(seen) == {"float32"}
