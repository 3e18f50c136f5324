"""How a result is written down, whichever library it comes from."""

import numpy as np

_PLAIN = (str, bool, int, float, type(None))


def describe(value):
    """Returns a result as JSON can hold it: kind, dtype, shape and entries."""
    if hasattr(value, "row_splits"):
        flat = value.flat_values.numpy()
        return {
            "kind": "ragged",
            "dtype": value.dtype.name,
            "value": _entries(value.to_list()),
            "shape": _shape(value.shape),
            "inner": list(flat.shape[1:]),
        }
    if hasattr(value, "dense_shape") and hasattr(value, "indices"):
        parts = (value.indices, value.values, value.dense_shape)
        return {"kind": "sparse", "value": [describe(part) for part in parts]}
    if hasattr(value, "numpy"):
        return {**describe(value.numpy()), "kind": "tensor"}
    if isinstance(value, (np.ndarray, np.generic, bytes)):
        array = np.asarray(value, dtype=object if isinstance(value, bytes) else None)
        return {
            "kind": "array",
            "dtype": str(array.dtype),
            "shape": list(array.shape),
            "value": _entries(array.tolist()),
        }
    if isinstance(value, (list, tuple)) and type(value).__name__ != "TensorShape":
        return {"kind": "list", "value": [describe(v) for v in value]}
    if isinstance(value, dict):
        return {"kind": "dict", "value": {k: describe(v) for k, v in value.items()}}
    if isinstance(value, _PLAIN):
        return {"kind": type(value).__name__, "value": _entries(value)}
    if isinstance(value, complex):
        return {"kind": "complex", "value": _entries(value)}
    return {"kind": "other", "value": repr(value)}


def describe_error(error):
    """Returns an error by the names of its classes, nearest first."""
    skipped = ("object", "BaseException", "Exception")
    names = [cls.__name__ for cls in type(error).__mro__ if cls.__name__ not in skipped]
    return {"kind": "error", "value": names}


def _entries(value):
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_entries(v) for v in value]
    if isinstance(value, bytes):
        return "b:" + value.decode("latin-1")
    if isinstance(value, complex):
        return [value.real, value.imag]
    if isinstance(value, np.generic):
        return value.item()
    return value


def _shape(shape):
    return None if shape.rank is None else list(shape)
