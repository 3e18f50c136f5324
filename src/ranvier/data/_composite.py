"""Ragged and sparse values: their rows, and batches of them."""

import numpy as np

from ranvier.data import _columns
from ranvier.tensors import RaggedTensor, SparseTensor


def count_rows(value) -> int:
    """Returns the number of rows of a ragged or sparse value."""
    if isinstance(value, SparseTensor):
        return int(np.asarray(value.dense_shape)[0])
    return int(value.nrows())


def rows_of(value) -> list:
    """Returns the rows: arrays or ragged values, or sparse values."""
    if isinstance(value, SparseTensor):
        return _sparse_rows(value)
    splits = np.asarray(value.row_splits).tolist()
    inner = value.values
    if isinstance(inner, RaggedTensor):
        return [inner[a:b] for a, b in zip(splits[:-1], splits[1:])]
    flat = _columns.to_value(inner)
    return [flat[a:b] for a, b in zip(splits[:-1], splits[1:])]


def _sparse_rows(value):
    indices = np.asarray(value.indices)
    entries = _columns.to_value(value.values)
    shape = np.asarray(value.dense_shape)
    order = np.argsort(indices[:, 0], kind="stable")
    indices, entries = indices[order], entries[order]
    ends = np.searchsorted(indices[:, 0], np.arange(shape[0] + 1))
    return [
        SparseTensor(indices[a:b, 1:], entries[a:b], shape[1:])
        for a, b in zip(ends[:-1], ends[1:])
    ]


def ragged(values, ragged_rank):
    """Returns the ragged value of a batch.

    Args:
        values: arrays, or ragged values, one a row.
        ragged_rank: the number of ragged axes of the result.
    """
    if isinstance(values[0], RaggedTensor):
        splits = np.cumsum([0, *(count_rows(value) for value in values)])
        rows = [row for value in values for row in rows_of(value)]
        if ragged_rank == 1:
            return RaggedTensor.from_row_splits(np.concatenate(rows), splits)
        return RaggedTensor.from_row_splits(ragged(rows, ragged_rank - 1), splits)
    splits = np.cumsum([0, *map(len, values)])
    if ragged_rank == 1:
        return RaggedTensor.from_row_splits(np.concatenate(values), splits)
    rows = [row for value in values for row in value]
    return RaggedTensor.from_row_splits(ragged(rows, ragged_rank - 1), splits)


def sparse(values):
    """Returns the sparse value of a batch of sparse values.

    Its shape is large enough for all.
    """
    shapes = np.array([np.asarray(value.dense_shape) for value in values])
    indices = [np.asarray(value.indices) for value in values]
    numbers = np.repeat(np.arange(len(values)), [len(i) for i in indices])
    together = np.concatenate([numbers[:, None], np.concatenate(indices)], axis=1)
    entries = np.concatenate([_columns.to_value(value.values) for value in values])
    shape = [len(values), *shapes.max(axis=0).tolist()]
    return SparseTensor(together.astype(np.int64), entries, shape)


def sparse_of_dense(values, row_shape):
    """Returns the sparse value of a batch of arrays of different shapes."""
    indices = [
        np.insert(np.indices(v.shape).reshape(v.ndim, -1).T, 0, i, axis=1)
        for i, v in enumerate(values)
    ]
    shape = [
        max(v.shape[axis] for v in values) if size in (None, -1) else size
        for axis, size in enumerate(row_shape)
    ]
    entries = np.concatenate([v.ravel() for v in values])
    return SparseTensor(np.concatenate(indices), entries, [len(values), *shape])
