"""Nested state (numbers, texts, lists, arrays) in one file, an `.npz` archive.

The arrays are its members; a JSON text tells where they belong. Nothing in such a file
is code.
"""

import json
import zipfile
import zlib

import jax
import jax.numpy as jnp
import numpy as np

from ranvier.core._files import atomic_path

_TEXT = "state"


def write_state(path, state: dict) -> None:
    """Writes a state, whole or not at all.

    Args:
        path: the file.
        state: dictionaries with texts as keys, lists, tuples, numbers, texts, None and
            arrays. Tuples come back as lists.

    Raises:
        TypeError: for anything else.
    """
    arrays: dict = {}
    text = json.dumps(_without_arrays(state, arrays))
    with atomic_path(path) as temporary, open(temporary, "wb") as file:
        np.savez(file, **{_TEXT: np.frombuffer(text.encode(), "uint8")}, **arrays)


def _without_arrays(value, arrays):
    """Returns a value with arrays replaced by their names, and collects them."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, (np.ndarray, jax.Array)):
        array = np.asarray(value)
        name = f"array_{len(arrays)}"
        arrays[name] = array
        # NumPy's files know bfloat16 and its like only as so many bytes.
        return {"array": name, "dtype": array.dtype.name}
    if isinstance(value, dict):
        items = {str(key): _without_arrays(v, arrays) for key, v in value.items()}
        return {"dict": items}
    if isinstance(value, (list, tuple)):
        return [_without_arrays(item, arrays) for item in value]
    return value


def read_state(path) -> dict:
    """Returns the state in a file.

    Args:
        path: the file.

    Raises:
        OSError: if it cannot be read or is damaged.
    """
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as archive:
            text = archive[_TEXT].tobytes().decode()
            return _with_arrays(json.loads(text), archive)
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise OSError(f"The file {path} is damaged or no backup: {error}") from error


def _with_arrays(value, archive):
    if isinstance(value, list):
        return [_with_arrays(item, archive) for item in value]
    if not isinstance(value, dict):
        return value
    if "dict" in value:
        items = value["dict"].items()
        return {key: _with_arrays(item, archive) for key, item in items}
    array = archive[value["array"]]
    return array.view(jnp.dtype(value["dtype"])) if array.dtype.kind == "V" else array
