"""One minute of smoke tests that read like a tutorial."""

import numpy as np
import pytest

import ranvier as rv


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(320, 4)).astype("float32")
    y = x @ np.array([[1.0], [-2.0], [0.5], [0.0]], dtype="float32")
    return x, y


def test_sequential(data):
    model = rv.Sequential(
        [rv.Input((4,)), rv.layers.Dense(16, activation="relu"), rv.layers.Dense(1)]
    )
    model.compile(optimizer=rv.optimizers.Adam(0.01), loss="mse", metrics=["mae"])
    history = model.fit(*data, epochs=20, validation_split=0.2, verbose=0)
    assert set(history.history) == {"loss", "mae", "val_loss", "val_mae"}
    assert history.history["val_loss"][-1] < 0.2 * history.history["val_loss"][0]
    assert model.predict(data[0], verbose=0).shape == (320, 1)


def test_functional_wide_and_deep(data):
    wide, deep = rv.Input((4,), name="wide"), rv.Input((2,), name="deep")
    hidden = rv.layers.Dense(8, activation="relu")(deep)
    both = rv.layers.concatenate([wide, hidden])
    model = rv.Model(
        [wide, deep],
        [rv.layers.Dense(1, name="main")(both), rv.layers.Dense(1, name="aux")(hidden)],
    )
    model.compile(optimizer="adam", loss="mse", loss_weights=[0.9, 0.1])
    x, y = data
    history = model.fit({"wide": x, "deep": x[:, :2]}, [y, y], epochs=2, verbose=0)
    assert set(history.history) == {"loss", "main_loss", "aux_loss"}
    main, aux = model.predict([x, x[:, :2]], verbose=0)
    assert main.shape == aux.shape == (320, 1)


def test_subclassed(data):
    class Net(rv.Model):
        def __init__(self):
            super().__init__()
            self.blocks = [rv.layers.Dense(8, activation="relu") for _ in range(2)]
            self.drop = rv.layers.Dropout(0.1)
            self.head = rv.layers.Dense(1)

        def call(self, x, training=False):
            for block in self.blocks:
                x = self.drop(block(x), training=training)
            return self.head(x)

    model = Net()
    model.compile(optimizer="sgd", loss="mse")
    model.fit(*data, epochs=2, verbose=0)
    assert len(model.weights) == 6


def test_callback_stops_training(data):
    model = rv.Sequential([rv.layers.Dense(1)])
    model.compile(optimizer="sgd", loss="mse")
    stop = rv.callbacks.EarlyStopping(monitor="loss", patience=0, min_delta=1e9)
    history = model.fit(*data, epochs=10, verbose=0, callbacks=[stop])
    assert len(history.epoch) == 2


def test_same_seed_same_bits(data):
    def weights():
        rv.utils.set_random_seed(7)
        model = rv.Sequential(
            [rv.layers.Dense(8), rv.layers.Dropout(0.5), rv.layers.Dense(1)]
        )
        model.compile(optimizer="adam", loss="mse")
        model.fit(*data, epochs=2, verbose=0)
        return model.get_weights()

    for a, b in zip(weights(), weights(), strict=True):
        np.testing.assert_array_equal(a, b)
