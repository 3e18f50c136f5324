"""Regularisers against Keras: names, values, configs, errors."""

import jax.numpy as jnp
import keras
import keras.src.regularizers as keras_source
import numpy as np
import pytest

from ranvier import regularizers
from ranvier.core import _dynamic
from ranvier.core._scope import StateScope
from ranvier.core._serialization import deserialize_object, serialize_object
from ranvier.core._variable import Variable
from ranvier.ops._symbolic import KerasTensor

CASES = [
    ("L1", {}),
    ("L1", {"l1": 0.3}),
    ("L1", {"l1": None}),
    ("L2", {}),
    ("L2", {"l2": 0.3}),
    ("L1L2", {}),
    ("L1L2", {"l1": 0.1}),
    ("L1L2", {"l2": 1}),
    ("L1L2", {"l1": 0.1, "l2": None}),
    ("L1L2", {"l1": 0.1, "l2": 0.2}),
    ("OrthogonalRegularizer", {}),
    ("OrthogonalRegularizer", {"factor": 0.5, "mode": "columns"}),
]
X = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")


def pair(name, arguments):
    return (
        getattr(regularizers, name)(**arguments),
        getattr(keras.regularizers, name)(**arguments),
    )


def test_public_names_of_keras():
    expected = {name for name in dir(keras.regularizers) if not name.startswith("_")}
    assert sorted(expected) == sorted(regularizers.__all__)


@pytest.mark.parametrize("alias", sorted(keras_source.ALL_OBJECTS_DICT))
def test_every_name_of_get(alias):
    expected = keras_source.ALL_OBJECTS_DICT[alias]
    assert type(regularizers.get(alias)).__name__ == expected.__name__


@pytest.mark.parametrize(("name", "arguments"), CASES)
def test_values(name, arguments):
    ours, theirs = pair(name, arguments)
    for x in (X, Variable(X), jnp.asarray(X)):
        np.testing.assert_allclose(
            ours(x), np.asarray(theirs(jnp.asarray(X))), rtol=1e-6
        )
    half = jnp.asarray(X, "float16")
    assert ours(half).dtype == "float16"
    # One step of float16.
    np.testing.assert_allclose(ours(half), np.asarray(theirs(half)), rtol=1e-3)


@pytest.mark.parametrize(("name", "arguments"), CASES)
def test_symbolic_tensors(name, arguments):
    ours, _ = pair(name, arguments)
    assert ours(KerasTensor((4, 3))).shape == ()


@pytest.mark.parametrize(("name", "arguments"), CASES)
def test_config_and_round_trips(name, arguments):
    ours, theirs = pair(name, arguments)
    assert ours.get_config() == {
        # Keras passes some factors through float32.
        key: pytest.approx(value, rel=1e-7) if isinstance(value, float) else value
        for key, value in theirs.get_config().items()
    }
    config = serialize_object(ours)
    expected = keras.saving.serialize_keras_object(theirs)
    assert {**config, "config": 0} == {**expected, "config": 0}
    for again in (
        deserialize_object(config),
        regularizers.deserialize(config),
        regularizers.get({"class_name": name, "config": config["config"]}),
    ):
        assert again.get_config() == ours.get_config()
    read = keras.saving.deserialize_keras_object(config)
    assert read.get_config() == theirs.get_config()


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("L1", {"l1": -0.1}),
        ("L1", {"l1": "0.1"}),
        ("L2", {"l2": float("inf")}),
        ("L1L2", {"l2": float("nan")}),
        ("OrthogonalRegularizer", {"factor": -1}),
        ("OrthogonalRegularizer", {"mode": "diagonals"}),
    ],
)
def test_bad_arguments(name, arguments):
    with pytest.raises(ValueError):
        getattr(keras.regularizers, name)(**arguments)
    with pytest.raises(ValueError, match=next(iter(arguments))):
        getattr(regularizers, name)(**arguments)


def test_orthogonality_needs_a_matrix():
    with pytest.raises(ValueError, match=r"\(3,\)"):
        regularizers.OrthogonalRegularizer()(np.ones(3))


@pytest.mark.parametrize("name", ["L1", "L2", "L1L2", "OrthogonalRegularizer"])
def test_factors_may_be_inputs_of_a_program(name):
    regularizer = getattr(regularizers, name)()
    for number in _dynamic.dynamic_names(type(regularizer)):
        cell = _dynamic.lift(regularizer, number)
        with StateScope([(cell, jnp.float32(2.0))]):
            inside = regularizer(X)
        expected = getattr(regularizers, name)(**{number: 2.0})(X)
        np.testing.assert_allclose(inside, expected, rtol=1e-6)


def test_get():
    ours = regularizers.L2()
    assert regularizers.get(None) is None
    assert regularizers.get(ours) is ours
    with pytest.raises(ValueError, match="'l1'|'L1'"):
        regularizers.get("l11")


def test_base_class():
    base = regularizers.Regularizer()
    assert base(X) == 0.0
    with pytest.raises(NotImplementedError, match="get_config"):
        base.get_config()
