"""Constraints: projections applied to weights after each update."""

from ranvier.constraints._constraints import (
    Constraint,
    MaxNorm,
    MinMaxNorm,
    NonNeg,
    UnitNorm,
)
from ranvier.constraints._constraints import MaxNorm as max_norm
from ranvier.constraints._constraints import MinMaxNorm as min_max_norm
from ranvier.constraints._constraints import NonNeg as non_neg
from ranvier.constraints._constraints import UnitNorm as unit_norm
from ranvier.constraints._get import deserialize, get, serialize

__all__ = [
    "Constraint",
    "MaxNorm",
    "MinMaxNorm",
    "NonNeg",
    "UnitNorm",
    "deserialize",
    "get",
    "max_norm",
    "min_max_norm",
    "non_neg",
    "serialize",
    "unit_norm",
]
