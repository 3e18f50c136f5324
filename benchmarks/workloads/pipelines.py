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
    peers = ("ranvier", "keras-tf", "torch")
    dataset = "housing"  # not used: the rows are made here
    sane_loss = 9.0

    def build(self, keras, **compile_options):
        return None

    def work(self, keras, model, data):
        tools = _ours() if keras.__name__ == "ranvier" else _tensorflows()
        return self.reader(lambda folder: self.pipeline(tools, folder))

    def torch_work(self, data):
        return self.reader(self.torch_pipeline)

    def reader(self, pipeline):
        """A function that reads all batches and returns the sanity figure."""
        folder = tempfile.TemporaryDirectory()
        dataset = pipeline(folder.name)

        def read(folder=folder):
            total = count = 0
            for batch in dataset:
                total += float(np.sum(np.asarray(batch[1])))
                count += len(batch[1])
            return total / count

        return read


class InMemory(_Pipeline):
    name = "pipeline_memory"
    title = (
        "500,000 rows in memory: from_tensor_slices, shuffle(10,000), "
        f"batch({BATCH}); Keras: tf.data; torch: DataLoader"
    )
    order = 21

    def pipeline(self, tools, folder):
        rows = tools.dataset.from_tensor_slices(self.rows())
        return rows.shuffle(BUFFER).batch(BATCH)

    def torch_pipeline(self, folder):
        from benchmarks import torch_data

        return torch_data.in_memory(*self.rows(), BATCH)

    def rows(self):
        x = np.random.default_rng(0).normal(size=(500_000, COLUMNS)).astype("float32")
        return x, x[:, :1]


class Lines(_Pipeline):
    name = "pipeline_csv"
    title = (
        "1,000,000 CSV rows of 8 numbers in 20 files to standardised, shuffled batches "
        f"of {BATCH}, line by line; Keras: tf.data; torch: DataLoader"
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

    def torch_pipeline(self, folder):
        from benchmarks import torch_data

        _write(folder)
        return torch_data.lines(folder, BUFFER, BATCH)


class Batched(_Pipeline):
    name = "pipeline_csv_batched"
    title = (
        "the same rows, as each does best: ranvier line by line, tf.data and torch in "
        "shuffled blocks of lines"
    )
    order = 23

    def pipeline(self, tools, folder):
        if tools.name == "ranvier":
            return Lines().pipeline(tools, folder)
        import tensorflow as tf

        _write(folder)
        defaults = [0.0] * COLUMNS

        def parse(block):
            fields = tf.io.decode_csv(block, record_defaults=defaults)
            order = tf.random.shuffle(tf.range(tf.size(block)))
            rows = tf.gather(tf.stack(fields, axis=1), order)
            return rows[:, :-1], rows[:, -1:]

        # Shuffling lines one by one, before or after parsing, takes half as long again.
        return (
            tf.data.Dataset.list_files(f"{folder}/*.csv", seed=42)
            .interleave(
                lambda path: tf.data.TextLineDataset(path).skip(1),
                cycle_length=5,
                block_length=BUFFER,
                num_parallel_calls=tf.data.AUTOTUNE,
            )
            .batch(BUFFER)
            .map(parse, num_parallel_calls=tf.data.AUTOTUNE)
            .rebatch(BATCH)
            .prefetch(tf.data.AUTOTUNE)
        )

    def torch_pipeline(self, folder):
        from benchmarks import torch_data

        _write(folder)
        return torch_data.blocks(folder, BUFFER, BATCH)


class FitLines(Lines):
    """What reading files costs a training: the model is small, so that it shows."""

    name = "fit_csv"
    title = (
        "an epoch of an MLP 7-50-50-50-1 on the CSV rows, line by line, against one on "
        "the same rows in memory"
    )
    quantity = "per epoch"
    check_title = "loss by epoch 5"
    order = 24
    peers = ("ranvier", "ranvier-arrays")

    def compile_options(self, peer):
        return {"in_memory": peer == "ranvier-arrays"}

    def build(self, keras, in_memory):
        self.in_memory = in_memory
        layers = keras.layers
        hidden = [layers.Dense(50, activation="relu") for _ in range(3)]
        model = keras.Sequential(
            [layers.Input((COLUMNS - 1,)), *hidden, layers.Dense(1)]
        )
        model.compile(loss="mse", optimizer="adam")
        return model

    def work(self, keras, model, data):
        folder = tempfile.TemporaryDirectory()
        dataset = self.pipeline(_ours(), folder.name)
        if self.in_memory:
            x, y = (np.concatenate(part) for part in zip(*dataset, strict=True))
            arguments = {"x": x, "y": y, "batch_size": BATCH}
        else:
            arguments = {"x": dataset}

        def epoch(folder=folder):
            return model.fit(**arguments, verbose=0).history["loss"][-1]

        return epoch


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


WORKLOADS = [InMemory(), Lines(), Batched(), FitLines()]
