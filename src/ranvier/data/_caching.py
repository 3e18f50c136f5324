"""Work done once: cache and prefetch."""

import concurrent.futures
import os

from ranvier.data import _storage
from ranvier.data._block import concat
from ranvier.data._held import Held
from ranvier.data._node import Stream, Transformation
from ranvier.data._passes import note_reading
from ranvier.data._sources import Rows


class Cache(Transformation):
    """The input, kept in memory or in a file when it has been read to its end.

    Args:
        source: the input.
        filename: a path, or an empty string for memory.
    """

    name = "cache"

    def __init__(self, source, filename=""):
        super().__init__(source)
        self.filename = filename
        self._kept = None
        self.start = None

    def stream(self):
        return _CacheStream(self)

    def whole(self):
        kept = self.kept()
        return None if kept is None else kept.whole()

    def kept(self):
        """Returns the node of what was read, or None."""
        if self._kept is None and self.filename and os.path.isdir(self.filename):
            self._kept = _storage.Stored(self.filename)
        return self._kept

    def keep(self, blocks, start):
        """Takes all blocks of a pass over the input that began in a state."""
        self.start = start
        if self.filename:
            _storage.write(self.filename, blocks, self.spec())
            self._kept = _storage.Stored(self.filename)
        elif blocks:
            block = concat(blocks)
            self._kept = Rows(block.columns, block.count)
        else:
            self._kept = Rows((), 0)


class _CacheStream(Stream):
    """Reads what is kept, or else the input, and keeps it.

    The position is a number of elements, and the state in which the input began the
    pass that is kept: without what was kept, that pass is read again.
    """

    counters = ("position", "start")

    def __init__(self, node):
        self.node = node
        self._begin(node.start)
        if self._kept is None:
            self.start = self._source.get_state()

    def _begin(self, start):
        kept = self.node.kept()
        # An unknown start is that of a file from another run.
        if kept is not None and (
            None in (start, self.node.start) or start == self.node.start
        ):
            self._kept, self._source = kept.stream(), None
        else:
            self._kept, self._source = None, self.node.source.stream()
        self.start = start
        self.position = 0
        self._blocks: list = []

    def produce(self, limit):
        if self._kept is not None:
            block = self._kept.next(limit)
        else:
            block = self._source.next(limit)
            if block is not None:
                self._blocks.append(block)
            elif self.node.kept() is None:
                self.node.keep(self._blocks, self.start)
        if block is not None:
            self.position += block.count
        return block

    def set_state(self, state):
        self._begin(state["start"])
        if self._kept is None and self.start is not None:
            self._source.set_state(self.start)
        self.skip(state["position"])


class Prefetch(Transformation):
    """The input, read by a thread ahead of its use.

    A block is read ahead, whatever number of elements the user named: handing over
    each element would cost more than most of them take to be made.
    """

    name = "prefetch"

    def stream(self):
        return _PrefetchStream(self)

    def whole(self):
        return self.source.whole()


class _AheadStream(Stream):
    """One block is being read while the one before it is used."""

    def __init__(self, node):
        self._node = node
        self.source = node.source.stream()
        self._thread = concurrent.futures.ThreadPoolExecutor(1, "ranvier-prefetch")
        self._coming = None
        self._state = None

    def produce(self, limit):
        if self._coming is None:
            self._submit(limit)
        coming, self._coming = self._coming, None
        block = coming.result()
        if block is not None:
            self._submit(limit)
        else:
            self._state = self.source.get_state()
        return block

    def _submit(self, limit):
        self._state = self.source.get_state()
        self._coming = self._thread.submit(self.source.next, limit)
        note_reading(self._coming, self._node)

    def get_state(self):
        state = self.source.get_state() if self._coming is None else self._state
        return {"source": state}

    def set_state(self, state):
        if self._coming is not None:
            concurrent.futures.wait([self._coming])  # even if it ends in an error
            self._coming = None
        self.source.set_state(state["source"])


class _PrefetchStream(Stream):
    streams = ("held",)

    def __init__(self, node):
        self.held = Held(_AheadStream(node))

    def produce(self, limit):
        count = min(self.held.fill(1, limit), limit)
        return self.held.take(count) if count else None
