"""Optimizers by name, config, or optax transformation."""

from ranvier.core._registry import Family, builtins_of
from ranvier.core._serialization import deserialize_object, serialize_object
from ranvier.optimizers._optax import OptaxOptimizer, is_transformation
from ranvier.optimizers._optimizer import Optimizer

_family = Family("an optimizer", "keras.optimizers")


def get(identifier):
    """Returns an optimizer.

    Args:
        identifier: a name in any case (`"adam"`), a config dictionary, an
            `Optimizer`, or an optax transformation.

    Raises:
        ValueError: for anything else; an unknown name suggests the nearest.

    Example:
        >>> get("adam").name
        'adam'
    """
    if isinstance(identifier, Optimizer):
        return identifier
    if is_transformation(identifier):
        return OptaxOptimizer(identifier)
    if isinstance(identifier, str):
        _family.members = {
            name.lower(): cls for name, cls in builtins_of("keras.optimizers").items()
        }
        return _family.get(identifier.lower())
    found = _family.get(identifier)
    if not isinstance(found, Optimizer):
        raise ValueError(f"Could not interpret optimizer identifier: {identifier}")
    return found


def serialize(optimizer):
    """Returns the config dictionary of an optimizer."""
    return serialize_object(optimizer)


def deserialize(config, custom_objects=None):
    """Returns the optimizer of a config dictionary."""
    return deserialize_object(config, custom_objects=custom_objects)
