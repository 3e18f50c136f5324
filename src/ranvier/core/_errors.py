"""The exception tree, and the helper that suggests close names.

RanvierError
    ShapeError(ValueError)         an array, input or target has the wrong shape
    NotBuiltError(ValueError)      weights were asked for before the first use
    NotCompiledError(ValueError)   fit, evaluate... before compile
    UnknownNameError(ValueError)   a string that names no member of a family
    ArgumentError(TypeError, ValueError)  an argument or config of a wrong type
    OutputKeyError(KeyError, ValueError)  a dictionary has keys that no output has
    PositionError(IndexError, ValueError)  an axis or index outside of a shape
    NotIterableError(TypeError, NotImplementedError)  a tensor without a value
    MissingExtraError(ImportError) an optional package is not installed

Each is also the builtin that Keras raises in that place, so `except ValueError` in
Keras code still catches it.
"""

import difflib
from collections.abc import Iterable


class RanvierError(Exception):
    """Base of the errors that have a class of their own."""


class ShapeError(RanvierError, ValueError):
    """An array has another shape than the one required."""


class NotBuiltError(RanvierError, ValueError):
    """An object has no variables yet."""


class NotCompiledError(RanvierError, ValueError):
    """A model was trained or evaluated before `compile`."""


class UnknownNameError(RanvierError, ValueError):
    """A string names no member of its family."""


class ArgumentError(RanvierError, TypeError, ValueError):
    """An argument has a wrong type, or a class refuses the config that it is given."""


class OutputKeyError(RanvierError, KeyError, ValueError):
    """A dictionary for the outputs of a model has other keys than those."""

    __str__ = Exception.__str__  # that of KeyError shows the text as a literal


class PositionError(RanvierError, IndexError, ValueError):
    """A shape has no such axis, or an axis no such index."""


class NotIterableError(RanvierError, TypeError, NotImplementedError):
    """A symbolic tensor has no entries to go through."""


class MissingExtraError(RanvierError, ImportError):
    """An optional dependency is missing."""


def close_names(name: str, known: Iterable[str]) -> str:
    """Returns ` Did you mean 'x' or 'y'?`, or an empty string."""
    names = {known_name.lower(): known_name for known_name in known}
    close = difflib.get_close_matches(str(name).lower(), names, n=2, cutoff=0.6)
    if not close:
        return ""
    return f" Did you mean {' or '.join(repr(names[c]) for c in close)}?"


def unknown_name(kind: str, name: str, known: Iterable[str]) -> UnknownNameError:
    """Builds the error for a string that names no `kind` (an article included)."""
    known = sorted(known)
    hint = close_names(name, known)
    if not hint:
        shown = ", ".join(n for n in known if not n.startswith("_"))
        hint = f" Known names: {shown}."
    return UnknownNameError(f"Could not find {kind} named {name!r}.{hint}")


def returned(value, what: str, wanted: str):
    """Returns what a user's own function gave, unless that cannot be used at all.

    Args:
        value: the result.
        what: what gave it, as the message names it.
        wanted: what it should have given.

    Raises:
        ValueError: for None and for text.
    """
    if value is None or isinstance(value, (str, bytes)):
        forgotten = " Is a `return` missing?" if value is None else ""
        raise ValueError(
            f"{what} must return {wanted}. Received: {value!r}.{forgotten}"
        )
    return value


def title(function) -> str:
    """Returns the name of a function, or of an object's class, for messages."""
    return f"`{getattr(function, '__name__', type(function).__name__)}`"


def require(module: str, extra: str):
    """Imports an optional package or names the extra that brings it."""
    import importlib

    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingExtraError(
            f"This needs the package `{module.partition('.')[0]}`, which is not "
            f"installed. Install it with: pip install 'ranvier[{extra}]'"
        ) from error
