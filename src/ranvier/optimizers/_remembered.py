"""Updates from a tape's gradients, as a part of the program that computes these.

A gradient of an eager tape is not computed before somebody looks at it. The update is
one more operation that is remembered, so that a step of a training loop is one program,
and none is compiled for each little operation of the rule.
"""

import weakref

import jax
from jax._src import core as jax_core

from ranvier.core._scope import StateScope, stacks
from ranvier.core._variable import Variable
from ranvier.ops import _dispatch

# What is remembered of each optimizer's update, by what it depends on.
_specs: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()
_LIMIT = 64


def lazy_of(gradient):
    """Returns the lazy array behind a gradient, or None if it has none."""
    if not _dispatch.recorders:
        return None  # there was no tape yet
    from ranvier.autodiff._lazy import Lazy

    if isinstance(gradient, tuple(_dispatch.wrappers)):
        gradient = gradient._value
    return gradient if isinstance(gradient, Lazy) else None


def update(optimizer, pairs) -> bool:
    """Updates variables from gradients that are not computed yet.

    Args:
        optimizer: the optimizer, built.
        pairs: pairs `(gradient, variable)`, checked.

    Returns:
        Whether it did: not if code of the user's own takes part, which may want to
        see numbers, or if all this happens inside a program.
    """
    if not _dispatch.recorders or stacks.state or not _is_ours(optimizer, pairs):
        return False
    lazies = [lazy_of(gradient) for gradient, _ in pairs]
    if any(lazy is None or not lazy.is_eager for lazy in lazies):
        return False
    recorder = lazies[0]._trace.recorder
    if jax_core.trace_ctx.trace is not recorder.parent:
        return False
    places = tuple([optimizer._index[variable] for _, variable in pairs])
    state = _state(optimizer, places)
    arrays = [*lazies, *[v.value for v in state]]
    inputs = [lazy_of(x).value if lazy_of(x) is not None else x for x in arrays]
    results = recorder.add_node(_spec(optimizer, places, inputs), inputs, taped=False)
    recorder.flush()
    for variable, result in zip(state, results, strict=True):
        if result is not False:
            variable.put(result.materialize())
            variable._borrowed = True
    return True


def _is_ours(optimizer, pairs) -> bool:
    rate = optimizer.rate_source
    if isinstance(rate, Variable):
        objects = [optimizer]
        if not any(rate is v for v in optimizer.variables):
            return False
    else:
        objects = [optimizer, rate]
    variables = {id(v): v for _, v in pairs}
    return (
        all(type(x).__module__.startswith("ranvier.optimizers.") for x in objects)
        and all(v.constraint is None for v in variables.values())
        and len(variables) == len(pairs)
    )


def _state(optimizer, places):
    """Returns the variables that the update reads and writes."""
    weights = [optimizer._trainable_variables[place] for place in places]
    return list({id(v): v for v in (*weights, *optimizer.variables)}.values())


def _spec(optimizer, places, inputs):
    from ranvier.autodiff import _lazy

    types = tuple(map(_lazy._aval_key, inputs))
    wide = jax.config.jax_enable_x64
    key = (places, types, wide, _settings(optimizer))
    known = _specs.setdefault(optimizer, {})
    spec = known.get(key)
    if spec is not None:
        return spec
    owner = weakref.ref(optimizer)  # the spec outlives it in the cache of programs

    def function(*arrays):
        optimizer = owner()
        state = _state(optimizer, places)
        pairs = zip(state, arrays[len(places) :], strict=True)
        with StateScope(pairs) as scope:
            optimizer.update_pairs(
                list(zip(arrays[: len(places)], state[: len(places)], strict=True))
            )
        return [scope.get(v) if id(v) in scope.written else False for v in state]

    spec = _lazy._make_spec(function, inputs, wide)
    if len(known) >= _LIMIT:
        known.clear()
    known[key] = spec
    return spec


def _settings(optimizer):
    """Returns the optimizer's attributes in a form to be compared."""
    return tuple(
        [
            (name, value if isinstance(value, _PLAIN) else id(value))
            for name, value in vars(optimizer).items()
        ]
    )


_PLAIN = (bool, int, float, str, type(None))
