"""Activations by name or config."""

# Importing the modules registers their functions.
from ranvier.activations import _axis, _rectifiers, _smooth  # noqa: F401
from ranvier.core import _registry
from ranvier.core._serialization import serialize_object

_MODULE = "keras.activations"
_family = _registry.Family(
    "an activation function", _MODULE, _registry.builtins_of(_MODULE)
)


def serialize(activation):
    """Returns the name of a built-in activation, the configuration of another.

    Args:
        activation: a function, or an object with `get_config()`, such as a layer.

    Example:
        >>> from ranvier import activations
        >>> serialize(activations.relu)
        'relu'
    """
    name = getattr(activation, "__name__", None)
    if name is not None and _registry.find_builtin(_MODULE, name) is activation:
        return name
    return serialize_object(activation)


def deserialize(config, custom_objects=None):
    """Returns the activation that a name or a configuration describes.

    Args:
        config: a name, or a dictionary of `serialize`.
        custom_objects: `{name: function}` to look names up in first.

    Raises:
        ValueError: for an unknown name.

    Example:
        >>> deserialize("relu").__name__
        'relu'
    """
    with _registry.CustomObjectScope(custom_objects):
        return get(config)


def get(identifier):
    """Returns an activation function for the argument of a layer.

    Args:
        identifier: a name, a configuration, a function or layer, or None.

    Returns:
        A callable; `linear` for None.

    Raises:
        ValueError: if it is none of these, or an unknown name.

    Example:
        >>> get(None).__name__, get("swish").__name__
        ('linear', 'silu')
    """
    if identifier is None:
        return _rectifiers.linear
    return _family.get(identifier)
