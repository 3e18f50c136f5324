"""Values of the TensorFlow face: dense, ragged and sparse tensors, and their specs."""

from ranvier.tensors import _errors as errors
from ranvier.tensors._calls import call_on_tensors
from ranvier.tensors._constant import constant, convert_to_tensor
from ranvier.tensors._dtype import DType, as_dtype
from ranvier.tensors._operators import Tensor
from ranvier.tensors._shape import TensorShape

__all__ = [
    "DType",
    "Tensor",
    "TensorShape",
    "as_dtype",
    "call_on_tensors",
    "constant",
    "convert_to_tensor",
    "errors",
]
