"""Rows of files that are parsed once: later passes take them from memory.

Where a compiled function follows on the lines of several files in turn, it may as well
follow on the lines of each file: same results, same order. What comes out for a file
that has not changed since is the same in each pass, and numbers take less room than
the text they were written in. So it is kept, as long as all of it is small.
"""

import os

import numpy as np

from ranvier.data import _structure
from ranvier.data._block import MOST, concat
from ranvier.data._held import Held
from ranvier.data._mapping import Map
from ranvier.data._mixing import Interleave
from ranvier.data._node import Stream, Transformation, first_of

# Bytes kept for one dataset, and bytes of the files that are worth a try.
_MOST_KEPT = 128 * 2**20
_MOST_READ = 128 * 2**20


class Memory:
    """What was made of files, by their stamps."""

    def __init__(self):
        self._blocks: dict = {}
        self._sizes: dict = {}
        self._is_full = False

    def may_keep(self, stamp) -> bool:
        """Tells whether there is room for what is made of a file."""
        if stamp is None or self._is_full:
            return False
        self._sizes[stamp[0]] = stamp[1]
        self._check(sum(self._sizes.values()), _MOST_READ)
        return not self._is_full

    def keep(self, stamp, blocks) -> None:
        """Keeps the blocks made of a file."""
        block = concat(blocks)
        if all(isinstance(c, np.ndarray) for c in _structure.flatten(block.columns)):
            # Of a file that has changed there is one state only.
            self._blocks = {k: b for k, b in self._blocks.items() if k[0] != stamp[0]}
            self._blocks[stamp] = block
            self._check(sum(b.size() for b in self._blocks.values()), _MOST_KEPT)

    def get(self, stamp):
        """Returns the block of all that was made of a file, or None."""
        return self._blocks.get(stamp)

    def _check(self, size, limit):
        if size > limit:
            self._is_full = True
            self._blocks.clear()


def stamp_of(node):
    """Returns what tells the elements of a file from any others, or None.

    Path and size of the file come first.
    """
    if hasattr(node, "format_key"):
        try:
            status = os.stat(node.path)
        except OSError:
            return None
        return node.path, status.st_size, status.st_mtime_ns, node.format_key()
    counts = getattr(node, "count", None)
    if len(node.inputs) == 1 and node.name in ("skip", "take") and counts is not None:
        stamp = stamp_of(node.source)
        return stamp and (*stamp, node.name, counts)
    return None


class RememberedFile(Transformation):
    """The rows of one file, as a function makes them of its elements.

    Args:
        source: a node that reads a file.
        function: an `ElementFunction`, or None for the elements themselves.
        memory: a `Memory`.
    """

    name = "file"

    def __init__(self, source, function, memory):
        super().__init__(source)
        self.function = function
        self.memory = memory
        self.stamp = stamp_of(source)

    def stream(self):
        return _RememberedStream(self)

    def spec(self):
        return self.source.spec()


class _RememberedStream(Stream):
    """The position is a number of rows."""

    def __init__(self, node):
        self.node = node
        self._go_to(0)

    def _go_to(self, position):
        self.position = position
        self._most = MOST  # rows to read at once
        self._kept = self.node.memory.get(self.node.stamp)
        self._parts = None
        if self._kept is None:
            stream = self.node.source.stream()
            stream.skip(position)
            if not position and self.node.memory.may_keep(self.node.stamp):
                self._parts = []
            self._rows = Held(_Made(stream, self.node.function, position))

    def next(self, limit=MOST):
        if self._kept is not None:
            block = self._kept[self.position : self.position + limit]
        elif self._read():
            block = self._rows.take(min(self._rows.count, limit))
            if self._parts is not None:
                self._parts.append(block)
        else:
            self._keep()
            return None
        self.position += block.count
        return block if block.count else None

    produce = next

    def _read(self):
        """Reads rows ahead; returns how many are there."""
        try:
            return self._rows.fill(1, self._most)
        except Exception:
            if self._most == 1:
                raise
            # One by one: the rows before the one at fault come first.
            self._go_to(self.position)
            self._parts, self._most = None, 1
            return self._rows.fill(1, 1)

    def _keep(self):
        if self._parts:
            self.node.memory.keep(self.node.stamp, self._parts)
        self._parts = None

    def get_state(self):
        return {"position": self.position}

    def set_state(self, state):
        self._go_to(state["position"])


class _Made(Stream):
    """What a function makes of a stream."""

    def __init__(self, source, function, position):
        self._source = source
        self._function = function
        self._position = position

    def next(self, limit=MOST):
        block = self._source.next(limit)
        if block is not None and self._function is not None:
            block = self._function(block, self._position)
            self._position += block.count
        return block

    produce = next

    def get_state(self):
        return None


class RememberedFiles(Interleave):
    """The rows of several files, some files in turn.

    Args:
        files: an `Interleave`.
        function: an `ElementFunction`, or None for the elements themselves.
    """

    def __init__(self, files, function=None):
        super().__init__(
            files.source,
            files.function,
            files.cycle_length,
            files.block_length,
            files.parallel,
        )
        self.files = files
        self.rows = function
        self.memory = Memory()
        self.name = files.name

    @property
    def passes(self):
        """The number of passes over the files."""
        return self.files.passes

    @passes.setter
    def passes(self, count):
        self.files.passes = count

    def make(self, element, position):
        node = self.files.make(element, position)
        if stamp_of(node) is not None:
            return RememberedFile(node, self.rows, self.memory)
        return node if self.rows is None else Map(node, self.rows)

    def spec(self):
        return self.files.spec()


class MappedFiles(Map):
    """The results of a function of the elements of several files.

    Args:
        source: an `Interleave`.
        function: an `ElementFunction`.
    """

    def __init__(self, source, function):
        super().__init__(source, function)
        self._remembered = None

    def stream(self):
        plain = super().stream()
        rows = self._rows()
        return plain if rows is None else _MappedStream(self, rows, plain)

    def _rows(self):
        """Returns the node of remembered rows, None if the function has no such."""
        if self._remembered is None:
            self._remembered = False
            if _reads_a_file(self.source) and self.function.is_constant(self.source):
                self._remembered = RememberedFiles(self.source, self.function)
        return self._remembered or None


def _reads_a_file(files):
    """Tells whether the first dataset of an `Interleave` is of one file."""
    first = first_of(files.source)
    return first is not None and stamp_of(files.make(first.element(0), 0)) is not None


class _MappedStream(Stream):
    """Reads remembered rows; where that fails, goes on element by element.

    An error then tells the number of the element among all of them.

    Args:
        node: the node.
        rows: node of the remembered rows.
        plain: a stream that gives the same.
    """

    counters = ("start", "given", "is_plain")

    def __init__(self, node, rows, plain):
        self.plain = plain
        self.start = plain.get_state()
        self.given = 0
        self.is_plain = False
        self.rows = rows.stream()
        self.rows.set_state(plain.calls.source.get_state())

    def next(self, limit=MOST):
        if not self.is_plain:
            try:
                block = self.rows.next(limit)
                self.given += 0 if block is None else block.count
                return block
            except Exception:
                self._fall_back()
        return self.plain.next(limit)

    produce = next

    def _fall_back(self):
        self.is_plain = True
        self.plain.set_state(self.start)
        self.plain.calls.leave_out(self.given)

    def get_state(self):
        stream = self.plain if self.is_plain else self.rows
        return {**super().get_state(), "stream": stream.get_state()}

    def set_state(self, state):
        super().set_state(state)
        (self.plain if self.is_plain else self.rows).set_state(state["stream"])
