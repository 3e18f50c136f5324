"""Shuffling within a buffer."""

import numpy as np

from ranvier.core._seeds import make_default_seed
from ranvier.data import _structure
from ranvier.data._block import Block, concat
from ranvier.data._columns import Objects
from ranvier.data._held import Replayed
from ranvier.data._node import Transformation


class Shuffle(Transformation):
    """Elements in another order.

    A buffer holds `size` elements; each time one of them, drawn at random, goes out
    and the next one from the input takes its place. The draws follow from the seed
    and the number of the pass alone.

    Args:
        source: the input.
        size: number of elements in the buffer.
        seed: an integer, or None for one from the global state.
        reshuffle: whether each pass has an order of its own.
    """

    name = "shuffle"

    def __init__(self, source, size, seed=None, reshuffle=True):
        super().__init__(source)
        self.size = size
        self.seed = make_default_seed() if seed is None else int(seed)
        self.reshuffle = reshuffle
        self.passes = 0

    def stream(self):
        index = self.passes if self.reshuffle else 0
        self.passes += 1
        return _ShuffleStream(self, index)


class _ShuffleStream(Replayed):
    counters = ("index",)

    def __init__(self, node, index):
        self.index = index
        super().__init__(node)

    def begin(self):
        self._generator = None

    def get_state(self):
        return {**super().get_state(), "passes": self.node.passes}

    def set_state(self, state):
        super().set_state(state)
        self.node.passes = state["passes"]

    def produce(self, limit):
        if self._generator is None:
            key = [self.node.seed % 2**64, self.index]
            self._generator = np.random.Generator(np.random.Philox(key=key))
            self._fill()
        if self._order is None:
            block = self._exchange(limit)
            if block is not None:
                return block
            self._empty()
        rows = self._order[self._position : self._position + limit]
        self._position += len(rows)
        return self._buffer[rows] if len(rows) else None

    def _fill(self):
        whole = self.node.source.whole()
        size = self.node.size
        if whole is not None and whole.count <= size:
            self._buffer = whole
            self._empty()
            return
        blocks, count = [], 0
        while count < size:
            block = self.source.next(size - count)
            if block is None:
                break
            blocks.append(block)
            count += block.count
        self._buffer = concat(blocks) if blocks else Block(None, 0)
        self._order = None
        if count < size:
            self._empty()
        else:
            self._buffer = Block(
                _structure.map_values(_writable, self._buffer.columns), count
            )

    def _empty(self):
        """Gives out what is in the buffer when the input has ended."""
        self._order = self._generator.permutation(self._buffer.count)
        self._position = 0

    def _exchange(self, limit):
        """Gives as many elements as the input has new ones."""
        new = self.source.next(limit)
        if new is None:
            return None
        count, size = new.count, self._buffer.count
        # One float a draw: how many are drawn at once must not matter.
        slots = (self._generator.random(count) * size).astype(np.int64)
        # In few bits they are sorted faster.
        narrow = slots.astype(np.min_scalar_type(size))
        order = np.argsort(narrow, kind="stable")
        ordered = narrow[order]
        again = np.flatnonzero(ordered[1:] == ordered[:-1])
        # Where a slot is drawn again, what comes out is what was put in before.
        before, after = order[again], order[again + 1]
        stays = np.ones(count, bool)
        stays[before] = False
        last = np.flatnonzero(stays)
        places = slots[last]

        def swap(held, incoming):
            result = held.take(slots, axis=0)
            result[after] = incoming.take(before, axis=0)
            held[places] = incoming.take(last, axis=0)
            return result

        return Block(self._swapped(new, swap), count)

    def _swapped(self, new, swap):
        held = _structure.flatten(self._buffer.columns)
        results = []
        for i, incoming in enumerate(_structure.flatten(new.columns)):
            if not _alike(held[i], incoming):
                held[i], incoming = _objects(held[i]), _objects(incoming)
            if isinstance(incoming, Objects):
                results.append(Objects(swap(held[i].values, incoming.values)))
            else:
                results.append(swap(held[i], incoming))
        self._buffer.columns = _structure.pack(new.columns, held)
        return _structure.pack(new.columns, results)


def _alike(one, other):
    if isinstance(one, Objects) or isinstance(other, Objects):
        return isinstance(one, Objects) and isinstance(other, Objects)
    return one.shape[1:] == other.shape[1:]


def _objects(column):
    return column if isinstance(column, Objects) else Objects(list(column))


def _writable(column):
    if isinstance(column, Objects):
        return Objects(column.values.copy())
    return np.array(column)
