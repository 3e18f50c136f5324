"""How functions of arrays become functions of the TensorFlow face.

They take tensors, variables, arrays and Python values, and return tensors. Inside of
a program, on bare arrays, they return bare arrays; on symbolic tensors they add to
the graph.
"""

import jax

from ranvier.core._variable import Variable
from ranvier.ops._dispatch import op, table
from ranvier.ops._symbolic import any_symbolic
from ranvier.tensors import _operators
from ranvier.tensors._calls import call_on_tensors
from ranvier.tensors._constant import convert_to_tensor
from ranvier.tensors._operators import check_dtype, same_dtype
from ranvier.tensors._ragged import RaggedTensor
from ranvier.tensors._sparse import SparseTensor
from ranvier.tensors._tensor import Tensor, is_traced

FLOATS, NUMBERS, REALS = (_operators._FLOATS, _operators._NUMBERS, _operators._REALS)
INTEGERS, ALL = _operators._INTEGERS, _operators._ALL
REAL_FLOATS = FLOATS - {"complex64", "complex128"}


def unsaved(function):
    """Lets a function of arrays take part in graphs and tapes, but not in files.

    Args:
        function: one that closes over arguments, so that a name would not tell it.
    """
    path = f"tf.{function.__name__} (cannot be saved)"
    dispatched = op(function, path=path)
    del table[path]
    return dispatched


def is_bare(*values) -> bool:
    """Tells whether values are a program's arrays, not wrapped in tensors."""
    found = False
    for value in values:
        if isinstance(value, Tensor):
            return False
        if isinstance(value, (list, tuple)):
            found = found or (bool(value) and is_bare(*value))
        elif isinstance(value, Variable):
            found = found or is_traced(value.value)
        else:
            found = found or is_traced(value)
    return found


def compute(function, *values, **kwargs):
    """Calls a function of arrays on tensor-like values.

    Args:
        function: a function of arrays, written with `ops`.
        *values: tensors, variables, arrays, Python values, and lists of them.
        **kwargs: passed on as they are.
    """
    if any_symbolic(values) or is_bare(*values):
        return function(*[_plain(v) for v in values], **kwargs)
    return call_on_tensors(function, tuple(map(tensor_of, values)), kwargs)


def _plain(value):
    return value.value if isinstance(value, Variable) else value


def tensor_of(value):
    """Returns a value as a tensor; a list of tensors as a list."""
    if isinstance(value, (list, tuple)) and any(
        isinstance(v, (Tensor, Variable, jax.Array)) for v in value
    ):
        return [convert_to_tensor(v) for v in value]
    return convert_to_tensor(value)


def elementwise(name, function, allowed=FLOATS, sparse=False):
    """Makes a face function of one tensor, entry by entry.

    Args:
        name: the operation's name in messages.
        function: the function of arrays.
        allowed: names of the dtypes it is defined for.
        sparse: whether it maps zeros to zeros, and so takes sparse tensors.
    """

    def apply(x, name=None):
        if isinstance(x, RaggedTensor):
            return x.with_flat_values(apply(x.flat_values))
        if isinstance(x, SparseTensor) and sparse:
            return x.with_values(apply(x.values))
        if any_symbolic((x,)) or is_bare(x):
            return function(_plain(x))
        x = convert_to_tensor(x)
        check_dtype(op_name, x.dtype, allowed)
        return call_on_tensors(function, (x,), {})

    op_name = name
    return apply


def of_two(name, function, allowed=NUMBERS, on_strings=None):
    """Makes a face function of two tensors of one dtype, entry by entry.

    Args:
        name: the operation's name in messages.
        function: the function of arrays, or a ready one of tensors.
        allowed: names of the dtypes it is defined for; None if it is ready.
        on_strings: what it does to arrays of bytes, or None.
    """
    strict = function
    if allowed is not None:
        strict = _operators.binary(name, function, allowed, on_strings)

    def apply(x, y, name=None):
        if isinstance(x, RaggedTensor) or isinstance(y, RaggedTensor):
            from ranvier.tensors._ragged_ops import elementwise

            return elementwise(strict, x, y)
        if isinstance(x, SparseTensor) and op_name in ("Mul", "RealDiv"):
            return x * y if op_name == "Mul" else x / y
        return strict(x, y)

    op_name = name
    return apply


def one_dtype(name, function, values, allowed=ALL, **kwargs):
    """Calls a function on a list of tensors, which must have one dtype.

    Args:
        name: the operation's name in messages.
        function: a function of a list of arrays.
        values: a list of tensor-like values.
        allowed: names of the dtypes it is defined for.
        **kwargs: passed on.
    """
    if any_symbolic(values) or is_bare(*values):
        return function([_plain(v) for v in values], **kwargs)
    tensors, kind = same_dtype(name, values)
    check_dtype(name, kind, allowed)
    tensors = [convert_to_tensor(t, kind) for t in tensors]
    return call_on_tensors(function, (tensors,), kwargs)


def static(value):
    """Returns axes, shapes and the like as Python's integers.

    Args:
        value: an integer, a list of them, a tensor, or None.
    """
    if value is None or type(value) is int:
        return value
    if type(value).__name__ == "_DimExpr":
        return value  # a symbol of JAX for a size
    if isinstance(value, Tensor):
        if hasattr(value, "sizes"):
            return value.sizes
        value = value._value if is_traced(value._value) else value._host().tolist()
    if hasattr(value, "as_list"):
        value = value.as_list()
    if isinstance(value, (list, tuple)) or getattr(value, "ndim", 0):
        return tuple(static(v) for v in value)
    try:
        return value.__index__()
    except AttributeError:
        raise TypeError(f"Expected an integer. Received: {value!r}") from None
