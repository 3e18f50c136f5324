"""Mutated input ends in the documented errors, and takes no memory it cannot have."""

import base64
import json
import tracemalloc

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ranvier.data import io
from ranvier.tensors._errors import DataLossError, InvalidArgumentError
from tests.data.io.cases import BAD, GOLDEN, UNUSUAL, Make

# More than any of the small inputs here can need.
MEMORY = 2**28
fuzz = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
IMAGES = {
    name: base64.b64decode(data)
    for name, data in json.loads((GOLDEN / "images.json").read_text()).items()
}
SPEC = {
    "a": io.VarLenFeature("int64"),
    "b": io.FixedLenFeature([], "string", ""),
    "c": io.RaggedFeature("float32", partitions=[io.RaggedFeature.RowLengths("n")]),
    "d": io.FixedLenSequenceFeature([2], "float32", True),
    "e": io.SparseFeature("a", "f", "float32", 10),
}


def seeds():
    make = Make(io)
    full = make.example(
        a=make.ints(1, 300, -5),
        b=make.strings(b"text"),
        c=make.floats(1.0, 2.0, 3.0),
        n=make.ints(1, 2),
        d=make.floats(1.0, 2.0),
        f=make.floats(0.5, 0.25, 0.125),
    )
    return [full, *UNUSUAL.values(), *BAD.values()]


@st.composite
def mutated(draw, originals):
    """Some bytes, with a few of them changed, left out, repeated or added."""
    data = bytearray(draw(st.sampled_from(originals)))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(data)))
        kind = draw(st.sampled_from(["flip", "set", "cut", "drop", "add", "repeat"]))
        if kind == "flip" and place < len(data):
            data[place] ^= 1 << draw(st.integers(0, 7))
        elif kind == "set" and place < len(data):
            data[place] = draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFF]))
        elif kind == "cut":
            del data[place:]
        elif kind == "drop":
            del data[place : place + draw(st.integers(1, 8))]
        elif kind == "add":
            data[place:place] = draw(st.binary(min_size=1, max_size=8))
        elif kind == "repeat":
            data[place:place] = data[place : place + draw(st.integers(1, 16))]
    return bytes(data)


def check(call, *errors):
    """Runs a call that may only raise these errors, and bounds its memory."""
    tracemalloc.start()
    try:
        call()
    except errors:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < MEMORY


@fuzz
@given(mutated(seeds()))
def test_examples(data):
    check(lambda: io.parse_single_example(data, SPEC), InvalidArgumentError)
    rest = seeds()[0]
    check(lambda: io.parse_example([rest] * 30 + [data], SPEC), InvalidArgumentError)


@fuzz
@given(mutated(seeds()))
def test_one_and_many_agree(data):
    """The search one by one and that of whole batches find the same."""
    spec = {"a": io.VarLenFeature("int64"), "b": io.VarLenFeature("string")}

    def parsed(records):
        try:
            result = io.parse_example(records, spec)
        except InvalidArgumentError:
            return None
        return [
            (np.asarray(result[k].values).tolist(), len(result[k].indices))
            for k in spec
        ]

    several, many = parsed([data] * 3), parsed([data] * 40)
    assert (several is None) == (many is None)
    if several:
        for (few, count), (lots, larger) in zip(several, many):
            assert few * 40 == lots * 3
            assert count * 40 == larger * 3


@fuzz
@given(
    mutated([Make(io).sequence({"a": Make(io).ints(1)}, x=[Make(io).ints(1, 2)] * 2)])
)
def test_sequence_examples(data):
    check(
        lambda: io.parse_single_sequence_example(
            data,
            {"a": io.VarLenFeature("int64")},
            {"x": io.FixedLenSequenceFeature([2], "int64"), "y": SPEC["a"]},
        ),
        InvalidArgumentError,
    )


@pytest.mark.parametrize("compression", ["", "GZIP", "ZLIB"])
def test_record_files(compression, tmp_path):
    with io.TFRecordWriter(tmp_path / "good", compression) as writer:
        for i in range(5):
            writer.write(b"record %d" % i * i)
    good = (tmp_path / "good").read_bytes()

    @fuzz
    @given(mutated([good]))
    def run(data):
        (tmp_path / "bad").write_bytes(data)

        def read():
            for block in io.read_records(tmp_path / "bad", compression):
                for record in block:
                    assert record.startswith(b"record") or not record

        check(read, DataLossError)

    run()


@fuzz
@given(mutated([b'1,2.5,"a ""b"" c"', b"1,,x", b",,", b'3,"4",""\r\n']))
def test_csv(line):
    check(lambda: io.decode_csv([line, line], [[0], [0.0], [""]]), InvalidArgumentError)


TENSORS = [
    io.serialize_tensor(np.arange(6, dtype="f4").reshape(2, 3)),
    io.serialize_tensor([b"a", b"bcd"]),
    io.serialize_tensor(np.array([True, False])),
    b"\x08\x01\x12\x04\x12\x02\x08\x03\x2a\x08\0\0\x80?\0\0\0@",
    b"\x08\x07\x12\x04\x12\x02\x08\x03\x42\x01a",
    b"\x08\x07\x12\x04\x12\x02\x08\x02\x22\x05\x01\x02abb",
]


@fuzz
@given(mutated(TENSORS), st.sampled_from(["float32", "string", "bool", "int64"]))
def test_tensors(data, dtype):
    check(lambda: io.parse_tensor(data, dtype), InvalidArgumentError)


GIF_HEAD = bytes.fromhex("4749463839610c000a0081 0000fa000500 28c8000000000000")
LZW = bytes.fromhex("0001081418a0a0c10003091e2c9810c04286091f4a9c48b1a2c58b180d060400")


@pytest.mark.parametrize("kind", ["png", "jpeg", "gif", "bmp", "webp"])
def test_images(kind):
    originals = [data for name, data in IMAGES.items() if name.startswith(kind)]

    @fuzz
    @given(mutated(originals))
    def run(data):
        check(lambda: io.decode_image(data), InvalidArgumentError)
        check(lambda: io.decode_image(data, dtype="uint16"), InvalidArgumentError)

    run()


def test_an_animation_with_a_frame_that_sticks_out():
    frame = b"\x2c%s\0\0\0\x0c\0\x0a\0\0\x08\x1f" + LZW
    data = GIF_HEAD + frame % b"\0" + frame % b"\1" + b";"
    check(lambda: io.decode_image(data), InvalidArgumentError)
    with pytest.raises(InvalidArgumentError, match="one size"):
        io.decode_gif(data)


def test_pictures_that_claim_to_be_huge():
    for name, data in IMAGES.items():
        for size in (b"\x00\x00\xff\xff", b"\x7f\xff\xff\xff"):
            if name.startswith("png"):
                large = data[:16] + size + size + data[24:]
            elif name.startswith("bmp"):
                large = data[:18] + size[::-1] * 2 + data[26:]
            elif name.startswith("gif"):
                large = data[:6] + size[2:] * 2 + data[10:]
            else:
                continue
            check(lambda d=large: io.decode_image(d), InvalidArgumentError)


@fuzz
@given(
    mutated([(GOLDEN / "people.desc").read_bytes()]),
    mutated([base64.b64decode(json.loads((GOLDEN / "people.json").read_text())["al"])]),
)
def test_protos(described, data):
    for source in (described, (GOLDEN / "people.desc").read_bytes()):
        check(
            lambda s=source: io.decode_proto(
                data,
                "people.Person",
                ["name", "rep", "sub", "kind"],
                ["string", "int64", "string", "int32"],
                descriptor_source=b"bytes://" + s,
            ),
            InvalidArgumentError,
            DataLossError,
        )


@fuzz
@given(mutated([b'{"features": {"feature": {"x": {"int64List": {"value": [1]}}}}}']))
def test_json(text):
    check(lambda: io.decode_json_example(text), InvalidArgumentError)


@fuzz
@given(st.binary(max_size=40))
def test_other_bytes(data):
    check(lambda: io.decode_base64(data), InvalidArgumentError)
    check(lambda: io.decode_raw(data, "int16"), InvalidArgumentError)
    for kind in ("GZIP", "ZLIB"):
        check(lambda k=kind: io.decode_compressed(data, k), DataLossError)
    assert io.decode_base64(io.encode_base64(data)) == data
