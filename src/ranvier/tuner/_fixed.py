"""Fixed: a value that is not searched."""

from ranvier.tuner._conditions import plain_value
from ranvier.tuner._hyperparameter import HyperParameter


class Fixed(HyperParameter):
    """A value that the search leaves alone.

    Args:
        name: its name.
        value: a number, string or boolean.
        **kwargs: `conditions`.

    Raises:
        ValueError: for a value of another type.

    Example:
        >>> Fixed("epochs", 5).values
        (5,)
    """

    def __init__(self, name, value, **kwargs):
        try:
            self.value = plain_value(value)
        except TypeError as error:
            raise ValueError(
                f"The value of Fixed {name!r} must be an `int`, `float`, `str` or "
                f"`bool`. Received: {value!r}"
            ) from error
        super().__init__(name=name, default=self.value, **kwargs)

    def __repr__(self):
        return f"Fixed(name: {self.name}, value: {self.value})"

    @property
    def values(self):
        return (self.value,)

    def prob_to_value(self, prob):
        return self.value

    def value_to_prob(self, value):
        return 0.5

    def get_config(self):
        config = super().get_config()
        del config["default"]
        return {**config, "value": self.value}
