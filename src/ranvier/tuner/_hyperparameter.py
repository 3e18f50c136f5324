"""HyperParameter: a name, a default, and how a probability becomes a value.

Search algorithms see every hyperparameter through two functions: `prob_to_value` takes
a number in [0, 1) to a value, `value_to_prob` takes a value to the middle of the
numbers that lead to it.
"""

import math
import random

from ranvier.tuner import _conditions


class HyperParameter:
    """Base class of hyperparameters. Name and conditions together identify one.

    Args:
        name: its name.
        default: the value where a search has not chosen one.
        conditions: list of `Parent` conditions; it is active where all hold.
    """

    def __init__(self, name, default=None, conditions=None):
        self.name = name
        self._default = default
        if conditions and not isinstance(conditions, (list, tuple)):
            conditions = [conditions]
        self.conditions = list(conditions or ())

    @property
    def default(self):
        """The value where a search has not chosen one."""
        return self._default

    @property
    def values(self):
        """All possible values, or some representative ones of a continuum."""
        raise NotImplementedError

    def random_sample(self, seed=None):
        """Draws a value.

        Args:
            seed: any seed of Python's `random.Random`.
        """
        return self.prob_to_value(random.Random(seed).random())

    def prob_to_value(self, prob):
        """Returns the value at a cumulative probability in [0, 1)."""
        raise NotImplementedError

    def value_to_prob(self, value):
        """Returns the cumulative probability of a value, centred in its share."""
        raise NotImplementedError

    def get_config(self):
        """Returns the arguments of the constructor, ready for JSON."""
        return {
            "name": self.name,
            "default": self.default,
            "conditions": [_conditions.serialize(c) for c in self.conditions],
        }

    @classmethod
    def from_config(cls, config):
        """Builds a hyperparameter from `get_config`."""
        conditions = [_conditions.deserialize(c) for c in config["conditions"]]
        return cls(**{**config, "conditions": conditions})


def prob_to_index(prob, count) -> int:
    """Returns which of `count` equal shares of [0, 1] a probability falls into."""
    # Divided as it is: the same rounding at the borders as KerasTuner's.
    return min(math.floor(prob / (1 / count)), count - 1)


def index_to_prob(index, count) -> float:
    """Returns the middle of one of `count` equal shares of [0, 1]."""
    return (index + 0.5) / count
