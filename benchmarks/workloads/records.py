"""Reading a record file: Fashion-MNIST images as serialised tensors."""

import functools
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.workload import Training

BATCH, BUFFER = 32, 10_000


class Records(Training):
    name = "records"
    title = (
        "Fashion-MNIST from a TFRecord file of serialised images to parsed, decoded, "
        f"shuffled batches of {BATCH}; Keras: tf.data"
    )
    quantity = "per pass"
    check_title = "mean label"
    order = 20
    peers = ("ranvier", "keras-tf")
    dataset = "fashion"
    sane_loss = 9.0

    def build(self, keras, **compile_options):
        return None

    def work(self, keras, model, data):
        images = np.round(data.train.inputs[0] * 255).astype(np.uint8)
        images, labels = images.reshape(-1, 28, 28), data.train.targets[0]
        tools = _ours() if keras.__name__ == "ranvier" else _tensorflows()
        folder = tempfile.TemporaryDirectory()
        path = str(Path(folder.name) / "images.tfrecord")
        _write(tools, path, images, labels)
        dataset = _pipeline(tools, path)

        def read(folder=folder):
            total = sum(int(np.sum(batch[1])) for batch in dataset)
            return total / len(labels)

        return read


def _ours():
    from ranvier import data, ops
    from ranvier.data import io

    return io, io, data.TFRecordDataset, data.AUTOTUNE, ops.reshape


def _tensorflows():
    import tensorflow as tf

    return tf.io, tf.train, tf.data.TFRecordDataset, tf.data.AUTOTUNE, tf.reshape


def _write(tools, path, images, labels):
    io, train, *_ = tools
    with io.TFRecordWriter(path) as writer:
        for image, label in zip(images, labels.tolist()):
            data = io.serialize_tensor(image)
            data = data if isinstance(data, bytes) else data.numpy()
            feature = {
                "image": train.Feature(bytes_list=train.BytesList(value=[data])),
                "label": train.Feature(int64_list=train.Int64List(value=[label])),
            }
            example = train.Example(features=train.Features(feature=feature))
            writer.write(example.SerializeToString())


def _parse(io, reshape, spec, record):
    example = io.parse_single_example(record, spec)
    image = io.parse_tensor(example["image"], out_type="uint8")
    return reshape(image, (28, 28)), example["label"]


def _pipeline(tools, path):
    io, _, dataset, autotune, reshape = tools
    spec = {
        "image": io.FixedLenFeature([], "string"),
        "label": io.FixedLenFeature([], "int64"),
    }
    parse = functools.partial(_parse, io, reshape, spec)
    records = dataset([path]).map(parse, num_parallel_calls=autotune)
    return records.shuffle(BUFFER).batch(BATCH).prefetch(autotune)


WORKLOADS = [Records()]
