"""State trees: the values of a model's variables by their paths, as Keras has them."""

import keras
import numpy as np
import pytest

import ranvier

X, Y = np.ones((8, 3), "float32"), np.ones((8, 1), "float32")


def trained(k):
    x = k.Input((3,), name="x")
    h = k.layers.BatchNormalization(name="norm")(x)
    model = k.Model(x, k.layers.Dense(1, name="out")(h))
    optimizer = k.optimizers.SGD(0.1, momentum=0.9, name="sgd")
    model.compile(optimizer, "mse", metrics=["mae"])
    model.fit(X, Y, verbose=0)
    return model


def paths(tree, prefix=""):
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from paths(value, f"{prefix}/{key}")
        else:
            yield f"{prefix}/{key}", tuple(np.shape(value))


def test_the_tree_is_that_of_keras():
    ours, theirs = (trained(k).get_state_tree() for k in (ranvier, keras))
    assert sorted(paths(ours)) == sorted(paths(theirs))


def test_values_go_there_and_back():
    model, other = trained(ranvier), trained(ranvier)
    tree = model.get_state_tree(value_format="numpy_array")
    assert isinstance(tree["optimizer_variables"]["sgd"]["iteration"], np.ndarray)
    other.set_state_tree(tree)
    np.testing.assert_array_equal(other.predict(X), model.predict(X))
    assert other.optimizer.iterations.numpy() == model.optimizer.iterations.numpy()


def test_a_part_of_a_tree_changes_only_that():
    model = trained(ranvier)
    before = model.get_layer("out").kernel.numpy()
    model.set_state_tree({"trainable_variables": {"out": {"bias": [7.0]}}})
    assert model.get_layer("out").bias.numpy() == [7.0]
    np.testing.assert_array_equal(model.get_layer("out").kernel.numpy(), before)


@pytest.mark.parametrize(
    "tree, message",
    [
        ({"trainable_variable": {}}, "Unknown.*Did you mean 'trainable_variables'"),
        ({"trainable_variables": {"out": {"bais": [1.0]}}}, "no variable 'out/bais'"),
    ],
)
def test_places_that_are_not_there(tree, message):
    with pytest.raises(ValueError, match=message):
        trained(ranvier).set_state_tree(tree)


def test_refusals():
    with pytest.raises(ValueError, match="value_format='torch'"):
        trained(ranvier).get_state_tree("torch")

    class Twice(ranvier.Model):
        def __init__(self):
            super().__init__()
            self.a = ranvier.layers.Dense(2, name="same")
            self.b = ranvier.layers.Dense(2, name="same")

        def call(self, x):
            return self.b(self.a(x))

    model = Twice()
    model(np.ones((1, 2)))
    with pytest.raises(ValueError, match="found twice in the model.*same/kernel"):
        model.get_state_tree()
