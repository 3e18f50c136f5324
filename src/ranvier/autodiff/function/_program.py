"""A traced function as a compiled program of the state."""

import jax
from jax._src import core as jax_core

from ranvier.autodiff._lazy import Lazy
from ranvier.autodiff.function import _capture, _failures, _host
from ranvier.core import _interrupts as interrupts
from ranvier.core import _programs, _scope, _seeds


class Program:
    """A traced function, compiled when it is first called.

    Args:
        traced: the `Traced` program; its sizes are numbers.
        passed: the variables among the arguments of the call it was traced for.
    """

    def __init__(self, traced, passed):
        self._traced = traced
        # In other programs, and in the records of tapes, it is one `jit`.
        self._jitted = jax.jit(traced.__call__)
        self._executable = None
        self._has_effects = bool(traced.jaxpr.effects)
        # The state is given up to the program where it is written, kept elsewhere.
        self._written = list(traced.written)
        written = set(map(id, self._written))
        self._read = [v for v in traced.variables if id(v) not in written]
        self._sources = _sources([*self._read, *self._written], passed)
        self._pieces = None
        if _host.holds_loops(traced.jaxpr):
            self._pieces = _host.Pieces(traced.jaxpr)

    def __call__(self, arrays, passed, hosts=()):
        """Returns the outputs.

        Args:
            arrays: the arrays of the arguments.
            passed: the variables among the arguments.
            hosts: pairs of a data set of the trace and that of the call.
        """
        inside = jax_core.trace_ctx.trace is not jax_core.eval_trace
        if inside or _scope.stacks.state:
            return self._run_inside(arrays, passed)
        if self._pieces is not None:
            return self._run_pieces(arrays, passed, hosts)
        return self._run_compiled(arrays, passed)

    def _run_pieces(self, arrays, passed, hosts):
        """Runs a program that loops over data sets."""
        traced = self._traced
        constants = list(traced.constants)
        variables = self._actual(traced.variables, passed)
        for place, variable in zip(traced._variable_places, variables, strict=True):
            variable._borrowed = True
            constants[place] = _array_of(variable)
        results = self._pieces(constants, arrays, hosts)
        written = self._actual(traced.written, passed)
        for variable, value in zip(written, results[traced.count :], strict=True):
            variable.put(value)
            variable._borrowed = True
        if self._has_effects:
            _failures.settle()
        return results[: traced.count]

    def _run_inside(self, arrays, passed):
        """Runs as a part of another program, or of a tape's record."""
        names: dict = {}
        if self._sources:
            everything = [*self._read, *self._written]
            actual = self._actual(everything, passed)
            names = {id(v): a for v, a in zip(everything, actual, strict=True)}
        return _capture.run(
            self._traced, arrays, self._jitted, lambda v: names.get(id(v), v)
        )

    def _run_compiled(self, arrays, passed):
        for i, array in enumerate(arrays):
            if type(array) is Lazy:
                arrays[i] = array.materialize()
        read, written = self._read, self._written
        if self._sources:
            read = self._actual(read, passed)
            written = self._actual(written, passed)
        kept = [_array_of(v) for v in read]
        if self._executable is None:
            self._executable = self._compile(arrays, kept, written)
        with interrupts.deferred:
            # The old buffers are gone once the program starts: an interrupt must not
            # come between taking them and storing the new ones.
            given = [v.take() for v in written]
            new, outputs = self._executable(given, kept, arrays)
            for variable, value in zip(written, new, strict=True):
                variable.put(value)
        if self._has_effects:
            _failures.settle()
        return outputs

    def _compile(self, arrays, kept, written):
        traced = self._traced
        places = {id(v): i for i, v in enumerate(self._written)}
        reads = {id(v): i for i, v in enumerate(self._read)}

        def program(given, kept, arrays):
            values = [
                given[places[id(v)]] if id(v) in places else kept[reads[id(v)]]
                for v in traced.variables
            ]
            outputs, new = traced(values, traced.captured, arrays)
            return new, outputs

        inputs = [_array_of(v) for v in written], kept, arrays
        with jax.enable_x64(True):
            staged = jax.jit(program, donate_argnums=(0,)).trace(*inputs)
            return _programs.executable(staged, True, inputs)

    def _actual(self, variables, passed):
        """Returns the variables of a call in place of those of the trace."""
        actual = []
        for variable in variables:
            source = self._sources.get(id(variable))
            if source is None:
                actual.append(variable)
            elif source == "seed":
                actual.append(_seeds.global_seed_generator().state)
            else:
                actual.append(passed[source])
        return actual


def _sources(variables, passed):
    """Returns where variables that may be others at another call come from.

    An argument is known by its number; the global seed's state is a new variable after
    the seed is set.
    """
    numbers = {id(v): i for i, v in enumerate(passed)}
    generator = _seeds._global["generator"]
    seed = None if generator is None else generator.state
    return {
        id(v): numbers.get(id(v), "seed")
        for v in variables
        if id(v) in numbers or v is seed
    }


def _array_of(variable):
    value = variable._value
    if type(value) is Lazy:
        value = variable._value = value.materialize()
    return value
