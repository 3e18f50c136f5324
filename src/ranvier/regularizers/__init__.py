"""Regularisers: penalties on weights and outputs."""

from ranvier.regularizers._get import deserialize, get, serialize
from ranvier.regularizers._regularizers import (
    L1,
    L1L2,
    L2,
    OrthogonalRegularizer,
    Regularizer,
)
from ranvier.regularizers._regularizers import L1 as l1
from ranvier.regularizers._regularizers import L1L2 as l1_l2
from ranvier.regularizers._regularizers import L2 as l2
from ranvier.regularizers._regularizers import (
    OrthogonalRegularizer as orthogonal_regularizer,
)

__all__ = [
    "L1",
    "L1L2",
    "L2",
    "OrthogonalRegularizer",
    "Regularizer",
    "deserialize",
    "get",
    "l1",
    "l1_l2",
    "l2",
    "orthogonal_regularizer",
    "serialize",
]
