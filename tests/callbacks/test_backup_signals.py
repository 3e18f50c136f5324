"""Ctrl-C and SIGTERM with a backup: the state is saved, and a new run goes on."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import ranvier as rv
from ranvier.callbacks import BackupAndRestore, Callback
from ranvier.callbacks._state_file import read_state

X = np.random.default_rng(0).normal(size=(40, 4)).astype("float32")

ENDS = {signal.SIGINT: KeyboardInterrupt, signal.SIGTERM: SystemExit}


class Send(Callback):
    """Sends signals to the process itself, in a hook of an epoch."""

    batch_granularity = "chunk"

    def __init__(self, number, hook, epoch=2, times=1):
        super().__init__()
        self.epoch = epoch
        setattr(self, hook, lambda *args, **kwargs: self.send(number, times))

    def on_epoch_begin(self, epoch, logs=None):
        self.now = epoch == self.epoch

    def steps_until_due(self):
        return 2

    def send(self, number, times):
        if self.now:
            for _ in range(times):
                signal.raise_signal(number)


def fit(folder, *hooks, data=X, **options):
    rv.utils.set_random_seed(1)
    layers = [rv.Input((4,)), rv.layers.Dropout(0.2), rv.layers.Dense(1)]
    model = rv.Sequential(layers)
    model.compile("adam", "mse")
    model.fit(
        data,
        X[:, :1] if data is X else None,
        batch_size=8 if data is X else None,
        epochs=5,
        verbose=0,
        validation_data=(X, X[:, :1]),
        callbacks=[BackupAndRestore(folder, **options), *hooks],
    )
    return model


def assert_same(model, expected):
    assert model.history.history == expected.history.history
    for a, b in zip(model.get_weights(), expected.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("save_freq", ["epoch", 3, False])
@pytest.mark.parametrize("number", ENDS)
def test_state_is_saved_after_the_step(number, save_freq, tmp_path, capsys):
    expected = fit(tmp_path / "whole", save_freq=save_freq)
    folder = tmp_path / "parts"
    handler = signal.getsignal(number)
    with pytest.raises(ENDS[number]) as error:
        fit(folder, Send(number, "on_train_batch_end"), save_freq=save_freq)
    if number == signal.SIGTERM:
        assert error.value.code == 143
    assert signal.getsignal(number) == handler
    assert capsys.readouterr().out == (
        "\nTraining ended early. The state after step 2 of epoch 3 is saved in "
        f"'{folder}': run the same script again to go on.\n"
    )
    assert_same(fit(folder, save_freq=save_freq), expected)


# Where the signal comes, and what is saved then.
MOMENTS = {
    "on_train_batch_begin": "step 2 of epoch 3",
    "on_epoch_end": "epoch 3",
    "on_test_begin": "epoch 2",  # a validation is not repeated from its middle
    "on_test_batch_end": "epoch 2",
}


@pytest.mark.parametrize("hook", MOMENTS)
def test_moments(hook, tmp_path):
    expected = fit(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path, Send(signal.SIGINT, hook))
    assert read_state(tmp_path / "latest.backup")["place"] == MOMENTS[hook]
    assert_same(fit(tmp_path), expected)


@pytest.mark.parametrize("number", ENDS)
def test_second_signal_does_not_wait(number, tmp_path):
    expected = fit(tmp_path / "whole")
    with pytest.raises(ENDS[number]):
        fit(tmp_path, Send(number, "on_train_batch_end", times=2))
    assert read_state(tmp_path / "latest.backup")["place"] == "epoch 2"
    assert_same(fit(tmp_path), expected)


def test_signal_after_the_last_backup_is_not_lost(tmp_path):
    class Late(Callback):
        def on_train_end(self, logs=None):
            signal.raise_signal(signal.SIGINT)
            ended.append(True)

    ended = []
    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path / "backup", Late())
    assert ended == [True]


def test_batches_of_other_shapes_that_were_read_ahead(tmp_path):
    """A chunk ends where the shape changes, one batch after the last that is used."""

    def batches():
        for i in range(0, 40, 8):
            size = 8 if i < 16 else 4
            yield X[i : i + size], X[i : i + size, :1]

    class Epochs:
        __iter__ = staticmethod(batches)

    class Long(Send):
        steps_until_due = Callback.steps_until_due

    expected = fit(tmp_path / "whole", data=Epochs())
    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path, Long(signal.SIGINT, "on_train_batch_end"), data=Epochs())
    assert read_state(tmp_path / "latest.backup")["place"] == "step 2 of epoch 3"
    assert_same(fit(tmp_path, data=Epochs()), expected)


def test_without_backups_nothing_waits(tmp_path):
    """And SIGTERM is left alone."""
    model = rv.Sequential([rv.Input((4,)), rv.layers.Dense(1)])
    model.compile("adam", "mse")
    seen = []

    class Look(Send):
        def on_epoch_end(self, epoch, logs=None):
            seen.append((epoch, signal.getsignal(signal.SIGTERM)))

    with pytest.raises(KeyboardInterrupt):
        hook = Look(signal.SIGINT, "on_train_batch_end")
        model.fit(X, X[:, :1], epochs=5, verbose=0, callbacks=[hook])
    assert seen == [(0, signal.SIG_DFL), (1, signal.SIG_DFL)]


SCRIPT = """
import sys
import numpy as np
import ranvier as rv
x = np.ones((20000, 32), "float32")
model = rv.Sequential([rv.Input((32,)), rv.layers.Dense(64), rv.layers.Dense(1)])
model.compile("adam", "mse")
begin = rv.callbacks.LambdaCallback(on_epoch_begin=lambda e, logs: print("epoch", e))
backup = rv.callbacks.BackupAndRestore(sys.argv[1], save_freq=False)
model.fit(x, x[:, :1], epochs=100000, verbose=0, callbacks=[begin, backup])
"""


def test_process_that_is_told_to_end(tmp_path):
    """As a cluster does that takes a machine back."""
    places = []
    for _ in range(2):
        with subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(tmp_path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        ) as process:
            assert process.stdout.readline().startswith("epoch")
            time.sleep(0.3)
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=60)
        assert process.returncode == 143 and err == ""
        state = read_state(tmp_path / "latest.backup")
        assert f"The state after {state['place']} is saved in" in out
        progress = state["progress"]
        places.append((progress["epoch"], progress["passes"]["step"] or 0))
    assert places[0] < places[1]
