"""Array feed and stream feed: the same batches, the same results."""

import numpy as np
import pytest

import ranvier as rv
from ranvier.training._array_feed import epoch_order


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(333, 4)).astype("float32")
    return x, x[:, :1] - 2 * x[:, 1:2]


def train(data, **kwargs):
    rv.utils.set_random_seed(5)
    model = rv.Sequential(
        [
            rv.Input((4,)),
            rv.layers.Dense(8, activation="tanh"),
            rv.layers.Dropout(0.2),
            rv.layers.Dense(1),
        ]
    )
    model.compile(optimizer="adam", loss="mse", metrics=["mae"])
    history = model.fit(*data, epochs=3, verbose=0, **kwargs)
    return model, history


def test_streamed_arrays_train_to_the_same_bits(data, monkeypatch):
    whole, history = train(data, validation_split=0.1)
    monkeypatch.setenv("RANVIER_DEVICE_BUDGET", "1000")
    streamed, other = train(data, validation_split=0.1)
    for a, b in zip(whole.get_weights(), streamed.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert history.history == other.history


@pytest.mark.parametrize("batch_size", [1, 7, 32, 111, 333, 1000])
def test_batches_in_order_equal_a_generator(data, batch_size):
    x, y = data

    def batches():
        for start in range(0, len(x), batch_size):
            yield x[start : start + batch_size], y[start : start + batch_size]

    class Again:
        def __iter__(self):
            return batches()

    arrays, history = train(data, shuffle=False, batch_size=batch_size)
    rv.utils.set_random_seed(5)
    model, other = train((Again(),))
    for a, b in zip(arrays.get_weights(), model.get_weights(), strict=True):
        # The seeds drawn for shuffling differ, the arithmetic does not.
        np.testing.assert_array_equal(a, b)
    assert history.history == other.history


def test_batch_callbacks_change_no_result(data):
    class Counts(rv.callbacks.Callback):
        count = 0

        def on_train_batch_end(self, batch, logs=None):
            self.count += 1
            assert logs["loss"] >= 0

    counts = Counts()
    chunks, history = train(data)
    steps, other = train(data, callbacks=[counts])
    assert counts.count == 3 * 11
    for a, b in zip(chunks.get_weights(), steps.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert history.history == other.history


@pytest.mark.parametrize("verbose", [0, 1, 2])
def test_progress_changes_no_result(data, verbose, capsys):
    reference, _ = train(data)
    rv.utils.set_random_seed(5)
    model, _ = train(data)
    capsys.readouterr()
    for a, b in zip(reference.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_order_is_a_function_of_seed_and_epoch():
    a = epoch_order(100, 8, True, seed=1, index=0)
    assert sorted(a.tolist()) == list(range(100))
    np.testing.assert_array_equal(a, epoch_order(100, 8, True, seed=1, index=0))
    assert not np.array_equal(a, epoch_order(100, 8, True, seed=1, index=1))
    assert not np.array_equal(a, epoch_order(100, 8, True, seed=2, index=0))


def test_order_of_batches_keeps_them_whole():
    order = epoch_order(21, 5, "batch", seed=3, index=0)
    assert order[-1] == 20
    for block in order[:20].reshape(4, 5):
        np.testing.assert_array_equal(block, np.arange(block[0], block[0] + 5))
