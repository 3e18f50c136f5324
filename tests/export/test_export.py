"""Arguments of `export`, structures of inputs and outputs, and what is refused."""

import warnings

import jax
import numpy as np
import pytest

import ranvier as rv
from ranvier import ops
from ranvier.saving import load_exported
from tests.export.exporting import FORMATS, assert_same, exported, functional


def normal(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def small():
    return rv.Sequential([rv.Input((4,), name="x"), rv.layers.Dense(3, name="head")])


# Which format, which file.


@pytest.mark.parametrize(
    "name, kind", [("m.onnx", "ONNXModel"), ("m.stablehlo", "StableHLOModel")]
)
def test_the_ending_decides(name, kind, tmp_path):
    small().export(tmp_path / name)
    assert type(load_exported(str(tmp_path / name))).__name__ == kind


def test_the_place_is_told_when_asked(tmp_path, capsys):
    small().export(tmp_path / "a.onnx")
    assert capsys.readouterr().out == ""
    small().export(tmp_path / "a.onnx", verbose=True)
    assert f"Saved artifact at '{tmp_path / 'a.onnx'}'" in capsys.readouterr().out


@pytest.mark.parametrize(
    "kwargs, message",
    [
        ({"format": "tf_saved_model"}, "Unrecognized format='tf_saved_model'"),
        ({"format": "litert"}, "another framework's converter"),
        ({"format": "openvino"}, "another framework's converter"),
        ({"format": "torch"}, "another framework's converter"),
        ({"format": "onxx"}, "Did you mean 'onnx'"),
        ({"format": "onnx", "platforms": ["cpu"]}, "does not know .'platforms'"),
        (
            {"format": "stablehlo", "opset_version": 18},
            "does not know .'opset_version'",
        ),
        (
            {"format": "onnx", "opset_version": 12},
            "`opset_version` must be.*from 18 to",
        ),
        ({"format": "onnx", "opset_version": 999}, "opset_version=999"),
        ({"format": "onnx", "opset_version": "18"}, "opset_version='18'"),
        ({"format": "stablehlo", "platforms": ["abacus"]}, "abacus"),
    ],
)
def test_bad_arguments(kwargs, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        small().export(tmp_path / "m", **kwargs)
    assert not list(tmp_path.iterdir())


def test_a_failure_leaves_the_old_file(tmp_path):
    path = tmp_path / "m.onnx"
    path.write_text("old")
    model = functional(lambda: Draws(), normal(2, 3))
    with pytest.raises(ValueError), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.export(path)
    assert path.read_text() == "old" and len(list(tmp_path.iterdir())) == 1


# Structures.


class Structured(rv.Model):
    """Nested arguments, several of them, and nested results."""

    def __init__(self):
        super().__init__()
        self.dense = rv.layers.Dense(2)

    def call(self, features, offset):
        a, (b, c) = features["a"], features["rest"]
        x = self.dense(ops.concatenate([a, b], axis=-1)) + offset
        return {"z": x, "a": [x * 2.0, (c, ops.sum(x, axis=-1))]}


@pytest.mark.parametrize("format", FORMATS)
def test_structures_are_kept(format, tmp_path):
    model = Structured()
    features = {"rest": [normal(5, 2), normal(5, 1)], "a": normal(5, 3)}
    expected = model(features, normal(5, 2))
    for signature in (None, [features, normal(5, 2)]):
        served = exported(model, tmp_path, format, input_signature=signature)
        found = served(features, normal(5, 2))
        assert_same(found, expected)
        assert list(found) == ["z", "a"] and isinstance(found["a"][1], tuple)
        tuples = {"rest": tuple(features["rest"]), "a": features["a"].tolist()}
        assert_same(served(tuples, normal(5, 2)), expected)
    assert served.signature.inputs[1].shape == ("batch", 2)
    assert served.signature.outputs["a"][1][1].shape == ("batch",)


@pytest.mark.parametrize("format", FORMATS)
def test_names(format, tmp_path):
    inputs = {name: rv.Input((2,), name=name) for name in ("left", "right")}
    both = rv.layers.Concatenate()([inputs["left"], inputs["right"]])
    outputs = [
        rv.layers.Dense(1, name="one")(both),
        rv.layers.Dense(2, name="two")(both),
    ]
    served = exported(rv.Model(inputs, outputs), tmp_path, format)
    assert {k: v.name for k, v in served.signature.inputs[0].items()} == {
        "left": "left",
        "right": "right",
    }
    assert [info.name for info in served.signature.outputs] == ["one", "two"]


@pytest.mark.parametrize("format", FORMATS)
def test_wrong_arguments(format, tmp_path):
    inputs = {name: rv.Input((2,), name=name) for name in ("left", "right")}
    model = rv.Model(inputs, rv.layers.Add()(list(inputs.values())))
    served = exported(model, tmp_path, format)
    x = normal(3, 2)
    for arguments, message in [
        ((x, x), "takes 1 arguments. Received: 2"),
        ((x,), "Expected a dictionary, received ndarray"),
        (({"left": x},), "Expected 2 entries, received 1"),
        (({"left": x, "rihgt": x},), "The key 'right' is missing"),
        (({"left": x, "right": normal(3, 3)},), r"'right'.*\('batch', 2\).*\(3, 3\)"),
        (({"left": x, "right": normal(4, 2)},), "'right'.*with {'batch': 3}"),
        (({"left": x, "right": normal(3)},), r"'right'.*Received shape \(3,\)"),
        (
            ({"left": x, "right": np.array([["a", "b"]])},),
            "'right' should hold numbers",
        ),
    ]:
        with pytest.raises(ValueError, match=message):
            served(*arguments)


@pytest.mark.parametrize("format", FORMATS)
def test_other_dtypes_are_converted(format, tmp_path):
    model = small()
    served = exported(model, tmp_path, format)
    x = np.arange(8).reshape(2, 4)
    for given in (x, x.astype("float64"), x.tolist(), x.astype("uint8")):
        assert_same(served(given), model(x.astype("float32")))


# Sizes.


@pytest.mark.parametrize("format", FORMATS)
def test_sizes_that_may_vary(format, tmp_path):
    inputs = [rv.Input((None, 4)), rv.Input((None, 4))]
    x = rv.layers.Concatenate(axis=1)(inputs)
    outputs = rv.layers.Dense(2)(rv.layers.LayerNormalization()(x))
    model = rv.Model(inputs, outputs)
    served = exported(model, tmp_path, format)
    assert served.signature.inputs[0][0].shape == ("batch", "size_1", 4)
    for lengths in ((3, 5), (1, 1)):
        arrays = [normal(2, n, 4) for n in lengths]
        assert_same(served(arrays), model(arrays))


@pytest.mark.parametrize("format", FORMATS)
def test_sizes_that_must_be_equal(format, tmp_path):
    inputs = [rv.Input((None, 4)), rv.Input((None, 4))]
    model = rv.Model(inputs, rv.layers.Add()(inputs))
    served = exported(model, tmp_path, format)
    assert served.signature.inputs[0][1].shape == ("batch", "size_of_axis_1", 4)
    arrays = [normal(2, 5, 4), normal(2, 5, 4)]
    assert_same(served(arrays), model(arrays))
    with pytest.raises(ValueError, match="with {'batch': 2, 'size_of_axis_1': 5}"):
        served([normal(2, 5, 4), normal(2, 1, 4)])


class Halves(rv.Model):
    def __init__(self):
        super().__init__()
        self.cut = rv.layers.Lambda(lambda x: ops.reshape(x, (2, -1)), name="cut")

    def call(self, x):
        return self.cut(x)


@pytest.mark.parametrize("format", FORMATS)
def test_models_that_need_the_true_size(format, tmp_path):
    model, x = Halves(), normal(4, 3)
    model(x)
    message = "cannot be exported.*batch, 3.*In layer '.*/cut'.*fix them: .*Spec"
    with pytest.raises(ValueError, match=message):
        exported(model, tmp_path, format)
    fixed = [rv.InputSpec(shape=(4, 3), dtype="float32")]
    served = exported(model, tmp_path, format, input_signature=fixed)
    assert_same(served(x), model(x))


# Signatures.


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(
    "signature",
    [
        [rv.InputSpec(shape=(None, 6), dtype="int32", name="ids")],
        rv.KerasTensor((None, 6), dtype="int32", name="ids"),
        [np.zeros((2, 6), "int32")],
        [jax.ShapeDtypeStruct((3, 6), "int32")],
    ],
    ids=["spec", "tensor", "array", "other"],
)
def test_signatures(signature, format, tmp_path):
    model = rv.Sequential([rv.layers.Embedding(7, 3), rv.layers.Flatten()])
    ids = np.arange(18).reshape(3, 6).astype("int32") % 7
    expected = model(ids)
    served = exported(model, tmp_path, format, input_signature=signature)
    assert served.signature.inputs[0].dtype == "int32"
    assert_same(served(ids), expected)


def test_signatures_that_do_not_fit(tmp_path):
    path = tmp_path / "m.onnx"
    with pytest.raises(ValueError, match="needs `shape` and `dtype`"):
        small().export(path, input_signature=[rv.InputSpec(ndim=2)])
    with pytest.raises(TypeError, match="An input signature is made of.*'a'"):
        small().export(path, input_signature=["a"])
    with pytest.raises(ValueError, match="'words' takes strings"):
        small().export(
            path, input_signature=[rv.KerasTensor((2,), "string", name="words")]
        )
    with pytest.raises(ValueError, match="sparse"):
        small().export(path, input_signature=[rv.KerasTensor((2, 4), sparse=True)])


def test_models_without_known_inputs(tmp_path):
    class Net(rv.Model):
        def call(self, x):
            return x * 2.0

    with pytest.raises(ValueError, match="not built"):
        Net().export(tmp_path / "m.onnx")
    model = Net()
    model.built = True
    with pytest.raises(ValueError, match="never been called"):
        model.export(tmp_path / "m.onnx")


def test_outputs_that_are_no_arrays(tmp_path):
    class Net(rv.Model):
        def call(self, x):
            return {"x": x, "n": 3}

    model = Net()
    model(normal(2, 2))
    with pytest.raises(ValueError, match=r"Found a int at outputs\['n'\]"):
        model.export(tmp_path / "m.onnx")


# What cannot be exported, and how it is told.


class Draws(rv.layers.Layer):
    """Random numbers in inference too."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seeds = rv.random.SeedGenerator(3)

    def call(self, x):
        return x + rv.random.normal((3,), seed=self.seeds)


class Asks(rv.layers.Layer):
    """Python in the middle of the program."""

    def call(self, x):
        return jax.pure_callback(np.sin, jax.ShapeDtypeStruct(x.shape, x.dtype), x)


class Inverts(rv.layers.Layer):
    def call(self, x):
        return ops.linalg.inv(x)


class Box(rv.layers.Layer):
    """A layer around another."""

    def __init__(self, inner, **kwargs):
        super().__init__(**kwargs)
        self.inner = inner

    def call(self, x):
        return self.inner(x) + 1.0


@pytest.mark.parametrize(
    "layer, format, message",
    [
        (Draws, "onnx", "layer 'box/culprit' to ONNX.*random numbers"),
        (Asks, "onnx", "layer 'box/culprit' to ONNX.*`pure_callback`.*calls Python"),
        (Asks, "stablehlo", "layer 'box/culprit'.*calls Python.*`pure_callback`"),
        (Inverts, "onnx", "layer 'box/culprit' to ONNX: its operation `lu`"),
    ],
)
def test_culprits_are_named(layer, format, message, tmp_path):
    x = rv.Input((3, 3))
    model = rv.Model(x, Box(layer(name="culprit"), name="box")(x))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(ValueError, match=f"Cannot export the {message}"):
            exported(model, tmp_path, format)
    assert "call" not in vars(model.layers[1])


def test_layers_on_the_host_are_named(tmp_path):
    layer = rv.layers.IntegerLookup(vocabulary=[1, 2, 3], name="words")
    model = functional(lambda: layer, np.ones((2, 3), "int32"))
    with pytest.raises(ValueError, match=r"layers \['words'\].*work in NumPy"):
        model.export(tmp_path / "m.onnx")


def test_randomness_in_inference_is_frozen_and_told(tmp_path):
    model = functional(lambda: Draws(), normal(2, 3))
    with pytest.warns(UserWarning, match="changes variables in inference"):
        served = exported(model, tmp_path, "stablehlo")
    x = normal(2, 3)
    np.testing.assert_array_equal(served(x), served(x))
    assert_same(served(x), model(x))  # the first draw


@pytest.mark.parametrize("name", ["inv", "cholesky", "eigh", "svd", "qr", "det"])
def test_linear_algebra_in_stablehlo(name, tmp_path):
    x = normal(2, 3, 3)
    x = x @ x.transpose(0, 2, 1) + np.eye(3, dtype="float32")

    def function(x):
        results = getattr(ops.linalg, name)(x)
        return list(results) if isinstance(results, tuple) else results

    layer = rv.layers.Lambda(function)
    model = functional(lambda: layer, x)
    served = exported(model, tmp_path, "stablehlo", platforms=None)
    assert_same(served(x), model(x))


def test_what_a_platform_lacks(tmp_path):
    layer = rv.layers.Lambda(lambda x: ops.linalg.eig(x)[1])
    model = functional(lambda: layer, normal(2, 3, 3))
    with pytest.raises(ValueError, match="'eig'.*'tpu'.*platforms=.'cpu'"):
        model.export(tmp_path / "m")
    assert exported(model, tmp_path, "stablehlo").platforms == ("cpu",)


# Values.


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "mixed_bfloat16"])
def test_narrow_floats(dtype, format, tmp_path):
    layers = [rv.layers.Dense(8, "relu", dtype=dtype), rv.layers.Dense(2, dtype=dtype)]
    model = rv.Sequential([rv.Input((4,)), *layers])
    served = exported(model, tmp_path, format)
    found = served(normal(5, 4))
    assert str(found.dtype) == ("float32" if format == "onnx" else dtype.split("_")[-1])
    # bfloat16 has 8 bits: numbers about 1 are 2**-8 apart.
    expected = np.asarray(model(normal(5, 4)), "float32")
    assert_same(np.asarray(found, "float32"), expected, rtol=0.03, atol=0.03)


@pytest.mark.parametrize("format", FORMATS)
def test_dropout_and_batch_statistics_are_those_of_inference(format, tmp_path):
    layers = [rv.layers.BatchNormalization(), rv.layers.Dropout(0.5)]
    model = rv.Sequential([rv.Input((4,)), *layers, rv.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(normal(32, 4), normal(32, 1), verbose=0)
    served = exported(model, tmp_path, format)
    assert_same(served(normal(5, 4)), model.predict(normal(5, 4), verbose=0))


@pytest.mark.parametrize("format", FORMATS)
def test_later_training_leaves_the_file_alone(format, tmp_path):
    model = small()
    expected = np.asarray(model(normal(5, 4)))
    served = exported(model, tmp_path, format)
    for weight in model.weights:
        weight.assign(weight * 2.0 + 1.0)
    assert_same(served(normal(5, 4)), expected)
