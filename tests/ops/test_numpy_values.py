"""The NumPy family on arrays: values, dtypes, shapes and error classes of Keras."""

import keras
import numpy as np
import pytest

from ranvier import ops
from tests.ops.comparing import differences, outcome, run_eagerly
from tests.ops.numpy_cases import CASES, CUBE, QUICK, SQUARE, B, F, V
from tests.ops.test_numpy_surface import NAMES

# Values of arguments decide about shapes here: these calls cannot be compiled.
EAGER = {"bincount", "nonzero", "repeat", "split", "unique", "where"}
EAGER |= {"bartlett", "blackman", "hamming", "hanning", "kaiser"}


def of_keras(name):
    """Keras refuses lists in a few functions; then it is asked with arrays instead."""
    function = getattr(keras.ops.numpy, name)

    def call(*args, **kwargs):
        error, text = outcome(function, args, kwargs)
        if error and "requires ndarray or scalar arguments" in text:
            args = [np.asarray(v) if isinstance(v, list) else v for v in args]
            args = [
                keras.ops.convert_to_tensor(v) if isinstance(v, np.ndarray) else v
                for v in args
            ]
        return function(*args, **kwargs)

    return call


def test_every_name_has_cases():
    assert sorted(CASES) == NAMES


def check(name, calls):
    # Both compile to the same operations, up to the order of additions.
    run = {"run": run_eagerly} if name in EAGER else {}
    found = differences(getattr(ops, name), of_keras(name), calls, **run)
    assert not found, found


@pytest.mark.parametrize("name", sorted(CASES))
def test_values_are_those_of_keras(name):
    check(name, CASES[name][:QUICK])


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(CASES))
def test_more_values_are_those_of_keras(name):
    check(name, CASES[name][QUICK:])


@pytest.mark.parametrize(
    "name, args",
    [
        ("split", (CUBE, 2)),
        ("array_split", (CUBE, 2)),
        ("dsplit", (CUBE, 2)),
        ("hsplit", (CUBE, 3)),
        ("vsplit", (CUBE, 2)),
        ("meshgrid", (V, V)),
        ("nonzero", (F,)),
        ("where", (B,)),
        ("unravel_index", (3, (2, 2))),
        ("histogram", (V,)),
        ("slogdet", (SQUARE,)),
        ("ndim", (F,)),
        ("size", (F,)),
    ],
)
def test_kind_of_result_is_that_of_keras(name, args):
    theirs = getattr(keras.ops.numpy, name)(*args)
    assert type(getattr(ops, name)(*args)) is type(theirs)
