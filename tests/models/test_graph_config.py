"""Configs of functional models: Keras's form, read back by ranvier and by Keras."""

import json
import re

import keras
import numpy as np
import pytest

import ranvier as rv
from ranvier.models import Functional

# Keras's variables have no `copy` argument in `__array__`, as NumPy 2 wants.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn")


def lists(k):
    a, b = k.Input((4,), name="a"), k.Input((4,), name="b")
    dense = k.layers.Dense(4, name="dense")
    x = dense(dense(a))
    y = k.layers.Concatenate(name="both")([x, dense(b)])
    return k.Model([a, b], [k.layers.Dense(1, name="out")(y), x], name="lists")


def dictionaries(k):
    a, b = k.Input((4,), name="a"), k.Input((4,), name="b")
    total = k.layers.Add(name="total")([a, b])
    return k.Model({"a": a, "b": b}, {"t": total, "deep": [a * 2.0]}, name="dicts")


def nested(k):
    i = k.Input((4,), name="i")
    inner = k.Model(i, k.layers.Dense(4, name="j")(i), name="inner")
    stack = k.Sequential([k.Input((4,)), k.layers.Dense(4, name="s")], name="stack")
    x = k.Input((4,), name="x")
    return k.Model(x, inner(stack(inner(x))), name="outer")


def arguments(k):
    x, mask = k.Input((5, 4), name="x"), k.Input((5,), dtype="bool", name="m")
    shares = k.layers.Softmax(axis=1, name="shares")(x, mask=mask[:, :, None])
    noisy = k.layers.GaussianNoise(1.0, name="noise")(shares, training=False)
    return k.Model([x, mask], noisy, name="arguments")


def depths(k):
    """A(B(A(B(x)))): neither layer can make all its calls before the other."""
    x = k.Input((4,), name="x")
    a, b = k.layers.Dense(4, name="A"), k.layers.Dense(4, name="B")
    return k.Model(x, a(b(a(b(x)))), name="depths")


def part(k):
    """Only some calls of the shared layer belong to the model."""
    x, y = k.Input((4,), name="x"), k.Input((4,), name="y")
    dense = k.layers.Dense(4, name="dense")
    dense(y)
    h = dense(x)
    dense(h)
    return k.Model(x, dense(h * 3.0), name="part")


MAKERS = [lists, dictionaries, nested, arguments, depths, part]
makers = pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)


def config_of(k, model):
    """Returns the config as it comes out of a file."""
    return json.loads(json.dumps(k.saving.serialize_keras_object(model)))


def inputs_of(model):
    rng = np.random.default_rng(0)
    arrays = []
    for tensor in model.inputs:
        array = rng.normal(size=(3, *tensor.shape[1:]))
        arrays.append(array > 0 if tensor.dtype == "bool" else array.astype("float32"))
    if isinstance(model.input, dict):
        return dict(zip(sorted(model.input), arrays, strict=True))
    return arrays if isinstance(model.input, list) else arrays[0]


def flat(outputs):
    return [np.asarray(leaf) for leaf in rv.tree.flatten(outputs)]


@makers
@pytest.mark.parametrize("writer, reader", [(rv, rv), (rv, keras), (keras, rv)])
def test_models_come_back(make, writer, reader):
    model = make(writer)
    again = reader.saving.deserialize_keras_object(config_of(writer, model))
    again.set_weights(model.get_weights())
    x = inputs_of(model)
    for ours, theirs in zip(flat(again(x)), flat(model(x)), strict=True):
        # The same additions in another order: float32 rounding.
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
    assert [t.name for t in again.inputs] == [t.name for t in model.inputs]


@makers
def test_connections_are_written_as_in_keras(make):
    def connections(k):
        rv.utils.clear_session() if k is rv else keras.utils.clear_session()
        config = config_of(k, make(k))["config"]
        nodes = {e["name"]: e["inbound_nodes"] for e in config["layers"]}
        # Sequential hands on arguments of its own that are None.
        text = re.sub(r', "kwargs": \{("\w+": null,? ?)*\}', "", json.dumps(nodes))
        return text, config["input_layers"], config["output_layers"]

    assert connections(rv) == connections(keras)


def test_config_is_a_fixed_point():
    model = lists(rv)
    config = model.get_config()
    assert Functional.from_config(config).get_config() == config


def test_arguments_of_a_users_class_are_kept():
    class Scored(rv.Model):
        def __init__(self, inputs, outputs, score=0.0, **kwargs):
            super().__init__(inputs, outputs, **kwargs)
            self.score = score

        def get_config(self):
            return {**super().get_config(), "score": self.score}

    x = rv.Input((2,))
    model = Scored(x, rv.layers.Dense(1)(x), score=0.5)
    config = config_of(rv, model)
    again = rv.saving.deserialize_keras_object(config, {"Scored": Scored})
    assert type(again) is Scored and again.score == 0.5


def test_old_form_of_connections():
    config = config_of(rv, lists(rv))["config"]
    for entry in config["layers"]:
        entry["inbound_nodes"] = [
            [[*place, {}] for place in _places(node)] for node in entry["inbound_nodes"]
        ]
    again = Functional.from_config(config)
    assert again.output_shape == [(None, 1), (None, 4)]


def _places(node):
    if isinstance(node, dict) and "keras_history" in node:
        yield node["keras_history"]
    elif isinstance(node, (dict, list)):
        for value in node.values() if isinstance(node, dict) else node:
            yield from _places(value)


def _rename(config):
    config["layers"][-1]["inbound_nodes"][0]["args"][0]["config"]["keras_history"] = [
        "bothh",
        0,
        0,
    ]


def _loop(config):
    for entry in config["layers"]:
        if entry["name"] == "both":
            place = entry["inbound_nodes"][0]["args"][0][0]["config"]["keras_history"]
            place[:] = ["out", 0, 0]


def _no_such_call(config):
    config["output_layers"][0] = ["out", 7, 0]


def _no_layer(config):
    config["layers"][0] = {"name": "a", **config_of(rv, rv.losses.Huber())}


@pytest.mark.parametrize(
    "damage, message",
    [
        (_rename, "Missing node: bothh.*Did you mean 'both'"),
        (_loop, "loops or loose ends"),
        (_no_such_call, "no call 7 of 'out'"),
        (_no_layer, "'a' of its config is a Huber"),
    ],
)
def test_errors(damage, message):
    config = config_of(rv, lists(rv))["config"]
    damage(config)
    with pytest.raises(ValueError, match=message):
        Functional.from_config(config)


def test_op_with_an_argument_it_does_not_have():
    config = config_of(rv, dictionaries(rv))["config"]
    entry = next(e for e in config["layers"] if e["class_name"] == "Multiply")
    entry["config"]["colour"] = "red"
    with pytest.raises(ValueError, match=r"'multiply'.*takes no argument \['colour'\]"):
        Functional.from_config(config)
