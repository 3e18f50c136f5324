"""Pipelines over files, see `cases`. `d.folder` holds what `make_files` wrote."""

import gzip
import pathlib
import zlib

import numpy as np

from tests.data.golden.cases import case, family

TEXTS = {
    "plain.txt": b"one\ntwo\nthree\n",
    "no_end.txt": b"four\nfive",
    "empty.txt": b"",
    "blank.txt": b"\n\nsix\n\n",
    "windows.txt": b"seven\r\neight\r\n",
    "a.csv": b"x,y,z\n1,2.5,p\n3,4.5,q\n5,,\n",
    "b.csv": b'x,y,z\n7,8.5,"r,s"\n9,10.5,"t""u"\n11,12.5,"v\nw"\n',
    "wrong.csv": b"1,2\n3,oops\n",
    "short.csv": b"1,2\n3\n",
    "numbers.csv": b"1,2,3\n4,5,6\n7,8,9\n",
    "types.csv": b"i,l,f,d,s\n1,9999999999,1.5,1e300,word\n2,3,4,5,\n",
    "pieces.bin": b"HEADaabbccdd!",
}


def make_files(folder):
    """Writes the files."""
    folder = pathlib.Path(folder)
    for name, data in TEXTS.items():
        (folder / name).write_bytes(data)
    (folder / "lines.gz").write_bytes(gzip.compress(TEXTS["plain.txt"], mtime=0))
    (folder / "lines.zlib").write_bytes(zlib.compress(TEXTS["plain.txt"]))
    return folder


def paths(d, *names):
    """Returns paths of files."""
    return [str(d.folder / name) for name in names]


family(
    "text_lines",
    [("plain.txt",), ("no_end.txt",), ("empty.txt",), ("blank.txt",), ("windows.txt",)],
    lambda d, *names: d.data.TextLineDataset(paths(d, *names)),
)
family(
    "text_lines_in_turn",
    [None, 1, 2, 3, 9],
    lambda d, n: d.data.TextLineDataset(
        paths(d, "plain.txt", "no_end.txt", "empty.txt", "windows.txt"),
        num_parallel_reads=n,
    ),
)
family(
    "text_lines_compressed",
    [("lines.gz", "GZIP"), ("lines.zlib", "ZLIB"), ("plain.txt", "")],
    lambda d, name, kind: d.data.TextLineDataset(paths(d, name), kind),
)


@case
def text_lines_of_one_path(d):
    return d.data.TextLineDataset(paths(d, "plain.txt")[0])


@case
def text_lines_of_a_dataset(d):
    names = d.Dataset.from_tensor_slices(paths(d, "plain.txt", "no_end.txt"))
    return d.data.TextLineDataset(names)


@case
def text_lines_missing(d):
    return d.data.TextLineDataset(paths(d, "nothing.txt"))


@case
def text_lines_wrong_compression(d):
    return d.data.TextLineDataset(paths(d, "plain.txt"), "LZ4")


@case
def text_lines_small_buffer(d):
    return d.data.TextLineDataset(paths(d, "plain.txt", "blank.txt"), buffer_size=4)


@case
def text_lines_interleaved(d):
    names = d.Dataset.from_tensor_slices(paths(d, "a.csv", "numbers.csv"))
    return names.interleave(
        lambda path: d.data.TextLineDataset(path).skip(1), cycle_length=2
    )


family(
    "list_files",
    ["*.txt", "a.*", "[ab].csv"],
    lambda d, pattern: d.Dataset.list_files(str(d.folder / pattern), shuffle=False).map(
        d.base_name
    ),
)


@case
def list_files_of_patterns(d):
    return d.Dataset.list_files(paths(d, "*.csv", "*.txt"), shuffle=False).map(
        d.base_name
    )


family(
    "pieces",
    [(2, 4, 1), (4, 4, 1), (1, 0, 0), (3, 4, 0), (2, 4, 0), (13, None, None)],
    lambda d, n, header, footer: d.data.FixedLengthRecordDataset(
        paths(d, "pieces.bin", "pieces.bin"), n, header, footer
    ),
)
CSV = [
    ("numbers.csv", [0, 0, 0], {}),
    ("numbers.csv", [0.0, "int64", "string"], {}),
    ("numbers.csv", ["float64", "int32"], {"select_cols": [0, 2]}),
    ("numbers.csv", ["int32"], {"exclude_cols": [0, 2]}),
    ("a.csv", [0, 0.0, ""], {"header": True}),
    ("a.csv", [0, "float32", ""], {"header": True}),
    ("a.csv", [[0], [7.5], ["none"]], {"header": True}),
    ("b.csv", [0, 0.0, ""], {"header": True}),
    ("numbers.csv", [0, 0, 0], {"na_value": "5"}),
    ("numbers.csv", ["", "", ""], {"field_delim": ";"}),
    ("wrong.csv", [0, 0], {}),
    ("short.csv", [0, 0], {}),
    ("nothing.csv", [0, 0], {}),
    ("numbers.csv", [0], {"select_cols": [0], "exclude_cols": [1]}),
]
family(
    "csv",
    CSV,
    lambda d, name, defaults, more: d.data.experimental.CsvDataset(
        paths(d, name),
        [
            d.dtype(v)
            if isinstance(v, str)
            and v in ("int32", "int64", "float32", "float64", "string")
            else v
            for v in defaults
        ],
        **more,
    ),
)


@case
def csv_of_two_files(d):
    return d.data.experimental.CsvDataset(
        paths(d, "a.csv", "b.csv"), [0, 0.0, ""], header=True
    ).batch(4)


MADE = [
    ("a.csv", {}),
    ("[ab].csv", {}),
    ("a.csv", {"label_name": "z"}),
    ("a.csv", {"select_columns": ["x", "z"]}),
    ("a.csv", {"select_columns": [1]}),
    ("numbers.csv", {"header": False, "column_names": ["p", "q", "r"]}),
    ("types.csv", {}),
    ("types.csv", {"column_defaults": [0.0, "", "", 0.0, "x"]}),
    ("a.csv", {"label_name": "nothing"}),
    ("a.csv", {"select_columns": ["nothing"]}),
    ("nothing*.csv", {}),
    ("a.csv", {"num_epochs": 2}),
    ("a.csv", {"num_epochs": None}),
    ("[ab].csv", {"num_parallel_reads": 2}),
    ("a.csv", {"column_names": ["p", "p", "r"]}),
    ("a.csv", {"na_value": "q"}),
    ("a.csv", {"num_rows_for_inference": 1}),
]
family(
    "make_csv",
    MADE,
    lambda d, name, more: d.data.experimental.make_csv_dataset(
        str(d.folder / name), 2, shuffle=False, **{"num_epochs": 1, **more}
    ),
)


@case
def decoded_lines(d):
    lines = d.data.TextLineDataset(paths(d, "numbers.csv"))

    def parse(line):
        fields = d.decode_csv(line, record_defaults=[0.0] * 3)
        return d.stack(fields[:-1]), d.stack(fields[-1:])

    return lines.map(parse).batch(2)


@case
def decoded_batches(d):
    lines = d.data.TextLineDataset(paths(d, "numbers.csv")).batch(2)
    return lines.map(lambda batch: d.decode_csv(batch, [0, 0.0, ""]))


@case
def decoded_with_the_line(d):
    lines = d.data.TextLineDataset(paths(d, "numbers.csv"))
    return lines.map(lambda line: (line, d.decode_csv(line, [0, 0, 0])[1] * 2))


@case
def decoded_and_filtered(d):
    lines = d.data.TextLineDataset(paths(d, "numbers.csv"))
    return lines.filter(lambda line: d.decode_csv(line, [0, 0, 0])[0] > 1)


@case
def decoded_wrong(d):
    lines = d.data.TextLineDataset(paths(d, "wrong.csv"))
    return lines.map(lambda line: d.decode_csv(line, [0, 0]))


@case
def decoded_default_missing(d):
    lines = d.Dataset.from_tensor_slices(["1,2", ",4"])
    return lines.map(lambda line: d.decode_csv(line, [np.zeros(0, np.float32), 0]))


@case
def raw_records(d):
    ds = d.data.FixedLengthRecordDataset(paths(d, "pieces.bin"), 4, 4, 1)
    return ds.map(lambda piece: d.decode_raw(piece, d.dtype("uint8")))


@case
def csv_pipeline(d):
    names = d.Dataset.list_files(
        paths(d, "numbers.csv", "wrong.csv")[:1], shuffle=False
    )

    def parse(line):
        x = d.stack(d.decode_csv(line, [0.0, 0.0, 0.0]))
        return (x - 1.0) / 2.0

    return (
        names.interleave(lambda path: d.data.TextLineDataset(path), cycle_length=1)
        .map(parse, num_parallel_calls=2)
        .shuffle(1)
        .batch(2)
        .prefetch(1)
    )
