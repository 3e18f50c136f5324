"""Finding the features of serialised examples without decoding their values.

An `Example` is nested: a record holds a map, the map has entries of a key and a
feature, a feature is one of three lists. `find` goes through these layers for a whole
batch and tells for each key what kind of list each record has and where its bytes are.

Records written by one program look alike, so the batch is compared with the layout of
one of its records, all records at once; those that differ become the next layout.
"""

from typing import NamedTuple

import numpy as np

from ranvier.data.io._messages import message_class
from ranvier.tensors._errors import InvalidArgumentError

# The first byte of a feature names its kind; a feature may be empty.
BYTES, FLOATS, INTS = 1, 2, 3
_KINDS = {0x0A: BYTES, 0x12: FLOATS, 0x1A: INTS}
_KIND_OF_TAG = np.zeros(256, np.uint8)
_KIND_OF_TAG[list(_KINDS)] = list(_KINDS.values())

# Tags: field 1 and field 2, with a length.
FIRST, _SECOND = 0x0A, 0x12

_MISSING = (0, 0, 0)
_LONGEST_KEY = 50

# Below so many records going through them one by one is faster.
_FEW = 24


class Places(NamedTuple):
    """Where a feature is in each record of a batch.

    Flat lists of numbers: many small objects would keep the garbage collector busy.

    Attributes:
        kinds: `BYTES`, `FLOATS`, `INTS`, or 0 where the feature is missing.
        starts: where the list of values begins.
        ends: where it ends.
    """

    kinds: list
    starts: list
    ends: list


def find(records, keys):
    """Finds features in serialised examples.

    Args:
        records: list of bytes.
        keys: the features' names, as bytes.

    Returns:
        A pair: the bytes that places refer to, and the `Places` of each key.

    Raises:
        InvalidArgumentError: if a record is no `Example`.
    """
    if not records:
        return b"", {key: Places([], [], []) for key in keys}
    data = b"".join(records)
    rewritten = bytearray()  # records that were laid out otherwise
    if len(records) >= _FEW:
        places = _find_alike(records, data, rewritten, keys)
    else:
        found, start = [], 0
        for record in records:
            found.append(_find_one(record, data, start, rewritten))
            start += len(record)
        places = {
            key: Places(*zip(*[features.get(key, _MISSING) for features in found]))
            for key in keys
        }
    return data + rewritten if rewritten else data, places


def _find_one(record, data, start, rewritten):
    """Finds the features of one record, which begins at `start` of the data."""
    features = scan(data, start, start + len(record))
    if features is None:
        usual = canonical(record)
        shift = len(data) + len(rewritten)
        rewritten += usual
        features = {
            key: (kind, start + shift, end + shift)
            for key, (kind, start, end) in scan(usual, 0, len(usual)).items()
        }
    return features


def _find_alike(records, data, rewritten, keys):
    """Finds features by comparing records with the layouts of some of them."""
    sizes = np.fromiter(map(len, records), np.int64, len(records))
    ends = np.cumsum(sizes)
    starts = ends - sizes
    # Kind, start and end (second axis) of each key (first axis) in each record.
    places = np.zeros((len(keys), 3, len(records)), np.int64)
    # A record may end anywhere: a few bytes more can be read without a check.
    padded = np.frombuffer(data + bytes(64), np.uint8)
    rest, single = np.arange(len(records)), []
    while len(rest) >= _FEW:
        layout = scan(data, int(starts[rest[0]]), int(ends[rest[0]]))
        if layout is None:
            single.append(rest[0])
            rest = rest[1:]
            continue
        fine, found = _compare(padded, starts[rest], ends[rest], layout)
        for key, place in found.items():
            if key in keys:
                places[keys.index(key)][:, rest[fine]] = place[:, fine]
        matched, rest = np.count_nonzero(fine), rest[~fine]
        if matched < _FEW:  # every record has a layout of its own
            break
    for i in [*single, *rest.tolist()]:
        features = _find_one(records[i], data, int(starts[i]), rewritten)
        for k, key in enumerate(keys):
            places[k, :, i] = features.get(key, _MISSING)
    return {key: Places(*places[k].tolist()) for k, key in enumerate(keys)}


def _compare(data, position, limits, layout):
    """Finds features in records that may have a given layout.

    Args:
        data: the bytes of all records, and some more.
        position: where the records begin.
        limits: where they end.
        layout: keys in their order.

    Returns:
        Which records have the layout, and the places of each key in these.
    """
    size = int(limits[-1])
    fine, position, ends = _lengths(data, position, FIRST, limits)
    fine &= ends == limits
    found = {}
    for key in layout:
        if len(key) > _LONGEST_KEY:
            return np.zeros(len(limits), bool), {}
        fine_entry, position, entry_ends = _lengths(data, position, FIRST, limits)
        head = np.frombuffer(bytes((FIRST, len(key))) + key, np.uint8)
        there = data[position[:, None] + np.arange(len(head))]
        fine_key = (there == head).all(axis=1)
        position = np.minimum(position + len(head), size)
        fine_value, position, ends = _lengths(data, position, _SECOND, limits)
        kinds = _KIND_OF_TAG[data[position]]
        fine_list, position, list_ends = _lengths(data, position, None, limits)
        fine &= fine_entry & fine_key & fine_value & fine_list & (kinds > 0)
        fine &= (ends == entry_ends) & (list_ends == entry_ends)
        found[key] = np.stack([kinds, position, list_ends])
        position = entry_ends
    return fine & (position == limits), found


def _lengths(data, position, tag, limits):
    """Reads a tag and a length at many positions.

    Returns:
        Which are right, where the content begins, and where it ends. All positions
        are within the data, also the wrong ones.
    """
    fine = data[position] == tag if tag else np.ones(len(position), bool)
    byte = data[position + 1]
    position = position + 2
    length = (byte & 0x7F).astype(np.int64)
    more = byte >= 0x80
    shift = 7
    while shift <= 28 and more.any():
        byte = data[position] * more
        length |= (byte & 0x7F).astype(np.int64) << shift
        position = position + more
        more = byte >= 0x80
        shift += 7
    ends = position + length
    fine &= ~more & (ends <= limits)
    position = np.minimum(position, limits)
    return fine, position, np.where(fine, ends, position)


def scan(data, position, end):
    """Finds the features of one record.

    Args:
        data: bytes.
        position: where the record begins.
        end: where it ends.

    Returns:
        A dict of `(kind, start, end)` by key, or None for a record that is not laid
        out in the usual way, or not an example at all.
    """
    found = {}
    if position == end:
        return found
    try:
        position = _enter(data, position, FIRST, end)
        while position < end:
            entry, entry_end = _enter_any(data, position, FIRST)
            key_start, key_end = _enter_any(data, entry, FIRST)
            value, value_end = _enter_any(data, key_end, _SECOND)
            key = data[key_start:key_end]
            if value_end != entry_end or entry_end > end or key in found:
                return None
            if value == value_end:
                found[key] = (0, value, value)
            else:
                kind = _KINDS[data[value]]
                start, list_end = _enter_any(data, value, data[value])
                if list_end != entry_end:
                    return None
                found[key] = (kind, start, list_end)
            position = entry_end
    except (IndexError, KeyError, _UnusualError):
        return None
    return found


class _UnusualError(Exception):
    """A record is not laid out in the usual way."""


def content_starts(data, starts, ends):
    """Returns where the contents of messages of one field 1 begin.

    Args:
        data: bytes.
        starts: where the messages begin.
        ends: where they end.

    Returns:
        A list, with -1 for messages that are not just one field.
    """
    if len(starts) < _FEW:
        contents = [field_content(data, s, e) for s, e in zip(starts, ends)]
        return [content[0] if content else -1 for content in contents]
    padded = np.frombuffer(data + bytes(64), np.uint8)
    limits = np.array(ends)
    fine, begins, found = _lengths(padded, np.array(starts), FIRST, limits)
    return np.where(fine & (found == limits), begins, -1).tolist()


def field_content(data, start, end):
    """Returns where the content of a message of one field 1 is, else None."""
    try:
        content = _enter_any(data, start, FIRST)
    except (IndexError, _UnusualError):
        return None
    return content if content[1] == end else None


def _enter(data, position, tag, end):
    """Returns where the content of the field that fills the rest begins."""
    start, content_end = _enter_any(data, position, tag)
    if content_end != end:
        raise _UnusualError
    return start


def _enter_any(data, position, tag):
    """Returns where the content of a field begins and ends."""
    if data[position] != tag:
        raise _UnusualError
    length = data[position + 1]
    position += 2
    if length >= 0x80:
        length, position = _long_length(data, length, position)
    return position, position + length


def _long_length(data, length, position):
    length &= 0x7F
    for shift in (7, 14, 21, 28):
        byte = data[position]
        position += 1
        length |= (byte & 0x7F) << shift
        if byte < 0x80:
            return length, position
    raise _UnusualError


def canonical(record) -> bytes:
    """Returns an example laid out in the usual way.

    Raises:
        InvalidArgumentError: if it is none.
    """
    example = decode(message_class("Example"), record, "example")
    example.DiscardUnknownFields()
    return example.SerializeToString()


def decode(message, data, what):
    """Decodes a message.

    Raises:
        InvalidArgumentError: if it is damaged.
    """
    from google.protobuf.message import DecodeError

    try:
        return message.FromString(data)
    except DecodeError as error:
        shown = repr(data[:64])[1:] + ("..." if len(data) > 64 else "")
        raise InvalidArgumentError(
            f"Could not parse {what} input, value: {shown}"
        ) from error
