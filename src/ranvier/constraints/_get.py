"""Constraints by name or config."""

from ranvier.constraints._constraints import (
    Constraint,
    MaxNorm,
    MinMaxNorm,
    NonNeg,
    UnitNorm,
)
from ranvier.core import _naming, _registry
from ranvier.core._serialization import serialize_object

_MODULE = "keras.constraints"
_CLASSES = (Constraint, MaxNorm, MinMaxNorm, NonNeg, UnitNorm)
_family = _registry.Family(
    "a constraint",
    _MODULE,
    {
        **{cls.__name__: cls for cls in _CLASSES},
        **{_naming.to_snake_case(cls.__name__): cls for cls in _CLASSES},
    },
)


def serialize(constraint):
    """Returns the configuration of a constraint as a dictionary.

    Args:
        constraint: a constraint object, or a registered function.

    Example:
        >>> serialize(MaxNorm())["class_name"]
        'MaxNorm'
    """
    return serialize_object(constraint)


def deserialize(config, custom_objects=None):
    """Returns the constraint that a configuration describes.

    Args:
        config: a dictionary of `serialize`, or a name.
        custom_objects: `{name: class or function}` to look names up in first.

    Raises:
        ValueError: for an unknown name.

    Example:
        >>> type(deserialize({"class_name": "MaxNorm", "config": {}})).__name__
        'MaxNorm'
    """
    with _registry.CustomObjectScope(custom_objects):
        return get(config)


def get(identifier):
    """Returns a constraint from a name, a configuration, a class or a callable.

    Args:
        identifier: a name, a configuration dictionary, a class, a callable, or None.

    Returns:
        A callable; None for None.

    Raises:
        ValueError: if it is none of these, or an unknown name.

    Example:
        >>> type(get("max_norm")).__name__
        'MaxNorm'
    """
    return _family.get(identifier)
