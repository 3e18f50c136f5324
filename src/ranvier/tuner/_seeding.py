"""The random state of a run: the same whenever and wherever it is run."""

import contextlib
import hashlib
import random

from ranvier.core import _seeds, _session
from ranvier.core._random_state import get_random_state, set_random_state


@contextlib.contextmanager
def seeded(*parts):
    """Runs the block with seeds that follow from numbers; puts the old state back.

    A trial that is run again after an interruption, or beside others, then gives what
    it would have given.

    Args:
        *parts: numbers or texts.

    Example:
        >>> import random
        >>> with seeded(1, 0):
        ...     first = random.random()
        >>> with seeded(1, 0):
        ...     second = random.random()
        >>> first == second
        True
    """
    before = get_random_state()
    _session.clear_session(free_memory=False)
    _seeds.set_random_seed(_seed_of(*parts))
    try:
        yield
    finally:
        set_random_state(before)


def begin_fit(*parts) -> None:
    """Sets the seeds that `fit` starts from, whatever `build` has drawn.

    So trials of different structure see the same order of samples, too, and may be
    trained together.

    Args:
        *parts: as for `seeded`.
    """
    _seeds.set_random_seed(_seed_of(*parts, "fit"))


def fit_state(*parts):
    """Returns the state of Python's `random` that `begin_fit` would set."""
    return random.Random(_seed_of(*parts, "fit")).getstate()


def _seed_of(*parts) -> int:
    digest = hashlib.sha256(repr(parts).encode()).digest()
    return int.from_bytes(digest[:4], "little") % 2**31
