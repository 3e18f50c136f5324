"""Sparse tensors as strings: three serialised tensors each."""

import numpy as np

from ranvier.data.io._parse import make_sparse
from ranvier.data.io._tensor_proto import parse_tensor, serialize_as_content
from ranvier.data.io._values import to_array, to_strings
from ranvier.tensors._dtype import as_dtype
from ranvier.tensors._errors import InvalidArgumentError


def serialize_sparse(sp_input, out_type="string", name=None):
    """Returns a sparse tensor as three strings: indices, values and shape.

    Args:
        sp_input: a sparse tensor.
        out_type: string.
        name: ignored.

    Returns:
        An array of three `bytes`.

    Raises:
        TypeError: if it is no sparse tensor.
    """
    _require_string(out_type)
    parts = _parts(sp_input)
    return _strings([serialize_as_content(part) for part in parts])


def serialize_many_sparse(sp_input, out_type="string", name=None):
    """Returns each row of a sparse tensor as three strings.

    Args:
        sp_input: a sparse tensor with two axes or more.
        out_type: string.
        name: ignored.

    Returns:
        An array of shape `(rows, 3)`.

    Raises:
        TypeError: if it is no sparse tensor.
        InvalidArgumentError: if it has one axis only.
    """
    _require_string(out_type)
    indices, values, shape = _parts(sp_input)
    if len(shape) < 2:
        raise InvalidArgumentError(
            f"Rank of input SparseTensor should be > 1, but saw rank: {len(shape)}"
        )
    rows = []
    order = np.argsort(indices[:, 0], kind="stable")
    indices, values = indices[order], values[order]
    limits = np.searchsorted(indices[:, 0], np.arange(shape[0] + 1))
    for start, end in zip(limits, limits[1:]):
        row = (indices[start:end, 1:], values[start:end], shape[1:])
        rows.append([serialize_as_content(part) for part in row])
    return _strings(rows).reshape(-1, 3)


def deserialize_many_sparse(serialized_sparse, dtype, rank=None, name=None):
    """Joins serialised sparse tensors into one, with an axis more.

    Args:
        serialized_sparse: an array of strings of shape `(rows, 3)`.
        dtype: the dtype of their values.
        rank: their number of axes; found out by default.
        name: ignored.

    Returns:
        A sparse tensor, as large as the largest of them along each axis.

    Raises:
        InvalidArgumentError: if a string is damaged, of another dtype or rank.
    """
    strings = to_strings(serialized_sparse, "serialized_sparse")
    if strings.ndim != 2 or strings.shape[1] != 3:
        raise InvalidArgumentError(
            "Serialized sparse should have shape [rows, 3], not shape: "
            f"{list(strings.shape)}"
        )
    tensors = [_read(row, dtype, rank, i) for i, row in enumerate(strings)]
    ranks = {len(shape) for _, _, shape in tensors}
    if len(ranks) != 1:
        raise InvalidArgumentError(
            f"Serialized sparse tensors must have one rank, but have {sorted(ranks)}"
        )
    indices = [
        np.concatenate([np.full((len(index), 1), i), index], axis=1)
        for i, (index, _, _) in enumerate(tensors)
    ]
    shape = np.max([shape for _, _, shape in tensors], axis=0)
    return make_sparse(
        np.concatenate(indices).astype(np.int64),
        np.concatenate([values for _, values, _ in tensors]),
        [len(tensors), *shape],
    )


def _read(row, dtype, rank, i):
    indices = np.asarray(parse_tensor(row[0], "int64"))
    values = parse_tensor(row[1], as_dtype(dtype))
    shape = np.asarray(parse_tensor(row[2], "int64"))
    fits = (
        indices.ndim == 2
        and shape.ndim == 1
        and np.shape(values) == (len(indices),)
        and indices.shape[1] == len(shape)
        and rank in (None, len(shape))
    )
    if not fits:
        raise InvalidArgumentError(
            f"Serialized sparse tensor {i} is inconsistent: indices of shape "
            f"{list(indices.shape)}, values of shape {list(np.shape(values))}, "
            f"shape {shape.tolist()}, expected rank {rank}."
        )
    return indices, values, shape


def _parts(tensor):
    try:
        parts = tensor.indices, tensor.values, tensor.dense_shape
    except AttributeError:
        raise TypeError(
            f"`sp_input` must be a SparseTensor. Received: {tensor!r}"
        ) from None
    indices, values, shape = map(to_array, parts)
    return indices.astype(np.int64), values, shape.astype(np.int64)


def _strings(values):
    array = np.empty(np.shape(values), object)
    array[...] = values
    return array


def _require_string(out_type):
    if as_dtype(out_type).name != "string":
        raise InvalidArgumentError(
            f"`out_type` must be string: variant tensors do not exist here. Received: "
            f"{out_type!r}"
        )
