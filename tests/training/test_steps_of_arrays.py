"""Arrays with a number of steps: the batch size follows from it, as in Keras."""

import keras
import numpy as np
import pytest

import ranvier

X = np.random.default_rng(0).normal(size=(100, 8)).astype("float32")
Y = X[:, :1] * 3 + 1


def model(k):
    k.utils.set_random_seed(1)
    model = k.Sequential([k.Input((8,)), k.layers.Dense(1)])
    model.compile(optimizer="sgd", loss="mse")
    return model


def fitted(k, **options):
    net = model(k)
    history = net.fit(X, Y, shuffle=False, verbose=0, **options)
    return history.history, int(np.asarray(net.optimizer.iterations))


@pytest.mark.parametrize(
    "options",
    [
        {"steps_per_epoch": 10, "epochs": 2},
        {"steps_per_epoch": 3, "epochs": 3},
        {"steps_per_epoch": 4, "epochs": 2, "batch_size": 25},
        {"epochs": 2, "validation_data": (X, Y), "validation_steps": 7},
    ],
    ids=str,
)
def test_fit(options):
    ours, steps = fitted(ranvier, **options)
    theirs, expected = fitted(keras, **options)
    assert steps == expected
    for name, values in theirs.items():
        np.testing.assert_allclose(ours[name], values, rtol=1e-5)


@pytest.mark.parametrize("steps", [1, 3, 10])
def test_evaluate_and_predict(steps):
    ours, theirs = model(ranvier), model(keras)
    np.testing.assert_allclose(
        ours.evaluate(X, Y, steps=steps, verbose=0),
        theirs.evaluate(X, Y, steps=steps, verbose=0),
        rtol=1e-5,
    )
    np.testing.assert_allclose(
        ours.predict(X, steps=steps, verbose=0),
        theirs.predict(X, steps=steps, verbose=0),
        rtol=1e-5,
        atol=1e-6,
    )
