"""`tf.sparse`: names only."""

from ranvier.core._aliases import absent as _absent
from ranvier.tensors._sparse import SparseTensor
from ranvier.tensors._sparse import sparse_from_dense as from_dense
from ranvier.tensors._sparse import sparse_reorder as reorder
from ranvier.tensors._sparse import sparse_to_dense as to_dense
from ranvier.tensors._sparse_ops import (
    add,
    bincount,
    concat,
    expand_dims,
    eye,
    fill_empty_rows,
    map_values,
    mask,
    maximum,
    minimum,
    reduce_max,
    reduce_sum,
    reset_shape,
    reshape,
    retain,
    segment_mean,
    segment_sqrt_n,
    segment_sum,
    slice,
    softmax,
    sparse_dense_matmul,
    split,
    to_indicator,
    transpose,
)

__getattr__ = _absent("tf.sparse")

__all__ = [
    "SparseTensor",
    "add",
    "bincount",
    "concat",
    "expand_dims",
    "eye",
    "fill_empty_rows",
    "from_dense",
    "map_values",
    "mask",
    "maximum",
    "minimum",
    "reduce_max",
    "reduce_sum",
    "reorder",
    "reset_shape",
    "reshape",
    "retain",
    "segment_mean",
    "segment_sqrt_n",
    "segment_sum",
    "slice",
    "softmax",
    "sparse_dense_matmul",
    "split",
    "to_dense",
    "to_indicator",
    "transpose",
]
