"""Functions on tensors, traced once per signature and compiled."""

from ranvier.autodiff.function._concrete import ConcreteFunction
from ranvier.autodiff.function._function import Function, function
from ranvier.autodiff.function._state import (
    executing_eagerly,
    functions_run_eagerly,
    run_functions_eagerly,
)

__all__ = [
    "ConcreteFunction",
    "Function",
    "executing_eagerly",
    "function",
    "functions_run_eagerly",
    "run_functions_eagerly",
]
