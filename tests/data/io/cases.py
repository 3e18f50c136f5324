"""Calls of `tf.io` that TensorFlow's results are kept of.

`cases(io)` gives them by name, for any namespace with `tf.io`'s functions and
`tf.train`'s messages: TensorFlow's own, or ranvier's.
"""

import base64
import json
import pathlib
import shutil
import tempfile
import zlib

import numpy as np

GOLDEN = pathlib.Path(__file__).parent / "golden"
NOTHING = np.array([], np.float32)


def objects(*values):
    array = np.empty(len(values), object)
    array[:] = values
    return array


def cases(io):
    """Returns a dict of functions without arguments."""
    found = {}
    for group in (
        example_cases,
        random_example_cases,
        ragged_cases,
        sequence_cases,
        csv_cases,
        raw_cases,
        tensor_cases,
        sparse_cases,
        proto_cases,
        image_cases,
        file_cases,
        gfile_cases,
    ):
        for name, call in group(io):
            name = f"{group.__name__.removesuffix('_cases')}: {name}"
            assert name not in found, name
            found[name] = call
    return found


class Make:
    """Builds messages."""

    def __init__(self, io):
        self.io = io

    def ints(self, *values):
        return self.io.Feature(int64_list=self.io.Int64List(value=values))

    def floats(self, *values):
        return self.io.Feature(float_list=self.io.FloatList(value=values))

    def strings(self, *values):
        return self.io.Feature(bytes_list=self.io.BytesList(value=values))

    def example(self, **features):
        features = self.io.Features(feature=features)
        return self.io.Example(features=features).SerializeToString()

    def sequence(self, context=(), **lists):
        io = self.io
        lists = {k: io.FeatureList(feature=v) for k, v in lists.items()}
        return io.SequenceExample(
            context=io.Features(feature=dict(context)),
            feature_lists=io.FeatureLists(feature_list=lists),
        ).SerializeToString()


# Records by hand, in layouts that no writer makes: with the feature a = [1, 2].
VALUES = b"\x08\x01\x08\x02"  # each number in a field of its own
UNUSUAL = {
    "not packed": b"\x0a\x0d\x0a\x0b\x0a\x01a\x12\x06\x1a\x04" + VALUES,
    "two pieces": b"\x0a\x0f\x0a\x0d\x0a\x01a\x12\x08\x1a\x06\x0a\x01\x01\x0a\x01\x02",
    "value before key": b"\x0a\x0d\x0a\x0b\x12\x06\x1a\x04\x0a\x02\x01\x02\x0a\x01a",
    "unknown field": b"\x0a\x0f\x0a\x0d\x0a\x01a\x12\x08\x1a\x04\x0a\x02\x01\x02"
    + b"\x20\x05",
    "given twice": b"\x0a\x18"
    + b"\x0a\x0a\x0a\x01a\x12\x05\x1a\x03\x0a\x01\x09"
    + b"\x0a\x0a\x0a\x01a\x12\x05\x1a\x03\x0a\x01\x08",
    "features twice": b"\x0a\x0d\x0a\x0b\x0a\x01a\x12\x06\x1a\x04\x0a\x02\x01\x02"
    + b"\x0a\x0c\x0a\x0a\x0a\x01b\x12\x05\x1a\x03\x0a\x01\x08",
    "long lengths": b"\x0a\x8f\x00\x0a\x8b\x80\x00"
    + b"\x0a\x01a\x12\x06\x1a\x04\x0a\x02\x01\x02",
    "big number": b"\x0a\x15\x0a\x13\x0a\x01a\x12\x0e\x1a\x0c\x0a\x0a"
    + b"\xff" * 9
    + b"\x01",
}
BAD = {
    "text": b"garbage",
    "cut": b"\x0a\x0d\x0a\x0b\x0a\x01a\x12\x06\x1a\x04\x0a\x02\x01",
    "cut number": b"\x0a\x0d\x0a\x0b\x0a\x01a\x12\x06\x1a\x04\x0a\x02\x01\x82",
    "too long": b"\x0a\x7f\x0a\x0b\x0a\x01a",
    "cut float": b"\x0a\x0d\x0a\x0b\x0a\x01a\x12\x06\x12\x04\x0a\x02\x01\x02",
}


def example_cases(io):
    make = Make(io)
    ints, floats, strings, example = make.ints, make.floats, make.strings, make.example
    fixed, variable = io.FixedLenFeature, io.VarLenFeature
    sequence, ragged, sparse = (
        io.FixedLenSequenceFeature,
        io.RaggedFeature,
        io.SparseFeature,
    )
    two = example(a=ints(1, 2), b=floats(0.5, -1.5), c=strings(b"x", b"\xff\x00"))
    specs = {
        "fixed": {"a": fixed([2], "int64")},
        "fixed float": {"b": fixed([2], "float32")},
        "fixed string": {"c": fixed([1, 2], "string")},
        "fixed integer as shape": {"a": fixed(2, "int64")},
        "fixed wrong dtype": {"a": fixed([2], "float32")},
        "fixed wrong size": {"a": fixed([3], "int64")},
        "fixed scalar": {"a": fixed([], "int64")},
        "fixed empty": {"a": fixed([0], "int64")},
        "fixed int32": {"a": fixed([2], "int32")},
        "fixed unknown size": {"a": fixed([None], "int64")},
        "fixed unknown second size": {"a": fixed([1, None], "int64")},
        "fixed missing": {"z": fixed([2], "int64")},
        "fixed default": {"z": fixed([2], "int64", [7, 8])},
        "fixed default string": {"z": fixed([], "string", "none")},
        "fixed default empty string": {"z": fixed([], "string", "")},
        "fixed default array": {"z": fixed([1, 2], "float32", np.ones((1, 2), "f4"))},
        "fixed default too short": {"z": fixed([2], "int64", 7)},
        "fixed default wrong dtype": {"z": fixed([], "int64", "x")},
        "fixed default fraction": {"z": fixed([], "int64", 1.5)},
        "fixed default unused": {"a": fixed([2], "int64", [7, 8])},
        "variable": {"a": variable("int64")},
        "variable float": {"b": variable("float32")},
        "variable string": {"c": variable("string")},
        "variable missing": {"z": variable("string")},
        "variable wrong dtype": {"a": variable("string")},
        "variable int32": {"a": variable("int32")},
        "sequence": {"a": sequence([], "int64", True)},
        "sequence of pairs": {"a": sequence([2], "int64", True)},
        "sequence missing": {"z": sequence([2], "float32", True)},
        "sequence wrong size": {"a": sequence([3], "int64", True)},
        "sequence not allowed to miss": {"a": sequence([2], "int64")},
        "sequence default": {"a": sequence([], "int64", True, 9)},
        "ragged": {"a": ragged("int64")},
        "ragged string": {"c": ragged("string", row_splits_dtype="int64")},
        "ragged missing": {"z": ragged("float32")},
        "ragged other key": {"r": ragged("float32", value_key="b")},
        "sparse": {"s": sparse("a", "b", "float32", 4)},
        "sparse two axes": {"s": sparse(["a", "a"], "c", "string", [4, 5])},
        "sparse wrong length": {"s": sparse("a", "z", "string", 4)},
        "several": {
            "c": variable("string"),
            "a": fixed([2], "int64"),
            "r": ragged("int64", value_key="q"),
            "z": fixed([], "float32", 2.5),
            "b": fixed([2], "float32"),
        },
        "text key as bytes": {b"a": fixed([2], "int64")},
        "same key twice": {
            "r": ragged("int64", value_key="a"),
            "q": ragged("int64", value_key="a"),
        },
        "dense and ragged": {
            "a": fixed([2], "int64"),
            "r": ragged("int64", value_key="a"),
        },
        "dense and sparse": {
            "a": fixed([2], "int64"),
            "s": sparse("a", "b", "float32", 4),
        },
        "conflicting dtypes": {
            "x": ragged("int64", value_key="a"),
            "y": ragged("float32", value_key="a"),
        },
        "no configuration": {"a": 3},
        "nothing": {},
    }
    one = example(a=ints(5), b=floats(2.0), c=strings(b""))
    empty_feature = example(a=io.Feature(), b=floats(), c=strings(b"only"))
    for name, spec in specs.items():
        yield f"single, {name}", lambda s=spec: io.parse_single_example(two, s)
        yield f"batch, {name}", lambda s=spec: io.parse_example([two, two], s)
        yield (
            f"mixed, {name}",
            lambda s=spec: io.parse_example([two, one, empty_feature, two], s),
        )
        yield (
            f"long, {name}",
            lambda s=spec: io.parse_example([two] * 25 + [one] * 2 + [two] * 3, s),
        )
        yield f"empty record, {name}", lambda s=spec: io.parse_single_example(b"", s)
        yield (
            f"no records, {name}",
            lambda s=spec: io.parse_example(np.array([], object), s),
        )
    pair = {"a": fixed([2], "int64")}
    for kind, records in (("unusual", UNUSUAL), ("bad", BAD)):
        for name, record in records.items():
            every = {"a": variable("int64")}
            yield (
                f"{kind}, {name}",
                lambda r=record, s=every: io.parse_single_example(r, s),
            )
            yield (
                f"{kind}, {name}, in a batch",
                lambda r=record, s=every: io.parse_example([two] * 30 + [r, two], s),
            )
    yield "vector to single", lambda: io.parse_single_example([two], pair)
    yield "scalar to batch", lambda: io.parse_example(two, pair)
    yield "matrix to batch", lambda: io.parse_example([[two]], pair)
    yield "array of objects", lambda: io.parse_example(objects(two, two), pair)
    yield (
        "names in messages",
        lambda: io.parse_example(
            [one, one], {"a": fixed([2], "int64")}, example_names=["n1", "n2"]
        ),
    )
    for bad in (
        {"dtype": "int32"},
        {"dtype": "int64", "value_key": 3},
        {"dtype": "int64", "value_key": ""},
        {"dtype": "int64", "partitions": "abc"},
        {"dtype": "int64", "partitions": [3]},
        {"dtype": "int64", "row_splits_dtype": "float32"},
        {"dtype": "int64", "validate": 1},
    ):
        yield f"ragged feature of {bad}", lambda bad=bad: io.RaggedFeature(**bad) and 0


def random_example_cases(io):
    make = Make(io)
    rng = np.random.default_rng(0)
    spec = {
        "i": io.VarLenFeature("int64"),
        "f": io.RaggedFeature("float32"),
        "s": io.VarLenFeature("string"),
        "n": io.FixedLenSequenceFeature([], "int64", True, -1),
        "d": io.FixedLenFeature([2], "float32", [0.25, 0.5]),
        "label": io.FixedLenFeature([], "int64"),
    }
    for case in range(16):
        records = []
        for _ in range(int(rng.integers(1, 50))):
            features = {"label": make.ints(int(rng.integers(-(2**62), 2**62)))}
            size = int(rng.integers(0, 6))
            big = 2 ** int(rng.integers(1, 63))
            if rng.random() < 0.8:
                numbers = rng.integers(-big, big, size).tolist()
                features["i"] = make.ints(*numbers)
                features["n"] = make.ints(*numbers[::-1])
            if rng.random() < 0.8:
                features["f"] = make.floats(*rng.normal(size=size).tolist())
            if rng.random() < 0.8:
                features["s"] = make.strings(
                    *(rng.bytes(int(rng.integers(0, 20))) for _ in range(size))
                )
            if rng.random() < 0.5:
                features["d"] = make.floats(*rng.normal(size=2).tolist())
            if rng.random() < 0.2:
                features["other"] = make.strings(b"unused")
            records.append(make.example(**features))
        yield f"batch {case}", lambda r=records: io.parse_example(r, spec)
        yield f"single {case}", lambda r=records: io.parse_single_example(r[0], spec)


def ragged_cases(io):
    make = Make(io)
    ints = make.ints
    one = make.example(
        v=ints(3, 1, 4, 1, 5, 9),
        splits=ints(0, 2, 3, 3, 6),
        outer=ints(0, 2, 3, 4),
        lengths=ints(2, 1, 3),
        starts=ints(0, 2, 3),
        limits=ints(2, 3, 6),
        ids=ints(0, 0, 1, 1, 3, 3),
    )
    other = make.example(
        v=ints(2, 7, 1, 8, 2, 8, 1),
        splits=ints(0, 3, 4, 5, 7),
        outer=ints(0, 1, 1, 4),
        lengths=ints(7),
        starts=ints(0),
        limits=ints(7),
        ids=ints(0, 0, 0, 0, 0, 0, 0),
    )
    missing = make.example()
    of = io.RaggedFeature
    even = make.example(v=ints(*range(12)), halves=ints(0, 2, 6))
    for name, partitions in {
        "splits": [of.RowSplits("splits")],
        "two splits": [of.RowSplits("outer"), of.RowSplits("splits")],
        "lengths": [of.RowLengths("lengths")],
        "starts": [of.RowStarts("starts")],
        "limits": [of.RowLimits("limits")],
        "ids": [of.ValueRowIds("ids")],
        "uniform": [of.UniformRowLength(1)],
        "splits, uniform": [of.RowSplits("splits"), of.UniformRowLength(1)],
        "uniform, splits": [of.UniformRowLength(2), of.RowSplits("splits")],
        "uniform twice": [of.UniformRowLength(1), of.UniformRowLength(1)],
    }.items():
        for dtype in ("int32", "int64"):
            spec = {"f": of("int64", "v", partitions, dtype)}
            yield (
                f"{name}, {dtype}",
                lambda s=spec: io.parse_example([one, other], s),
            )
        yield f"{name}, single", lambda s=spec: io.parse_single_example(one, s)
        yield f"{name}, missing", lambda s=spec: io.parse_example([one, missing], s)
    for name, partitions in {
        "threes": [of.UniformRowLength(3)],
        "twos of threes": [of.UniformRowLength(2), of.UniformRowLength(3)],
        "halves": [of.RowSplits("halves"), of.UniformRowLength(2)],
    }.items():
        spec = {"f": of("int64", "v", partitions)}
        yield name, lambda s=spec: io.parse_single_example(even, s)
    bad = make.example(v=ints(1, 2, 3), splits=ints(0, 2))
    spec = {"f": of("int64", "v", [of.RowSplits("splits")], validate=True)}
    yield "wrong splits", lambda: io.parse_example([one, bad], spec)


def sequence_cases(io):
    make = Make(io)
    ints, strings = make.ints, make.strings
    one = make.sequence(
        {"id": ints(7)},
        x=[ints(1, 2), ints(3, 4), ints(5, 6)],
        w=[strings(b"a"), strings(b"b", b"c"), strings()],
    )
    other = make.sequence({"id": ints(8)}, x=[ints(9, 9)], w=[])
    fixed = io.FixedLenSequenceFeature
    context = {"id": io.FixedLenFeature([], "int64")}
    lists = {
        "fixed": {"x": fixed([2], "int64")},
        "fixed missing": {"z": fixed([2], "int64")},
        "fixed allowed to miss": {"z": fixed([2], "int64", True)},
        "fixed wrong size": {"x": fixed([3], "int64")},
        "fixed wrong dtype": {"x": fixed([2], "float32")},
        "variable": {"w": io.VarLenFeature("string")},
        "variable missing": {"z": io.VarLenFeature("float32")},
        "variable wrong dtype": {"x": io.VarLenFeature("float32")},
        "ragged": {"w": io.RaggedFeature("string")},
        "ragged missing": {"z": io.RaggedFeature("int64", row_splits_dtype="int64")},
        "both": {"x": fixed([2], "int64"), "w": io.VarLenFeature("string")},
        "not allowed": {"x": io.FixedLenFeature([], "int64")},
        "none": None,
    }
    for name, spec in lists.items():
        yield (
            f"batch, {name}",
            lambda s=spec: io.parse_sequence_example([one, other], context, s),
        )
        yield (
            f"single, {name}",
            lambda s=spec: io.parse_single_sequence_example(one, context, s),
        )
        yield (
            f"without context, {name}",
            lambda s=spec: io.parse_single_sequence_example(one, None, s),
        )
    contexts = {
        "variable": {"id": io.VarLenFeature("int64")},
        "ragged": {"id": io.RaggedFeature("int64"), "q": io.RaggedFeature("string")},
        "wrong dtype": {"id": io.FixedLenFeature([], "string")},
        "missing": {"q": io.FixedLenFeature([], "string")},
        "default": {"q": io.FixedLenFeature([], "string", "none")},
    }
    for name, spec in contexts.items():
        yield (
            f"context {name}",
            lambda s=spec: io.parse_sequence_example([one, other], s),
        )
        yield (
            f"context {name}, single",
            lambda s=spec: io.parse_single_sequence_example(one, s),
        )
    spec = {"x": fixed([2], "int64")}
    yield "scalar", lambda: io.parse_sequence_example(one, context, spec)
    yield "vector", lambda: io.parse_single_sequence_example([one], context, spec)
    yield "damaged", lambda: io.parse_sequence_example([b"garbage"], context, spec)
    parts = [io.RaggedFeature.RowLengths("n")]
    cut = [
        make.sequence(v=[ints(1, 2, 3), ints(4)], n=[ints(2, 1), ints(1)]),
        make.sequence(v=[ints(5, 6)], n=[ints(0, 2)]),
    ]
    spec = {"r": io.RaggedFeature("int64", "v", parts)}
    yield "partitions", lambda: io.parse_sequence_example(cut, {}, spec)


def csv_cases(io):
    text = [[0.0], ["d"]]
    for line in (
        "1,2",
        "1,",
        "1",
        ",",
        "",
        "1,2,3",
        '1,"a"',
        '1," a,b"',
        '1,"a""b"',
        '1,"a"b',
        '1,a"b',
        '1,"a',
        "\n1,2",
        "1,2\n",
        "1,2\r\n",
        "1\n,2",
        '"1",2',
        " 1 ,2",
        "1 2,3",
        '1,"',
        '1,""',
        '1,"",',
        '"",""',
        '1,"a\nb"',
        "1,\n2",
        "1,\n",
        ' 1, "a"',
        '"a"","b"',
        '1,"""a"""',
        "1,\u00e4",
        '1,"a,""b"""',
    ):
        yield f"line {line!r}", lambda line=line: io.decode_csv(line, text)
    numbers = (
        "1 x 1.5 inf -inf nan 1e400 0x10 1_0 1e-50 .5 5. +3 infinity 1e 0.1 "
        "16777217 1e38 1e39 2147483647 2147483648 -2147483648 -2147483649 "
        "9223372036854775807 9223372036854775808 -0 007 1. NaN"
    ).split() + ["", " 5 ", "\t7"]
    for dtype in ("float32", "float64", "int32", "int64"):
        default = [np.zeros(1, dtype), [0]]
        for number in numbers:
            yield (
                f"{number!r} as {dtype}",
                lambda n=number, d=default: io.decode_csv([n + ",1"], d),
            )
    required = [NOTHING, NOTHING]
    yield "required", lambda: io.decode_csv(["1,2", "3,4"], required)
    yield "required missing", lambda: io.decode_csv(["1,2", ",3"], required)
    yield "scalar defaults", lambda: io.decode_csv("1,,3", [1.0, 2.0, 3])
    yield "several defaults", lambda: io.decode_csv("1,2", [[1.0, 2.0], 3])
    yield "default of rank 2", lambda: io.decode_csv("1,2", [[[0.0]], 0])
    yield "default uint8", lambda: io.decode_csv("1", [np.array([1], "u1")])
    yield "no defaults", lambda: io.decode_csv("1", [])
    yield "semicolon", lambda: io.decode_csv("1;2", [0, 0], field_delim=";")
    yield "tab", lambda: io.decode_csv("1\t2", [0, 0], field_delim="\t")
    yield "two characters", lambda: io.decode_csv("1;;2", [0, 0], field_delim=";;")
    yield "no character", lambda: io.decode_csv("1", [0], field_delim="")
    yield "no quotes", lambda: io.decode_csv('1,"a"', [0, ""], use_quote_delim=False)
    yield "quoted semicolon", lambda: io.decode_csv('1;"a;"', [0, ""], field_delim=";")
    yield "missing", lambda: io.decode_csv("1,NA", [0, 5], na_value="NA")
    yield "missing number", lambda: io.decode_csv("1,-9", [0.0, 5.0], na_value="-9")
    yield "missing text", lambda: io.decode_csv('NA,"NA"', ["x", "y"], na_value="NA")
    line = "1,a,3,"
    for columns in ([0, 2], [2, 0], [0], [0, 5], [-1, 0], [2, 3], [0, 0], []):
        yield (
            f"columns {columns}",
            lambda c=columns: io.decode_csv([line], [0, 0], select_cols=c),
        )
    yield (
        "column with quotes left out",
        lambda: io.decode_csv('1,a"b,3', [0, 0], select_cols=[0, 2]),
    )
    yield "matrix", lambda: io.decode_csv([["1,2"], ["3,4"]], [0, 0])
    yield "no lines", lambda: io.decode_csv(np.array([], object), [0, ""])
    yield "bytes", lambda: io.decode_csv(b"1,\xff", [0, ""])
    rng = np.random.default_rng(1)
    table = rng.normal(size=(200, 5)) * 10.0 ** rng.integers(-8, 9, (200, 5))
    lines = [",".join(map(repr, row)) for row in table.tolist()]
    yield "many floats", lambda: io.decode_csv(lines, [[0.0]] * 5)
    holes = [
        line.replace("1", "", 1) if i % 3 else "," * 4 for i, line in enumerate(lines)
    ]
    yield "many holes", lambda: io.decode_csv(holes, [np.full(1, 0.1, "f4")] * 5)


def raw_cases(io):
    strings = [b"abcdefgh", b"\x00\x01\x02\x03\xff\xfe\xfd\xfc"]
    dtypes = (
        "float16 float32 float64 int32 uint16 uint8 int16 int8 int64 complex64 "
        "complex128 bool bfloat16 uint32 uint64 string"
    ).split()
    for dtype in dtypes:
        yield f"{dtype}", lambda d=dtype: io.decode_raw(strings, d)
        yield (
            f"{dtype}, big endian",
            lambda d=dtype: io.decode_raw(strings, d, little_endian=False),
        )
        yield (
            f"{dtype}, padded",
            lambda d=dtype: io.decode_raw([b"abcd", b"e"], d, fixed_length=16),
        )
    yield "scalar", lambda: io.decode_raw(b"ab", "uint8")
    yield "matrix", lambda: io.decode_raw([[b"ab"], [b"cd"]], "uint8")
    yield "odd length", lambda: io.decode_raw(b"abc", "int16")
    yield "two lengths", lambda: io.decode_raw([b"abcd", b"ef"], "int16")
    yield "empty", lambda: io.decode_raw(b"", "float32")
    yield "empty strings", lambda: io.decode_raw([b"", b""], "int16")
    yield "no strings", lambda: io.decode_raw(np.array([], object), "int16")
    yield "cut", lambda: io.decode_raw([b"abcd", b"ef"], "uint8", fixed_length=3)
    yield "odd", lambda: io.decode_raw([b"abcd"], "int16", fixed_length=3)
    yield "length 0", lambda: io.decode_raw([b"abcd"], "int16", fixed_length=0)
    yield (
        "length -1",
        lambda: io.decode_raw([b"abcd"], "uint8", fixed_length=-1),
    )
    for pad in (False, True):
        yield (
            f"to base 64, pad={pad}",
            lambda p=pad: io.encode_base64([b"a\xff?>", b"", b"ab", b"abc"], pad=p),
        )
    yield "to base 64, scalar", lambda: io.encode_base64("a")
    for word in ["", "YQ", "YWI=", "YQ==", "Y", "Y+", "YQ=", "YQ===", "Y Q", "-_-_"] + [
        "YR",
        "=",
        "====",
        "Y=Q=",
        "YWJj",
        "YWJjZA==",
        "YQ\n",
    ]:
        yield f"from base 64 {word!r}", lambda w=word: io.decode_base64(w)
    packed = zlib.compress(b"abc" * 50)
    for name, data, kind in (
        ("zlib", packed, "ZLIB"),
        ("as gzip", packed, "GZIP"),
        ("plain", b"abc", ""),
        ("not zlib", b"abc", "ZLIB"),
        ("empty", b"", "ZLIB"),
        ("unknown", b"abc", "FOO"),
    ):
        yield f"decompress {name}", lambda d=data, k=kind: io.decode_compressed(d, k)
    yield "decompress two", lambda: io.decode_compressed([packed, packed], "ZLIB")


def tensor_cases(io):
    values = {
        "matrix": np.arange(6, dtype="f4").reshape(2, 3),
        "strings": objects(b"a", b"bc", b"", b"\xff" * 200),
        "scalar": np.array(3, "i8"),
        "bool": np.array([True, False]),
        "empty": np.zeros((0, 3), "f8"),
        "large axis": np.zeros((300, 1), "u1"),
        "list": [1, 2],
        "floats": [1.5],
        "text": "a",
        "long numbers": [2**40],
    }
    for dtype in (
        "int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 "
        "complex64 complex128"
    ).split():
        values[dtype] = np.array([[1, 2, 3]], dtype)
    for name, value in values.items():
        yield f"serialize {name}", lambda v=value: io.serialize_tensor(v)
        dtype = getattr(value, "dtype", None)
        if dtype is not None:
            dtype = "string" if dtype.hasobject else dtype.name
            yield (
                f"both ways {name}",
                lambda v=value, d=dtype: io.parse_tensor(io.serialize_tensor(v), d),
            )
    # dtype and shape [3], then values
    three = b"\x12\x04\x12\x02\x08\x03"
    huge = b"\x12\x12" + 2 * b"\x12\x07\x08\x80\x80\x80\x80\x80\x20"
    for name, data, dtype in (
        (
            "float values",
            b"\x08\x01" + three + b"\x2a\x0c" + bytes(8) + b"\0\0\x80?",
            0,
        ),
        ("fewer values", b"\x08\x01" + three + b"\x2a\x04\0\0\x80?", 0),
        ("no values", b"\x08\x01" + three, 0),
        ("more values", b"\x08\x01\x12\0\x2a\x08\0\0\x80?\0\0\0@", 0),
        ("wrong content", b"\x08\x01" + three + b"\x22\x04abcd", 0),
        ("no shape", b"\x08\x01\x2a\x04\0\0\x80?", 0),
        ("unknown rank", b"\x08\x01\x12\x02\x18\x01\x2a\x04\0\0\x80?", 0),
        ("negative size", b"\x08\x01\x12\x0d\x12\x0b\x08" + b"\xff" * 9 + b"\x01", 0),
        ("too large", b"\x08\x01" + huge + b"\x2a\x04\0\0\x80?", 0),
        ("wrong dtype", b"\x08\x03\x3a\x01\x05", 0),
        ("unknown dtype", b"\x08\x63", 0),
        ("nothing", b"", 0),
        ("damaged", b"garbage", 0),
        ("int values", b"\x08\x03" + three + b"\x3a\x03\x01\x02\x03", "int32"),
        ("int64 values", b"\x08\x09" + three + b"\x52\x01\x07", "int64"),
        ("bool values", b"\x08\x0a" + three + b"\x5a\x02\x01\x00", "bool"),
        ("bytes beyond uint8", b"\x08\x04" + three + b"\x3a\x02\xac\x02", "uint8"),
        ("half values", b"\x08\x13" + three + b"\x6a\x02\x80\x78", "float16"),
        ("bfloat16 values", b"\x08\x0e" + three + b"\x6a\x02\x80\x7f", "bfloat16"),
        ("string values", b"\x08\x07" + three + b"\x42\x01a\x42\x02bc", "string"),
        ("no strings", b"\x08\x07" + three, "string"),
        ("complex values", b"\x08\x08\x4a\x08\0\0\x80?\0\0\0@", "complex64"),
        ("double values", b"\x08\x02\x32\x08" + bytes(6) + b"\xf0?", "float64"),
        ("uint32 values", b"\x08\x16\x82\x01\x01\x05", "uint32"),
        ("bool content", b"\x08\x0a" + three + b"\x22\x03\x01\x00\x02", "bool"),
    ):
        yield (
            f"parse {name}",
            lambda b=data, d=dtype: io.parse_tensor(b, d or "float32"),
        )
    yield "parse several", lambda: io.parse_tensor([b"", b""], "int32")


def sparse_cases(io):
    def tensor(shape, places, values):
        return io.SparseTensor(
            np.array(places, "i8").reshape(-1, len(shape)), values, shape
        )

    tensors = {
        "floats": tensor([3, 4], [[0, 1], [2, 3]], np.array([1.0, 2.0], "f4")),
        "ints": tensor([3, 4], [[0, 1], [2, 3]], np.array([1, 2], "i8")),
        "strings": tensor([2, 5], [[1, 0], [1, 4]], objects(b"a", b"bc")),
        "three axes": tensor([2, 2, 2], [[0, 1, 1], [1, 0, 0]], np.ones(2, "f4")),
        "empty": tensor([2, 3], [], np.array([], "f4")),
    }
    for name, value in tensors.items():
        yield f"serialize {name}", lambda v=value: io.serialize_sparse(v)
        yield f"serialize rows of {name}", lambda v=value: io.serialize_many_sparse(v)
        dtype = (
            "string"
            if name == "strings"
            else ("int64" if name == "ints" else "float32")
        )
        yield (
            f"back from rows of {name}",
            lambda v=value, d=dtype: io.deserialize_many_sparse(
                io.serialize_many_sparse(v), d
            ),
        )
    vector = tensor([3], [[1]], np.ones(1, "f4"))
    yield "serialize a vector", lambda: io.serialize_sparse(vector)
    yield "rows of a vector", lambda: io.serialize_many_sparse(vector)
    yield "dense", lambda: io.serialize_sparse(np.ones(3))
    yield (
        "bad rows",
        lambda: io.deserialize_many_sparse([[b"a", b"b", b"c"]], "float32"),
    )
    yield "wrong shape", lambda: io.deserialize_many_sparse([b"a", b"b"], "float32")


def proto_cases(io):
    described, people = (GOLDEN / "people.desc").read_bytes(), GOLDEN / "people.json"
    records = {
        k: base64.b64decode(v) for k, v in json.loads(people.read_text()).items()
    }
    source = b"bytes://" + described

    def decode(data, kind, fields, **options):
        options = {"descriptor_source": source, **options}
        decoded = io.decode_proto(
            data, kind, list(fields), list(fields.values()), **options
        )
        return [decoded.sizes, list(decoded.values)]

    al, bo = records["al"], records["bo"]
    three = {"name": "string", "id": "int32", "email": "string"}
    yield "one", lambda: decode(al, "people.Person", three)
    yield "two", lambda: decode([al, bo], "people.Person", three)
    yield "matrix", lambda: decode([[al], [bo]], "people.Person", three)
    yield (
        "file",
        lambda: decode(
            [al], "people.Person", three, descriptor_source=str(GOLDEN / "people.desc")
        ),
    )
    for field in (
        "name id email score f i64 u64 fx64 fx32 b by u32 sf32 sf64 s32 s64 rep kind "
        "sub subs"
    ).split():
        for (
            dtype
        ) in "float32 float64 int32 int64 uint32 uint64 bool string uint8".split():
            yield (
                f"{field} as {dtype}",
                lambda f=field, d=dtype: decode([al, bo], "people.Person", {f: d}),
            )
    yield (
        "defaults",
        lambda: decode(
            [records["q-empty"], records["q"]],
            "people.Old",
            {"a": "int32", "s": "string", "r": "int32"},
        ),
    )
    yield "unknown field", lambda: decode([al], "people.Person", {"zz": "int32"})
    yield "unknown message", lambda: decode([al], "people.Zz", {"name": "string"})
    yield "damaged", lambda: decode([b"\xff\xff"], "people.Person", three)
    yield "no messages", lambda: decode(np.array([], object), "people.Person", three)
    yield "no fields", lambda: decode([al], "people.Person", {})
    yield (
        "text",
        lambda: decode(
            ['name: "x" id: 4'], "people.Person", three, message_format="text"
        ),
    )
    yield (
        "bad text",
        lambda: decode(["name = 3"], "people.Person", three, message_format="text"),
    )
    yield (
        "other format",
        lambda: decode([al], "people.Person", three, message_format="json"),
    )
    yield (
        "no file",
        lambda: decode(
            [al], "people.Person", three, descriptor_source="/nowhere/people.desc"
        ),
    )
    yield (
        "bad set",
        lambda: decode(
            [al], "people.Person", three, descriptor_source=b"bytes://garbage"
        ),
    )
    yield (
        "lengths",
        lambda: io.decode_proto(
            al, "people.Person", ["name"], ["string", "int32"], descriptor_source=source
        ),
    )

    def encode(sizes, values, fields):
        return io.encode_proto(
            sizes, values, fields, "people.Person", descriptor_source=source
        )

    for field, values in {
        "id": np.array([[5, -6]], "i4"),
        "rep": np.array([[5, -6]], "i8"),
        "email": np.array([[b"a", b"bc"]], object),
        "score": np.array([[1.5, 2.5]], "f8"),
        "f": np.array([[1.5, 2.5]], "f4"),
        "b": np.array([[True, False]]),
        "i64": np.array([[2**40, -(2**40)]], "i8"),
        "u64": np.array([[2**63, 1]], "u8"),
        "u32": np.array([[2**31, 1]], "u4"),
        "fx64": np.array([[2**63, 1]], "u8"),
        "fx32": np.array([[2**31, 1]], "u4"),
        "sf32": np.array([[-5, 1]], "i4"),
        "sf64": np.array([[-5, 1]], "i8"),
        "s32": np.array([[-5, 1]], "i4"),
        "s64": np.array([[-(2**40), 1]], "i8"),
        "kind": np.array([[1, 0]], "i4"),
        "by": np.array([[b"\xff", b""]], object),
        "sub": np.array([[b"\x08\x03", b""]], object),
    }.items():
        for size in (0, 1, 2, 3):
            yield (
                f"encode {size} of {field}",
                lambda f=field, v=values, n=size: encode([[n]], [v], [f]),
            )
        yield f"encode floats as {field}", lambda f=field: encode([[1]], [[[1.5]]], [f])
    ids, emails = np.array([[5], [6]], "i4"), np.array([["a", "b"], ["c", "d"]])
    yield "encode two", lambda: encode([[1, 2], [1, 0]], [ids, emails], ["id", "email"])
    yield (
        "encode in order",
        lambda: encode([[2, 1]] * 2, [emails, ids], ["email", "id"]),
    )
    yield "encode vectors", lambda: encode([1], [ids[0]], ["id"])
    yield "encode wrong sizes", lambda: encode([[1, 1]], [ids], ["id"])


def image_cases(io):
    encoded = json.loads((GOLDEN / "images.json").read_text())
    images = {k: base64.b64decode(v) for k, v in encoded.items()}
    for name, data in images.items():
        for channels in (0, 1, 2, 3, 4):
            for kind in ("png", "jpeg", "bmp"):
                if name.startswith(kind) or channels == 0:
                    yield (
                        f"decode_{kind} {name}, {channels}",
                        lambda d=data, c=channels, k=kind: getattr(io, f"decode_{k}")(
                            d, channels=c
                        ),
                    )
            if name.startswith("jpeg"):
                yield (
                    f"accurate {name}, {channels}",
                    lambda d=data, c=channels: io.decode_jpeg(
                        d, channels=c, dct_method="INTEGER_ACCURATE"
                    ),
                )
            yield (
                f"decode_image {name}, {channels}",
                lambda d=data, c=channels: io.decode_image(d, channels=c),
            )
        if name.startswith("png"):
            for channels in (0, 1, 3, 4):
                yield (
                    f"decode_png {name}, {channels}, uint16",
                    lambda d=data, c=channels: io.decode_png(d, c, dtype="uint16"),
                )
        yield f"decode_gif {name}", lambda d=data: io.decode_gif(d)
        yield f"is_jpeg {name}", lambda d=data: io.is_jpeg(d)
        yield f"jpeg shape {name}", lambda d=data: io.extract_jpeg_shape(d)
        for dtype in ("uint16", "float32", "float64", "int32"):
            if name == "bmp-top-down":  # crashes TensorFlow
                continue
            yield (
                f"decode_image {name}, {dtype}",
                lambda d=data, t=dtype: io.decode_image(d, dtype=t),
            )
        yield (
            f"decode_image {name}, first frame",
            lambda d=data: io.decode_image(d, expand_animations=False),
        )
    jpeg = images["jpeg-rgb"]
    for ratio in (1, 2, 4, 8, 3):
        yield f"ratio {ratio}", lambda r=ratio: io.decode_jpeg(jpeg, ratio=r)
    yield (
        "truncated",
        lambda: (
            io.decode_jpeg(images["jpeg-rgb-cut"], try_recover_truncated=True).shape
        ),
    )
    for window in (
        [1, 2, 3, 4],
        [0, 0, 9, 13],
        [0, 0, 10, 13],
        [-1, 0, 2, 2],
        [0, 0, 0, 1],
    ):
        yield (
            f"crop {window}",
            lambda w=window: io.decode_and_crop_jpeg(jpeg, w, channels=3),
        )
    image = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)
    for channels in (1, 2, 3, 4):
        for dtype in ("uint8", "uint16"):
            array = np.resize(image, (4, 5, channels)).astype(dtype) * 3
            yield (
                f"png both ways, {channels}, {dtype}",
                lambda a=array, d=dtype: io.decode_png(io.encode_png(a), dtype=d),
            )
    for bad in (image.astype("f4"), image[0], image[:, :, :0]):
        yield f"encode_png {bad.dtype} {bad.shape}", lambda b=bad: io.encode_png(b)
        yield f"encode_jpeg {bad.dtype} {bad.shape}", lambda b=bad: io.encode_jpeg(b)
    yield "encode_jpeg of two channels", lambda: io.encode_jpeg(image[:, :, :2])
    smooth = np.add.outer(np.arange(16), np.arange(16)).astype(np.uint8) * 8
    for channels in (1, 3):
        array = np.repeat(smooth[:, :, None], channels, axis=2)
        for options in (
            {},
            {"quality": 50},
            {"quality": 100},
            {"quality": 0},
            {"quality": 101},
            {"progressive": True},
            {"optimize_size": True},
            {"chroma_downsampling": False},
            {"format": "grayscale"},
            {"format": "rgb"},
            {"density_unit": "cm"},
        ):
            yield (
                f"jpeg both ways, {channels}, {options}",
                lambda a=array, o=options: io.decode_jpeg(
                    io.encode_jpeg(a, **o), dct_method="INTEGER_ACCURATE"
                ),
            )


def file_cases(io):
    good = '{"features": {"feature": {"x": {"int64List": {"value": ["1", 2]}}}}}'
    spec = {"x": io.VarLenFeature("int64")}
    yield "json", lambda: io.parse_example(io.decode_json_example([good, good]), spec)
    for bad in ("{", "[]", '{"nothing": 1}', "", '{"features": 3}'):
        yield f"json {bad}", lambda b=bad: io.decode_json_example(b)
    yield "missing file", lambda: io.read_file("/nowhere/at/all")
    pattern = str(GOLDEN / "people.*")
    yield (
        "matching files",
        lambda: [
            pathlib.Path(name.decode()).name
            for name in plain_strings(io.matching_files(pattern))
        ],
    )
    yield "no matching files", lambda: io.matching_files("/nowhere/*")


def gfile_cases(io):
    def prepared(action):
        """Runs an action in a folder, and tells its result and what is there then."""
        folder = tempfile.mkdtemp()
        path = pathlib.Path(folder)
        try:
            (path / "sub" / "deep").mkdir(parents=True)
            (path / "a.txt").write_text("one\ntwo\n")
            (path / "b.txt").write_text("b")
            (path / "sub" / "c.bin").write_bytes(b"\xff\x00")
            result = action(io.gfile, folder)
            there = sorted(str(p.relative_to(path)) for p in path.rglob("*"))
            return json.dumps([result, there], default=repr).replace(folder, "FOLDER")
        finally:
            shutil.rmtree(folder)

    def within(mode, *calls):
        """Opens a.txt and calls methods of the file."""

        def action(gfile, folder):
            with gfile.GFile(folder + "/a.txt", mode) as file:
                results = [getattr(file, name)(*args) for name, *args in calls]
            return [results, pathlib.Path(folder, "a.txt").read_bytes()]

        return action

    for name, action in {
        "read": within("r", ["read"]),
        "read bytes": within("rb", ["read", 3], ["tell"], ["read"]),
        "lines": within("r", ["readline"], ["readlines"], ["readline"], ["tell"]),
        "list": lambda g, d: list(g.GFile(d + "/a.txt")),
        "size": within("r", ["size"], ["seekable"]),
        "seek": within("r", ["seek", 2], ["read", 2], ["seek", -2, 2], ["read"]),
        "seek on": within("r", ["seek", 1], ["seek", 1, 1], ["read", 2]),
        "seek before": within("r", ["seek", -1]),
        "write": within("w", ["write", "new"], ["tell"], ["flush"]),
        "append": within("a", ["write", "new"]),
        "write bytes": within("wb", ["write", b"\xff"]),
        "read in w": within("w", ["read"]),
        "write in r": within("r", ["write", "x"]),
        "other mode": within("q", ["read"]),
        "missing": lambda g, d: g.GFile(d + "/z").read(),
        "name and mode": lambda g, d: [g.GFile(d).name, g.GFile(d, "rb").mode],
        "copy": lambda g, d: g.copy(d + "/b.txt", d + "/c.txt"),
        "copy over": lambda g, d: g.copy(d + "/b.txt", d + "/a.txt"),
        "copy over on purpose": lambda g, d: g.copy(d + "/b.txt", d + "/a.txt", True),
        "copy nothing": lambda g, d: g.copy(d + "/z", d + "/c.txt"),
        "copy folder": lambda g, d: g.copy(d + "/sub", d + "/c.txt"),
        "exists": lambda g, d: [g.exists(d), g.exists(d + "/z"), g.exists(b"/")],
        "glob": lambda g, d: sorted(g.glob(d + "/*.txt")),
        "globs": lambda g, d: g.glob([d + "/b*", d + "/a*", d + "/z*"]),
        "isdir": lambda g, d: [g.isdir(d), g.isdir(d + "/a.txt"), g.isdir("/z/z")],
        "join": lambda g, d: [g.join("a", "b"), g.join("a", "/b"), g.join("a")],
        "listdir": lambda g, d: sorted(g.listdir(d)),
        "listdir of a file": lambda g, d: g.listdir(d + "/a.txt"),
        "mkdir": lambda g, d: g.mkdir(d + "/new"),
        "mkdir again": lambda g, d: g.mkdir(d + "/sub"),
        "mkdir nowhere": lambda g, d: g.mkdir(d + "/new/new"),
        "makedirs": lambda g, d: g.makedirs(d + "/new/new"),
        "makedirs again": lambda g, d: g.makedirs(d + "/sub/deep"),
        "makedirs of a file": lambda g, d: g.makedirs(d + "/a.txt"),
        "remove": lambda g, d: g.remove(d + "/a.txt"),
        "remove nothing": lambda g, d: g.remove(d + "/z"),
        "remove folder": lambda g, d: g.remove(d + "/sub"),
        "rename": lambda g, d: g.rename(d + "/a.txt", d + "/c.txt"),
        "rename over": lambda g, d: g.rename(d + "/a.txt", d + "/b.txt"),
        "rename on purpose": lambda g, d: g.rename(d + "/a.txt", d + "/b.txt", True),
        "rename nothing": lambda g, d: g.rename(d + "/z", d + "/c.txt"),
        "rename folder": lambda g, d: g.rename(d + "/sub", d + "/other"),
        "rmtree": lambda g, d: g.rmtree(d + "/sub"),
        "rmtree nothing": lambda g, d: g.rmtree(d + "/z"),
        "stat": lambda g, d: [g.stat(d + "/b.txt").length, g.stat(d).is_directory],
        "stat nothing": lambda g, d: g.stat(d + "/z").length,
        "walk": lambda g, d: sorted(map(str, g.walk(d + "/sub"))),
        "walk up": lambda g, d: [x[0] for x in g.walk(d, topdown=False)][-1],
        "walk nothing": lambda g, d: list(g.walk(d + "/z")),
    }.items():
        yield name, lambda a=action: prepared(a)


def plain_strings(value):
    return list(value.numpy() if hasattr(value, "numpy") else value)
