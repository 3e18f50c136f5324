"""Python's operators on symbolic tensors and variables, by way of ops.

`a + b` means `add(a, b)` whenever one of the two is such an object, so that graphs
and gradient tapes see it. Hashing is by identity.
"""

from ranvier.core._variable import Variable
from ranvier.ops._arithmetic import (
    absolute,
    add,
    divide,
    floor_divide,
    mod,
    multiply,
    negative,
    power,
    subtract,
)
from ranvier.ops._bits import bitwise_invert, left_shift, right_shift
from ranvier.ops._comparison import (
    equal,
    greater,
    greater_equal,
    less,
    less_equal,
    logical_and,
    logical_or,
    logical_xor,
    not_equal,
)
from ranvier.ops._indexing import get_item
from ranvier.ops._products import matmul
from ranvier.ops._rounding import round
from ranvier.ops._shapes import copy
from ranvier.ops._symbolic import KerasTensor

_UNARY = {
    "neg": negative,
    "pos": copy,
    "abs": absolute,
    "invert": bitwise_invert,
}
# These have a reflected form: `2 - x` calls `x.__rsub__(2)`.
_BINARY = {
    "add": add,
    "sub": subtract,
    "mul": multiply,
    "truediv": divide,
    "floordiv": floor_divide,
    "mod": mod,
    "pow": power,
    "matmul": matmul,
    "and": logical_and,
    "or": logical_or,
    "xor": logical_xor,
    "lshift": left_shift,
    "rshift": right_shift,
}
_COMPARISONS = {
    "eq": equal,
    "ne": not_equal,
    "lt": less,
    "le": less_equal,
    "gt": greater,
    "ge": greater_equal,
}


def install_operators(cls, equality=True):
    """Gives a class of tensors Python's operators.

    Args:
        cls: the class; ops must accept its instances.
        equality: whether `==` is elementwise too. Symbolic tensors, as in Keras, are
            equal to themselves only, so that they can be looked up in lists.

    Returns:
        The class, so that this can decorate it.

    Example:
        >>> (1.0 - Variable([1.0, 3.0])) ** 2
        Array([0., 4.], dtype=float32)
    """
    for name, function in _UNARY.items():
        setattr(cls, f"__{name}__", _unary(function))
    for name, function in _BINARY.items():
        setattr(cls, f"__{name}__", _binary(function))
        setattr(cls, f"__r{name}__", _reflected(function))
    for name, function in _COMPARISONS.items():
        if name == "eq" and not equality:
            continue
        setattr(cls, f"__{name}__", _comparison(function))
    cls.__getitem__ = _binary(get_item)
    cls.__round__ = _round
    cls.__hash__ = object.__hash__
    # NumPy's arrays, on the left, leave the operation to us.
    cls.__array_priority__ = 1000
    return cls


def _unary(function):
    return lambda self: function(self)


def _binary(function):
    return lambda self, other: function(self, other)


def _reflected(function):
    return lambda self, other: function(other, self)


def _comparison(function):
    # None is no tensor: `x == None` is then answered by Python, with False.
    return lambda self, other: (
        NotImplemented if other is None else function(self, other)
    )


def _round(self, ndigits=None):
    return round(self, ndigits or 0)


install_operators(KerasTensor, equality=False)
install_operators(Variable)
