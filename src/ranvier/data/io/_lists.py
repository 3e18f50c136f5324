"""Decoding the lists of values in features: for all records of a batch together."""

import numpy as np

from ranvier.data.io._messages import message_class
from ranvier.data.io._scan import BYTES, FLOATS, INTS, decode, field_content
from ranvier.tensors._errors import InvalidArgumentError

KIND_OF_DTYPE = {"string": BYTES, "float32": FLOATS, "int64": INTS}
NUMPY_DTYPE = {BYTES: np.dtype(object), FLOATS: np.dtype("f4"), INTS: np.dtype("i8")}
# What messages call them.
NAMES = {BYTES: "string", FLOATS: "float", INTS: "int64"}
_MESSAGES = {BYTES: "BytesList", FLOATS: "FloatList", INTS: "Int64List"}
_LONGEST_VARINT = 10


def decode_lists(kind, data, places):
    """Decodes many lists of one kind.

    Args:
        kind: `BYTES`, `FLOATS` or `INTS`.
        data: the bytes that hold the lists.
        places: `(kind, start, end)` for each list.

    Returns:
        A pair of all values, one list after the other, and the lists' lengths.

    Raises:
        InvalidArgumentError: if a list is damaged.
    """
    if kind == BYTES:
        return _strings(data, places)
    contents = [_packed(kind, data, start, end) for _, start, end in places]
    return _floats(contents) if kind == FLOATS else _ints(contents)


def _strings(data, places):
    values, lengths = [], []
    for _, start, end in places:
        content = field_content(data, start, end)
        if content:
            values.append(data[content[0] : end])
            lengths.append(1)
        else:  # several values, or none
            several = decode(message_class("BytesList"), data[start:end], "bytes_list")
            values.extend(several.value)
            lengths.append(len(several.value))
    array = np.empty(len(values), object)
    array[:] = values
    return array, np.array(lengths, np.int64)


def _packed(kind, data, start, end):
    """Returns the bytes of the numbers of a list."""
    if start == end:
        return b""
    content = field_content(data, start, end)
    if content is None:  # every number in a field of its own, or several pieces
        message = message_class(_MESSAGES[kind])
        data = decode(message, data[start:end], "list")
        data.DiscardUnknownFields()
        data = data.SerializeToString()
        end = len(data)
        content = field_content(data, 0, end) or (0, 0)
    return data[content[0] : content[1]]


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
