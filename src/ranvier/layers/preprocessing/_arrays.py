"""What layers on raw data take as an array, and how they read it in parts."""

import math

import numpy as np

# Entries of one part of a large array: small beside any array worth parting.
_PART = 1 << 20


def from_numbers(x):
    """Returns a number or a (nested) list of numbers as an array, others as they are.

    Lists of tensors stay lists.
    """
    if isinstance(x, (bool, int, float)):
        return np.asarray(x)
    if isinstance(x, (list, tuple)):
        first = x
        while isinstance(first, (list, tuple)) and len(first) > 0:
            first = first[0]
        if isinstance(first, (bool, int, float, np.number)):
            return np.asarray(x)
    return x


def as_batches(data):
    """Yields the batches of any data that may be adapted to.

    Args:
        data: an array or what converts to one (one batch, yielded in parts), an object
            with `__len__` and `__getitem__` such as a `PyDataset`, or an iterable.
            Batches that are tuples `(x, y)` give `x`.

    Raises:
        TypeError: for anything else.
    """
    data = from_numbers(data)
    if isinstance(data, dict):
        raise TypeError(
            "`adapt()` takes an array, a dataset or an iterable of batches. Received a "
            f"dictionary with the keys {list(data)}: adapt a layer for each entry."
        )
    if hasattr(data, "__array__"):
        yield from _parts(data)
    elif isinstance(data, (list, tuple)) or not hasattr(data, "__getitem__"):
        if not hasattr(data, "__iter__"):
            raise TypeError(
                "`adapt()` takes an array, a dataset or an iterable of batches. "
                f"Received: {data!r} (of type {type(data)})"
            )
        for batch in data:
            yield _features(batch)
    else:  # by index: such an object need not raise IndexError at its end
        for index in range(len(data)):
            yield _features(data[index])


def _features(batch):
    x = from_numbers(batch[0] if isinstance(batch, tuple) else batch)
    if not hasattr(x, "__array__"):
        raise TypeError(
            "`adapt()` takes an iterable of arrays. Received a batch of type "
            f"{type(batch)}: {batch!r}"
        )
    return x


def _parts(array):
    if not hasattr(array, "shape") or not hasattr(array, "ndim"):
        array = np.asarray(array)
    if hasattr(array, "to_numpy"):  # a data frame slices by labels
        array = array.to_numpy()
    if array.ndim == 0:
        yield array
        return
    rows = max(1, _PART // max(1, math.prod(array.shape[1:])))
    for start in range(0, array.shape[0], rows):
        yield array[start : start + rows]
