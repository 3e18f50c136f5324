"""Data pipelines: arrays in memory, and CSV files, to shuffled batches of 32."""

import tempfile
from pathlib import Path

import numpy as np

from benchmarks.workload import Training

BATCH, BUFFER = 32, 10_000
FILES, ROWS, COLUMNS = 20, 50_000, 8


class _Pipeline(Training):
    quantity = "per pass"
    check_title = "mean of the last column"
    peers = ("ranvier", "keras-tf")
    dataset = "housing"
    sane_loss = 9.0

    def build(self, keras, **compile_options):
        return None

    def work(self, keras, model, data):
        tools = _ours() if keras.__name__ == "ranvier" else _tensorflows()
        folder = tempfile.TemporaryDirectory()
        dataset = self.pipeline(tools, folder.name)

        def read(folder=folder):
            total = count = 0
            for batch in dataset:
                total += float(np.sum(batch[1]))
                count += len(batch[1])
            return total / count

        return read


class InMemory(_Pipeline):
    name = "pipeline_memory"
    title = (
        "500,000 rows in memory: from_tensor_slices, shuffle(10,000), "
        f"batch({BATCH}); Keras: tf.data"
    )
    order = 21

    def pipeline(self, tools, folder):
        x = np.random.default_rng(0).normal(size=(500_000, COLUMNS)).astype("float32")
        rows = tools.dataset.from_tensor_slices((x, x[:, :1]))
        return rows.shuffle(BUFFER).batch(BATCH)


class Lines(_Pipeline):
    name = "pipeline_csv"
    title = (
        "1,000,000 CSV rows of 8 numbers in 20 files to standardised, shuffled batches "
        f"of {BATCH}, line by line; Keras: tf.data"
    )
    order = 22

    def pipeline(self, tools, folder):
        _write(folder)
        mean, scale = np.zeros(COLUMNS - 1, "float32"), np.ones(COLUMNS - 1, "float32")
        defaults = [0.0] * COLUMNS
        decode, stack, lines = tools.decode_csv, tools.stack, tools.lines

        def parse(line):
            fields = decode(line, record_defaults=defaults)
            return (stack(fields[:-1]) - mean) / scale, stack(fields[-1:])

        return (
            tools.dataset.list_files(f"{folder}/*.csv", seed=42)
            .interleave(lambda path: lines(path).skip(1), cycle_length=5)
            .map(parse, num_parallel_calls=2)
            .shuffle(BUFFER, seed=42)
            .batch(BATCH)
            .prefetch(1)
        )


class Batched(_Pipeline):
    name = "pipeline_csv_batched"
    title = (
        "the same rows, as each does best: ranvier line by line, tf.data in batches "
        "of lines"
    )
    order = 23

    def pipeline(self, tools, folder):
        if tools.name == "ranvier":
            return Lines().pipeline(tools, folder)
        _write(folder)
        decode, stack, lines = tools.decode_csv, tools.stack, tools.lines
        defaults = [0.0] * COLUMNS

        def parse(batch):
            fields = decode(batch, record_defaults=defaults)
            return stack(fields[:-1], axis=1), stack(fields[-1:], axis=1)

        return (
            tools.dataset.list_files(f"{folder}/*.csv", seed=42)
            .interleave(
                lambda path: lines(path).skip(1),
                cycle_length=5,
                block_length=BATCH,
                num_parallel_calls=-1,
            )
            .shuffle(BUFFER, seed=42)
            .batch(BATCH)
            .map(parse, num_parallel_calls=-1)
            .prefetch(1)
        )


class _Tools:
    def __init__(self, name, dataset, lines, decode_csv, stack):
        self.name = name
        self.dataset = dataset
        self.lines = lines
        self.decode_csv = decode_csv
        self.stack = stack


def _ours():
    from ranvier import data, ops
    from ranvier.data import io

    return _Tools(
        "ranvier", data.Dataset, data.TextLineDataset, io.decode_csv, ops.stack
    )


def _tensorflows():
    import tensorflow as tf

    return _Tools(
        "tensorflow",
        tf.data.Dataset,
        tf.data.TextLineDataset,
        tf.io.decode_csv,
        tf.stack,
    )


def _write(folder):
    generator = np.random.default_rng(0)
    header = ",".join(f"x{i}" for i in range(COLUMNS))
    for i in range(FILES):
        rows = generator.normal(size=(ROWS, COLUMNS))
        path = Path(folder) / f"{i:02d}.csv"
        np.savetxt(path, rows, fmt="%.5f", delimiter=",", header=header, comments="")


WORKLOADS = [InMemory(), Lines(), Batched()]
