"""Integers as rows that tell which categories occur, or how often."""

import jax
import jax.numpy as jnp
import numpy as np

from ranvier.core import _dtypes


def encode_categories(ids, output_mode, depth, dtype, weights=None):
    """Returns integers encoded as in Keras's layers.

    Args:
        ids: array of integers; those outside `[0, depth)` are left out.
        output_mode: `"int"`, `"one_hot"`, `"multi_hot"` or `"count"`.
        depth: the number of categories.
        dtype: of the result.
        weights: what each integer counts, for `"count"`.

    Raises:
        TypeError: for strings.
    """
    if ids.dtype.kind in "USO":
        raise TypeError(
            f"Categories are integers. Received an array of {ids.dtype}: map strings "
            "to integers by `StringLookup` first."
        )
    if output_mode != "int" and ids.dtype.kind not in "iu":
        ids = ids.astype("int32")
    dtype = _dtypes.standardize_dtype(dtype) if weights is None else weights.dtype
    dtype = jax.dtypes.canonicalize_dtype(dtype)
    # NumPy's arrays are encoded by NumPy: JAX would compile for each of their shapes.
    xp = np if isinstance(ids, np.ndarray) else jnp
    if output_mode == "int":
        return ids.astype(dtype)
    if ids.ndim == 0:
        ids = ids[None]
    if output_mode == "one_hot":
        if ids.ndim > 1 and ids.shape[-1] == 1:
            ids = ids[..., 0]
        return (ids[..., None] == xp.arange(depth, dtype=ids.dtype)).astype(dtype)
    axis = 1 if ids.ndim > 1 else 0
    ids = xp.moveaxis(ids, axis, -1)
    # Positions are written, rather than compared with all categories: time and memory
    # do not grow with sample length times depth. What is left out goes to a column of
    # its own.
    column = xp.where((ids >= 0) & (ids < depth), ids, depth)
    rows = xp.ix_(*map(xp.arange, ids.shape))[:-1]
    places = (*rows, column)
    encoded = xp.zeros((*ids.shape[:-1], depth + 1), dtype)
    if output_mode == "multi_hot":
        encoded = _write(encoded, places, 1, add=False)
    else:
        counts = 1 if weights is None else xp.moveaxis(xp.asarray(weights), axis, -1)
        encoded = _write(encoded, places, counts, add=True)
    return encoded[..., :depth]


def _write(array, places, values, add):
    if not isinstance(array, np.ndarray):
        values = jnp.asarray(values, array.dtype)
        at = array.at[places]
        return at.add(values) if add else at.set(values)
    if add:
        np.add.at(array, places, values)
    else:
        array[places] = values
    return array


def encoded_shape(shape, output_mode, depth):
    """Returns the shape of `encode_categories` for ids of a shape."""
    shape = tuple(shape)
    if output_mode == "int":
        return shape
    if len(shape) == 0:
        return (depth,)
    if output_mode == "one_hot":
        squeeze = len(shape) > 1 and shape[-1] == 1
        return (*(shape[:-1] if squeeze else shape), depth)
    axis = 1 if len(shape) > 1 else 0
    return (*shape[:axis], *shape[axis + 1 :], depth)
