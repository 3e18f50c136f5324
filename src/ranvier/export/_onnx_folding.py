"""Arithmetic among constants, done while the graph is made."""

import math

import numpy as np

from ranvier.export._onnx_values import constant, is_static, joint_shape, to_array

# What is computed at once must not become larger than this, or than what it is from.
_LARGE = 2**16

# By NumPy where it agrees: JAX compiles a program for each operation and shape, which
# was nearly all of the time of an export.
_BY_NUMPY = {
    "abs": np.abs,
    "add": np.add,
    "and": np.bitwise_and,
    "ceil": np.ceil,
    "convert_element_type": np.asarray,
    "eq": np.equal,
    "exp": np.exp,
    "floor": np.floor,
    "ge": np.greater_equal,
    "gt": np.greater,
    "le": np.less_equal,
    "lt": np.less,
    "max": np.maximum,
    "min": np.minimum,
    "mul": np.multiply,
    "ne": np.not_equal,
    "neg": np.negative,
    "not": np.invert,
    "or": np.bitwise_or,
    "rsqrt": lambda x: 1 / np.sqrt(x),
    "select_n": lambda which, no, yes: np.where(which, yes, no),
    "sqrt": np.sqrt,
    "square": np.square,
    "sub": np.subtract,
}


def is_foldable(equation, values, pointwise) -> bool:
    """Tells whether an equation is computed at once.

    Args:
        equation: the equation.
        values: those of its inputs.
        pointwise: whether it works entry by entry.
    """
    if any(value.array is None for value in values):
        return False
    if pointwise:
        return True
    if not all(is_static(variable.aval.shape) for variable in equation.outvars):
        return False
    size = sum(math.prod(variable.aval.shape) for variable in equation.outvars)
    return size <= max(_LARGE, sum(value.array.size for value in values))


def fold(equation, values, pointwise) -> list:
    """Returns the results of an equation of constants.

    Entry by entry, constants are combined as they are, not spread out.
    """
    arrays = [
        value.array.astype(atom.aval.dtype)
        for value, atom in zip(values, equation.invars, strict=True)
    ]
    function = _BY_NUMPY.get(equation.primitive.name)
    if function is not None and len(arrays) <= 3:
        return [_by_numpy(function, equation, arrays)]
    if pointwise:
        shape = joint_shape(*(array.shape for array in arrays))
        shapes = [shape] * len(arrays)
    else:
        shapes = [atom.aval.shape for atom in equation.invars]
    arrays = [np.broadcast_to(a, s) for a, s in zip(arrays, shapes, strict=True)]
    results = equation.primitive.bind(*arrays, **equation.params)
    if not equation.primitive.multiple_results:
        results = [results]
    return [constant(to_array(result)) for result in results]


def _by_numpy(function, equation, arrays):
    with np.errstate(all="ignore"):
        result = np.asarray(function(*arrays))
    return constant(to_array(result.astype(equation.outvars[0].aval.dtype)))
