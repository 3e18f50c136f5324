"""The operators of tensors, and the functions behind them, with strict dtypes.

`ranvier.ops` promotes dtypes; these refuse to mix them, as TensorFlow does. Beside a
tensor, Python numbers and NumPy arrays take the tensor's dtype.
"""

import functools
import operator

import jax
import jax.numpy as jnp
import numpy as np

from ranvier import ops
from ranvier.core._variable import Variable
from ranvier.ops._dispatch import op
from ranvier.ops._symbolic import KerasTensor
from ranvier.tensors._calls import call_on_tensors
from ranvier.tensors._constant import convert_to_tensor
from ranvier.tensors._dtype import as_dtype, dtypes
from ranvier.tensors._errors import (
    InvalidArgumentError,
    MixedDtypesError,
    OutOfScopeError,
)
from ranvier.tensors._tensor import Tensor, is_traced

# How TensorFlow's messages call these dtypes.
_C_NAMES = {"float32": "float", "float64": "double", "float16": "half"}
_FLOATS = frozenset(
    {"bfloat16", "float16", "float32", "float64", "complex64", "complex128"}
)
_NUMBERS = frozenset(dtypes) - {"bool", "string", "resource", "variant"}
_REALS = _NUMBERS - {"complex64", "complex128"}
_INTEGERS = frozenset(n for n in dtypes if dtypes[n].is_integer)
_ALL = frozenset(dtypes)


def is_tensor_like(x) -> bool:
    """Tells whether a value has a fixed dtype of its own: a tensor or an array."""
    return isinstance(x, (Tensor, Variable, jax.Array))


def same_dtype(name, values):
    """Returns values as tensors (or Python numbers beside one) of one dtype.

    Args:
        name: the operation's name in messages.
        values: tensors, variables, arrays, Python values.

    Raises:
        InvalidArgumentError: if two have different dtypes.
    """
    lead = next((v for v in values if is_tensor_like(v)), None)
    if lead is None:
        lead = convert_to_tensor(values[0])
        values = (lead, *values[1:])
    kind = as_dtype(lead.dtype)
    result = []
    for i, value in enumerate(values):
        if not is_tensor_like(value):
            value = _beside(value, kind)
        elif isinstance(value, Variable) or not isinstance(value, Tensor):
            value = convert_to_tensor(value)
        if isinstance(value, Tensor) and value.dtype is not kind:
            found = value.dtype
            raise MixedDtypesError(
                f"cannot compute {name} as input #{i}(zero-based) was expected to be a "
                f"{_C_NAMES.get(kind.name, kind.name)} tensor but is a "
                f"{_C_NAMES.get(found.name, found.name)} tensor [Op:{name}]. "
                "Use `tf.cast`."
            )
        result.append(value)
    return result, kind


def _beside(value, kind):
    """Returns a Python value, or NumPy's array, that stands beside a tensor."""
    if type(value) is float and kind.name in _FLOATS:
        return value
    if type(value) is int and kind.name in _NUMBERS:
        return value
    return convert_to_tensor(value, dtype_hint=kind)


def check_dtype(name, kind, allowed):
    """Raises unless an operation is defined for a dtype.

    Raises:
        InvalidArgumentError: if it is not.
    """
    if kind.name not in allowed:
        raise InvalidArgumentError(
            f"Value for attr 'T' of {kind.name} is not in the list of allowed values: "
            f"{', '.join(n for n in dtypes if n in allowed)} [Op:{name}]"
        )


def binary(name, function, allowed=_NUMBERS, on_strings=None):
    """Makes a function of two tensors that refuses mixed dtypes.

    Args:
        name: the operation's name in messages.
        function: the function of arrays.
        allowed: names of the dtypes it is defined for.
        on_strings: what it does to NumPy's arrays of bytes, or None.
    """

    def compute(x, y):
        if isinstance(x, KerasTensor) or isinstance(y, KerasTensor):
            return function(x, y)
        if _both_plain(x, y):
            return function(x, y)
        (x, y), kind = same_dtype(name, (x, y))
        if kind.name == "string" and on_strings is not None:
            return _on_strings(on_strings, x, y)
        check_dtype(name, kind, allowed)
        try:
            return call_on_tensors(function, (x, y), {})
        except (TypeError, ValueError) as error:
            raise _bad_shapes(name, x, y, error) from error

    return compute


def _both_plain(x, y):
    """Tells whether two operands are arrays of a program (array in, array out)."""
    return (
        not isinstance(x, Tensor)
        and not isinstance(y, Tensor)
        and (is_traced(x) or is_traced(y))
    )


def _bad_shapes(name, x, y, error):
    if isinstance(error, (InvalidArgumentError, OutOfScopeError)):
        return error
    shapes = ", ".join(str(list(np.shape(v))) for v in (x, y))
    return InvalidArgumentError(f"Incompatible shapes: {shapes} [Op:{name}]: {error}")


def _on_strings(function, x, y):
    x, y = convert_to_tensor(x)._host(), convert_to_tensor(y)._host()
    try:
        result = function(x, y)
    except ValueError as error:
        raise InvalidArgumentError(
            f"Incompatible shapes: {list(x.shape)} vs. {list(y.shape)}"
        ) from error
    return Tensor(np.asarray(result))


def _string_add(x, y):
    return np.asarray(np.add(x, y), dtype=object)


def _string_equal(x, y):
    return np.asarray(np.equal(x, y), dtype=bool)


def _string_not_equal(x, y):
    return np.asarray(np.not_equal(x, y), dtype=bool)


def unary(name, function, allowed=_NUMBERS):
    """Makes a function of one tensor.

    Args:
        name: the operation's name in messages.
        function: the function of arrays.
        allowed: names of the dtypes it is defined for.
    """

    def compute(x):
        if isinstance(x, KerasTensor) or is_traced(x):
            return function(x)
        x = convert_to_tensor(x)
        check_dtype(name, x.dtype, allowed)
        return call_on_tensors(function, (x,), {})

    return compute


@op(path="tf.abs")
def absolute_of(x):
    """Returns absolute values; the gradient at zero is zero."""
    if jnp.iscomplexobj(x):
        return jnp.abs(x)
    return x * jax.lax.stop_gradient(jnp.sign(x))


def _true_divide(x, y):
    kind = np.dtype(getattr(x, "dtype", None) or y.dtype)
    if kind.kind in "iu":
        # As in TensorFlow, narrow integers give float32, the others float64.
        wide = "float32" if kind.itemsize < 4 else "float64"
        with jax.enable_x64(True):
            return ops.divide(_as(x, wide), _as(y, wide))
    return ops.divide(x, y)


def _as(x, dtype):
    return ops.cast(x, dtype) if hasattr(x, "dtype") else float(x)


def _checked_by_zero(name, function):
    def compute(x, y):
        kind = getattr(x, "dtype", None)
        kind = kind if kind is not None else y.dtype
        if (
            np.dtype(kind).kind in "iu"
            and not is_traced(y)
            and np.any(np.asarray(y) == 0)
        ):
            raise InvalidArgumentError(f"Integer division by zero [Op:{name}]")
        return function(x, y)

    return compute


def _logical(on_bool, on_integers):
    def compute(x, y):
        kind = getattr(x, "dtype", None)
        kind = kind if kind is not None else y.dtype
        return (on_bool if kind == np.dtype("bool") else on_integers)(x, y)

    return compute


def _invert(x):
    return ops.logical_not(x) if x.dtype == bool else ops.bitwise_invert(x)


def _matmul(x, y):
    for array in (x, y):
        if array.ndim < 2:
            raise InvalidArgumentError(
                f"In[0] and In[1] must have at least two axes: received shapes "
                f"{list(x.shape)} and {list(y.shape)} [Op:MatMul]. Use "
                "`tf.tensordot`, or add an axis."
            )
    return ops.matmul(x, y)


def _equality(name, function, on_strings):
    compute = binary(name, function, _ALL - {"string"}, on_strings)

    def compare(x, y):
        try:
            return compute(x, y)
        except MixedDtypesError:
            raise
        except InvalidArgumentError:
            # Shapes that do not broadcast: the tensors differ, says TensorFlow.
            return convert_to_tensor(name == "NotEqual")

    return compare


add = binary("AddV2", ops.add, _NUMBERS, _string_add)
subtract = binary("Sub", ops.subtract)
multiply = binary("Mul", ops.multiply)
divide = binary("RealDiv", _true_divide)
floordiv = binary("FloorDiv", _checked_by_zero("FloorDiv", ops.floor_divide), _REALS)
floormod = binary("FloorMod", _checked_by_zero("FloorMod", ops.mod), _REALS)
pow = binary("Pow", ops.power)
matmul = binary("MatMul", _matmul)
less = binary("Less", ops.less, _REALS)
less_equal = binary("LessEqual", ops.less_equal, _REALS)
greater = binary("Greater", ops.greater, _REALS)
greater_equal = binary("GreaterEqual", ops.greater_equal, _REALS)
equal = _equality("Equal", ops.equal, _string_equal)
not_equal = _equality("NotEqual", ops.not_equal, _string_not_equal)
# `tf.equal`, unlike `==`, refuses shapes that do not broadcast.
strictly_equal = binary("Equal", ops.equal, _ALL - {"string"}, _string_equal)
strictly_not_equal = binary(
    "NotEqual", ops.not_equal, _ALL - {"string"}, _string_not_equal
)
_BITS = _INTEGERS | {"bool"}
logical_and = binary("LogicalAnd", _logical(ops.logical_and, ops.bitwise_and), _BITS)
logical_or = binary("LogicalOr", _logical(ops.logical_or, ops.bitwise_or), _BITS)
logical_xor = binary("LogicalXor", _logical(ops.logical_xor, ops.bitwise_xor), _BITS)
negative = unary("Neg", ops.negative)
absolute = unary("Abs", absolute_of)
invert = unary("Invert", _invert, _BITS)
identity = unary("Identity", ops.copy, _ALL)


def _round(x, ndigits=None):
    return call_on_tensors(
        functools.partial(ops.round, decimals=ndigits or 0), (x,), {}
    )


_BINARY = {
    "add": add,
    "sub": subtract,
    "mul": multiply,
    "truediv": divide,
    "floordiv": floordiv,
    "mod": floormod,
    "pow": pow,
    "matmul": matmul,
    "and": logical_and,
    "or": logical_or,
    "xor": logical_xor,
}
_COMPARISONS = {
    "eq": equal,
    "ne": not_equal,
    "lt": less,
    "le": less_equal,
    "gt": greater,
    "ge": greater_equal,
}


def _defers_to(other) -> bool:
    """Tells whether the other operand has operators of its own for tensors."""
    return getattr(type(other), "_wins_over_tensors", False)


def _method(function, reflected=False):
    def method(self, other):
        if _defers_to(other):
            return NotImplemented
        return function(other, self) if reflected else function(self, other)

    return method


def _comparison(name, function):
    def method(self, other):
        if other is None:
            return name == "ne" if name in ("eq", "ne") else NotImplemented
        return NotImplemented if _defers_to(other) else function(self, other)

    return method


def install_tensor_operators(cls):
    """Gives a class the operators of tensors.

    Args:
        cls: `Tensor`, or the `tf` face's variable.
    """
    for name, function in _BINARY.items():
        setattr(cls, f"__{name}__", _method(function))
        setattr(cls, f"__r{name}__", _method(function, reflected=True))
    for name, function in _COMPARISONS.items():
        setattr(cls, f"__{name}__", _comparison(name, function))
    cls.__neg__ = lambda self: negative(self)
    cls.__pos__ = lambda self: self
    cls.__abs__ = lambda self: absolute(self)
    cls.__invert__ = lambda self: invert(self)
    cls.__round__ = lambda self, ndigits=None: _round(self, ndigits)
    cls.__getitem__ = lambda self, key: get_item(self, key)


# Indexing.

_NOT_AN_INDEX = (
    "Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and scalar "
    "tf.int32/tf.int64 tensors are valid indices, got {!r}"
)


def get_item(x, key):
    """Takes a part of a tensor: integers, slices, `...` and `tf.newaxis`.

    Args:
        x: a tensor.
        key: what stands in the brackets; a mask of truth values takes entries.

    Raises:
        InvalidArgumentError: for an integer out of bounds.
        TypeError: for what is no index.
    """
    x = convert_to_tensor(x)
    if isinstance(key, (Tensor, np.ndarray)) and np.dtype(key.dtype) == bool:
        return Tensor(x._host()[np.asarray(key)])
    key = tuple(key) if isinstance(key, (tuple, list)) else (key,)
    key = tuple(_index(entry) for entry in key)
    _check_bounds(x.shape, key)
    if isinstance(x._value, np.ndarray):
        return Tensor(np.asarray(x._value[key]))
    return call_on_tensors(ops.get_item, (x, key), {})


def _index(entry):
    if entry is None or entry is Ellipsis or type(entry) is int:
        return entry
    if isinstance(entry, slice):
        return slice(*(_bound(b) for b in (entry.start, entry.stop, entry.step)))
    value = entry._value if isinstance(entry, Tensor) else entry
    if is_traced(value):
        return value
    try:
        return operator.index(entry)
    except (TypeError, AttributeError):
        raise TypeError(_NOT_AN_INDEX.format(entry)) from None


def _bound(bound):
    return None if bound is None else operator.index(bound)


def _check_bounds(shape, key):
    used = sum(entry is not None and entry is not Ellipsis for entry in key)
    if used > len(shape):
        reason = "scalar input" if not shape.rank else f"shape {tuple(shape)}"
        raise InvalidArgumentError(
            f"Attempting to slice {reason} with {used} indices [Op:StridedSlice]"
        )
    axis = 0
    for entry in key:
        if entry is Ellipsis:
            axis += len(shape) - used
        elif entry is not None:
            known = shape[axis] is not None and type(entry) is int
            if known and not -shape[axis] <= entry < shape[axis]:
                raise InvalidArgumentError(
                    f"slice index {entry} of dimension {axis} out of bounds. "
                    "[Op:StridedSlice]"
                )
            axis += 1


install_tensor_operators(Tensor)
