"""`tf.lookup.experimental`: names only."""

from ranvier.tensors._lookup import (
    DenseHashTable,
    MutableHashTable,
)

__all__ = ["DenseHashTable", "MutableHashTable"]
