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
        "Fashion-MNIST from a TFRecord file of serialised images to decoded, shuffled "
        f"batches of {BATCH}; Keras: tf.data; torch: a file of bytes, DataLoader"
    )
    quantity = "per pass"
    check_title = "mean label"
    order = 20
    peers = ("ranvier", "keras-tf", "torch")
    dataset = "fashion"
    sane_loss = 9.0

    def build(self, keras, **compile_options):
        return None

    def work(self, keras, model, data):
        images, labels = _images(data)
        tools = _ours() if keras.__name__ == "ranvier" else _tensorflows()
        folder = tempfile.TemporaryDirectory()
        path = str(Path(folder.name) / "images.tfrecord")
        _write(tools, path, images, labels)
        return _reader(_pipeline(tools, path), len(labels), folder)

    def torch_work(self, data):
        from benchmarks import torch_data

        images, labels = _images(data)
        folder = tempfile.TemporaryDirectory()
        path = Path(folder.name) / "images"
        images.tofile(path)
        dataset = torch_data.images(path, labels, images.shape[1:], BATCH)
        return _reader(dataset, len(labels), folder)


def _images(data):
    images = np.round(data.train.inputs[0] * 255).astype(np.uint8)
    return images.reshape(-1, 28, 28), data.train.targets[0]


def _reader(dataset, rows, folder):
    """A function that reads all batches; it keeps the folder of the files."""

    def read(folder=folder):
        return sum(int(np.sum(np.asarray(batch[1]))) for batch in dataset) / rows

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
