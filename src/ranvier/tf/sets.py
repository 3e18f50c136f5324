"""`tf.sets`: names only."""

from ranvier.tensors._sets import (
    difference,
    intersection,
    size,
    union,
)

__all__ = [
    "difference",
    "intersection",
    "size",
    "union",
]
