"""Every public name of `keras.ops.numpy` exists, with the same signature."""

import inspect

import keras
import pytest

from ranvier import ops

NAMES = sorted(name for name in dir(keras.ops.numpy) if not name.startswith("_"))


@pytest.mark.parametrize("name", NAMES)
def test_signature_is_that_of_keras(name):
    theirs = inspect.signature(getattr(keras.ops.numpy, name))
    ours = inspect.signature(getattr(ops, name))
    assert str(ours) == str(theirs)


@pytest.mark.parametrize("name", NAMES)
def test_documented(name):
    function = getattr(ops, name)
    doc = inspect.getdoc(function)
    assert doc, f"{name} has no docstring"
    assert ">>> " in doc, f"{name} has no example"
    for parameter in inspect.signature(function).parameters:
        assert f"{parameter}:" in doc, f"{name} does not document {parameter}"
