"""Every kind of model, written and read by ranvier and by Keras.

Predictions are equal, and training goes on equally, which takes weights, compiled
state and the optimizer's variables.
"""

import jax
import keras
import numpy as np
import pytest

import ranvier as rv
from tests.saving.kinds import KINDS, custom_objects

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


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
def kind(request):
    return request.param


@pytest.mark.parametrize("writer, reader", PAIRS)
def test_models_predict_and_train_on_equally(kind, writer, reader, tmp_path):
    model, x, y = kind(writer)
    train(model, x, y)
    model.save(tmp_path / "m.keras")
    again = reader.saving.load_model(
        tmp_path / "m.keras", custom_objects=custom_objects(reader)
    )
    # The same numbers up to the order of additions in float32.
    assert_close(again(x), model(x), 1e-5)
    assert len(again.optimizer.variables) == len(model.optimizer.variables)
    assert_close(
        [v.numpy() for v in again.optimizer.variables],
        [v.numpy() for v in model.optimizer.variables],
        0,
    )
    train(model, x, y)
    train(again, x, y)
    # Six steps of training let rounding errors grow.
    assert_close(again(x), model(x), 1e-4)


@pytest.mark.parametrize("writer, reader", PAIRS)
def test_weights_go_from_one_to_the_other(kind, writer, reader, tmp_path):
    model, x, y = kind(writer)
    train(model, x, y)
    model.save_weights(tmp_path / "m.weights.h5")
    other, _, _ = kind(reader)
    train(other, x, y)
    other.load_weights(tmp_path / "m.weights.h5")
    assert_close(other(x), model(x), 1e-5)
