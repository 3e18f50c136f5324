"""Bins of strings and integers by their hashes, the same as TensorFlow's."""

import numpy as np

from ranvier.core._byte_column import ByteColumn
from ranvier.core._farmhash import farmhash64
from ranvier.core._siphash import siphash64


def hash_bins(values, bins, salt=None):
    """Returns the bin of each value.

    Args:
        values: a one-dimensional array of strings, or of integers, which are hashed as
            the strings of their digits.
        bins: the number of bins.
        salt: the key of SipHash64; None for FarmHash64.
    """
    if values.dtype.kind not in "USO":
        values = values.astype("S21")
    column = ByteColumn.of(values)
    hashes = farmhash64(column) if salt is None else siphash64(column, salt)
    return (hashes % np.uint64(bins)).astype(np.int64)
