"""Errors that a search treats in a way of their own.

FailedTrialError                    ends this trial, without another try
FatalError                          ends the search
    FatalValueError(ValueError)
    FatalTypeError(TypeError)
    FatalRuntimeError(RuntimeError)

Any other exception ends one run of a trial, which is tried again as often as
`max_retries_per_trial` says.
"""

from ranvier.core._errors import RanvierError


class FailedTrialError(RanvierError):
    """Raise it in `build` or `fit` to give a trial up: it counts as failed at once.

    Example:
        >>> from ranvier import tuner
        >>> def build(hp):
        ...     if hp.Int("units", 1, 512) > 256:
        ...         raise tuner.errors.FailedTrialError("too large")
    """


class FatalError(RanvierError):
    """Raise it in a trial to end the whole search."""


class FatalValueError(FatalError, ValueError):
    """A value that makes all trials useless."""


class FatalTypeError(FatalError, TypeError):
    """A type that makes all trials useless."""


class FatalRuntimeError(FatalError, RuntimeError):
    """A condition that makes all trials useless."""


__all__ = [
    "FailedTrialError",
    "FatalError",
    "FatalRuntimeError",
    "FatalTypeError",
    "FatalValueError",
]
