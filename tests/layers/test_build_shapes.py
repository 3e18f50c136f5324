"""Layers that data build are built for any number of samples, and say so later."""

import numpy as np
import pytest

import ranvier as rv
from ranvier import layers

X, Y = np.ones((70, 4), "float32"), np.ones((70, 1), "float32")


class Scale(layers.Layer):
    """Remembers the shapes it was built for."""

    def build(self, input_shape):
        self.seen = input_shape
        self.scale = self.add_weight(shape=input_shape[-1:], initializer="ones")

    def call(self, x):
        return x * self.scale


class Inner(rv.Model):
    def __init__(self):
        super().__init__()
        self.first = Scale()
        self.last = layers.Dense(1)

    def call(self, x):
        return self.last(self.first(x))


class Outer(rv.Model):
    def __init__(self):
        super().__init__()
        self.first = rv.Sequential([Scale(), layers.Dense(83)])
        self.last = Inner()

    def call(self, x):
        return self.last(self.first(x))


MODELS = {
    "sequential": lambda: rv.Sequential([Scale(), layers.Dense(1)]),
    "nested": lambda: rv.Sequential([rv.Sequential([Scale()]), layers.Dense(1)]),
    "subclassed": Inner,
    "nested subclassed": Outer,
}


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("method", ["fit", "predict", "build"])
def test_the_number_of_samples_is_unknown(kind, method):
    model = MODELS[kind]()
    model.compile("sgd", "mse")
    if method == "build":
        model.build((None, 4))
    else:
        getattr(model, method)(X, *[Y] * (method == "fit"), verbose=0)
    found = [x for x in model._flatten_layers() if not isinstance(x, layers.InputLayer)]
    assert len(found) > 1
    for layer in found:
        shape = layer.get_build_config()["input_shape"]
        assert shape[0] is None
        assert shape[1] in (4, 83)
        if isinstance(layer, Scale):
            assert layer.seen == shape


def test_a_call_on_arrays_tells_their_size():
    model = Inner()
    model(X)
    assert model.first.seen == (70, 4)
