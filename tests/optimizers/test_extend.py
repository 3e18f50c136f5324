"""Optimizers that meet further weights after some steps."""

import keras
import numpy as np
import optax
import pytest

import ranvier
from ranvier import optimizers
from ranvier.optimizers import Optimizer
from tests.optimizers.cases import ONE_OF_EACH, gradients, rule_id, weights

OPTIONS = [
    {},
    {"use_ema": True, "ema_momentum": 0.5, "gradient_accumulation_steps": 2},
]


def make(rule, **options):
    name, arguments = rule
    return getattr(optimizers, name)(**arguments, **options)


def steps(optimizer, variables, count, first=0):
    """Applies the gradients of some steps, those of each variable its own."""
    for step in range(first, first + count):
        known = dict(zip(variables["all"], gradients(step)))
        optimizer.apply([known[v] for v in variables["now"]], variables["now"])


def assert_extends(old, alone, exact=True):
    """Compares an optimizer that is extended on the way with one that is not."""
    ours, reference = weights(ranvier), weights(ranvier)
    half = len(ours) // 2
    steps(old, {"all": ours, "now": ours[half:]}, 3)
    steps(alone, {"all": reference, "now": reference[half:]}, 3)
    kept = {id(v): v.numpy() for v in old.variables}
    old.extend(ours)
    new = {id(v) for v in old.variables}
    assert kept.keys() <= new
    for variable in old.variables:
        if id(variable) in kept:
            np.testing.assert_array_equal(variable.numpy(), kept[id(variable)])
    untouched = [v.numpy() for v in ours[:half]]
    steps(old, {"all": ours, "now": ours}, 3, first=3)
    steps(alone, {"all": reference, "now": reference[half:]}, 3, first=3)
    for a, b in zip(ours[half:], reference[half:], strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())
    for before, variable in zip(untouched, ours[:half], strict=True):
        assert np.abs(variable.numpy() - before).max() > 0
    return ours


def kinds(optimizer):
    """Returns what the place of a variable in a file goes by."""
    return [(v.shape, v.dtype) for v in optimizer.variables]


@pytest.mark.parametrize("options", OPTIONS, ids=["plain", "engine"])
@pytest.mark.parametrize("rule", ONE_OF_EACH, ids=rule_id)
def test_old_weights_go_on_as_if_alone(rule, options):
    optimizer = make(rule, **options)
    variables = assert_extends(optimizer, make(rule, **options))
    fresh = make(rule, **options)
    fresh.build(variables)
    assert kinds(optimizer) == kinds(fresh)
    assert [v.name for v in optimizer.variables] == [v.name for v in fresh.variables]


def test_loss_scale():
    assert_extends(
        optimizers.LossScaleOptimizer(optimizers.Adam(), initial_scale=4.0),
        optimizers.LossScaleOptimizer(optimizers.Adam(), initial_scale=4.0),
    )


def several():
    choice = optimizers.OptimizerMap(optimizers.Adam(), {".*bias": optimizers.SGD(0.1)})
    return optimizers.MultiOptimizer(choice)


def test_several_optimizers():
    assert_extends(several(), several())


@pytest.mark.parametrize(
    "transformation",
    [
        optax.adam(0.1),
        optax.chain(optax.clip(0.5), optax.sgd(0.1, momentum=0.9)),
        optax.adafactor(0.1, min_dim_size_to_factor=2),
    ],
    ids=["adam", "chain", "adafactor"],
)
def test_optax(transformation):
    assert_extends(optimizers.get(transformation), optimizers.get(transformation))


class InKerasForm(Optimizer):
    """A user's own, with lists and single variables in attributes."""

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self.velocities = self.add_optimizer_variables(variables, "velocity")
        self.updates = self.add_variable((), name="updates")

    def update_step(self, gradient, variable, learning_rate):
        velocity = self.velocities[self._get_variable_index(variable)]
        self.assign(velocity, velocity * 0.5 + gradient)
        self.assign_sub(variable, velocity * learning_rate)
        self.assign_add(self.updates, 1.0)


def test_optimizer_of_a_user():
    optimizer = InKerasForm()
    assert_extends(optimizer, InKerasForm())
    assert float(optimizer.updates) > 0


def test_nothing_new_changes_nothing():
    optimizer, variables = optimizers.Adam(), weights(ranvier)
    optimizer.extend(variables)  # builds
    before = optimizer.variables
    optimizer.extend(variables[1:])
    assert [a is b for a, b in zip(optimizer.variables, before, strict=True)]


def test_weights_left_out_come_last():
    optimizer, (a, b, *_) = optimizers.SGD(momentum=0.9), weights(ranvier)
    optimizer.build([a])
    optimizer.extend([b])
    assert optimizer.variables[2].shape == b.shape
    assert optimizer.variables[3].shape == a.shape


def test_schedule_set_after_building_stays():
    optimizer, (a, b, *_) = optimizers.Adam(0.5), weights(ranvier)
    optimizer.build([a])
    optimizer.learning_rate = optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    count = len(optimizer.variables)
    optimizer.extend([a, b])
    assert len(optimizer.variables) == count + 2
    assert float(optimizer.learning_rate) == pytest.approx(0.1)


def frozen_model(k):
    model = k.Sequential(
        [k.Input((3,)), k.layers.Dense(4, "tanh"), k.layers.Dense(1)],
    )
    model.layers[0].trainable = False
    model.compile(k.optimizers.Adam(0.1), "mse")
    return model


X = np.random.default_rng(0).normal(size=(16, 3)).astype("float32")


def test_unfrozen_layer_trains_at_the_next_fit():
    model = frozen_model(ranvier)
    model.fit(X, X[:, 0], epochs=2, verbose=0)
    slots = {v.path: v.numpy() for v in model.optimizer.variables}
    kernel = model.layers[0].kernel.numpy()
    model.layers[0].trainable = True
    model.fit(X, X[:, 0], epochs=0, verbose=0)
    for variable in model.optimizer.variables:
        if variable.path in slots:
            np.testing.assert_array_equal(variable.numpy(), slots[variable.path])
    model.fit(X, X[:, 0], epochs=1, verbose=0)
    assert np.abs(model.layers[0].kernel.numpy() - kernel).max() > 0
    assert int(model.optimizer.iterations) == 3


def test_model_unfrozen_on_the_way_is_saved_whole(tmp_path):
    model = frozen_model(ranvier)
    model.fit(X, X[:, 0], verbose=0)
    model.layers[0].trainable = True
    model.fit(X, X[:, 0], verbose=0)
    path = tmp_path / "model.keras"
    model.save(path)
    theirs = keras.saving.load_model(path)
    for ours, other in zip(model.optimizer.variables, theirs.optimizer.variables):
        np.testing.assert_array_equal(ours.numpy(), np.asarray(other.value))
    loaded = ranvier.saving.load_model(path)
    for one in (model, loaded):
        one.fit(X, X[:, 0], shuffle=False, verbose=0)
    for a, b in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
