"""Arithmetic entry by entry."""

import math

import numpy as np

from ranvier.export._onnx_rules import Untranslatable, output_of, rule
from ranvier.export._onnx_values import constant, joint_shape

# Primitives that are one operator of ONNX.
_SAME = {
    "abs": "Abs",
    "acos": "Acos",
    "acosh": "Acosh",
    "add": "Add",
    "add_any": "Add",
    "asin": "Asin",
    "asinh": "Asinh",
    "atan": "Atan",
    "atanh": "Atanh",
    "ceil": "Ceil",
    "cos": "Cos",
    "cosh": "Cosh",
    "div": "Div",
    "erf": "Erf",
    "exp": "Exp",
    "floor": "Floor",
    "log": "Log",
    "logistic": "Sigmoid",
    "mul": "Mul",
    "neg": "Neg",
    "pow": "Pow",
    "sign": "Sign",
    "sin": "Sin",
    "sinh": "Sinh",
    "sqrt": "Sqrt",
    "sub": "Sub",
    "tan": "Tan",
    "tanh": "Tanh",
}
_COMPARISONS = {
    "eq": "Equal",
    "ge": "GreaterOrEqual",
    "gt": "Greater",
    "le": "LessOrEqual",
    "lt": "Less",
    # Total orders, which also rank NaN: they serve searches in sorted arrays.
    "eq_to": "Equal",
    "le_to": "LessOrEqual",
    "lt_to": "Less",
}
# Of truth values, and of the bits of integers.
_LOGIC = {
    "and": ("And", "BitwiseAnd"),
    "max": ("Or", "Max"),
    "min": ("And", "Min"),
    "not": ("Not", "BitwiseNot"),
    "or": ("Or", "BitwiseOr"),
    "xor": ("Xor", "BitwiseXor"),
}
_PASSED_ON = ("copy", "name", "pvary", "sharding_constraint", "stop_gradient")


@rule(*_SAME, pointwise=True)
def _same(graph, equation, *values):
    if equation.primitive.name == "pow":
        values = values[0], graph.cast(values[1], values[0].dtype)
    return graph.compute(_SAME[equation.primitive.name], values)


@rule(*_COMPARISONS, pointwise=True)
def _compare(graph, equation, *values):
    return graph.compute(_COMPARISONS[equation.primitive.name], values, dtype="bool")


@rule("ne", pointwise=True)
def _differ(graph, equation, *values):
    equal = graph.compute("Equal", values, dtype="bool")
    return graph.node("Not", [equal], equal.shape, "bool")


@rule(*_LOGIC, pointwise=True)
def _combine(graph, equation, *values):
    of_bools, of_numbers = _LOGIC[equation.primitive.name]
    if values[0].dtype == "bool":
        shape = joint_shape(*(value.shape for value in values))
        return graph.node(of_bools, values, shape, "bool")
    return graph.compute(of_numbers, values)


@rule("select_n", pointwise=True)
def _select(graph, equation, which, *cases):
    shape = joint_shape(which.shape, *(case.shape for case in cases))
    if which.dtype == "bool":
        return graph.select(which, cases[1], cases[0], shape)
    result = cases[-1]
    for index, case in enumerate(cases[:-1]):
        here = graph.compute(
            "Equal", [which, constant(index, which.dtype)], None, "bool"
        )
        result = graph.select(here, case, result, shape)
    return result


@rule("clamp", pointwise=True)
def _clamp(graph, equation, low, x, high):
    return graph.compute("Min", [graph.compute("Max", [low, x]), high])


@rule("convert_element_type", pointwise=True)
def _convert(graph, equation, x):
    return graph.cast(x, output_of(equation)[1])


@rule(*_PASSED_ON, lazy=True)
def _pass_on(graph, equation, x):
    return x


@rule("optimization_barrier", "device_put", lazy=True)
def _barrier(graph, equation, *values):
    return list(values)


@rule("reduce_precision", lazy=True)
def _reduce_precision(graph, equation, x):
    params = equation.params
    if params["exponent_bits"] < 8 or params["mantissa_bits"] < 23:
        raise Untranslatable("it rounds to a narrower type")
    return x


@rule("square", pointwise=True)
def _square(graph, equation, x):
    return graph.compute("Mul", [x, x])


@rule("integer_pow", pointwise=True)
def _integer_pow(graph, equation, x):
    exponent = equation.params["y"]
    if exponent == 2:
        return graph.compute("Mul", [x, x])
    return graph.compute("Pow", [x, constant(exponent, x.dtype)])


@rule("rsqrt", pointwise=True)
def _rsqrt(graph, equation, x):
    return graph.compute("Reciprocal", [graph.compute("Sqrt", [x])])


@rule("cbrt", pointwise=True)
def _cbrt(graph, equation, x):
    size = graph.compute("Abs", [x])
    root = graph.compute("Pow", [size, constant(1 / 3, x.dtype)])
    return graph.compute("Mul", [graph.compute("Sign", [x]), root])


@rule("exp2", pointwise=True)
def _exp2(graph, equation, x):
    return graph.compute("Pow", [constant(2, x.dtype), x])


@rule("expm1", pointwise=True)
def _expm1(graph, equation, x):
    # exp(x) - 1 = tanh(x / 2) * (exp(x) + 1) loses nothing near 0.
    half = graph.compute("Mul", [x, constant(0.5, x.dtype)])
    above = graph.compute("Add", [graph.compute("Exp", [x]), constant(1, x.dtype)])
    return graph.compute("Mul", [graph.compute("Tanh", [half]), above])


@rule("log1p", pointwise=True)
def _log1p(graph, equation, x):
    # Near 0, log(1 + x) = 2 * atanh(x / (2 + x)) loses nothing.
    one, two = (constant(n, x.dtype) for n in (1, 2))
    near = graph.compute(
        "Less", [graph.compute("Abs", [x]), constant(0.5, x.dtype)], None, "bool"
    )
    ratio = graph.compute("Div", [x, graph.compute("Add", [x, two])])
    small = graph.compute("Mul", [two, graph.compute("Atanh", [ratio])])
    large = graph.compute("Log", [graph.compute("Add", [x, one])])
    return graph.select(near, small, large, x.shape)


@rule("erfc", pointwise=True)
def _erfc(graph, equation, x):
    return graph.compute("Sub", [constant(1, x.dtype), graph.compute("Erf", [x])])


@rule("rem", pointwise=True)
def _rem(graph, equation, x, y):
    return graph.compute("Mod", [x, y], fmod=1)


@rule("atan2", pointwise=True)
def _atan2(graph, equation, y, x):
    shape, dtype = joint_shape(y.shape, x.shape), x.dtype
    zero, pi = constant(0, dtype), constant(math.pi, dtype)
    angle = graph.compute("Atan", [graph.compute("Div", [y, x])])
    below = graph.compute("Less", [y, zero], dtype="bool")
    half_turn = graph.select(below, graph.compute("Neg", [pi]), pi, y.shape)
    left = graph.compute("Less", [x, zero], dtype="bool")
    turned = graph.compute("Add", [angle, half_turn])
    result = graph.select(left, turned, angle, shape)
    quarter = graph.compute("Mul", [graph.compute("Sign", [y]), constant(pi.array / 2)])
    upright = graph.compute("Equal", [x, zero], dtype="bool")
    return graph.select(upright, quarter, result, shape)


@rule("round", pointwise=True)
def _round(graph, equation, x):
    if int(equation.params["rounding_method"]) == 1:  # to the nearest even number
        return graph.compute("Round", [x])
    size = graph.compute("Add", [graph.compute("Abs", [x]), constant(0.5, x.dtype)])
    rounded = graph.compute("Floor", [size])
    return graph.compute("Mul", [graph.compute("Sign", [x]), rounded])


@rule("is_finite", pointwise=True)
def _is_finite(graph, equation, x):
    # Infinities and NaN, and only they, are no numbers when multiplied by 0.
    product = graph.compute("Mul", [x, constant(0, x.dtype)])
    return graph.compute("Equal", [product, constant(0, x.dtype)], None, "bool")


@rule("shift_left", "shift_right_logical", "shift_right_arithmetic", pointwise=True)
def _shift(graph, equation, x, by):
    name = equation.primitive.name
    if not x.dtype.startswith("uint") and name != "shift_left":
        raise Untranslatable("ONNX shifts unsigned integers only")
    if not x.dtype.startswith("uint"):
        power = graph.compute("Pow", [constant(2, x.dtype), by])
        return graph.compute("Mul", [x, power])
    direction = "LEFT" if name == "shift_left" else "RIGHT"
    shape = joint_shape(x.shape, by.shape)
    return graph.node("BitShift", [x, by], shape, x.dtype, direction=direction)


@rule("nextafter", "population_count", "clz")
def _bits(graph, equation, *values):
    raise Untranslatable("it works on the bits of numbers")


@rule("iota", lazy=True)
def _iota(graph, equation, *sizes):
    shape, dtype = output_of(equation)
    axis = equation.params["dimension"]
    flat = [1] * len(shape)
    flat[axis] = shape[axis]
    if isinstance(shape[axis], int):
        return constant(np.arange(shape[axis]).reshape(flat), dtype)
    inputs = [constant(0, "int64"), graph.scalar(shape[axis]), constant(1, "int64")]
    numbers = graph.node("Range", inputs, (shape[axis],), "int64")
    return graph.cast(graph.reshape(numbers, flat), dtype)
