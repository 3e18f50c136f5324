"""Running one piece of code with Keras and with ranvier, and comparing the results.

A case is a function of the library: `def case(k): ... return what must agree`. Both
libraries draw the same weights and dropout masks from one seed, so that everything a
case returns agrees to a few float32 roundings (the programs sum in different orders).
"""

import json
import re
import warnings

import keras
import numpy as np
import pytest

import ranvier

RTOL = 2e-5
ATOL = 2e-6

_random = np.random.default_rng(0)
X = _random.normal(size=(16, 4)).astype("float32")
Y = (X[:, :1] - 2 * X[:, 1:2] + 0.5).astype("float32")
LABELS = _random.integers(0, 3, size=16).astype("int32")
WEIGHTS = _random.uniform(0.1, 2, size=16).astype("float32")


def run(k, case):
    """Runs a case with fresh names and a fixed seed."""
    k.utils.clear_session(free_memory=False)
    k.utils.set_random_seed(3)
    with warnings.catch_warnings():
        if k is keras:
            # What Keras itself warns of is not ours to mend.
            warnings.simplefilter("ignore")
        return case(k)


def assert_same(case, rtol=RTOL, atol=ATOL):
    """Raises unless a case returns the same in both libraries; returns our result."""
    expected, actual = run(keras, case), run(ranvier, case)
    assert_equal(actual, expected, rtol, atol)
    return actual


def assert_equal(actual, expected, rtol=RTOL, atol=ATOL):
    """Raises unless two structures of results agree."""
    problems = list(_differences(actual, expected, rtol, atol))
    assert not problems, "\n".join(problems)


def assert_same_error(case, match):
    """Raises unless a case ends in Keras's error, with a message that matches."""
    with pytest.raises(Exception) as expected:
        run(keras, case)
    with pytest.raises(_class_of(expected.value)) as actual:
        run(ranvier, case)
    text = "\n".join([str(actual.value), *getattr(actual.value, "__notes__", [])])
    assert re.search(match, text, re.DOTALL), text


def _class_of(error):
    # Keras raises what its parts happen to raise; ours is at least as general.
    return next(c for c in type(error).__mro__ if c.__module__ == "builtins")


def _differences(actual, expected, rtol, atol, path=""):
    if isinstance(expected, dict):
        if set(actual) != set(expected):
            yield f"{path}: keys {list(actual)}, expected {list(expected)}"
            return
        for key, value in expected.items():
            yield from _differences(actual[key], value, rtol, atol, f"{path}.{key}")
    elif isinstance(expected, (list, tuple)):
        kind = list if isinstance(expected, list) else tuple
        if not isinstance(actual, kind) or len(actual) != len(expected):
            yield f"{path}: {actual!r}, expected {expected!r}"
            return
        for i, (one, other) in enumerate(zip(actual, expected, strict=True)):
            yield from _differences(one, other, rtol, atol, f"{path}[{i}]")
    elif isinstance(expected, (float, np.ndarray, np.generic)):
        a, b = np.asarray(actual), np.asarray(expected)
        if a.shape != b.shape or a.dtype != b.dtype:
            yield f"{path}: {a.dtype}{a.shape}, expected {b.dtype}{b.shape}"
        elif not np.allclose(
            a.astype("float64"), b.astype("float64"), rtol, atol, equal_nan=True
        ):
            worst = np.max(np.abs(a.astype("float64") - b.astype("float64")))
            yield f"{path}: differs by up to {worst}\n{a}\nexpected:\n{b}"
    elif actual != expected:
        yield f"{path}: {actual!r}, expected {expected!r}"


def plain(config):
    """Returns a config without regard to the order of keys, and as in a file."""
    return json.loads(json.dumps(config, sort_keys=True))


def variables(items):
    """Returns paths and values of variables, in order."""
    return [(v.path, np.array(v.numpy() if hasattr(v, "numpy") else v)) for v in items]


def state(model):
    """Returns what training has made of a model."""
    return {
        "weights": variables(model.weights),
        "optimizer": variables(model.optimizer.variables),
        "metrics": model.metrics_names,
        "result": {k: float(v) for k, v in model.get_metrics_result().items()},
    }


def structure(model):
    """Returns what the outside of a model tells about it."""
    return {
        "name": model.name,
        "layers": [layer.name for layer in model.layers],
        "paths": [v.path for v in model.weights],
        "shapes": [tuple(v.shape) for v in model.weights],
        "trainable": [v.path for v in model.trainable_weights],
        "parameters": model.count_params(),
    }


def mlp(k, units=1, activation=None, **options):
    """Returns a small network."""
    return k.Sequential(
        [
            k.Input((4,)),
            k.layers.Dense(5, activation="tanh"),
            k.layers.Dense(units, activation=activation),
        ],
        **options,
    )


def compiled(k, model, *args, **kwargs):
    """Compiles a model and returns it.

    Keras runs its steps one by one: to compile them takes longer than to run them.
    """
    model.compile(*args, run_eagerly=k is keras, **kwargs)
    return model


def fit(model, *data, epochs=3, batch_size=8, **options):
    """Trains in the order of the data; returns the history."""
    options = {"shuffle": False, "verbose": 0, **options}
    return model.fit(*data, epochs=epochs, batch_size=batch_size, **options).history


def parametrize(cases):
    """Returns the decorator that runs a test for each of a list of case functions."""
    return pytest.mark.parametrize("case", cases, ids=lambda case: case.__name__)
