"""The same hook calls into Keras's callbacks and ours: same decisions, same files.

Training is not needed for what callbacks decide from their logs. A recorder stands
where the model would: it notes what a callback asks of it.
"""

import keras
import numpy as np
import pytest

from ranvier import callbacks


class Optimizer:
    def __init__(self, learning_rate=0.1):
        self.learning_rate = learning_rate


class Recorder:
    """Notes what callbacks do to a model; its weights count the epochs."""

    def __init__(self):
        self.optimizer = Optimizer()
        self.stop_training = False
        self.weights = [np.zeros(2)]
        self.saved = []

    def get_weights(self):
        return [w.copy() for w in self.weights]

    def set_weights(self, weights):
        self.weights = weights

    def save_weights(self, filepath, overwrite):
        self.saved.append(("weights", filepath, overwrite))

    def save(self, filepath, overwrite):
        self.saved.append(("model", filepath, overwrite))


def drive(library, name, arguments, epoch_logs, batches=0):
    """Trains a recorder; returns what it has noted, epoch by epoch."""
    model = Recorder()
    callback = getattr(library, name)(**arguments)
    runner = library.CallbackList(
        [callback], add_history=True, model=model, epochs=len(epoch_logs), steps=batches
    )
    runner.on_train_begin()
    trace = []
    for epoch, logs in enumerate(epoch_logs):
        runner.on_epoch_begin(epoch)
        for batch in range(batches):
            runner.on_train_batch_begin(batch)
            runner.on_train_batch_end(batch, dict(logs))
        model.weights = [np.full(2, epoch + 1.0)]
        runner.on_epoch_end(epoch, dict(logs))
        trace.append((float(model.optimizer.learning_rate), model.stop_training))
        if model.stop_training:
            break
    runner.on_train_end()
    return {
        "trace": trace,
        "weights": model.weights[0].tolist(),
        "saved": model.saved,
        "epochs": model.history.epoch,
        "history": model.history.history,
        "state": {
            key: value
            for key in (
                "wait",
                "stopped_epoch",
                "best",
                "best_epoch",
                "cooldown_counter",
            )
            if (value := getattr(callback, key, None)) is not None
        },
    }


def losses(*values, name="val_loss"):
    return [{"loss": 1.0, name: value} for value in values]


FALLING = losses(1.0, 0.5, 0.25, 0.125)
PLATEAU = losses(1.0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5)
BUMPY = losses(1.0, 0.5, 0.75, 0.625, 0.25, 0.5, 0.375, 0.3125, 0.5, 0.125)
RISING = losses(0.125, 0.25, 0.5, 1.0, name="val_accuracy")
NAN = losses(1.0, float("nan"), 0.5, float("nan"), float("nan"))
MIXED = [
    {"loss": 0.5, "val_loss": 0.75},
    {"loss": 0.25},
    {"loss": 0.125, "val_loss": 0.5},
]

EARLY_STOPPING = [
    {},
    {"patience": 2},
    {"patience": 2, "restore_best_weights": True},
    {"patience": 1, "min_delta": 0.25},
    {"patience": 1, "min_delta": -0.25, "restore_best_weights": True},
    {"patience": 2, "baseline": 0.25, "restore_best_weights": True},
    {"patience": 3, "baseline": 0.01, "restore_best_weights": True},
    {"patience": 1, "start_from_epoch": 3, "restore_best_weights": True},
    {"patience": 1, "mode": "min"},
    {"patience": 1, "mode": "max"},
    {"monitor": "loss", "patience": 2},
    {"patience": 0, "start_from_epoch": 100, "restore_best_weights": True},
]

REDUCE = [
    {"patience": 1},
    {"patience": 2, "factor": 0.5},
    {"patience": 1, "factor": 0.5, "cooldown": 2},
    {"patience": 1, "factor": 0.5, "min_lr": 0.03},
    {"patience": 1, "factor": 0.5, "min_delta": 0.5},
    {"patience": 1, "factor": 0.5, "mode": "max"},
    {"patience": 0, "factor": 0.5},
]

CHECKPOINT = [
    {"filepath": "model.keras"},
    {"filepath": "{epoch:02d}-{val_loss:.2f}.keras", "save_best_only": True},
    {"filepath": "w.weights.h5", "save_weights_only": True},
    {
        "filepath": "{epoch}.weights.h5",
        "save_weights_only": True,
        "save_best_only": True,
        "initial_value_threshold": 0.4,
    },
    {"filepath": "model.h5", "save_best_only": True, "mode": "max"},
    {"filepath": "{epoch}-{batch}.keras", "save_freq": 3},
    {"filepath": "{epoch}-{batch}.keras", "save_freq": 1},
    {"filepath": "{epoch}.keras", "save_freq": 7},
]

CASES = [
    *(("EarlyStopping", a, s) for a in EARLY_STOPPING for s in (PLATEAU, BUMPY, NAN)),
    *(("ReduceLROnPlateau", a, s) for a in REDUCE for s in (PLATEAU, BUMPY, NAN)),
    *(("ModelCheckpoint", a, s) for a in CHECKPOINT for s in (FALLING, BUMPY)),
    ("LearningRateScheduler", {"schedule": lambda epoch: 0.5**epoch}, FALLING),
    ("LearningRateScheduler", {"schedule": lambda epoch, lr: lr * 0.5}, FALLING),
    ("LearningRateScheduler", {"schedule": lambda e, lr=1.0: lr * 0.5}, FALLING),
    ("LearningRateScheduler", {"schedule": lambda *args: 0.25}, FALLING),
    ("LearningRateScheduler", {"schedule": lambda e: np.float32(0.5)}, FALLING),
    ("EarlyStopping", {"monitor": "val_accuracy", "mode": "max"}, RISING),
    ("EarlyStopping", {"monitor": "val_accuracy", "mode": "min"}, RISING),
]


def label(case):
    name, arguments, _ = case
    shown = ",".join(f"{k}={v}" for k, v in arguments.items() if not callable(v))
    return f"{name}({shown})"


@pytest.mark.parametrize("case", CASES, ids=label)
def test_decides_like_keras(case, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name, arguments, epoch_logs = case
    expected = drive(keras.callbacks, name, arguments, epoch_logs, batches=4)
    actual = drive(callbacks, name, arguments, epoch_logs, batches=4)
    np.testing.assert_equal(actual, expected)  # NaN equals NaN here


@pytest.mark.parametrize("append", [False, True])
@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize(
    "epoch_logs", [FALLING, MIXED, [{"loss": 0.5}, {"loss": 1e-9}]]
)
def test_csv_files_are_those_of_keras(tmp_path, append, separator, epoch_logs):
    written = []
    for library in (keras.callbacks, callbacks):
        path = tmp_path / f"{library.__name__}.csv"
        arguments = {"filename": path, "separator": separator, "append": append}
        for _ in range(2):  # the second run replaces or continues the file
            drive(library, "CSVLogger", arguments, epoch_logs)
        written.append(path.read_bytes())
    assert written[1] == written[0]


def test_csv_holds_arrays(tmp_path):
    logs = [{"loss": 0.5, "each": np.array([1.0, 2.0])}]
    written = []
    for library in (keras.callbacks, callbacks):
        path = tmp_path / f"{library.__name__}.csv"
        drive(library, "CSVLogger", {"filename": path}, logs)
        written.append(path.read_text())
    assert written[1] == written[0]


BAD_ARGUMENTS = [
    ("ModelCheckpoint", {"filepath": "model"}, ValueError, ".keras or .h5"),
    ("ModelCheckpoint", {"filepath": "model.weights.h5x"}, ValueError, "model.weights"),
    (
        "ModelCheckpoint",
        {"filepath": "model.keras", "save_weights_only": True},
        ValueError,
        ".weights.h5",
    ),
    (
        "ModelCheckpoint",
        {"filepath": "model.keras", "save_freq": "batch"},
        ValueError,
        "save_freq='batch'",
    ),
    ("ReduceLROnPlateau", {"factor": 1.0}, ValueError, "factor=1.0"),
]


@pytest.mark.parametrize("name, arguments, error, text", BAD_ARGUMENTS)
def test_bad_arguments_raise_what_keras_raises(name, arguments, error, text):
    with pytest.raises(error):
        getattr(keras.callbacks, name)(**arguments)
    with pytest.raises(error, match=text):
        getattr(callbacks, name)(**arguments)


def test_arguments_without_meaning_are_refused_at_once():
    with pytest.raises(ValueError, match=r"`factor`.*\[0, 1\).*factor=-0.5"):
        callbacks.ReduceLROnPlateau(factor=-0.5)
    with pytest.raises(TypeError, match="`schedule`.*must be a function"):
        callbacks.LearningRateScheduler(0.1)


REFUSED_HERE = [
    ("EarlyStopping", {"patience": "a"}),
    ("EarlyStopping", {"patience": -1}),
    ("EarlyStopping", {"min_delta": "a"}),
    ("EarlyStopping", {"start_from_epoch": -1}),
    ("EarlyStopping", {"baseline": "a"}),
    ("EarlyStopping", {"monitor": 3}),
    ("ReduceLROnPlateau", {"factor": "a"}),
    ("ReduceLROnPlateau", {"patience": -1}),
    ("ReduceLROnPlateau", {"cooldown": "a"}),
    ("ReduceLROnPlateau", {"min_lr": -1.0}),
    ("ReduceLROnPlateau", {"min_delta": None}),
    ("ModelCheckpoint", {"filepath": 3}),
    ("ModelCheckpoint", {"initial_value_threshold": "a", "filepath": "a.keras"}),
    ("LambdaCallback", {"on_epoch_begin": 3}),
    ("OneCycle", {"total_steps": 0, "max_learning_rate": 0.1}),
    ("OneCycle", {"total_steps": 10.5, "max_learning_rate": 0.1}),
]


@pytest.mark.parametrize(("name", "arguments"), REFUSED_HERE)
def test_arguments_are_named(name, arguments):
    argument = next(iter(arguments))
    with pytest.raises(ValueError, match=f"`{argument}`.*Received: {argument}="):
        getattr(callbacks, name)(**arguments)


BAD_RUNS = [
    ("EarlyStopping", {"monitor": "val_score"}, ValueError, "mode='max' or mode='min'"),
    ("ReduceLROnPlateau", {"monitor": "score"}, ValueError, "mode='max' or mode='min'"),
    ("ModelCheckpoint", {"filepath": "{accuracy}.keras"}, KeyError, "Available: epoch"),
    ("LearningRateScheduler", {"schedule": lambda e, lr: None}, ValueError, "NoneType"),
    ("LearningRateScheduler", {"schedule": lambda e, lr: 1}, ValueError, "a float"),
]


@pytest.mark.parametrize("name, arguments, error, text", BAD_RUNS)
def test_bad_runs_raise_what_keras_raises(name, arguments, error, text):
    with pytest.raises(error):
        drive(keras.callbacks, name, arguments, FALLING)
    with pytest.raises(error, match=text):
        drive(callbacks, name, arguments, FALLING)


MISSING = [
    ("EarlyStopping", {"monitor": "val_los", "mode": "min"}, "'val_loss'"),
    ("ReduceLROnPlateau", {"monitor": "val_los", "mode": "min"}, "'val_loss'"),
    (
        "ModelCheckpoint",
        {
            "filepath": "m.keras",
            "monitor": "val_los",
            "save_best_only": True,
            "mode": "min",
        },
        "'val_loss'",
    ),
]


@pytest.mark.parametrize("name, arguments, text", MISSING)
def test_a_missing_metric_warns_as_in_keras(name, arguments, text):
    with pytest.warns(UserWarning):
        expected = drive(keras.callbacks, name, arguments, FALLING)
    with pytest.warns(UserWarning, match=text):
        actual = drive(callbacks, name, arguments, FALLING)
    assert actual == expected


@pytest.mark.parametrize("name", ["EarlyStopping", "ReduceLROnPlateau"])
def test_an_unknown_mode_warns_and_means_auto(name):
    for library in (keras.callbacks, callbacks):
        with pytest.warns(UserWarning, match="lowest"):
            assert getattr(library, name)(mode="lowest").mode == "auto"
