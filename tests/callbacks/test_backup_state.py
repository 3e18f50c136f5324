"""What a backup holds besides variables: settings and the place in the data."""

import numpy as np
import pytest

import ranvier as rv
from ranvier import layers
from ranvier.callbacks import BackupAndRestore, Callback
from tests.callbacks.killed_runs import (
    Kill,
    KillAfter,
    Killed,
    X,
    Y,
    assert_resumes,
    fit,
)


def make_model(rate=0.3):
    model = rv.Sequential(
        [
            rv.Input((4,)),
            layers.Dense(4, "tanh", kernel_regularizer=rv.regularizers.L2(0.1)),
            layers.Dropout(rate),
            layers.Dense(1),
        ]
    )
    model.compile(rv.optimizers.SGD(0.1, momentum=0.9), "mse")
    return model


class Change(Callback):
    """Changes the model in the middle of the training, as fine-tuning does."""

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 1:
            self.model.layers[1].rate = 0.1
            self.model.optimizer.momentum = 0.5
            self.model.layers[0].trainable = False
        if epoch == 3:
            self.model.layers[0].trainable = True


@pytest.mark.parametrize("steps", [5, 7, 10, 13])
@pytest.mark.parametrize("save_freq", ["epoch", 2])
def test_settings_that_callbacks_changed(save_freq, steps, tmp_path):
    def run(hooks):
        model = make_model()
        return model, fit(model, Change(), *hooks)

    model = assert_resumes(tmp_path, run=run, save_freq=save_freq, steps=steps)
    assert (model.layers[1].rate, model.optimizer.momentum) == (0.1, 0.5)


class Thaw(Callback):
    """Unfreezes a layer, for which the optimizer then needs slots."""

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 2:
            self.model.layers[0].trainable = True


@pytest.mark.parametrize("save_freq", ["epoch", 2])
def test_layers_unfrozen_on_the_way(save_freq, tmp_path):
    def run(hooks):
        model = make_model()
        model.layers[0].trainable = False
        return model, fit(model, *hooks, Thaw())

    assert_resumes(tmp_path, run=run, save_freq=save_freq, steps=10)


def test_settings_of_the_script_are_its_own(tmp_path):
    with pytest.raises(Killed):
        fit(make_model(), BackupAndRestore(tmp_path), Kill(2))
    model = make_model(rate=0.5)
    fit(model, BackupAndRestore(tmp_path))
    assert model.layers[1].rate == 0.5


class Batches:
    """Data whose iterators know their place; counts what is read."""

    def __init__(self):
        self.passes = 0
        self.read = 0

    def __iter__(self):
        self.passes += 1
        return Place(self, self.passes)

    def get_state(self):
        return {"passes": self.passes}

    def set_state(self, state):
        self.passes = state["passes"]


class Place:
    def __init__(self, data, seed):
        self.data = data
        self.seed = seed
        self.index = 0

    def __iter__(self):
        return self

    def __next__(self):
        if self.index == 6:
            raise StopIteration
        self.index += 1
        self.data.read += 1
        rows = np.random.default_rng([self.seed, self.index]).integers(0, 40, size=8)
        return X[rows], Y[rows]

    def get_state(self):
        return {"seed": self.seed, "index": self.index}

    def set_state(self, state):
        self.seed, self.index = state["seed"], state["index"]


class Endless:
    """An iterator that is its own data, without end."""

    def __init__(self):
        self.read = 0
        self.index = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.read += 1
        self.index += 1
        rows = np.random.default_rng(self.index).integers(0, 40, size=8)
        return X[rows], Y[rows]

    def get_state(self):
        return {"index": self.index}

    def set_state(self, state):
        self.index = state["index"]


# The arguments of `fit`, and how many batches remain after 15 of 30. One more is read
# for its shapes before.
OWN = {
    "passes": (Batches, {}, 1 + 15 + 1),
    "parts of passes": (Batches, {"steps_per_epoch": 3, "epochs": 10}, 1 + 15 + 1),
    "endless": (Endless, {"steps_per_epoch": 6}, 1 + 15 + 1),
}


@pytest.mark.parametrize("eagerly", [False, True])
@pytest.mark.parametrize("kind", OWN)
def test_data_with_a_state_are_not_read_again(kind, eagerly, tmp_path):
    make, options, expected = OWN[kind]
    data = []

    def run(hooks):
        model = make_model()
        model.run_eagerly = eagerly
        data.append(make())
        options_ = {"epochs": 5, "verbose": 0, **options}
        return model, model.fit(data[-1], callbacks=hooks, **options_).history

    assert_resumes(tmp_path, run=run, save_freq=5, steps=15)
    # Killed in the 15th step, before its backup: the one after 10 is taken up.
    assert data[-1].read == expected + 5 - 1


def test_validation_data_go_on(tmp_path):
    def batches():
        while True:
            for i in range(4, 17):
                yield X[i : i + 8], Y[i : i + 8]

    for i, make in enumerate((batches, Endless)):

        def run(hooks, make=make):
            model = make_model()
            options = {"validation_data": make(), "validation_steps": 3}
            return model, fit(model, *hooks, **options)

        (tmp_path / str(i)).mkdir()
        assert_resumes(tmp_path / str(i), run=run, save_freq=2, steps=10)


def generator(count):
    for _ in range(count):
        yield X[:8], Y[:8]


def killed_in_the_middle(folder, model, data, **options):
    with pytest.raises(Killed):
        hooks = [BackupAndRestore(folder, 2), KillAfter(5)]
        model.fit(*data, epochs=3, verbose=0, callbacks=hooks, **options)


def test_other_data_in_the_middle_of_a_pass(tmp_path):
    killed_in_the_middle(tmp_path, make_model(), (X, Y), batch_size=4)
    wrong = {
        "batch_size 5": {"x": X, "y": Y, "batch_size": 5},
        "samples 30": {"x": X[:30], "y": Y[:30], "batch_size": 4},
    }
    for message, arguments in wrong.items():
        with pytest.raises(ValueError, match=f"other data: .*{message}") as error:
            hooks = [BackupAndRestore(tmp_path, 2)]
            make_model().fit(**arguments, epochs=3, verbose=0, callbacks=hooks)
        assert str(tmp_path) in error.value.__notes__[0]


def test_generator_that_ends_too_early(tmp_path):
    killed_in_the_middle(tmp_path, make_model(), [generator(9)])
    with pytest.raises(ValueError, match="ended after 3 batches, but .* had read 4"):
        hooks = [BackupAndRestore(tmp_path, 2)]
        make_model().fit(generator(3), epochs=3, verbose=0, callbacks=hooks)


def test_more_epochs_and_another_batch_size_after_an_epoch(tmp_path):
    with pytest.raises(Killed):
        fit(make_model(), BackupAndRestore(tmp_path), Kill(2))
    history = fit(make_model(), BackupAndRestore(tmp_path), epochs=7, batch_size=8)
    assert len(history["loss"]) == 7


def test_randomness_of_no_object_of_the_model(tmp_path):
    """A generator of the user's own goes on inside the program; nobody can save it."""
    generators = [rv.random.SeedGenerator(3)]

    class Noisy(layers.Layer):
        def call(self, x, training=None):
            return x + rv.random.normal(rv.ops.shape(x), seed=generators[0])

    def run(layer, folder):
        model = rv.Sequential([rv.Input((4,)), layer, layers.Dense(1)])
        model.compile("sgd", "mse")
        return fit(model, BackupAndRestore(folder))

    with pytest.warns(
        UserWarning, match="no part of the model, .*seed_generator_state"
    ):
        run(Noisy(), tmp_path / "a")
    kept = Noisy()
    kept.generator = generators[0]
    run(kept, tmp_path / "b")
