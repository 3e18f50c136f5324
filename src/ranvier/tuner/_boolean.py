"""Boolean: yes or no."""

from ranvier.tuner._hyperparameter import HyperParameter


class Boolean(HyperParameter):
    """True or False.

    Args:
        name: its name.
        default: the value where a search has not chosen one.
        **kwargs: `conditions`.

    Raises:
        ValueError: for a default that is no boolean.

    Example:
        >>> Boolean("normalize").values
        (True, False)
    """

    def __init__(self, name, default=False, **kwargs):
        super().__init__(name=name, default=default, **kwargs)
        if default not in (True, False):
            raise ValueError(
                f"`default` of Boolean {name!r} must be a Python boolean. Received: "
                f"default={default!r}"
            )

    def __repr__(self):
        return f'Boolean(name: "{self.name}", default: {self.default})'

    @property
    def values(self):
        return (True, False)

    def prob_to_value(self, prob):
        return bool(prob >= 0.5)

    def value_to_prob(self, value):
        return 0.75 if value else 0.25
