"""Nested state (numbers, texts, lists, arrays) in one file that knows when it is hurt.

A mark, the SHA-256 digest of what follows, the length of a JSON text, the text, and
the bytes of the arrays in a row. The text tells where the arrays belong. Nothing in
such a file is code.
"""

import hashlib
import json
import os

import jax.numpy as jnp
import numpy as np

_MARK = b"ranvier state 1\n"
_DIGEST_SIZE = hashlib.sha256().digest_size


def write_state(path, state: dict) -> None:
    """Writes a state, and makes sure that it is on disk and can be read again.

    Args:
        path: the file.
        state: dictionaries with texts as keys, lists, tuples, numbers, texts, None and
            arrays. Tuples come back as lists.

    Raises:
        TypeError: for anything else, naming its place.
        OSError: if the file cannot be written.
    """
    arrays: list = []
    text = json.dumps(_without_arrays(state, arrays, "")).encode()
    digest = hashlib.sha256()
    with open(path, "wb") as file:
        file.write(_MARK + bytes(_DIGEST_SIZE))
        for part in (len(text).to_bytes(8), text, *map(_bytes_of, arrays)):
            digest.update(part)
            file.write(part)
        file.seek(len(_MARK))
        file.write(digest.digest())
        file.flush()
        os.fsync(file.fileno())
    with open(path, "rb") as file:
        _check(file)


def _bytes_of(array):
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8)


def _without_arrays(value, arrays, place):
    """Returns a value with arrays replaced by their descriptions, and collects them."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise TypeError(
                    f"The keys of a state must be texts. Received: {key!r} in the "
                    f"state of '{place}'."
                )
        items = {
            key: _without_arrays(item, arrays, f"{place}/{key}")
            for key, item in value.items()
        }
        return {"dict": items}
    if isinstance(value, (list, tuple)):
        return [
            _without_arrays(item, arrays, f"{place}/{i}")
            for i, item in enumerate(value)
        ]
    array = np.asarray(value) if hasattr(value, "__array__") else None
    if array is None or array.dtype.hasobject:
        raise TypeError(
            "A state may hold numbers, texts, None, arrays, and lists and dictionaries "
            f"of them. Received: {value!r} at '{place}'."
        )
    arrays.append(array)
    # The short names of NumPy's own dtypes do not know bfloat16 and its like.
    dtype = array.dtype.name if array.dtype.kind == "V" else array.dtype.str
    return {"dtype": dtype, "shape": array.shape}


def read_state(path) -> dict:
    """Returns the state in a file.

    Args:
        path: the file.

    Raises:
        OSError: if it cannot be read or is damaged.
    """
    with open(path, "rb") as file:
        _check(file)
        text = file.read(int.from_bytes(file.read(8)))

        def next_array(dtype, shape):
            array = np.empty(shape, jnp.dtype(dtype))
            file.readinto(_bytes_of(array))
            return array

        return _with_arrays(json.loads(text), next_array)


def _check(file):
    """Compares a file with its digest, and goes to what follows that."""
    if file.read(len(_MARK)) != _MARK:
        raise OSError(f"The file {file.name} is damaged, or no backup at all.")
    digest = file.read(_DIGEST_SIZE)
    start = file.tell()
    if hashlib.file_digest(file, "sha256").digest() != digest:
        raise OSError(f"The file {file.name} is damaged: its checksum does not fit.")
    file.seek(start)


def _with_arrays(value, next_array):
    if isinstance(value, list):
        return [_with_arrays(item, next_array) for item in value]
    if not isinstance(value, dict):
        return value
    if "dict" in value:
        items = value["dict"].items()
        return {key: _with_arrays(item, next_array) for key, item in items}
    return next_array(**value)
