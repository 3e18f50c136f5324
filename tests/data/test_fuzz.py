"""Random pipelines equal the same steps on lists; damaged files raise known errors."""

import gzip
import itertools
import random

import numpy as np
import pytest

from ranvier.data import Dataset, FixedLengthRecordDataset, TextLineDataset
from ranvier.data._functions import ElementFunction
from ranvier.data.experimental import CsvDataset
from ranvier.tensors._errors import OpError

MOST = 400


def interleaved(values, cycle, block, length):
    """Takes `block` numbers in turn from `cycle` ranges at a time."""
    ranges = (iter(range(length(value))) for value in values)
    slots = [next(ranges, None) for _ in range(cycle)]
    result, turn = [], 0
    while any(slot is not None for slot in slots):
        if slots[turn] is not None:
            taken = list(itertools.islice(slots[turn], block))
            result += taken
            if len(taken) < block:
                slots[turn] = None
                turn = (turn + 1) % cycle
                if slots[turn] is None:
                    slots[turn] = next(ranges, None)
                continue
        turn = (turn + 1) % cycle
        if slots[turn] is None:
            slots[turn] = next(ranges, None)
    return result


# What a step does to a dataset, and to a list; `a` from 1 to 7, `b` from 1 to 5.
STEPS = {
    "map": (
        lambda ds, a, b: ds.map(lambda x: x * 2 + a),
        lambda xs, a, b: [x * 2 + a for x in xs],
    ),
    "filter": (
        lambda ds, a, b: ds.filter(lambda x: x % a != 0),
        lambda xs, a, b: [x for x in xs if x % a != 0],
    ),
    "skip": (lambda ds, a, b: ds.skip(a), lambda xs, a, b: xs[a:]),
    "take": (lambda ds, a, b: ds.take(a * 8), lambda xs, a, b: xs[: a * 8]),
    "repeat": (lambda ds, a, b: ds.repeat(b), lambda xs, a, b: xs * b),
    "batches": (
        lambda ds, a, b: ds.batch(a).map(lambda x: x + b).unbatch(),
        lambda xs, a, b: [x + b for x in xs],
    ),
    "rebatch": (
        lambda ds, a, b: ds.batch(a).rebatch(b).unbatch(),
        lambda xs, a, b: xs,
    ),
    "shard": (lambda ds, a, b: ds.shard(b, b - 1), lambda xs, a, b: xs[b - 1 :: b]),
    "enumerate": (
        lambda ds, a, b: ds.enumerate().map(lambda i, x: x + i),
        lambda xs, a, b: [x + i for i, x in enumerate(xs)],
    ),
    "concatenate": (
        lambda ds, a, b: ds.concatenate(Dataset.range(a)),
        lambda xs, a, b: xs + list(range(a)),
    ),
    "interleave": (
        lambda ds, a, b: ds.interleave(
            lambda x: Dataset.range(int(x) % a + 1), cycle_length=b, block_length=2
        ),
        lambda xs, a, b: interleaved(xs, b, 2, lambda x: x % a + 1),
    ),
    "window": (
        lambda ds, a, b: ds.window(a, b).flat_map(lambda w: w.batch(a)).unbatch(),
        lambda xs, a, b: [x for i in range(0, len(xs), b) for x in xs[i : i + a]],
    ),
    "zip": (
        lambda ds, a, b: Dataset.zip(ds, Dataset.counter()).map(lambda x, i: x - i),
        lambda xs, a, b: [x - i for i, x in enumerate(xs)],
    ),
    "scan": (
        lambda ds, a, b: ds.scan(np.int64(0), lambda s, x: (s + x, s)),
        lambda xs, a, b: [0, *itertools.accumulate(xs)][: len(xs)],
    ),
    "unique": (lambda ds, a, b: ds.unique(), lambda xs, a, b: list(dict.fromkeys(xs))),
    "cache": (lambda ds, a, b: ds.cache(), lambda xs, a, b: xs),
    "prefetch": (lambda ds, a, b: ds.prefetch(a), lambda xs, a, b: xs),
}


def make(seed):
    """Returns a dataset of some random steps, and the list it should give."""
    generator = random.Random(seed)
    count = generator.randint(0, 60)
    dataset, expected = Dataset.range(count), list(range(count))
    for _ in range(generator.randint(1, 6)):
        a, b = generator.randint(1, 7), generator.randint(1, 5)
        on_dataset, on_list = STEPS[generator.choice(list(STEPS))]
        dataset = on_dataset(dataset, a, b).take(MOST)
        expected = on_list(expected, a, b)[:MOST]
    return dataset, expected


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("seed", range(60))
def test_pipelines(seed, compiled, monkeypatch):
    if not compiled:
        monkeypatch.setattr(ElementFunction, "_traceable", False)
    dataset, expected = make(seed)
    assert [int(x) for x in dataset] == expected
    iterator, taken = iter(make(seed)[0]), random.Random(seed).randint(0, len(expected))
    for _ in range(taken):
        next(iterator)
    other = iter(make(seed)[0])
    other.set_state(iterator.get_state())
    assert [int(x) for x in other] == expected[taken:]


def damaged(data, seed):
    """Returns bytes with some changed, cut out or put in."""
    generator, data = random.Random(seed), bytearray(data)
    for _ in range(generator.randint(1, 5)):
        place = generator.randrange(len(data) + 1)
        kind = generator.choice(["change", "cut", "insert"])
        if kind == "insert":
            data[place:place] = generator.choice(
                [b'"', b",", b"\n", b"\r", b"\0", b"x"]
            )
        elif kind == "cut":
            del data[place : place + generator.randint(1, 9)]
        elif place < len(data):
            data[place] = generator.randrange(256)
    return bytes(data)


CSV = b'1,2.5,a\n3,4.5,"b,c"\n5,,"d""e"\n7,8.5,f\n' * 3


@pytest.mark.parametrize("seed", range(100))
def test_damaged_files(seed, tmp_path):
    path = tmp_path / "file"
    readers = [
        (CSV, lambda: CsvDataset(path, [0, 0.0, ""])),
        (CSV, lambda: TextLineDataset(path)),
        (gzip.compress(CSV), lambda: TextLineDataset(path, "GZIP")),
        (b"0123" * 9, lambda: FixedLengthRecordDataset(path, 4)),
    ]
    for data, read in readers:
        path.write_bytes(damaged(data, seed))
        try:
            list(read())
        except OpError as error:  # invalid argument or data loss, naming the file
            assert str(path) in str(error)


def stored(folder, name):
    """Returns a good file of a saved dataset, and how to read the folder."""
    ds = Dataset.from_tensor_slices((np.arange(40), ["text"] * 40))
    ds.save(str(folder / "kept"))
    return (folder / "kept" / name), lambda: list(Dataset.load(str(folder / "kept")))


def parquet(folder, _):
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    path = folder / "a.parquet"
    pq.write_table(pa.table({"n": list(range(50)), "t": ["x", "y"] * 25}), path)
    return path, lambda: list(Dataset.from_parquet(path))


def table(folder, types):
    pytest.importorskip("pyarrow")
    path = folder / "a.csv"
    path.write_bytes(b"n,x,t\n" + CSV)
    return path, lambda: list(Dataset.from_csv(path, column_types=types))


FILES = {
    "block": (stored, "0.npz"),
    "index": (stored, "dataset.json"),
    "parquet": (parquet, None),
    "csv": (table, None),
    "typed csv": (table, {"n": "int32", "x": "float32"}),
}


@pytest.mark.parametrize("kind", list(FILES))
def test_damaged_tables_and_folders(kind, tmp_path):
    make, argument = FILES[kind]
    path, read = make(tmp_path, argument)
    good = path.read_bytes()
    for seed in range(150):
        path.write_bytes(damaged(good, seed))
        try:
            read()
        except ValueError as error:
            assert path.name in str(error)
