"""Checks of constructor arguments, shared by optimizers and schedules.

Each takes the arguments by name, so that the error can name the one at fault.
"""

import numbers


def is_number(value) -> bool:
    """Tells whether a value is a real number or an array of one."""
    if isinstance(value, bool):
        return False
    return isinstance(value, numbers.Real) or getattr(value, "shape", None) == ()


def require_number(**arguments) -> None:
    """Raises unless every argument is a number."""
    _require("a number", lambda value: value == value, arguments)


def require_positive(**arguments) -> None:
    """Raises unless every argument is a number > 0."""
    _require("a number > 0", lambda value: value > 0, arguments)


def require_nonnegative(**arguments) -> None:
    """Raises unless every argument is a number >= 0."""
    _require("a number >= 0", lambda value: value >= 0, arguments)


def require_fraction(**arguments) -> None:
    """Raises unless every argument is a number in [0, 1]."""
    _require("a number in [0, 1]", lambda value: 0 <= value <= 1, arguments)


def _require(wanted, holds, arguments):
    for name, value in arguments.items():
        if not (is_number(value) and holds(value)):
            raise ValueError(
                f"Argument `{name}` must be {wanted}. Received: {name}={value!r}"
            )
