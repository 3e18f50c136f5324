"""In `Dataset.map` the functions run on whole blocks, with the same results."""

import base64
import json

import numpy as np
import pytest

from ranvier import data
from ranvier.data import io
from ranvier.data._program import Program
from tests.data.io.cases import GOLDEN, Make

COUNT = 70
IMAGES = json.loads((GOLDEN / "images.json").read_text())


def strings(values):
    array = np.empty(len(values), object)
    array[:] = values
    return array


def examples():
    make = Make(io)
    rng = np.random.default_rng(0)
    return strings(
        [
            make.example(
                label=make.ints(i),
                image=make.strings(io.serialize_tensor(rng.normal(size=(2, 3)))),
                x=make.floats(*rng.normal(size=2).tolist()),
                **({"some": make.ints(-i)} if i % 3 else {}),
            )
            for i in range(COUNT)
        ]
    )


SPEC = {
    "label": io.FixedLenFeature([], "int64"),
    "image": io.FixedLenFeature([], "string"),
    "x": io.FixedLenFeature([2], "float32"),
    "some": io.FixedLenFeature([], "int64", 5),
}
ONE_BY_ONE = {
    "l": io.FixedLenSequenceFeature([], "int64", True),
    "label": io.FixedLenFeature([], "int64"),
}
PICTURE = base64.b64decode(IMAGES["png-rgb"])


def parse(record):
    example = io.parse_single_example(record, SPEC)
    image = io.parse_tensor(example["image"], out_type="float64")
    return image * 2, example["label"], example["x"].sum(), example["some"]


def parse_by_name(record):
    return io.parse_single_example(serialized=record, features=SPEC)["label"]


def parse_sequences(record):
    return io.parse_single_example(record, ONE_BY_ONE)


def read_line(line):
    fields = io.decode_csv(line, [[0.0], [0], [""]])
    return fields[0] * 2, fields[1], fields[2]


def read_raw(text):
    return io.decode_raw(text, "uint8") + 1, io.decode_raw(
        text, "uint8", fixed_length=2
    )


def read_base64(text):
    return io.decode_raw(io.decode_base64(text), "uint8")


def read_picture(text):
    return io.decode_png(text, channels=3)[:3], io.decode_image(text, dtype="float32")


def read_jpeg_size(text):
    return io.is_jpeg(text), io.decode_compressed(text)


LINES = strings([b"%d.5,%d,t%d" % (i, i, i) for i in range(COUNT)])
WORDS = strings([b"%03d" % i for i in range(COUNT)])
CASES = [
    (parse, examples(), True),
    (parse_by_name, examples(), True),
    (parse_sequences, examples(), False),
    (read_line, LINES, True),
    (read_raw, WORDS, True),
    (read_base64, io.encode_base64(WORDS), True),
    (read_picture, strings([PICTURE] * COUNT), True),
    (read_jpeg_size, WORDS, True),
]


@pytest.mark.parametrize(
    ("function", "values", "traced"), CASES, ids=[case[0].__name__ for case in CASES]
)
def test_same_as_one_by_one(function, values, traced, monkeypatch):
    programs = []
    trace = Program.trace

    def note(owner, columns):
        programs.append(trace(owner, columns))
        return programs[-1]

    monkeypatch.setattr(Program, "trace", note)
    dataset = data.Dataset.from_tensor_slices(values).map(function)
    got = list(dataset.as_numpy_iterator())
    assert any(program is not None for program in programs) is traced
    assert len(got) == COUNT
    for element, value in zip(got, values):
        expected = function(value)
        pairs = (
            [(element[k], expected[k]) for k in expected]
            if isinstance(expected, dict)
            else zip(element, expected)
            if isinstance(expected, tuple)
            else [(element, expected)]
        )
        for a, b in pairs:
            assert np.asarray(a).dtype == np.asarray(b).dtype
            np.testing.assert_array_equal(a, b)


def test_records_of_different_sizes_are_read_one_by_one():
    values = strings([io.serialize_tensor(np.arange(i % 3)) for i in range(COUNT)])
    dataset = data.Dataset.from_tensor_slices(values)
    got = list(dataset.map(lambda v: io.parse_tensor(v, "int64")).as_numpy_iterator())
    assert [len(value) for value in got] == [i % 3 for i in range(COUNT)]


def test_errors_name_the_element():
    values = examples()
    values[40] = b"garbage"
    dataset = data.Dataset.from_tensor_slices(values).map(parse)
    with pytest.raises(ValueError, match="Could not parse example") as caught:
        list(dataset)
    assert "at element 40" in "".join(caught.value.__notes__)


def test_a_matrix_of_strings_is_no_single_example():
    values = examples().reshape(35, 2)
    dataset = data.Dataset.from_tensor_slices(values)
    with pytest.raises(ValueError, match="must be a scalar"):
        list(dataset.map(parse))
    pairs = dataset.map(lambda v: io.parse_example(v, SPEC)["label"])
    assert np.stack(list(pairs)).tolist() == np.arange(COUNT).reshape(35, 2).tolist()
