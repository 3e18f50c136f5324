"""Keras's `mixed_precision` namespace."""

from ranvier.core._policy import DTypePolicy, dtype_policy, set_dtype_policy
from ranvier.core._policy import DTypePolicy as Policy
from ranvier.core._policy import dtype_policy as global_policy
from ranvier.core._policy import set_dtype_policy as set_global_policy
from ranvier.optimizers import LossScaleOptimizer

__all__ = [
    "DTypePolicy",
    "LossScaleOptimizer",
    "Policy",
    "dtype_policy",
    "global_policy",
    "set_dtype_policy",
    "set_global_policy",
]
