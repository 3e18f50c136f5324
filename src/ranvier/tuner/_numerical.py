"""Numerical: ranges of numbers, on a linear or a logarithmic scale, with steps."""

import math

from ranvier.core import _errors
from ranvier.tuner._hyperparameter import HyperParameter, index_to_prob, prob_to_index

_SAMPLINGS = ("linear", "log", "reverse_log")


class Numerical(HyperParameter):
    """Base of `Int` and `Float`.

    Args:
        name: its name.
        min_value: the smallest value.
        max_value: the largest value, inclusive.
        step: distance between values; with a logarithmic scale, their ratio.
        sampling: `"linear"`, `"log"` (small values as often as large ones, by orders
            of magnitude) or `"reverse_log"` (the same from the upper end).
        default: the value where a search has not chosen one; else `min_value`.
        **kwargs: `conditions`.

    Raises:
        ValueError: for an empty range, an unknown sampling, or a logarithmic scale of
            values that are not positive or with a step that is no ratio.
    """

    def __init__(
        self,
        name,
        min_value,
        max_value,
        step=None,
        sampling="linear",
        default=None,
        **kwargs,
    ):
        super().__init__(name=name, default=default, **kwargs)
        self.min_value = min_value
        self.max_value = max_value
        self.step = step
        self.sampling = "linear" if sampling is None else str(sampling).lower()
        self._check()

    def _check(self):
        where = f"For HyperParameters.{type(self).__name__}(name={self.name!r}), "
        if self.min_value > self.max_value:
            raise ValueError(
                f"{where}min_value {self.min_value} is greater than max_value "
                f"{self.max_value}."
            )
        if self.sampling not in _SAMPLINGS:
            raise ValueError(
                f"{where}sampling must be one of {', '.join(map(repr, _SAMPLINGS))}. "
                f"Received: sampling={self.sampling!r}."
                f"{_errors.close_names(self.sampling, _SAMPLINGS)}"
            )
        if self.sampling == "linear":
            if self.step is not None and self.step <= 0:
                raise ValueError(
                    f"{where}expected step > 0. Received: step={self.step}."
                )
            return
        if self.min_value <= 0:
            raise ValueError(
                f"{where}sampling={self.sampling!r} needs positive values. Received: "
                f"min_value={self.min_value}."
            )
        if self.step is not None and self.step <= 1:
            raise ValueError(
                f"{where}expected step > 1 with sampling={self.sampling!r}: it is the "
                f"ratio of two values. Received: step={self.step}."
            )

    @property
    def default(self):
        return self.min_value if self._default is None else self._default

    @property
    def values(self):
        if self.step is None:
            # Ten from the middles of ten equal shares. Through a set as in
            # KerasTuner, whose order is that of its grid search.
            return tuple({self.prob_to_value(i * 0.1 + 0.05) for i in range(10)})
        return tuple(self._value_at(i) for i in range(self._count_values()))

    def get_config(self):
        return {
            **super().get_config(),
            "min_value": self.min_value,
            "max_value": self.max_value,
            "step": self.step,
            "sampling": self.sampling,
        }

    # Without steps. `Int` goes up to a larger maximum, so that rounding down can
    # arrive at its own.

    def _value_between(self, prob, high):
        low = self.min_value
        if self.sampling == "linear":
            return prob * (high - low) + low
        if self.sampling == "log":
            return low * math.pow(high / low, prob)
        return high + low - low * math.pow(high / low, 1 - prob)

    def _prob_between(self, value, high):
        low = self.min_value
        if high == low:
            return 0.5
        if self.sampling == "linear":
            return (value - low) / (high - low)
        if self.sampling == "log":
            return math.log(value / low) / math.log(high / low)
        return 1 - math.log((high + low - value) / low) / math.log(high / low)

    # With steps.

    def _count_values(self):
        if self.sampling == "linear":
            return int((self.max_value - self.min_value) // self.step + 1)
        ratio = self.max_value / self.min_value
        return int(math.log(ratio, self.step) + 1e-8) + 1

    def _value_at(self, index):
        if self.sampling == "linear":
            return self.min_value + index * self.step
        far = self.min_value * math.pow(self.step, index)
        if self.sampling == "log":
            return far
        return self.max_value + self.min_value - far

    def _stepped_value(self, prob):
        return self._value_at(prob_to_index(prob, self._count_values()))

    def _stepped_prob(self, value):
        low = self.min_value
        if self.sampling == "linear":
            index = (value - low) // self.step
        elif self.sampling == "log":
            index = math.log(value / low, self.step)
        else:
            index = math.log((self.max_value - value + low) / low, self.step)
        return index_to_prob(index, self._count_values())
