"""Random draws of layers inside users' functions.

A layer such as `RandomFlip` draws from a seed generator. Inside a function of elements
its key follows from the generator's seed, the number of the pass and the position of
the element alone: so the draws do not depend on threads, on whether the function is
compiled, nor on where a pass was stopped and taken up again.
"""

import contextlib

import jax.numpy as jnp
import numpy as np

from ranvier.core import _scope
from ranvier.core._threefry import bits


def keys(generator_state, index, position, count) -> np.ndarray:
    """Returns raw keys for elements, of shape `(count, 2)`.

    Args:
        generator_state: the state of a seed generator.
        index: number of the pass.
        position: number of the first element.
        count: number of elements.
    """
    seed = int(np.asarray(generator_state)[0])
    words = [
        bits([seed, (2 * index + half) % 2**32], count, position) for half in (0, 1)
    ]
    return np.stack(words, axis=-1)


@contextlib.contextmanager
def drawing(index, position):
    """Lets seed generators give the keys of one element while it is open.

    Args:
        index: number of the pass.
        position: number of the element.
    """
    first: dict = {}
    counts: dict = {}

    def key_of(generator):
        state = generator.state
        if id(state) not in first:
            first[id(state)] = keys(state.value, index, position, 1)[0]
            counts[id(state)] = 0
        key = first[id(state)] + np.array([0, counts[id(state)]], np.uint32)
        counts[id(state)] += 1
        return jnp.asarray(key)

    before, _scope.stacks.seeder = _scope.stacks.seeder, key_of
    try:
        yield
    finally:
        _scope.stacks.seeder = before
