"""Objects and models as plain dictionaries and JSON text."""

import json

from ranvier.core._serialization import (
    SharedObjects,
    deserialize_object,
    serialize_object,
)
from ranvier.saving import _safety


def serialize_keras_object(obj):
    """Returns the dictionary that describes an object.

    It has the keys `module`, `class_name`, `config` and `registered_name`, and for
    models and layers `build_config` and `compile_config`. Numbers, strings, lists and
    dictionaries stay what they are.

    Args:
        obj: a layer, model, optimizer, loss, function..., or a structure of them.

    Raises:
        TypeError: for an object without `get_config`.

    Example:
        >>> import ranvier as rv
        >>> serialize_keras_object(rv.constraints.NonNeg())["class_name"]
        'NonNeg'
    """
    return serialize_object(obj)


def deserialize_keras_object(config, custom_objects=None, safe_mode=True, **kwargs):
    """Returns the object that a dictionary describes.

    Classes and functions are found among ranvier's own, those registered, and
    `custom_objects`. No module is imported because a config names it.

    Args:
        config: a dictionary of `serialize_keras_object`.
        custom_objects: `{name: class or function}` to look names up in first.
        safe_mode: whether to refuse Python lambdas; only `False` allows them.
        **kwargs: `module_objects`, more names in the same form.

    Raises:
        TypeError: if a name is unknown or a config is malformed.

    Example:
        >>> import ranvier as rv
        >>> config = serialize_keras_object(rv.losses.Huber(delta=2.0))
        >>> deserialize_keras_object(config).get_config()["delta"]
        2.0
    """
    names = {**(kwargs.pop("module_objects", None) or {}), **(custom_objects or {})}
    if kwargs:
        raise TypeError(f"Arguments not recognized: {sorted(kwargs)}")
    return deserialize_object(config, custom_objects=names, safe_mode=safe_mode)


def model_to_json(model) -> str:
    """Returns a model's config as JSON text."""
    with SharedObjects():
        return json.dumps(serialize_object(model))


def model_from_json(text, custom_objects=None, compile=True, safe_mode=True):
    """Returns the model of `model_to_json`, with new weights.

    Args:
        text: the JSON text.
        custom_objects: `{name: class or function}` to look names up in first.
        compile: whether to compile it as it was.
        safe_mode: whether to refuse Python lambdas; only `False` allows them.

    Raises:
        ValueError: if the text is no JSON, or not the config of an object.
    """
    config = _safety.parse_json(text, "The model's config")
    if not isinstance(config, dict) or "class_name" not in config:
        raise ValueError("The model's config does not name a class.")
    if not compile:
        config["compile_config"] = None
    with SharedObjects():
        return deserialize_object(config, custom_objects, safe_mode=safe_mode)
