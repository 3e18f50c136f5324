"""Lazy arrays: operations are remembered while a tape records, and run as one program.

Inside a gradient tape an operation does not run. Its result is a `Lazy`, which knows
its shape and dtype (found by tracing once per kind of call) and the operation it comes
from. When somebody looks at a value (prints it, converts it, branches on it, or asks
the tape for gradients and uses them) all pending operations are compiled into one
program, which is kept under their structure: the next step of a training loop, which
records the same operations, finds it there.

A `Lazy` is a tracer of JAX with a trace of its own. Code that calls `jax.numpy`
directly is therefore remembered too, one primitive at a time, and code outside of
tapes meets the computed value. Inside another program (a compiled `train_step`)
operations are remembered in the same way, and evaluated into that program.
"""

import functools
import inspect
import itertools
import threading
import weakref

import jax
import numpy as np
from jax._src import core as jax_core

from ranvier.core import _dtypes, _tree
from ranvier.core._seeds import SeedGenerator, draw_key
from ranvier.core._variable import Variable
from ranvier.ops import _dispatch

_ids = itertools.count()
_specs: dict = {}
_programs: dict = {}
# Specs and programs are small, but loops that never repeat must not fill the memory.
_LIMIT = 4096


class Value:
    """One result: its type, its array once computed, and who still holds it."""

    __slots__ = ("__weakref__", "array", "aval", "handle", "keep", "tapes")

    def __init__(self, aval, array=None, tapes=()):
        self.aval = aval
        self.array = array
        self.handle = None
        self.keep = False
        self.tapes = tapes


class Spec:
    """One kind of call: a pure function of arrays, and the types of its results."""

    __slots__ = ("avals", "function", "id", "rebuild", "wide")

    def __init__(self, function, avals, rebuild, wide):
        self.function = function
        self.avals = avals
        self.rebuild = rebuild
        self.wide = wide
        self.id = next(_ids)

    def __call__(self, inputs):
        """Runs the function; returns the flat list of its arrays."""
        with jax.enable_x64(self.wide), _not_recording():
            return self.function(*inputs)


class Node:
    """One call: its spec, its inputs (values and arrays) and its results."""

    __slots__ = ("inputs", "outputs", "spec")

    def __init__(self, spec, inputs, outputs):
        self.spec = spec
        self.inputs = inputs
        self.outputs = outputs


class Lazy(jax_core.Tracer):
    """An array that is computed when somebody looks at it."""

    def __init__(self, trace, value):
        super().__init__(trace, value.aval)
        self.value = value

    @property
    def is_eager(self) -> bool:
        """Whether it has a concrete value: it is not part of another program."""
        return self._trace.recorder.parent is jax_core.eval_trace

    def materialize(self):
        """Returns the array, computing what is pending; in a program that is traced
        inside the tape's, what stands for it there.
        """
        recorder, capture = self._trace.recorder, local.capture
        if capture is not None and recorder.is_around(capture):
            return capture.stand_in(self)
        return self._trace.recorder.array_of(self.value)

    full_lower = materialize

    @property
    def dimension_as_value(self):
        # Programs that close over a foreign tracer ask for its value in this way.
        return self.materialize

    def to_concrete_value(self):
        array = self.materialize()
        return None if isinstance(array, jax_core.Tracer) else array

    def __repr__(self):
        return repr(self.materialize())

    def __str__(self):
        return str(self.materialize())

    def __array__(self, *args, **kwargs):
        return self.materialize().__array__(*args, **kwargs)

    def __reduce__(self):
        return self.materialize().__reduce__()

    def __deepcopy__(self, memo):
        return self.materialize()


def _delegate(name):
    def method(self, *args, **kwargs):
        return getattr(self.materialize(), name)(*args, **kwargs)

    method.__name__ = name
    return method


for _name in (
    "__bool__ __int__ __float__ __complex__ __index__ __format__ __round__ tolist "
    "tobytes item block_until_ready devices addressable_data __dlpack__"
).split():
    setattr(Lazy, _name, _delegate(_name))


class RecordingTrace(jax_core.Trace):
    """The trace under which JAX's own operations are remembered."""

    __slots__ = ("recorder",)

    def __init__(self, recorder):
        super().__init__()
        self.recorder = recorder

    def stage_value(self, val):
        if isinstance(val, Lazy):
            return val
        with jax_core.set_current_trace(self.recorder.parent):
            return self.recorder.parent.stage_value(val)

    def process_primitive(self, primitive, tracers, params, /):
        if not any(isinstance(x, Lazy) for x in tracers):
            with jax_core.set_current_trace(self.recorder.parent):
                return primitive.bind(*tracers, **params)
        key = ("primitive", primitive, tuple(sorted(params.items(), key=_first)))
        return self.recorder.add(
            key, lambda *arrays: primitive.bind(*arrays, **params), list(tracers)
        )

    def process_call(self, primitive, f, tracers, params, /):
        return f.call_wrapped(*tracers)

    def process_custom_jvp_call(self, primitive, fun, jvp, tracers, /, **params):
        def function(*arrays):
            return primitive.bind(fun, jvp, *arrays, **params)

        return self.recorder.add(("jvp", fun, jvp), function, list(tracers))

    def process_custom_vjp_call(self, primitive, fun, fwd, bwd, tracers, /, **params):
        def function(*arrays):
            return primitive.bind(fun, fwd, bwd, *arrays, **params)

        return self.recorder.add(("vjp", fun, fwd, bwd), function, list(tracers))

    def cur_qdd(self, x):
        return x.cur_qdd()


def _first(pair):
    return pair[0]


class Recorder:
    """What is remembered of the operations inside of one program, or of none.

    Args:
        parent: the trace of the program around; JAX's evaluation if there is none.
    """

    def __init__(self, parent):
        self.parent = parent
        self.trace = RecordingTrace(self)
        self.pending: list[Node] = []
        self.tapes: tuple = ()
        self._capture = local.capture

    def is_around(self, capture) -> bool:
        """Tells whether a program is traced inside of the one of this recorder."""
        return self._capture is not capture and self.parent is not jax_core.eval_trace

    # Remembering.

    def add(self, key, function, inputs, rebuild=None):
        """Remembers one call.

        Args:
            key: what determines the function, besides the types of its inputs; None
                if nothing does.
            function: a function of arrays.
            inputs: a list of arrays, lazy ones among them.
            rebuild: makes the result from a list of arrays; None if the spec does.

        Returns:
            The result, lazy.
        """
        inputs = [x.value if isinstance(x, Lazy) else x for x in inputs]
        avals = tuple([_aval_key(x) for x in inputs])
        wide = jax.config.jax_enable_x64
        try:
            key = None if key is None else (key, avals, wide)
            spec = _specs.get(key)
        except TypeError:  # something unhashable
            key = spec = None
        if spec is None:
            spec = _make_spec(function, inputs, wide)
            if key is not None:
                _bounded_put(_specs, key, spec)
        return self.add_node(spec, inputs)

    def add_node(self, spec, inputs, taped=True):
        """Remembers a call of a known kind; returns its lazy result."""
        tapes = self.tapes if taped else ()
        if tapes:
            for value in inputs:
                if type(value) is Value and value.tapes is not tapes:
                    # Computed elsewhere: the tape may need it after it is forgotten.
                    value.keep = True
        outputs = [Value(aval, tapes=tapes) for aval in spec.avals]
        node = Node(spec, inputs, outputs)
        self.pending.append(node)
        for tape in tapes:
            tape.nodes.append(node)
        return spec.rebuild([self.lazy(value) for value in outputs])

    def lazy(self, value):
        """Returns a lazy array around a value."""
        handle = Lazy(self.trace, value)
        value.handle = weakref.ref(handle)
        return handle

    def source(self, array):
        """Returns a new value that stands for an array, to be told from all others."""
        if isinstance(array, Lazy):
            value = array.value
            # Tapes around that watch it already must see that the new one is the same.
            taped = len(self.tapes) > 1
            if value.array is None or taped:
                spec = _identity_spec(value.aval)
                return self.add_node(spec, [value], taped=taped).value
            array = value.array
        return Value(jax.typeof(array), array)

    # Computing.

    def array_of(self, value):
        """Returns the array of a value, computing what is pending."""
        if value.array is None:
            self.flush()
        return value.array

    def flush(self) -> None:
        """Computes all pending operations."""
        pending, self.pending = self.pending, []
        if not pending:
            return
        if self.parent is not jax_core.eval_trace:
            with jax_core.set_current_trace(self.parent):
                self._evaluate_into(pending)
            return
        with jax_core.set_current_trace(jax_core.eval_trace):
            run_program(pending)

    def _evaluate_into(self, pending):
        for node in pending:
            arrays = [x.array if type(x) is Value else x for x in node.inputs]
            for value, array in zip(node.outputs, node.spec(arrays), strict=True):
                value.array = array


def run_program(nodes) -> None:
    """Computes nodes by one compiled program, kept under their structure."""
    structure, leaves, places = structure_of(nodes)
    wanted = [
        value
        for node in nodes
        for value in node.outputs
        if value.keep or (value.handle is not None and value.handle() is not None)
    ]
    outputs = tuple([places[id(value)] for value in wanted])
    key = (tuple([(spec.id, refs) for spec, refs in structure]), outputs)
    program = _programs.get(key)
    if program is None:
        program = jax.jit(lambda leaves: _outputs_of(structure, leaves, outputs))
        _bounded_put(_programs, key, program)
    arrays = [x.array if type(x) is Value else x for x in leaves]
    with jax.enable_x64(any(spec.wide for spec, _ in structure)):
        results = program(arrays)
    for value, array in zip(wanted, results, strict=True):
        value.array = array


def _outputs_of(structure, leaves, outputs):
    environment = run_structure(structure, leaves)
    return [environment[i] for i in outputs]


def structure_of(nodes, leading=()):
    """Returns nodes in a form that names no arrays.

    Args:
        nodes: calls, each after those it depends on.
        leading: values that come first among the leaves.

    Returns:
        `(structure, leaves, places)`: pairs of a spec and the places of its inputs;
        the inputs that no node computes; and `{id(value): place}`. Leaves have the
        places `-1, -2...`, results `0, 1...`.
    """
    leaves = list(leading)
    places = {id(value): ~i for i, value in enumerate(leaves)}
    structure, count = [], 0
    for node in nodes:
        refs = []
        for value in node.inputs:
            place = places.get(id(value))
            if place is None:
                place = places[id(value)] = ~len(leaves)
                leaves.append(value)
            refs.append(place)
        structure.append((node.spec, tuple(refs)))
        for value in node.outputs:
            places[id(value)] = count
            count += 1
    return tuple(structure), leaves, places


class _Environment:
    """Leaves and results by their places."""

    def __init__(self, leaves):
        self.leaves = leaves
        self.results = []

    def __getitem__(self, place):
        return self.leaves[~place] if place < 0 else self.results[place]


def run_structure(structure, leaves):
    """Runs calls on arrays; returns leaves and results by their places."""
    environment = _Environment(leaves)
    for spec, refs in structure:
        environment.results.extend(spec([environment[i] for i in refs]))
    return environment


# Specs.


def _make_spec(function, inputs, wide):
    """Traces a function for the types of its results."""
    box = []

    def flat(*arrays):
        result = function(*arrays)
        box[:] = [result]
        return [x for x in _tree.flatten(result) if isinstance(x, jax.Array)]

    shapes = [_shape_struct(x) for x in inputs]
    with (
        jax_core.set_current_trace(jax_core.eval_trace),
        jax.enable_x64(wide),
        _not_recording(),
    ):
        # The full types, weak ones included, come with the jaxpr.
        avals = jax.make_jaxpr(flat)(*shapes).out_avals
    result = box[0]

    def rebuild(arrays):
        values = iter(arrays)
        return _tree.map_structure(
            lambda x: next(values) if isinstance(x, jax.Array) else x, result
        )

    if isinstance(result, jax.Array):
        rebuild = _only
    elif _tree.is_nested(result):
        # Only the structure is kept, not the tracers in it.
        result = _tree.map_structure(
            lambda x: jax.numpy.zeros(()) if isinstance(x, jax.Array) else x, result
        )
    return Spec(flat, list(avals), rebuild, wide)


def _only(arrays):
    return arrays[0]


def _identity_spec(aval):
    key = ("identity", aval)
    spec = _specs.get(key)
    if spec is None:
        spec = _specs[key] = Spec(lambda x: [x], [aval], _only, False)
    return spec


def _shape_struct(x):
    if type(x) is Value:
        aval = x.aval
    elif isinstance(x, (int, float, complex)):
        return x
    else:
        aval = jax.typeof(x)
    return jax.ShapeDtypeStruct(aval.shape, aval.dtype, weak_type=aval.weak_type)


def _aval_key(x):
    if type(x) is Value:
        aval = x.aval
        return (aval.shape, aval.dtype, aval.weak_type)
    if isinstance(x, np.ndarray):
        return (x.shape, x.dtype, False)
    if isinstance(x, jax.Array):
        return (x.shape, x.dtype, x.weak_type)
    return type(x)


def _bounded_put(table, key, value):
    if len(table) >= _LIMIT:
        table.clear()
    table[key] = value


# The dispatcher's side.


class _Local(threading.local):
    def __init__(self):
        self.recorder = None  # of the innermost tape
        self.capture = None  # what notes the lazy arrays that a program closes over
        self.paused = 0


local = _Local()


class _not_recording:
    """Operations inside run at once: a program is being traced."""

    def __enter__(self):
        local.paused += 1

    def __exit__(self, *exc):
        local.paused -= 1


# Number and tensor operations whose Python numbers are inputs rather than constants:
# a factor that changes with every step must not make a new program each time.
_WITH_NUMBERS = frozenset(
    {"add", "subtract", "multiply", "divide", "maximum", "minimum"}
)


class Dispatcher:
    """Decides for each call of an op whether it is remembered."""

    def record(self, op, args, kwargs):
        """Runs or remembers a call of an op."""
        recorder = local.recorder
        if (
            recorder is None
            or local.paused
            or jax_core.trace_ctx.trace is not recorder.trace
        ):
            return op.raw(*_computed(args), **_computed(kwargs))
        if _takes_seed(op) and kwargs.get("seed") is None:
            kwargs = _with_seed(op, args, kwargs)
        inputs, numbers = [], op.path in _WITH_NUMBERS

        try:
            key = (
                op,
                tuple([_template(x, inputs, numbers) for x in args]),
                tuple([(k, _template(v, inputs, numbers)) for k, v in kwargs.items()]),
            )
            hash(key)
        except (_CannotKey, TypeError):
            # Not to be known again: remembered by JAX's operations inside.
            return op.raw(*args, **kwargs)
        if not any(isinstance(x, (Lazy, jax.Array)) for x in inputs):
            return op.raw(*args, **kwargs)

        def function(*arrays):
            values = iter(arrays)
            new_args = [_fill(template, values) for template in key[1]]
            new_kwargs = {k: _fill(template, values) for k, template in key[2]}
            return op.raw(*new_args, **new_kwargs)

        return recorder.add(key, function, inputs)


def _template(x, inputs, numbers):
    """Returns what an argument is but for its arrays, which join `inputs`."""
    kind = type(x)
    if kind is Lazy or isinstance(x, jax.Array):
        inputs.append(x)
        return _INPUT
    if isinstance(x, Variable):
        inputs.append(x.value)
        return _INPUT
    if kind is SeedGenerator:
        # Drawn now: inside the program its state would be a constant.
        inputs.append(x.next())
        return _INPUT
    if kind is np.ndarray and x.dtype.kind not in "OSU":
        inputs.append(_dtypes.narrow(x))
        return _INPUT
    if numbers and (kind is float or kind is int):
        inputs.append(x)
        return _INPUT
    if kind in (list, tuple):
        return kind, tuple([_template(child, inputs, numbers) for child in x])
    if kind is dict:
        return kind, tuple([(k, _template(v, inputs, numbers)) for k, v in x.items()])
    if kind is slice:
        bounds = (x.start, x.stop, x.step)
        return kind, tuple([_template(bound, inputs, numbers) for bound in bounds])
    if callable(x) and not isinstance(x, type):
        raise _CannotKey
    return kind, x


@functools.lru_cache(maxsize=1024)
def _takes_seed(op):
    return "seed" in inspect.signature(op).parameters


def _with_seed(op, args, kwargs):
    """Draws from the global generator now, where a call would do so inside."""
    bound = inspect.signature(op).bind(*args, **kwargs)
    if bound.arguments.get("seed") is not None:
        return kwargs
    return {**kwargs, "seed": draw_key(None)}


class _CannotKey(Exception):
    pass


_INPUT = "input"


def _fill(template, values):
    if template is _INPUT:
        return next(values)
    kind, content = template
    if kind is list or kind is tuple:
        return kind([_fill(child, values) for child in content])
    if kind is dict:
        return {k: _fill(child, values) for k, child in content}
    if kind is slice:
        return slice(*[_fill(child, values) for child in content])
    return content


def _computed(x):
    """Returns arguments with arrays in place of lazy ones."""
    if isinstance(x, Lazy):
        return x.materialize()
    if type(x) in (list, tuple):
        return type(x)([_computed(child) for child in x])
    if type(x) is dict:
        return {k: _computed(v) for k, v in x.items()}
    if isinstance(x, Variable) and isinstance(x._value, Lazy):
        return _computed(x.value)
    return x


_dispatcher = Dispatcher()


def install() -> None:
    """Lets the dispatcher ask before it runs an op; from the first tape on."""
    if not _dispatch.recorders:
        _dispatch.recorders.append(_dispatcher)
