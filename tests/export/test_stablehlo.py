"""StableHLO archives: what is in them, and files that lie."""

import dataclasses
import hashlib
import json
import pathlib
import subprocess
import sys
import zipfile

import jax
import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st

import ranvier as rv
from ranvier.saving import load_exported
from tests.export.exporting import assert_same

X = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")


@pytest.fixture(scope="module")
def model():
    layers = [rv.layers.Dense(3, "softmax", name="head")]
    return rv.Sequential([rv.Input((4,), name="x"), *layers], name="net")


@pytest.fixture(scope="module")
def good(model, tmp_path_factory):
    path = tmp_path_factory.mktemp("stablehlo") / "m.stablehlo"
    model.export(path, platforms=("cpu", "cuda", "tpu"))
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    return path, members


def write(path, members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            if content is not None:
                archive.writestr(name, content)
    return path


def test_members(good, model, tmp_path):
    _, members = good
    (tmp_path / "w").write_bytes(members["weights.safetensors"])
    weights = safetensors.numpy.load_file(tmp_path / "w")
    assert set(weights) == {"net/head/kernel", "net/head/bias"}
    np.testing.assert_array_equal(weights["net/head/kernel"], model.layers[0].kernel)
    signature = json.loads(members["signature.json"])
    assert signature["jax_version"] == jax.__version__
    # JAX alone can run it.
    program = jax.export.deserialize(bytearray(members["program.jax_export"]))
    assert program.platforms == ("cpu", "cuda", "tpu")
    arrays = tuple(weights[name] for name in signature["weights"])
    assert_same(program.call(arrays, (X,))[0], model(X))


def test_no_paths_of_this_machine(good):
    for content in good[1].values():
        for module in (rv, jax):
            assert str(pathlib.Path(module.__file__).parent).encode() not in content


def test_in_a_process_of_its_own(good, model, tmp_path):
    """No class of the model is there, and inside `jit` it works too."""
    np.save(tmp_path / "x.npy", X)
    code = f"""
import sys, jax, numpy as np
from ranvier.saving import load_exported
served = load_exported({str(good[0])!r})
x = np.load({str(tmp_path / "x.npy")!r})
np.save({str(tmp_path / "y.npy")!r}, jax.jit(lambda x: served(x) * 2.0)(x))
assert "onnx" not in sys.modules and "pickle" not in vars(served)
"""
    subprocess.run([sys.executable, "-c", code], check=True)
    assert_same(np.load(tmp_path / "y.npy") / 2.0, model(X))


def test_gradients(good, model):
    served = load_exported(good[0])
    with pytest.raises(ValueError, match="VJP"):
        jax.grad(lambda x: served(x).sum())(X)


def test_only_the_platforms_asked_for(model, tmp_path):
    model.export(tmp_path / "m", platforms=["tpu"])
    served = load_exported(tmp_path / "m")
    assert served.platforms == ("tpu",)
    with pytest.raises(ValueError, match="tpu"):
        served(X)


# Files that lie.


def with_program(members, program):
    """Returns members with another program, of which the digest is right."""
    digest = hashlib.sha256(program).hexdigest()
    return edited({**members, "program.jax_export": program}, sha256=digest)


def edited(members, **changes):
    signature = json.loads(members["signature.json"])
    for name, value in changes.items():
        signature[name] = value
    return {**members, "signature.json": json.dumps(signature)}


LEAF = {"name": "x", "shape": ["batch", 4], "dtype": "float32"}

BAD = {
    "no_signature": (lambda m: {**m, "signature.json": None}, "no member 'signature"),
    "no_program": (lambda m: {**m, "program.jax_export": None}, "no member 'program"),
    "no_weights": (lambda m: {**m, "weights.safetensors": None}, "no member 'weights"),
    "no_json": (
        lambda m: {**m, "signature.json": "{"},
        "'signature.json' is no valid JSON",
    ),
    "deep_json": (lambda m: {**m, "signature.json": "[" * 10**5}, "no valid JSON"),
    "a_list": (lambda m: {**m, "signature.json": "[]"}, "does not describe"),
    "format": (lambda m: edited(m, format="x"), "does not describe"),
    "version": (lambda m: edited(m, version=2), "version 2"),
    "weights": (lambda m: edited(m, weights=["a"]), "name other weights"),
    "weights_no_list": (lambda m: edited(m, weights=3), "name other weights"),
    "weights_of_numbers": (lambda m: edited(m, weights=[1, "a"]), "other weights"),
    "weights_twice": (
        lambda m: edited(m, weights=["net/head/kernel"] * 2),
        "name other weights",
    ),
    "weights_swapped": (
        lambda m: edited(m, weights=["net/head/bias", "net/head/kernel"]),
        "different inputs or outputs",
    ),
    "no_inputs": (lambda m: edited(m, inputs=None), "no dictionary at inputs"),
    "inputs_no_tuple": (lambda m: edited(m, inputs={"list": []}), "no tuple"),
    "more_inputs": (
        lambda m: edited(m, inputs={"tuple": [LEAF, LEAF]}),
        "cannot be read",
    ),
    "other_shape": (
        lambda m: edited(m, inputs={"tuple": [{**LEAF, "shape": ["batch", 5]}]}),
        "different inputs or outputs",
    ),
    "negative": (
        lambda m: edited(m, inputs={"tuple": [{**LEAF, "shape": [-1, 4]}]}),
        r"shape \[-1, 4\] at inputs\[0\]",
    ),
    "dtype": (
        lambda m: edited(m, inputs={"tuple": [{**LEAF, "dtype": "object"}]}),
        r"no name, shape and dtype at inputs\[0\]",
    ),
    "dtype_list": (
        lambda m: edited(m, inputs={"tuple": [{**LEAF, "dtype": []}]}),
        r"no name, shape and dtype at inputs\[0\]",
    ),
    "pairs": (
        lambda m: edited(m, inputs={"tuple": [{"dict": [["a"]]}]}),
        r"no pairs at inputs\[0\]",
    ),
    "kind": (
        lambda m: edited(m, inputs={"tuple": [{"set": []}]}),
        r"neither tensor nor structure at inputs\[0\]",
    ),
    "deep": (lambda m: edited(m, inputs=nest(40)), "nests too deeply"),
    "outputs": (lambda m: edited(m, outputs={"list": []}), "cannot be read"),
    "digest": (lambda m: {**m, "program.jax_export": b"1"}, "is damaged"),
    "no_digest": (lambda m: edited(m, sha256=None), "is damaged"),
    "empty_program": (lambda m: with_program(m, b""), "cannot be read"),
    "zeros": (lambda m: with_program(m, bytes(999)), "cannot be read"),
    "other_weights": (
        lambda m: {**m, "weights.safetensors": b"1234567890"},
        "declares a header",
    ),
}


def nest(depth):
    return LEAF if depth == 0 else {"tuple": [nest(depth - 1)]}


@pytest.mark.parametrize("name", BAD)
def test_bad_archives(name, good, tmp_path):
    change, message = BAD[name]
    path = write(tmp_path / "m", change(good[1]))
    with pytest.raises(ValueError, match=f"Cannot load '.*(?s:.*){message}"):
        load_exported(path)


def test_missing_files_and_folders(tmp_path):
    for path in (tmp_path / "nothing", tmp_path):
        with pytest.raises(ValueError, match="There is no such file"):
            load_exported(path)


def serialized(function, *shapes, allowed="none"):
    """Returns members of an archive around any function of `(weights, inputs)`."""
    inputs = tuple(jax.ShapeDtypeStruct(shape, "float32") for shape in shapes)
    program = jax.export.export(
        jax.jit(function),
        disabled_checks=[jax.export.DisabledSafetyCheck.custom_call(allowed)],
    )((), inputs)
    program = dataclasses.replace(program, disabled_safety_checks=())
    info = {"name": "x", "shape": list(shapes[0]), "dtype": "float32"}
    signature = {
        "format": "ranvier.stablehlo",
        "version": 1,
        "weights": [],
        "inputs": {"tuple": [info]},
        "outputs": {**info, "name": "y"},
    }
    members = {
        "signature.json": json.dumps(signature),
        "weights.safetensors": (2).to_bytes(8, "little") + b"{}",
    }
    return with_program(members, bytes(program.serialize()))


def test_honest_foreign_programs_are_read(tmp_path):
    members = serialized(lambda w, x: (x[0] * 2.0,), (2, 3))
    x = np.ones((2, 3), "float32")
    assert_same(load_exported(write(tmp_path / "m", members))(x), x * 2.0)


@pytest.mark.parametrize("name", ["evil", "xla_ffi_python_cpu_callback"])
def test_native_calls_are_refused(name, tmp_path):
    """Such a call could reach any function in the process."""

    def function(_, inputs):
        [x] = inputs
        call = jax.ffi.ffi_call(name, jax.ShapeDtypeStruct(x.shape, x.dtype))
        return (call(x),)

    members = serialized(function, (2, 3), allowed=name)
    with pytest.raises(ValueError, match=f"calls {name}, .*It is refused"):
        load_exported(write(tmp_path / "m", members))


def test_bombs_in_the_tree_are_refused(tmp_path):
    """A tree of which every node names the next one twice unfolds into 2**60 leaves."""
    import flatbuffers
    from jax._src.export import serialization_generated as generated

    builder = flatbuffers.Builder(1024)

    def node(kind, children):
        generated.PyTreeDefStartChildrenVector(builder, len(children))
        for child in reversed(children):
            builder.PrependUOffsetTRelative(child)
        vector = builder.EndVector()
        generated.PyTreeDefStart(builder)
        generated.PyTreeDefAddKind(builder, kind)
        generated.PyTreeDefAddChildren(builder, vector)
        return generated.PyTreeDefEnd(builder)

    tree = node(generated.PyTreeDefKind.leaf, [])
    for _ in range(60):
        tree = node(generated.PyTreeDefKind.tuple, [tree, tree])
    generated.ExportedStart(builder)
    generated.ExportedAddInTree(builder, tree)
    generated.ExportedAddOutTree(builder, tree)
    builder.Finish(generated.ExportedEnd(builder))
    members = serialized(lambda w, x: (x[0],), (2, 3))
    members = with_program(members, bytes(builder.Output()))
    with pytest.raises(ValueError, match="where one is expected"):
        load_exported(write(tmp_path / "m", members))


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_mutated_members_raise_only_value_errors(good, data):
    path, members = good
    name = data.draw(st.sampled_from(sorted(members)))
    content = bytearray(members[name])
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(
            st.integers(0, 255)
        )
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    target = write(path.with_name("mutated"), {**members, name: bytes(content)})
    try:
        load_exported(target)
    except ValueError:
        pass


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_mutated_archives_raise_only_value_errors(good, data):
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
