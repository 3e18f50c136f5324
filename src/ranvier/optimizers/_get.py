"""Optimizers by name, config, or optax transformation."""

import inspect

from ranvier.core import _errors, _registry
from ranvier.core._serialization import deserialize_object, serialize_object
from ranvier.optimizers._optax import OptaxOptimizer, is_transformation
from ranvier.optimizers._optimizer import Optimizer

# These need arguments: no name alone stands for one.
_UNNAMED = ("Optimizer", "LossScaleOptimizer", "MultiOptimizer")


def get(identifier):
    """Returns an optimizer.

    Args:
        identifier: a name in any case (`"adam"`), a config dictionary, an
            `Optimizer`, or an optax transformation. None stays None.

    Raises:
        ValueError: for anything else; an unknown name suggests the nearest.

    Example:
        >>> type(get("adam")).__name__
        'Adam'
    """
    if isinstance(identifier, dict):
        return deserialize(identifier)
    if is_transformation(identifier):
        return OptaxOptimizer(identifier)
    found = _find(identifier) if isinstance(identifier, str) else identifier
    found = found() if inspect.isclass(found) else found
    if found is None or isinstance(found, Optimizer):
        return found
    raise ValueError(
        f"Could not interpret optimizer identifier: {identifier!r}. Expected a name, a "
        "config dictionary, an Optimizer or an optax transformation."
    )


_registry.set_getter("optimizers", get)


def _find(name):
    found = _registry.get_registered_object(name)
    if found is not None:
        return found
    members = {n: cls for n, cls in _builtins().items() if n not in _UNNAMED}
    for known, cls in members.items():
        if known.lower() == name.lower():
            return cls
    raise _errors.unknown_name("an optimizer", name, members)


def _builtins():
    members = _registry.builtins_of("keras.optimizers")
    return {n: cls for n, cls in members.items() if issubclass(cls, Optimizer)}


def serialize(optimizer):
    """Returns the config dictionary of an optimizer.

    Args:
        optimizer: an optimizer.

    Example:
        >>> from ranvier.optimizers import SGD
        >>> serialize(SGD())["class_name"]
        'SGD'
    """
    return serialize_object(optimizer)


def deserialize(config, custom_objects=None):
    """Returns the optimizer of a config dictionary.

    Args:
        config: a dictionary of `serialize`; the class name may be in any case.
        custom_objects: `{name: class or function}` to look names up in first.

    Raises:
        TypeError: if the class is unknown.
        ValueError: if it is no optimizer, or its arguments are wrong.

    Example:
        >>> deserialize({"class_name": "sgd", "config": {"momentum": 0.9}}).momentum
        0.9
    """
    if isinstance(config, dict) and isinstance(config.get("class_name"), str):
        names = {name.lower(): name for name in _builtins()}
        class_name = config["class_name"]
        class_name = names.get(class_name.lower(), class_name)
        config = {**config, "class_name": class_name}
    found = deserialize_object(config, custom_objects=custom_objects)
    if not isinstance(found, Optimizer):
        raise ValueError(
            f"Expected the config dictionary of an optimizer. Received: {config!r}"
        )
    return found
