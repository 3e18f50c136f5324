"""Callbacks in real training, beside the same training in Keras.

Same weights, same data in the same order. Values agree to a few float32 roundings
(rtol 1e-5: the two programs sum a batch in different orders).
"""

import re

import keras
import numpy as np
import pytest

import ranvier
from ranvier import callbacks

# Keras 3.15's variables lag behind NumPy 2; nothing of ours is concerned.
pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"
)

RTOL = 1e-5
LIBRARIES = {"keras": keras, "ranvier": ranvier}

_random = np.random.default_rng(0)
X = _random.normal(size=(20, 3)).astype("float32")
Y = (X @ [1.0, -2.0, 0.5] + 0.1).astype("float32")[:, None]
WEIGHTS = [
    _random.normal(size=shape).astype("float32") / 2
    for shape in ((3, 4), (4,), (4, 1), (1,))
]


def make_model(library, optimizer=None):
    layers = library.layers
    model = library.Sequential(
        [library.Input((3,)), layers.Dense(4, activation="tanh"), layers.Dense(1)]
    )
    if optimizer is None:
        optimizer = library.optimizers.SGD(0.125)
    model.compile(optimizer=optimizer, loss="mse", metrics=["mae"])
    model.set_weights(WEIGHTS)
    return model


def train(library, hooks, model=None, x=X, epochs=4, verbose=0):
    model = model or make_model(library)
    history = model.fit(
        x,
        Y,
        batch_size=8,
        epochs=epochs,
        shuffle=False,
        validation_data=(X[:8], Y[:8]),
        callbacks=hooks,
        verbose=verbose,
    )
    return model, history


def assert_same_training(make_hooks, **arguments):
    """Trains in both libraries; returns ours."""
    expected, expected_history = train(keras, make_hooks(keras), **arguments)
    actual, history = train(ranvier, make_hooks(ranvier), **arguments)
    assert history.epoch == expected_history.epoch
    assert sorted(history.history) == sorted(expected_history.history)
    for name, values in expected_history.history.items():
        np.testing.assert_allclose(history.history[name], values, RTOL, err_msg=name)
    for ours, theirs in zip(actual.get_weights(), expected.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=RTOL, atol=1e-6)
    return actual, history


def custom(library, **hooks):
    """A callback of the user's own, a subclass in either library."""
    return type("Custom", (library.callbacks.Callback,), hooks)()


def stop_after_batch(self, batch, logs=None):
    if batch == 1:
        self.model.stop_training = True


def slow_down_after_batch(self, batch, logs=None):
    optimizer = self.model.optimizer
    optimizer.learning_rate = float(np.asarray(optimizer.learning_rate)) * 0.75


def reset_first_layer(self, epoch, logs=None):
    self.model.layers[0].set_weights([w * 0.5 for w in WEIGHTS[:2]])


def freeze_bias(self, batch, logs=None):
    self.model.layers[1].bias.assign([0.25])


def slow_down_by_epoch(self, epoch, logs=None):
    self.model.optimizer.learning_rate = 0.1 / (epoch + 1)


def add_to_logs(self, epoch, logs=None):
    logs["twice"] = 2 * logs["loss"]


def halve(epoch, rate):
    return rate / 2 if epoch else rate


HOOKS = {
    "none": lambda lib: [],
    "schedule": lambda lib: [lib.callbacks.LearningRateScheduler(halve)],
    "plateau": lambda lib: [
        lib.callbacks.ReduceLROnPlateau("loss", 0.5, patience=1, min_delta=100.0)
    ],
    "stop early": lambda lib: [
        lib.callbacks.EarlyStopping(patience=2, min_delta=100.0)
    ],
    "restore the best": lambda lib: [
        custom(lib, on_epoch_begin=lambda self, epoch, logs=None: None),
        lib.callbacks.EarlyStopping(
            "val_mae", patience=1, min_delta=100.0, restore_best_weights=True
        ),
    ],
    "stop after a batch": lambda lib: [
        custom(lib, on_train_batch_end=stop_after_batch)
    ],
    "rate by batch": lambda lib: [
        custom(lib, on_train_batch_end=slow_down_after_batch)
    ],
    "older hook": lambda lib: [custom(lib, on_batch_end=slow_down_after_batch)],
    "rate by epoch": lambda lib: [custom(lib, on_epoch_begin=slow_down_by_epoch)],
    "weights by epoch": lambda lib: [custom(lib, on_epoch_begin=reset_first_layer)],
    "weights by batch": lambda lib: [custom(lib, on_train_batch_begin=freeze_bias)],
    "add to logs": lambda lib: [
        custom(lib, on_epoch_end=add_to_logs),
        lib.callbacks.EarlyStopping("twice", mode="max", patience=1),
    ],
}


@pytest.mark.parametrize("name", HOOKS)
def test_trains_like_keras(name):
    assert_same_training(HOOKS[name])


@pytest.mark.parametrize("swap_on_epoch", [False, True])
def test_averaged_weights_are_evaluated_as_in_keras(swap_on_epoch):
    results = []
    for library in LIBRARIES.values():
        optimizer = library.optimizers.SGD(0.125, use_ema=True, ema_momentum=0.75)
        model = make_model(library, optimizer)
        hook = library.callbacks.SwapEMAWeights(swap_on_epoch)
        results.append(train(library, [hook], model))
    (expected, expected_history), (actual, history) = results
    for name, values in expected_history.history.items():
        np.testing.assert_allclose(history.history[name], values, RTOL, err_msg=name)
    for ours, theirs in zip(actual.get_weights(), expected.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=RTOL, atol=1e-6)


def test_predictions_with_averages_leave_the_weights_alone():
    optimizer = ranvier.optimizers.SGD(0.125, use_ema=True)
    model, _ = train(ranvier, [], make_model(ranvier, optimizer))
    before = model.get_weights()
    averaged = model.predict(X, verbose=0)
    model.set_weights(WEIGHTS)
    hook = callbacks.SwapEMAWeights()
    np.testing.assert_array_equal(
        model.predict(X, verbose=0, callbacks=[hook]), averaged
    )
    for ours, kept in zip(model.get_weights(), WEIGHTS, strict=True):
        np.testing.assert_array_equal(ours, kept)
    assert not np.array_equal(before[0], WEIGHTS[0])


def test_averages_need_an_optimizer_that_keeps_them():
    with pytest.raises(ValueError, match="use_ema=True"):
        train(ranvier, [callbacks.SwapEMAWeights()])


def test_batch_hooks_see_every_batch_as_in_keras():
    seen = {}
    for name, library in LIBRARIES.items():
        notes = seen[name] = []

        def note(hook, notes=notes):
            return lambda batch, logs: notes.append((hook, batch, dict(logs)))

        model = make_model(library)
        hooks = [
            library.callbacks.LambdaCallback(**{hook: note(hook)})
            for hook in (
                "on_train_batch_begin",
                "on_train_batch_end",
                "on_test_batch_begin",
                "on_test_batch_end",
            )
        ]
        train(library, hooks, model, epochs=2)
    assert len(seen["keras"]) == len(seen["ranvier"])
    for expected, actual in zip(seen["keras"], seen["ranvier"], strict=True):
        assert actual[:2] == expected[:2]
        assert list(actual[2]) == list(expected[2])
        for name, value in expected[2].items():
            np.testing.assert_allclose(actual[2][name], value, RTOL)


def test_prediction_hooks_get_the_outputs():
    seen = []
    hook = callbacks.LambdaCallback(
        on_predict_batch_end=lambda batch, logs: seen.append(logs["outputs"])
    )
    outputs = make_model(ranvier).predict(X, batch_size=8, verbose=0, callbacks=[hook])
    np.testing.assert_array_equal(np.concatenate(seen), outputs)


NAN_X = X.copy()
NAN_X[9] = np.nan  # in batch 1 of 3


def test_nan_stops_right_after_its_batch_as_in_keras(capsys):
    steps, epochs = [], []
    for library in LIBRARIES.values():
        model, history = train(library, [library.callbacks.TerminateOnNaN()], x=NAN_X)
        steps.append(int(np.asarray(model.optimizer.iterations)))
        epochs.append(history.epoch)
        assert "Batch 1" in capsys.readouterr().out
    assert steps == [2, 2]
    assert epochs == [[0], [0]]


def test_nan_can_end_in_an_error():
    with pytest.raises(RuntimeError, match="batch 1"):
        train(ranvier, [callbacks.TerminateOnNaN(raise_error=True)], x=NAN_X)


def test_csv_file_is_that_of_keras(tmp_path):
    tables = []
    for name, library in LIBRARIES.items():
        path = tmp_path / f"{name}.csv"
        hooks = [
            library.callbacks.LearningRateScheduler(halve),
            library.callbacks.CSVLogger(path),
        ]
        train(library, hooks)
        header, *rows = path.read_text().splitlines()
        tables.append((header, np.array([row.split(",") for row in rows], "float64")))
    assert tables[1][0] == tables[0][0]
    np.testing.assert_allclose(tables[1][1], tables[0][1], RTOL)


def test_plateau_direction_comes_from_the_metric():
    stop = callbacks.EarlyStopping("val_mae", patience=1)
    train(ranvier, [stop], epochs=1)
    assert stop.best is not None and stop._is_improvement(0.1, 0.2)
    model = make_model(ranvier)
    model.compile(optimizer="sgd", loss="mse", metrics=[ranvier.metrics.Mean("other")])
    with pytest.raises(ValueError, match="mode='max'"):
        train(ranvier, [callbacks.EarlyStopping("other")], model)


def test_a_schedule_in_the_optimizer_cannot_be_overridden():
    schedule = ranvier.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)
    model = make_model(ranvier, ranvier.optimizers.SGD(schedule))
    with pytest.raises(TypeError, match="not settable"):
        train(ranvier, [callbacks.LearningRateScheduler(halve)], model)


LINE = r"3/3 (━{20}|-) \d+s (- )?\d+(ms|us|s)/step( - \w+: \d+\.\d{4}){4}"


@pytest.mark.parametrize("verbose", [1, 2, "auto"])
def test_prints_the_familiar_lines(verbose, capsys):
    train(ranvier, [], verbose=verbose, epochs=2)
    out = capsys.readouterr().out
    if verbose != 2:  # no terminal: one line an epoch
        assert out.count("\n") == 2
        out = re.sub(r"(Epoch \d/2) - ", r"\1\n", out)
    lines = out.splitlines()
    assert lines[0] == "Epoch 1/2" and lines[2] == "Epoch 2/2"
    for line in (lines[1], lines[3]):
        assert re.fullmatch(LINE, line), line
        names = re.findall(r"(\w+): ", line)
        assert names == ["loss", "mae", "val_loss", "val_mae"]
    assert len(lines) == 4


def test_listening_changes_no_result():
    quiet, quiet_history = train(ranvier, [])
    hook = callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: None)
    loud, loud_history = train(ranvier, [hook], verbose=2)
    assert loud_history.history == quiet_history.history
    for ours, theirs in zip(loud.get_weights(), quiet.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
