"""Gradients that TensorFlow defines otherwise than JAX, and its custom ones."""

import numpy as np
import pytest

import ranvier.tf as tf
from ranvier.autodiff import GradientTape, custom_gradient

# Values from TensorFlow 2.21.


def test_the_gradient_of_a_complex_number_is_the_conjugate_of_the_derivative():
    x = tf.constant(1.0 + 2.0j)
    with GradientTape(persistent=True) as tape:
        tape.watch(x)
        square, size = x * x, x * tf.math.conj(x)
    assert tape.gradient(square, x).numpy() == 2.0 - 4.0j
    assert tape.gradient(size, x).numpy() == 2.0 + 4.0j


def test_the_gradient_of_a_cholesky_factor_is_symmetric():
    x = tf.constant([[2.0, 1.0], [1.0, 3.0]])
    with GradientTape() as tape:
        tape.watch(x)
        y = tf.linalg.cholesky(x)
    expected = [[0.2558, 0.1954], [0.1954, 0.3162]]
    np.testing.assert_allclose(tape.gradient(y, x).numpy(), expected, atol=1e-4)
    factor = tf.linalg.cholesky([[4.0, np.nan], [2.0, 5.0]])  # reads the lower half
    np.testing.assert_allclose(factor.numpy(), [[2.0, 0.0], [1.0, 2.0]])


def test_numbers_of_repeats_are_no_inputs_of_a_tape():
    x = tf.constant([1.0, 2.0])
    with GradientTape(persistent=True) as tape:
        tape.watch(x)
        same, each = tf.repeat(x, 2), tf.repeat(x, [1, 3])
    assert tape.gradient(same, x).numpy().tolist() == [2.0, 2.0]
    assert tape.gradient(each, x).numpy().tolist() == [1.0, 3.0]


def test_the_slope_of_the_sign_is_zero():
    x = tf.constant([0.5, -2.0])
    with GradientTape() as tape:
        tape.watch(x)
        y = tf.sign(x)
    assert tape.gradient(y, x).numpy().tolist() == [0.0, 0.0]


@pytest.mark.parametrize("mode", [lambda f: f, tf.function])
def test_custom_gradients_of_functions_that_use_variables(mode):
    weight = tf.Variable(2.0)

    @custom_gradient
    def scaled(x):
        def gradient(upstream, variables=None):
            assert [v is weight for v in variables] == [True]
            return upstream * weight, [10.0 * upstream * x]

        return x * weight, gradient

    @mode
    def step(x):
        with GradientTape() as tape:
            tape.watch(x)
            y = scaled(x)
        return y, tape.gradient(y, [x, weight])

    y, (of_x, of_weight) = step(tf.constant(3.0))
    assert (y.numpy(), of_x.numpy(), of_weight.numpy()) == (6.0, 2.0, 30.0)


def test_a_custom_gradient_must_take_the_variables_that_are_used():
    weight = tf.Variable(2.0)
    scaled = custom_gradient(lambda x: (x * weight, lambda upstream: upstream))
    with pytest.raises(TypeError, match="`variables`"):
        scaled(tf.constant(3.0))


def test_a_custom_gradient_must_be_of_every_argument():
    lost = custom_gradient(lambda x, y: (x * y, lambda upstream: [upstream]))
    x = tf.constant(3.0)
    with GradientTape() as tape:
        tape.watch(x)
        y = lost(x, x)
    with pytest.raises(ValueError, match="2 gradients"):
        tape.gradient(y, x)


def test_a_tape_inside_a_function_with_its_own_gradient():
    @custom_gradient
    def slope_of_square(x):
        with GradientTape() as tape:
            tape.watch(x)
            y = x * x
        return tape.gradient(y, x), lambda upstream: 5 * upstream

    x = tf.constant(3.0)
    with GradientTape() as tape:
        tape.watch(x)
        y = slope_of_square(x)
    assert (y.numpy(), tape.gradient(y, x).numpy()) == (6.0, 5.0)
