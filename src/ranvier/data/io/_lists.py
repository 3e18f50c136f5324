"""Decoding the lists of values in features: for all records of a batch together."""

import numpy as np

from ranvier.data.io._messages import message_class
from ranvier.data.io._scan import (
    BYTES,
    FLOATS,
    INTS,
    content_starts,
    decode,
    field_content,
)
from ranvier.tensors._errors import InvalidArgumentError

KIND_OF_DTYPE = {"string": BYTES, "float32": FLOATS, "int64": INTS}
NUMPY_DTYPE = {BYTES: np.dtype(object), FLOATS: np.dtype("f4"), INTS: np.dtype("i8")}
# What messages call them.
NAMES = {BYTES: "string", FLOATS: "float", INTS: "int64"}
_MESSAGES = {BYTES: "BytesList", FLOATS: "FloatList", INTS: "Int64List"}
_LONGEST_VARINT = 10


def decode_lists(kind, data, starts, ends):
    """Decodes many lists of one kind.

    Args:
        kind: `BYTES`, `FLOATS` or `INTS`.
        data: the bytes that hold the lists.
        starts: where they begin.
        ends: where they end.

    Returns:
        A pair of all values, one list after the other, and the lists' lengths.

    Raises:
        InvalidArgumentError: if a list is damaged.
    """
    contents = content_starts(data, starts, ends)
    if kind == BYTES:
        return _strings(data, contents, starts, ends)
    packed = [
        data[content:end] if content >= 0 else _packed(kind, data[start:end])
        for content, start, end in zip(contents, starts, ends)
    ]
    return _floats(packed) if kind == FLOATS else _ints(packed)


def _strings(data, contents, starts, ends):
    if -1 not in contents:  # one value each
        values = [data[start:end] for start, end in zip(contents, ends)]
        lengths = np.ones(len(values), np.int64)
    else:
        lists = [
            [data[content:end]] if content >= 0 else _several(data[start:end])
            for content, start, end in zip(contents, starts, ends)
        ]
        values = [value for several in lists for value in several]
        lengths = np.array([len(several) for several in lists], np.int64)
    array = np.empty(len(values), object)
    array[:] = values
    return array, lengths


def _several(data):
    """Returns the strings of a list."""
    return decode(message_class("BytesList"), data, "bytes_list").value


def _packed(kind, data):
    """Returns the bytes of numbers that are not stored in one piece."""
    message = decode(message_class(_MESSAGES[kind]), data, "list")
    message.DiscardUnknownFields()
    data = message.SerializeToString()
    content = field_content(data, 0, len(data))
    return data[content[0] :] if content else b""


def _floats(contents):
    sizes = np.fromiter(map(len, contents), np.int64, len(contents))
    if (sizes % 4).any():
        raise InvalidArgumentError("Can't parse a float_list: its bytes are cut off.")
    return np.frombuffer(b"".join(contents), "<f4"), sizes // 4


def _ints(contents):
    sizes = np.fromiter(map(len, contents), np.int64, len(contents))
    data = b"".join(contents)
    joined = np.frombuffer(data, np.uint8)
    # The last byte of a number is below 128, all others are not.
    if data.isascii():
        return joined.astype(np.int64), sizes
    limits = np.cumsum(sizes)
    last = np.flatnonzero(joined < 0x80)
    counts = np.searchsorted(last, limits)  # numbers that end before each limit
    cut = joined[limits[sizes > 0] - 1] >= 0x80
    if cut.any():
        raise InvalidArgumentError("Can't parse an int64_list: its bytes are cut off.")
    return _varints(joined, last), np.diff(counts, prepend=0)


def _varints(data, last):
    """Returns the numbers whose last bytes are at these positions."""
    first = np.concatenate([[0], last[:-1] + 1]) if len(last) else last
    sizes = last - first + 1
    longest = int(sizes.max(initial=0))
    if longest > _LONGEST_VARINT:
        raise InvalidArgumentError("Can't parse an int64_list: a number is too long.")
    values = np.zeros(len(last), np.uint64)
    for i in range(longest):
        there = sizes > i
        byte = data[np.minimum(first + i, last)].astype(np.uint64) & np.uint64(0x7F)
        values |= np.where(there, byte << np.uint64(7 * i), np.uint64(0))
    return values.view(np.int64)
