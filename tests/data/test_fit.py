"""`fit`, `evaluate` and `predict` take datasets."""

import numpy as np
import pytest

import ranvier as rv
from ranvier.data import Dataset

RNG = np.random.default_rng(0)
X = RNG.normal(size=(50, 3)).astype("float32")
Y = (X @ np.array([[1.0], [2.0], [-1.0]]) + 0.5).astype("float32")


def make_model():
    rv.utils.set_random_seed(1)
    model = rv.Sequential([rv.layers.Dense(4, "tanh"), rv.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    return model


def slices():
    return Dataset.from_tensor_slices((X, Y))


# Each dataset has the batches of `fit(X, Y, batch_size=8, shuffle=False)`.
SAME = {
    "array feed": lambda: slices().batch(8),
    "stream feed": lambda: slices().map(lambda x, y: (x, y)).batch(8),
    "read ahead": lambda: slices().map(lambda x, y: (x, y)).batch(8).prefetch(2),
    "generator": lambda: Dataset.from_generator(lambda: zip(X, Y)).batch(8),
    "cached": lambda: slices().map(lambda x, y: (x * 2 / 2, y)).cache().batch(8),
    "in Python": lambda: slices().map(lambda x, y: (np.array(x), y)).batch(8),
    "64 bits": lambda: Dataset.from_tensor_slices(
        (X.astype("float64"), Y.astype("float64"))
    ).batch(8),
}


@pytest.fixture(scope="module")
def expected():
    model = make_model()
    history = model.fit(X, Y, batch_size=8, epochs=2, shuffle=False, verbose=0)
    return history.history, model.get_weights()


@pytest.mark.parametrize("name", list(SAME))
def test_batches_are_those_of_arrays(name, expected):
    model = make_model()
    history = model.fit(SAME[name](), epochs=2, verbose=0).history
    for key, values in expected[0].items():
        np.testing.assert_allclose(history[key], values, rtol=1e-5)
    for weight, other in zip(model.get_weights(), expected[1]):
        # Programs of different feeds may add in another order.
        np.testing.assert_allclose(weight, other, rtol=1e-4, atol=1e-6)


def test_evaluate_and_predict():
    model = make_model()
    dataset = slices().map(lambda x, y: (x, y)).batch(8)
    np.testing.assert_allclose(
        model.evaluate(dataset, verbose=0),
        model.evaluate(X, Y, batch_size=8, verbose=0),
        rtol=1e-5,
    )
    np.testing.assert_allclose(
        model.predict(dataset, verbose=0), model.predict(X, verbose=0), rtol=1e-5
    )


def test_validation_and_dictionaries():
    inputs = rv.Input((3,), name="features")
    model = rv.Model(inputs, rv.layers.Dense(1)(inputs))
    model.compile("sgd", "mse")
    train = Dataset.from_tensor_slices(({"features": X}, Y)).shuffle(50).batch(8)
    history = model.fit(
        train, validation_data=train.take(2), epochs=2, verbose=0
    ).history
    assert len(history["val_loss"]) == 2


@pytest.mark.parametrize("steps", [3, 7])
def test_infinite_dataset_goes_on_in_the_next_epoch(steps):
    model, other = make_model(), make_model()
    model.fit(slices().repeat().batch(8), steps_per_epoch=steps, epochs=3, verbose=0)
    rows = np.resize(np.arange(50), 8 * steps * 3)
    other.fit(X[rows], Y[rows], batch_size=8, shuffle=False, verbose=0)
    for weight, expected in zip(model.get_weights(), other.get_weights()):
        np.testing.assert_allclose(weight, expected, rtol=1e-4, atol=1e-6)


def test_infinite_dataset_needs_steps():
    with pytest.raises(ValueError, match="steps_per_epoch"):
        make_model().fit(slices().repeat().batch(8), verbose=0)


def test_sample_weights_and_class_weights():
    labels = (Y[:, 0] > 0).astype("int32")
    weights = np.where(labels, 3.0, 1.0).astype("float32")
    results = []
    for data, more in (
        (Dataset.from_tensor_slices((X, labels, weights)), {}),
        (Dataset.from_tensor_slices((X, labels)), {"class_weight": {1: 3.0}}),
    ):
        model = make_model()
        model.fit(data.map(lambda *row: row).batch(8), verbose=0, **more)
        results.append(model.get_weights())
    for one, other in zip(*results):
        np.testing.assert_allclose(one, other, rtol=1e-5)
