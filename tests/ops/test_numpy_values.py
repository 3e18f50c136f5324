"""The NumPy family on arrays: values, dtypes, shapes and error classes of Keras."""

import keras
import numpy as np
import pytest

from ranvier import ops
from tests.ops.numpy_cases import CASES
from tests.ops.test_numpy_surface import NAMES

# Where we differ from Keras: {name: {index of the call: reason}}.
DIFFERENCES: dict = {}


def outcome(function, args, kwargs):
    """Returns the leaves of a result as arrays, or the class of the error."""
    try:
        result = function(*args, **kwargs)
    except Exception as error:
        return type(error), str(error)
    leaves = result if isinstance(result, (list, tuple)) else [result]
    return type(result) in (list, tuple), [np.asarray(leaf) for leaf in leaves]


def keras_outcome(name, args, kwargs):
    """Keras refuses lists in a few functions; then it is asked with arrays instead."""
    function = getattr(keras.ops.numpy, name)
    result = outcome(function, args, kwargs)
    if "requires ndarray or scalar arguments" in str(result[1]):
        arrays = [np.asarray(v) if isinstance(v, list) else v for v in args]
        return outcome(function, [as_jax(v) for v in arrays], kwargs)
    return result


def as_jax(value):
    is_array = isinstance(value, np.ndarray)
    return keras.ops.convert_to_tensor(value) if is_array else value


def difference(ours, theirs):
    """Returns what distinguishes two outcomes, or None."""
    if isinstance(theirs[0], type) or isinstance(ours[0], type):
        same = isinstance(ours[0], type) and isinstance(theirs[0], type)
        return None if same and ours[0] is theirs[0] else f"{ours} but {theirs}"
    if ours[0] != theirs[0] or len(ours[1]) != len(theirs[1]):
        return f"structure of {ours} but {theirs}"
    for a, b in zip(ours[1], theirs[1]):
        if a.shape != b.shape or a.dtype != b.dtype:
            return f"{a.shape} {a.dtype} but {b.shape} {b.dtype}"
        # Both compile to the same machine code, up to the order of additions.
        rtol = 1e-3 if a.dtype == "float16" else 1e-6
        if not np.allclose(a, b, rtol=rtol, atol=1e-7, equal_nan=True):
            return f"{a} but {b}"
    return None


def differences(name, calls):
    for index, (args, kwargs) in calls:
        if index not in DIFFERENCES.get(name, {}):
            ours = outcome(getattr(ops, name), args, kwargs)
            problem = difference(ours, keras_outcome(name, args, kwargs))
            if problem:
                yield f"call {index}, {args} {kwargs}: {problem}"


def test_every_name_has_cases():
    assert sorted(CASES) == NAMES


@pytest.mark.parametrize("name", sorted(CASES))
def test_values_are_those_of_keras(name):
    found = list(differences(name, list(enumerate(CASES[name]))[:3]))
    assert not found, "Ours, but Keras's:\n" + "\n".join(found)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(CASES))
def test_more_values_are_those_of_keras(name):
    found = list(differences(name, list(enumerate(CASES[name]))[3:]))
    assert not found, "Ours, but Keras's:\n" + "\n".join(found)
