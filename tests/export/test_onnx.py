"""ONNX files: what is in them, as other tools see it, and files that lie."""

import json

import jax
import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ranvier as rv
from ranvier.saving import load_exported
from tests.export.exporting import assert_same, functional

X = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")


@pytest.fixture(scope="module")
def model():
    layers = [
        rv.layers.Dense(3, "relu", name="body"),
        rv.layers.BatchNormalization(name="norm"),
        rv.layers.Dense(2, name="head"),
    ]
    return rv.Sequential([rv.Input((4,), name="x"), *layers], name="net")


@pytest.fixture(scope="module")
def good(model, tmp_path_factory):
    path = tmp_path_factory.mktemp("onnx") / "m.onnx"
    model.export(path)
    return path, onnx.load(path)


def test_onnxruntime_alone(good, model):
    session = onnxruntime.InferenceSession(good[0])
    [given], [result] = session.get_inputs(), session.get_outputs()
    assert (given.name, given.shape, given.type) == ("x", ["batch", 4], "tensor(float)")
    assert (result.name, result.shape) == ("head", ["batch", 2])
    assert_same(session.run(None, {"x": X})[0], model(X))


def test_weights_keep_names_and_values(good, model):
    arrays = {a.name: onnx.numpy_helper.to_array(a) for a in good[1].graph.initializer}
    for weight in model.layers[0].weights + model.layers[2].weights:
        np.testing.assert_array_equal(arrays[weight.path], np.asarray(weight.value))


def test_normalisation_is_folded_and_nothing_is_left_over(good):
    graph = good[1].graph
    kinds = [node.op_type for node in graph.node]
    assert kinds == ["MatMul", "Add", "Max", "Mul", "Add", "MatMul", "Add", "Identity"]
    assert [n.name.split("/")[0] for n in graph.node[:-1]] == [
        *["body"] * 3,
        *["norm"] * 2,
        *["head"] * 2,
    ]
    read = {name for node in graph.node for name in node.input}
    assert {array.name for array in graph.initializer} <= read


def test_the_file_says_where_it_is_from(good):
    _, proto = good
    assert (proto.producer_name, proto.producer_version) == ("ranvier", rv.__version__)
    assert proto.opset_import[0].version == 18
    assert {p.key for p in proto.metadata_props} == {"ranvier_signature"}


@pytest.mark.parametrize("version", [18, 20, 22])
def test_versions(version, model, tmp_path):
    model.export(tmp_path / "m.onnx", opset_version=version)
    proto = onnx.load(tmp_path / "m.onnx")
    onnx.checker.check_model(proto, full_check=True)
    assert proto.opset_import[0].version == version
    assert_same(load_exported(tmp_path / "m.onnx")(X), model(X))


def test_files_of_other_tools(tmp_path):
    helper, floats = onnx.helper, onnx.TensorProto.FLOAT
    a, b = (helper.make_tensor_value_info(n, floats, ["n", 2]) for n in "ab")
    outputs = [helper.make_tensor_value_info(n, floats, None) for n in "cd"]
    nodes = [
        helper.make_node(op, ["a", "b"], [n]) for op, n in (("Add", "c"), ("Mul", "d"))
    ]
    graph = helper.make_graph(nodes, "g", [a, b], outputs)
    onnx.save(
        helper.make_model(graph, ir_version=8, opset_imports=[OPSET]), tmp_path / "m"
    )
    served = load_exported(tmp_path / "m")
    x, y = X[:, :2], X[:, 2:]
    assert_same(served(x, y), [x + y, x * y])


OPSET = onnx.helper.make_opsetid("", 18)


@pytest.mark.parametrize("of", [np.asarray, jax.numpy.asarray, np.ndarray.tolist])
def test_files_of_other_tools_with_wide_integers(of, tmp_path):
    helper, kind = onnx.helper, onnx.TensorProto.INT64
    a = helper.make_tensor_value_info("a", kind, [None, 2])
    b = helper.make_tensor_value_info("b", kind, [None, 2])
    graph = helper.make_graph(
        [helper.make_node("Add", ["a", "a"], ["b"])], "g", [a], [b]
    )
    onnx.save(
        helper.make_model(graph, ir_version=8, opset_imports=[OPSET]), tmp_path / "m"
    )
    served = load_exported(tmp_path / "m")
    assert served.signature.describe() == "a: int64['a_0', 2]"
    found = served(of(np.array([[1, 2], [3, 4]], "int32")))
    np.testing.assert_array_equal(found, [[2, 4], [6, 8]])
    assert found.dtype == "int64"


def test_a_weight_used_twice_is_stored_once(tmp_path):
    dense = rv.layers.Dense(40, name="shared")
    model = functional(lambda: lambda x: dense(dense(x)), np.ones((2, 40), "float32"))
    model.export(tmp_path / "m.onnx")
    arrays = onnx.load(tmp_path / "m.onnx").graph.initializer
    assert sorted(a.name for a in arrays) == ["shared/bias", "shared/kernel"]


# Files that lie.


def test_weights_in_other_files_are_refused(good, tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(b"\0" * 48)
    proto = onnx.ModelProto()
    proto.CopyFrom(good[1])
    tensor = proto.graph.initializer[0]
    onnx.external_data_helper.set_external_data(tensor, str(secret), 0, 48)
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    (tmp_path / "m").write_bytes(proto.SerializeToString())
    with pytest.raises(ValueError, match="weights in other files"):
        load_exported(tmp_path / "m")


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda s: "{", "signature"),
        (lambda s: json.dumps([]), "no dictionary"),
        (lambda s: json.dumps({**s, "inputs": {"tuple": []}}), "does not fit"),
        (lambda s: json.dumps({**s, "outputs": {"list": []}}), "does not fit"),
    ],
)
def test_signatures_that_do_not_fit(change, message, good, tmp_path):
    proto = onnx.ModelProto()
    proto.CopyFrom(good[1])
    [entry] = proto.metadata_props
    entry.value = change(json.loads(entry.value))
    onnx.save(proto, tmp_path / "m.onnx")
    with pytest.raises(ValueError, match=f"Cannot load '.*m.onnx'.*{message}"):
        load_exported(tmp_path / "m.onnx")


@pytest.mark.parametrize("content", [b"", b"\0" * 99, b"no model", b"\x08"])
def test_no_model(content, tmp_path):
    (tmp_path / "m.onnx").write_bytes(content)
    with pytest.raises(ValueError, match="Cannot load '.*m.onnx'"):
        load_exported(tmp_path / "m.onnx")


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_mutated_files_raise_only_value_errors(good, data):
    path, _ = good
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(
            st.integers(0, 255)
        )
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    target = path.with_name("mutated")
    target.write_bytes(content)
    try:
        load_exported(target)
    except ValueError:
        pass
