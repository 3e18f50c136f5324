"""Values of the TensorFlow face: dense, ragged and sparse tensors, and their specs."""

from ranvier.tensors import _errors as errors
from ranvier.tensors import _ragged_ops as ragged_ops
from ranvier.tensors import _sparse_ops as sparse_ops
from ranvier.tensors._calls import call_on_tensors
from ranvier.tensors._constant import constant, convert_to_tensor
from ranvier.tensors._dtype import DType, as_dtype
from ranvier.tensors._operators import Tensor
from ranvier.tensors._ragged import RaggedTensor
from ranvier.tensors._ragged_constant import ragged_constant
from ranvier.tensors._shape import TensorShape
from ranvier.tensors._sparse import (
    SparseTensor,
    sparse_from_dense,
    sparse_reorder,
    sparse_to_dense,
)
from ranvier.tensors._specs import (
    RaggedTensorSpec,
    SparseTensorSpec,
    TensorSpec,
    TypeSpec,
    spec_of,
)
from ranvier.tensors._variable import IndexedSlices, Variable

__all__ = [
    "DType",
    "IndexedSlices",
    "RaggedTensor",
    "RaggedTensorSpec",
    "SparseTensor",
    "SparseTensorSpec",
    "Tensor",
    "TensorShape",
    "TensorSpec",
    "TypeSpec",
    "Variable",
    "as_dtype",
    "call_on_tensors",
    "constant",
    "convert_to_tensor",
    "errors",
    "ragged_constant",
    "ragged_ops",
    "sparse_from_dense",
    "sparse_ops",
    "sparse_reorder",
    "sparse_to_dense",
    "spec_of",
]
