"""Sources of batches in Python: iterables, generators, `PyDataset`s, large arrays.

A source has `steps` (batches of one pass, or None if unknown), `once` (whether there
is only one pass), `indexed` (whether batches are read by their number),
`batches(index, start, state)` (an iterator over pass number `index`, from batch
`start` or a saved state on), `get_state()`, `extent()`, `begin_epoch()` and
`end_epoch()`.
"""

import collections.abc
import concurrent.futures
import itertools

import jax
import numpy as np

from ranvier.training._array_feed import epoch_order
from ranvier.training._arrays import count_samples, to_arrays
from ranvier.training._host import run_host_part
from ranvier.training._step import unpack


class StreamedArrays:
    """Arrays too large for the device, cut into batches on the host.

    Gives the same batches in the same order as an `ArrayFeed`.

    Args:
        arrays: `(x, y, sample_weight)`, structures of arrays of one length.
        batch_size: samples in a batch; the last batch of a pass may be smaller.
        shuffle: True, False, or `"batch"`.
        seed: the order of each pass follows from it.
    """

    once = False
    indexed = False

    def __init__(self, arrays, batch_size, shuffle, seed):
        self.samples = count_samples(x=arrays[0], y=arrays[1], sample_weight=arrays[2])
        self.arrays = arrays
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.seed = seed
        self.steps = -(-self.samples // batch_size)

    def batches(self, index, start=0, state=None):
        """Yields the batches of one pass."""
        order = None
        if self.shuffle:
            order = epoch_order(
                self.samples, self.batch_size, self.shuffle, self.seed, index
            )
        first = start * self.batch_size
        for start in range(first, self.samples, self.batch_size):
            stop = min(start + self.batch_size, self.samples)
            rows = slice(start, stop) if order is None else order[start:stop]
            yield jax.tree.map(lambda a, rows=rows: np.asarray(a[rows]), self.arrays)

    def begin_epoch(self):
        """Nothing to do: arrays do not change."""

    end_epoch = begin_epoch

    def extent(self):
        """Returns the sizes that batches depend on."""
        return {"samples": self.samples, "batch_size": self.batch_size}

    def get_state(self, is_ahead):
        """Arrays have no state of their own."""
        return {}


class IterableSource:
    """Batches of an iterable, a generator, or a `PyDataset`.

    Args:
        data: what the user passed.
        weigh: applied to each batch (class weights), or None.
        shuffle: whether the batches of a `PyDataset` come in another order each pass.
        seed: the orders follow from it.
        tell: whether a `PyDataset` is told when an epoch begins and ends.
        model: whose layers on strings are run on the inputs.
    """

    def __init__(self, data, weigh=None, shuffle=False, seed=0, tell=True, model=None):
        self.model = model
        self.data = data
        self.tell = tell
        self.weigh = weigh
        self.shuffle = shuffle
        self.seed = seed
        self.once = hasattr(data, "__next__")
        self.indexed = hasattr(data, "__getitem__") and hasattr(data, "on_epoch_end")
        self.steps = None if self.once else _length(data)
        self._items: collections.abc.Iterator = iter(())
        self._begin = None  # the state of the data before the pass

    def batches(self, index, start=0, state=None):
        """Returns an iterator over the batches of one pass."""
        if self.indexed:
            self._items = _prepared(self.data, self._order(index, start))
        else:
            self._open_pass(start, state or {})
        return (self._batch(item, i) for i, item in enumerate(self._items, start))

    def _open_pass(self, start, state):
        """Begins to iterate over the data, maybe from a place in the middle."""
        data, iterator = state.get("data"), state.get("iterator")
        if self.once:
            self._items = self.data
            skip(self.data, start if data is None else 0)
            return
        if data is not None:
            self.data.set_state(state["begin"])
        self._begin = _state_of(self.data)
        self._items = iter(self.data)
        if iterator is None:
            skip(self._items, start)
        else:
            self._items.set_state(iterator)
        if data is not None:
            self.data.set_state(data)

    def _order(self, index, start):
        if self.steps is None:
            return itertools.count(start)
        if self.shuffle:
            return epoch_order(self.steps, 1, True, self.seed, index)[start:].tolist()
        return range(start, self.steps)

    def extent(self):
        """Returns the number of batches, where it is known."""
        return {"batches": self.steps}

    def get_state(self, is_ahead):
        """Returns the states of the data and of the iterator, where they tell them.

        An iterator that gives batches only once is the data itself. Where a batch was
        read ahead (`is_ahead`) an iterator's state is not that of the training.
        """
        data = None if self.once and is_ahead else self.data
        iterator = None if self.once or self.indexed or is_ahead else self._items
        return {
            "data": _state_of(data),
            "begin": self._begin,
            "iterator": _state_of(iterator),
        }

    def begin_epoch(self):
        """Tells a `PyDataset` that an epoch begins."""
        if self.tell and hasattr(self.data, "on_epoch_begin"):
            self.data.on_epoch_begin()

    def end_epoch(self):
        """Tells a `PyDataset` that an epoch has ended."""
        if self.tell and hasattr(self.data, "on_epoch_end"):
            self.data.on_epoch_end()

    def _batch(self, item, i):
        try:
            x, y, sample_weight = unpack(item)
            batch = (
                to_arrays(run_host_part(self.model, x), "x"),
                to_arrays(y, "y"),
                to_arrays(sample_weight, "sample_weight"),
            )
            count_samples(x=batch[0], y=batch[1], sample_weight=batch[2])
        except ValueError as error:
            error.add_note(f"In batch {i} of the data source.")
            raise
        return self.weigh(batch) if self.weigh else batch


def skip(iterator, count):
    """Reads and drops the first elements of an iterator.

    Raises:
        ValueError: if there are fewer.
    """
    for i in range(count):
        if next(iterator, _END) is _END:
            raise ValueError(
                f"The data source ended after {i} batches, but the run that is taken "
                f"up had read {count}. Give `fit` the same data again."
            )


_END = object()


def _state_of(data):
    if hasattr(data, "get_state") and hasattr(data, "set_state"):
        return data.get_state()
    return None


def _length(data):
    """Returns the number of batches of one pass, or None if it is unknown."""
    if hasattr(data, "on_epoch_end"):
        return data.num_batches
    return len(data) if hasattr(data, "__len__") else None


def _prepared(data, order):
    """Yields `data[i]` for each index, some prepared ahead if there are workers."""
    workers = getattr(data, "workers", 1)
    if workers <= 1:
        yield from (data[i] for i in order)
        return
    pool = concurrent.futures.ThreadPoolExecutor(workers)
    waiting: collections.deque = collections.deque()
    try:
        for i in order:
            waiting.append(pool.submit(data.__getitem__, i))
            if len(waiting) >= max(data.max_queue_size, 1):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
