"""Datasets as data of `fit`, `evaluate` and `predict`.

The batches of a dataset come in groups: blocks in which batches of one shape are
stacked already. A group goes to a program as it is.
"""

import jax
import numpy as np

from ranvier.data import _structure
from ranvier.data._batching import Batch
from ranvier.data._block import MOST, Block
from ranvier.data._caching import Prefetch
from ranvier.data._face import NUMPY
from ranvier.data._iterator import NumpyIterator
from ranvier.data._node import INFINITE
from ranvier.data._passes import get_passes, set_passes
from ranvier.data._shuffling import Shuffle
from ranvier.training._arrays import count_samples, to_arrays
from ranvier.training._host import run_host_part
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

    def batches(self, index, start=0, state=None):
        """Returns an iterator over the batches of one pass."""
        if self.weigh is not None or getattr(self.model, "host_part", None):
            return super().batches(index, start, state)
        self._open_pass(start, state or {})
        return _Groups(self._items)


class _Groups:
    """An iterator over batches that also hands out groups of them.

    Args:
        blocks: a `_Blocks`.
    """

    def __init__(self, blocks):
        self._blocks = blocks

    def __iter__(self):
        return self

    def __next__(self):
        if not self.has_more():
            raise StopIteration
        arrays, _ = self.take(1)
        return jax.tree.map(lambda a: a[0], arrays)

    def has_more(self):
        """Tells whether there is another batch."""
        return self._blocks.has_more()

    def peek(self):
        """Returns the next batch, which must be there, without taking it."""
        return jax.tree.map(lambda a: a[0], _as_arrays(self._blocks.peek(1)))

    def take(self, limit):
        """Returns up to `limit` batches of one shape, stacked, and how many."""
        block = self._blocks.peek(limit)
        arrays = _as_arrays(block)
        self._blocks.drop(block.count)
        return arrays, block.count


def _as_arrays(block):
    x, y, sample_weight = unpack(block.columns)
    arrays = (
        to_arrays(x, "x"),
        to_arrays(y, "y"),
        to_arrays(sample_weight, "sample_weight"),
    )
    for name, part in zip(("x", "y", "sample_weight"), arrays):
        if any(a.ndim < 2 for a in jax.tree.leaves(part)):
            raise ValueError(
                f"`{name}` must have at least one axis (that of samples): the elements "
                "of the dataset must be batches. Use `dataset.batch(batch_size)`."
            )
    x, y, sample_weight = jax.tree.map(lambda a: a[0], arrays)
    count_samples(x=x, y=y, sample_weight=sample_weight)
    return arrays


class _Blocks:
    """An iterator over the batches of a dataset, in blocks of one shape.

    Args:
        iterator: over the dataset.
        note_place: called when a position was taken up.
    """

    def __init__(self, iterator, note_place):
        self._iterator = iterator
        self._note_place = note_place
        self._state = iterator.get_state()
        self._parts: list = []  # blocks of one shape
        self._taken = 0  # batches since the state
        self._offset = 0  # batches of the first part

    def __iter__(self):
        return self

    def __next__(self):
        if not self.has_more():
            raise StopIteration
        element = self.peek(1).element(0)
        self.drop(1)
        return element

    def has_more(self):
        """Tells whether there is another batch."""
        if not self._parts:
            self._state, self._taken = self._iterator.get_state(), 0
            block = self._iterator.next_block(MOST)
            self._parts = [] if block is None else _of_one_shape(block)
        return bool(self._parts)

    def peek(self, limit):
        """Returns a block of up to `limit` batches of one shape."""
        self.has_more()
        return self._parts[0][self._offset : self._offset + limit]

    def drop(self, count):
        """Moves on."""
        self._taken += count
        self._offset += count
        if self._offset >= self._parts[0].count:
            del self._parts[0]
            self._offset = 0

    def get_state(self):
        """Returns the position."""
        if not self._parts:
            return {"blocks": self._iterator.get_state(), "taken": 0}
        return {"blocks": self._state, "taken": self._taken}

    def set_state(self, state):
        """Goes to a position."""
        self._iterator.set_state(state["blocks"])
        self._parts, self._offset = [], 0
        for _ in range(state["taken"]):
            self.has_more()
            self.drop(1)
        self._note_place()


def _of_one_shape(block):
    """Cuts a block where the shapes of its elements change."""
    columns = _structure.flatten(block.columns)
    if all(isinstance(column, np.ndarray) for column in columns):
        return [block]
    elements = list(block.elements())
    shapes = [[np.shape(v) for v in _structure.flatten(e)] for e in elements]
    cuts = [i for i in range(1, len(shapes)) if shapes[i] != shapes[i - 1]]
    limits = zip([0, *cuts], [*cuts, len(elements)])
    return [Block.of(elements[start:stop]) for start, stop in limits]


class _Ahead:
    """A dataset that is read ahead, with the numbers of passes of its shuffles."""

    def __init__(self, dataset):
        if not isinstance(dataset._data_node, Prefetch):
            dataset = dataset.prefetch(-1)
        self.dataset = dataset
        self._is_placed = False

    def __iter__(self):
        return _Blocks(NumpyIterator(self.dataset._data_node, NUMPY), self._note_place)

    def _note_place(self):
        self._is_placed = True

    def get_state(self):
        """Returns the state that the passes to come depend on."""
        return get_passes(self.dataset._data_node)

    def set_state(self, state):
        """Takes up a state, unless an iterator has just taken up its own.

        That tells the passes of its place; here those that were begun ahead count too.
        """
        if self._is_placed:
            self._is_placed = False
            return
        set_passes(self.dataset._data_node, state)


def in_memory(data, model=None):
    """Returns what an array feed needs for a dataset of batches of arrays.

    Such a dataset is arrays in memory, shuffled as a whole or not at all, in batches.

    Args:
        data: the dataset.
        model: whose layers on the host are run on the inputs.

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
        to_arrays(run_host_part(model, x), "x"),
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
