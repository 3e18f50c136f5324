"""Operations on tensors: unwrap, compute, wrap.

Tensor in, tensor out; array in, array out. Where a tensor of 64 bits takes part, the
operation runs under JAX's local 64-bit scope: no setting of the process is changed.
"""

import contextlib

import jax
import numpy as np

from ranvier.core import _tree
from ranvier.ops._dispatch import wrappers
from ranvier.tensors import _jax_arguments  # noqa: F401
from ranvier.tensors._errors import OutOfScopeError
from ranvier.tensors._tensor import Tensor

_WIDE = frozenset(map(np.dtype, ("int64", "uint64", "float64", "complex128")))


def call_on_tensors(op, args, kwargs):
    """Calls an op, some of whose arguments are tensors.

    Args:
        op: a registered op, or any function of arrays.
        args: positional arguments.
        kwargs: keyword arguments.

    Returns:
        The op's outputs, arrays as tensors.
    """
    args, kwargs = unwrap(args), unwrap(kwargs)
    with x64_for(args, kwargs):
        try:
            return wrap(op(*args, **kwargs))
        except jax.errors.UnexpectedTracerError as error:
            raise OutOfScopeError(_OUT_OF_SCOPE) from error


_OUT_OF_SCOPE = (
    "A tensor is out of scope and cannot be used here: it was computed while a "
    "function was traced, and stands for a value inside of it. Return it from the "
    "function, or assign it to a `tf.Variable`."
)


def unwrap(value):
    """Returns a structure with arrays in place of tensors."""
    if isinstance(value, Tensor):
        return value._device()
    if type(value) in (list, tuple):
        return type(value)([unwrap(child) for child in value])
    if type(value) is dict:
        return {key: unwrap(child) for key, child in value.items()}
    return value


def wrap(value):
    """Returns a structure with tensors in place of arrays."""
    if isinstance(value, (jax.Array, np.ndarray, np.generic)):
        return Tensor(value if isinstance(value, jax.Array) else np.asarray(value))
    if _tree.is_nested(value):
        return _tree.map_structure(
            lambda x: wrap(x) if isinstance(x, (jax.Array, np.ndarray)) else x, value
        )
    return value


def is_wide(value) -> bool:
    """Tells whether a structure holds an array of 64 bits."""
    if isinstance(value, (list, tuple)):
        return any(map(is_wide, value))
    if isinstance(value, dict):
        return any(map(is_wide, value.values()))
    return isinstance(value, jax.Array) and value.dtype in _WIDE


_nothing = contextlib.nullcontext()


def x64_for(*values):
    """Returns the 64-bit scope if an array among the values needs it."""
    return jax.enable_x64(True) if is_wide(values) else _nothing


wrappers[Tensor] = call_on_tensors
