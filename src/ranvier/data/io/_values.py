"""What goes in: bytes and arrays out of whatever the caller holds."""

import os

import numpy as np


def to_numpy(value):
    """Returns the NumPy value of a tensor; other values come back as they are."""
    return value.numpy() if hasattr(value, "numpy") else value


def to_bytes(value, name="value") -> bytes:
    """Returns one byte string.

    Args:
        value: bytes, text (encoded as UTF-8) or a scalar tensor or array of these.
        name: how messages call it.

    Raises:
        TypeError: if it is something else.
        ValueError: if it holds several strings.
    """
    if type(value) is bytes:
        return value
    value = to_numpy(value)
    if isinstance(value, np.ndarray):
        if value.ndim:
            raise ValueError(
                f"`{name}` must be a single string. Received: an array of shape "
                f"{value.shape}"
            )
        value = value.item()
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    raise TypeError(f"`{name}` must be a string. Received: {value!r}")


def to_strings(value, name="value") -> np.ndarray:
    """Returns an object array of byte strings, of the shape of `value`.

    Args:
        value: a string, a nested list, array or tensor of strings.
        name: how messages call it.

    Raises:
        TypeError: if an entry is no string.
        ValueError: if nested lists have different lengths.
    """
    if isinstance(value, (bytes, str, bytearray, memoryview)):
        return _object_array([to_bytes(value)], ())
    value = to_numpy(value)
    if isinstance(value, (list, tuple)) and set(map(type, value)) == {bytes}:
        return _object_array(value, (len(value),))
    array = np.asarray(value, dtype=object)
    flat = [
        entry if type(entry) is bytes else to_bytes(entry, name) for entry in array.flat
    ]
    return _object_array(flat, array.shape)


def _object_array(values, shape):
    array = np.empty(len(values), object)
    array[:] = values
    return array.reshape(shape)


def to_path(path) -> str:
    """Returns a path as text; it may be a string, bytes, a Path or a tensor."""
    path = to_numpy(path)
    if isinstance(path, np.ndarray) and path.ndim == 0:
        path = path.item()
    return os.fsdecode(path)
