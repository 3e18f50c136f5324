"""Streams that keep something: elements read ahead, or work to be done again."""

import collections

from ranvier.data._block import Block, concat
from ranvier.data._node import Stream


class Held:
    """A stream whose elements can be looked at before they are taken.

    The state is the position from which the elements kept can be read again, and how
    many of them were taken already.

    Args:
        stream: what to read.
    """

    def __init__(self, stream):
        self.stream = stream
        self._parts: collections.deque = collections.deque()  # (state before, block)
        self._offset = 0
        self.count = 0
        self.ended = False

    def fill(self, count, limit=0) -> int:
        """Reads until `count` elements are there; returns how many there are.

        Args:
            count: how many are needed.
            limit: how many may be read at once, where that is more.
        """
        while self.count < count and not self.ended:
            self._read(max(count - self.count, limit))
        return self.count

    def _read(self, limit):
        before = self.stream.get_state()
        block = self.stream.next(limit)
        if block is None:
            self.ended = True
        else:
            self._parts.append((before, block))
            self.count += block.count

    def peek(self, count) -> Block:
        """Returns the next `count` elements, which must be there."""
        blocks, start = [], self._offset
        for _, block in self._parts:
            if not count:
                break
            stop = min(start + count, block.count)
            blocks.append(block[start:stop] if stop - start < block.count else block)
            count -= stop - start
            start = 0
        return concat(blocks)

    def take(self, count) -> Block:
        """Returns the next `count` elements and moves on."""
        block = self.peek(count)
        self.drop(count)
        return block

    def drop(self, count) -> None:
        """Leaves out elements; those not there yet are read."""
        while count > self.count:
            count -= self.count
            self._parts.clear()
            self._offset = self.count = 0
            if self.ended:
                return
            self._read(count)
        self.count -= count
        self._offset += count
        while self._parts and self._offset >= self._parts[0][1].count:
            self._offset -= self._parts.popleft()[1].count

    def get_state(self):
        """Returns the position."""
        if not self._parts:
            return {"source": self.stream.get_state(), "offset": 0}
        return {"source": self._parts[0][0], "offset": self._offset}

    def set_state(self, state):
        """Goes to a position."""
        self.stream.set_state(state["source"])
        self._parts.clear()
        self._offset = self.count = 0
        self.ended = False
        self.drop(state["offset"])


class Replayed(Stream):
    """A stream whose position is found by doing its work again.

    The state is where its input began, and how many elements were given since.

    Args:
        node: the node; its only input is read as `self.source`.
    """

    def __init__(self, node):
        self.node = node
        self.emitted = 0
        self._start_at(None)

    def _start_at(self, state):
        self.source = self.node.source.stream()
        if state is not None:
            self.source.set_state(state)
        self._start = self.source.get_state()
        self.begin()

    def begin(self):
        """Sets up what the stream keeps, before the first element."""

    def next(self, limit=2**62):
        """Returns a block of 1 to `limit` elements, or None at the end."""
        block = super().next(limit)
        if block is not None:
            self.emitted += block.count
        return block

    def get_state(self):
        return {"start": self._start, "emitted": self.emitted, **super().get_state()}

    def set_state(self, state):
        super().set_state(state)
        self._start_at(state["start"])
        self.emitted = 0
        self.skip(state["emitted"])
