"""Every optimizer, alone and with the engine's options, against Keras 3."""

import jax
import keras
import numpy as np
import pytest

from ranvier import optimizers
from ranvier.core._scope import StateScope
from tests.optimizers.cases import (
    COMBINED,
    ONE_OF_EACH,
    OPTIONS,
    RULES,
    STEPS,
    assert_same,
    gradients,
    option_id,
    pair,
    rule_id,
    weights,
)

# Keras calls NumPy without an argument that NumPy 2 passes on.
KERAS_COPIES = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"
)


def train_both(ours, reference, prepare=None, steps=STEPS, dtype="float32"):
    """Makes the same updates with both; returns the weights of both."""
    mine, theirs = weights(optimizers, dtype), weights(keras, dtype)
    if prepare is not None:
        prepare(ours, mine)
        prepare(reference, theirs)
    apply = reference.apply
    if reference.gradient_accumulation_steps:
        # Outside programs Keras compiles its conditions anew at each step.
        apply = compiled_apply(reference)
    for step in range(steps):
        ours.apply(gradients(step), mine)
        apply([jax.numpy.asarray(g) for g in gradients(step)], theirs)
    return mine, theirs


def compiled_apply(optimizer):
    update = jax.jit(optimizer.stateless_apply)

    def apply(grads, weights):
        with keras.name_scope(optimizer.name, caller=optimizer):
            optimizer.build(weights)
        state = [v.value for v in optimizer.variables]
        results = update(state, grads, [v.value for v in weights])
        for variables, values in zip((weights, optimizer.variables), results):
            for variable, value in zip(variables, values, strict=True):
                variable.assign(value)

    return apply


@pytest.mark.parametrize("rule", RULES, ids=rule_id)
def test_updates(rule):
    ours, reference = pair(rule)
    mine, theirs = train_both(ours, reference)
    assert_same(mine, theirs)
    assert_same(ours.variables, reference.variables)
    assert int(ours.iterations) == STEPS


@pytest.mark.parametrize(
    "rule, options",
    [
        *((("Adam", {}), options) for options in OPTIONS),
        *((rule, options) for rule in ONE_OF_EACH for options in COMBINED),
    ],
    ids=lambda value: rule_id(value) if isinstance(value, tuple) else option_id(value),
)
def test_options(rule, options):
    ours, reference = pair(rule, **options)
    mine, theirs = train_both(ours, reference)
    assert_same(mine, theirs)
    assert_same(ours.variables, reference.variables)
    assert int(ours.iterations) == int(reference.iterations)
    ours.finalize_variable_values(mine)
    reference.finalize_variable_values(theirs)
    assert_same(mine, theirs)


@pytest.mark.parametrize("rule", ONE_OF_EACH, ids=rule_id)
def test_bfloat16_weights(rule):
    ours, reference = pair(rule)
    mine, theirs = train_both(ours, reference, steps=3, dtype="bfloat16")
    # bfloat16 has 8 bits of mantissa: one unit in the last place is 0.4 %.
    assert_same(mine, theirs, tolerance=2e-2)
    assert_same(ours.variables, reference.variables, tolerance=2e-2)


@pytest.mark.parametrize("rule", ONE_OF_EACH, ids=rule_id)
def test_in_a_program(rule):
    eager, _ = pair(rule)
    expected = weights(optimizers)
    optimizer, _ = pair(rule)
    mine = weights(optimizers)
    optimizer.build(mine)
    variables = [*mine, *optimizer.variables]

    @jax.jit
    def update(state, grads):
        with StateScope(zip(variables, state, strict=True)) as scope:
            optimizer.apply(grads, mine)
            return [scope.get(v) for v in variables]

    for step in range(3):
        eager.apply(gradients(step), expected)
        state = update([v.value for v in variables], gradients(step))
        for variable, value in zip(variables, state, strict=True):
            variable.assign(value)
    # XLA fuses and reorders within a program.
    assert_same(mine, expected, tolerance=1e-4)
    assert_same(optimizer.variables, eager.variables, tolerance=1e-4)


@pytest.mark.parametrize("options", OPTIONS, ids=option_id)
def test_options_in_a_program(options):
    optimizer, reference = pair(("Adam", {}), **options)
    mine, theirs = weights(optimizers), weights(keras)
    optimizer.build(mine)
    reference.build(theirs)
    update = jax.jit(optimizer.stateless_apply)
    values = [v.value for v in mine]
    state = [v.value for v in optimizer.variables]
    for step in range(4):
        values, state = update(state, gradients(step), values)
        reference.apply([jax.numpy.asarray(g) for g in gradients(step)], theirs)
    assert int(optimizer.variables[0]) == 0  # nothing was assigned
    for variable, value in zip(
        [*mine, *optimizer.variables], [*values, *state], strict=True
    ):
        variable.assign(value)
    assert_same(mine, theirs)
    assert_same(optimizer.variables, reference.variables)


@pytest.mark.parametrize(
    "exclude",
    [
        lambda optimizer, weights: optimizer.exclude_from_weight_decay([weights[0]]),
        lambda optimizer, weights: optimizer.exclude_from_weight_decay(
            var_names=["bias", "table"]
        ),
    ],
    ids=["var_list", "var_names"],
)
@pytest.mark.parametrize("name", ["AdamW", "Muon", "SGD"])
def test_exclude_from_weight_decay(name, exclude):
    ours, reference = pair((name, {"weight_decay": 0.3}))
    mine, theirs = train_both(ours, reference, exclude)
    assert_same(mine, theirs)


def test_constraints():
    def constrain(optimizer, weights):
        weights[0].constraint = lambda w: w * 0.5
        weights[1].constraint = keras.ops.relu

    ours, reference = pair(("Adam", {"learning_rate": 0.1}))
    mine, theirs = train_both(ours, reference, constrain)
    assert_same(mine, theirs)
    assert mine[1].numpy().min() == 0


def test_overwrite_with_gradient():
    def overwrite(optimizer, weights):
        weights[1].overwrite_with_gradient = True

    ours, reference = pair(("Adam", {}), use_ema=True)
    mine, theirs = train_both(ours, reference, overwrite)
    assert_same(mine, theirs)
    assert_same(ours.variables, reference.variables)
    np.testing.assert_array_equal(mine[1].numpy(), gradients(STEPS - 1)[1])


def test_overwrite_with_the_largest_gradient_accumulated():
    def overwrite(optimizer, weights):
        weights[1].overwrite_with_gradient = True

    ours, reference = pair(("SGD", {}), gradient_accumulation_steps=2)
    mine, theirs = train_both(ours, reference, overwrite)
    assert_same(mine, theirs)
    assert_same(ours.variables, reference.variables)


def test_variables_without_gradient():
    ours, reference = pair(("Adam", {}))
    mine, theirs = weights(optimizers), weights(keras)
    for optimizer, variables in ((ours, mine), (reference, theirs)):
        optimizer.build(variables)
        grads = [jax.numpy.asarray(g) for g in gradients(0)]
        grads[1] = None
        with pytest.warns(UserWarning, match="dense/bias"):
            optimizer.apply(grads, variables)
    assert_same(mine, theirs)
    assert_same(ours.variables, reference.variables)


SCHEDULES = [
    ("ExponentialDecay", (0.1, 2, 0.5)),
    ("PiecewiseConstantDecay", ([1, 3], [0.1, 0.2, 0.3])),
    ("CosineDecay", (0.0, 4, 0.1, "decay", 0.3, 2)),
]


@pytest.mark.parametrize("options", [{}, {"gradient_accumulation_steps": 2}])
@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda schedule: schedule[0])
def test_schedules(schedule, options):
    name, args = schedule
    ours = optimizers.Adam(
        getattr(optimizers.schedules, name)(*args), name="optimizer", **options
    )
    reference = keras.optimizers.Adam(
        getattr(keras.optimizers.schedules, name)(*args), name="optimizer", **options
    )
    mine, theirs = train_both(ours, reference)
    assert_same(mine, theirs)
    assert_same(ours.variables, reference.variables)
    np.testing.assert_allclose(ours.learning_rate, reference.learning_rate, rtol=1e-6)
    assert ours.get_config() == reference.get_config()


@KERAS_COPIES
@pytest.mark.parametrize("rule", RULES, ids=rule_id)
def test_config(rule):
    ours, reference = pair(rule)
    assert ours.get_config() == reference.get_config()
    config = optimizers.serialize(ours)
    assert config == keras.optimizers.serialize(reference)
    again = optimizers.deserialize(config)
    assert type(again) is type(ours)
    assert again.get_config() == ours.get_config()
    assert optimizers.get(config).get_config() == ours.get_config()


@KERAS_COPIES
@pytest.mark.parametrize("options", OPTIONS, ids=option_id)
def test_config_of_options(options):
    ours, reference = pair(("RMSprop", {}), **options)
    assert ours.get_config() == reference.get_config()
    again = optimizers.RMSprop.from_config(ours.get_config())
    assert again.get_config() == ours.get_config()
