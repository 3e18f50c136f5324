"""Schedules that Keras does not have: one cycle, warm-up, and the momentum."""

import jax
import numpy as np
import pytest

import ranvier
from ranvier import optimizers
from ranvier.core._scope import StateScope
from ranvier.optimizers.schedules import (
    CosineDecay,
    LearningRateSchedule,
    OneCycle,
    WarmUp,
    deserialize,
    serialize,
)


def rates(schedule, steps):
    return [float(schedule(step)) for step in steps]


# One cycle.


def test_three_phases():
    schedule = OneCycle(1.0, total_steps=101, div_factor=10.0, final_div_factor=100.0)
    np.testing.assert_allclose(
        rates(schedule, [0, 9, 45, 54, 90, 95, 100, 200]),
        # up by 0.9 in 45 steps, down as far, then from 0.1 to 0.001 in ten
        [0.1, 0.28, 1.0, 0.82, 0.1, 0.0505, 0.001, 0.001],
        rtol=1e-5,
    )
    np.testing.assert_allclose(
        rates(schedule.momentum, [0, 9, 45, 54, 90, 95, 100, 200]),
        [0.95, 0.93, 0.85, 0.87, 0.95, 0.95, 0.95, 0.95],
        rtol=1e-5,
    )


def test_phases_of_unequal_length_and_smooth_turns():
    schedule = OneCycle(
        1.0, total_steps=11, div_factor=2.0, pct_start=0.2, pct_down=0.8,
        anneal_strategy="cos",
    )  # fmt: skip
    # Two steps up, eight down, nothing left: it ends where it began.
    np.testing.assert_allclose(
        rates(schedule, [0, 1, 2, 4, 6, 10, 20]),
        [0.5, 0.75, 1.0, 1 - 0.25 * (1 - np.cos(np.pi / 4)), 0.75, 0.5, 0.5],
        rtol=1e-5,
    )


def test_the_last_rate_is_exact():
    schedule = OneCycle(1.0, total_steps=1000, div_factor=25.0, final_div_factor=1e4)
    np.testing.assert_allclose(schedule(999), 4e-6, rtol=1e-6)


@pytest.mark.parametrize(
    "optimizer, attribute",
    [
        (lambda rate: optimizers.SGD(rate), "momentum"),
        (lambda rate: optimizers.SGD(rate, momentum=0.5, nesterov=True), "momentum"),
        (lambda rate: optimizers.RMSprop(rate), "momentum"),
        (lambda rate: optimizers.Adam(rate), "beta_1"),
        (lambda rate: optimizers.Nadam(rate), "beta_1"),
        (lambda rate: optimizers.Muon(rate), "momentum"),
    ],
)
@pytest.mark.parametrize("in_program", [False, True])
def test_the_momentum_reaches_the_optimizer(optimizer, attribute, in_program):
    schedule = OneCycle(0.5, total_steps=5)
    scheduled, constant = optimizer(schedule), optimizer(0.1)
    start = np.asarray([[1.0, 2.0]], "float32")
    mine, expected = ranvier.Variable(start), ranvier.Variable(start)
    scheduled.build([mine])
    if attribute == "momentum":
        constant.momentum = 0.5  # before it is built, so that it keeps a velocity
    constant.build([expected])
    update = scheduled.stateless_apply
    update = jax.jit(update) if in_program else update
    for step in range(5):
        gradient = np.asarray([[1.0 + step, -2.0]], "float32")
        state = [v.value for v in scheduled.variables]
        (value,), state = update(state, [gradient], [mine.value])
        for variable, new in zip([mine, *scheduled.variables], [value, *state]):
            variable.assign(new)
        setattr(constant, attribute, float(schedule.momentum(step)))
        constant.learning_rate = float(schedule(step))
        constant.apply([gradient], [expected])
        np.testing.assert_allclose(mine, expected, rtol=1e-5, atol=1e-6)


def test_outside_a_scope_everything_is_assigned():
    optimizer, v = optimizers.SGD(OneCycle(0.5, total_steps=5)), ranvier.Variable(1.0)
    optimizer.apply([np.float32(1.0)], [v])
    assert float(v) == pytest.approx(1 - 0.5 / 25)
    assert float(optimizer.variables[-1]) == pytest.approx(-0.5 / 25)
    assert optimizer.momentum == 0.0  # its own number stays


def test_the_momentum_can_be_left_alone():
    schedule = OneCycle(0.5, total_steps=5, cycle_momentum=False)
    assert schedule.momentum(0) is None
    optimizer, v = optimizers.SGD(schedule), ranvier.Variable(1.0)
    optimizer.apply([np.float32(1.0)], [v])
    assert [w.name for w in optimizer.variables] == ["iteration"]


def test_momentum_with_accumulated_gradients():
    schedule = OneCycle(0.5, total_steps=8)
    optimizer = optimizers.SGD(schedule, gradient_accumulation_steps=2)
    v = ranvier.Variable(1.0)
    optimizer.build([v])
    state = [v, *optimizer.variables]

    @jax.jit
    def four_steps(values):
        with StateScope(zip(state, values, strict=True)) as scope:
            for _ in range(4):
                optimizer.apply([np.float32(1.0)])
            return scope.get(v)

    first, second = float(schedule(1)), float(schedule(3))
    momentum = float(schedule.momentum(3))
    expected = 1 - first - (momentum * first + second)
    assert float(four_steps([w.value for w in state])) == pytest.approx(expected)


def test_a_users_schedule_may_bring_a_momentum():
    class Mine(LearningRateSchedule):
        def __call__(self, step):
            return 0.5

        def momentum(self, step):
            return 0.25

    optimizer, v = optimizers.SGD(Mine()), ranvier.Variable(1.0)
    for _ in range(2):
        optimizer.apply([np.float32(1.0)], [v])
    assert float(v) == 1 - 0.5 - (0.125 + 0.5)


# Warm-up.


def test_warm_up_to_a_rate():
    schedule = WarmUp(0.8, steps=4, initial_learning_rate=0.2)
    np.testing.assert_allclose(
        rates(schedule, [0, 1, 4, 5]), [0.2, 0.35, 0.8, 0.8], rtol=1e-6
    )
    assert schedule.momentum(0) is None


def test_warm_up_before_a_schedule():
    inner = CosineDecay(0.8, decay_steps=10)
    schedule = WarmUp(inner, steps=4)
    np.testing.assert_allclose(rates(schedule, [0, 2, 4]), [0.0, 0.4, 0.8], rtol=1e-6)
    np.testing.assert_allclose(
        rates(schedule, range(4, 20)), rates(inner, range(16)), rtol=1e-6
    )


def test_warm_up_passes_the_momentum_on():
    inner = OneCycle(1.0, total_steps=101)
    schedule = WarmUp(inner, steps=10)
    assert float(schedule.momentum(0)) == pytest.approx(0.95)
    assert float(schedule.momentum(55)) == pytest.approx(0.85)


# Both.


@pytest.mark.parametrize(
    "schedule",
    [
        OneCycle(0.5, total_steps=10),
        OneCycle(0.5, 10, 2.0, 3.0, 0.3, 0.6, False, 0.1, 0.2, "cos", "mine"),
        WarmUp(0.5, steps=3),
        WarmUp(CosineDecay(0.5, 10), steps=3, initial_learning_rate=0.1),
        WarmUp(OneCycle(0.5, 10), steps=3),
    ],
    ids=["cycle", "cycle-all", "warm-up", "warm-up-cosine", "warm-up-cycle"],
)
def test_configs_and_kinds_of_steps(schedule):
    config = serialize(schedule)
    again = deserialize(config)
    assert type(again) is type(schedule)
    assert serialize(again) == config
    optimizer = optimizers.Adam(schedule)
    assert serialize(
        optimizers.deserialize(optimizers.serialize(optimizer))._learning_rate
    ) == (config)
    steps = np.arange(12)
    expected = rates(again, steps)
    np.testing.assert_allclose(schedule(steps), expected, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(jax.jit(schedule)(steps), expected, rtol=1e-5, atol=1e-6)
    variable = ranvier.Variable(5, dtype="int32")
    assert float(schedule(variable)) == pytest.approx(expected[5])


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: OneCycle("fast", 10), "`max_learning_rate`"),
        (lambda: OneCycle(-0.1, 10), "`max_learning_rate`"),
        (lambda: OneCycle(0.1, 0), "`total_steps`"),
        (lambda: OneCycle(0.1, 10.5), "`total_steps`"),
        (lambda: OneCycle(0.1, 10, div_factor=0.0), "`div_factor`"),
        (lambda: OneCycle(0.1, 10, final_div_factor=-1.0), "`final_div_factor`"),
        (lambda: OneCycle(0.1, 10, pct_start=0.0), "`pct_start`"),
        (lambda: OneCycle(0.1, 10, pct_start=0.6), "`pct_start` and `pct_down`"),
        (lambda: OneCycle(0.1, 10, pct_down=0.0), "`pct_down`"),
        (lambda: OneCycle(0.1, 10, base_momentum=1.5), "`base_momentum`"),
        (lambda: OneCycle(0.1, 10, max_momentum=0.5), "`base_momentum` must not"),
        (lambda: OneCycle(0.1, 10, anneal_strategy="cosine"), "`anneal_strategy`"),
        (lambda: WarmUp("fast", 10), "`learning_rate`"),
        (lambda: WarmUp(-0.1, 10), "`learning_rate`"),
        (lambda: WarmUp(0.1, 0), "`steps`"),
        (lambda: WarmUp(0.1, 10, -0.1), "`initial_learning_rate`"),
        (lambda: WarmUp(0.1, 10, "low"), "`initial_learning_rate`"),
    ],
)
def test_bad_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()
