"""From the equations of a traced program to the nodes of a graph."""

import numpy as np
from jax.extend.core import ClosedJaxpr, Literal

from ranvier.export._equations import place_of, said
from ranvier.export._onnx_folding import fold, is_foldable
from ranvier.export._onnx_rules import RULES, Untranslatable
from ranvier.export._onnx_values import Value, constant, stored_dtype, to_array

_INLINED = (
    "closed_call",
    "core_call",
    "custom_jvp_call",
    "custom_vjp_call",
    "checkpoint",
    "composite",
    "jit",
    "remat",
    "remat2",
)
_REASONS = {
    "random": "it draws random numbers, which ONNX does not define alike",
    "rng": "it draws random numbers, which ONNX does not define alike",
    "threefry": "it draws random numbers, which ONNX does not define alike",
    "callback": "it calls Python while it runs",
    "bitcast": "it works on the bits of numbers",
}


def convert(graph, program, values, outer="") -> list:
    """Adds the nodes of a closed jaxpr; returns the values of its outputs.

    Args:
        graph: the graph.
        program: a `ClosedJaxpr`.
        values: those of its inputs.
        outer: the path of the equation that contains it.
    """
    jaxpr = program.jaxpr
    environment = dict(zip(jaxpr.invars, values, strict=True))
    for variable, array in zip(jaxpr.constvars, program.consts, strict=True):
        environment[variable] = constant(to_array(array))

    def read(atom):
        if isinstance(atom, Literal):
            return constant(np.asarray(atom.val, stored_dtype(atom.aval.dtype)))
        return environment[atom]

    for equation in _needed_equations(jaxpr):
        place = place_of(equation, outer)
        graph.place = place
        inputs = [read(atom) for atom in equation.invars]
        results = _convert_equation(graph, equation, inputs, place)
        environment.update(zip(equation.outvars, results, strict=True))
    graph.place = outer
    return [read(atom) for atom in jaxpr.outvars]


def _needed_equations(jaxpr):
    """Returns the equations that the outputs depend on, in order."""
    wanted = set(filter(_is_variable, jaxpr.outvars))
    kept = []
    for equation in reversed(jaxpr.eqns):
        if wanted.intersection(equation.outvars):
            kept.append(equation)
            wanted.update(filter(_is_variable, equation.invars))
    return kept[::-1]


def _is_variable(atom):
    return not isinstance(atom, Literal)


def _convert_equation(graph, equation, values, place):
    name = equation.primitive.name
    if name in _INLINED:
        program = equation.params.get("jaxpr", equation.params.get("call_jaxpr"))
        if not hasattr(program, "jaxpr"):
            program = ClosedJaxpr(program, ())
        return convert(graph, program, values, place)
    found = RULES.get(name)
    try:
        if found is None or "complex" in str(equation.outvars[0].aval.dtype):
            raise Untranslatable(_reason(equation))
        if not found.lazy and is_foldable(equation, values, found.pointwise):
            return fold(equation, values, found.pointwise)
        if not found.lazy and not found.pointwise:
            values = [
                graph.expand(value, tuple(atom.aval.shape))
                for value, atom in zip(values, equation.invars, strict=True)
            ]
        results = found.function(graph, equation, *values)
    except Untranslatable as error:
        raise ValueError(
            f"Cannot export {said(place)} to ONNX: its operation `{name}` has no "
            f"counterpart, since {error}. format='stablehlo' has all of JAX's "
            "operations."
        ) from None
    return [results] if isinstance(results, Value) else results


def _reason(equation):
    name = equation.primitive.name
    for part, reason in _REASONS.items():
        if part in name:
            return reason
    if "complex" in str(equation.outvars[0].aval.dtype):
        return "it computes with complex numbers"
    return "ONNX has no such operator, or none that ranvier knows"
