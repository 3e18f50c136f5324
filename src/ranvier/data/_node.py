"""Nodes and streams: the two halves of every source and transformation.

A *node* is immutable: what to do, and its inputs. A dataset is a chain of them. A
*stream* is one pass over a node's elements: it gives blocks, and knows its position.

The consumer says how many elements it wants at most, so that no stream has to keep
elements that were made but not asked for; positions are then small: numbers of
elements, of bytes in a file, of passes. A stream's state is made of them, and another
stream of the same node with that state goes on with the same elements.
"""

import abc
import time

from ranvier.data._block import MOST, concat
from ranvier.data._passes import get_passes, set_passes

INFINITE = -1
UNKNOWN = -2

# Seconds after which a stream that is slow hands on what it has.
PATIENCE = 0.02

# What a stream gives first, before it knows how large its elements are.
_FIRST = 16


class Node(abc.ABC):
    """A source or a transformation.

    Attributes:
        inputs: the nodes it reads.
        name: the name of the transformation in messages.
    """

    inputs: tuple = ()
    name = "dataset"

    @abc.abstractmethod
    def stream(self) -> "Stream":
        """Starts a pass."""

    @abc.abstractmethod
    def spec(self):
        """Returns the structure of specs of an element."""

    @abc.abstractmethod
    def cardinality(self) -> int:
        """Returns the number of elements, `INFINITE` or `UNKNOWN`."""

    def whole(self):
        """Returns a block with all elements where that costs nothing, else None."""
        return None

    @property
    def source(self):
        """The only input."""
        return self.inputs[0]


class Stream(abc.ABC):
    """One pass over the elements of a node.

    A class names what makes up its position: `counters` are attributes with plain
    values, `streams` are attributes with streams that it reads.
    """

    counters: tuple = ()
    streams: tuple = ()
    _cap = _FIRST

    def next(self, limit=MOST):
        """Returns a block of 1 to `limit` elements, or None at the end.

        Blocks are kept to a reasonable size in bytes, whatever the limit.
        """
        block = self.produce(min(limit, self._cap))
        if block is not None:
            self._cap = block.room()
        return block

    @abc.abstractmethod
    def produce(self, limit):
        """Returns a block of 1 to `limit` elements, or None at the end."""

    def get_state(self) -> dict:
        """Returns the position: a small structure of plain values."""
        state = {name: getattr(self, name) for name in self.counters}
        for name in self.streams:
            state[name] = getattr(self, name).get_state()
        return state

    def set_state(self, state) -> None:
        """Goes to the position of another stream of the same node."""
        for name in self.counters:
            setattr(self, name, state[name])
        for name in self.streams:
            getattr(self, name).set_state(state[name])

    def skip(self, count) -> int:
        """Leaves out elements; returns how many, fewer only at the end."""
        left = count
        while left:
            block = self.next(left)
            if block is None:
                break
            left -= block.count
        return count - left


def first_of(node):
    """Returns a block of the first element, None if there is none.

    It is no pass: what is drawn in those that follow stays the same.
    """
    passes = get_passes(node)
    try:
        return node.stream().next(1)
    finally:
        set_passes(node, passes)


def pull(stream, count, multiple=None):
    """Returns a block of `count` elements, fewer only at the end, None if none.

    With `multiple`, some multiple of so many elements will do where a stream is slow.
    """
    deadline = time.monotonic() + PATIENCE
    first = stream.next(count)
    if first is None or first.count == count:
        return first
    blocks, missing = [first], count - first.count
    while missing:
        if multiple is not None and time.monotonic() > deadline:
            missing %= multiple
            if not missing:
                break
        block = stream.next(missing)
        if block is None:
            break
        blocks.append(block)
        missing -= block.count
    return concat(blocks)


class Transformation(Node):
    """A node with one input whose elements have the same specs, one for one.

    Args:
        source: the input.
    """

    def __init__(self, source):
        self.inputs = (source,)

    def spec(self):
        return self.source.spec()

    def cardinality(self):
        return self.source.cardinality()
