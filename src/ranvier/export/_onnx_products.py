"""Products of matrices, and convolutions."""

import math

import numpy as np

from ranvier.export._onnx_rules import Untranslatable, output_of, rule
from ranvier.export._onnx_shapes import pad
from ranvier.export._onnx_values import constant


@rule("dot_general")
def _dot_general(graph, equation, a, b):
    (contract_a, contract_b), (batch_a, batch_b) = equation.params["dimension_numbers"]
    shape, dtype = output_of(equation)
    a, b = _computable(graph, a, dtype), _computable(graph, b, dtype)
    free_a = _others(a, (*contract_a, *batch_a))
    free_b = _others(b, (*contract_b, *batch_b))
    # The common case stays one product: (..., k) with (k, n).
    plain = not batch_a and contract_a == (len(a.shape) - 1,) and len(b.shape) == 2
    if plain and free_a:
        b = graph.transpose(b, (*contract_b, *free_b))
        return graph.cast(graph.node("MatMul", [a, b], shape, a.dtype), dtype)
    batch = [a.shape[axis] for axis in batch_a]
    rows, columns = ([x.shape[i] for i in f] for x, f in ((a, free_a), (b, free_b)))
    inner = math.prod(a.shape[axis] for axis in contract_a)
    a = graph.transpose(a, (*batch_a, *free_a, *contract_a))
    b = graph.transpose(b, (*batch_b, *contract_b, *free_b))
    a = graph.reshape(a, (*batch, math.prod(rows), inner))
    b = graph.reshape(b, (*batch, inner, math.prod(columns)))
    whole = (*batch, math.prod(rows), math.prod(columns))
    product = graph.node("MatMul", [a, b], whole, a.dtype)
    return graph.cast(graph.reshape(product, shape), dtype)


def _computable(graph, x, dtype):
    known = ("float32", "float64", "int32", "int64")
    return graph.cast(x, dtype if dtype in known else "int64")


def _others(x, axes):
    return [axis for axis in range(len(x.shape)) if axis not in axes]


@rule("conv_general_dilated")
def _conv(graph, equation, x, kernel):
    params = equation.params
    if params["batch_group_count"] != 1:
        raise Untranslatable("it is a convolution over groups of the batch")
    numbers = params["dimension_numbers"]
    shape, dtype = output_of(equation)
    if dtype != "float32":
        raise Untranslatable(f"it is a convolution of {dtype}")
    x = graph.transpose(x, numbers.lhs_spec)
    kernel = graph.transpose(kernel, numbers.rhs_spec)
    config = [(0, 0, 0), (0, 0, 0)]
    for (low, high), dilation in zip(params["padding"], params["lhs_dilation"]):
        config.append((low, high, dilation - 1))
    pads = [config[axis][side] for side in (0, 1) for axis in range(2, len(config))]
    simple = all(isinstance(n, int) and n >= 0 for n in pads)
    if not simple or any(dilation != 1 for dilation in params["lhs_dilation"]):
        x = pad(graph, x, constant(0, x.dtype), config)
        pads = [0] * len(pads)
    made = [shape[axis] for axis in numbers.out_spec]
    result = graph.node(
        "Conv",
        [x, kernel],
        made,
        dtype,
        dilations=list(params["rhs_dilation"]),
        group=params["feature_group_count"],
        kernel_shape=list(kernel.shape[2:]),
        pads=pads,
        strides=list(params["window_strides"]),
    )
    return graph.transpose(result, np.argsort(numbers.out_spec))
