"""Which elements: take, skip, shard, repeat, concatenate, enumerate, unique."""

import numpy as np

from ranvier.data import _spec, _structure
from ranvier.data._block import Block
from ranvier.data._node import INFINITE, UNKNOWN, Node, Stream, Transformation
from ranvier.tensors._errors import InvalidArgumentError


class Take(Transformation):
    """The first `count` elements; all if negative."""

    name = "take"

    def __init__(self, source, count):
        super().__init__(source)
        self.count = count

    def stream(self):
        if self.count < 0:
            return self.source.stream()
        return _TakeStream(self)

    def cardinality(self):
        n = self.source.cardinality()
        if self.count < 0:
            return n
        if n == INFINITE:
            return self.count
        return min(n, self.count) if n >= 0 else n if self.count else 0

    def whole(self):
        block = self.source.whole()
        if block is None or self.count < 0:
            return block
        return block[: self.count]


class _TakeStream(Stream):
    counters = ("left",)
    streams = ("source",)

    def __init__(self, node):
        self.source = node.source.stream()
        self.left = node.count

    def produce(self, limit):
        if not self.left:
            return None
        block = self.source.next(min(limit, self.left))
        if block is not None:
            self.left -= block.count
        return block


class Skip(Transformation):
    """What comes after the first `count` elements; nothing if negative."""

    name = "skip"

    def __init__(self, source, count):
        super().__init__(source)
        self.count = count

    def stream(self):
        return _SkipStream(self)

    def cardinality(self):
        n = self.source.cardinality()
        if self.count < 0:
            return 0
        return max(n - self.count, 0) if n >= 0 else n

    def whole(self):
        block = self.source.whole()
        if block is None:
            return None
        return block[self.count if self.count >= 0 else block.count :]


class _SkipStream(Stream):
    counters = ("begun",)
    streams = ("source",)

    def __init__(self, node):
        self.count = node.count
        self.source = node.source.stream()
        self.begun = False

    def produce(self, limit):
        if self.count < 0:
            return None
        if not self.begun:
            self.begun = True
            self.source.skip(self.count)
        return self.source.next(limit)


class Shard(Transformation):
    """Every `num_shards`-th element, from number `index` on."""

    name = "shard"

    def __init__(self, source, num_shards, index):
        super().__init__(source)
        self.num_shards, self.index = num_shards, index

    def stream(self):
        return _ShardStream(self)

    def cardinality(self):
        n = self.source.cardinality()
        return len(range(self.index, n, self.num_shards)) if n >= 0 else n

    def whole(self):
        block = self.source.whole()
        return None if block is None else block[self.index :: self.num_shards]


class _ShardStream(Stream):
    counters = ("position",)
    streams = ("source",)

    def __init__(self, node):
        self.node = node
        self.source = node.source.stream()
        self.position = 0

    def produce(self, limit):
        while True:
            block = self.source.next(limit * self.node.num_shards)
            if block is None:
                return None
            first = (self.node.index - self.position) % self.node.num_shards
            self.position += block.count
            chosen = block[first :: self.node.num_shards]
            if chosen.count:
                return chosen


class Repeat(Transformation):
    """The input `count` times over; without end if negative."""

    name = "repeat"

    def __init__(self, source, count):
        super().__init__(source)
        self.count = count

    def stream(self):
        return _RepeatStream(self)

    def cardinality(self):
        n = self.source.cardinality()
        if self.count == 0 or n == 0:
            return 0
        if self.count < 0:
            return INFINITE
        return n * self.count if n >= 0 else n


class _RepeatStream(Stream):
    counters = ("epoch",)
    streams = ("source",)

    def __init__(self, node):
        self.node = node
        self.epoch = 0
        self.source = node.source.stream()
        self._fruitless = 0

    def produce(self, limit):
        while self.epoch != self.node.count:
            block = self.source.next(limit)
            if block is not None:
                self._fruitless = 0
                return block
            self.epoch += 1
            self._fruitless += 1
            # An input without elements would be repeated for ever.
            if self._fruitless > 1 or self.epoch == self.node.count:
                return None
            self.source = self.node.source.stream()
        return None


class Concatenate(Node):
    """One input after the other."""

    name = "concatenate"

    def __init__(self, first, second):
        self.inputs = (first, second)

    def stream(self):
        return _ConcatenateStream(self)

    def spec(self):
        return _spec.merge(self.inputs[0].spec(), self.inputs[1].spec())

    def cardinality(self):
        first, second = (node.cardinality() for node in self.inputs)
        if INFINITE in (first, second):
            return INFINITE
        return UNKNOWN if UNKNOWN in (first, second) else first + second


class _ConcatenateStream(Stream):
    counters = ("index",)
    streams = ("source",)

    def __init__(self, node):
        self.node = node
        self.index = 0
        self.source = node.inputs[0].stream()

    def produce(self, limit):
        while True:
            block = self.source.next(limit)
            if block is not None or self.index == 1:
                return block
            self.index = 1
            self.source = self.node.inputs[1].stream()

    def set_state(self, state):
        self.index = state["index"]
        self.source = self.node.inputs[self.index].stream()
        self.source.set_state(state["source"])


class Enumerate(Transformation):
    """Pairs of number and element."""

    name = "enumerate"

    def __init__(self, source, start):
        super().__init__(source)
        self.start = start

    def stream(self):
        return _EnumerateStream(self)

    def spec(self):
        return (_spec.TensorSpec((), np.int64), self.source.spec())

    def whole(self):
        block = self.source.whole()
        if block is None:
            return None
        numbers = np.arange(self.start, self.start + block.count, dtype=np.int64)
        return Block((numbers, block.columns), block.count)


class _EnumerateStream(Stream):
    counters = ("position",)
    streams = ("source",)

    def __init__(self, node):
        self.source = node.source.stream()
        self.position = node.start

    def produce(self, limit):
        block = self.source.next(limit)
        if block is None:
            return None
        start, self.position = self.position, self.position + block.count
        numbers = np.arange(start, self.position, dtype=np.int64)
        return Block((numbers, block.columns), block.count)


class Unique(Transformation):
    """Each element the first time it comes."""

    name = "unique"

    def __init__(self, source):
        super().__init__(source)
        specs = _structure.flatten(source.spec())
        if len(specs) != 1:
            raise InvalidArgumentError(
                "`unique` takes elements with a single component. Received elements "
                f"with {len(specs)}."
            )
        if specs[0].dtype not in ("int32", "int64", "string"):
            raise TypeError(
                f"`tf.data.Dataset.unique` does not support type {specs[0].dtype!r}: "
                "only `tf.int32`, `tf.int64`, and `tf.string` are supported."
            )

    def stream(self):
        return _UniqueStream(self)

    def cardinality(self):
        return UNKNOWN


class _UniqueStream(Stream):
    """The state is the number of elements read: what was seen is found by reading."""

    counters = ("position",)

    def __init__(self, node):
        self.node = node
        self.source = node.source.stream()
        self.position = 0
        self._seen: set = set()

    def produce(self, limit):
        while True:
            block = self.source.next(limit)
            if block is None:
                return None
            self.position += block.count
            new = self._new(block)
            if new.any():
                return block[new]

    def _new(self, block):
        columns = _structure.flatten(block.columns)
        new = np.zeros(block.count, bool)
        for i in range(block.count):
            key = tuple(_key(column[i]) for column in columns)
            if key not in self._seen:
                self._seen.add(key)
                new[i] = True
        return new

    def set_state(self, state):
        self.position = state["position"]
        self.source = self.node.source.stream()
        self._seen = set()
        left = self.position
        while left:
            block = self.source.next(left)
            if block is None:
                break
            self._new(block)
            left -= block.count


def _key(value):
    if isinstance(value, bytes):
        return value
    if not isinstance(value, (np.ndarray, np.generic)):
        raise TypeError(
            "`unique` compares numbers, strings and arrays of them. Received: "
            f"{value!r}"
        )
    if value.dtype == object:
        return value.shape, tuple(value.ravel())
    return value.shape, value.tobytes()


def check_shard(num_shards, index) -> None:
    """Raises unless `0 <= index < num_shards`."""
    if num_shards < 1:
        raise InvalidArgumentError(
            f"`num_shards` must be >= 1. Received: num_shards={num_shards}"
        )
    if not 0 <= index < num_shards:
        raise InvalidArgumentError(
            f"`index` must be in the range 0 to {num_shards - 1}. "
            f"Received: index={index}, num_shards={num_shards}"
        )
