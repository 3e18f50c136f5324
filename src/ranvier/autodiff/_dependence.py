"""Which inputs a program's outputs depend on, as far as gradients go."""

import jax.numpy as jnp
from jax.extend.core import ClosedJaxpr, Jaxpr, Literal

# Their derivative is no number, or taken to be none.
_WITHOUT_GRADIENT = frozenset(
    {"stop_gradient", "floor", "ceil", "round", "argmax", "argmin"}
)


def dependences(jaxpr) -> set:
    """Returns the numbers of the inputs that a path of real numbers leads from.

    Args:
        jaxpr: the program. Paths through integers, truth values and functions that
            gradients do not pass are no paths.
    """
    needed = {v for v in jaxpr.outvars if not isinstance(v, Literal)}
    for equation in reversed(jaxpr.eqns):
        outputs = [i for i, v in enumerate(equation.outvars) if v in needed]
        if not outputs or equation.primitive.name in _WITHOUT_GRADIENT:
            continue
        for i in _inputs_of(equation, outputs):
            variable = equation.invars[i]
            if not isinstance(variable, Literal) and _is_real(variable.aval):
                needed.add(variable)
    return {i for i, v in enumerate(jaxpr.invars) if v in needed}


def _inputs_of(equation, outputs):
    """Returns the numbers of the inputs that some outputs of an equation depend on."""
    inner = equation.params.get("jaxpr")
    if isinstance(inner, ClosedJaxpr):
        inner = inner.jaxpr
    if isinstance(inner, Jaxpr) and equation.primitive.name in ("jit", "pjit"):
        chosen = inner.replace(outvars=[inner.outvars[i] for i in outputs])
        return dependences(chosen)
    return range(len(equation.invars))


def _is_real(aval) -> bool:
    return jnp.issubdtype(aval.dtype, jnp.inexact)
