"""The table of Keras's op classes, checked against all that Keras has."""

import importlib
import inspect

import keras
import numpy as np
import pytest
from keras.src.activations.activations import Mish
from keras.src.ops.operation import Operation

import ranvier as rv
from ranvier.models._op_names import class_of_op, op_classes, split_arguments
from ranvier.ops._dispatch import signature_of, table

MODULES = sorted({entry.module for entry in op_classes()})


def keras_classes():
    for name in MODULES:
        module = importlib.import_module(name)
        for cls in vars(module).values():
            if inspect.isclass(cls) and issubclass(cls, Operation):
                if cls.__module__ == name and cls.__name__ != "SegmentReduction":
                    yield cls


def parameters(function):
    return list(inspect.signature(function).parameters.values())[1:]


def test_all_classes_of_keras_are_known():
    ours = {(entry.module, entry.name) for entry in op_classes()}
    assert ours == {(cls.__module__, cls.__name__) for cls in keras_classes()}


@pytest.mark.parametrize("entry", op_classes(), ids=lambda entry: entry.name)
def test_arguments_are_those_of_keras(entry):
    cls = getattr(importlib.import_module(entry.module), entry.name)
    call_names = tuple(str(p).partition("=")[0] for p in parameters(cls.call))
    assert entry.call_names == call_names
    own = set(signature_of(table[entry.path]).parameters)
    constructor = {p.name for p in parameters(cls.__init__) if p.name != "name"}
    expected = constructor | {name.lstrip("*") for name in call_names}
    # Arguments of any name, and a switch that stands among them.
    assert own - {"kwargs"} == expected - {"kwargs", "rms_scaling"}


# (name, arguments after the tensor): each makes the model `x -> op(x, ...)`.
CASES = [
    ("absolute", (), {}),
    ("sum", (1,), {"keepdims": True}),
    ("sum", (), {"axis": (1, 2)}),
    ("mean", (), {}),
    ("reshape", ((-1, 6),), {}),
    ("transpose", (), {"axes": (0, 2, 1)}),
    ("expand_dims", (-1,), {}),
    ("clip", (0.2, 0.6), {}),
    ("cast", ("int32",), {}),
    ("maximum", (0.5,), {}),
    ("power", (2.0,), {}),
    ("add", (np.ones((3,), "float32"),), {}),
    ("get_item", ((slice(None), 0),), {}),
    ("get_item", ((Ellipsis, None, slice(0, 2)),), {}),
    ("average", (), {"axis": 1, "weights": np.array([1.0, 3.0], "float32")}),
    ("split", (3,), {"axis": -1}),
    ("pad", (((0, 0), (1, 1), (0, 2)),), {"constant_values": 2.0}),
    ("take", (np.array([2, 0]),), {"axis": -1}),
    ("quantile", (0.3,), {}),
    ("isclose", (0.5,), {"rtol": 0.5}),
    ("roll", (1,), {"axis": 2}),
    ("relu", (), {}),
    ("softmax", (), {"axis": 1}),
    ("leaky_relu", (), {"negative_slope": 0.3}),
    ("layer_normalization", (), {"axis": -1}),
    ("one_hot", (4,), {}),
    ("top_k", (2,), {}),
    ("logsumexp", (), {"axis": 1}),
    ("norm", (), {}),
    ("unstack", (), {"axis": 2}),
]


def make(package, name, args, kwargs):
    dtype = "int32" if name == "one_hot" else "float32"
    x = package.Input((2, 3), dtype=dtype)
    return package.Model(x, getattr(package.ops, name)(x, *args, **kwargs))


def to_config(package, model):
    return package.saving.serialize_keras_object(model)


def outputs(model, x):
    result = model(x)
    parts = result if isinstance(result, (list, tuple)) else [result]
    return [np.asarray(part) for part in parts]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}{case[1:]}")
@pytest.mark.parametrize("writer, reader", [(rv, rv), (rv, keras), (keras, rv)])
def test_models_of_ops_go_both_ways(case, writer, reader, tmp_path):
    name = case[0]
    x = np.random.default_rng(0).uniform(-1, 1, (4, 2, 3)).astype("float32")
    if name == "one_hot":
        x = np.abs(x * 4).astype("int32")
    model = make(writer, *case)
    model.save(tmp_path / "m.keras")
    again = reader.saving.load_model(tmp_path / "m.keras")
    for ours, theirs in zip(outputs(model, x), outputs(again, x), strict=True):
        assert ours.dtype == theirs.dtype
        # The same formula in another order of operations: float32 rounding.
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def test_activations_that_are_ops_in_keras(tmp_path):
    x = keras.Input((3,))
    y = keras.activations.relu(x, negative_slope=0.1, max_value=0.5)
    model = keras.Model(x, Mish()(y))
    model.save(tmp_path / "m.keras")
    data = np.linspace(-2, 2, 12, dtype="float32").reshape(4, 3)
    again = rv.saving.load_model(tmp_path / "m.keras")
    np.testing.assert_allclose(again(data), model(data), rtol=1e-5, atol=1e-6)


def test_split_arguments():
    entry = class_of_op("concatenate")
    args, kwargs, config = split_arguments(entry, ([1, 2],), {"axis": 0})
    assert (args, kwargs, config) == (([1, 2],), {}, {"axis": 0})
