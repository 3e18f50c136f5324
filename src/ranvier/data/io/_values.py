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
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    if np.ndim(value):
        raise ValueError(
            f"`{name}` must be a single string. Received: an array of shape "
            f"{np.shape(value)}"
        )
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
    entries = array.ravel().tolist()
    if set(map(type, entries)) == {bytes}:
        return array
    flat = [
        entry if type(entry) is bytes else to_bytes(entry, name) for entry in entries
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


def to_array(value) -> np.ndarray:
    """Returns a value as an array; strings become bytes in an array of objects.

    Python floats become float32 and integers int32, or int64 where they need it.

    Raises:
        TypeError: if it holds something that is no number, boolean or string.
    """
    value = to_numpy(value)
    typed = hasattr(value, "dtype")
    array = np.asarray(value)
    if array.dtype.kind in "OSU":
        return to_strings(value)
    if not typed and array.dtype == np.float64:
        return array.astype(np.float32)
    if not typed and array.dtype == np.int64:
        narrow = array.astype(np.int32)
        return narrow if np.array_equal(narrow, array) else array
    return array


def each_string(function, value, name="value"):
    """Applies a function of bytes to a string, or to each in an array of them.

    Returns:
        The result for a single string, else an array of objects of the same shape.
    """
    strings = to_strings(value, name)
    results = [function(string) for string in strings.flat]
    return unwrap(_object_array(results, strings.shape))


def unwrap(array):
    """Returns the only entry of an array without axes, else the array."""
    return array[()] if array.ndim == 0 else array
