"""Runs that are killed, in the process of the test, and run again."""

import random

import numpy as np
import pytest

import ranvier as rv
from ranvier.callbacks import BackupAndRestore, Callback

_random = np.random.default_rng(0)
X = _random.normal(size=(40, 4)).astype("float32")
Y = (X[:, :1] + 0.1 * _random.normal(size=(40, 1))).astype("float32")


class Killed(Exception):
    pass


class Kill(Callback):
    """Ends the run at some moment, as a crash would."""

    def __init__(self, epoch, moment="on_epoch_begin"):
        super().__init__()
        setattr(self, moment, lambda at, logs=None: self.strike(at == epoch))

    def strike(self, now):
        if now:
            raise Killed


class KillAfter(Callback):
    """Ends the run after some steps, without making the chunks one step long."""

    batch_granularity = "chunk"

    def __init__(self, steps):
        super().__init__()
        self.left = steps

    def steps_until_due(self):
        return max(self.left, 1)

    def on_epoch_begin(self, epoch, logs=None):
        self.seen = 0

    def on_train_batch_end(self, batch, logs=None):
        self.left -= batch + 1 - self.seen
        self.seen = batch + 1
        if self.left <= 0:
            raise Killed


def fit(model, *hooks, data=None, **options):
    options = {"epochs": 5, "batch_size": 16, "verbose": 0, **options}
    x, y = data or (X, Y)
    return model.fit(x, y, callbacks=list(hooks), **options).history


def assert_resumes(
    folder, run, epoch=3, moment="on_epoch_begin", save_freq="epoch", steps=None
):
    """Compares a run in one piece with one that is killed and run again.

    Args:
        folder: where the backups go.
        epoch: where it is killed.
        moment: in which hook.
        run: function `(hooks) -> (model, history)`, a whole script.
        save_freq: of the backups.
        steps: kill it after so many steps instead.

    Returns:
        The model that went on.
    """
    begin(5)
    expected, expected_history = run([BackupAndRestore(folder / "whole", save_freq)])
    expected_draws = draws()
    begin(5)
    kill = Kill(epoch, moment) if steps is None else KillAfter(steps)
    with pytest.raises(Killed):
        run([BackupAndRestore(folder / "parts", save_freq), kill])
    # What the new process begins with does not matter once there is a backup.
    begin(77 if list((folder / "parts").iterdir()) else 5)
    actual, history = run([BackupAndRestore(folder / "parts", save_freq)])
    assert list(history) == list(expected_history)
    assert history == expected_history
    ours = [*actual.variables, *actual.optimizer.variables]
    theirs = [*expected.variables, *expected.optimizer.variables]
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy(), err_msg=a.path)
    assert draws() == expected_draws
    return actual


def begin(seed):
    """Begins as a new process does, with automatic names and random generators."""
    rv.backend.clear_session()
    rv.utils.set_random_seed(seed)


def draws():
    """Returns what the global generators give next."""
    return random.random(), np.random.random(), float(rv.random.uniform(()))
