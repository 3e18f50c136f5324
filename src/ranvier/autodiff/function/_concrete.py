"""Concrete functions: one trace of a Python function, compiled and called."""

import jax
from jax._src import core as jax_core

from ranvier.autodiff._lazy import Lazy
from ranvier.autodiff.function import _capture, _failures
from ranvier.autodiff.function._signature import Call
from ranvier.autodiff.function._state import state as tracing_state
from ranvier.autodiff.function._values import (
    Slot,
    as_tensors,
    put_together,
    struct_of,
    take_apart,
)
from ranvier.core import _interrupts as interrupts
from ranvier.core import _programs, _scope, _seeds, _tree
from ranvier.tensors._tensor import Tensor


class ConcreteFunction:
    """A Python function traced for one signature, as a compiled program.

    Made by `Function.get_concrete_function`.

    Args:
        owner: the `Function`.
        call: the `Call` it is traced for.
        args: the arguments, with defaults filled in.
        kwargs: keyword arguments.
        allow_new: whether `tf.Variable`s may be made.
    """

    def __init__(self, owner, call, args, kwargs, allow_new):
        self._owner = owner
        self._call_traced_for = call
        self._arguments = _template(call, args, kwargs)
        self._structs = [struct_of(array) for array in call.arrays]
        self._traced = self._trace(allow_new)
        # The programs of functions inside and of tapes around are one `jit` each.
        self._jitted = jax.jit(self._traced.__call__)
        self._executable = None
        self._sort_variables(call)

    # Tracing.

    def _trace(self, allow_new):
        box = []

        def body(*arrays):
            args, kwargs = self._fill(arrays)
            result = as_tensors(self._owner._run_python(args, kwargs))
            outputs: list = []
            box.append(take_apart(result, outputs))
            return outputs

        tracing_state.tracing.append(self)
        try:
            traced = _capture.trace(body, self._structs, allow_new)
        finally:
            tracing_state.tracing.pop()
        self._result = box[0]
        return traced

    def _fill(self, arrays):
        """Returns `(args, kwargs)` around arrays."""

        def leaf(value):
            if type(value) is Slot:
                return Tensor(arrays[value.number])
            return value

        return _tree.map_structure(leaf, self._arguments)

    def _sort_variables(self, call):
        """Finds where each variable comes from at a call."""
        traced = self._traced
        everything = {id(v): v for v in (*traced.variables, *traced.written)}
        passed = {id(v): i for i, v in enumerate(call.variables)}
        generator = _seeds._global["generator"]
        seed = None if generator is None else generator.state
        self._written_ids = {id(v) for v in traced.written}
        read = [v for v in traced.variables if id(v) not in self._written_ids]
        self._moving = {
            id(v): passed.get(id(v), "seed")
            for v in everything.values()
            if id(v) in passed or v is seed
        }
        self._read, self._written = read, list(traced.written)

    def _actual(self, variables, passed):
        """Returns the variables of a call in place of those of the trace."""
        moving = self._moving
        actual = []
        for variable in variables:
            place = moving.get(id(variable))
            if place is None:
                actual.append(variable)
            elif place == "seed":
                actual.append(_seeds.global_seed_generator().state)
            else:
                actual.append(passed[place])
        return actual

    # Calling.

    def _run(self, call):
        """Runs the program for a call with the signature of the trace."""
        if jax_core.trace_ctx.trace is not jax_core.eval_trace or _scope.stacks.state:
            outputs = self._run_inside(call)
        else:
            outputs = self._run_compiled(call)
        if type(self._result) is Slot:
            return Tensor(outputs[self._result.number])
        return put_together(self._result, outputs)

    def _run_inside(self, call):
        """Runs the program as a part of another one, or of a tape's record."""
        names = {}
        if self._moving:
            everything = [*self._traced.variables, *self._traced.written]
            actual = self._actual(everything, call.variables)
            names = {id(v): a for v, a in zip(everything, actual, strict=True)}
        return _capture.run(
            self._traced, call.arrays, self._jitted, lambda v: names.get(id(v), v)
        )

    def _run_compiled(self, call):
        arrays = call.arrays
        for i, array in enumerate(arrays):
            if type(array) is Lazy:
                arrays[i] = array.materialize()
        read, written = self._read, self._written
        if self._moving:
            read = self._actual(read, call.variables)
            written = self._actual(written, call.variables)
        kept = [_array_of(v) for v in read]
        if self._executable is None:
            self._executable = self._compile(kept, [_array_of(v) for v in written])
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

    def _compile(self, kept, given):
        traced = self._traced
        self._has_effects = bool(traced.jaxpr.effects)
        places = {id(v): i for i, v in enumerate(self._written)}
        reads = {id(v): i for i, v in enumerate(self._read)}

        def program(given, kept, arrays):
            values = [
                given[places[id(v)]] if id(v) in places else kept[reads[id(v)]]
                for v in traced.variables
            ]
            outputs, new = traced(values, traced.captured, arrays)
            return new, outputs

        inputs = given, kept, list(self._structs)
        with jax.enable_x64(True):
            staged = jax.jit(program, donate_argnums=(0,)).trace(*inputs)
            return _programs._executable(staged, True, inputs)

    def __call__(self, *args, **kwargs):
        """Runs the program on tensors of the signature it was traced for."""
        args, kwargs = self._owner._parameters.bind(args, kwargs)
        call = Call()
        call.key = call.add((args, kwargs))
        return self._run(call)


def _array_of(variable):
    value = variable._value
    if type(value) is Lazy:
        value = variable._value = value.materialize()
    return value


def _template(call, args, kwargs):
    """Returns the arguments with slots in place of arrays."""
    arrays: list = []
    template = take_apart((list(args), kwargs), arrays)
    return template
