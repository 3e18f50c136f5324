"""Elements together: window, group_by_window, bucket_by_sequence_length."""

import functools

import numpy as np

from ranvier.data import _spec, _structure
from ranvier.data._block import MOST, Block
from ranvier.data._columns import Objects
from ranvier.data._held import Held, Replayed
from ranvier.data._mapping import example_of
from ranvier.data._node import INFINITE, UNKNOWN, Stream, Transformation, first_of
from ranvier.data._sources import Rows
from ranvier.tensors._errors import InvalidArgumentError


class Window(Transformation):
    """Datasets of consecutive elements.

    Args:
        source: the input.
        size: elements in a window.
        shift: from the beginning of one window to that of the next.
        stride: from one element of a window to the next.
        drop_remainder: leave out smaller last windows.
        make: makes a dataset of a node.
    """

    name = "window"

    def __init__(self, source, size, shift, stride, drop_remainder, make):
        super().__init__(source)
        self.size, self.shift, self.stride = size, shift, stride
        self.drop_remainder = drop_remainder
        self.make = make

    def stream(self):
        return _WindowStream(self)

    def spec(self):
        def described(spec):
            result = _spec.DatasetSpec(spec)
            result.make_empty = lambda: self.make(Rows(np.zeros(0), 0, spec))
            return result

        return _structure.map_values(described, self.source.spec())

    def cardinality(self):
        n = self.source.cardinality()
        if n < 0:
            return n
        if self.drop_remainder:
            span = (self.size - 1) * self.stride + 1
            return max(0, (n - span) // self.shift + 1)
        return -(-n // self.shift)


class _WindowStream(Stream):
    streams = ("held",)

    def __init__(self, node):
        self.node = node
        self.held = Held(node.source.stream())

    def produce(self, limit):
        node = self.node
        span = (node.size - 1) * node.stride + 1
        available = self.held.fill(span + (limit - 1) * node.shift)
        if node.drop_remainder:
            count = (available - span) // node.shift + 1 if available >= span else 0
        elif self.held.ended:
            count = -(-available // node.shift)
        else:
            count = (available - span) // node.shift + 1
        count = min(count, limit)
        if count <= 0:
            return None
        block = self.held.peek(min(available, span + (count - 1) * node.shift))

        def windows(column, spec):
            datasets = []
            for start in range(0, count * node.shift, node.shift):
                rows = column[start : start + span : node.stride]
                datasets.append(node.make(Rows(rows, len(rows), spec)))
            return Objects(datasets)

        specs = node.source.spec()
        columns = _structure.map_values(windows, block.columns, specs)
        result = Block(columns, count)
        self.held.drop(count * node.shift)
        return result


class GroupByWindow(Transformation):
    """Elements of one key, collected and reduced.

    Args:
        source: the input.
        key: an `ElementFunction` that gives a scalar int64.
        reduce: called with a key and a dataset; returns a dataset.
        size_of: called with a key; returns the number of elements to collect.
        make: makes a dataset of a node.
        label: name of the transformation.
    """

    def __init__(self, source, key, reduce, size_of, make, label="group_by_window"):
        super().__init__(source)
        self.key = key
        self.reduce = reduce
        self.size_of = size_of
        self.make = make
        self.name = label

    def stream(self):
        return _GroupStream(self)

    def spec(self):
        first = first_of(self.source)
        if first is None:
            first = example_of(self.source)
        if not isinstance(self.key, BucketKey):
            return self._reduced(self.keys(first, 0)[0], first).spec()
        keys = range(max(len(self.key.boundaries), 1))
        specs = [self._reduced(np.int64(key), first).spec() for key in keys]
        spec = functools.reduce(_spec.merge, specs)
        # Buckets have batch sizes of their own.
        return _spec.batched(_spec.unbatched(spec), None)

    def cardinality(self):
        return INFINITE if self.source.cardinality() == INFINITE else UNKNOWN

    def keys(self, block, position):
        """Returns the vector of keys of elements.

        Raises:
            ValueError: if a key is no integer of 64 bits.
        """
        keys = self.key(block, position).columns
        if not isinstance(keys, np.ndarray) or keys.ndim != 1 or keys.dtype != np.int64:
            found = "None" if keys is None else _spec.of_block(Block(keys, block.count))
            raise ValueError(
                f"`key_func` of `{self.name}` must return a single scalar of "
                f"dtype int64. Received: {found}"
            )
        return keys

    def _reduced(self, key, block):
        face = self.key.face
        rows = Rows(block.columns, block.count, self.source.spec())
        dataset = self.reduce(face.wrap(key), self.make(rows))
        if not hasattr(dataset, "_data_node"):
            raise TypeError(
                f"`reduce_func` of `{self.name}` must return a `Dataset`. "
                f"Received: {type(dataset).__name__}"
            )
        return dataset._data_node


class _GroupStream(Replayed):
    def begin(self):
        self.groups: dict = {}
        self.sizes: dict = {}
        self.position = 0
        self.ready = None  # the stream of a full group
        self.elements = Held(self.source)
        self.keys = np.zeros(0, np.int64)

    def produce(self, limit):
        while True:
            if self.ready is not None:
                block = self.ready.next(limit)
                if block is not None:
                    return block
                self.ready = None
            if not self._collect() and not self._flush():
                return None

    def _collect(self):
        """Reads up to the end of a full group; returns whether there was more."""
        if not len(self.keys):
            count = self.elements.fill(1, MOST)
            if not count:
                return False
            block = self.elements.peek(count)
            self.keys = self.node.keys(block, self.position)
            self.position += count
        for i, key in enumerate(self.keys.tolist()):
            group = self.groups.setdefault(key, [])
            group.append(self.elements.take(1).element(0))
            if len(group) >= self._size(key):
                self.keys = self.keys[i + 1 :]
                self._close(key)
                return True
        self.keys = self.keys[:0]
        return True

    def _flush(self):
        if not self.groups:
            return False
        self._close(min(self.groups))
        return True

    def _close(self, key):
        block = Block.of(self.groups.pop(key))
        self.sizes.pop(key, None)
        self.ready = self.node._reduced(np.int64(key), block).stream()

    def _size(self, key):
        if key not in self.sizes:
            size = int(np.asarray(self.node.size_of(np.int64(key))))
            if size < 1:
                raise InvalidArgumentError(
                    f"Window size must be greater than zero, but got {size}."
                )
            self.sizes[key] = size
        return self.sizes[key]


def wide_key(key_func, *element):
    """Calls a function of keys; a Python integer is a key, too."""
    key = key_func(*element)
    return np.int64(key) if type(key) is int else key


class BucketKey:
    """Numbers of buckets, from lengths.

    Args:
        length: an `ElementFunction` that gives lengths.
        boundaries: where buckets end.
    """

    def __init__(self, length, boundaries):
        self.length = length
        self.face = length.face
        self.boundaries = boundaries

    def __call__(self, block, position):
        """Returns the block of keys."""
        lengths = np.asarray(self.length(block, position).columns)
        keys = np.searchsorted(self.boundaries, lengths, side="right")
        return Block(keys.astype(np.int64), block.count)
