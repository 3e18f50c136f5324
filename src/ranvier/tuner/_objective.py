"""Objectives: which number a search makes small or large."""

from ranvier.core import _errors
from ranvier.tuner._direction import infer_metric_direction


class Objective:
    """A metric and the direction it should go.

    Args:
        name: name of the metric in the logs.
        direction: `"min"` or `"max"`.

    Raises:
        ValueError: for another direction.

    Example:
        >>> str(Objective("val_f1", "max"))
        'Objective(name="val_f1", direction="max")'
    """

    def __init__(self, name, direction):
        if direction not in ("min", "max"):
            raise ValueError(
                "`direction` of an Objective must be 'min' or 'max'. Received: "
                f"direction={direction!r} for {name!r}"
                f"{_errors.close_names(direction, ('min', 'max'))}"
            )
        self.name = name
        self.direction = direction

    def has_value(self, logs) -> bool:
        """Tells whether logs contain the metric."""
        return self.name in logs

    def get_value(self, logs):
        """Returns the objective's value in a dictionary of logs."""
        return logs[self.name]

    def better_than(self, a, b) -> bool:
        """Tells whether a value is better than another."""
        return a > b if self.direction == "max" else a < b

    def names(self) -> list:
        """Returns the names of the metrics that are needed."""
        return [self.name]

    def __eq__(self, other):
        return (
            isinstance(other, Objective)
            and self.name == other.name
            and self.direction == other.direction
        )

    def __hash__(self):
        return hash((self.name, self.direction))

    def __str__(self):
        return f'Objective(name="{self.name}", direction="{self.direction}")'

    __repr__ = __str__


class DefaultObjective(Objective):
    """The number that `run_trial` or `fit` returns, to be made small."""

    def __init__(self):
        super().__init__("default_objective", "min")


class MultiObjective(Objective):
    """The sum of what is to be minimised, less what is to be maximised.

    Args:
        objectives: list of `Objective`s.
    """

    def __init__(self, objectives):
        super().__init__("multi_objective", "min")
        self.objectives = objectives
        self.name_to_direction = {o.name: o.direction for o in objectives}

    def has_value(self, logs):
        return all(name in logs for name in self.name_to_direction)

    def get_value(self, logs):
        return sum(
            logs[name] if direction == "min" else -logs[name]
            for name, direction in self.name_to_direction.items()
            if name in logs
        )

    def names(self):
        return list(self.name_to_direction)

    def __eq__(self, other):
        return (
            isinstance(other, MultiObjective)
            and self.name_to_direction == other.name_to_direction
        )

    def __hash__(self):
        return hash(frozenset(self.name_to_direction.items()))

    def __str__(self):
        parts = ", ".join(map(str, self.objectives))
        return f"Multi{super().__str__()}: [{parts}]"

    __repr__ = __str__


def create_objective(objective):
    """Returns the `Objective` for a name, an objective, a list of both, or None.

    Raises:
        ValueError: for a name whose direction is not known.
        TypeError: for anything else.
    """
    if objective is None:
        return DefaultObjective()
    if isinstance(objective, (list, tuple)):
        return MultiObjective([create_objective(one) for one in objective])
    if isinstance(objective, Objective):
        return objective
    if not isinstance(objective, str):
        raise TypeError(
            "`objective` not understood, expected str or `Objective` object. "
            f"Received: {objective!r}"
        )
    direction = infer_metric_direction(objective)
    if direction is None:
        raise ValueError(
            'Could not infer optimization direction ("min" or "max") for unknown '
            f'metric "{objective}". Please specify the objective as '
            f'`tuner.Objective("{objective}", direction="min")` or with "max".'
        )
    return Objective(objective, direction)
