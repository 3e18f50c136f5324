"""Datasets as data of `fit`, `evaluate` and `predict`."""

from ranvier.data._batching import Batch
from ranvier.data._caching import Prefetch
from ranvier.data._node import INFINITE
from ranvier.data._shuffling import Shuffle
from ranvier.training._arrays import to_arrays
from ranvier.training._sources import IterableSource
from ranvier.training._step import unpack


class DatasetSource(IterableSource):
    """Batches of a `Dataset`, read ahead by a thread.

    Args:
        dataset: the dataset; its elements are batches.
        weigh: applied to each batch (class weights), or None.
        tell: as for `IterableSource`.
        model: whose layers on strings are run on the inputs.
        steps: number of batches in an epoch, where the user gave it.

    Raises:
        ValueError: if the dataset has no end and `steps` is None.
    """

    def __init__(self, dataset, weigh=None, model=None, steps=None):
        super().__init__(_Ahead(dataset), weigh, model=model)
        count = int(dataset._data_node.cardinality())
        if count == INFINITE and steps is None:
            raise ValueError(
                "The dataset has no end: specify how many batches an epoch has "
                "(`steps_per_epoch` in `fit`, `validation_steps` for its validation "
                "data, `steps` in `evaluate` and `predict`)."
            )
        self.steps = count if count >= 0 else None


class _Ahead:
    """A dataset that is read ahead, with the numbers of passes of its shuffles."""

    def __init__(self, dataset):
        if not isinstance(dataset._data_node, Prefetch):
            dataset = dataset.prefetch(-1)
        self.dataset = dataset

    def __iter__(self):
        return self.dataset.as_numpy_iterator()

    def get_state(self):
        """Returns the state that the passes to come depend on."""
        return [node.passes for node in _counting(self.dataset._data_node)]

    def set_state(self, state):
        """Takes up a state."""
        for node, passes in zip(_counting(self.dataset._data_node), state):
            node.passes = passes


def _counting(node):
    """Yields the nodes that count passes."""
    for source in node.inputs:
        yield from _counting(source)
    if hasattr(node, "passes"):
        yield node


def in_memory(data):
    """Returns what an array feed needs for a dataset of batches of arrays.

    Such a dataset is arrays in memory, shuffled as a whole or not at all, in batches.

    Returns:
        `(arrays, batch_size, shuffle, seed)`, or None for any other dataset.
    """
    node = data._data_node
    while isinstance(node, Prefetch):
        node = node.source
    if type(node) is not Batch or node.join is not None:
        return None
    batch, node, shuffle = node, node.source, None
    if type(node) is Shuffle:
        shuffle, node = node, node.source
    rows = node.whole()
    if rows is None or not rows.count or not _is_plain(rows.columns):
        return None
    if batch.drop_remainder and rows.count % batch.size:
        return None
    if shuffle is not None and (shuffle.size < rows.count or not shuffle.reshuffle):
        return None
    x, y, sample_weight = unpack(rows.columns)
    arrays = (
        to_arrays(x, "x"),
        to_arrays(y, "y"),
        to_arrays(sample_weight, "sample_weight"),
    )
    seed = shuffle.seed if shuffle is not None else 0
    return arrays, batch.size, shuffle is not None, seed


def _is_plain(columns):
    if isinstance(columns, dict):
        return all(map(_is_plain, columns.values()))
    if isinstance(columns, tuple):
        return all(map(_is_plain, columns))
    return getattr(columns, "dtype", None) is not None and columns.dtype.kind != "O"
