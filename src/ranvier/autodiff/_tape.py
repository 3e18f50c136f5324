"""GradientTape: remembers operations, and differentiates what was remembered."""

import jax
import jax.numpy as jnp
import numpy as np
from jax._src import core as jax_core

from ranvier.autodiff import _lazy
from ranvier.autodiff._dependence import dependences
from ranvier.autodiff._lazy import Lazy, Recorder, Value, local
from ranvier.core import _scope, _tree
from ranvier.core._variable import Variable
from ranvier.ops._dispatch import wrappers


class UnconnectedGradients:
    """What the gradient is where the target does not depend on the source.

    Attributes:
        NONE: None.
        ZERO: a tensor of zeros.
    """

    NONE = "none"
    ZERO = "zero"


class GradientTape:
    """Remembers the operations inside its `with` block for differentiation.

    Trainable variables are watched by themselves, tensors by `watch`. Operations
    inside the block run when their values are needed; all of a training step, with
    its gradients, is compiled once and then found again.

    Args:
        persistent: whether `gradient` may be called more than once.
        watch_accessed_variables: whether trainable variables are watched.

    Example:
        >>> import ranvier as rv
        >>> x = rv.Variable(3.0)
        >>> with GradientTape() as tape:
        ...     y = x * x
        >>> float(tape.gradient(y, x))
        6.0
    """

    def __init__(self, persistent=False, watch_accessed_variables=True):
        self._persistent = bool(persistent)
        self._watches_variables = bool(watch_accessed_variables)
        self.nodes: list = []
        self._recorder: Recorder | None = None
        self._open = False
        self._used = False
        # Values that stand for a source, by the source's id; it is kept alive.
        self._sources: dict = {}

    # Recording.

    def __enter__(self):
        if self._open:
            raise ValueError("Tape is still recording, cannot start again.")
        self._start()
        return self

    def __exit__(self, *exc):
        if self._open:
            self._stop()

    def _start(self):
        _lazy.install()
        current = jax_core.trace_ctx.trace
        self._outer = current, local.recorder, local.paused, _scope.stacks.reader
        if isinstance(current, _lazy.RecordingTrace):
            recorder = current.recorder
        elif current is jax_core.eval_trace:
            recorder = _eager_recorder()
        else:
            recorder = Recorder(current)
        self._recorder = recorder
        self._outer_tapes = recorder.tapes
        recorder.tapes = (*recorder.tapes, self)
        local.recorder, local.paused = recorder, 0
        jax_core.trace_ctx.set_trace(recorder.trace)
        _scope.stacks.reader = _read_variable
        self._open = True

    def _stop(self):
        trace, local.recorder, local.paused, _scope.stacks.reader = self._outer
        jax_core.trace_ctx.set_trace(trace)
        self._recorder.tapes = self._outer_tapes
        self._open = False

    def stop_recording(self):
        """Returns a context in which operations are not remembered by this tape.

        Raises:
            RuntimeError: if the tape is not recording.
        """
        if not self._open:
            raise RuntimeError(
                "Trying to stop recording a tape which is not recording."
            )
        return _Stopped(self)

    def reset(self) -> None:
        """Forgets what was remembered."""
        self.nodes, self._sources, self._used = [], {}, False

    def watch(self, tensor) -> None:
        """Lets gradients with respect to tensors be asked for.

        Args:
            tensor: a tensor or variable, or a structure of them.

        Raises:
            ValueError: for what cannot be watched.
        """
        for item in _tree.flatten(tensor):
            if isinstance(item, Variable):
                self._watch_variable(item, _plain_value(item))
            elif isinstance(item, tuple(wrappers)):
                item._value = self._watch_array(item, item._device())
            elif isinstance(item, jax.Array):
                self._watch_array(item, item)
            else:
                raise ValueError(
                    "Passed in object of type "
                    f"{type(item)}, not tf.Tensor or tf.Variable or ExtensionType."
                )

    def _watch_array(self, item, array):
        recorder = self._recorder or _eager_recorder()
        if not jnp.issubdtype(array.dtype, jnp.inexact):
            return array
        source = recorder.source(array)
        self._sources.setdefault(id(item), (item, []))[1].append(source)
        return recorder.lazy(source)

    def _watch_variable(self, variable, array):
        """Returns the value that stands for a variable's present array."""
        _, known = self._sources.setdefault(id(variable), (variable, []))
        source = _current_source(variable, array, self._recorder)
        if not any(source is other for other in known):
            known.append(source)
        return source

    def watched_variables(self) -> tuple:
        """Returns the variables that are watched, in the order of their use."""
        items = [item for item, _ in self._sources.values()]
        return tuple(item for item in items if isinstance(item, Variable))

    # Differentiating.

    def gradient(
        self,
        target,
        sources,
        output_gradients=None,
        unconnected_gradients=UnconnectedGradients.NONE,
    ):
        """Computes the gradient of targets with respect to sources.

        Args:
            target: a tensor, or a structure of them, whose gradients add up.
            sources: a variable or tensor, or a structure of them.
            output_gradients: weights of the targets' entries; 1 if None.
            unconnected_gradients: what to give where the target does not depend on
                the source: `"none"` or `"zero"`.

        Returns:
            A structure like `sources`.

        Raises:
            RuntimeError: at the second call, if the tape is not persistent.
        """
        self._claim()
        _check_unconnected(unconnected_gradients)
        targets = _tree.flatten(target)
        weights = [None] * len(targets)
        if output_gradients is not None:
            weights = [
                None if w is None else _array_of(w)
                for w in _tree.flatten(output_gradients)
            ]
        flat = _tree.flatten(sources)
        found = self._differentiate("gradient", targets, flat, weights)
        results = [
            _finish(gradient, source, unconnected_gradients, target)
            for gradient, source in zip(found, flat, strict=True)
        ]
        return _tree.pack_sequence_as(sources, results)

    def jacobian(
        self,
        target,
        sources,
        unconnected_gradients=UnconnectedGradients.NONE,
        parallel_iterations=None,
        experimental_use_pfor=True,
    ):
        """Computes all partial derivatives of a target.

        Args:
            target: a tensor.
            sources: a variable or tensor, or a structure of them.
            unconnected_gradients: as in `gradient`.
            parallel_iterations: accepted as in TensorFlow.
            experimental_use_pfor: accepted as in TensorFlow.

        Returns:
            For each source a tensor of the target's shape followed by the source's.
        """
        self._claim()
        _check_unconnected(unconnected_gradients)
        flat = _tree.flatten(sources)
        found = self._differentiate("jacobian", [target], flat, [None])
        results = [
            _finish(value, source, unconnected_gradients, target, target.shape)
            for value, source in zip(found, flat, strict=True)
        ]
        return _tree.pack_sequence_as(sources, results)

    def batch_jacobian(
        self,
        target,
        source,
        unconnected_gradients=UnconnectedGradients.NONE,
        parallel_iterations=None,
        experimental_use_pfor=True,
    ):
        """Computes the jacobian of each sample of a batch.

        Args:
            target: a tensor whose first axis is that of the samples.
            source: a tensor with as many samples.
            unconnected_gradients: accepted as in TensorFlow: zeros in any case.
            parallel_iterations: accepted as in TensorFlow.
            experimental_use_pfor: accepted as in TensorFlow.

        Raises:
            ValueError: if the numbers of samples differ.
        """
        if tuple(target.shape[:1]) != tuple(source.shape[:1]):
            raise ValueError(
                "Need first dimension of target shape "
                f"({tuple(target.shape)}) and source shape ({tuple(source.shape)}) to "
                "match."
            )
        self._claim()
        [found] = self._differentiate("batch_jacobian", [target], [source], [None])
        if found is None:
            shape = (*target.shape, *source.shape[1:])
            found = jnp.zeros(shape, np.dtype(source.dtype))
        return _like(found, target)

    def _claim(self):
        if self._recorder is None:
            raise RuntimeError("A tape gives gradients after its `with` block only.")
        if self._used:
            raise RuntimeError(
                "A non-persistent GradientTape can only be used to compute one set of "
                "gradients (or jacobians). Make it with `persistent=True`."
            )
        self._used = not self._persistent

    def _differentiate(self, kind, targets, sources, weights):
        recorder = self._recorder
        values = [self._target_value(t) for t in targets]
        groups = [self._values_of(source) for source in sources]
        pairs = [
            (value, weight)
            for value, weight in zip(values, weights, strict=True)
            if value is not None and jnp.issubdtype(value.aval.dtype, jnp.inexact)
        ]
        leading = [value for group in groups for value in group]
        leading = list({id(value): value for value in leading}.values())
        nodes = self._between(leading, [value for value, _ in pairs])
        structure, leaves, places = _lazy.structure_of(nodes, leading)
        reached = [(v, w) for v, w in pairs if id(v) in places]
        if not leading or not reached:
            return [None] * len(sources)
        outputs = tuple([places[id(value)] for value, _ in reached])
        given = tuple([w is not None for _, w in reached])
        inputs = [*leaves, *[w for _, w in reached if w is not None]]
        key = (
            kind,
            tuple([(spec.id, refs) for spec, refs in structure]),
            outputs,
            given,
            len(leading),
            tuple([_lazy._aval_key(x) for x in inputs]),
        )
        spec, connected = _gradient_spec(
            key, kind, structure, outputs, given, len(leading), inputs
        )
        if not connected:
            return [None] * len(sources)
        arrays = recorder.add_node(
            spec, inputs, taped=self._open or bool(recorder.tapes)
        )
        by_source = dict(zip((id(leading[i]) for i in connected), arrays, strict=True))
        results = []
        for group in groups:
            parts = [by_source[id(v)] for v in group if id(v) in by_source]
            total = parts[0] if parts else None
            for part in parts[1:]:
                total = total + part
            results.append(total)
        return results

    def _target_value(self, target):
        if not hasattr(target, "dtype"):
            kind = TypeError if target is None else AttributeError
            raise kind(
                f"Gradients are of tensors and variables. Received: {target!r} (of "
                f"type {type(target).__name__})"
            )
        value = _value_of(target, self)
        if value is None and isinstance(target, Variable):
            value = self._watch_variable(target, _plain_value(target))
        return value

    def _between(self, sources, targets):
        """Returns the nodes that lead from sources to targets, and what they need."""
        producer = {id(v): node for node in self.nodes for v in node.outputs}
        stop = {id(v) for v in sources}
        depends = set(stop)
        for node in self.nodes:
            if any(id(v) in depends for v in node.inputs):
                depends.update(id(v) for v in node.outputs)
        needed, stack = set(), list(targets)
        while stack:
            value = stack.pop()
            node = producer.get(id(value))
            if id(value) in stop or node is None or id(node) in needed:
                continue
            is_lost = value.array is None and not self._is_pending(node)
            if id(value) not in depends and not is_lost:
                continue
            needed.add(id(node))
            stack.extend(v for v in node.inputs if type(v) is Value)
        return [node for node in self.nodes if id(node) in needed]

    def _is_pending(self, node):
        return any(node is other for other in self._recorder.pending)

    def _values_of(self, source):
        entry = self._sources.get(id(source))
        if entry is not None:
            return entry[1]
        value = _value_of(source, self)
        return [] if value is None else [value]


class _Stopped:
    def __init__(self, tape):
        self._tape = tape

    def __enter__(self):
        tape = self._tape
        recorder = tape._recorder
        self._tapes = recorder.tapes
        recorder.tapes = tuple(t for t in recorder.tapes if t is not tape)
        self._sources = tape._watches_variables
        tape._watches_variables = False

    def __exit__(self, *exc):
        self._tape._recorder.tapes = self._tapes
        self._tape._watches_variables = self._sources


# Sources.


def _eager_recorder():
    if getattr(local, "eager", None) is None:
        local.eager = Recorder(jax_core.eval_trace)
    return local.eager


def _plain_value(variable):
    reader, _scope.stacks.reader = _scope.stacks.reader, None
    try:
        return variable.value
    finally:
        _scope.stacks.reader = reader


def _read_variable(variable, array):
    """Called when a variable is read inside a tape: trainable ones are watched."""
    recorder = local.recorder
    if recorder is None or jax_core.trace_ctx.trace is not recorder.trace:
        return array
    source = None
    for tape in recorder.tapes:
        watches = tape._watches_variables and variable.trainable
        if watches or id(variable) in tape._sources:
            if jnp.issubdtype(array.dtype, jnp.inexact):
                source = tape._watch_variable(variable, array)
    if source is None:
        if isinstance(array, Lazy) and array.value.array is not None:
            return array.value.array
        return array
    return recorder.lazy(source) if _handle(source) is None else _handle(source)


def _handle(value):
    return None if value.handle is None else value.handle()


def _current_source(variable, array, recorder):
    """Returns the one value that stands for an array of a variable.

    Two variables may hold the same array: each has a value of its own.
    """
    known = variable.__dict__.get("_tape_source")
    if known is not None and known[0] is array and known[2] is recorder:
        return known[1]
    source = recorder.source(array)
    variable.__dict__["_tape_source"] = (array, source, recorder)
    return source


def _value_of(x, tape):
    """Returns the value behind a tensor, or None for one that is not remembered."""
    if isinstance(x, Variable):
        entry = tape._sources.get(id(x))
        return entry[1][-1] if entry else None
    if isinstance(x, tuple(wrappers)):
        x = x._value
    if isinstance(x, Lazy):
        return x.value
    entry = tape._sources.get(id(x))
    return entry[1][-1] if entry else None


def _array_of(x):
    if isinstance(x, tuple(wrappers)):
        x = x._device()
    if isinstance(x, Lazy):
        return x.value
    return x if isinstance(x, jax.Array) else jnp.asarray(np.asarray(x))


# Results.


def _check_unconnected(value):
    value = getattr(value, "value", value)
    if value not in (UnconnectedGradients.NONE, UnconnectedGradients.ZERO):
        raise ValueError(
            "Unknown value for unconnected_gradients: expected 'none' or 'zero'. "
            f"Received: {value!r}"
        )


def _finish(gradient, source, unconnected, target, lead=()):
    if gradient is None:
        if unconnected == UnconnectedGradients.NONE:
            return None
        shape = (*lead, *source.shape)
        dtype = np.dtype(getattr(source.dtype, "as_numpy_dtype", source.dtype))
        gradient = jnp.zeros(shape, dtype)
    return _like(gradient, *_tree.flatten(target), source)


def _like(array, *examples):
    """Returns a tensor if one of the examples is a tensor, else an array."""
    for example in examples:
        for cls in wrappers:
            if isinstance(example, cls):
                return cls(array)
            if getattr(example, "_is_tensor_face", False):
                return cls(array)
    return array


# The function that is compiled.


def _gradient_spec(key, kind, structure, outputs, given, count, inputs):
    """Returns the spec of a gradient, and which sources the targets depend on."""
    known = _lazy._specs.get(key)
    if known is not None:
        return known
    wide = any(spec.wide for spec, _ in structure)

    def targets_of(*arrays):
        environment = _lazy.run_structure(structure, arrays)
        return [environment[i] for i in outputs]

    leaves = inputs[: len(inputs) - sum(given)]
    shapes = [_lazy._shape_struct(x) for x in leaves]
    with (
        jax_core.set_current_trace(jax_core.eval_trace),
        jax.enable_x64(wide),
        _lazy._not_recording(),
    ):
        jaxpr = jax.make_jaxpr(targets_of)(*shapes)
    connected = [i for i in range(count) if i in dependences(jaxpr.jaxpr)]
    rule = {
        "gradient": _gradients,
        "jacobian": _jacobians,
        "batch_jacobian": _batch_jacobians,
    }[kind]

    def function(*arrays):
        arrays = list(arrays)
        weights = iter(arrays[len(leaves) :])
        arrays = arrays[: len(leaves)]

        def of_sources(sources):
            filled = list(arrays)
            for i, source in zip(connected, sources, strict=True):
                filled[i] = source
            return targets_of(*filled)

        return rule(of_sources, [arrays[i] for i in connected], given, weights)

    spec = None
    if connected:
        spec = _lazy._make_spec(function, inputs, wide)
        spec.rebuild = list
    _lazy._bounded_put(_lazy._specs, key, (spec, connected))
    return spec, connected


def _gradients(function, sources, given, weights):
    targets, pullback = jax.vjp(function, sources)
    upstream = [
        jnp.broadcast_to(next(weights), t.shape).astype(t.dtype)
        if has_weight
        else jnp.ones_like(t)
        for t, has_weight in zip(targets, given, strict=True)
    ]
    # TensorFlow's gradient of a complex number is the conjugate of JAX's.
    upstream = [jnp.conj(u) for u in upstream]
    return [jnp.conj(g) for g in pullback(upstream)[0]]


def _jacobians(function, sources, given, weights):
    [target], pullback = jax.vjp(function, sources)
    rows = jnp.eye(target.size, dtype=target.dtype).reshape((-1, *target.shape))
    [columns] = jax.vmap(lambda row: pullback([row]))(rows)
    columns = [jnp.conj(c) for c in columns]
    return [c.reshape((*target.shape, *c.shape[1:])) for c in columns]


def _batch_jacobians(function, sources, given, weights):
    # Samples do not depend on one another: one pass for each entry of a sample.
    [target], pullback = jax.vjp(function, sources)
    batch = target.shape[0]
    size = target.size // max(batch, 1)
    rows = jnp.eye(size, dtype=target.dtype)
    rows = jnp.broadcast_to(rows[:, None], (size, batch, size))
    rows = rows.reshape((size, *target.shape))
    [[columns]] = jax.vmap(lambda row: pullback([row]))(rows)
    columns = jnp.moveaxis(jnp.conj(columns), 0, 1)
    return [columns.reshape((*target.shape, *columns.shape[2:]))]
