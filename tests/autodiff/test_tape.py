"""The gradient tape around models: eager loops, compiled train steps, programs."""

import jax
import numpy as np
import pytest

import ranvier as rv
from ranvier import layers, losses, metrics, ops, optimizers
from ranvier.autodiff import GradientTape, _lazy, custom_gradient
from ranvier.tensors import Tensor, constant

rng = np.random.default_rng(0)
X = rng.normal(size=(64, 4)).astype("float32")
Y = X.sum(axis=1, keepdims=True)


class Net(rv.Model):
    """Moving averages and random draws: what a tape must carry out of its block."""

    def __init__(self):
        super().__init__()
        glorot = rv.initializers.GlorotUniform
        self.hidden = layers.Dense(8, "relu", kernel_initializer=glorot(1))
        self.norm = layers.BatchNormalization()
        self.dropout = layers.Dropout(0.2, seed=3)
        self.out = layers.Dense(1, kernel_initializer=glorot(2))

    def call(self, x, training=False):
        x = self.norm(self.hidden(x), training=training)
        return self.out(self.dropout(x, training=training))


class NetWithStep(Net):
    """The same net with a training step of its own."""

    def train_step(self, data):
        x, y = data
        with GradientTape() as tape:
            predicted = self(x, training=True)
            loss = self.compute_loss(y=y, y_pred=predicted)
        gradients = tape.gradient(loss, self.trainable_variables)
        pairs = zip(gradients, self.trainable_variables, strict=True)
        self.optimizer.apply_gradients(pairs)
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, predicted)
        return {metric.name: metric.result() for metric in self.metrics}


def fitted(cls):
    net = cls()
    net.compile(optimizer="adam", loss="mse", metrics=["mae"])
    history = net.fit(X, Y, epochs=3, batch_size=16, verbose=0, shuffle=False)
    return net, history.history


def trained_eagerly(epochs=3, wrap=lambda array: array):
    net, optimizer, loss_fn = Net(), optimizers.Adam(), losses.MeanSquaredError()
    for _ in range(epochs):
        for i in range(0, 64, 16):
            with GradientTape() as tape:
                predicted = net(wrap(X[i : i + 16]), training=True)
                loss = loss_fn(wrap(Y[i : i + 16]), predicted)
            gradients = tape.gradient(loss, net.trainable_variables)
            pairs = zip(gradients, net.trainable_variables, strict=True)
            optimizer.apply_gradients(pairs)
    return net


def test_a_train_step_with_a_tape_equals_plain_fit():
    plain, history = fitted(Net)
    own, own_history = fitted(NetWithStep)
    assert history == own_history
    for a, b in zip(plain.variables, own.variables, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


@pytest.mark.parametrize("wrap", [lambda x: x, constant], ids=["arrays", "tensors"])
def test_an_eager_loop_equals_fit(wrap):
    plain, _ = fitted(Net)
    eager = trained_eagerly(wrap=wrap)
    for a, b in zip(plain.variables, eager.variables, strict=True):
        # The same operations in another program: the last bits may differ.
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=2e-4, atol=2e-5)


def test_a_step_is_compiled_once():
    trained_eagerly(epochs=1)
    before = len(_lazy._programs)
    net, optimizer = Net(), optimizers.SGD(0.01)
    for step in range(12):
        with GradientTape() as tape:
            loss = ops.mean(ops.square(net(X[:16], training=True))) * (1.0 + step)
        gradients = tape.gradient(loss, net.trainable_variables)
        pairs = zip(gradients, net.trainable_variables, strict=True)
        optimizer.apply_gradients(pairs)
    # One for the first steps, one more where other values are still held.
    assert len(_lazy._programs) - before <= 3


def test_training_goes_on_with_fit_after_an_eager_loop():
    net = trained_eagerly(epochs=1)
    net.compile(optimizer="sgd", loss="mse")
    history = net.fit(X, Y, epochs=2, verbose=0).history["loss"]
    assert np.isfinite(history).all()
    assert net.predict(X, verbose=0).shape == (64, 1)


def test_functions_of_jax_are_remembered_too():
    v = rv.Variable([1.0, 2.0])
    with GradientTape() as tape:
        y = jax.numpy.sum(jax.numpy.sin(v.value) ** 2)
    expected = np.sin(2 * np.array([1.0, 2.0]))
    np.testing.assert_allclose(tape.gradient(y, v), expected, rtol=1e-5)


def test_compiled_functions_are_remembered_too():
    v = rv.Variable([1.0, 2.0])
    square = jax.jit(lambda x: x * x)
    with GradientTape() as tape:
        y = ops.sum(square(v.value))
    np.testing.assert_allclose(tape.gradient(y, v), [2.0, 4.0])


def test_a_tape_inside_of_a_compiled_function():
    @jax.jit
    def slope(x):
        x = Tensor(x)
        with GradientTape() as tape:
            tape.watch(x)
            y = ops.sum(x**3)
        return tape.gradient(y, x)._value

    np.testing.assert_allclose(slope(np.array([1.0, 2.0])), [3.0, 12.0])


def test_values_can_be_looked_at_inside_the_block(capsys):
    v = rv.Variable(2.0)
    with GradientTape() as tape:
        y = v * v
        print(y)
        while float(y) < 100.0:
            y = y * v
    assert capsys.readouterr().out == "4.0\n"
    assert float(y) == 128.0
    assert float(tape.gradient(y, v)) == 7 * 2.0**6


def test_metrics_inside_and_after_the_block():
    mean, v = metrics.Mean(), rv.Variable(3.0)
    for _ in range(3):
        with GradientTape() as tape:
            y = v * v
            mean(y)
        mean(y)
        v.assign_sub(0.1 * tape.gradient(y, v))
    expected = [3.0 * 0.8**i for i in range(3)]
    assert float(mean.result()) == pytest.approx(np.mean(np.square(expected)))


def test_variables_that_share_an_array_are_told_apart():
    array = jax.numpy.array([1.0, 2.0])
    a, b = rv.Variable(array), rv.Variable(array)
    with GradientTape() as tape:
        y = ops.sum(a * 3.0 + b * 5.0)
    first, second = tape.gradient(y, [a, b])
    np.testing.assert_array_equal(first, [3.0, 3.0])
    np.testing.assert_array_equal(second, [5.0, 5.0])


def test_tensors_in_tensors_out():
    net = rv.Sequential([layers.Dense(2)])
    assert isinstance(net(constant(X)), Tensor)
    assert isinstance(losses.MeanSquaredError()(constant(Y), constant(Y)), Tensor)
    assert isinstance(ops.add(constant([1.0]), 2.0), Tensor)


def test_custom_gradient_in_a_compiled_step():
    @custom_gradient
    def reversed_gradient(x):
        return x, lambda upstream: -upstream

    class Reversed(layers.Layer):
        def call(self, x):
            return reversed_gradient(x)

    net = rv.Sequential([layers.Dense(1, kernel_initializer="zeros"), Reversed()])
    net.compile(optimizer=optimizers.SGD(0.1), loss="mse")
    net.fit(X, Y, batch_size=64, epochs=1, verbose=0)
    # A step uphill.
    assert net.evaluate(X, Y, verbose=0) > np.mean(Y**2)


def test_a_failed_block_leaves_no_tape_behind():
    v = rv.Variable(1.0)
    with pytest.raises(KeyError), GradientTape():
        _ = v * v
        raise KeyError
    assert _lazy.local.recorder is None
    assert isinstance(ops.add(v, 1.0), jax.Array)
    assert not isinstance(ops.add(v, 1.0), jax.core.Tracer)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda tape: tape.watch("x"), ValueError),
        (lambda tape: tape.stop_recording(), RuntimeError),
        (lambda tape: tape.gradient(1.0, 2.0), RuntimeError),
    ],
)
def test_misuse(call, error):
    with pytest.raises(error):
        call(GradientTape())
