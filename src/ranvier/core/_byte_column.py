"""Columns of strings as bytes in one buffer, which NumPy can compute on."""

import numpy as np

# Hash functions read up to 64 bytes from a start, wherever the string ends.
_MARGIN = 64


class ByteColumn:
    """Strings as UTF-8, one after another in one buffer.

    Attributes:
        buffer: the bytes of all strings.
        starts: where each string starts.
        lengths: the number of bytes of each.
    """

    def __init__(self, buffer, starts, lengths):
        self.buffer = buffer
        self.starts = starts
        self.lengths = lengths
        size = len(buffer) - 7
        # Every position read as the start of an integer, aligned or not.
        self._words = np.ndarray((size,), "<u8", buffer, strides=(1,))
        self._halves = np.ndarray((size,), "<u4", buffer, strides=(1,))

    @classmethod
    def of(cls, values):
        """Returns the column of a one-dimensional array of strings.

        Args:
            values: an array of `str` or `bytes` (kinds U, S or O).
        """
        if values.dtype.kind != "S":
            return cls.of_bytes(to_bytes(values))
        width = values.dtype.itemsize
        raw = np.ascontiguousarray(values).view(np.uint8)
        lengths = np.strings.str_len(values).astype(np.int64)
        buffer = np.concatenate([raw, np.zeros(_MARGIN, np.uint8)])
        return cls(buffer, np.arange(len(values)) * width, lengths)

    @classmethod
    def of_bytes(cls, items):
        """Returns the column of a list of `bytes`."""
        lengths = np.fromiter(map(len, items), np.int64, len(items))
        buffer = np.frombuffer(b"".join(items) + bytes(_MARGIN), np.uint8)
        return cls(buffer, np.cumsum(lengths) - lengths, lengths)

    def __len__(self):
        return len(self.starts)

    def rows(self, index):
        """Returns the column of some of the rows, on the same buffer."""
        return ByteColumn(self.buffer, self.starts[index], self.lengths[index])

    def byte(self, offset):
        """Returns the byte at an offset from each start."""
        return self.buffer[self.starts + offset].astype(np.uint64)

    def half(self, offset):
        """Returns the four bytes at an offset as unsigned integers of 64 bits."""
        return self._halves[self.starts + offset].astype(np.uint64)

    def word(self, offset):
        """Returns the eight bytes at an offset as unsigned integers."""
        return self._words[self.starts + offset]

    def longest_first(self):
        """Returns the order in which long strings come first."""
        return np.argsort(-self.lengths, kind="stable")


def to_bytes(values) -> list:
    """Returns an array of strings as a list of `bytes` in UTF-8."""
    items = values.tolist()
    if values.dtype.kind == "S":
        return items
    return [item if isinstance(item, bytes) else item.encode() for item in items]
