"""What layers on text take as strings."""

import numpy as np

from ranvier.core import _tree
from ranvier.core._errors import ArgumentError

_RAGGED = (
    "The rows of a nested list must have equal lengths. Received rows of different "
    "lengths: pad them, or pass a ragged tensor."
)


def as_array(x):
    """Returns data of any kind as a NumPy array; lists of strings as objects.

    Raises:
        ValueError: for nested lists whose rows have different lengths.
    """
    if isinstance(x, np.ndarray):
        return x.astype(object) if x.dtype.kind == "T" else x
    if hasattr(x, "to_numpy"):  # pandas, polars
        return as_array(x.to_numpy())
    if isinstance(x, (str, bytes)):
        return np.array(x, object)
    if not isinstance(x, (list, tuple)):
        return np.asarray(x)
    first = x
    while isinstance(first, (list, tuple)) and len(first) > 0:
        first = first[0]
    if hasattr(first, "numpy"):  # a list of tensors
        return np.asarray(_tree.map_structure(_as_numpy, list(x)))
    try:
        # Objects: an array of fixed width takes long to make, and much memory.
        array = np.array(x, object if isinstance(first, (str, bytes)) else None)
    except ValueError as error:
        raise ValueError(_RAGGED) from error
    if array.dtype == object:
        kinds = set(map(type, array.ravel().tolist()))
        if any(issubclass(kind, (list, tuple)) for kind in kinds):
            raise ValueError(_RAGGED)
    return array


def _as_numpy(x):
    return x.numpy() if hasattr(x, "numpy") else x


def as_strings(x, layer):
    """Returns data as an array of strings (kinds U, S, or O with `str` or `bytes`).

    Raises:
        ArgumentError: (a TypeError and a ValueError) naming the layer, for numbers.
        ValueError: for nested lists whose rows have different lengths.
    """
    array = as_array(x)
    if array.dtype.kind not in "USO" and array.size > 0:
        raise ArgumentError(
            f"Layer '{layer.name}' ({type(layer).__name__}) expects strings. Received "
            f"an array of {array.dtype}: convert it with `.astype(str)`."
        )
    return array


def check_strings(items, layer) -> None:
    """Raises unless all items of an iterable are strings.

    Raises:
        ValueError: naming the layer and the first item that is none.
    """
    for kind in dict.fromkeys(map(type, items)):
        if not issubclass(kind, (str, bytes)):
            item = next(item for item in items if type(item) is kind)
            raise ValueError(
                f"Layer '{layer.name}' ({type(layer).__name__}) expects strings. "
                f"Received {item!r} (of type {kind.__name__}) among them. Replace "
                "missing values, by '' for example."
            )


def to_text(token, encoding="utf-8") -> str:
    """Returns a `str` for a `str` or `bytes`."""
    return token.decode(encoding) if isinstance(token, bytes) else str(token)
