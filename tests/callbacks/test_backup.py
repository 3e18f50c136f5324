"""BackupAndRestore: a run that is killed and run again ends as if it had not been.

Everything is compared bit by bit.
"""

import os

import numpy as np
import pytest

import ranvier as rv
from ranvier import layers
from ranvier.callbacks import BackupAndRestore, Callback, _backup_and_restore
from ranvier.callbacks._state_file import read_state
from tests.callbacks.killed_runs import (
    Kill,
    Killed,
    X,
    Y,
    assert_resumes,
    fit,
)


def make_model(optimizer="adam", *parts, **options):
    model = rv.Sequential([rv.Input((4,)), layers.Dropout(0.3), *parts])
    model.add(layers.Dense(1))
    model.compile(optimizer, "mse", metrics=["mae"], **options)
    return model


@pytest.mark.parametrize("moment", ["on_epoch_begin", "on_epoch_end"])
def test_wherever_it_is_killed(moment, tmp_path):
    def run(hooks):
        model = make_model("adam", layers.Dense(8, "tanh"), layers.BatchNormalization())
        return model, fit(model, *hooks, validation_data=(X, Y))

    assert_resumes(tmp_path, moment=moment, run=run)


# An epoch has three steps, the last one smaller.
@pytest.mark.parametrize(
    ("save_freq", "steps"), [(1, 4), (2, 5), (2, 8), (3, 4), (3, 9), (4, 5), (7, 13)]
)
def test_in_the_middle_of_an_epoch(save_freq, steps, tmp_path):
    assert_resumes(tmp_path, run=with_much, save_freq=save_freq, steps=steps)


def with_much(hooks):
    model = make_model("adam", layers.Dense(8, "tanh"), layers.BatchNormalization())
    stop = rv.callbacks.EarlyStopping(patience=3, restore_best_weights=True)
    plateau = rv.callbacks.ReduceLROnPlateau("loss", 0.5, 0)
    history = fit(model, stop, *hooks, plateau, validation_data=(X, Y))
    return model, history


def test_backups_are_made_after_the_batches_asked_for(tmp_path):
    """And the chunks are as long as they may be."""
    ends = []

    class Look(Callback):
        batch_granularity = "chunk"

        def on_epoch_begin(self, epoch, logs=None):
            self.epoch = epoch

        def on_train_batch_end(self, batch, logs=None):
            self.step = batch + 1

        def backup(self, progress):
            if progress.in_epoch:
                ends.append((self.epoch, self.step, saved_place(tmp_path)))

    fit(make_model(), BackupAndRestore(tmp_path, 4), Look(), batch_size=4, epochs=2)
    # Ten batches an epoch: of the twenty, each fourth.
    places = ["step 4 of epoch 1", "step 8 of epoch 1"]
    places += [f"step {step} of epoch 2" for step in (2, 6, 10)]
    assert [(e, s) for e, s, _ in ends] == [
        *((0, 4), (0, 8), (0, 10)),
        *((1, 2), (1, 6), (1, 10)),
    ]
    assert [place for _, _, place in ends] == [*places[:2], places[1], *places[2:]]


def saved_place(folder):
    return read_state(folder / "latest.backup")["place"]


def test_first_epoch_leaves_no_backup_but_the_run_is_the_same(tmp_path):
    folder = tmp_path / "parts"
    with pytest.raises(Killed):
        fit(make_model(), BackupAndRestore(folder), Kill(0))
    assert os.listdir(folder) == []
    history = fit(make_model(), BackupAndRestore(folder))
    assert len(history["loss"]) == 5


def custom(optimizer=None, run_eagerly=False, **options):
    """Returns a script with other arguments of `fit`."""

    def run(hooks):
        model = make_model(optimizer() if optimizer else "adam")
        model.run_eagerly = run_eagerly
        return model, fit(model, *hooks, **options)

    return run


RUNS = {
    "momentum": custom(lambda: rv.optimizers.SGD(0.05, momentum=0.9, use_ema=True)),
    "schedule": custom(
        lambda: rv.optimizers.Adam(
            rv.optimizers.schedules.ExponentialDecay(0.1, 3, 0.7)
        )
    ),
    "loss_scale": custom(
        lambda: rv.optimizers.LossScaleOptimizer(rv.optimizers.Adam())
    ),
    "accumulation": custom(lambda: rv.optimizers.SGD(gradient_accumulation_steps=4)),
    "in_order": custom(shuffle=False),
    "whole_batches": custom(shuffle="batch"),
    "short_epochs": custom(steps_per_epoch=2, batch_size=10),
    "validation": custom(validation_split=0.2, validation_freq=2),
}


@pytest.mark.parametrize("save_freq", ["epoch", 2])
@pytest.mark.parametrize("name", RUNS)
def test_runs_of_all_kinds(name, save_freq, tmp_path):
    assert_resumes(tmp_path, run=RUNS[name], save_freq=save_freq, steps=8)


def test_eager_steps(tmp_path):
    def run(hooks):
        model = make_model(run_eagerly=True)
        return model, fit(model, *hooks, epochs=3, steps_per_epoch=1)

    assert_resumes(tmp_path, epoch=2, run=run)
    (tmp_path / "steps").mkdir()
    run = custom(run_eagerly=True)
    assert_resumes(tmp_path / "steps", run=run, save_freq=2, steps=5)


class Batches(rv.utils.PyDataset):
    """Shuffles itself after each epoch, and draws noise from NumPy's global state."""

    def __init__(self):
        super().__init__()
        self.order = np.arange(4)

    def __len__(self):
        return 4

    def __getitem__(self, i):
        rows = slice(10 * self.order[i], 10 * self.order[i] + 10)
        return X[rows] + 0.1 * np.random.normal(size=(10, 4)), Y[rows]

    def on_epoch_end(self):
        self.order = np.roll(self.order, 1)


def generator(once=False):
    while True:
        for start in range(0, 40, 10):
            yield X[start : start + 10], Y[start : start + 10]
        if once:
            return


DATA = {
    "dataset": (Batches, {}),
    "dataset_in_order": (Batches, {"shuffle": False}),
    "generator": (generator, {"steps_per_epoch": 3}),
    "list": (lambda: Again(list(generator(once=True))), {}),
    "short_epochs": (
        lambda: Again(list(generator(once=True))),
        {"steps_per_epoch": 2},
    ),
}


class Again:
    """Batches that can be read again and again."""

    def __init__(self, batches):
        self.batches = batches

    def __iter__(self):
        return iter(self.batches)


@pytest.mark.parametrize("save_freq", ["epoch", 2])
@pytest.mark.parametrize("name", DATA)
def test_streams(name, save_freq, tmp_path):
    make, options = DATA[name]

    def run(hooks):
        model = make_model()
        data = make()
        history = model.fit(data, epochs=5, callbacks=hooks, verbose=0, **options)
        return model, history.history

    assert_resumes(tmp_path, run=run, save_freq=save_freq, steps=7)


@pytest.mark.parametrize("save_freq", ["epoch", 2])
def test_arrays_beyond_the_device(save_freq, tmp_path, monkeypatch):
    monkeypatch.setenv("RANVIER_DEVICE_BUDGET", "1")
    assert_resumes(tmp_path, custom(), save_freq=save_freq, steps=8)


def with_hooks(make_hooks, **options):
    """Returns a script with callbacks beside the backup, on both sides of it."""

    def run(hooks):
        model = make_model(
            rv.optimizers.SGD(0.05, use_ema=True, ema_momentum=0.7), **options
        )
        before, after = make_hooks()
        return model, fit(model, *before, *hooks, *after, epochs=6)

    return run


HOOKS = {
    "plateau": lambda: ([], [rv.callbacks.ReduceLROnPlateau("loss", 0.5, 0)]),
    "plateau_in_front": lambda: ([rv.callbacks.ReduceLROnPlateau("loss", 0.5, 0)], []),
    "early_stopping": lambda: (
        [],
        [
            rv.callbacks.EarlyStopping(
                "loss", min_delta=10, patience=4, restore_best_weights=True
            )
        ],
    ),
    "scheduler": lambda: (
        [rv.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.9)],
        [],
    ),
    "averages": lambda: ([rv.callbacks.SwapEMAWeights(swap_on_epoch=True)], []),
    "one_cycle": lambda: ([rv.callbacks.OneCycle(0.1)], []),
}


@pytest.mark.parametrize("save_freq", ["epoch", 2])
@pytest.mark.parametrize("name", HOOKS)
def test_other_callbacks_go_on_too(name, save_freq, tmp_path):
    run = with_hooks(HOOKS[name])
    assert_resumes(tmp_path, run=run, save_freq=save_freq, steps=11)


def test_run_that_was_stopped_early_stays_stopped(tmp_path):
    def hooks():
        backup = BackupAndRestore(tmp_path / "kept", delete_checkpoint=False)
        stop = rv.callbacks.EarlyStopping("loss", min_delta=10, patience=2)
        return backup, stop

    history = fit(make_model(), *hooks(), epochs=9)
    assert len(history["loss"]) == 3
    assert fit(make_model(), *hooks(), epochs=9) == history


def test_several_optimizers_of_a_model(tmp_path):
    def run(hooks):
        model = make_model()
        model.second = rv.optimizers.Adam(0.1)
        model.second.build(model.trainable_variables[:1])

        class Use(Callback):
            def on_epoch_end(self, epoch, logs=None):
                gradient = np.ones((4, 1), "float32") * (epoch + 1)
                variables = self.model.trainable_variables[:1]
                self.model.second.apply([gradient], variables)

        return model, fit(model, Use(), *hooks)

    model = assert_resumes(tmp_path, run=run)
    assert int(model.second.iterations) == 5


def test_half_precision(tmp_path):
    def run(hooks):
        model = rv.Sequential([rv.Input((4,)), layers.Dense(1, dtype="bfloat16")])
        model.compile(rv.optimizers.SGD(0.1, momentum=0.9), "mse")
        return model, fit(model, *hooks)

    model = assert_resumes(tmp_path, run=run)
    assert model.weights[0].dtype == "bfloat16"


def test_files_are_there_while_it_runs_and_gone_afterwards(tmp_path):
    folder = tmp_path / "made" / "backup"

    class Look(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            files = sorted(os.listdir(folder)) if epoch else []
            expected = [[], ["latest.backup"], ["latest.backup", "previous.backup"]]
            assert files == expected[min(epoch, 2)]

    model = make_model()
    fit(model, Look(), BackupAndRestore(folder, double_checkpoint=True))
    assert not folder.exists() and folder.parent.exists()
    fit(model, BackupAndRestore(folder, delete_checkpoint=False))
    assert os.listdir(folder) == ["latest.backup"]
    (folder / "notes.txt").write_text("mine")
    (folder / ".latest.backup.1234.tmp").write_text("of a killed run")
    fit(model, BackupAndRestore(folder))
    assert os.listdir(folder) == ["notes.txt"]


def test_finished_run_that_is_kept_has_nothing_left_to_do(tmp_path):
    model = make_model()
    history = fit(model, BackupAndRestore(tmp_path, delete_checkpoint=False))
    again = make_model()
    assert fit(again, BackupAndRestore(tmp_path, delete_checkpoint=False)) == history
    for a, b in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    longer = fit(again, BackupAndRestore(tmp_path), epochs=7)
    assert len(longer["loss"]) == 7


def test_backup_of_a_later_fit_of_the_script(tmp_path):
    """The script, run again, begins with its first `fit`, which has ended long ago."""
    fit(make_model(), BackupAndRestore(tmp_path))
    for _ in range(2):  # in one process that goes on, as in a notebook
        with pytest.raises(Killed):
            fit(make_model(), BackupAndRestore(tmp_path), Kill(3))
    _backup_and_restore._ended.clear()  # a new process
    with pytest.warns(UserWarning, match="number 2 with this folder .* earlier one"):
        fit(make_model(), BackupAndRestore(tmp_path))


def test_backup_of_another_model(tmp_path):
    fit(make_model(), BackupAndRestore(tmp_path, delete_checkpoint=False))
    other = rv.Sequential([rv.Input((4,)), layers.Dense(1)])
    other.compile("adam", "mse")
    with pytest.raises(ValueError, match="is of another model"):
        fit(other, BackupAndRestore(tmp_path))


BAD = [
    ({"backup_dir": ""}, ValueError, "Empty `backup_dir`"),
    ({"save_freq": 0}, ValueError, "Invalid value for argument `save_freq`"),
    ({"save_freq": -1}, ValueError, "Invalid value for argument `save_freq`"),
    ({"save_freq": 1.5}, ValueError, "Invalid value for argument `save_freq`"),
    ({"save_freq": "batch"}, ValueError, "Invalid value for argument `save_freq`"),
]


@pytest.mark.parametrize(("arguments", "error", "message"), BAD)
def test_bad_arguments(arguments, error, message):
    with pytest.raises(error, match=message):
        BackupAndRestore(**{"backup_dir": "somewhere", **arguments})


def test_callback_whose_state_cannot_be_saved(tmp_path):
    class Odd(Callback):
        def get_state(self):
            return {"function": print}

    with pytest.raises(TypeError, match="A state may hold .* at '/progress/callbacks/"):
        fit(make_model(), Odd(), BackupAndRestore(tmp_path))
