"""Nested state (numbers, texts, lists, arrays) in one file that knows when it is hurt.

A mark, the length of a JSON text, the text, the bytes of the arrays in a row, and the
SHA-256 digest of all that. The text tells where the arrays belong. Nothing in such a
file is code.
"""

import hashlib
import json
import os
import pathlib

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
        for part in (_MARK, len(text).to_bytes(8), text, *map(_bytes_of, arrays)):
            digest.update(part)
            file.write(part)
        file.write(digest.digest())
        file.flush()
        os.fsync(file.fileno())
    _read_whole(path)


def _bytes_of(array):
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


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
    content = _read_whole(path)
    start = len(_MARK) + 8
    stop = start + int.from_bytes(content[len(_MARK) : start])
    rest = content[stop:]

    def next_array(dtype, shape):
        nonlocal rest
        dtype = jnp.dtype(dtype)
        count = int(np.prod(shape, dtype=np.int64))
        # A copy: to be aligned, and the caller's own.
        array = np.frombuffer(rest, dtype, count).reshape(shape).copy()
        rest = rest[array.nbytes :]
        return array

    return _with_arrays(json.loads(bytes(content[start:stop])), next_array)


def _read_whole(path):
    """Returns the content of a file before its digest, which must fit."""
    content = memoryview(pathlib.Path(path).read_bytes())
    body, digest = content[:-_DIGEST_SIZE], content[-_DIGEST_SIZE:]
    if bytes(body[: len(_MARK)]) != _MARK:
        raise OSError(f"The file {path} is damaged or no backup: it begins otherwise.")
    if hashlib.sha256(body).digest() != digest:
        raise OSError(f"The file {path} is damaged: its checksum does not fit.")
    return body


def _with_arrays(value, next_array):
    if isinstance(value, list):
        return [_with_arrays(item, next_array) for item in value]
    if not isinstance(value, dict):
        return value
    if "dict" in value:
        items = value["dict"].items()
        return {key: _with_arrays(item, next_array) for key, item in items}
    return next_array(**value)
