"""Regularisers by name or config."""

from ranvier.core import _naming, _registry
from ranvier.core._serialization import serialize_object
from ranvier.regularizers._regularizers import (
    L1,
    L1L2,
    L2,
    OrthogonalRegularizer,
    Regularizer,
)

_MODULE = "keras.regularizers"
_CLASSES = (L1, L1L2, L2, OrthogonalRegularizer, Regularizer)
_family = _registry.Family(
    "a regularizer",
    _MODULE,
    {
        **{cls.__name__: cls for cls in _CLASSES},
        **{_naming.to_snake_case(cls.__name__): cls for cls in _CLASSES},
    },
)


def serialize(regularizer):
    """Returns the configuration of a regularizer as a dictionary.

    Args:
        regularizer: a regularizer object, or a registered function.

    Example:
        >>> serialize(L2())["class_name"]
        'L2'
    """
    return serialize_object(regularizer)


def deserialize(config, custom_objects=None):
    """Returns the regularizer that a configuration describes.

    Args:
        config: a dictionary of `serialize`, or a name.
        custom_objects: `{name: class or function}` to look names up in first.

    Raises:
        ValueError: for an unknown name.

    Example:
        >>> type(deserialize({"class_name": "L2", "config": {}})).__name__
        'L2'
    """
    with _registry.CustomObjectScope(custom_objects):
        return get(config)


def get(identifier):
    """Returns a regularizer from a name, a configuration, a class or a callable.

    Args:
        identifier: a name, a configuration dictionary, a class, a callable, or None.

    Returns:
        A callable; None for None.

    Raises:
        ValueError: if it is none of these, or an unknown name.

    Example:
        >>> type(get("l2")).__name__
        'L2'
    """
    return _family.get(identifier)
