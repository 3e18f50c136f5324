"""`tf.lookup.experimental`: names only."""

from ranvier.core._aliases import absent as _absent
from ranvier.tensors._lookup import (
    DenseHashTable,
    MutableHashTable,
)

__getattr__ = _absent("tf.lookup.experimental")

__all__ = ["DenseHashTable", "MutableHashTable"]
