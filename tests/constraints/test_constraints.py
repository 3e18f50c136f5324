"""Constraints against Keras: names, values, configs."""

import jax.numpy as jnp
import keras
import keras.src.constraints as keras_source
import numpy as np
import pytest

from ranvier import constraints
from ranvier.core import _dynamic
from ranvier.core._scope import StateScope
from ranvier.core._serialization import deserialize_object, serialize_object
from ranvier.core._variable import Variable

CASES = [
    ("Constraint", {}),
    ("MaxNorm", {}),
    ("MaxNorm", {"max_value": 0.5, "axis": 1}),
    ("MaxNorm", {"max_value": 1, "axis": [0, 1]}),
    ("NonNeg", {}),
    ("UnitNorm", {}),
    ("UnitNorm", {"axis": 1}),
    ("MinMaxNorm", {}),
    ("MinMaxNorm", {"min_value": 2.0, "max_value": 2.5, "rate": 0.3, "axis": 1}),
]
X = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")


def pair(name, arguments):
    return (
        getattr(constraints, name)(**arguments),
        getattr(keras.constraints, name)(**arguments),
    )


def test_public_names_of_keras():
    expected = {name for name in dir(keras.constraints) if not name.startswith("_")}
    assert sorted(expected) == sorted(constraints.__all__)


@pytest.mark.parametrize("alias", sorted(keras_source.ALL_OBJECTS_DICT))
def test_every_name_of_get(alias):
    expected = keras_source.ALL_OBJECTS_DICT[alias]
    assert type(constraints.get(alias)).__name__ == expected.__name__


@pytest.mark.parametrize(("name", "arguments"), CASES)
def test_values(name, arguments):
    ours, theirs = pair(name, arguments)
    for x in (X, Variable(X), 5 * X, np.zeros_like(X)):
        expected = np.asarray(theirs(np.asarray(x)))
        np.testing.assert_allclose(np.asarray(ours(x)), expected, rtol=1e-6)


@pytest.mark.parametrize(("name", "arguments"), CASES)
def test_config_and_round_trips(name, arguments):
    ours, theirs = pair(name, arguments)
    config = serialize_object(ours)
    assert config == keras.saving.serialize_keras_object(theirs)
    for again in (
        deserialize_object(config),
        constraints.deserialize(config),
        constraints.get({"class_name": name, "config": config["config"]}),
    ):
        assert serialize_object(again) == config
    read = keras.saving.deserialize_keras_object(config)
    assert read.get_config() == theirs.get_config()


@pytest.mark.parametrize("name", ["MaxNorm", "MinMaxNorm"])
def test_bounds_may_be_inputs_of_a_program(name):
    constraint = getattr(constraints, name)()
    for number in _dynamic.dynamic_names(type(constraint)):
        cell = _dynamic.lift(constraint, number)
        with StateScope([(cell, jnp.float32(0.5))]):
            inside = constraint(X)
        expected = getattr(constraints, name)(**{number: 0.5})(X)
        np.testing.assert_allclose(inside, expected, rtol=1e-6)


def test_get():
    ours = constraints.NonNeg()
    assert constraints.get(None) is None
    assert constraints.get(ours) is ours
    with pytest.raises(ValueError, match="max_norm"):
        constraints.get("maxnorm")


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("MaxNorm", {"max_value": -1}, "`max_value` must be a number >= 0"),
        ("MaxNorm", {"max_value": None}, "`max_value` must be a number >= 0"),
        ("MaxNorm", {"max_value": "big"}, "`max_value` must be a number >= 0"),
        ("MinMaxNorm", {"min_value": -1}, "`min_value` must be a number >= 0"),
        ("MinMaxNorm", {"min_value": 2}, "`min_value` must not exceed `max_value`"),
        ("MinMaxNorm", {"rate": 1.5}, r"`rate` must be in the range \[0, 1\]"),
        ("MinMaxNorm", {"rate": -0.5}, "`rate` must be in the range"),
        ("MinMaxNorm", {"axis": "a"}, "`axis` must be an integer"),
        ("MaxNorm", {"axis": 1.5}, "`axis` must be an integer"),
        ("UnitNorm", {"axis": [0, "a"]}, "`axis` must be an integer"),
    ],
)
def test_bad_arguments(name, arguments, message):
    with pytest.raises(ValueError, match=message):
        getattr(constraints, name)(**arguments)
