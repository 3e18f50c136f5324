"""Datasets of arrays: windows over a series, and parts of a dataset."""

import random

import numpy as np

from ranvier.core._seeds import make_default_seed
from ranvier.data import _spec
from ranvier.data._batching import Batch, Padded, Unbatch
from ranvier.data._block import Block
from ranvier.data._columns import to_value
from ranvier.data._dataset import Dataset, in_current_face
from ranvier.data._directories import check_format
from ranvier.data._node import Stream, Transformation
from ranvier.data._sources import Rows


class _Gather(Transformation):
    """Rows of arrays, by numbers.

    Args:
        source: node of the numbers of first rows, single ones or batches.
        parts: for each result an array, and offsets (an array of numbers) to add.
    """

    name = "timeseries_dataset_from_array"

    def __init__(self, source, parts):
        super().__init__(source)
        self.parts = parts

    def stream(self):
        return _GatherStream(self)

    def spec(self):
        lead = _spec.sizes(self.source.spec())
        specs = tuple(
            _spec.tensor((*lead, *offsets.shape, *array.shape[1:]), array.dtype)
            for array, offsets in self.parts
        )
        return specs if len(specs) > 1 else specs[0]

    def gather(self, starts):
        """Returns the columns for a column of numbers."""
        columns = tuple(
            array[starts.reshape(*starts.shape, *(1,) * offsets.ndim) + offsets]
            for array, offsets in self.parts
        )
        return columns if len(columns) > 1 else columns[0]


class _GatherStream(Stream):
    streams = ("source",)

    def __init__(self, node):
        self.node = node
        self.source = node.source.stream()

    def produce(self, limit):
        block = self.source.next(limit)
        if block is None:
            return None
        if isinstance(block.columns, np.ndarray):
            return Block(self.node.gather(block.columns), block.count)
        return Block.of([self.node.gather(starts) for starts in block.elements()])


def timeseries_dataset_from_array(
    data,
    targets,
    sequence_length,
    sequence_stride=1,
    sampling_rate=1,
    batch_size=128,
    shuffle=False,
    seed=None,
    start_index=None,
    end_index=None,
    format="tf",
):
    """Makes a dataset of windows over a series.

    Args:
        data: array or list whose first axis is time.
        targets: array of targets; the target of a window is that with the number of
            the window's first row. None for windows alone.
        sequence_length: rows in a window.
        sequence_stride: rows between the beginnings of windows.
        sampling_rate: rows from one row of a window to the next.
        batch_size: windows in a batch; None for single ones.
        shuffle: whether to shuffle windows.
        seed: of the order.
        start_index: rows before it are left out.
        end_index: rows from it on are left out.
        format: ignored.

    Raises:
        ValueError: for numbers out of range.

    Example:
        >>> ds = timeseries_dataset_from_array([1, 2, 3, 4], [30, 40], 2)
        >>> for windows, targets in ds:
        ...     print(windows.tolist(), targets.tolist())
        [[1, 2], [2, 3]] [30, 40]
    """
    check_format(format)
    data = np.asarray(to_value(data))
    n = len(data)
    if not isinstance(sequence_length, (int, np.integer)):
        raise TypeError(
            "`sequence_length` must be an integer. "
            f"Received: sequence_length={sequence_length!r}"
        )
    for argument, value, low, high in (
        ("start_index", start_index or None, 0, n - 1),
        ("end_index", end_index or None, (start_index or 0) + 1, n - 1),
        ("sampling_rate", sampling_rate, 1, n - 1),
        ("sequence_stride", sequence_stride, 1, n - 1),
    ):
        if value is not None and not low <= value <= high:
            raise ValueError(
                f"`{argument}` must be from {low} to {high}, data being of length {n}. "
                f"Received: {argument}={value}"
            )
    start, stop = start_index or 0, n if end_index is None else end_index
    offsets = np.arange(sequence_length) * sampling_rate
    count = stop - start - (sequence_length - 1) * sampling_rate
    parts = [(data[start:stop], offsets)]
    if targets is not None:
        targets = np.asarray(to_value(targets))
        count = min(count, len(targets))
        parts.append((targets[start:stop], np.zeros((), int)))
    starts = np.arange(0, max(count, 0), sequence_stride)
    if shuffle:
        seed = make_default_seed() % 10**6 if seed is None else seed
        np.random.RandomState(seed).shuffle(starts)
    dataset = Dataset.from_tensor_slices(starts)
    if shuffle:
        dataset = dataset.shuffle(1024 if batch_size is None else batch_size * 8, seed)
    if batch_size is not None:
        dataset = dataset.batch(batch_size)
    return in_current_face(Dataset(_Gather(dataset._data_node, parts)).prefetch(-1))


def split_dataset(
    dataset,
    left_size=None,
    right_size=None,
    shuffle=False,
    seed=None,
    preferred_backend=None,
):
    """Splits a dataset in two.

    Args:
        dataset: a `Dataset`, an array, or a list or tuple of arrays. What `batch` has
            made is split between two rows, and both parts are batched again.
        left_size: size of the first part: a share (float) or a number (int) of
            elements; by default what `right_size` leaves.
        right_size: size of the second part.
        shuffle: whether to shuffle before.
        seed: of the order.
        preferred_backend: ignored.

    Returns:
        Two datasets.

    Raises:
        ValueError: for sizes that do not fit.
        TypeError: for other data, or sizes that are no numbers.

    Example:
        >>> left, right = split_dataset(np.arange(5), left_size=0.6)
        >>> [int(x) for x in left], [int(x) for x in right]
        ([0, 1, 2], [3, 4])
    """
    if isinstance(dataset, (np.ndarray, list, tuple)):
        arrays = dataset if isinstance(dataset, np.ndarray) else tuple(dataset)
        elements = in_current_face(Dataset.from_tensor_slices(arrays))
    elif hasattr(dataset, "_data_node"):
        elements = dataset
    else:
        raise TypeError(
            "`dataset` must be a `Dataset`, an array, or a list or tuple of arrays. "
            f"Received: {type(dataset).__name__}"
        )
    node = elements._data_node
    size = node.size if type(node) in (Batch, Padded) else None
    blocks = (node if size is None else Unbatch(node)).stream()
    rows: list = []
    while (block := blocks.next()) is not None:
        rows += block.elements()
    left, right = _sizes(left_size, right_size, len(rows))
    if shuffle:
        random.Random(make_default_seed() if seed is None else seed).shuffle(rows)
    parts = rows[:left], rows[len(rows) - right :]
    return tuple(_of_rows(type(elements), part, size) for part in parts)


def _of_rows(cls, rows, size):
    dataset = cls._of(Rows(Block.of(rows).columns, len(rows)))
    return (dataset if size is None else dataset.batch(size)).prefetch(-1)


def _sizes(left, right, total):
    """Returns the numbers of elements of both parts."""
    if left is None and right is None:
        raise ValueError(
            "At least one of `left_size` or `right_size` must be specified. Received: "
            "left_size=None, right_size=None"
        )
    numbers = []
    for argument, size in (("left_size", left), ("right_size", right)):
        if size is None:
            numbers.append(None)
            continue
        if isinstance(size, bool) or not isinstance(size, (int, float, np.number)):
            raise TypeError(
                f"`{argument}` must be an integer or a float. Received: {size!r}"
            )
        share = isinstance(size, (float, np.floating))
        if not 0 < size < (1 if share else total):
            limits = "between 0 and 1" if share else f"between 0 and {total}"
            raise ValueError(
                f"`{argument}` must be {limits} (the number of elements for an integer,"
                f" a share for a float). Received: {argument}={size}"
            )
        numbers.append(round(size * total) if share else int(size))
    left, right = numbers
    left = total - right if left is None else left
    right = total - left if right is None else right
    if left + right > total:
        raise ValueError(
            "The sum of `left_size` and `right_size` is greater than the number of "
            f"elements, {total}. Received: {left} and {right} elements."
        )
    if not left or not right:
        raise ValueError(
            f"With {total} elements and these sizes one part would be empty."
        )
    return left, right
