"""Files ten times larger than the memory that a process may take are streamed."""

import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

from ranvier.data import io

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="limits are set as Linux does"),
]
ALLOWED = 48 * 2**20
SIZE = 10 * ALLOWED
ROW = b",".join(b"%.6f" % (i * 1.234567) for i in range(8)) + b",some words here\n"

# Reads a little first, so that all code is there; then may take `ALLOWED` bytes more.
PROGRAM = """
import itertools, json, pathlib, resource, sys
import numpy as np
from ranvier.data import Dataset, TFRecordDataset, TextLineDataset, io
from ranvier.data.experimental import CsvDataset, make_csv_dataset

path, kind, allowed = sys.argv[1], sys.argv[2], int(sys.argv[3])

def status(name):
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1]) * 1024

def first(*values):
    return values[0]

SPEC = {"x": io.FixedLenFeature([64], "float32"), "y": io.VarLenFeature("int64")}

def records():
    ds = TFRecordDataset(path).shuffle(100, seed=1).batch(64)
    ds = ds.map(lambda batch: io.parse_example(batch, SPEC)["x"] * 2)
    return ds.prefetch(2)

def rows():
    ds = CsvDataset(path, [0.0] * 8 + [""])
    return ds.map(first).shuffle(1000, seed=1).batch(256).prefetch(2)

def columns():
    return make_csv_dataset(path, 256, num_epochs=1, shuffle_seed=1,
                            header=False, column_names=list("abcdefghi"))

def table():
    return Dataset.from_csv(path).batch(256)

def lines():
    return TextLineDataset(path).batch(256)

make = {"records": records, "rows": rows, "columns": columns, "table": table,
        "lines": lines}[kind]

def count(ds):
    total = 0
    for batch in ds:
        while isinstance(batch, dict):
            batch = next(iter(batch.values()))
        total += len(batch)
    return total

count(make().take(200))
pathlib.Path("/proc/self/clear_refs").write_text("5")  # the peak begins here
before = status("VmRSS")
limit = status("VmSize") + allowed
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
found = count(make())
print(json.dumps({"count": found, "growth": status("VmHWM") - before}))
"""


def write_table(path):
    with open(path, "wb") as file:
        for _ in range(SIZE // (len(ROW) * 1000) + 1):
            file.write(ROW * 1000)
    return path.stat().st_size // len(ROW)


def write_records(path):
    x = np.arange(64, dtype="float32")
    example = io.Example(
        features=io.Features(
            feature={
                "x": io.Feature(float_list=io.FloatList(value=x)),
                "y": io.Feature(int64_list=io.Int64List(value=list(range(300, 500)))),
            }
        )
    ).SerializeToString()
    count = SIZE // (len(example) + 16) + 1
    with io.TFRecordWriter(path) as writer:
        for _ in range(count):
            writer.write(example)
    return count


@pytest.mark.parametrize("kind", ["records", "rows", "columns", "table", "lines"])
def test_a_large_file_is_streamed(kind, tmp_path):
    path = tmp_path / "large"
    count = write_records(path) if kind == "records" else write_table(path)
    assert path.stat().st_size >= SIZE
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    root = pathlib.Path(__file__).parents[2] / "src"
    done = subprocess.run(
        [sys.executable, str(program), str(path), kind, str(ALLOWED)],
        capture_output=True,
        text=True,
        # Pools of memory of each thread are address space only, but large.
        env={**os.environ, "PYTHONPATH": str(root), "MALLOC_ARENA_MAX": "1"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    # The first row of a table is its header.
    assert found["count"] == count - (kind == "table")
    assert found["growth"] < ALLOWED, found
