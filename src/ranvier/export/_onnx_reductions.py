"""Reductions, running sums, order."""

import numpy as np

from ranvier.export._onnx_rules import Untranslatable, output_of, rule
from ranvier.export._onnx_values import constant

_REDUCTIONS = {
    "reduce_max": "ReduceMax",
    "reduce_min": "ReduceMin",
    "reduce_prod": "ReduceProd",
    "reduce_sum": "ReduceSum",
    "reduce_or": "ReduceMax",
    "reduce_and": "ReduceMin",
}


@rule(*_REDUCTIONS)
def _reduce(graph, equation, x):
    name = equation.primitive.name
    if name in ("reduce_or", "reduce_and") and x.dtype != "bool":
        raise Untranslatable("it works on the bits of numbers")
    axes = constant(np.array(equation.params["axes"], np.int64))
    shape, _ = output_of(equation)
    if not equation.params["axes"]:
        return x
    given = x.dtype
    wide = "int32" if given == "bool" else given
    x = graph.cast(x, wide)
    # `compute` would give the axes another dtype.
    known = wide in ("float32", "float64", "int32", "int64")
    x = x if known else graph.cast(x, "int64")
    reduced = graph.node(_REDUCTIONS[name], [x, axes], shape, x.dtype, keepdims=0)
    return graph.cast(reduced, given)


@rule("argmax", "argmin")
def _arg(graph, equation, x):
    op = {"argmax": "ArgMax", "argmin": "ArgMin"}[equation.primitive.name]
    [axis] = equation.params["axes"]
    shape, dtype = output_of(equation)
    if x.dtype not in ("float32", "float64", "int32"):
        x = graph.cast(x, "int32")
    found = graph.node(op, [x], shape, "int64", axis=int(axis), keepdims=0)
    return graph.cast(found, dtype)


@rule("cumsum")
def _cumsum(graph, equation, x):
    axis = constant(equation.params["axis"], "int64")
    given = x.dtype
    if given not in ("float32", "float64", "int32", "int64"):
        x = graph.cast(x, "int64")
    reverse = int(equation.params["reverse"])
    total = graph.node("CumSum", [x, axis], x.shape, x.dtype, reverse=reverse)
    return graph.cast(total, given)


@rule("cummax", "cummin", "cumprod")
def _cumulate(graph, equation, x):
    axis, rank = equation.params["axis"], len(x.shape)
    size = x.shape[axis]
    if not isinstance(size, int) or x.dtype not in ("float32", "int32"):
        raise Untranslatable("ONNX has running sums only")
    # Reduce a matrix in place of the axis, with what comes later made neutral.
    op, neutral = {
        "cummax": ("ReduceMax", -np.inf),
        "cummin": ("ReduceMin", np.inf),
        "cumprod": ("ReduceProd", 1),
    }[equation.primitive.name]
    if x.dtype == "int32":
        limits = np.iinfo("int32")
        neutral = np.clip(neutral, limits.min, limits.max)
    seen = np.tri(size, dtype=bool)
    seen = seen.T if equation.params["reverse"] else seen
    seen = seen.reshape([size, size] + [1] * (rank - axis - 1))
    wide = [*x.shape[:axis], 1, *x.shape[axis:]]
    whole = [*x.shape[:axis], size, *x.shape[axis:]]
    rows = graph.reshape(x, wide)
    rows = graph.select(constant(seen), rows, constant(neutral, x.dtype), whole)
    axes = constant(np.array([axis + 1], np.int64))
    return graph.node(op, [rows, axes], x.shape, x.dtype, keepdims=0)


@rule("sort")
def _sort(graph, equation, *values):
    params = equation.params
    if params["num_keys"] != 1:
        raise Untranslatable("it sorts by several keys")
    keys, axis = values[0], params["dimension"]
    given = keys.dtype
    if given not in ("float32", "float64", "int32", "int64"):
        keys = graph.cast(keys, "int64")
    ordered, places = _top(graph, keys, keys.shape[axis], axis, largest=0)
    moved = [
        graph.node("GatherElements", [x, places], x.shape, x.dtype, axis=axis)
        for x in values[1:]
    ]
    return [graph.cast(ordered, given), *moved]


@rule("top_k")
def _top_k(graph, equation, x):
    (shape, _), (_, dtype) = (output_of(equation, i) for i in (0, 1))
    axis = equation.params.get("axis", len(shape) - 1)
    given = x.dtype
    if given not in ("float32", "float64", "int32", "int64"):
        x = graph.cast(x, "int64")
    best, places = _top(graph, x, shape[axis], axis, largest=1)
    return [graph.cast(best, given), graph.cast(places, dtype)]


def _top(graph, x, count, axis, largest):
    shape = list(x.shape)
    shape[axis] = count
    outputs = [(shape, x.dtype), (shape, "int64")]
    return graph.nodes_of(
        "TopK", [x, graph.vector([count])], outputs, axis=axis, largest=largest
    )
