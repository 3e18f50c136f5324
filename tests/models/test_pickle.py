"""Models pickle and copy: weights, compile state, the optimizer's memory."""

import copy
import pickle

import numpy as np
import pytest

import ranvier as rv

X = np.random.default_rng(0).normal(size=(6, 3)).astype("float32")
Y = np.zeros((6, 2), "float32")


def sequential():
    return rv.Sequential(
        [
            rv.Input((3,)),
            rv.layers.Dense(2),
            rv.layers.BatchNormalization(),
            rv.layers.Dropout(0.5, seed=1),
        ]
    )


def functional():
    x = rv.Input((3,))
    joined = rv.layers.Concatenate()([x, rv.layers.Dense(4, "relu")(x)])
    return rv.Model(x, rv.layers.Dense(2)(joined))


class Subclassed(rv.Model):
    def __init__(self):
        super().__init__()
        self.dense = rv.layers.Dense(2)

    def call(self, x):
        return self.dense(x)


@pytest.mark.parametrize("make", [sequential, functional, Subclassed])
@pytest.mark.parametrize(
    "copied", [lambda m: pickle.loads(pickle.dumps(m)), copy.deepcopy]
)
def test_copies_go_on_like_the_original(make, copied):
    model = make()
    model.compile("adam", "mse", metrics=["mae"])
    model.fit(X, Y, verbose=0, shuffle=False)
    twin = copied(model)
    np.testing.assert_array_equal(
        twin.predict(X, verbose=0), model.predict(X, verbose=0)
    )
    again = twin.fit(X, Y, verbose=0, shuffle=False).history
    assert again == model.fit(X, Y, verbose=0, shuffle=False).history
    assert int(twin.optimizer.iterations) == 2
