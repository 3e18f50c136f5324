"""When a hyperparameter exists: its parent has one of certain values."""

import numbers

import numpy as np


class Parent:
    """The condition that the hyperparameter `name` has one of `values`.

    Args:
        name: name of the parent hyperparameter.
        values: a value or a list of values of one type.

    Raises:
        TypeError: for values that are no numbers, strings or booleans.

    Example:
        >>> Parent("kind", ["deep", "wide"]).is_active({"kind": "deep"})
        True
    """

    def __init__(self, name, values):
        self.name = name
        self.values = plain_values(values)

    def is_active(self, values) -> bool:
        """Tells whether the condition holds among these values."""
        return self.name in values and values[self.name] in self.values

    def __eq__(self, other):
        return isinstance(other, Parent) and self._key() == other._key()

    def __hash__(self):
        return hash((self.name, tuple(self.values)))

    def __repr__(self):
        return f"Parent(name: {self.name!r}, values: {self.values})"

    def _key(self):
        return self.name, self.values

    def get_config(self):
        """Returns the arguments of the constructor."""
        return {"name": self.name, "values": list(self.values)}

    @classmethod
    def from_config(cls, config):
        """Builds a condition from `get_config`."""
        return cls(**config)


def plain_values(values) -> list:
    """Returns a list of Python's own booleans, integers, floats or strings.

    Raises:
        TypeError: for other types.
    """
    if isinstance(values, np.ndarray):
        values = values.tolist()
    if not isinstance(values, (list, tuple)):
        values = [values]
    return [plain_value(value) for value in values]


def plain_value(value):
    """Returns a scalar as Python's own type."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool):
        return value
    for kind, plain in ((numbers.Integral, int), (numbers.Real, float), (str, str)):
        if isinstance(value, kind):
            return plain(value)
    raise TypeError(
        "Values of hyperparameters are `int`, `float`, `str` or `bool`. "
        f"Received: {value!r} of type {type(value).__name__}"
    )


def serialize(condition) -> dict:
    """Returns a condition as a dictionary ready for JSON."""
    return {
        "class_name": type(condition).__name__,
        "config": condition.get_config(),
    }


def deserialize(config) -> Parent:
    """Builds a condition from `serialize`."""
    if config["class_name"] != "Parent":
        raise ValueError(f"Unknown condition: {config['class_name']!r}")
    return Parent.from_config(config["config"])
