"""Inputs as rows that a program can gather: dense ones, or padded sparse ones."""

import jax.numpy as jnp
import numpy as np


def to_rows(x):
    """Returns inputs in the form that programs take.

    Args:
        x: an array, or a SciPy sparse matrix.

    Returns:
        An array; or `(columns, values)` of the entries of each row, padded to one
        length, where that takes less memory.
    """
    if not hasattr(x, "tocsr"):
        return np.asarray(x, np.float32)
    x = x.tocsr()
    lengths = np.diff(x.indptr)
    width = max(int(lengths.max(initial=0)), 1)
    if 2 * width >= x.shape[1]:
        return x.astype(np.float32).toarray()
    columns = np.zeros((x.shape[0], width), np.int32)
    values = np.zeros((x.shape[0], width), np.float32)
    filled = np.arange(width) < lengths[:, None]
    columns[filled], values[filled] = x.indices, x.data
    return columns, values


def dense(rows, features):
    """Returns rows as an array, inside a program.

    Args:
        rows: an array, or `(columns, values)`.
        features: number of columns.
    """
    if not isinstance(rows, tuple):
        return rows
    columns, values = rows
    samples = jnp.arange(len(columns))[:, None]
    return jnp.zeros((len(columns), features)).at[samples, columns].add(values)
