"""Functions of `tf.data.experimental`: older spellings of methods of `Dataset`.

Those that transform return a function of a dataset, for `Dataset.apply`.
"""

import numpy as np

from ranvier.data import _columns, _spec, _structure
from ranvier.data._block import Block
from ranvier.data._dataset import AUTOTUNE, Dataset
from ranvier.data._making import integer
from ranvier.data._node import INFINITE, Stream, Transformation
from ranvier.data._sources import Rows
from ranvier.tensors._errors import FailedPreconditionError, OutOfRangeError


def _spelled(name):
    """Returns a function whose arguments go to a method of datasets."""

    def transformation(*args, **kwargs):
        return lambda dataset: getattr(dataset, name)(*args, **kwargs)

    transformation.__name__ = transformation.__qualname__ = name
    transformation.__doc__ = (
        f"Returns a function, for `Dataset.apply`, that calls `dataset.{name}` with "
        "these arguments."
    )
    return transformation


bucket_by_sequence_length = _spelled("bucket_by_sequence_length")
dense_to_ragged_batch = _spelled("ragged_batch")
dense_to_sparse_batch = _spelled("sparse_batch")
enumerate_dataset = _spelled("enumerate")
group_by_window = _spelled("group_by_window")
ignore_errors = _spelled("ignore_errors")
rejection_resample = _spelled("rejection_resample")
scan = _spelled("scan")
snapshot = _spelled("snapshot")
take_while = _spelled("take_while")
unbatch = _spelled("unbatch")
unique = _spelled("unique")

Counter = Dataset.counter
RandomDataset = Dataset.random
sample_from_datasets = Dataset.sample_from_datasets
load = Dataset.load


def choose_from_datasets(datasets, choice_dataset, stop_on_empty_dataset=False):
    """Calls `Dataset.choose_from_datasets`; empty datasets are passed over."""
    first = datasets[0] if datasets else Dataset
    return first.choose_from_datasets(datasets, choice_dataset, stop_on_empty_dataset)


def parallel_interleave(
    map_func,
    cycle_length,
    block_length=1,
    sloppy=False,
    buffer_output_elements=None,
    prefetch_input_elements=None,
):
    """Returns a function, for `Dataset.apply`, that calls `dataset.interleave`.

    The order is always deterministic, whatever `sloppy` says; buffers are ignored.

    Example:
        >>> ds = Dataset.range(2).apply(
        ...     parallel_interleave(lambda n: Dataset.range(n, n + 2), cycle_length=2))
        >>> [int(x) for x in ds]
        [0, 1, 1, 2]
    """
    return lambda dataset: dataset.interleave(map_func, cycle_length, block_length)


def cardinality(dataset):
    """Returns `dataset.cardinality()`."""
    return dataset.cardinality()


def get_single_element(dataset):
    """Returns `dataset.get_single_element()`."""
    return dataset.get_single_element()


def get_structure(dataset_or_iterator):
    """Returns the `element_spec` of a dataset or iterator."""
    return dataset_or_iterator.element_spec


def save(dataset, path, compression=None, shard_func=None, checkpoint_args=None):
    """Calls `dataset.save`."""
    dataset.save(path, compression, shard_func, checkpoint_args)


def from_list(elements, name=None):
    """Makes a dataset of a list of elements of one structure.

    Example:
        >>> [int(a) for a, b in from_list([(1, "x"), (2, "y")])]
        [1, 2]
    """
    if not isinstance(elements, list):
        raise ValueError(f"`elements` must be a list. Received: {elements!r}")
    if not elements:
        raise ValueError("Empty list not allowed: expected at least one element.")
    elements = [_structure.map_values(_columns.to_value, e) for e in elements]
    block = Block.of(elements)
    return Dataset._of(Rows(block.columns, block.count))


def shuffle_and_repeat(buffer_size, count=None, seed=None):
    """Returns a function that shuffles and repeats a dataset.

    Example:
        >>> ds = Dataset.range(3).apply(shuffle_and_repeat(3, count=2))
        >>> len(list(ds))
        6
    """
    return lambda dataset: dataset.shuffle(buffer_size, seed).repeat(count)


def map_and_batch(
    map_func,
    batch_size,
    num_parallel_batches=None,
    drop_remainder=False,
    num_parallel_calls=None,
):
    """Returns a function that maps and batches a dataset.

    Example:
        >>> ds = Dataset.range(3).apply(map_and_batch(lambda x: x * 2, 3))
        >>> [batch.tolist() for batch in ds]
        [[0, 2, 4]]
    """
    return lambda dataset: dataset.map(map_func, num_parallel_calls).batch(
        batch_size, drop_remainder
    )


def assert_cardinality(expected_cardinality):
    """Returns a function that states how many elements a dataset has.

    Raises:
        FailedPreconditionError: in iteration, if there are fewer or more.

    Example:
        >>> ds = Dataset.range(9).filter(lambda x: x < 4).apply(assert_cardinality(4))
        >>> len(ds)
        4
    """
    expected = int(np.asarray(expected_cardinality))
    return lambda dataset: dataset._then(_Counted(dataset._data_node, expected))


class _Counted(Transformation):
    """Elements whose number is known."""

    name = "assert_cardinality"

    def __init__(self, source, expected):
        super().__init__(source)
        self.expected = expected

    def stream(self):
        return _CountedStream(self)

    def cardinality(self):
        return self.expected


class _CountedStream(Stream):
    counters = ("position",)
    streams = ("source",)

    def __init__(self, node):
        self.expected = node.expected
        self.source = node.source.stream()
        self.position = 0

    def produce(self, limit):
        block = self.source.next(limit)
        self.position += 0 if block is None else block.count
        endless = self.expected == INFINITE
        few = block is None and (endless or self.position < self.expected)
        if few or 0 <= self.expected < self.position:
            found = f"{self.position}" if few else "more"
            raise FailedPreconditionError(
                "Input dataset was expected to contain "
                f"{'an infinite number of' if endless else self.expected} elements but "
                f"contained {found}."
            )
        return block


def at(dataset, index):
    """Returns the element at a place.

    Raises:
        OutOfRangeError: if there are not that many.

    Example:
        >>> int(at(Dataset.range(5, 9), 2))
        7
    """
    index = integer(index, "index")
    element = next(iter(dataset.skip(index)), None) if index >= 0 else None
    if element is None:
        raise OutOfRangeError(f"The dataset has no element {index}.")
    return element


def copy_to_device(target_device, source_device="/cpu:0"):
    """Returns a function that gives a dataset back as it is.

    Programs put batches on their device themselves, ahead of their use.

    Example:
        >>> ds = Dataset.range(2).apply(copy_to_device("/gpu:0"))
        >>> [int(x) for x in ds]
        [0, 1]
    """
    return lambda dataset: dataset


def prefetch_to_device(device, buffer_size=None):
    """Returns a function that lets a thread read a dataset ahead.

    Example:
        >>> ds = Dataset.range(2).apply(prefetch_to_device("/gpu:0"))
        >>> [int(x) for x in ds]
        [0, 1]
    """
    return lambda dataset: dataset.prefetch(AUTOTUNE)


def pad_to_cardinality(cardinality, mask_key="valid"):
    """Returns a function that adds elements of zeros to a dataset of dictionaries.

    Args:
        cardinality: how many elements there shall be.
        mask_key: name of what tells true elements from added ones.

    Raises:
        ValueError: if there are more already, or their number is not known.

    Example:
        >>> ds = Dataset.from_tensor_slices({"x": [5, 7]}).apply(pad_to_cardinality(3))
        >>> [(int(row["x"]), bool(row["valid"])) for row in ds]
        [(5, True), (7, True), (0, False)]
    """

    def padded(dataset):
        count = dataset._data_node.cardinality()
        if not 0 <= count <= cardinality:
            raise ValueError(
                "The dataset passed into `pad_to_cardinality` must have a known number "
                f"of at most {cardinality} elements. Received one of {count}."
            )
        rows = dataset.map(lambda row: {**row, mask_key: np.bool_(True)})
        zeros = _structure.map_values(_spec.example, dataset.element_spec)
        zeros[mask_key] = np.bool_(False)
        added = dataset.from_tensors(zeros).repeat(cardinality - count)
        return rows.concatenate(added)

    return padded
