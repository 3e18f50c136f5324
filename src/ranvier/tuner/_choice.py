"""Choice: one of a list of values."""

from ranvier.tuner._conditions import plain_value, plain_values
from ranvier.tuner._hyperparameter import HyperParameter, index_to_prob, prob_to_index


class Choice(HyperParameter):
    """One of a list of values.

    Args:
        name: its name.
        values: list of values of one type: int, float, str or bool.
        ordered: whether the order of the values means something. Defaults to True for
            numbers; must be False for strings.
        default: the value where a search has not chosen one; else the first.
        **kwargs: `conditions`.

    Raises:
        ValueError: for an empty list, a default that is no choice, or ordered strings.
        TypeError: for values of several types.

    Example:
        >>> Choice("activation", ["relu", "tanh"]).default
        'relu'
    """

    def __init__(self, name, values, ordered=None, default=None, **kwargs):
        if values is None or not len(values):
            raise ValueError(f"`values` must be provided for `Choice` {name!r}.")
        values = plain_values(values)
        types = sorted({type(value).__name__ for value in values})
        if len(types) > 1:
            raise TypeError(
                "A `Choice` can contain only one type of value. Received for "
                f"{name!r}: {values} of types {', '.join(types)}."
            )
        if default is not None:
            default = plain_value(default)
            if default not in values:
                raise ValueError(
                    f"The default of `Choice` {name!r} must be one of its values. "
                    f"Received: values={values}, default={default!r}"
                )
        is_numeric = not isinstance(values[0], str)
        if ordered and not is_numeric:
            raise ValueError(
                "`ordered` must be `False` for non-numeric types. Received for "
                f"{name!r}: values={values}, ordered={ordered}"
            )
        super().__init__(name=name, default=default, **kwargs)
        self._values = values
        self.ordered = is_numeric if ordered is None else ordered

    def __repr__(self):
        return (
            f"Choice(name: '{self.name}', values: {self._values}, "
            f"ordered: {self.ordered}, default: {self.default})"
        )

    @property
    def values(self):
        return self._values

    @property
    def default(self):
        return self._values[0] if self._default is None else self._default

    def prob_to_value(self, prob):
        return self._values[prob_to_index(prob, len(self._values))]

    def value_to_prob(self, value):
        return index_to_prob(self._values.index(value), len(self._values))

    def get_config(self):
        return {
            **super().get_config(),
            "values": self._values,
            "ordered": self.ordered,
        }
