"""Datasets of `Example` messages, by the names of `tf.data.experimental`."""

import os

import numpy as np

from ranvier.data import _spec, io
from ranvier.data._dataset import AUTOTUNE, Dataset
from ranvier.data._face import NUMPY
from ranvier.data._file_names import matching
from ranvier.data._files import TFRecordDataset
from ranvier.data._functions import ElementFunction
from ranvier.data._mapping import Map
from ranvier.tensors import RaggedTensorSpec, SparseTensorSpec, TensorSpec


class ParsedExamples(Map):
    """Batches of messages, parsed.

    Args:
        source: a node of vectors of strings.
        features: dict of features by key.
        parallel: number of threads, or `AUTOTUNE`.
    """

    name = "parse_example"

    def __init__(self, source, features, parallel):
        def parse(batch):
            return io.parse_example(batch, features)

        super().__init__(source, ElementFunction(parse, NUMPY, self.name, parallel))
        self.features = features

    def spec(self):
        size = _spec.sizes(self.source.spec())[0]
        return {key: _spec_of(f, size) for key, f in self.features.items()}


def _spec_of(feature, size):
    """Returns the spec of a parsed feature of batches of a size."""
    if isinstance(feature, io.VarLenFeature):
        return SparseTensorSpec((size, None), feature.dtype)
    if isinstance(feature, io.SparseFeature):
        sizes = np.atleast_1d(feature.size).tolist()
        return SparseTensorSpec((size, *sizes), feature.dtype)
    if isinstance(feature, io.FixedLenSequenceFeature):
        return TensorSpec((size, None, *feature.shape), feature.dtype)
    if isinstance(feature, io.FixedLenFeature):
        return TensorSpec((size, *feature.shape), feature.dtype)
    lengths = [getattr(partition, "length", None) for partition in feature.partitions]
    ragged = (1 + len(lengths), feature.row_splits_dtype)
    return RaggedTensorSpec((size, None, *lengths), feature.dtype, *ragged)


def parse_example_dataset(features, num_parallel_calls=1, deterministic=None):
    """Returns a function, for `Dataset.apply`, that parses batches of messages.

    Args:
        features: a dict of `FixedLenFeature` and so on by key, as for
            `data.io.parse_example`.
        num_parallel_calls: as for `Dataset.map`.
        deterministic: ignored: the order always is.

    Raises:
        ValueError: without features.
        TypeError: for a dataset of anything but vectors of strings.

    Example:
        >>> from ranvier.data.io import Example, Feature, Features, FixedLenFeature
        >>> from ranvier.data.io import Int64List
        >>> def message(n):
        ...     feature = Feature(int64_list=Int64List(value=[n]))
        ...     example = Example(features=Features(feature={"n": feature}))
        ...     return example.SerializeToString()
        >>> ds = Dataset.from_tensor_slices([message(n) for n in range(3)]).batch(3)
        >>> ds = ds.apply(parse_example_dataset({"n": FixedLenFeature([], "int64")}))
        >>> next(iter(ds))["n"].tolist()
        [0, 1, 2]
    """
    if not features:
        raise ValueError(
            f"`features` must name at least one feature. Received: features={features}"
        )

    def parsed(dataset):
        spec = dataset.element_spec
        vector = TensorSpec([None], "string")
        if not isinstance(spec, TensorSpec) or not vector.is_compatible_with(spec):
            raise TypeError(
                "Input dataset should be a dataset of vectors of strings: batches of "
                f"messages. Received one with element_spec={spec!r}"
            )
        node = ParsedExamples(dataset._data_node, features, num_parallel_calls)
        return dataset._then(node)

    return parsed


def make_batched_features_dataset(
    file_pattern,
    batch_size,
    features,
    reader=None,
    label_key=None,
    reader_args=None,
    num_epochs=None,
    shuffle=True,
    shuffle_buffer_size=10000,
    shuffle_seed=None,
    prefetch_buffer_size=None,
    reader_num_threads=None,
    parser_num_threads=None,
    sloppy_ordering=False,
    drop_final_batch=False,
    dataset_class=Dataset,
):
    """Makes a dataset of batches of parsed messages of record files.

    Args:
        file_pattern: a glob pattern, or a list of them.
        batch_size: messages in a batch.
        features: a dict of `FixedLenFeature` and so on by key.
        reader: a function of a name that makes a dataset of messages;
            `TFRecordDataset` by default.
        label_key: the feature to give apart, as second part of a pair.
        reader_args: further arguments of `reader`, a list.
        num_epochs: how often to go through the files; without end if None.
        shuffle: whether to shuffle messages.
        shuffle_buffer_size: size of the buffer for that.
        shuffle_seed: its seed.
        prefetch_buffer_size: batches to read ahead; `AUTOTUNE` by default.
        reader_num_threads: how many files to read in turn.
        parser_num_threads: how many threads parse.
        sloppy_ordering: ignored: the order is always deterministic.
        drop_final_batch: leave out a smaller last batch, as is done without end.
        dataset_class: class of the result.

    Returns:
        A dataset of dictionaries, or of pairs of dictionary and label.

    Raises:
        ValueError: for files that are not there, or a label that is no feature.

    Example:
        >>> import os, tempfile
        >>> from ranvier.data import io
        >>> path = os.path.join(tempfile.mkdtemp(), "a.tfrecord")
        >>> with io.TFRecordWriter(path) as writer:
        ...     for n in range(3):
        ...         feature = io.Feature(int64_list=io.Int64List(value=[n]))
        ...         features = io.Features(feature={"n": feature})
        ...         writer.write(io.Example(features=features).SerializeToString())
        >>> ds = make_batched_features_dataset(
        ...     path, 2, {"n": io.FixedLenFeature([], "int64")}, num_epochs=1,
        ...     shuffle=False)
        >>> [batch["n"].tolist() for batch in ds]
        [[0, 1], [2]]
    """
    paths = matching(file_pattern)
    if label_key is not None and label_key not in features:
        raise ValueError(
            f"`label_key` provided ({label_key!r}) must be one of the keys of "
            f"`features`: {sorted(features)}."
        )
    reader, more = reader or TFRecordDataset, reader_args or []
    files = Dataset.from_tensor_slices(paths)
    if shuffle:
        files = files.shuffle(len(paths), shuffle_seed)
    dataset = files.interleave(
        lambda path: reader(os.fsdecode(path), *more), max(reader_num_threads or 1, 1)
    )
    if isinstance(dataset.element_spec, tuple):  # keys and messages
        dataset = dataset.map(lambda _, message: message)
    if shuffle:
        dataset = dataset.shuffle(shuffle_buffer_size, shuffle_seed)
    if num_epochs != 1:
        dataset = dataset.repeat(num_epochs)
    dataset = dataset.batch(batch_size, drop_final_batch or num_epochs is None)
    dataset = dataset.apply(parse_example_dataset(features, parser_num_threads or 1))
    if label_key is not None:
        dataset = dataset.apply(_with_label(label_key))
    ahead = AUTOTUNE if prefetch_buffer_size is None else prefetch_buffer_size
    return dataset_class._of(dataset.prefetch(ahead)._data_node)


class _Labelled(Map):
    """Dictionaries without one entry, which comes apart."""

    def __init__(self, source, key):
        def labelled(features):
            return _split(features, key)

        super().__init__(source, ElementFunction(labelled, NUMPY, "map"))
        self.key = key

    def spec(self):
        return _split(self.source.spec(), self.key)


def _split(features, key):
    rest = {name: value for name, value in features.items() if name != key}
    return rest, features[key]


def _with_label(key):
    return lambda dataset: dataset._then(_Labelled(dataset._data_node, key))


class TFRecordWriter:
    """Writes the elements of datasets of strings to record files.

    Args:
        filename: the file.
        compression_type: `""`, `"GZIP"` or `"ZLIB"`.

    Example:
        >>> import os, tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "words.tfrecord")
        >>> TFRecordWriter(path).write(Dataset.from_tensor_slices(["one", "two"]))
        >>> list(TFRecordDataset(path))
        [b'one', b'two']
    """

    def __init__(self, filename, compression_type=None):
        self._filename = filename
        self._options = io.TFRecordOptions(compression_type)

    def write(self, dataset):
        """Writes all elements.

        Raises:
            TypeError: for anything but a dataset of single strings.
        """
        if not hasattr(dataset, "_data_node"):
            raise TypeError(
                "Invalid `dataset`. Expected a `Dataset` object. Received: "
                f"{type(dataset).__name__}"
            )
        spec = dataset.element_spec
        scalar = TensorSpec((), "string")
        if not isinstance(spec, TensorSpec) or not scalar.is_compatible_with(spec):
            raise TypeError(
                "Invalid `dataset`. Its elements must be single strings. Received one "
                f"with element_spec={spec!r}"
            )
        with io.TFRecordWriter(self._filename, self._options) as writer:
            for record in dataset.as_numpy_iterator():
                writer.write(record)
