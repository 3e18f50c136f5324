"""Float: real numbers."""

from ranvier.tuner._numerical import Numerical


class Float(Numerical):
    """A real number of a range.

    Args:
        name: its name.
        min_value: the lower limit.
        max_value: the upper limit.
        step: distance between values; with a logarithmic scale, their ratio. None
            allows all numbers.
        sampling: `"linear"`, `"log"` or `"reverse_log"`.
        default: the value where a search has not chosen one; else `min_value`.
        **kwargs: `conditions`.

    Raises:
        ValueError: as `Numerical`.

    Example:
        >>> Float("rate", 0.25, 1.0, step=0.25).values
        (0.25, 0.5, 0.75, 1.0)
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
        super().__init__(
            name=name,
            min_value=float(min_value),
            max_value=float(max_value),
            step=step,
            sampling=sampling,
            default=default,
            **kwargs,
        )

    def __repr__(self):
        return (
            f"Float(name: '{self.name}', min_value: '{self.min_value}', "
            f"max_value: '{self.max_value}', step: '{self.step}', "
            f"sampling: '{self.sampling}', default: '{self.default}')"
        )

    def prob_to_value(self, prob):
        if self.step is None:
            return self._value_between(prob, self.max_value)
        return self._stepped_value(prob)

    def value_to_prob(self, value):
        if self.step is None:
            return self._prob_between(value, self.max_value)
        return self._stepped_prob(value)
