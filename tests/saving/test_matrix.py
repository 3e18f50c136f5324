"""Every kind of model, written and read by ranvier and by Keras.

Predictions are equal, and training goes on equally, which takes weights, compiled
state and the optimizer's variables.
"""

import jax
import keras
import numpy as np
import pytest

import ranvier as rv
from tests.saving.kinds import (
    KINDS,
    custom_everything,
    custom_objects,
    nested,
    registered,
    sequential,
)

# Keras's variables have no `copy` argument in `__array__`, as NumPy 2 wants.
pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning"
)
PAIRS = [(rv, rv), (rv, keras), (keras, rv)]


def leaves(structure):
    return [np.asarray(leaf) for leaf in jax.tree.leaves(structure)]


def assert_close(ours, theirs, tolerance):
    for a, b in zip(leaves(ours), leaves(theirs), strict=True):
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


def train(model, x, y):
    if type(model).__module__.startswith("keras."):
        model.run_eagerly = True  # compiling takes longer than the three steps
    return [model.train_on_batch(x, y) for _ in range(3)]


def kinds_and(usual, others):
    """Each kind with each name of a file; most kinds with other names are slow."""
    few = (sequential, nested, registered, custom_everything)
    return pytest.mark.parametrize(
        "kind, name",
        [
            pytest.param(
                kind,
                name,
                marks=() if name in usual or kind in few else pytest.mark.slow,
                id=f"{kind.__name__}-{name}",
            )
            for kind in KINDS
            for name in (*usual, *others)
        ],
    )


@pytest.fixture(params=PAIRS, ids=lambda pair: f"{pair[0].__name__}-{pair[1].__name__}")
def pair(request):
    return request.param


@kinds_and(["m.keras"], ["m.h5", "m"])
def test_models_predict_and_train_on_equally(kind, name, pair, tmp_path):
    writer, reader = pair
    old = name.endswith(".h5")
    if old and kind is registered and keras in pair:
        pytest.skip("Keras writes no shapes there that a subclass can be built from")
    model, x, y = kind(writer)
    train(model, x, y)
    model.save(tmp_path / name, zipped=name != "m")
    again = reader.saving.load_model(
        tmp_path / name, custom_objects=custom_objects(reader)
    )
    # The same numbers up to the order of additions in float32.
    assert_close(again(x), model(x), 1e-5)
    if old and reader is keras:
        return  # Keras builds the optimizer without the weights there
    assert len(again.optimizer.variables) == len(model.optimizer.variables)
    assert_close(
        [v.numpy() for v in again.optimizer.variables],
        [v.numpy() for v in model.optimizer.variables],
        0,
    )
    train(again, x, y)
    train(model, x, y)
    # Six steps of training let rounding errors grow.
    assert_close(again(x), model(x), 1e-4)


@kinds_and(["m.weights.h5"], ["m.weights.json", "old.h5"])
def test_weights_go_from_one_to_the_other(kind, name, pair, tmp_path):
    writer, reader = pair
    model, x, y = kind(writer)
    train(model, x, y)
    path = tmp_path / name
    if name == "old.h5":
        model.save(path)
    elif name == "m.weights.json":
        largest = max(v.numpy().nbytes for v in model.variables)
        model.save_weights(path, max_shard_size=largest / 2**30)
        assert len(list(tmp_path.glob("m_*.weights.h5"))) > 1
    else:
        model.save_weights(path)
    other, _, _ = kind(reader)
    train(other, x, y)
    other.load_weights(path)
    assert_close(other(x), model(x), 1e-5)
