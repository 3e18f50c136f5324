"""Parts of one's own that cannot work fail with a message that names them."""

import re

import numpy as np
import pytest

import ranvier.tf as tf

keras, Dense = tf.keras, tf.keras.layers.Dense
X = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
Y = X[:, :1]


class NoCallLoss(keras.losses.Loss):
    pass


class NoCallLayer(keras.layers.Layer):
    pass


class NoneLayer(keras.layers.Layer):
    def call(self, inputs):
        tf.square(inputs)


class NoInitLayer(keras.layers.Layer):
    def __init__(self):
        self.inner = Dense(1)

    def call(self, inputs):
        return self.inner(inputs)


class MisfitLayer(keras.layers.Layer):
    def build(self, input_shape):
        self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1] + 1, 2))

    def call(self, inputs):
        return inputs @ self.kernel


class NoCallModel(keras.Model):
    pass


class VectorLossModel(keras.Model):
    def __init__(self):
        super().__init__(name="vectorial")
        self.out = Dense(1)

    def call(self, inputs):
        return self.out(inputs)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None):
        return tf.square(y - y_pred)


class NoResultMetric(keras.metrics.Metric):
    def update_state(self, y_true, y_pred, sample_weight=None):
        pass


class NoneMetric(NoResultMetric):
    def result(self):
        pass


class NoRule(keras.optimizers.Optimizer):
    def __init__(self):
        super().__init__(learning_rate=0.1)


def forgetful(*args):
    args[0] * 2.0


def shortened(weights):
    return weights[:2]


def too_small(shape, dtype=None):
    return tf.zeros((2, 2))


def fit(*layers, loss="mse", **options):
    model = layers[0] if isinstance(layers[0], keras.Model) else None
    model = model or keras.Sequential([*layers, Dense(1)])
    model.compile(loss=loss, **options)
    model.fit(X, Y, verbose=0)


CASES = {
    "loss function": (lambda: fit(Dense(1), loss=forgetful), "function `forgetful`"),
    "loss class": (lambda: fit(Dense(1), loss=NoCallLoss()), "NoCallLoss"),
    "loss of a model": (lambda: fit(VectorLossModel()), "'vectorial'.*scalar"),
    "layer without call": (lambda: fit(NoCallLayer()), "NoCallLayer"),
    "layer without return": (lambda: fit(NoneLayer()), "NoneLayer"),
    "layer without init": (lambda: fit(NoInitLayer()), "NoInitLayer"),
    "layer of wrong shape": (lambda: fit(MisfitLayer()), "MisfitLayer"),
    "model without call": (lambda: fit(NoCallModel()), "NoCallModel"),
    "metric function": (lambda: fit(Dense(1), metrics=[forgetful]), "`forgetful`"),
    "metric class": (lambda: fit(Dense(1), metrics=[NoResultMetric()]), "NoResult"),
    "metric of None": (lambda: fit(Dense(1), metrics=[NoneMetric()]), "NoneMetric"),
    "regularizer": (
        lambda: fit(Dense(1, kernel_regularizer=forgetful)),
        "regularizer `forgetful`",
    ),
    "constraint": (
        lambda: fit(Dense(1, kernel_constraint=forgetful)),
        "constraint `forgetful`",
    ),
    "constraint of wrong shape": (
        lambda: fit(Dense(1, kernel_constraint=shortened)),
        r"constraint `shortened` .*\(4, 1\)",
    ),
    "initializer": (
        lambda: fit(Dense(3, kernel_initializer=too_small)),
        "initializer.*too_small",
    ),
    "optimizer": (lambda: fit(Dense(1), optimizer=NoRule()), "NoRule"),
}


@pytest.mark.parametrize("name", CASES)
def test_message_names_it(name):
    run, pattern = CASES[name]
    with pytest.raises((ValueError, TypeError, RuntimeError)) as caught:
        run()
    text = " ".join([str(caught.value), *getattr(caught.value, "__notes__", [])])
    assert re.search(pattern, text, re.I), text


def test_a_metric_may_return_a_tensor():
    class One(keras.metrics.Metric):
        def update_state(self, y_true, y_pred, sample_weight=None):
            pass

        def result(self):
            return tf.constant(1.0)

    fit(Dense(1), metrics=[One()])


@pytest.mark.parametrize("eagerly", [False, True])
def test_add_metric_is_in_the_logs(eagerly):
    class Watched(keras.layers.Layer):
        def call(self, inputs):
            self.add_metric(tf.reduce_mean(tf.abs(inputs)), name="size")
            return inputs

    model = keras.Sequential([Watched(), Dense(1)])
    model.compile(loss="mse", optimizer="sgd", run_eagerly=eagerly)
    history = model.fit(X, Y, epochs=2, batch_size=8, verbose=0).history
    np.testing.assert_allclose(history["size"], np.abs(X).mean(), rtol=1e-4)
    with pytest.raises(ValueError, match="aggregation"):
        model.add_metric(1.0, name="a", aggregation="sum")
