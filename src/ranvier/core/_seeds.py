"""Randomness: seeds, generators of seeds, and the one call that fixes them all.

A raw JAX key (two uint32) is made of a seed and a counter, so that a generator's
state is a variable like any other: it is lifted into programs, saved and restored.
Without a seed, one is drawn from Python's `random`, which `set_random_seed` fixes.
"""

import random

import jax
import jax.numpy as jnp
import numpy as np

from ranvier.core import _naming, _scope
from ranvier.core._registry import builtin
from ranvier.core._variable import Variable

_global: dict = {"generator": None, "seed": None, "operations": {}}


def make_default_seed() -> int:
    """Draws a seed from Python's random state."""
    return random.randint(1, int(1e9))


@builtin("keras.random")
class SeedGenerator:
    """A source of seeds that never gives the same one twice.

    Pass it as `seed=` to the functions of `ranvier.random`. As an attribute of a
    layer its state belongs to the model: training draws anew at every step.

    Args:
        seed: an integer, or None for one drawn from the global state.
        name: optional name.

    Raises:
        ValueError: if `seed` is no integer, or for other arguments.

    Example:
        >>> import ranvier as rv
        >>> generator = SeedGenerator(seed=1)
        >>> a = rv.random.normal((2,), seed=generator)
        >>> b = rv.random.normal((2,), seed=generator)
        >>> bool((a != b).all())
        True
    """

    def __init__(self, seed=None, name=None, **kwargs):
        kwargs.pop("backend", None)  # there is one
        if kwargs:
            raise ValueError(f"Unrecognized keyword arguments: {kwargs}")
        self.name = name or _naming.auto_name("SeedGenerator")
        self._initial_seed = seed
        if seed is None:
            seed = make_default_seed()
        if not isinstance(seed, (int, np.integer)) or isinstance(seed, bool):
            raise ValueError(
                f"Argument `seed` must be an integer. Received: seed={seed}"
            )
        with _naming.name_scope(self.name, caller=self):
            self.state = Variable(
                raw_key(int(seed)),
                dtype="uint32",
                trainable=False,
                name="seed_generator_state",
            )

    def next(self, ordered=True):
        """Returns the current seed and moves on.

        Args:
            ordered: count up (True), or jump in a way that suits the global state.
        """
        state = self.state
        if _scope.stacks.seeder is not None and not _scope.in_state_scope():
            return _scope.stacks.seeder(self)
        current = state.value
        if _scope.in_state_scope():
            seed = current
        else:
            seed = jnp.copy(current)
        if ordered:
            state.assign(current + jnp.array([0, 1], dtype="uint32"))
        else:
            one, step, period = (jnp.uint32(n) for n in (1, 5387, 933199))
            state.assign((current + one) * step % period)
        return seed

    def get_config(self):
        """Returns the constructor's arguments."""
        return {"seed": self._initial_seed, "name": self.name}

    @classmethod
    def from_config(cls, config):
        """Rebuilds a generator."""
        return cls(**config)


def raw_key(seed: int):
    """Returns the raw key of an integer seed."""
    return np.array([seed & 0xFFFFFFFF, 0], dtype="uint32")


def global_seed_generator() -> SeedGenerator:
    """Returns the generator that serves calls without a seed."""
    if _global["generator"] is None:
        with jax.ensure_compile_time_eval():
            _global["generator"] = SeedGenerator()
    return _global["generator"]


def operation_seed(seed):
    """Returns the generator behind an integer seed of TensorFlow's random operations.

    The operations draw a sequence, which the global seed takes part in and begins anew.
    Inside a traced function each operation has a sequence of its own.

    Args:
        seed: the operation's seed; what is no integer is returned as it is.
    """
    if not isinstance(seed, (int, np.integer)) or isinstance(seed, bool):
        return seed
    seed = int(seed)
    scopes = _scope.stacks.state
    known = {} if scopes and scopes[-1].takes_inputs else _global["operations"]
    if seed not in known:
        mixed = seed + 1_000_003 * (_global["seed"] or 0)
        with jax.ensure_compile_time_eval():
            known[seed] = SeedGenerator(mixed & 0xFFFFFFFF)
    return known[seed]


def draw_key(seed):
    """Returns a raw key from an int, a `SeedGenerator`, a key, or None.

    Raises:
        ValueError: for anything else.
    """
    if isinstance(seed, SeedGenerator):
        return seed.next()
    if isinstance(seed, jax.Array):
        return seed
    if isinstance(seed, (int, np.integer)) and not isinstance(seed, bool):
        return jax.device_put(raw_key(int(seed)))
    if seed is None:
        return global_seed_generator().next(ordered=False)
    raise ValueError(
        "Argument `seed` must be either an integer or an instance of "
        f"`SeedGenerator`. Received: seed={seed} (of type {type(seed)})"
    )


def set_random_seed(seed: int) -> None:
    """Fixes all randomness: Python's, NumPy's and ranvier's.

    Args:
        seed: an integer from 0 to 2**32 - 1. Initial weights, dropout and the order
            of batches follow.

    Raises:
        ValueError: for another seed.

    Example:
        >>> set_random_seed(42)
    """
    if not isinstance(seed, int):
        raise ValueError(
            "Expected `seed` argument to be an integer. "
            f"Received: seed={seed} (of type {type(seed)})"
        )
    if not 0 <= seed < 2**32:
        raise ValueError(f"`seed` must be between 0 and 2**32 - 1. Received: {seed=}")
    _global["seed"] = seed
    _global["generator"] = None
    _global["operations"] = {}
    random.seed(seed)
    np.random.seed(seed)


def get_random_seed() -> int | None:
    """Returns what `set_random_seed` was last given, or None."""
    return _global["seed"]


def reset_global_generator() -> None:
    """Forgets the global generator; the next use draws a new seed."""
    _global["generator"] = None
