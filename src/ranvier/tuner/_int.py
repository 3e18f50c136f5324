"""Int: whole numbers."""

from ranvier.tuner._numerical import Numerical


class Int(Numerical):
    """A whole number of a range, `max_value` included.

    Args:
        name: its name.
        min_value: the smallest value.
        max_value: the largest value.
        step: distance between values; with a logarithmic scale, their ratio. None
            allows all whole numbers.
        sampling: `"linear"`, `"log"` or `"reverse_log"`.
        default: the value where a search has not chosen one; else `min_value`.
        **kwargs: `conditions`.

    Raises:
        ValueError: for a limit or step that is no whole number, or as `Numerical`.

    Example:
        >>> Int("batch_size", 2, 32, step=2, sampling="log").values
        (2, 4, 8, 16, 32)
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
        if step is not None:
            step = _whole(step, "step")
        elif sampling == "linear":
            step = 1
        super().__init__(
            name=name,
            min_value=_whole(min_value, "min_value"),
            max_value=_whole(max_value, "max_value"),
            step=step,
            sampling=sampling,
            default=default,
            **kwargs,
        )

    def __repr__(self):
        return (
            f"Int(name: '{self.name}', min_value: {self.min_value}, "
            f"max_value: {self.max_value}, step: {self.step}, "
            f"sampling: {self.sampling}, default: {self.default})"
        )

    def prob_to_value(self, prob):
        if self.step is None:
            return int(self._value_between(prob, self.max_value + 1))
        return int(self._stepped_value(prob))

    def value_to_prob(self, value):
        if self.step is None:
            return self._prob_between(value + 0.5, self.max_value + 1)
        return self._stepped_prob(value)

    def _value_at(self, index):
        return int(super()._value_at(index))

    def get_config(self):
        return {**super().get_config(), "default": self._default}


def _whole(value, argument):
    try:
        whole = int(value)
    except (TypeError, ValueError):
        whole = None
    if whole is None or whole != value:
        raise ValueError(
            f"`{argument}` must be an int. Received: {argument}={value!r} of type "
            f"{type(value).__name__}."
        )
    return whole
