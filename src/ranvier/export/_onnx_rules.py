"""The table of what is translated: a rule for each of JAX's primitives."""

import dataclasses
from collections.abc import Callable

from ranvier.export._onnx_values import stored_dtype

RULES: dict = {}


@dataclasses.dataclass(frozen=True)
class Rule:
    """How a primitive becomes nodes.

    Attributes:
        function: `(graph, equation, *values) -> value or list of values`.
        pointwise: whether it works entry by entry, so that values need not be spread
            out to their whole shape.
        lazy: whether it deals with such values, and with constants, by itself.
    """

    function: Callable
    pointwise: bool = False
    lazy: bool = False


class Untranslatable(ValueError):
    """An equation that has no counterpart; the message says why."""


def rule(*names, **options):
    """Decorates the function that translates the primitives of these names."""

    def register(function):
        RULES.update(dict.fromkeys(names, Rule(function, **options)))
        return function

    return register


def output_of(equation, index=0):
    """Returns shape and dtype of an output of an equation."""
    aval = equation.outvars[index].aval
    return tuple(aval.shape), stored_dtype(aval.dtype)
