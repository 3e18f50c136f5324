"""Indexing of ragged tensors."""

import operator

import numpy as np

from ranvier.tensors import _arrays_of as arrays
from ranvier.tensors._errors import InvalidArgumentError, OutOfRangeError
from ranvier.tensors._ragged import RaggedTensor
from ranvier.tensors._tensor import Tensor


def get_item(ragged, key):
    """Takes rows and parts of rows: `ragged[key]`.

    Args:
        ragged: a ragged tensor.
        key: integers (of axes that are not ragged), slices, `...` and None.

    Raises:
        OutOfRangeError: for a row out of bounds (an IndexError).
        ValueError: for an integer in place of a ragged axis.
    """
    key = tuple(key) if isinstance(key, (tuple, list)) else (key,)
    return _take(ragged, _without_ellipsis(ragged, key))


def _without_ellipsis(ragged, key):
    if not any(entry is Ellipsis for entry in key):
        return key
    place = next(i for i, entry in enumerate(key) if entry is Ellipsis)
    used = sum(entry is not None and entry is not Ellipsis for entry in key)
    rest = (slice(None),) * (ragged.ndim - used)
    return (*key[:place], *rest, *key[place + 1 :])


def _take(ragged, key):
    if not key:
        return ragged
    if not isinstance(ragged, RaggedTensor):
        return ragged[key]
    first, rest = key[0], key[1:]
    if first is None:
        inner = _take(ragged, rest)
        count = inner._nrows() if isinstance(inner, RaggedTensor) else inner.shape[0]
        return RaggedTensor(
            inner, np.array([0, count], np.int64), uniform_row_length=count
        )
    if isinstance(first, slice):
        rows = np.arange(ragged._nrows())[_plain(first)]
        taken = take_rows(ragged, rows)
        return _take_in_rows(taken, rest) if rest else taken
    row = operator.index(first)
    count = ragged._nrows()
    if not -count <= row < count:
        raise OutOfRangeError(
            f"slice index {row} of dimension 0 out of bounds [Op:StridedSlice]"
        )
    row %= count
    start, end = int(ragged._splits[row]), int(ragged._splits[row + 1])
    return _take(_part(ragged._values, start, end), rest)


def _plain(key):
    bounds = (key.start, key.stop, key.step)
    return slice(*(None if b is None else operator.index(b) for b in bounds))


def _part(values, start, end):
    return values[start:end]


def take_rows(ragged, rows):
    """Returns some rows of a ragged tensor.

    Args:
        ragged: a ragged tensor.
        rows: NumPy's vector of row numbers within bounds.
    """
    splits = ragged._splits
    lengths = np.diff(splits)[rows]
    index = np.repeat(splits[:-1][rows], lengths) + arrays.positions_in_rows(lengths)
    return RaggedTensor(
        take_values(ragged._values, index),
        arrays.splits_of(lengths).astype(splits.dtype),
        ragged._uniform,
    )


def take_values(values, index):
    """Returns entries along the first axis of a tensor or ragged tensor."""
    if isinstance(values, RaggedTensor):
        return take_rows(values, index)
    return arrays.take(values, index)


def _take_in_rows(ragged, key):
    """Applies a key to each row."""
    first, rest = key[0], key[1:]
    if first is None:
        inner = RaggedTensor(ragged._values, ragged._splits, ragged._uniform)
        inner = _take_in_rows(inner, rest) if rest else inner
        splits = np.arange(inner._nrows() + 1, dtype=np.int64)
        return RaggedTensor(inner, splits, uniform_row_length=1)
    if not isinstance(first, slice):
        if ragged._uniform is None:
            raise ValueError("Cannot index into an inner ragged dimension.")
        place = operator.index(first)
        if not -ragged._uniform <= place < ragged._uniform:
            raise InvalidArgumentError(
                f"slice index {place} of dimension 1 out of bounds [Op:StridedSlice]"
            )
        index = ragged._splits[:-1] + place % ragged._uniform
        values = take_values(ragged._values, index)
        return _take(values, (slice(None), *rest)) if rest else values
    bounds = zip(ragged._splits[:-1].tolist(), ragged._splits[1:].tolist())
    parts = [range(start, end)[_plain(first)] for start, end in bounds]
    lengths = np.array([len(part) for part in parts], np.int64)
    index = np.array([i for part in parts for i in part], np.int64)
    values = take_values(ragged._values, index)
    if rest:
        values = _take(values, (slice(None), *rest))
    uniform = None
    if ragged._uniform is not None:
        uniform = len(range(ragged._uniform)[_plain(first)])
    splits = arrays.splits_of(lengths).astype(ragged._splits.dtype)
    return RaggedTensor(values, splits, uniform)


def expand_dims(ragged, axis):
    """Returns a ragged tensor with an axis of size one."""
    axis = axis + ragged.ndim + 1 if axis < 0 else axis
    if axis <= 1:
        return get_item(ragged, (slice(None),) * axis + (None,))
    if isinstance(ragged._values, RaggedTensor):
        return ragged.with_values(expand_dims(ragged._values, axis - 1))
    values = ragged._values
    shape = (*values.shape[: axis - 1], 1, *values.shape[axis - 1 :])
    return ragged.with_values(arrays.reshape(values, shape))


def as_ragged(value, ragged_rank):
    """Returns a tensor as a ragged one with so many ragged axes.

    Args:
        value: a tensor or ragged tensor.
        ragged_rank: the number of ragged axes, at most that of inner axes.
    """
    if isinstance(value, RaggedTensor):
        missing = ragged_rank - value.ragged_rank
        if missing <= 0:
            return value
        return value.with_values(as_ragged(value._values, ragged_rank - 1))
    assert_tensor(value)
    if ragged_rank == 0:
        return value
    return RaggedTensor.from_tensor(value, ragged_rank=ragged_rank)


def assert_tensor(value) -> None:
    """Raises unless a value is a tensor.

    Raises:
        TypeError: if it is not.
    """
    if not isinstance(value, Tensor):
        raise TypeError(f"Expected a tensor. Received: {value!r}")
