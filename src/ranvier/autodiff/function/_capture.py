"""Tracing object code once: what it reads becomes an input, wherever it comes from.

A program must not run the user's Python twice to learn which variables it reads. So a
variable that is read while a trace runs gives a *hole*: a tracer of no trace, which
JAX takes for a constant of the program. Afterwards the constants that are holes are
made inputs. Values of programs around (and lazy arrays of gradient tapes) that the
code closes over are found in the same way.
"""

import contextlib

import jax
import numpy as np
from jax._src import core as jax_core

from ranvier.autodiff import _lazy
from ranvier.autodiff._lazy import Lazy
from ranvier.core import _scope
from ranvier.core._scope import StateScope
from ranvier.core._variable import Variable

_WIDE = frozenset(map(np.dtype, ("int64", "uint64", "float64", "complex128")))


class _NoTrace(jax_core.Trace):
    """The trace of holes: nothing is computed in it."""


_no_trace = _NoTrace()


class Hole(jax_core.Tracer):
    """Stands in a trace for a value that is put in later."""

    def __init__(self, aval):
        super().__init__(_no_trace, aval)

    def full_lower(self):
        return self


class CaptureScope(StateScope):
    """Gives a hole for each variable that is read while it is open.

    Args:
        allow_new: whether `tf.Variable`s may be made inside.

    Attributes:
        holes: `{id of the variable: (variable, hole)}`, in the order of reading.
        created: the variables that were made inside.
    """

    takes_inputs = True

    def __init__(self, allow_new=True):
        super().__init__()
        self.holes: dict = {}
        self.lazy_holes: dict = {}
        self.created: list = []
        self._allow_new = allow_new

    def lookup(self, variable):
        entry = self._values.get(id(variable))
        if entry is not None:
            return entry[1]
        hole = Hole(jax_core.ShapedArray(variable._shape, np.dtype(variable._dtype)))
        self.holes[id(variable)] = (variable, hole)
        self._values[id(variable)] = (variable, hole)
        return hole

    def stand_in(self, lazy):
        """Returns the hole for a lazy array of a tape around."""
        known = self.lazy_holes.get(id(lazy.value))
        if known is None:
            known = self.lazy_holes[id(lazy.value)] = lazy, Hole(lazy.aval)
        return known[1]

    def note_new(self, variable):
        # Keras's variables are not counted: layers and optimizers make theirs when
        # they are first used, and keep them.
        if getattr(variable, "_is_tensor_face", False):
            if not self._allow_new:
                raise ValueError(_NEW_VARIABLE.format(variable._name))
            self.created.append(variable)


_NEW_VARIABLE = (
    "tf.function only supports singleton tf.Variables created on the first call. Make "
    "sure the tf.Variable is only created once or created outside tf.function. See "
    "https://www.tensorflow.org/guide/function#creating_tfvariables for more "
    "information. Variable: {!r}"
)


class Traced:
    """Object code as a program: a jaxpr, and what its inputs and outputs stand for.

    Args:
        closed: the program with its constants.
        holes: pairs of a variable, or a lazy array of a tape around, and its hole.
        written: the variables whose new values follow the outputs.
        created: the `tf.Variable`s that were made.
        count: the number of outputs proper.

    Attributes:
        jaxpr: the program; its constants are `constants`.
        constants: arrays, holes, and values of programs around.
        variables: the variables that are read.
        captured: the values of programs around.
    """

    def __init__(self, closed, holes, written, created, count):
        self.jaxpr = closed.jaxpr
        self.constants = list(closed.consts)
        self.created = created
        self.count = count
        self.written = written
        self.holes = holes
        holes = {id(hole): variable for variable, hole in holes}
        self.variables, self.captured = [], []
        # Which input fills a constant: its number among variables, then captured.
        self._variable_places, self._captured_places = [], []
        for place, constant in enumerate(self.constants):
            if isinstance(holes.get(id(constant)), Lazy):
                self.captured.append(holes[id(constant)])
                self._captured_places.append(place)
            elif id(constant) in holes:
                self.variables.append(holes[id(constant)])
                self._variable_places.append(place)
            elif isinstance(constant, jax_core.Tracer):
                self.captured.append(constant)
                self._captured_places.append(place)

    def __call__(self, values, captured, arguments):
        """Runs the program in the current trace.

        Args:
            values: of `variables`.
            captured: what to use for `captured`.
            arguments: the arguments.

        Returns:
            `(outputs, new values of written)`, lists of arrays.
        """
        constants = list(self.constants)
        for place, value in zip(self._variable_places, values, strict=True):
            constants[place] = value
        for place, value in zip(self._captured_places, captured, strict=True):
            constants[place] = value
        results = jax_core.eval_jaxpr(self.jaxpr, constants, *arguments)
        return results[: self.count], results[self.count :]

    @property
    def out_types(self) -> list:
        """The types of the outputs proper."""
        return [v.aval for v in self.jaxpr.outvars[: self.count]]

    @property
    def is_wide(self) -> bool:
        """Whether numbers of 64 bits come in or go out."""
        variables = (*self.jaxpr.invars, *self.jaxpr.constvars, *self.jaxpr.outvars)
        return any(v.aval.dtype in _WIDE for v in variables)


def trace(function, arguments, allow_new=True) -> Traced:
    """Traces object code, running it once.

    Args:
        function: takes tracers; returns a list of arrays.
        arguments: a `jax.ShapeDtypeStruct` for each of its arguments.
        allow_new: whether `tf.Variable`s may be made inside.
    """
    scope = CaptureScope(allow_new)
    written: list = []
    counts: list = []

    def run(*arrays):
        with jax.enable_x64(False), _apart(scope), scope:
            outputs = [_settled(x) for x in function(*arrays)]
            counts.append(len(outputs))
            written.extend(scope.written.values())
            return outputs + [_settled(scope.get(v)) for v in written]

    # Arrays of 64 bits come in and go out as they are; what is computed inside takes
    # 64 bits where tensors of 64 bits take part, as it does outside.
    with jax.enable_x64(True):
        closed = jax.make_jaxpr(run)(*arguments)
    holes = [*scope.holes.values(), *scope.lazy_holes.values()]
    return Traced(closed, holes, written, scope.created, counts[0])


def _settled(value):
    """Returns an array in place of a lazy one of a tape inside."""
    return value.materialize() if isinstance(value, Lazy) else value


@contextlib.contextmanager
def _apart(scope):
    """Context in which the tapes around do not take part: what is read of theirs is
    noted in a scope.
    """
    local, stacks = _lazy.local, _scope.stacks
    recorder, local.recorder = local.recorder, None
    capture, local.capture = local.capture, scope
    reader, stacks.reader = stacks.reader, None
    try:
        yield
    finally:
        local.recorder, local.capture, stacks.reader = recorder, capture, reader


def run(traced, arguments, jitted, variables=None):
    """Runs a traced program inside the current trace, and writes the variables.

    Args:
        traced: the program.
        arguments: its arguments.
        jitted: `traced` under `jax.jit`.
        variables: what is read instead of `traced.variables`, and written instead of
            `traced.written`: a function of a variable; or None.
    """
    actual = variables or (lambda variable: variable)
    values = [actual(v).value for v in traced.variables]
    outputs, new = jitted(values, traced.captured, arguments)
    for variable, value in zip(traced.written, new, strict=True):
        Variable.assign(actual(variable), value)
    return outputs
