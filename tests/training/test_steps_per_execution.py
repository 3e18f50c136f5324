"""`steps_per_execution`: after how many batches callbacks hear of them, as in Keras."""

import keras
import numpy as np
import pytest

import ranvier

x, y = np.ones((20, 3), "float32"), np.zeros((20, 1), "float32")
BATCH = 3  # seven batches, the last of two samples


def heard(library, steps, data="arrays", run_eagerly=False):
    """Returns what a callback hears in fit, evaluate and predict."""
    events = []

    class Ear(library.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            events.append(("fit", batch))

        def on_train_batch_end(self, batch, logs=None):
            events.append(("fitted", batch, sorted(logs)))

        def on_test_batch_begin(self, batch, logs=None):
            events.append(("test", batch))

        def on_test_batch_end(self, batch, logs=None):
            events.append(("tested", batch, sorted(logs)))

        def on_predict_batch_begin(self, batch, logs=None):
            events.append(("predict", batch))

        def on_predict_batch_end(self, batch, logs=None):
            events.append(("predicted", batch, logs["outputs"].shape))

    class Batches(library.utils.PyDataset):
        def __len__(self):
            return 7

        def __getitem__(self, i):
            rows = slice(i * BATCH, (i + 1) * BATCH)
            return x[rows], y[rows]

    model = library.Sequential([library.layers.Input((3,)), library.layers.Dense(1)])
    model.compile("sgd", "mse", steps_per_execution=steps, run_eagerly=run_eagerly)
    ear = {"callbacks": [Ear()], "verbose": 0}
    if data == "arrays":
        model.fit(x, y, batch_size=BATCH, epochs=2, **ear)
        model.evaluate(x, y, batch_size=BATCH, **ear)
        model.predict(x, batch_size=BATCH, **ear)
    else:
        model.fit(Batches(), epochs=2, **ear)
        model.evaluate(Batches(), **ear)
        model.predict(Batches(), **ear)
    return events


@pytest.mark.parametrize("data", ["arrays", "batches"])
@pytest.mark.parametrize("steps", [1, 2, 3, 7, 9])
def test_callbacks_hear_of_the_same_batches_as_in_keras(steps, data):
    assert heard(ranvier, steps, data) == heard(keras, steps, data)


def test_eager_steps_too():
    assert heard(ranvier, 3, run_eagerly=True) == heard(ranvier, 3)


def test_the_training_itself_stays_the_same():
    def weights(steps):
        ranvier.utils.set_random_seed(0)
        layers = [ranvier.layers.Input((3,)), ranvier.layers.Dense(1)]
        model = ranvier.Sequential(layers)
        model.compile("sgd", "mse", steps_per_execution=steps)
        listener = ranvier.callbacks.LambdaCallback(
            on_train_batch_end=lambda batch, logs: None
        )
        model.fit(x, y, batch_size=BATCH, verbose=0, callbacks=[listener])
        return model.get_weights()

    for a, b in zip(weights(1), weights(4), strict=True):
        np.testing.assert_array_equal(a, b)
