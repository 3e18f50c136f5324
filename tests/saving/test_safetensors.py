"""Weights in safetensors files, with the format's own library as the reference."""

import json
import struct

import ml_dtypes
import numpy as np
import pytest
import safetensors
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st

import ranvier as rv
from ranvier.saving import load_weights, save_weights
from ranvier.saving._safetensors import read_tensors, write_tensors
from tests.saving import kinds


def stack(units=(3, 2), **kwargs):
    layers = [rv.layers.Dense(n, **kwargs) for n in units]
    return rv.Sequential([rv.Input((4,)), *layers], name="stack")


def assert_equal(model, other):
    for ours, theirs in zip(model.weights, other.weights, strict=True):
        np.testing.assert_array_equal(np.asarray(ours.value), np.asarray(theirs.value))


# The format.

DTYPES = ["bool", "uint8", "int8", "uint16", "int16", "float16", "uint32", "int32"]
DTYPES += ["float32", "uint64", "int64", "float64", "complex64", "bfloat16"]


def array_of(name, shape=(2, 3)):
    dtype = np.dtype(getattr(ml_dtypes, name, None) or name)
    return np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)


@pytest.mark.parametrize("name", DTYPES)
def test_every_dtype_both_ways(name, tmp_path):
    array = array_of(name)
    write_tensors(tmp_path / "ours", {"a": array})
    theirs = safetensors.numpy.load_file(tmp_path / "ours")["a"]
    assert theirs.tobytes() == array.tobytes() and theirs.dtype == array.dtype
    (tmp_path / "theirs").write_bytes(safetensors.numpy.save({"a": array}))
    ours = read_tensors(tmp_path / "theirs")[0]["a"]
    assert ours.tobytes() == array.tobytes() and ours.dtype == array.dtype


@pytest.mark.parametrize(
    "name, code", [("float8_e4m3fn", "F8_E4M3"), ("float8_e5m2", "F8_E5M2")]
)
def test_dtypes_that_the_reference_only_names(name, code, tmp_path):
    array = array_of(name)
    write_tensors(tmp_path / "m", {"a": array})
    with safetensors.safe_open(tmp_path / "m", "np") as file:
        assert file.get_slice("a").get_dtype() == code
    ours = read_tensors(tmp_path / "m")[0]["a"]
    assert ours.tobytes() == array.tobytes() and ours.dtype == array.dtype


def test_mixed_sizes_and_odd_names(tmp_path):
    arrays = {f"{name}/ä b": array_of(name, (3,)) for name in DTYPES}
    arrays |= {"empty": array_of("float32", (0, 4)), "scalar": array_of("int8", ())}
    write_tensors(tmp_path / "m", arrays, {"who": "me"})
    theirs = safetensors.numpy.load_file(tmp_path / "m")
    ours, metadata = read_tensors(tmp_path / "m")
    assert metadata == {"who": "me"}
    assert set(ours) == set(theirs) == set(arrays)
    for name, array in arrays.items():
        assert ours[name].shape == theirs[name].shape == array.shape
        assert ours[name].tobytes() == theirs[name].tobytes() == array.tobytes()
        assert ours[name].flags.aligned


def test_dtypes_the_format_lacks(tmp_path):
    with pytest.raises(ValueError, match="'a' has dtype complex128"):
        write_tensors(tmp_path / "m", {"a": np.zeros(2, "complex128")})
    assert not list(tmp_path.iterdir())


# Models.


@pytest.mark.parametrize("kind", kinds.KINDS, ids=lambda kind: kind.__name__)
def test_models(kind, tmp_path):
    model, x, _ = kind(rv)
    other, _, _ = kind(rv)
    model.predict(x, verbose=0), other.predict(x, verbose=0)  # builds those not built
    path = tmp_path / "m.safetensors"
    model.save_weights(path)
    stored = safetensors.numpy.load_file(path)
    weights = {w.path: np.asarray(w.value) for w in model.weights}
    assert set(stored) == set(weights)
    for name, value in weights.items():
        np.testing.assert_array_equal(stored[name], value)
    other.load_weights(path)  # its automatic names differ
    assert_equal(other, model)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "mixed_bfloat16"])
def test_narrow_weights(dtype, tmp_path):
    model, other = stack(dtype=dtype), stack(dtype=dtype)
    model.save_weights(tmp_path / "m.safetensors")
    other.load_weights(tmp_path / "m.safetensors")
    assert_equal(other, model)
    stored = safetensors.numpy.load_file(tmp_path / "m.safetensors")
    assert {str(array.dtype) for array in stored.values()} == {model.weights[0].dtype}


def test_files_of_other_tools_are_read_by_name(tmp_path):
    model = stack()
    arrays = {w.path: np.asarray(w.value) + 1 for w in reversed(model.weights)}
    safetensors.numpy.save_file(arrays, tmp_path / "m.safetensors")
    model.load_weights(tmp_path / "m.safetensors")
    for weight in model.weights:
        np.testing.assert_array_equal(np.asarray(weight.value), arrays[weight.path])


def test_weights_of_one_path_are_numbered(tmp_path):
    class Twins(rv.layers.Layer):
        def build(self, input_shape):
            self.pair = [self.add_weight((2,), "uniform", name="w") for _ in range(2)]

    model, other = Twins(name="twins"), Twins(name="twins")
    for one in (model, other):
        one.build((None, 2))
    save_weights(model, tmp_path / "m.safetensors")
    stored = safetensors.numpy.load_file(tmp_path / "m.safetensors")
    assert set(stored) == {"twins/w", "twins/w_1"}
    load_weights(other, tmp_path / "m.safetensors")
    assert_equal(other, model)


def test_layers_that_store_in_their_own_way(tmp_path):
    class Doubled(rv.layers.Layer):
        def build(self, input_shape):
            self.half = self.add_weight((), "ones")

        def save_own_variables(self, store):
            store["whole"] = self.half.numpy() * 2

        def load_own_variables(self, store):
            self.half.assign(store["whole"] / 2)

    model, other = Doubled(name="d"), Doubled(name="d")
    for one in (model, other):
        one.build((None, 2))
    model.half.assign(3.0)
    save_weights(model, tmp_path / "m.safetensors")
    assert set(safetensors.numpy.load_file(tmp_path / "m.safetensors")) == {"d/whole"}
    load_weights(other, tmp_path / "m.safetensors")
    assert float(other.half) == 3.0


# What does not fit.


def test_misfits_are_named_and_nothing_is_loaded(tmp_path):
    stack().save_weights(tmp_path / "m.safetensors")
    other = stack((3, 7))
    before = [np.asarray(w.value) for w in other.weights]
    shapes = r"kernel' has shape \(3, 7\) in the model, and \(3, 2\) in the file"
    with pytest.raises(ValueError, match=shapes) as caught:
        other.load_weights(tmp_path / "m.safetensors")
    assert "m.safetensors" in str(caught.value)
    for weight, value in zip(other.weights, before, strict=True):
        np.testing.assert_array_equal(np.asarray(weight.value), value)
    with pytest.warns(UserWarning, match=shapes):
        other.load_weights(tmp_path / "m.safetensors", skip_mismatch=True)
    with pytest.raises(AssertionError):
        np.testing.assert_array_equal(np.asarray(other.weights[0].value), before[0])


def test_missing_and_left_over_weights(tmp_path):
    model = stack()
    first, *rest = model.weights
    arrays = {w.path: np.asarray(w.value) for w in rest}
    arrays[first.path + "s"] = np.asarray(first.value)
    safetensors.numpy.save_file(arrays, tmp_path / "m.safetensors")
    with pytest.raises(ValueError, match="The file has no.*Did you mean.*kernels"):
        model.load_weights(tmp_path / "m.safetensors")


def test_layers_can_be_left_alone(tmp_path):
    model, other = stack(), stack()
    for one in (model, other):
        one.layers[0].name, one.layers[1].name = "a", "b"
    save_weights(model, tmp_path / "m.safetensors", objects_to_skip=[model.layers[1]])
    assert len(safetensors.numpy.load_file(tmp_path / "m.safetensors")) == 2
    before = np.asarray(other.layers[1].kernel.value)
    load_weights(other, tmp_path / "m.safetensors", objects_to_skip=[other.layers[1]])
    assert_equal(other.layers[0], model.layers[0])
    np.testing.assert_array_equal(np.asarray(other.layers[1].kernel.value), before)


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        stack().load_weights(tmp_path / "m.safetensors")


# Files that lie.


def file_of(header, data=b"\0" * 24, length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def entry(start=0, stop=24, shape=(2, 3), dtype="F32", **kwargs):
    fields = {"dtype": dtype, "shape": list(shape), "data_offsets": [start, stop]}
    return {**fields, **kwargs}


BAD = {
    "short": (b"1234567", "has 7 bytes"),
    "header_beyond_the_end": (file_of({}, b"", 3), "declares a header of 3"),
    "huge_header": (file_of({}, b"", 2**63), "declares a header"),
    "no_object": (file_of(b"[1]"), "begin with"),
    "no_json": (file_of(b"{,}"), "no valid JSON"),
    "no_unicode": (file_of(b'{"\xff": 1}'), "no valid JSON"),
    "deep": (file_of(b'{"a":' * 100_000), "no valid JSON"),
    "twins": (file_of(b'{"a": 1, "a": 2}'), "'a' stands twice"),
    "no_entry": (file_of({"a": 3}), "'a' should have a dtype"),
    "extra_field": (file_of({"a": entry(more=1)}), "'a' should have a dtype"),
    "dtype": (file_of({"a": entry(dtype="F31")}), "'a' has the unknown dtype 'F31'"),
    "dtype_list": (file_of({"a": entry(dtype=[])}), "'a' has the unknown dtype"),
    "shape": (file_of({"a": entry(shape=(-2, -3))}), "'a' should have a list of nat"),
    "shape_of_bools": (file_of({"a": entry(shape=(True, 6))}), "'a' should have a"),
    "shape_of_floats": (file_of({"a": entry(shape=(2.0, 3))}), "'a' should have a"),
    "many_axes": (file_of({"a": entry(shape=[1] * 65 + [6])}), "'a'.*impossible"),
    "huge_and_empty": (file_of({"a": entry(0, 0, (2**64, 0))}), "'a'.*impossible"),
    "backwards": (file_of({"a": entry(24, 0)}), "'a' should begin before"),
    "three_offsets": (file_of({"a": entry(data_offsets=[0, 1, 2])}), "'a' should beg"),
    "size": (file_of({"a": entry(shape=(2, 4))}), "'a'.*takes 32 bytes, but has 24"),
    "beyond": (file_of({"a": entry(0, 32, (2, 4))}), "'a' ends at byte 32"),
    "overlap": (
        file_of({"a": entry(), "b": entry(8, 16, (2,))}),
        "'b' overlaps 'a'",
    ),
    "gap": (
        file_of({"a": entry(0, 8, (2,)), "b": entry(16, 24, (2,))}),
        "'b' leaves a gap after 'a'",
    ),
    "gap_at_the_start": (
        file_of({"a": entry(8, 24, (4,))}),
        "'a' leaves a gap after the beginning",
    ),
    "rest": (file_of({"a": entry(0, 8, (2,))}), "16 bytes at the end"),
    "metadata": (file_of({"__metadata__": {"a": 1}, "a": entry()}), "__metadata__"),
    "metadata_list": (file_of({"__metadata__": [], "a": entry()}), "__metadata__"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files(name, tmp_path):
    data, message = BAD[name]
    path = tmp_path / "m.safetensors"
    path.write_bytes(data)
    with pytest.raises(
        ValueError, match=f"Cannot load '.*m.safetensors'(?s:.*){message}"
    ):
        stack().load_weights(path)


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    path = tmp_path_factory.mktemp("fuzz") / "m.safetensors"
    write_tensors(
        path,
        {
            "a": array_of("float32"),
            "b": array_of("bfloat16"),
            "c": array_of("bool", ()),
        },
        {"format": "np"},
    )
    return path, path.read_bytes()


@settings(max_examples=1500, deadline=None)
@given(data=st.data())
def test_mutated_files_raise_only_value_errors(good, data):
    """What ours accepts, the reference accepts too."""
    path, content = good
    mutated = bytearray(content)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(mutated) - 1))
        change = data.draw(st.sampled_from(["byte", "digit", "cut", "insert"]))
        if change == "byte":
            mutated[place] = data.draw(st.integers(0, 255))
        elif change == "digit":
            mutated[place] = data.draw(st.sampled_from(b'0123456789{}[]",:-e.tn '))
        elif change == "insert":
            mutated[place:place] = data.draw(st.binary(max_size=3))
        else:
            del mutated[place : place + data.draw(st.integers(1, 8))]
        if not mutated:
            return
    target = path.with_name("mutated")
    target.write_bytes(mutated)
    try:
        ours, _ = read_tensors(target)
    except ValueError:
        return
    with safetensors.safe_open(target, "np") as file:
        assert set(file.keys()) == set(ours)
        for name, array in ours.items():
            assert tuple(file.get_slice(name).get_shape()) == array.shape
