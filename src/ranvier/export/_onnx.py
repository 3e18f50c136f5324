"""ONNX models, from the equations of the traced program."""

import dataclasses
import json

import jax

from ranvier._version import __version__
from ranvier.core import _tree
from ranvier.core._errors import require
from ranvier.export import (  # noqa: F401  (they fill the table of rules)
    _onnx_control,
    _onnx_elementwise,
    _onnx_indexing,
    _onnx_products,
    _onnx_reductions,
    _onnx_shapes,
    _onnx_windows,
)
from ranvier.export._onnx_convert import convert
from ranvier.export._onnx_graph import Graph
from ranvier.export._onnx_values import stored_dtype, to_array
from ranvier.saving._exported_onnx import METADATA_KEY
from ranvier.saving._signature import Signature

# The oldest with all the operators used; a newer one brings nothing that is needed.
_OPSET = 18
_MAX_BYTES = 2**31 - 2**20


def to_onnx(function, opset_version=None):
    """Returns an inference function as an ONNX model.

    Weights become initializers of their names. Floats narrower than 32 bits become
    float32: few tools compute with them.

    Args:
        function: an `InferenceFunction`.
        opset_version: the version of the operators, 18 or later; default 18.

    Returns:
        The `onnx.ModelProto`, checked.

    Raises:
        ValueError: for a version that is not known, a computation that ONNX cannot
            express (naming layer and operation), and more than 2 GB of weights.
    """
    onnx = require("onnx", "onnx")
    opset = _OPSET if opset_version is None else opset_version
    newest = onnx.defs.onnx_opset_version()
    if not isinstance(opset, int) or not _OPSET <= opset <= newest:
        raise ValueError(
            f"`opset_version` must be a whole number from {_OPSET} to {newest}. "
            f"Received: opset_version={opset_version!r}"
        )
    size = sum(array.nbytes for array in function.weights.values())
    if size > _MAX_BYTES:
        raise ValueError(
            f"The model '{function.name}' has {size:,} bytes of weights. An ONNX file "
            "holds 2 GB; use format='stablehlo'."
        )
    signature = _of_stored_dtypes(function.signature)
    graph = _to_graph(onnx, function, signature)
    model = onnx.helper.make_model_gen_version(
        graph,
        opset_imports=[onnx.helper.make_opsetid("", opset)],
        producer_name="ranvier",
        producer_version=__version__,
    )
    text = json.dumps(signature.to_json())
    onnx.helper.set_model_props(model, {METADATA_KEY: text})
    onnx.checker.check_model(model)
    return model


def _to_graph(onnx, function, signature):
    program = jax.jit(function).trace(*function.arguments).jaxpr
    graph = Graph(onnx)
    infos = _tree.flatten(signature.outputs)
    names = [graph.take_name(info.name) for info in infos]
    inputs = [
        graph.add_input(info.name, struct.shape, info.dtype)
        for info, struct in zip(
            _tree.flatten(signature.inputs), function.arguments[1], strict=True
        )
    ]
    weights = [
        graph.add_weight(name, to_array(array))
        for name, array in function.weights.items()
    ]
    values = convert(graph, program, [*weights, *inputs])
    outputs = [
        graph.name_output(graph.expand(value, atom.aval.shape), name)
        for value, atom, name in zip(values, program.jaxpr.outvars, names, strict=True)
    ]
    return graph.to_proto(
        function.name,
        [graph.describe(value) for value in inputs],
        [graph.describe(value) for value in outputs],
    )


def _of_stored_dtypes(signature):
    def stored(info):
        return dataclasses.replace(info, dtype=stored_dtype(info.dtype))

    return Signature(
        _tree.map_structure(stored, signature.inputs),
        _tree.map_structure(stored, signature.outputs),
    )
