"""Signatures of constructors, as editors and `help` show them."""

import inspect

import keras
import pytest

from ranvier import optimizers

NAMES = sorted(
    name
    for name, member in vars(keras.optimizers).items()
    if inspect.isclass(member)
    and issubclass(member, keras.optimizers.Optimizer)
    and hasattr(optimizers, name)
)


def parameters(module, name):
    return inspect.signature(getattr(module, name)).parameters


def defaults(module, name):
    return {n: p.default for n, p in parameters(module, name).items() if n != "kwargs"}


def test_all_are_compared():
    assert len(NAMES) >= 14


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"Optimizer"}))
def test_names_and_defaults(name):
    assert defaults(optimizers, name) == defaults(keras.optimizers, name)


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"Muon", "MultiOptimizer"}))
def test_order(name):
    # Keras's Muon has its options in the midst of its own numbers.
    ours, theirs = (list(parameters(m, name)) for m in (optimizers, keras.optimizers))
    assert ours == theirs


def test_subclasses_of_users():
    class Half(optimizers.SGD):
        def __init__(self, factor, **kwargs):
            super().__init__(**kwargs)

    class Same(optimizers.SGD):
        pass

    assert list(inspect.signature(Half).parameters)[:3] == [
        "factor",
        "learning_rate",
        "momentum",
    ]
    assert inspect.signature(Same) == inspect.signature(optimizers.SGD)
