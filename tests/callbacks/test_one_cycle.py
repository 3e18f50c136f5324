"""OneCycle: the schedule of that name, for one run of `fit`."""

import numpy as np
import pytest

import ranvier as rv
from ranvier.callbacks import Callback, OneCycle
from ranvier.optimizers import SGD, Adam, LossScaleOptimizer, RMSprop, schedules

X = np.random.default_rng(0).normal(size=(24, 3)).astype("float32")
Y = X[:, :1]
STEPS = 3  # batches of 8


def make_model(optimizer):
    rv.utils.set_random_seed(1)
    model = rv.Sequential([rv.Input((3,)), rv.layers.Dense(1)])
    model.compile(optimizer, "mse")
    return model


def fit(model, *hooks, epochs=4, **options):
    options = {"batch_size": 8, "shuffle": False, "verbose": 0, **options}
    return model.fit(X, Y, epochs=epochs, callbacks=list(hooks), **options)


def assert_same_weights(model, other):
    # Two programs with the same arithmetic, compiled apart.
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)


OPTIMIZERS = {
    "momentum": (lambda rate: SGD(rate, momentum=0.9), True),
    "plain": (SGD, False),
    "adam": (Adam, True),
    "rmsprop": (RMSprop, False),
    "rmsprop_with_momentum": (lambda rate: RMSprop(rate, momentum=0.5), True),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_like_the_schedule_in_the_optimizer(name):
    make, cycles = OPTIMIZERS[name]
    options = {"pct_start": 0.3, "anneal_strategy": "cos", "div_factor": 5.0}
    expected = make_model(
        make(schedules.OneCycle(0.2, 4 * STEPS, cycle_momentum=cycles, **options))
    )
    fit(expected)
    model = make_model(make(0.01))
    fit(model, OneCycle(0.2, **options))
    assert_same_weights(model, expected)


def test_rates_in_the_logs():
    model = make_model(SGD(0.01))
    history = fit(model, OneCycle(0.3))
    schedule = schedules.OneCycle(0.3, 4 * STEPS)
    np.testing.assert_allclose(
        history.history["learning_rate"],
        [float(schedule(STEPS * (epoch + 1))) for epoch in range(4)],
        rtol=1e-6,
    )


def test_own_rate_is_back_afterwards():
    model = make_model(SGD(0.01, momentum=0.9))
    fit(model, OneCycle(0.3), epochs=2)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.01)
    assert model.optimizer.momentum == 0.9
    # The next run takes the optimizer's rate: no program of the cycle is left over.
    other = make_model(SGD(0.01, momentum=0.9))
    other.set_weights(model.get_weights())
    other.optimizer.build(other.trainable_variables)
    other.optimizer.set_weights(model.optimizer.get_weights())
    fit(model, epochs=1)
    fit(other, epochs=1)
    assert_same_weights(model, other)


def test_second_cycle_starts_anew_with_its_own_maximum():
    model, other = make_model(SGD(0.01)), make_model(SGD(0.01))
    fit(model, OneCycle(0.3))
    fit(other, OneCycle(0.3))
    fit(model, OneCycle(0.1))
    for step in range(4 * STEPS):  # the same by hand
        other.optimizer.learning_rate = schedules.OneCycle(0.1, 4 * STEPS)(step).item()
        rows = slice(8 * (step % STEPS), 8 * (step % STEPS) + 8)
        other.train_on_batch(X[rows], Y[rows])
    assert_same_weights(model, other)


class Pause(Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = epoch == 1


def test_run_in_two_parts_is_one_cycle():
    whole, parts = make_model(SGD(0.01)), make_model(SGD(0.01))
    fit(whole, OneCycle(0.3))
    fit(parts, OneCycle(0.3), Pause())
    fit(parts, OneCycle(0.3), initial_epoch=2)
    assert_same_weights(whole, parts)


class Listener(Callback):
    def on_train_batch_end(self, batch, logs=None):
        """Makes the engine run single steps."""


def test_single_steps_follow_too():
    whole, single = make_model(SGD(0.01)), make_model(SGD(0.01))
    fit(whole, OneCycle(0.3))
    fit(single, OneCycle(0.3), Listener())
    assert_same_weights(whole, single)


class Broken(Callback):
    def on_epoch_end(self, epoch, logs=None):
        raise KeyboardInterrupt


def test_own_rate_is_back_after_an_interrupt():
    model = make_model(SGD(0.01))
    with pytest.raises(KeyboardInterrupt):
        fit(model, OneCycle(0.3), Broken())
    assert float(model.optimizer.learning_rate) == pytest.approx(0.01)
    model.optimizer.learning_rate = 0.5  # settable, as ever


def test_model_saved_on_the_way_has_its_own_rate(tmp_path):
    path = tmp_path / "model.keras"
    model = make_model(Adam(0.01))
    fit(model, OneCycle(0.3), rv.callbacks.ModelCheckpoint(path))
    loaded = rv.saving.load_model(path)
    assert float(loaded.optimizer.learning_rate) == pytest.approx(0.01)
    for a, b in zip(model.optimizer.variables, loaded.optimizer.variables, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


def test_schedule_of_the_optimizer_gives_way():
    schedule = schedules.ExponentialDecay(0.1, 10, 0.5)
    expected, model = make_model(SGD(0.01)), make_model(SGD(schedule))
    fit(expected, OneCycle(0.3))
    fit(model, OneCycle(0.3))
    assert_same_weights(model, expected)
    assert model.optimizer.rate_source is schedule


def test_loss_scale_is_looked_through():
    expected, model = make_model(SGD(0.01)), make_model(LossScaleOptimizer(SGD(0.01)))
    fit(expected, OneCycle(0.3))
    fit(model, OneCycle(0.3))
    assert_same_weights(model, expected)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.01)


class Unsized:
    def __iter__(self):
        return iter([(X, Y)] * 2)


def test_number_of_steps_may_be_told():
    for options, hook in (
        ({"steps_per_epoch": 2}, OneCycle(0.3)),
        ({}, OneCycle(0.3, total_steps=4)),
    ):
        schedule = schedules.OneCycle(0.3, 4, cycle_momentum=False)
        expected = make_model(SGD(schedule))
        model = make_model(SGD(0.01))
        for one, hooks in ((expected, []), (model, [hook])):
            one.fit(Unsized(), epochs=2, callbacks=hooks, verbose=0, **options)
        assert_same_weights(model, expected)


def test_number_of_steps_that_nobody_knows():
    with pytest.raises(ValueError, match="steps_per_epoch"):
        make_model(SGD(0.01)).fit(iter([(X, Y)]), callbacks=[OneCycle(0.1)], verbose=0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"max_learning_rate": "fast"}, "max_learning_rate"),
        ({"max_learning_rate": 0.1, "pct_start": 0.6, "pct_down": 0.6}, "pct_start"),
        ({"max_learning_rate": 0.1, "anneal_strategy": "step"}, "anneal_strategy"),
        ({"max_learning_rate": 0.1, "total_steps": 1}, "total_steps"),
    ],
)
def test_bad_arguments_are_told_at_construction(arguments, message):
    with pytest.raises(ValueError, match=message):
        OneCycle(**arguments)


def test_optimizers_without_a_rate_of_their_own():
    choice = rv.optimizers.OptimizerMap(SGD(0.1), {".*bias": SGD(0.2)})
    model = make_model(rv.optimizers.MultiOptimizer(choice))
    with pytest.raises(ValueError, match="one learning rate of its own"):
        fit(model, OneCycle(0.1))
