"""What layers, metrics and losses return where `ranvier.tf` stands for TensorFlow."""

import sys

import jax
import numpy as np
import pytest

import ranvier as keras
import ranvier.tf as tf


@pytest.fixture(autouse=True)
def in_its_place(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", tf)


def text(value):
    assert isinstance(value, tf.Tensor)
    return repr(value)


class Sums(keras.layers.Layer):
    def call(self, x):
        a, b = x
        # Inside of a call values are arrays.
        assert isinstance(a, jax.Array)
        return a + b, {"product": a * b}


def test_a_layer_on_arrays_returns_tensors():
    total, rest = Sums()((np.array([1.0, 2.0]), np.array([3.0, 4.0])))
    assert text(total) == (
        "<tf.Tensor: shape=(2,), dtype=float32, numpy=array([4., 6.], dtype=float32)>"
    )
    assert text(rest["product"]).endswith("numpy=array([3., 8.], dtype=float32)>")


def test_importing_alone_changes_nothing(monkeypatch):
    monkeypatch.delitem(sys.modules, "tensorflow")
    y = keras.layers.Flatten()(np.zeros((1, 2, 3)))
    assert isinstance(y, jax.Array) and y.numpy().shape == (1, 6)
    lookup = keras.layers.StringLookup(vocabulary=["a"])
    assert np.asarray(lookup(["a"])).dtype == np.int32


def test_layers_in_models_hand_on_arrays():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    seen = []

    class Outer(keras.layers.Layer):
        def call(self, x):
            seen.append(model(x))
            return seen[0]

    text(Outer()(np.ones((1, 2))))
    assert isinstance(seen[0], jax.Array)


def test_tensors_of_results_compute_like_arrays():
    y = keras.layers.Flatten()(np.arange(6.0).reshape(1, 2, 3))
    assert float(y.mean()) == 2.5 and y.reshape(3, 2).shape == (3, 2)
    assert jax.numpy.sum(y) == 15.0 and y.at[0, 0].set(1.0)[0, 0] == 1.0
    assert text(y + 1)
    with pytest.raises(AttributeError):
        _ = y.no_such_method


@pytest.mark.parametrize(
    "function",
    [
        jax.numpy.sum,
        jax.nn.relu,
        jax.jit(lambda x: x * 2),
        jax.grad(lambda x: (x**2).sum()),
        jax.vmap(jax.numpy.sin),
        lambda x: jax.numpy.where(x > 1, x, 0),
        lambda x: jax.numpy.stack([x, x]),
        lambda x: jax.numpy.matmul(x, x.T),
    ],
)
def test_functions_of_jax_take_tensors(function):
    x = np.arange(6.0, dtype="float32").reshape(2, 3)
    result = function(keras.layers.Activation("linear")(x))
    np.testing.assert_array_equal(result, function(jax.numpy.asarray(x)))


def test_metrics_return_scalars():
    precision = keras.metrics.Precision()
    assert text(precision([0, 1, 1], [1, 1, 0])).endswith("dtype=float32, numpy=0.5>")
    assert text(precision.result()).endswith("numpy=0.5>")
    assert format(precision.result(), ".2f") == "0.50"


def test_a_metric_of_ones_own_returns_a_tensor():
    class Total(keras.metrics.Metric):
        def __init__(self):
            super().__init__(name="total")
            self.total = self.add_weight(name="total", initializer="zeros")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.total.assign_add(tf.reduce_sum(y_true - y_pred))

        def result(self):
            return self.total / 2

    metric = Total()
    assert text(metric(tf.constant([4.0]), tf.constant([1.0]))).endswith("numpy=1.5>")


def test_losses_return_tensors():
    loss = keras.losses.MeanAbsoluteError()(np.array([1.0, 2.0]), np.array([2.0, 4.0]))
    assert text(loss) == "<tf.Tensor: shape=(), dtype=float32, numpy=1.5>"


@pytest.mark.parametrize(
    "layer, given",
    [
        (keras.layers.StringLookup(vocabulary=["a", "b"]), ["b", "c"]),
        (keras.layers.IntegerLookup(vocabulary=[10, 20]), [20, 30]),
        (keras.layers.Hashing(num_bins=4), ["a", "b"]),
        (keras.layers.TextVectorization(vocabulary=["a", "b"]), ["a b", "c"]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_lookups_return_integers_of_64_bits(layer, given):
    assert layer(given).dtype == tf.int64
    assert layer(tf.constant(given)).dtype == tf.int64


def test_masks_go_with_results():
    x = keras.layers.Embedding(3, 2, mask_zero=True)(np.array([[1, 2, 0]]))
    assert np.asarray(x._keras_mask).tolist() == [[True, True, False]]
    y = keras.layers.Dense(2)(x)
    assert np.asarray(y._keras_mask).tolist() == [[True, True, False]]


@pytest.mark.parametrize("eagerly", [False, True])
def test_models_train_as_without(eagerly, monkeypatch):
    def fit():
        keras.utils.set_random_seed(1)
        model = keras.Sequential([keras.layers.Dense(3), keras.layers.Dense(1)])
        model.compile("sgd", "mse", metrics=["mae"], run_eagerly=eagerly)
        x = np.linspace(0.0, 1.0, 16, dtype="float32").reshape(8, 2)
        history = model.fit(x, x[:, :1], batch_size=4, epochs=2, verbose=0).history
        score = model.evaluate(x, x[:, :1], verbose=0)
        return history, model.predict(x, verbose=0), score

    shown = fit()
    monkeypatch.delitem(sys.modules, "tensorflow")
    plain = fit()
    assert shown[0] == plain[0] and shown[2] == plain[2]
    assert (shown[1] == plain[1]).all() and type(shown[1]) is np.ndarray


def test_values_of_a_trace_stay():
    layer = keras.layers.Dense(2)
    layer.build((None, 2))
    gradient = jax.grad(lambda x: layer(x).sum())(np.ones((1, 2), "float32"))
    np.testing.assert_allclose(gradient, np.asarray(layer.kernel.value).sum(1)[None])


def test_ragged_rows_are_printed_in_lines():
    rows = tf.ragged.constant([list(range(20)), list(range(100, 115)), []])
    assert repr(rows).splitlines()[0].endswith("16, 17, 18, 19],")
    assert repr(tf.ragged.constant([[1], []])) == "<tf.RaggedTensor [[1], []]>"
