"""`fit(train_eval=...)`: the training data evaluated as the validation data are."""

import numpy as np
import pytest

import ranvier as rv

RNG = np.random.default_rng(0)
X = RNG.normal(size=(70, 5)).astype("float32")
Y = X[:, :1] * 2 - 1


def compiled(*layers):
    rv.utils.set_random_seed(3)
    model = rv.Sequential([*layers, rv.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    return model


class Batches(rv.utils.PyDataset):
    epochs = 0

    def __len__(self):
        return 7

    def __getitem__(self, i):
        return X[10 * i : 10 * i + 10], Y[10 * i : 10 * i + 10]

    def on_epoch_end(self):
        self.epochs += 1


def test_equals_evaluate_on_the_training_data():
    model = compiled(rv.layers.Dropout(0.5), rv.layers.GaussianNoise(1.0))
    history = model.fit(X, Y, epochs=2, verbose=0, train_eval=True).history
    assert list(history) == ["loss", "mae", "train_loss", "train_mae"]
    loss, mae = model.evaluate(X, Y, verbose=0)
    assert history["train_loss"][-1] == loss
    assert history["train_mae"][-1] == mae
    assert history["loss"][-1] != loss


def test_stands_between_training_and_validation():
    history = compiled().fit(X, Y, validation_split=0.2, verbose=0, train_eval=True)
    assert list(history.history) == [
        *("loss", "mae", "train_loss", "train_mae", "val_loss", "val_mae")
    ]


def test_does_not_change_the_training():
    runs = []
    for train_eval in (False, True):
        model = compiled(rv.layers.Dropout(0.3), rv.layers.BatchNormalization())
        history = model.fit(X, Y, epochs=3, verbose=0, train_eval=train_eval).history
        runs.append((history["loss"], model.get_weights()))
    assert runs[0][0] == runs[1][0]
    for a, b in zip(runs[0][1], runs[1][1]):
        np.testing.assert_array_equal(a, b)


def test_a_fixed_sample():
    model = compiled()
    model.compile(rv.optimizers.SGD(0.0), "mse")
    history = model.fit(X, Y, epochs=3, verbose=0, train_eval=20).history
    assert len(set(history["train_loss"])) == 1
    assert history["train_loss"][0] != model.evaluate(X, Y, verbose=0)
    more = model.fit(X, Y, verbose=0, train_eval=1000).history
    assert more["train_loss"][0] == model.evaluate(X, Y, verbose=0)


def test_sample_weights_count_class_weights_do_not():
    model = compiled()
    weights = RNG.uniform(size=70)
    labels = (Y > 0).astype("int32")
    history = model.fit(
        X,
        labels,
        sample_weight=weights,
        class_weight={0: 1.0, 1: 9.0},
        verbose=0,
        train_eval=True,
    ).history
    expected = model.evaluate(X, labels, sample_weight=weights, verbose=0)[0]
    assert history["train_loss"][0] == expected


def test_a_py_dataset_is_told_of_its_epochs_once():
    model, data = compiled(), Batches()
    history = model.fit(data, epochs=3, verbose=0, train_eval=True).history
    assert data.epochs == 3
    np.testing.assert_allclose(
        history["train_loss"][-1], model.evaluate(X, Y, verbose=0)[0], rtol=1e-5
    )


def test_arrays_beyond_the_device(monkeypatch):
    monkeypatch.setenv("RANVIER_DEVICE_BUDGET", "10")
    history = compiled().fit(X, Y, verbose=0, train_eval=True).history
    monkeypatch.delenv("RANVIER_DEVICE_BUDGET")
    assert history == compiled().fit(X, Y, verbose=0, train_eval=True).history


def test_callbacks_see_only_the_validation():
    calls = []

    class Listener(rv.callbacks.Callback):
        def on_test_end(self, logs=None):
            calls.append(logs)

    compiled().fit(
        X, Y, validation_split=0.5, verbose=0, train_eval=True, callbacks=[Listener()]
    )
    assert len(calls) == 1


def test_run_eagerly():
    model = compiled()
    model.compile("sgd", "mse", run_eagerly=True)
    history = model.fit(X, Y, verbose=0, train_eval=True).history
    np.testing.assert_allclose(
        history["train_loss"][0], model.evaluate(X, Y, verbose=0), rtol=1e-5
    )


@pytest.mark.parametrize("value", [0, -1, 0.5, "yes", None])
def test_refuses_other_values(value):
    with pytest.raises(ValueError, match="`train_eval`"):
        compiled().fit(X, Y, verbose=0, train_eval=value)


def test_refuses_what_can_be_read_only_once():
    with pytest.raises(ValueError, match="read only once"):
        compiled().fit(iter([(X, Y)]), verbose=0, train_eval=True)
    with pytest.raises(ValueError, match="needs arrays"):
        compiled().fit([(X, Y)].__iter__(), verbose=0, train_eval=5)
