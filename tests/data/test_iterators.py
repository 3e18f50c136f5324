"""The position of an iterator can be saved and taken up anywhere in a pass."""

import gzip
import json
import pathlib
import tempfile

import numpy as np
import pytest

from ranvier.data import (
    Dataset,
    FixedLengthRecordDataset,
    TextLineDataset,
    TFRecordDataset,
    experimental,
    io,
)
from ranvier.tensors import ragged_constant

FILES = pathlib.Path(tempfile.mkdtemp())
RAGGED = ragged_constant([[1], [2, 3]] * 20)


@pytest.fixture(scope="module", autouse=True)
def _files():
    """Writes small files of all kinds."""
    lines = "".join(f"line {i}\n" for i in range(40))
    (FILES / "a.txt").write_text(lines)
    (FILES / "b.txt").write_text(lines.replace("line", "row")[:-1])
    (FILES / "a.gz").write_bytes(gzip.compress(lines.encode()))
    rows = "".join(f'{i},"text\n{i}"\n' for i in range(40))
    (FILES / "a.csv").write_text(rows)
    (FILES / "t.csv").write_text("n,t\n" + rows)
    for name, compression in (("a", ""), ("b", "ZLIB")):
        with io.TFRecordWriter(FILES / f"{name}.tfrecord", compression) as writer:
            for i in range(40):
                writer.write(b"record %d" % i)
    arrow = pytest.importorskip("pyarrow")
    table = arrow.table({"n": list(range(40)), "t": list(map(str, range(40)))})
    pytest.importorskip("pyarrow.parquet").write_table(table, FILES / "a.parquet")


PIPELINES = {
    "range": lambda: Dataset.range(40),
    "rows": lambda: Dataset.from_tensor_slices((np.arange(40), ["x"] * 40)),
    "generator": lambda: Dataset.from_generator(lambda: iter(range(40))),
    "random": lambda: Dataset.random(seed=3).take(40),
    "map": lambda: Dataset.range(40).map(lambda x: x * 2),
    "map in Python": lambda: Dataset.range(40).map(lambda x: int(x) * 2),
    "filter": lambda: Dataset.range(80).filter(lambda x: x % 2 == 0),
    "batch": lambda: Dataset.range(101).batch(3),
    "unbatch": lambda: Dataset.range(40).batch(7).unbatch(),
    "rebatch": lambda: Dataset.range(80).batch(7).rebatch(2),
    "rebatch sizes": lambda: Dataset.range(80).batch(7).rebatch([2, 3]),
    "padded batch": lambda: (
        Dataset.range(40).map(lambda n: np.full(int(n) % 4, n)).padded_batch(2)
    ),
    "shuffle": lambda: Dataset.range(40).shuffle(10, seed=1),
    "full shuffle": lambda: Dataset.range(40).shuffle(40, seed=1),
    "shuffle, repeat": lambda: Dataset.range(15).shuffle(10, seed=1).repeat(3),
    "shuffle of shuffle": lambda: (
        Dataset.range(40).shuffle(9, 1).map(lambda x: x + 1).shuffle(7, 2)
    ),
    "repeat without end": lambda: Dataset.range(6).shuffle(6, seed=4).repeat().batch(4),
    "take, skip": lambda: Dataset.range(60).skip(7).take(40),
    "shard": lambda: Dataset.range(80).shard(2, 1),
    "concatenate": lambda: Dataset.range(20).concatenate(Dataset.range(20)),
    "enumerate": lambda: Dataset.range(40).enumerate(3),
    "unique": lambda: Dataset.range(80).map(lambda x: x // 2).unique(),
    "scan": lambda: Dataset.range(40).scan(np.int64(0), lambda s, x: (s + x, s)),
    "take while": lambda: Dataset.range(80).take_while(lambda x: x < 40),
    "zip": lambda: Dataset.zip(
        Dataset.range(40), Dataset.range(80).batch(2), Dataset.range(50).shuffle(9, 2)
    ),
    "flat map": lambda: Dataset.range(12).flat_map(lambda n: Dataset.range(n)),
    "interleave": lambda: Dataset.range(7).interleave(
        lambda n: Dataset.range(10 * n, 10 * n + 7), cycle_length=3, block_length=2
    ),
    "interleave, shuffled": lambda: (
        Dataset.range(7)
        .shuffle(7, seed=3)
        .interleave(lambda n: Dataset.range(10 * n, 10 * n + 7), cycle_length=3)
    ),
    "window": lambda: (
        Dataset.range(30)
        .window(4, shift=3, drop_remainder=True)
        .flat_map(lambda w: w.batch(4))
    ),
    "groups": lambda: Dataset.range(60).group_by_window(
        lambda x: x % 3, lambda key, group: group.batch(2), 4
    ),
    "choose": lambda: Dataset.choose_from_datasets(
        [Dataset.range(20), Dataset.range(100, 120)], Dataset.range(2).repeat()
    ),
    "sample": lambda: Dataset.sample_from_datasets(
        [Dataset.range(20), Dataset.range(100, 120)], seed=1
    ),
    "cache": lambda: Dataset.range(15).map(lambda x: x * 3).cache().repeat(3),
    "cache of a shuffle": lambda: (
        Dataset.range(15).shuffle(6, seed=1).cache().repeat(3)
    ),
    "prefetch": lambda: Dataset.range(40).map(lambda x: x * 2).prefetch(5),
    "resample": lambda: Dataset.range(80).rejection_resample(
        lambda x: np.int32(x % 2), [0.9, 0.1], seed=1
    ),
    "rejected, counted": lambda: Dataset.range(80).rejection_resample(
        lambda x: np.int32(x % 2), [0.9, 0.1], [0.5, 0.5], seed=2
    ),
    "buckets": lambda: (
        Dataset.range(60)
        .map(lambda n: np.full(int(n) % 7, n))
        .bucket_by_sequence_length(len, [2, 5], [2, 3, 2])
    ),
    "ragged batch": lambda: (
        Dataset.range(70).map(lambda n: np.full(int(n) % 4, n)).ragged_batch(2)
    ),
    "sparse batch": lambda: (
        Dataset.range(70).map(lambda n: np.full(int(n) % 4, n)).sparse_batch(2, [4])
    ),
    "window of windows": lambda: (
        Dataset.range(60)
        .window(2)
        .window(2)
        .flat_map(lambda w: w)
        .flat_map(lambda v: v)
    ),
    "ragged rows": lambda: Dataset.from_tensor_slices(RAGGED),
    "unbatched ragged rows": lambda: (
        Dataset.from_tensor_slices(RAGGED).batch(3).unbatch()
    ),
    "nested interleave": lambda: Dataset.range(5).interleave(
        lambda n: Dataset.range(3).interleave(
            lambda m: Dataset.range(100 * n + 10 * m, 100 * n + 10 * m + 3),
            cycle_length=2,
        ),
        cycle_length=2,
        block_length=3,
    ),
    "shuffle inside": lambda: Dataset.range(5).flat_map(
        lambda n: Dataset.range(10 * n, 10 * n + 9).shuffle(5, seed=4)
    ),
    "same order each pass": lambda: (
        Dataset.range(15).shuffle(9, 1, reshuffle_each_iteration=False).repeat(3)
    ),
    "sample anew": lambda: Dataset.sample_from_datasets(
        [Dataset.range(8), Dataset.range(100, 108)],
        seed=1,
        rerandomize_each_iteration=True,
    ).repeat(3),
    "sample by weights of a dataset": lambda: Dataset.sample_from_datasets(
        [Dataset.range(40), Dataset.range(100, 140)],
        Dataset.from_tensors([0.2, 0.8]).repeat(),
        seed=1,
    ),
    "random anew": lambda: (
        Dataset.random(seed=3, rerandomize_each_iteration=True).take(12).repeat(3)
    ),
    "choose, going on": lambda: Dataset.choose_from_datasets(
        [Dataset.range(5), Dataset.range(100, 140)],
        Dataset.range(2).repeat(40),
        stop_on_empty_dataset=False,
    ),
    "ignored errors": lambda: (
        Dataset.range(60).map(lambda x: 7 // int(x % 3 != 0) * x).ignore_errors()
    ),
    "group by reducer": lambda: Dataset.range(80).apply(
        experimental.group_by_reducer(
            lambda x: x % 33,
            experimental.Reducer(
                lambda key: np.int64(0), lambda s, x: s + x, lambda s: s
            ),
        )
    ),
    "padded to a number": lambda: (
        Dataset.range(20)
        .map(lambda x: {"x": x})
        .apply(experimental.pad_to_cardinality(40))
    ),
    "counted": lambda: Dataset.range(40).apply(experimental.assert_cardinality(40)),
    "shuffle and repeat": lambda: Dataset.range(15).apply(
        experimental.shuffle_and_repeat(9, 3, seed=2)
    ),
    "lines": lambda: TextLineDataset([FILES / "a.txt", FILES / "b.txt"]),
    "lines in turn": lambda: TextLineDataset(
        [FILES / "a.txt", FILES / "b.txt"], num_parallel_reads=2
    ),
    "compressed lines": lambda: TextLineDataset(FILES / "a.gz", "GZIP").repeat(2),
    "records": lambda: TFRecordDataset([FILES / "a.tfrecord"] * 2),
    "compressed records": lambda: TFRecordDataset(FILES / "b.tfrecord", "ZLIB"),
    "pieces": lambda: FixedLengthRecordDataset(FILES / "a.txt", 2),
    "rows of a file": lambda: experimental.CsvDataset(FILES / "a.csv", [0, ""]),
    "batches of rows": lambda: experimental.make_csv_dataset(
        str(FILES / "a.csv"),
        2,
        header=False,
        column_names=["n", "t"],
        shuffle_buffer_size=7,
        shuffle_seed=1,
    ),
    "rows of a table": lambda: Dataset.from_csv(FILES / "t.csv").repeat(2),
    "rows of a parquet file": lambda: Dataset.from_parquet(FILES / "a.parquet"),
    "names of files": lambda: Dataset.list_files(str(FILES / "*"), seed=5).repeat(4),
    "lines of files, shuffled": lambda: (
        Dataset.list_files(str(FILES / "*.txt"), seed=5)
        .interleave(TextLineDataset, cycle_length=2)
        .shuffle(11, seed=6)
        .batch(3)
        .repeat()
    ),
    "long chain": lambda: (
        Dataset.range(200)
        .shuffle(50, seed=1)
        .map(lambda x: x + 1)
        .filter(lambda x: x % 3 != 0)
        .batch(4)
        .prefetch(2)
        .repeat(2)
    ),
}


def plain(element):
    if isinstance(element, tuple):
        return [plain(value) for value in element]
    if isinstance(element, dict):
        return {key: plain(value) for key, value in element.items()}
    if hasattr(element, "to_list") or hasattr(element, "dense_shape"):
        return str(element)
    return element if isinstance(element, bytes) else np.asarray(element).tolist()


def rest_of(iterator, limit=30):
    return [plain(element) for _, element in zip(range(limit), iterator)]


@pytest.mark.parametrize("name", list(PIPELINES))
@pytest.mark.parametrize("taken", [0, 1, 5, 17, 24])
def test_another_iterator_goes_on(name, taken):
    iterator = iter(PIPELINES[name]())
    for _ in range(taken):
        next(iterator, None)
    state = json.loads(json.dumps(iterator.get_state()))
    expected = rest_of(iterator)
    other = iter(PIPELINES[name]())
    next(other, None)  # being somewhere else does not matter
    other.set_state(state)
    assert rest_of(other) == expected


@pytest.mark.parametrize("kind", ["cache", "snapshot"])
@pytest.mark.parametrize("taken", [0, 5, 15, 17])
@pytest.mark.parametrize("finished", [False, True])
def test_goes_on_with_what_is_kept_in_files(kind, taken, finished, tmp_path):
    def pipeline(run):
        ds = Dataset.range(15).shuffle(6, seed=1)
        return getattr(ds, kind)(str(tmp_path / f"kept{run}")).repeat(2)

    expected = rest_of(iter(pipeline("alone")))
    iterator = iter(pipeline("resumed"))
    found = [plain(next(iterator)) for _ in range(taken)]
    state = json.loads(json.dumps(iterator.get_state()))
    if finished:
        rest_of(iterator)
    other = iter(pipeline("resumed"))
    other.set_state(state)
    assert found + rest_of(other) == expected


@pytest.mark.parametrize("name", list(PIPELINES))
def test_saving_changes_nothing(name):
    iterator, found = iter(PIPELINES[name]()), []
    for _, element in zip(range(30), iterator):
        found.append(plain(element))
        iterator.get_state()
    assert found == rest_of(iter(PIPELINES[name]()))


def test_state_is_small():
    ds = Dataset.range(10_000).map(lambda x: x).shuffle(5_000, seed=1).batch(32)
    iterator = iter(ds)
    for _ in range(50):
        next(iterator)
    assert len(json.dumps(iterator.get_state())) < 1000
