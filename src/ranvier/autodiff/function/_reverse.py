"""A while loop that can be differentiated backwards.

JAX differentiates loops with a fixed number of steps only: what the steps need on the
way back must fit somewhere. Here the way back runs the loop again: once to keep the
state at some steps, then from the last of these forwards to each step before the next.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

# States kept on the way back: n steps cost n * n / (2 * _KEPT) further ones.
_KEPT = 64


def while_loop(test, body, state, constants):
    """Runs `state = body(state, constants)` while `test(state, constants)`.

    Args:
        test: returns a truth value.
        body: returns the next state.
        state: a list of arrays.
        constants: a list of arrays, which the functions may not close over.
    """

    @jax.custom_vjp
    def loop(state, constants):
        return lax.while_loop(
            lambda state: test(state, constants),
            lambda state: body(state, constants),
            state,
        )

    def forward(state, constants):
        def step(counted):
            count, state = counted
            return count + 1, body(state, constants)

        first = jnp.zeros((), jnp.int32), state
        count, final = lax.while_loop(
            lambda counted: test(counted[1], constants), step, first
        )
        return final, (count, state, constants)

    def backward(residual, upstream):
        count, state, constants = residual
        return _backward(body, count, state, constants, upstream)

    loop.defvjp(forward, backward)
    return loop(state, constants)


def _backward(body, count, state, constants, upstream):
    stride = (count + _KEPT - 1) // _KEPT
    stride = jnp.maximum(stride, 1)

    def advance(state, steps):
        """Returns the state some steps later."""

        def step(counted, constants):
            left, state = counted[0], counted[1:]
            return [left - 1, *body(state, constants)]

        found = while_loop(
            lambda counted, constants: counted[0] > 0,
            step,
            [steps, *state],
            constants,
        )
        return found[1:]

    def keep(kept, number):
        return advance(kept, stride), kept

    _, kept = lax.scan(keep, state, jnp.arange(_KEPT))
    reals = [i for i, x in enumerate(state) if _is_real(x)]
    real_constants = [i for i, x in enumerate(constants) if _is_real(x)]

    def back(carry):
        step, pulled, gradients = carry
        number = step // stride
        start = [lax.dynamic_index_in_dim(x, number, 0, False) for x in kept]
        before = advance(start, step - number * stride)

        def of_reals(values, others):
            state, all_constants = list(before), list(constants)
            for i, value in zip(reals, values, strict=True):
                state[i] = value
            for i, value in zip(real_constants, others, strict=True):
                all_constants[i] = value
            result = body(state, all_constants)
            return [result[i] for i in reals]

        _, pull = jax.vjp(
            of_reals,
            [before[i] for i in reals],
            [constants[i] for i in real_constants],
        )
        pulled, more = pull(pulled)
        gradients = [a + b for a, b in zip(gradients, more, strict=True)]
        return step - 1, pulled, gradients

    first = (
        count - 1,
        [upstream[i] for i in reals],
        [jnp.zeros_like(constants[i]) for i in real_constants],
    )
    _, pulled, gradients = lax.while_loop(lambda carry: carry[0] >= 0, back, first)
    return _spread(state, reals, pulled), _spread(constants, real_constants, gradients)


def _spread(values, places, gradients):
    """Returns gradients at their places, and none elsewhere."""
    found = [np.zeros(x.shape, jax.dtypes.float0) for x in values]
    for place, gradient in zip(places, gradients, strict=True):
        found[place] = gradient
    return found


def _is_real(x) -> bool:
    return jnp.issubdtype(x.dtype, jnp.inexact)
