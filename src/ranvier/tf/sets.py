"""`tf.sets`: names only."""

from ranvier.core._aliases import absent as _absent
from ranvier.tensors._sets import (
    difference,
    intersection,
    size,
    union,
)

__getattr__ = _absent("tf.sets")

__all__ = [
    "difference",
    "intersection",
    "size",
    "union",
]
