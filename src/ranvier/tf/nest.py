"""`tf.nest`: names only."""

from ranvier.core._aliases import absent as _absent
from ranvier.tensors._nest import (
    assert_same_structure,
    flatten,
    is_nested,
    map_structure,
    pack_sequence_as,
)

__getattr__ = _absent("tf.nest")

__all__ = [
    "assert_same_structure",
    "flatten",
    "is_nested",
    "map_structure",
    "pack_sequence_as",
]
