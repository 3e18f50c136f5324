"""Branches and loops: their bodies are graphs of their own."""

import numpy as np

from ranvier.export._onnx_convert import convert
from ranvier.export._onnx_graph import Graph
from ranvier.export._onnx_rules import output_of, rule
from ranvier.export._onnx_values import Value, constant, stored_dtype


@rule("cond")
def _cond(graph, equation, index, *operands):
    outputs = [output_of(equation, i) for i in range(len(equation.outvars))]
    index = graph.cast(index, "int32")
    return _branch(graph, index, 0, equation.params["branches"], operands, outputs)


def _branch(graph, index, number, branches, operands, outputs):
    """Runs the branch of a number or later, as the index says."""
    if number == len(branches) - 1:
        return convert(graph, branches[number], operands, graph.place)
    here = graph.compute("LessOrEqual", [index, constant(number, "int32")], (), "bool")

    def this(body):
        return convert(body, branches[number], operands, body.place)

    def later(body):
        return _branch(body, index, number + 1, branches, operands, outputs)

    attributes = {
        "then_branch": _body(graph, "then", [], this, outputs),
        "else_branch": _body(graph, "else", [], later, outputs),
    }
    return graph.nodes_of("If", [here], outputs, **attributes)


@rule("while")
def _while(graph, equation, *values):
    params = equation.params
    of_condition, of_body = params["cond_nconsts"], params["body_nconsts"]
    fixed_condition = values[:of_condition]
    fixed_body = values[of_condition : of_condition + of_body]
    carried = values[of_condition + of_body :]
    outputs = [output_of(equation, i) for i in range(len(equation.outvars))]

    def goes_on(graph, state):
        program = params["cond_jaxpr"]
        return convert(graph, program, [*fixed_condition, *state], graph.place)[0]

    def step(body, _, __, *state):
        program = params["body_jaxpr"]
        state = convert(body, program, [*fixed_body, *state], body.place)
        state = _expanded(body, state, outputs)
        return [goes_on(body, state), *state]

    flag = ((), "bool")
    loop = _body(graph, "loop", [((), "int64"), flag, *outputs], step, [flag, *outputs])
    inputs = ["", goes_on(graph, carried), *carried]
    return graph.nodes_of("Loop", inputs, outputs, body=loop)


@rule("scan")
def _scan(graph, equation, *values):
    params = equation.params
    consts, carries = params["num_consts"], params["num_carry"]
    fixed, state, rows = (
        values[:consts],
        values[consts : consts + carries],
        values[consts + carries :],
    )
    outputs = [output_of(equation, i) for i in range(len(equation.outvars))]
    program = params["jaxpr"]
    if not rows:  # ONNX steps over something
        rows = (_counter(graph, params["length"]),)
    given = len(values) - consts - carries

    def step(body, *arguments):
        used = arguments[: carries + given]
        return convert(body, program, [*fixed, *used], body.place)

    inner = [
        (tuple(v.aval.shape), stored_dtype(v.aval.dtype)) for v in program.jaxpr.outvars
    ]
    inputs = inner[:carries] + [(row.shape[1:], row.dtype) for row in rows]
    attributes = {}
    if params["reverse"]:
        attributes["scan_input_directions"] = [1] * len(rows)
        if len(outputs) > carries:
            attributes["scan_output_directions"] = [1] * (len(outputs) - carries)
    return graph.nodes_of(
        "Scan",
        [*state, *rows],
        outputs,
        body=_body(graph, "scan", inputs, step, inner),
        num_scan_inputs=len(rows),
        **attributes,
    )


def _counter(graph, length) -> Value:
    if isinstance(length, int):
        return constant(np.zeros(length), "float32")
    return graph.expand(constant(np.zeros(1), "float32"), (length,))


def _expanded(graph, values, outputs):
    return [
        graph.expand(value, shape)
        for value, (shape, _) in zip(values, outputs, strict=True)
    ]


def _body(graph, name, inputs, build, outputs):
    """Returns the graph of a body.

    Args:
        graph: the graph around it.
        name: its name.
        inputs: pairs `(shape, dtype)`.
        build: `(body, *values) -> values of the outputs`.
        outputs: pairs `(shape, dtype)`.
    """
    body = Graph(graph.onnx, parent=graph)
    values = [
        Value(tuple(shape), dtype, name=body.take_name(f"{name}_input"))
        for shape, dtype in inputs
    ]
    results = _expanded(body, build(body, *values), outputs)
    # A name of their own: an output may be an input, or a value from outside.
    results = [body.node("Identity", [r], r.shape, r.dtype) for r in results]
    return body.to_proto(
        name, [body.describe(v) for v in values], [body.describe(r) for r in results]
    )
