"""CallbackList: order, defaults, and which callbacks need every batch."""

import copy
import json
import pickle

import jax.numpy as jnp
import numpy as np
import pytest

from ranvier import callbacks
from ranvier.callbacks import Callback, CallbackList, History, LambdaCallback
from ranvier.callbacks._logs import LazyLogs

HOOKS = [name for name in vars(Callback) if name.startswith("on_")]
WITH_INDEX = [name for name in HOOKS if "batch" in name or "epoch" in name]


class Spy(Callback):
    """Notes every hook; does not call `super().__init__()`, as users forget to."""

    def __init__(self, name, notes):
        self.name = name
        self.notes = notes


def _noting(hook):
    def note(self, *args, **kwargs):
        self.notes.append((self.name, hook, args, dict(kwargs.get("logs") or {})))

    return note


for _hook in HOOKS:
    setattr(Spy, _hook, _noting(_hook))


def test_every_hook_reaches_every_callback_in_order():
    notes = []
    runner = CallbackList([Spy("a", notes), [Spy("b", notes)]])
    for hook in HOOKS:
        if hook == "on_nonfinite_loss":
            continue
        args = (3,) if hook in WITH_INDEX else ()
        notes.clear()
        getattr(runner, hook)(*args, {"loss": np.float32(0.5)})
        assert [name for name, *_ in notes] == ["a", "b"], hook
        assert {called for _, called, *_ in notes} == {hook}
        assert all(args == called[: len(args)] for _, _, called, _ in notes)


def test_older_batch_hooks_are_called_through_the_newer():
    seen = []

    class Older(Callback):
        def on_batch_end(self, batch, logs=None):
            seen.append((batch, logs["loss"]))

    runner = CallbackList(Older())
    runner.on_train_batch_begin(0)
    runner.on_train_batch_end(0, {"loss": 1})
    assert seen == [(0, 1.0)]


def test_logs_are_flat_sorted_floats():
    seen = {}

    class Look(Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.update(logs)

    runner = CallbackList([Look()])
    value = jnp.asarray([1.0, 2.0])
    runner.on_epoch_end(0, {"loss": jnp.float32(0.5), "a": {"z": 1}, "each": value})
    assert list(seen) == ["z", "each", "loss"]
    assert type(seen["loss"]) is float and type(seen["z"]) is float
    assert isinstance(seen["each"], np.ndarray)


def test_what_one_callback_adds_the_next_ones_see():
    class Add(Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["extra"] = 1.0
            logs.update(more=2.0)

    history = History()
    runner = CallbackList([Add(), history])
    runner.on_train_begin()
    runner.on_epoch_end(0, {"loss": 0.5})
    assert history.history == {"loss": [0.5], "extra": [1.0], "more": [2.0]}


def test_history_and_progress_come_last_and_once():
    class Model:
        pass

    runner = CallbackList(
        [Callback()], add_history=True, add_progbar=True, model=Model()
    )
    names = [type(c).__name__ for c in runner.callbacks]
    assert names == ["Callback", "History", "ProgbarLogger"]
    assert runner.model.history is runner.callbacks[1]
    assert all(c.model is runner.model for c in runner.callbacks)
    given = [History(), callbacks.ProgbarLogger()]
    assert CallbackList(given, add_history=True, add_progbar=True).callbacks == given


def test_params_are_told():
    callback = Callback()
    CallbackList(callback, epochs=3, steps=2, verbose=0)
    assert callback.params == {"epochs": 3, "steps": 2, "verbose": 0}


@pytest.mark.parametrize(
    "wrong, text",
    [(History, "Write History"), (print, "LambdaCallback"), ("history", "'history'")],
)
def test_what_is_no_callback_is_refused(wrong, text):
    with pytest.raises(TypeError, match=text):
        CallbackList([wrong])


# Which callbacks make the engine stop after every batch?


class Batch(Callback):
    def on_train_batch_end(self, batch, logs=None):
        pass


class Chunk(Batch):
    batch_granularity = "chunk"


class Inherits(Batch):
    pass


class EvaluationBatch(Callback):
    def on_test_batch_begin(self, batch, logs=None):
        pass


class PredictionBatch(Callback):
    def on_predict_batch_end(self, batch, logs=None):
        pass


class Epochs(Callback):
    def on_epoch_end(self, epoch, logs=None):
        pass


def _assigned():
    callback = Callback()
    callback.on_train_batch_begin = lambda batch, logs=None: None
    return callback


def _ignore(*args, **kwargs):
    pass


NEEDS = [
    (Callback, ""),
    (Epochs, ""),
    (Batch, "train"),
    (Inherits, "train"),
    (Chunk, ""),
    (EvaluationBatch, "test"),
    (PredictionBatch, "predict"),
    (_assigned, "train"),
    (lambda: LambdaCallback(on_epoch_end=_ignore), ""),
    (lambda: LambdaCallback(on_train_batch_end=_ignore), "train"),
    (lambda: LambdaCallback(on_batch_begin=_ignore), "train"),
    (lambda: LambdaCallback(on_test_batch_end=_ignore), "test"),
    (lambda: callbacks.ModelCheckpoint("m.keras"), ""),
    (lambda: callbacks.ModelCheckpoint("m.keras", save_freq=10), ""),
    (callbacks.EarlyStopping, ""),
    (callbacks.ReduceLROnPlateau, ""),
    (lambda: callbacks.LearningRateScheduler(float), ""),
    (callbacks.TerminateOnNaN, ""),
    (callbacks.History, ""),
    (callbacks.ProgbarLogger, ""),
    (callbacks.RemoteMonitor, ""),
    (callbacks.SwapEMAWeights, ""),
    (lambda: callbacks.CSVLogger("log.csv"), ""),
    (lambda: CallbackList([Batch()]), "train"),
]


@pytest.mark.parametrize("make, modes", NEEDS)
def test_only_true_listeners_need_every_batch(make, modes):
    runner = CallbackList([Callback(), make()])
    needed = [m for m in ("train", "test", "predict") if runner.needs_steps(m)]
    assert needed == modes.split()


def test_callbacks_written_for_keras_are_accepted():
    import keras

    runner = CallbackList([keras.callbacks.Callback()])
    assert not runner.needs_steps("train")
    runner.on_train_batch_end(0, {"loss": 0.5})
    runner = CallbackList([keras.callbacks.LambdaCallback(on_train_batch_end=_ignore)])
    assert runner.needs_steps("train")


def test_a_batch_hook_given_during_training_is_called():
    seen = []

    class Late(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.on_train_batch_end = lambda batch, logs=None: seen.append(batch)

    runner = CallbackList([Late()])
    runner.on_train_batch_end(0)
    runner.on_epoch_begin(0)
    runner.on_train_batch_end(1)
    assert seen == [1]


def test_nonfinite_loss_reaches_those_who_ask(capsys):
    class Model:
        stop_training = False

    runner = CallbackList([Callback(), callbacks.TerminateOnNaN()], model=Model())
    assert runner.stop_on_nonfinite
    assert not CallbackList([Callback()]).stop_on_nonfinite
    runner.on_train_begin()
    runner.on_nonfinite_loss(7)
    runner.on_train_batch_end(7, {"loss": float("nan")})
    assert runner.model.stop_training
    assert capsys.readouterr().out.count("Batch 7") == 1


@pytest.mark.parametrize("loss", [float("nan"), float("inf"), -float("inf")])
def test_terminate_on_nan_works_in_loops_of_ones_own(loss, capsys):
    class Model:
        stop_training = False

    runner = CallbackList([callbacks.TerminateOnNaN()], model=Model())
    runner.on_train_begin()
    runner.on_train_batch_end(0, {"loss": 1.0})
    assert not runner.model.stop_training
    runner.on_train_batch_end(1, {"loss": loss})
    assert runner.model.stop_training
    assert "Batch 1" in capsys.readouterr().out


def test_terminate_on_nan_can_raise():
    callback = callbacks.TerminateOnNaN(raise_error=True)
    with pytest.raises(RuntimeError, match="batch 3"):
        callback.on_nonfinite_loss(3)


def test_unknown_hook_of_lambda_callback_suggests():
    with pytest.raises(TypeError, match="'on_epoch_end'"):
        LambdaCallback(on_epoch_ends=_ignore)


# State for resuming.


def test_state_goes_through_json_and_back():
    from ranvier.core._serialization import deserialize_object, serialize_object

    class Model:
        stop_training = False

        def get_weights(self):
            return [np.arange(3.0)]

    def make():
        return CallbackList(
            [
                callbacks.EarlyStopping("loss", restore_best_weights=True),
                callbacks.ModelCheckpoint("m.keras", "loss", save_best_only=True),
                callbacks.EarlyStopping("loss", patience=3),
                History(),
            ],
            model=Model(),
        )

    first = make()
    first.callbacks[1].best = 0.25
    first.on_train_begin()
    for part in (0, 2, 3):
        first.callbacks[part].on_epoch_end(0, {"loss": 0.5})
    text = json.dumps(serialize_object(first.get_state()))
    second = make()
    second.on_train_begin()
    second.set_state(deserialize_object(json.loads(text)))
    stop, checkpoint, patient, history = second.callbacks
    assert stop.best == 0.5 and checkpoint.best == 0.25 and patient.best == 0.5
    assert patient.best_weights is None
    np.testing.assert_array_equal(stop.best_weights[0], np.arange(3.0))
    assert history.history == {"loss": [0.5]} and history.epoch == [0]
    history.on_epoch_end(1, {"loss": 0.25})
    assert first.callbacks[3].history == {"loss": [0.5]}  # nothing is shared


# Lazy logs behave as the dictionary they stand for.


class Device:
    """A scalar that notes when it is read."""

    reads = 0

    def __array__(self, dtype=None, copy=None):
        Device.reads += 1
        return np.float32(0.5).__array__()


LOOKS = {
    "item": lambda logs: logs["loss"],
    "get": lambda logs: logs.get("loss"),
    "items": lambda logs: dict(logs.items())["loss"],
    "values": lambda logs: list(logs.values())[0],
    "dict": lambda logs: dict(logs)["loss"],
    "unpacked": lambda logs: {**logs}["loss"],
    "keywords": lambda logs: (lambda loss: loss)(**logs),
    "format": lambda logs: float("{loss}".format(**logs)),
    "copy": lambda logs: copy.copy(logs)["loss"],
    "method": lambda logs: logs.copy()["loss"],
    "deepcopy": lambda logs: copy.deepcopy(logs)["loss"],
    "pickle": lambda logs: pickle.loads(pickle.dumps(logs))["loss"],
    "json": lambda logs: json.loads(json.dumps(logs))["loss"],
    "update": lambda logs: _updated(logs)["loss"],
    "union": lambda logs: (logs | {})["loss"],
    "pop": lambda logs: logs.pop("loss"),
    "equal": lambda logs: 0.5 if logs == {"loss": 0.5} else None,
    "repr": lambda logs: 0.5 if repr(logs) == "{'loss': 0.5}" else None,
}


def _updated(logs):
    target = {}
    target.update(logs)
    return target


@pytest.mark.parametrize("look", LOOKS)
def test_any_look_at_lazy_logs_gives_floats(look):
    value = LOOKS[look](LazyLogs({"loss": Device()}))
    assert value == 0.5 and type(value) is float


def test_unread_logs_are_not_fetched():
    Device.reads = 0
    logs = LazyLogs(LazyLogs({"loss": Device(), "b": {"c": Device()}}))
    logs["learning_rate"] = 0.1
    assert "loss" in logs and len(logs) == 3 and bool(logs)
    assert Device.reads == 0
    assert logs == {"c": 0.5, "loss": 0.5, "learning_rate": 0.1}
    assert Device.reads == 2


def test_functions_of_other_names_become_attributes():
    callback = LambdaCallback(describe=lambda: "mine")
    assert callback.describe() == "mine"
    with pytest.raises(TypeError, match="on_epoch_end"):
        LambdaCallback(on_epoch_ends=lambda epoch, logs: None)
