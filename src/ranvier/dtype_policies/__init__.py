"""Keras's `dtype_policies` namespace."""

from ranvier.core._policy import (
    DTypePolicy,
    DTypePolicyMap,
    FloatDTypePolicy,
    get,
)
from ranvier.core._serialization import deserialize_object as deserialize
from ranvier.core._serialization import serialize_object as serialize

__all__ = [
    "DTypePolicy",
    "DTypePolicyMap",
    "FloatDTypePolicy",
    "deserialize",
    "get",
    "serialize",
]
