"""Blocks: what moves through a pipeline, many elements at a time."""

import numpy as np

from ranvier.data import _columns, _structure

# Streams give blocks of about this size, and of so many elements at most.
_BUDGET = 2 * 2**20
MOST = 8192


class Block:
    """Columns of a number of elements.

    Args:
        columns: a structure with a column for each value of an element.
        count: number of elements.
    """

    __slots__ = ("columns", "count")

    def __init__(self, columns, count):
        self.columns = columns
        self.count = count

    @classmethod
    def of(cls, elements):
        """Returns the block of a list of elements (structures of values).

        Raises:
            TypeError, ValueError: if they have different structures.
        """
        columns = _structure.map_values(lambda *v: _columns.stack(v), *elements)
        return cls(columns, len(elements))

    def __getitem__(self, rows):
        """Returns the block of some of the elements: a slice, a mask or numbers."""
        columns = _structure.map_values(lambda c: c[rows], self.columns)
        if isinstance(rows, slice):
            count = len(range(*rows.indices(self.count)))
        elif rows.dtype == bool:
            count = int(np.count_nonzero(rows))
        else:
            count = len(rows)
        return Block(columns, count)

    def element(self, i):
        """Returns one element, a structure of values."""
        return _structure.map_values(lambda c: c[i], self.columns)

    def elements(self):
        """Yields the elements."""
        columns = self.columns
        if isinstance(columns, (np.ndarray, _columns.Objects)):
            for i in range(self.count):
                yield columns[i]
        elif type(columns) is tuple and all(
            isinstance(c, (np.ndarray, _columns.Objects)) for c in columns
        ):
            for i in range(self.count):
                yield tuple([column[i] for column in columns])
        else:
            for i in range(self.count):
                yield self.element(i)

    def size(self) -> int:
        """Returns the size in bytes, about."""
        return sum(map(_columns.size_of, _structure.flatten(self.columns)))

    def room(self) -> int:
        """Returns how many elements of this kind a block should have."""
        each = max(1, self.size() // max(self.count, 1))
        return min(max(_BUDGET // each, 1), MOST)


def concat(blocks) -> Block:
    """Returns one block of several."""
    if len(blocks) == 1:
        return blocks[0]
    columns = _structure.map_values(
        lambda *parts: _columns.concat(parts), *(block.columns for block in blocks)
    )
    return Block(columns, sum(block.count for block in blocks))


def interleave(blocks, places) -> Block:
    """Returns a block with the elements of several at given places.

    Args:
        blocks: list of blocks.
        places: for each block, an array of places in the result.
    """
    together = concat(blocks)
    order = np.empty(together.count, np.int64)
    order[np.concatenate(places)] = np.arange(together.count)
    return together[order]
