"""Columns as arrays of a file, and back.

Strings are bytes and offsets, values of different shapes are their entries and shapes,
ragged and sparse values are the arrays they are made of: nothing is pickled.
"""

import numpy as np

from ranvier.data import _columns
from ranvier.tensors import RaggedTensor, SparseTensor


def arrays_of(column) -> dict:
    """Returns the arrays that a column is written as, by name.

    Raises:
        TypeError: for values that cannot be written, such as datasets.
    """
    if isinstance(column, np.ndarray) and column.dtype.kind != "O":
        return {"data": column}
    if isinstance(column, np.ndarray):
        return {"shape": np.array(column.shape), **_text_parts(column.ravel())}
    values = list(column.values)
    if all(isinstance(value, RaggedTensor) for value in values):
        return _named(_ragged_parts(values))
    if all(isinstance(value, SparseTensor) for value in values):
        return _named(_sparse_parts(values))
    if any(_columns.is_opaque(value) for value in values):
        raise TypeError(
            f"Elements with values of type {type(values[0]).__name__} cannot be "
            "written to files: turn them into arrays first."
        )
    return _array_parts(values)


def column_of(parts):
    """Returns the column of what `arrays_of` gave."""
    if any("/" in name for name in parts):
        return _composites(parts)
    if "ranks" in parts:
        return _columns.Objects(_arrays(parts))
    data = parts.get("data")
    if data is None:
        data = _texts(parts)
    return data.reshape(parts["shape"]) if "shape" in parts else data


def _array_parts(values):
    arrays = [np.asarray(value) for value in values]
    shapes = {
        "ranks": np.array([a.ndim for a in arrays]),
        "shapes": np.array([n for a in arrays for n in a.shape], np.int64),
    }
    flat = np.concatenate([a.ravel() for a in arrays])
    if flat.dtype.kind == "O":
        return {**shapes, **_text_parts(flat)}
    return {**shapes, "data": flat}


def _arrays(parts):
    data = parts["data"] if "data" in parts else _texts(parts)
    values, sizes, start = [], iter(parts["shapes"].tolist()), 0
    for rank in parts["ranks"].tolist():
        shape = [next(sizes) for _ in range(rank)]
        stop = start + int(np.prod(shape, dtype=np.int64))
        values.append(data[start:stop].reshape(shape)[()])
        start = stop
    return values


def _text_parts(flat):
    offsets = np.cumsum([0, *map(len, flat)])
    return {"text": np.frombuffer(b"".join(flat), np.uint8), "offsets": offsets}


def _texts(parts):
    text, offsets = parts["text"].tobytes(), parts["offsets"].tolist()
    data = np.empty(len(offsets) - 1, object)
    data[:] = [text[a:b] for a, b in zip(offsets[:-1], offsets[1:])]
    return data


def _ragged_parts(values):
    """Returns the components of ragged values: lists of arrays by name."""
    components = {"flat_values": [_columns.to_value(v.flat_values) for v in values]}
    for axis in range(values[0].ragged_rank):
        splits = [np.asarray(v.nested_row_splits[axis]) for v in values]
        components[f"row_splits_{axis}"] = splits
    return components


def _sparse_parts(values):
    return {
        "indices": [np.asarray(v.indices) for v in values],
        "entries": [_columns.to_value(v.values) for v in values],
        "dense_shape": [np.asarray(v.dense_shape) for v in values],
    }


def _named(components):
    return {
        f"{component}/{name}": array
        for component, arrays in components.items()
        for name, array in _array_parts(arrays).items()
    }


def _composites(parts):
    components: dict = {}
    for name, array in parts.items():
        component, _, part = name.partition("/")
        components.setdefault(component, {})[part] = array
    arrays = {name: _arrays(parts) for name, parts in components.items()}
    if "indices" in arrays:
        rows = zip(arrays["indices"], arrays["entries"], arrays["dense_shape"])
        return _columns.Objects([SparseTensor(*row) for row in rows])
    rank = len(arrays) - 1
    splits = zip(*(arrays[f"row_splits_{axis}"] for axis in range(rank)))
    return _columns.Objects(
        [
            RaggedTensor.from_nested_row_splits(flat, nested)
            for flat, nested in zip(arrays["flat_values"], splits)
        ]
    )
