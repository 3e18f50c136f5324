"""Loops on traced values: the body is traced once, and runs in the program."""

import jax
import jax.numpy as jnp
from jax import lax

from ranvier.autodiff.function import _reverse
from ranvier.autodiff.function._branches import Inputs, call_in_trace, trace_block
from ranvier.autodiff.function._values import put_together, struct_of, take_apart


def loop(test, body, state, check, count=None):
    """Runs a loop whose number of steps is found while it runs.

    Args:
        test: maps the state to a truth value (a scalar tensor).
        body: maps the state to the next one and to further values: those of variables
            that had none before the loop.
        state: a structure of tensors.
        check: called with the templates and the array types before and after a step;
            raises if they differ.
        count: the most steps, an integer array, or None.

    Returns:
        The last state and the last further values (zeros if there was no step).
    """
    arrays: list = []
    template = take_apart(state, arrays)
    structs = [struct_of(x) for x in arrays]
    size = len(arrays)

    def filled(arrays):
        return put_together(template, arrays)

    test_program, _ = trace_block(lambda *a: test(filled(a)), structs)
    body_program, (after, more) = trace_block(lambda *a: body(filled(a)), structs)
    check(template, after, structs, body_program.out_types[:size])
    further = body_program.out_types[size:]
    inputs = Inputs([test_program, body_program])

    def run(count, arrays, moving, constants):
        start = size + 1 + len(further)  # of the moving ones

        def go_on(state, constants):
            own = inputs.of(test_program, state[start:], constants)
            [found], _ = test_program(*own, state[1 : size + 1])
            return jnp.logical_and(state[0] != 0, found.reshape(()))

        def step(state, constants):
            own = inputs.of(body_program, state[start:], constants)
            found, new = body_program(*own, state[1 : size + 1])
            moving = inputs.updated(body_program, state[start:], new)
            return [state[0] - 1, *found, *moving]

        zeros = [jnp.zeros(x.shape, x.dtype) for x in further]
        state = [count, *arrays, *zeros, *moving]
        state = _reverse.while_loop(go_on, step, state, constants)
        return state[1:start], state[start:]

    if count is None:
        count = jnp.full((), -1, jnp.int32)
    found, moving = call_in_trace(run, count, arrays, *inputs.values())
    inputs.assign(moving)
    return put_together(after, found), put_together(more, found)


def for_each(body, elements, state, check, reverse=False):
    """Runs a body for each entry along the first axis of some tensors.

    Args:
        body: maps an element and the state to the next state, further values as in
            `loop`, and an output, each a structure of tensors.
        elements: a structure of tensors.
        state: a structure of tensors.
        check: as in `loop`.
        reverse: whether to begin with the last.

    Returns:
        The last state, the last further values, and the outputs stacked.
    """
    items: list = []
    item_template = take_apart(elements, items)
    arrays: list = []
    template = take_apart(state, arrays)
    structs = [struct_of(x) for x in arrays]
    item_structs = [jax.ShapeDtypeStruct(x.shape[1:], x.dtype) for x in items]
    number, size, kept = len(items), len(arrays), []

    def traced(*values):
        element = put_together(item_template, values[:number])
        after, more, output = body(element, put_together(template, values[number:]))
        leaves: list = []
        take_apart((after, more), leaves)
        kept.append(len(leaves))
        return after, more, output

    program, (after, more, output) = trace_block(traced, [*item_structs, *structs])
    check(template, after, structs, program.out_types[:size])
    further = program.out_types[size : kept[0]]
    inputs = Inputs([program])

    def run(items, arrays, moving, constants):
        def step(carry, items):
            arrays, moving = carry
            own = inputs.of(program, moving, constants)
            found, new = program(*own, [*items, *arrays[:size]])
            moving = inputs.updated(program, moving, new)
            return (found[: kept[0]], moving), found[kept[0] :]

        zeros = [jnp.zeros(x.shape, x.dtype) for x in further]
        return lax.scan(step, ([*arrays, *zeros], moving), items, reverse=reverse)

    (arrays, moving), outputs = call_in_trace(run, items, arrays, *inputs.values())
    inputs.assign(moving)
    found = [*arrays, *outputs]  # as the slots are numbered
    return tuple(put_together(part, found) for part in (after, more, output))
