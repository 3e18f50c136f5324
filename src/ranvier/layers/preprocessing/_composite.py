"""Ragged and sparse values, told by what they offer rather than by their class."""

import numpy as np


class Rows:
    """Rows of different lengths, as arrays of NumPy.

    Attributes:
        flat_values: the values of all rows.
        row_splits: where each row begins; one more for the end.
    """

    def __init__(self, flat_values, row_splits):
        self.flat_values = flat_values
        self.row_splits = row_splits

    def with_flat_values(self, values):
        """Returns the same rows of other values."""
        return Rows(values, self.row_splits)


def is_ragged(x) -> bool:
    """Tells whether a value has rows of different lengths."""
    return hasattr(x, "row_splits") and hasattr(x, "flat_values")


def is_sparse(x) -> bool:
    """Tells whether a value is a list of indices and values."""
    return hasattr(x, "indices") and hasattr(x, "dense_shape")


def flat_of(x):
    """Returns the values of a ragged or sparse value; others as they are."""
    if is_ragged(x):
        return x.flat_values
    return x.values if is_sparse(x) else x


def with_flat(x, values):
    """Returns a ragged or sparse value like `x` around other values."""
    if is_ragged(x):
        return x.with_flat_values(values)
    return type(x)(indices=x.indices, values=values, dense_shape=x.dense_shape)


def row_splits_of(x):
    """Returns an order of the values of a ragged or sparse matrix, row by row.

    Returns:
        `(order, splits)`: the values of row `i` are `values[order][splits[i]:
        splits[i + 1]]`.
    """
    if is_ragged(x):
        return slice(None), np.asarray(x.row_splits)
    indices = np.asarray(x.indices)
    shape = np.asarray(x.dense_shape)
    rows = indices[:, 0] if len(shape) > 1 else np.zeros(len(indices), np.int64)
    order = np.argsort(rows, kind="stable")
    count = shape[0] if len(shape) > 1 else 1
    return order, np.searchsorted(rows[order], np.arange(count + 1))


def padded_rows(x, values, fill):
    """Returns the values of a ragged or sparse matrix as rows of one length.

    Args:
        x: the matrix, whose rows are taken.
        values: one for each of its values.
        fill: put behind the values of rows shorter than the longest.

    Raises:
        ValueError: for rows of rows.
    """
    if getattr(x, "ragged_rank", 1) > 1:
        raise ValueError(
            "Rows of rows of different lengths cannot be encoded: an output has one "
            "row for each row of the input. Received a ragged tensor of rank "
            f"{x.ndim}: pass its `values`."
        )
    values = np.asarray(values)
    order, splits = row_splits_of(x)
    rows = from_splits(values[order], splits, fill)
    return rows[0] if is_sparse(x) and len(np.asarray(x.dense_shape)) == 1 else rows


def from_splits(values, splits, fill, width=None):
    """Returns rows of one length from the values of all rows and where rows begin.

    Args:
        values: the values of the first row, then those of the second...
        splits: where each row begins; one more for the end.
        fill: put behind the values of shorter rows.
        width: the length of the rows; longer ones are cut. Default: the longest.
    """
    lengths = np.diff(splits)
    longest = int(lengths.max(initial=0))
    width = longest if width is None else width
    out = np.full((len(lengths), width), fill, values.dtype)
    columns = np.arange(len(values)) - np.repeat(splits[:-1], lengths)
    rows = np.repeat(np.arange(len(lengths)), lengths)
    if longest > width:
        kept = columns < width
        rows, columns, values = rows[kept], columns[kept], values[kept]
    out[rows, columns] = values
    return out
