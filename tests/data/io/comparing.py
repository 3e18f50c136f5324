"""Results in a form that JSON keeps and that two libraries can be compared in."""

import numpy as np


def plain(value):
    """Returns lists, dicts, numbers and strings that say all about a result."""
    if isinstance(value, dict):
        pairs = [
            (k.decode() if isinstance(k, bytes) else k, v) for k, v in value.items()
        ]
        return {"dict": {key: plain(v) for key, v in sorted(pairs)}}
    if isinstance(value, (list, tuple)):
        return {"list": [plain(v) for v in value]}
    kind = type(value).__name__
    if kind == "SparseTensor":
        return {"sparse": [plain(getattr(value, n)) for n in _SPARSE]}
    if kind == "RaggedTensor":
        splits = [plain(level) for level in value.nested_row_splits]
        return {"ragged": [plain(value.flat_values), *splits]}
    if type(value) in (int, str) or value is None:
        return value
    return _array(value)


_SPARSE = ("indices", "values", "dense_shape")


def _array(value):
    value = value.numpy() if hasattr(value, "numpy") else value
    array = np.asarray(value, object if isinstance(value, bytes) else None)
    if array.dtype == object:
        flat = [bytes(x).decode("latin-1") for x in array.ravel()]
        name = "string"
    else:
        name = array.dtype.name
        flat = array.ravel()
        if array.dtype.kind == "c":
            flat = np.stack([flat.real, flat.imag])
        if array.dtype.kind not in "iubfc":  # bfloat16
            flat = flat.astype(np.float32)
        flat = flat.tolist()
    return {"dtype": name, "shape": list(array.shape), "values": flat}


def outcome(call):
    """Returns the plain result of a call, or its error."""
    try:
        return plain(call())
    except Exception as error:
        name = type(error).__name__
        # TensorFlow cannot always show the bytes its message is about.
        name = "InvalidArgumentError" if name == "UnicodeDecodeError" else name
        return {"error": name}
