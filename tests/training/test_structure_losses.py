"""Losses that compare several outputs at once, and lists of losses, as in Keras."""

import collections

import jax
import keras
import numpy as np
import pytest

import ranvier

draw = np.random.default_rng(0)
X = draw.random((8, 3), "float32")
A, B, C = draw.random((3, 8, 1), "float32")
Pair = collections.namedtuple("Pair", ["first", "second"])

# name: (outputs of three tensors, targets, losses made with a function of a structure,
# loss weights).
CASES = {
    "a list for a tuple": (
        lambda a, b, c: (a, b),
        (A, B),
        lambda of_all: [of_all, (of_all, "mse")],
        [1.0, (2.0, 3.0)],
    ),
    "a tuple for a list": (
        lambda a, b, c: [a, b],
        [A, B],
        lambda of_all: (of_all, [of_all, "mae"]),
        None,
    ),
    "dictionary": (
        lambda a, b, c: {"v": a, "u": b},
        {"u": B, "v": A},
        lambda of_all: [of_all, {"v": "mse", "u": of_all}],
        [0.5, {"v": 2.0, "u": 3.0}],
    ),
    "named tuple": (
        lambda a, b, c: Pair(a, b),
        Pair(A, B),
        lambda of_all: [of_all, Pair("mse", of_all)],
        None,
    ),
    "deep": (
        lambda a, b, c: {"p": (a, b), "q": {"q1": a, "q2": b}, "r": c},
        {"p": (A, B), "q": {"q1": A, "q2": B}, "r": C},
        lambda of_all: {
            "p": [of_all, (None, "mse")],
            "q": [of_all, {"q1": "mae"}],
            "r": of_all,
        },
        None,
    ),
    "lists of one": (
        lambda a, b, c: [a, b],
        [A, B],
        lambda of_all: ["mse", ["mae"]],
        None,
    ),
    "lists in a dictionary": (
        lambda a, b, c: {"u": a, "v": b},
        {"u": A, "v": B},
        lambda of_all: {"u": "mse", "v": ["mae"]},
        {"u": 2.0, "v": 0.5},
    ),
}


def history(k, outputs, targets, losses, weights):
    x = k.Input((3,))
    heads = (
        k.layers.Dense(1, kernel_initializer="ones", name=f"y{n}")(x) for n in range(3)
    )

    def of_all(y_true, y_pred):
        pairs = zip(jax.tree.leaves(y_true), jax.tree.leaves(y_pred), strict=True)
        return sum(k.ops.mean(k.ops.square(t - p)) for t, p in pairs)

    model = k.Model(x, outputs(*heads))
    model.compile("sgd", loss=losses(of_all), loss_weights=weights)
    ran = model.fit(X, targets, batch_size=4, shuffle=False, verbose=0)
    return {name: values[0] for name, values in ran.history.items()}


@pytest.mark.parametrize("name", CASES)
def test_logs_are_those_of_keras(name):
    assert history(ranvier, *CASES[name]) == pytest.approx(
        history(keras, *CASES[name]), rel=1e-5
    )


def test_a_weight_for_each_loss():
    outputs, targets, losses, _ = CASES["a list for a tuple"]
    with pytest.raises(ValueError, match="got 3 losses and 2 weights"):
        history(ranvier, outputs, targets, losses, [1.0, (2.0,)])


@pytest.mark.parametrize("k", [ranvier, keras])
def test_a_loss_of_ones_own_may_compare_other_outputs(k):
    class Twice(k.Model):
        def compute_loss(self, x, y, y_pred, sample_weight=None, **kwargs):
            return super().compute_loss(
                x=x, y=y, y_pred=[y_pred, y_pred], sample_weight=sample_weight, **kwargs
            )

    x = k.Input((3,))
    model = Twice(x, k.layers.Dense(1, kernel_initializer="ones")(x))
    model.compile("sgd", ["mse", "mae"])
    logs = model.fit(X, [A, B], verbose=0).history
    assert sorted(logs) == ["loss", "mae_loss", "mse_loss"] or k is keras
    parts = [value[0] for name, value in logs.items() if name != "loss"]
    assert sum(parts) == pytest.approx(logs["loss"][0], rel=1e-5)
