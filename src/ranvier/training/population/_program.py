"""The epoch program of `fit`, for one member of a population or for many at once.

A program is traced with the objects of one model, the *template*. Its state is an
argument like the numbers that vary between members, so that any model of the same
structure can be trained with it: alone, or many stacked along a new first axis, as one
vectorised program over one order of the samples.
"""

import collections
import threading

import jax
import jax.numpy as jnp
import numpy as np

from ranvier.core import _config, _programs
from ranvier.core._dynamic import lift
from ranvier.core._scope import StateScope
from ranvier.training._loop import Stepper, run_steps

_LIMIT = 64
_known: collections.OrderedDict = collections.OrderedDict()
_lock = threading.Lock()


class NotShareableError(RuntimeError):
    """A program reads a variable that no model of the population owns."""


class PopulationProgram:
    """Steps of training or testing as a function of a member's state.

    Args:
        model: the template, built.
        structure: its `Structure`.
        mode: `"train"` or `"test"`.
        feed: the `ArrayFeed`.
        varying: which of the structure's numbers are inputs.
        width: how many members are stacked; None for one that is not.

    Attributes:
        positions: which variables of a structure make the state.

    Raises:
        NotShareableError: if the program depends on state outside the model.
    """

    def __init__(self, model, structure, mode, feed, varying, width):
        self.mode = mode
        self.width = width
        self.varying = varying
        self.positions = structure.positions(model.state_variables(mode))
        if self.positions is None:
            raise NotShareableError(
                f"Model '{model.name}' has variables that its attributes do not reach."
            )
        self._anchors = structure.anchors
        self._trace(model, structure, feed)

    def __call__(self, state, numbers, arrays, order, start, stop):
        """Runs steps `start` to `stop` of an epoch.

        Args:
            state: the arrays of the variables at `positions`; they are donated.
            numbers: values of the varying numbers.
            arrays: those of the feed.
            order: order of the samples, or None.
            start: first step; metrics are reset at step 0.
            stop: end.

        Returns:
            `(new state, logs)`.
        """
        return self._compiled(
            state, numbers, arrays, order, np.int32(start), np.int32(stop)
        )

    def _trace(self, model, structure, feed):
        cells = [lift(*structure.numbers[i][:2]) for i in self.varying]
        stepper = Stepper(model, self.mode)

        def steps(variables, arrays, order, start, stop):
            _reset_metrics(model, start)
            _, logs = run_steps(
                stepper,
                variables,
                lambda i: feed.batch_at(arrays, order, i),
                start,
                stop,
                tail=feed.tail(arrays, order),
            )
            return logs

        while True:
            variables = [structure.variables[i] for i in self.positions]
            strays: dict = {}

            def member(state, numbers, *rest, variables=variables, strays=strays):
                pairs = zip([*variables, *cells], [*state, *numbers], strict=True)
                with StateScope(pairs, note_strays=True) as scope:
                    logs = steps(variables, *rest)
                    strays.update(scope.strays)
                    return [scope.get(v) for v in variables], logs

            function = member
            if self.width is not None:
                function = jax.vmap(member, in_axes=(0, 0, None, None, None, None))
            traced = jax.jit(function, donate_argnums=(0,)).trace(
                *self._shapes(structure, feed)
            )
            _programs.counts["traces"] += 1
            if not strays:
                break
            found = structure.positions(strays.values())
            if found is None:
                raise NotShareableError(
                    f"Model '{model.name}' reads a variable that is not its own."
                )
            self.positions += found
        self.trace_key = _programs.key_of(traced, True)
        self._compiled = _programs.executable(traced, True, None)

    def _shapes(self, structure, feed):
        """Returns the shapes and dtypes of the arguments."""
        lead = () if self.width is None else (self.width,)

        def like(array):
            return jax.ShapeDtypeStruct(array.shape, array.dtype)

        state = [
            jax.ShapeDtypeStruct((*lead, *v.shape), v._value.dtype)
            for v in (structure.variables[i] for i in self.positions)
        ]
        numbers = [jax.ShapeDtypeStruct(lead, jnp.float32) for _ in self.varying]
        order = jax.ShapeDtypeStruct((feed.samples,), jnp.int32)
        step = jax.ShapeDtypeStruct((), jnp.int32)
        arrays = jax.tree.map(like, feed.arrays)
        return state, numbers, arrays, order if feed.shuffle else None, step, step


def _reset_metrics(model, start):
    """Resets the metrics in the program, before the first step."""
    variables = model.metrics_variables
    before = [v.value for v in variables]
    with StateScope(zip(variables, before, strict=True)) as scope:
        model.reset_metrics()
        after = [scope.get(v) for v in variables]
    for variable, new, old in zip(variables, after, before, strict=True):
        variable.assign(jnp.where(start == 0, new, old))


def population_program(model, structure, mode, feed, varying, width):
    """Returns a `PopulationProgram`, one that the process knows if there is one.

    Models of one structure share it, so that only the first is traced.
    """
    constants = tuple(
        value for i, (_, _, value) in enumerate(structure.numbers) if i not in varying
    )
    leaves, tree = jax.tree.flatten(feed.arrays)
    shapes = tuple((leaf.shape, str(leaf.dtype)) for leaf in leaves)
    key = (structure.key, constants, varying, mode, width, feed.signature())
    settings = _config.floatx(), jax.config.jax_default_matmul_precision
    key = (*key, tree, shapes, settings)
    with _lock:
        if key in _known:
            _known.move_to_end(key)
            return _known[key]
    program = PopulationProgram(model, structure, mode, feed, varying, width)
    if structure.is_custom:
        return program  # it may also depend on what changes outside the model
    with _lock:
        _known[key] = program
        while len(_known) > _LIMIT:
            _known.popitem(last=False)
    return program
