"""Checks of constructor arguments, shared by all that takes numbers.

Each takes the arguments by name, so that the error can name the one at fault:
`require_positive(delta=delta)`. A traced value passes: it is known later.
"""

import numbers
import operator

import jax

from ranvier.core._errors import ArgumentError


def is_number(value) -> bool:
    """Tells whether a value is a real number or an array of one."""
    if isinstance(value, bool):
        return False
    return isinstance(value, numbers.Real) or getattr(value, "shape", None) == ()


def is_integer(value) -> bool:
    """Tells whether a value is an integer or an array of one."""
    if isinstance(value, bool):
        return False
    try:
        operator.index(value)
    except TypeError:
        return False
    return True


def optional(require, **arguments) -> None:
    """Applies one of the checks below to the arguments that are not None."""
    require(**{name: value for name, value in arguments.items() if value is not None})


def require_number(**arguments) -> None:
    """Raises unless every argument is a number."""
    require_number_that("a number", lambda value: value == value, arguments)


def require_positive(**arguments) -> None:
    """Raises unless every argument is a number > 0."""
    require_number_that("a number > 0", lambda value: value > 0, arguments)


def require_nonnegative(**arguments) -> None:
    """Raises unless every argument is a number >= 0."""
    require_number_that("a number >= 0", lambda value: value >= 0, arguments)


def require_nonpositive(**arguments) -> None:
    """Raises unless every argument is a number <= 0."""
    require_number_that("a number <= 0", lambda value: value <= 0, arguments)


def require_fraction(**arguments) -> None:
    """Raises unless every argument is a number in [0, 1]."""
    require_number_that("in the range [0, 1]", lambda value: 0 <= value <= 1, arguments)


def require_below_one(**arguments) -> None:
    """Raises unless every argument is a number in [0, 1)."""
    require_number_that("a number in [0, 1)", lambda value: 0 <= value < 1, arguments)


def require_integer(**arguments) -> None:
    """Raises unless every argument is an integer."""
    require("an integer", is_integer, arguments)


def require_count(least=1, **arguments) -> None:
    """Raises unless every argument is an integer that is not below `least`."""
    require(
        f"an integer > {least - 1}",
        lambda value: is_integer(value) and value >= least,
        arguments,
    )


def require_axes(**arguments) -> None:
    """Raises unless every argument is an integer or a list of integers."""
    require(
        "an integer or a list of integers",
        lambda value: all(
            map(is_integer, value if isinstance(value, (list, tuple)) else [value])
        ),
        arguments,
    )


def require(wanted, holds, arguments) -> None:
    """Raises for the first argument that is not as it should be.

    Args:
        wanted: what is expected, in words.
        holds: function that tells whether a value is that.
        arguments: dictionary of the arguments.

    Raises:
        ValueError: naming the argument, what is expected and what came.
    """
    for name, value in arguments.items():
        if not isinstance(value, jax.core.Tracer) and not holds(value):
            raise ValueError(_refusal(name, wanted, value))


def require_number_that(wanted, holds, arguments) -> None:
    """Raises for the first argument that is no number or not as it should be.

    Args:
        wanted: what is expected, in words.
        holds: function that tells whether a number is that.
        arguments: dictionary of the arguments.

    Raises:
        ArgumentError: for what is no number.
        ValueError: for another number.
    """
    for name, value in arguments.items():
        if not isinstance(value, jax.core.Tracer) and not is_number(value):
            raise ArgumentError(_refusal(name, wanted, value))
    require(wanted, holds, arguments)


def _refusal(name, wanted, value):
    return f"Argument `{name}` must be {wanted}. Received: {name}={value!r}"
