"""Functions and constructors take Keras's arguments, in its order, same defaults."""

import importlib
import inspect

import keras
import pytest

NAMESPACES = (
    "activations",
    "constraints",
    "initializers",
    "losses",
    "metrics",
    "regularizers",
)


def arguments(member):
    function = member.__init__ if inspect.isclass(member) else member
    parameters = inspect.signature(function).parameters.values()
    skipped = ("self", "args", "kwargs")
    return [(p.name, p.default) for p in parameters if p.name not in skipped]


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_signatures(namespace):
    ours = importlib.import_module(f"ranvier.{namespace}")
    theirs = getattr(keras, namespace)
    different = [
        name
        for name in ours.__all__
        if arguments(getattr(ours, name)) != arguments(getattr(theirs, name))
    ]
    assert different == []


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_every_member_has_a_docstring(namespace):
    ours = importlib.import_module(f"ranvier.{namespace}")
    assert [n for n in ours.__all__ if not getattr(ours, n).__doc__] == []
