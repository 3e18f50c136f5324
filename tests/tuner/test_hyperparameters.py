"""The same programs against `hp` give the same in both libraries."""

import keras_tuner
import numpy as np
import pytest

from ranvier import tuner


def plain(hp):
    hp.Int("a", 1, 9)
    hp.Int("b", 1, 9, step=2, default=5)
    hp.Int("c", 2, 32, step=2, sampling="log")
    hp.Int("d", 1, 1000, sampling="log")
    hp.Int("e", 1, 1000, sampling="reverse_log")
    hp.Float("f", 0, 1)
    hp.Float("g", 0, 1, step=0.25, default=0.5)
    hp.Float("h", 1e-4, 1e-1, sampling="log")
    hp.Float("i", 1e-3, 10, step=10, sampling="log")
    hp.Float("j", 0.1, 1, sampling="reverse_log")
    hp.Float("j2", 1, 16, step=2, sampling="reverse_log")
    hp.Choice("k", ["x", "y"], default="y")
    hp.Choice("l", [1, 2, 3])
    hp.Choice("m", [0.5, 0.25], ordered=False)
    hp.Boolean("n")
    hp.Boolean("o", default=True)
    hp.Fixed("p", "text")
    hp.Fixed("q", 0.5)
    hp.Int("r", 3, 3)


def conditional(hp):
    kind = hp.Choice("kind", ["linear", "deep"])
    with hp.conditional_scope("kind", ["deep"]):
        hp.Int("layers", 1, 3)
        with hp.conditional_scope("layers", [2, 3]):
            hp.Float("dropout", 0.0, 0.5)
    with hp.conditional_scope("kind", "linear"):
        hp.Boolean("bias", default=True)
    hp.Int("units", 4, 8, parent_name="kind", parent_values=["deep"])
    with hp.name_scope("head"):
        hp.Int("units", 1, 2)
        hp.Choice("act", ["relu", "tanh"])
        with hp.conditional_scope("act", ["tanh"]):
            hp.Float("scale", 1.0, 2.0)
    return kind


def namesakes(hp):
    hp.Choice("kind", ["a", "b"])
    with hp.conditional_scope("kind", ["a"]):
        hp.Int("n", 1, 3)
    with hp.conditional_scope("kind", ["b"]):
        hp.Int("n", 7, 9)


PROGRAMS = [plain, conditional, namesakes]


def both(program):
    spaces = keras_tuner.HyperParameters(), tuner.HyperParameters()
    for hp in spaces:
        program(hp)
    return spaces


@pytest.mark.parametrize("program", PROGRAMS)
def test_config_values_and_copies(program):
    theirs, ours = both(program)
    assert ours.get_config() == theirs.get_config()
    assert list(map(repr, ours.space)) == list(map(repr, theirs.space))
    again = tuner.HyperParameters.from_config(theirs.get_config())
    assert again.get_config() == theirs.get_config()
    assert ours.copy().get_config() == ours.get_config()
    for a, b in zip(ours.space, theirs.space):
        assert a.default == b.default
        assert list(a.values) == list(b.values)


@pytest.mark.parametrize("program", PROGRAMS)
def test_samples_and_probabilities(program):
    theirs, ours = both(program)
    for a, b in zip(ours.space, theirs.space, strict=True):
        for prob in np.linspace(0, 0.999, 23):
            assert a.prob_to_value(prob) == b.prob_to_value(prob), a
        for seed in range(20):
            value = a.random_sample(seed)
            assert value == b.random_sample(seed)
            assert type(value) is type(b.random_sample(seed))
            assert a.value_to_prob(value) == pytest.approx(b.value_to_prob(value))


@pytest.mark.parametrize("kind", ["linear", "deep"])
@pytest.mark.parametrize("layers", [1, 2])
def test_scopes(kind, layers):
    theirs, ours = both(conditional)
    results = []
    for hp in (theirs, ours):
        hp.values.update(kind=kind, layers=layers)
        hp.ensure_active_values()
        program = type(hp)()
        program.values = dict(hp.values)
        results.append(
            (
                set(hp.values),
                [hp.is_active(p) for p in hp.space],
                [hp.is_active(p.name) for p in hp.space],
                conditional(program),
                len(program.active_scopes),
                len(program.inactive_scopes),
                set(program.values),
            )
        )
    assert results[0] == results[1]


@pytest.mark.parametrize(
    "call",
    [
        lambda hp: hp.Int("a", 5, 1),
        lambda hp: hp.Int("a", 0.5, 1),
        lambda hp: hp.Int("a", 0, 5, sampling="log"),
        lambda hp: hp.Int("a", 1, 5, step=1, sampling="log"),
        lambda hp: hp.Float("a", 0.0, 5.0, sampling="linaer"),
        lambda hp: hp.Choice("a", []),
        lambda hp: hp.Choice("a", [1, "x"]),
        lambda hp: hp.Choice("a", [None, None]),
        lambda hp: hp.Choice("a", ["x"], default="y"),
        lambda hp: hp.Choice("a", ["x"], ordered=True),
        lambda hp: hp.Boolean("a", default="yes"),
        lambda hp: hp.Fixed("a", [1]),
        lambda hp: hp.get("nothing"),
        lambda hp: hp.conditional_scope("nothing", [1]).__enter__(),
        lambda hp: hp.Int("parent", 1, 2, parent_name="parent", parent_values=[1]),
        lambda hp: (
            hp.Int("child", 1, 2, parent_name="parent", parent_values=["no"]),
            hp.get("child"),
        ),
    ],
)
def test_errors_are_of_the_same_class(call):
    for module in (keras_tuner, tuner):
        hp = module.HyperParameters()
        hp.Choice("parent", ["yes", "no"])
        if module is keras_tuner:
            with pytest.raises(Exception) as theirs:
                call(hp)
        else:
            with pytest.raises(theirs.type):
                call(hp)


def test_close_names_are_suggested():
    hp = tuner.HyperParameters()
    hp.Int("units", 1, 2)
    with pytest.raises(KeyError, match="units"):
        hp.get("unit")
    with pytest.raises(ValueError, match="Did you mean 'linear'"):
        hp.Int("n", 1, 2, sampling="linaer")


def test_numpy_values_become_pythons_own():
    hp = tuner.HyperParameters()
    value = hp.Choice("units", np.array([8, 16]))
    assert type(value) is int
    assert hp.copy().get_config() == hp.get_config()


def test_merge_replaces_what_has_the_same_name_and_conditions():
    hp, other = tuner.HyperParameters(), tuner.HyperParameters()
    hp.Int("a", 1, 2)
    hp.values["a"] = 2
    other.Int("a", 5, 6)
    hp.merge(other, overwrite=False)
    assert (hp.values, hp.space[0].min_value) == ({"a": 2}, 1)
    hp.merge(other)
    assert (hp.values, len(hp.space), hp.space[0].min_value) == ({"a": 5}, 1, 5)
