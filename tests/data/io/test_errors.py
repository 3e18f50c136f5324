"""Messages say which feature, field or file, what was expected and what came."""

import numpy as np
import pytest

from ranvier.data import io
from ranvier.tensors._errors import InvalidArgumentError
from tests.data.io.cases import GOLDEN, Make

MAKE = Make(io)
ONE = MAKE.example(a=MAKE.ints(1, 2), b=MAKE.strings(b"x"))
DESCRIBED = str(GOLDEN / "people.desc")


def batch(*features, **options):
    spec = dict(features)
    return lambda: io.parse_example([ONE, ONE, MAKE.example()], spec, **options)


def single(*features):
    return lambda: io.parse_single_example(ONE, dict(features))


CASES = [
    (
        single(("z", io.FixedLenFeature([], "int64"))),
        r"^Feature: z \(data type: int64\) is required but could not be found\.$",
    ),
    (
        batch(("a", io.FixedLenFeature([2], "int64"))),
        r"^Name: <unknown>, Feature: a \(data type: int64\) is required",
    ),
    (
        batch(("a", io.FixedLenFeature([2], "int64")), example_names=list("pqr")),
        "^Name: r, Feature: a",
    ),
    (
        single(("b", io.FixedLenFeature([], "float32"))),
        r"Key: b\.  Data types don't match\. Data type: string but expected type: f",
    ),
    (
        batch(("a", io.FixedLenFeature([3], "int64", [0, 0, 0]))),
        r"Key: a, Index: 0\.  Number of int64 values != expected\.  Values size: 2 but "
        r"output shape: \[3\]",
    ),
    (
        batch(("a", io.FixedLenSequenceFeature([3], "int64", True))),
        "not a multiple of stride length. Saw 2 values",
    ),
    (
        single(("a", io.FixedLenFeature([2], "int32"))),
        "int64, float32 or string; got int32 for feature 'a'",
    ),
    (
        single(("a", io.FixedLenFeature([None], "int64"))),
        "First dimension of shape for feature a unknown. Consider using "
        "FixedLenSequenceFeature",
    ),
    (single(("a", 3)), "Unsupported int 3 for key 'a'"),
    (single(), "Argument `features` cannot be None or empty"),
    (
        lambda: io.parse_single_example(b"garbage", {"a": io.VarLenFeature("int64")}),
        "Could not parse example input, value: 'garbage'",
    ),
    (
        lambda: io.parse_single_example([ONE], {"a": io.VarLenFeature("int64")}),
        r"must be a scalar. Received an array of shape \(1,\); use `parse_example`",
    ),
    (
        lambda: io.decode_csv(["1", "1,2"], [0.0]),
        "Expect 1 fields but have 2 in record 1",
    ),
    (
        lambda: io.decode_csv(["1,x", "2,y"], [0.0, 0]),
        "Field 1 in record 0 is not a valid int32: x",
    ),
    (
        lambda: io.decode_csv(["1", ""], [np.array([], "f4")]),
        "Expect 1 fields but have 0 in record 1",
    ),
    (
        lambda: io.decode_csv(["1,", "2,3"], [0, np.array([], "f4")]),
        "Field 1 is required but missing in record 0!",
    ),
    (
        lambda: io.parse_tensor(io.serialize_tensor([1.0]), "int32"),
        r"Type mismatch between parsed tensor \(float32\) and dtype \(int32\)",
    ),
    (
        lambda: io.decode_raw(b"abc", "int16"),
        "has length 3 that is not a multiple of 2, the size of int16",
    ),
    (
        lambda: io.decode_image(b"text"),
        "Unknown image file format. One of JPEG, PNG, GIF, BMP, WebP required",
    ),
    (
        lambda: io.decode_png(b"BM" + bytes(60)),
        "Trying to decode BMP format with decode_png. Use decode_bmp or decode_image",
    ),
    (
        lambda: io.decode_proto(
            b"", "people.Person", ["nme"], ["string"], descriptor_source=DESCRIBED
        ),
        "Unknown field: nme in message type people.Person. Known fields: name, id",
    ),
    (
        lambda: io.decode_proto(
            b"", "people.Person", ["id"], ["string"], descriptor_source=DESCRIBED
        ),
        "Unexpected output type for people.Person.id: int32 to string. Expected: int32",
    ),
]


@pytest.mark.parametrize(("call", "message"), CASES, ids=range(len(CASES)))
def test_message(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_errors_are_of_both_kinds():
    with pytest.raises(InvalidArgumentError) as caught:
        io.decode_image(b"text")
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("missing", ["a", "b"])
def test_the_first_example_at_fault_is_named(missing):
    records = [ONE] * 60
    records[45] = MAKE.example(**{"b" if missing == "a" else "a": MAKE.ints(1)})
    names = [f"n{i}" for i in range(60)]
    feature = {
        "a": io.FixedLenFeature([2], "int64"),
        "b": io.FixedLenFeature([], "string"),
    }[missing]
    spec = {missing: feature}
    with pytest.raises(InvalidArgumentError, match="Name: n45, Feature"):
        io.parse_example(records, spec, example_names=names)
