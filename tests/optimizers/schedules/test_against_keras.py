"""Keras's schedules: the same rates at every step, the same configs."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

import ranvier
from ranvier.optimizers import schedules

CASES = [
    ("ExponentialDecay", {"decay_steps": 3, "decay_rate": 0.5}),
    ("ExponentialDecay", {"decay_steps": 3, "decay_rate": 0.5, "staircase": True}),
    ("InverseTimeDecay", {"decay_steps": 3, "decay_rate": 0.5}),
    ("InverseTimeDecay", {"decay_steps": 3, "decay_rate": 0.5, "staircase": True}),
    ("PolynomialDecay", {"decay_steps": 5}),
    ("PolynomialDecay", {"decay_steps": 5, "power": 2.0, "end_learning_rate": 0.2}),
    ("PolynomialDecay", {"decay_steps": 5, "power": 0.5, "cycle": True}),
    ("CosineDecay", {"decay_steps": 5}),
    ("CosineDecay", {"decay_steps": 5, "alpha": 0.3}),
    ("CosineDecay", {"decay_steps": 5, "warmup_target": 2.0, "warmup_steps": 3}),
    ("CosineDecay", {"decay_steps": 5, "warmup_target": 2.0, "alpha": 0.1}),
    ("CosineDecayRestarts", {"first_decay_steps": 3}),
    ("CosineDecayRestarts", {"first_decay_steps": 3, "t_mul": 1.0, "m_mul": 0.5}),
    ("CosineDecayRestarts", {"first_decay_steps": 3, "t_mul": 1.5, "alpha": 0.2}),
]
CASES = [(name, {"initial_learning_rate": 0.7, **kwargs}) for name, kwargs in CASES]
CASES += [
    ("PiecewiseConstantDecay", {"boundaries": [2, 5], "values": [0.3, 0.2, 0.1]}),
    ("PiecewiseConstantDecay", {"boundaries": [2.5], "values": [1.0, 0.5]}),
    ("PiecewiseConstantDecay", {"boundaries": [2, 2], "values": [1.0, 0.5, 0.2]}),
]
STEPS = range(13)

by_case = pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case[0]}-{case[1]}"
)


def pair(case):
    name, kwargs = case
    return (
        getattr(schedules, name)(**kwargs),
        getattr(keras.optimizers.schedules, name)(**kwargs),
    )


@by_case
def test_rates(case):
    ours, reference = pair(case)
    got = [ours(step) for step in STEPS]
    assert {(rate.dtype.name, rate.shape) for rate in got} == {("float32", ())}
    reference = jax.jit(reference)
    expected = [np.asarray(reference(step)) for step in STEPS]
    # Angles and powers of float32 steps: some units of rounding of the highest rate.
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-6)


@by_case
def test_kinds_of_steps(case):
    ours, _ = pair(case)
    expected = [float(ours(step)) for step in STEPS]
    steps = np.arange(len(STEPS))
    variable = ranvier.Variable(7, dtype="int32")
    np.testing.assert_allclose(ours(steps), expected, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(
        jax.jit(ours)(jnp.asarray(steps)), expected, rtol=1e-5, atol=1e-6
    )
    np.testing.assert_allclose(ours(variable), expected[7], rtol=1e-6)
    np.testing.assert_allclose(ours(np.int64(7)), expected[7], rtol=1e-6)
    np.testing.assert_allclose(ours(7.0), expected[7], rtol=1e-6)


@by_case
def test_config(case):
    ours, reference = pair(case)
    assert ours.get_config() == reference.get_config()
    config = schedules.serialize(ours)
    assert config == keras.optimizers.schedules.serialize(reference)
    again = schedules.deserialize(config)
    assert type(again) is type(ours)
    assert again.get_config() == ours.get_config()


def test_dtype_follows_the_rate_and_floatx():
    rate = jnp.asarray(0.5, "bfloat16")
    assert schedules.ExponentialDecay(rate, 10, 0.5)(3).dtype == "bfloat16"
    assert schedules.ExponentialDecay(1, 10, 0.5)(3).dtype == "float32"
    ranvier.config.set_floatx("float16")
    try:
        assert schedules.ExponentialDecay(0.5, 10, 0.5)(3).dtype == "float16"
    finally:
        ranvier.config.set_floatx("float32")


def test_one_value_is_a_constant():
    schedule = schedules.PiecewiseConstantDecay([], [0.5])
    assert float(schedule(0)) == float(schedule(100)) == 0.5


@pytest.mark.parametrize(
    "name, args, message",
    [
        ("ExponentialDecay", (0.1, 0, 0.5), "`decay_steps`.*decay_steps=0"),
        ("ExponentialDecay", ("fast", 10, 0.5), "`initial_learning_rate`"),
        ("ExponentialDecay", (0.1, 10, -0.5), "`decay_rate`"),
        ("ExponentialDecay", (-0.1, 10, 0.5), "`initial_learning_rate`"),
        ("InverseTimeDecay", (-0.1, 10, 0.5), "`initial_learning_rate`"),
        ("InverseTimeDecay", (0.1, -1, 0.5), "`decay_steps`"),
        ("InverseTimeDecay", (0.1, 10, None), "`decay_rate`"),
        ("PolynomialDecay", (0.1, 0), "`decay_steps`"),
        ("PolynomialDecay", (0.1, 10, "low"), "`end_learning_rate`"),
        ("PolynomialDecay", (0.1, 10, -0.1), "`end_learning_rate`"),
        ("PolynomialDecay", (0.1, 10, 0.0, -1.0), "`power`"),
        ("PiecewiseConstantDecay", ([1], [0.1]), "`boundaries`.*1 less"),
        ("PiecewiseConstantDecay", ([2, 1], [0.1, 0.2, 0.3]), "`boundaries`.*decrease"),
        ("PiecewiseConstantDecay", (["a"], [0.1, 0.2]), "`boundaries`"),
        ("PiecewiseConstantDecay", ([1], [0.1, None]), "`values`"),
        ("PiecewiseConstantDecay", ([1], [0.1, -0.1]), "`values`"),
        ("CosineDecay", (-0.1, 10), "`initial_learning_rate`"),
        ("CosineDecay", (0.1, 10, 1.5), "`alpha`"),
        ("CosineDecay", (0.1, 10, 0.0, "x", None, 5), "`warmup_target`"),
        ("CosineDecay", (0.1, 10, 0.0, "x", -1.0, 5), "`warmup_target`"),
        ("CosineDecay", (0.1, 0), "`decay_steps`"),
        ("CosineDecay", (0.1, 10, 0.0, "x", "high"), "`warmup_target`"),
        ("CosineDecay", (0.1, 10, 0.0, "x", 1.0, -1), "`warmup_steps`"),
        ("CosineDecayRestarts", (0.1, 0), "`first_decay_steps`"),
        ("CosineDecayRestarts", (0.1, 10, 0.0), "`t_mul`"),
        ("CosineDecayRestarts", (0.1, 10, 2.0, 1.0, -0.5), "`alpha`"),
        ("CosineDecayRestarts", (0.1, 10, 2.0, -1.0), "`m_mul`"),
    ],
)
def test_bad_arguments(name, args, message):
    with pytest.raises(ValueError, match=message):
        getattr(schedules, name)(*args)


@pytest.mark.parametrize(
    ("boundaries", "values", "name"),
    [(3, [0.1], "boundaries"), ([1], None, "values")],
)
def test_pieces_are_lists(boundaries, values, name):
    with pytest.raises(TypeError):
        keras.optimizers.schedules.PiecewiseConstantDecay(boundaries, values)
    with pytest.raises(TypeError, match=f"`{name}` must be a list"):
        schedules.PiecewiseConstantDecay(boundaries, values)


def test_the_base_must_be_overridden():
    with pytest.raises(NotImplementedError, match="must override `__call__"):
        schedules.LearningRateSchedule()(0)
    with pytest.raises(NotImplementedError, match="must override `get_config"):
        schedules.LearningRateSchedule().get_config()


def test_unknown_schedule():
    with pytest.raises(TypeError, match="Did you mean 'CosineDecay'"):
        schedules.deserialize({"class_name": "CosinDecay", "config": {}})
