"""Every public name of `keras.ops` and its namespaces exists, with its signature."""

import inspect

import keras
import pytest

from ranvier import ops
from ranvier.ops import _random

PAIRS = {
    "ops": (keras.ops, ops),
    "ops.image": (keras.ops.image, ops.image),
    "ops.linalg": (keras.ops.linalg, ops.linalg),
    "ops.nn": (keras.ops.nn, ops.nn),
    "ops.numpy": (keras.ops.numpy, ops.numpy),
    "random": (keras.random, _random),
}
MODULES = ("image", "linalg", "nn", "numpy")
MEMBERS = sorted(
    (space, name)
    for space, (theirs, _) in PAIRS.items()
    for name in dir(theirs)
    if not name.startswith("_") and name not in (*MODULES, "SeedGenerator")
)
# The NumPy family has a test of its own.
OWN = [
    (space, name)
    for space, name in MEMBERS
    if space != "ops.numpy" and not hasattr(keras.ops.numpy, name)
]


@pytest.mark.parametrize(("space", "name"), MEMBERS)
def test_signature_is_that_of_keras(space, name):
    theirs, ours = PAIRS[space]
    expected = inspect.signature(getattr(theirs, name)).parameters
    parameters = inspect.signature(getattr(ours, name)).parameters
    assert list(parameters.values()) == list(expected.values())


@pytest.mark.parametrize(("space", "name"), OWN)
def test_each_parameter_is_documented(space, name):
    function = getattr(PAIRS[space][1], name)
    doc = inspect.getdoc(function)
    assert doc
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is parameter.VAR_KEYWORD:
            assert f"**{parameter.name}:" in doc
        elif parameter.kind is parameter.VAR_POSITIONAL:
            assert f"*{parameter.name}:" in doc
        else:
            assert f"\n    {parameter.name}:" in doc, parameter.name


@pytest.mark.parametrize("space", ["ops.image", "ops.linalg", "ops.nn", "ops.numpy"])
def test_namespaces_hold_the_same_functions_as_keras(space):
    theirs, ours = PAIRS[space]
    names = [name for name in dir(theirs) if not name.startswith("_")]
    assert sorted(ours.__all__) == sorted(names)
    for name in names:
        if hasattr(keras.ops, name):
            assert getattr(ours, name) is getattr(ops, name)
