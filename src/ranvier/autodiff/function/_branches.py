"""Branches on a traced value: each is traced once, and one runs."""

import jax
import jax.numpy as jnp
from jax import lax

from ranvier.autodiff.function import _capture
from ranvier.autodiff.function._values import Parts, Slot, put_together, take_apart
from ranvier.core import _tree
from ranvier.core._variable import Variable


class Inputs:
    """What programs read besides their arguments, without repetition.

    Args:
        programs: `Traced` programs that are about to run in the current trace.

    Attributes:
        moving: the variables that one of them writes.
        kept: the variables that they only read.
        captured: the values of programs around that one of them uses.
    """

    def __init__(self, programs):
        written = {id(v): v for p in programs for v in p.written}
        read = {id(v): v for p in programs for v in p.variables}
        captured = {id(c): c for p in programs for c in p.captured}
        self.moving = list(written.values())
        self.kept = [v for key, v in read.items() if key not in written]
        self.captured = list(captured.values())
        self._moving = {key: i for i, key in enumerate(written)}
        others = [*map(id, self.kept), *captured]
        self._constant = {key: i for i, key in enumerate(others)}

    def values(self):
        """Returns the present values: of `moving`, and of all that is constant."""
        constants = [*[v.value for v in self.kept], *self.captured]
        return [v.value for v in self.moving], constants

    def of(self, program, moving, constants):
        """Returns the values that a program takes, variables and captured ones."""

        def value(item):
            place = self._moving.get(id(item))
            if place is not None:
                return moving[place]
            return constants[self._constant[id(item)]]

        return [*map(value, program.variables)], [*map(value, program.captured)]

    def updated(self, program, moving, new):
        """Returns the values of `moving` after a program wrote some."""
        moving = list(moving)
        for variable, value in zip(program.written, new, strict=True):
            moving[self._moving[id(variable)]] = value
        return moving

    def assign(self, moving):
        """Stores the new values of `moving`."""
        for variable, value in zip(self.moving, moving, strict=True):
            Variable.assign(variable, value)


def branch(index, functions, compare):
    """Runs one of several functions, chosen by a traced number.

    Args:
        index: an integer array, within bounds.
        functions: take nothing and return structures of tensors.
        compare: called with the list of the templates of the results and of lists of
            array types; raises if they differ.

    Returns:
        The structure of results.
    """
    programs, templates = [], []
    for function in functions:
        program, template = trace_block(function, [])
        programs.append(program)
        templates.append(template)
    compare(templates, [p.out_types for p in programs])
    inputs = Inputs(programs)

    def run(index, moving, constants):
        def one(program):
            def call(moving, constants):
                outputs, new = program(*inputs.of(program, moving, constants), [])
                return outputs, inputs.updated(program, moving, new)

            return call

        index = index.astype(jnp.int32)
        return lax.switch(index, [one(p) for p in programs], moving, constants)

    outputs, moving = call_in_trace(run, index, *inputs.values())
    inputs.assign(moving)
    return put_together(templates[0], outputs)


def trace_block(function, structs):
    """Traces a part of a function.

    Args:
        function: takes arrays; returns a structure of tensors.
        structs: types of the arrays.

    Returns:
        The `Traced` program and the template of the result.
    """
    box = []

    def body(*arrays):
        outputs: list = []
        box.append(take_apart(function(*arrays), outputs))
        return outputs

    return _capture.trace(body, structs), box[0]


def call_in_trace(function, *args):
    """Runs a function of arrays as one program inside the current trace.

    Lazy arrays of a tape that is open come in as its arguments, so that the tape
    remembers it as one operation.
    """
    with jax.enable_x64(True):
        return jax.jit(function)(*args)


def same_template(a, b) -> bool:
    """Tells whether two templates are the same but for constants."""
    if type(a) is Slot or type(b) is Slot:
        return type(a) is type(b)
    if isinstance(a, Parts) or isinstance(b, Parts):
        return (
            type(a) is type(b)
            and a.make is b.make
            and all(map(same_template, a.parts, b.parts))
        )
    if _tree.is_nested(a) or _tree.is_nested(b):
        if type(a) is not type(b) or len(a) != len(b):
            return False
        pairs_a, pairs_b = _tree._children(a), _tree._children(b)
        return all(
            key == other and same_template(x, y)
            for (key, x), (other, y) in zip(pairs_a, pairs_b, strict=True)
        )
    try:
        return a is b or bool(a == b)
    except (TypeError, ValueError):
        return False
