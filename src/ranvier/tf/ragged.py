"""`tf.ragged`: names only."""

from ranvier.core._aliases import absent as _absent
from ranvier.tensors._ragged_constant import ragged_constant as constant
from ranvier.tensors._ragged_ops import (
    boolean_mask,
    map_flat_values,
    row_splits_to_segment_ids,
    segment_ids_to_row_splits,
    stack,
    stack_dynamic_partitions,
)
from ranvier.tensors._ragged_ops import ragged_range as range

__getattr__ = _absent("tf.ragged")

__all__ = [
    "boolean_mask",
    "constant",
    "map_flat_values",
    "range",
    "row_splits_to_segment_ids",
    "segment_ids_to_row_splits",
    "stack",
    "stack_dynamic_partitions",
]
