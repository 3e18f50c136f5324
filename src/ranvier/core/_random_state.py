"""The state of all randomness that is not part of a model: saved and taken up again."""

import random

import numpy as np

from ranvier.core import _seeds


def get_random_state() -> dict:
    """Returns the states of Python's, NumPy's and ranvier's global generators.

    Returns:
        A dictionary of lists, numbers and arrays.
    """
    generator = _seeds._global["generator"]
    return {
        "python": random.getstate(),
        "numpy": np.random.get_state(),
        "ranvier": None if generator is None else generator.state.numpy(),
    }


def set_random_state(state: dict) -> None:
    """Takes up what `get_random_state` returned, lists in place of tuples allowed.

    Args:
        state: the dictionary.
    """
    if state["ranvier"] is not None:
        # Creating the generator may draw from Python's: that one comes after it.
        _seeds.global_seed_generator().state.assign(state["ranvier"])
    version, numbers, rest = state["python"]
    random.setstate((version, tuple(numbers), rest))
    np.random.set_state(tuple(state["numpy"]))
