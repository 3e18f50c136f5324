"""The public callbacks take Keras's arguments, with Keras's defaults."""

import inspect

import keras
import pytest

from ranvier import callbacks
from ranvier.callbacks._progbar import Progbar

PAIRS = {
    name: (getattr(callbacks, name), getattr(keras.callbacks, name))
    for name in callbacks.__all__
    if hasattr(keras.callbacks, name)  # OneCycle is ours
}
PAIRS["Progbar"] = (Progbar, keras.utils.Progbar)


def parameters(function):
    return [
        (p.name, p.kind, p.default)
        for p in inspect.signature(function).parameters.values()
    ]


@pytest.mark.parametrize("name", PAIRS)
def test_constructors_are_those_of_keras(name):
    ours, theirs = PAIRS[name]
    expected = parameters(theirs)
    if name == "ReduceLROnPlateau":
        expected.pop()  # `**kwargs`, which Keras ignores without a word
    assert parameters(ours) == expected


@pytest.mark.parametrize("name", PAIRS)
def test_methods_are_those_of_keras(name):
    ours, theirs = PAIRS[name]
    for method, function in inspect.getmembers(theirs, inspect.isfunction):
        if not method.startswith("_"):
            assert parameters(getattr(ours, method)) == parameters(function), method
