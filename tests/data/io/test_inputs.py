"""Strings and numbers may come as Python, NumPy or JAX values, or as tensors."""

import jax.numpy as jnp
import numpy as np
import pytest

from ranvier import tensors
from ranvier.data import io
from tests.data.io.cases import Make

MAKE = Make(io)
RECORD = MAKE.example(a=MAKE.ints(1, 2))
SPEC = {"a": io.FixedLenFeature([2], "int64")}

SINGLE = {
    "bytes": lambda b: b,
    "bytearray": bytearray,
    "object": lambda b: np.array(b, object),
    "tensor": tensors.constant,
}
SEVERAL = {
    "list": list,
    "tuple": tuple,
    "object": lambda b: np.array(b, object),
    "fixed width": np.array,
    "tensor": tensors.constant,
    "tensors": lambda b: [tensors.constant(x) for x in b],
}


@pytest.mark.parametrize("kind", SINGLE)
@pytest.mark.parametrize(
    ("function", "text"),
    [
        (lambda x: io.parse_single_example(x, SPEC)["a"].tolist(), RECORD),
        (lambda x: io.parse_tensor(x, "int32").tolist(), io.serialize_tensor([1, 2])),
        (lambda x: io.decode_raw(x, "uint8").tolist(), b"abc"),
        (lambda x: [c.item() for c in io.decode_csv(x, [0, 0])], b"1,2"),
        (lambda x: io.decode_base64(x), b"YWJj"),
        (lambda x: io.decode_png(x).tolist(), io.encode_png(np.ones((1, 1, 1), "u1"))),
        (lambda x: io.decode_json_example(x), b"{}"),
        (lambda x: io.is_jpeg(x), b"abc"),
    ],
)
def test_single_strings(function, text, kind):
    assert function(SINGLE[kind](text)) == function(text)


@pytest.mark.parametrize("kind", SEVERAL)
@pytest.mark.parametrize(
    ("function", "texts"),
    [
        (lambda x: io.parse_example(x, SPEC)["a"].tolist(), [RECORD, RECORD]),
        (lambda x: io.decode_raw(x, "uint8").tolist(), [b"abc", b"def"]),
        (lambda x: io.decode_csv(x, [0, 0])[1].tolist(), [b"1,2", b"3,4"]),
        (lambda x: io.decode_base64(x).tolist(), [b"YWJj", b"YQ=="]),
    ],
)
def test_several_strings(function, texts, kind):
    if kind == "fixed width" and texts[0] == RECORD:
        texts = [RECORD + b"\x10\x01"] * 2  # NumPy cuts zeros off the end
    assert function(SEVERAL[kind](texts)) == function(texts)


@pytest.mark.parametrize(
    "kind", [np.asarray, jnp.asarray, tensors.constant], ids=["numpy", "jax", "tensor"]
)
def test_numbers(kind):
    image = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    assert io.encode_png(kind(image)) == io.encode_png(image)
    assert io.encode_jpeg(kind(image)) == io.encode_jpeg(image)
    assert io.serialize_tensor(kind(image)) == io.serialize_tensor(image)
    defaults = [kind(np.float32(0.5)), kind(np.array([], np.int32))]
    assert io.decode_csv(",3", defaults) == [0.5, 3]


def test_python_numbers_are_narrow():
    for value, dtype in ((1, "int32"), (1.5, "float32"), (True, "bool"), ("a", None)):
        data = io.serialize_tensor([value])
        assert io.parse_tensor(data, dtype or "string").shape == (1,)
    assert io.parse_tensor(io.serialize_tensor(2**40), "int64") == 2**40


@pytest.mark.parametrize("bad", [3, 1.5, None, {"a": 1}])
def test_what_is_no_string(bad):
    for use in (
        lambda: io.parse_single_example(bad, SPEC),
        lambda: io.decode_csv(bad, [0]),
        lambda: io.decode_png(bad),
        lambda: io.parse_tensor(bad, "int32"),
    ):
        with pytest.raises(TypeError, match="must be a string"):
            use()
