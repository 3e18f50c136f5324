"""Reductions of moving windows: pooling."""

import math

import numpy as np

from ranvier.export._onnx_rules import Untranslatable, output_of, rule
from ranvier.export._onnx_shapes import pad
from ranvier.export._onnx_values import constant


@rule("reduce_window_max")
def _window_max(graph, equation, x):
    return _pool(graph, equation, x, "MaxPool", -math.inf)


@rule("reduce_window_min")
def _window_min(graph, equation, x):
    negative = graph.compute("Neg", [x])
    return graph.compute(
        "Neg", [_pool(graph, equation, negative, "MaxPool", -math.inf)]
    )


@rule("reduce_window_sum")
def _window_sum(graph, equation, x):
    count = math.prod(equation.params["window_dimensions"])
    mean = _pool(graph, equation, x, "AveragePool", 0)
    return graph.compute("Mul", [mean, constant(count, mean.dtype)])


def _pool(graph, equation, x, op, fill):
    """Pools over the axes that have windows; the others become batch and channels."""
    params = equation.params
    shape, dtype = output_of(equation)
    if dtype != "float32":
        raise Untranslatable(f"it pools {dtype}")
    if any(n != 1 for n in params["base_dilation"]):
        raise Untranslatable("its entries are spread out")
    rank = len(shape)
    moving = [
        axis
        for axis in range(rank)
        if params["window_dimensions"][axis] != 1
        or params["window_strides"][axis] != 1
        or tuple(params["padding"][axis]) != (0, 0)
    ]
    still = [axis for axis in range(rank) if axis not in moving]
    if not moving:
        return x
    if op == "AveragePool" and any(params["window_dilation"][a] != 1 for a in moving):
        raise Untranslatable("its windows have holes")
    # ONNX limits the padding to the window; pad beforehand.
    x = pad(graph, x, constant(fill, dtype), [(*p, 0) for p in params["padding"]])
    order = still + moving
    x = graph.transpose(x, order)
    outer = [x.shape[i] for i in range(len(still))]
    leading = [math.prod(outer[:1]), math.prod(outer[1:])]
    x = graph.reshape(x, [*leading, *x.shape[len(still) :]])
    names = {
        "kernel_shape": "window_dimensions",
        "strides": "window_strides",
        "dilations": "window_dilation",
    }
    attributes = {
        name: [params[source][axis] for axis in moving]
        for name, source in names.items()
        if op == "MaxPool" or name != "dilations"
    }
    sizes = [shape[axis] for axis in moving]
    x = graph.node(op, [x], [*leading, *sizes], dtype, **attributes)
    x = graph.reshape(x, [*outer, *sizes])
    return graph.transpose(x, np.argsort(order))
