"""Losses, weights and targets under names of outputs: what fits, what is refused."""

import warnings

import numpy as np
import pytest
from jax.experimental.sparse import BCOO

import ranvier
from ranvier import layers, tensors
from ranvier.layers import Dense, Input

x, y = np.ones((4, 3), "float32"), np.zeros((4, 1), "float32")


def two_outputs(kind=dict):
    inputs = Input((3,), name="i")
    a, b = Dense(1, name="a")(inputs), Dense(1, name="b")(inputs)
    return ranvier.Model(inputs, {"a": a, "b": b} if kind is dict else [a, b])


@pytest.mark.parametrize("kind", [dict, list])
@pytest.mark.parametrize("error", [KeyError, ValueError])
def test_an_unknown_output(kind, error):
    model = two_outputs(kind)
    model.compile("sgd", {"a": "mse", "z": "mse"})
    with pytest.raises(error, match="keys \\['z'\\] .*can't be found") as caught:
        model.fit(x, {"a": y, "b": y}, verbose=0)
    assert str(caught.value).startswith("Invalid `loss`: ")  # no literal


def test_a_missing_target():
    model = two_outputs()
    model.compile("sgd", "mse")
    with pytest.raises(KeyError, match="target of output 'b' is missing"):
        model.fit(x, {"a": y}, verbose=0)


def test_one_target_goes_to_the_only_loss():
    model = two_outputs(list)
    model.compile("sgd", loss=["mse", None])
    alone = model.evaluate(x, y, verbose=0)
    assert alone == model.evaluate(x, [y], verbose=0)


@pytest.mark.parametrize("weights", [["mae"], {"a": "1", "b": 2.0}])
def test_weights_of_losses_are_numbers(weights):
    with pytest.raises(TypeError, match="`loss_weights` must hold numbers. Received"):
        two_outputs().compile("sgd", "mse", loss_weights=weights)


def test_inputs_in_another_structure_are_told_once():
    i, j = Input((3,), name="i"), Input((3,), name="j")
    model = ranvier.Model({"i": i, "j": j}, layers.add([i, j]))
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        model.predict([x, x], verbose=0)
    assert ["structure of `inputs`" in str(w.message) for w in told] == [True]


SPARSE = BCOO.fromdense(np.float32([[1, 0, 2], [0, 3, 0]]))


@pytest.mark.parametrize(
    "layer",
    [Dense(2), layers.Flatten(), layers.ReLU(), layers.BatchNormalization()],
    ids=lambda layer: layer.name,
)
def test_layers_take_sparse_arrays_of_jax(layer):
    np.testing.assert_array_equal(layer(SPARSE), layer(SPARSE.todense()))


def test_models_take_sparse_arrays_of_jax():
    model = ranvier.Sequential([Input((3,)), Dense(1)])
    model.compile("sgd", "mse")
    model.fit(SPARSE, np.ones((2, 1)), verbose=0)
    outputs = model.predict(SPARSE, verbose=0)
    np.testing.assert_array_equal(outputs, model.predict(SPARSE.todense(), verbose=0))
    encode = layers.CategoryEncoding(4, output_mode="multi_hot", sparse=True)
    assert Dense(2)(encode(np.array([[0, 1], [2, 3]]))).shape == (2, 2)


def test_sparse_tensors_train_like_dense_ones():
    dense, y = np.eye(4, dtype="float32")[[0, 1, 2, 3, 0, 2]], np.arange(6.0)
    sparse = tensors.sparse_from_dense(dense)
    losses = []
    for x, targets in ((dense, y), (sparse, y), (iter([(sparse, y)]), None)):
        ranvier.utils.set_random_seed(0)
        model = ranvier.Sequential([Dense(1)])
        model.compile("sgd", "mse")
        losses += model.fit(x, targets, shuffle=False, verbose=0).history["loss"]
    np.testing.assert_allclose(losses, losses[0], rtol=1e-6)
