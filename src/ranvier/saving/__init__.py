"""Saving and loading: models, weights, and objects as plain dictionaries."""

from ranvier.core._registry import (
    CustomObjectScope,
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from ranvier.saving._archive import load_model, save_model
from ranvier.saving._config import deserialize_keras_object, serialize_keras_object
from ranvier.saving._editor import KerasFileEditor
from ranvier.saving._exported import load_exported
from ranvier.saving._inspect import inspect
from ranvier.saving._limits import get_limits, set_limits
from ranvier.saving._weight_files import load_weights, save_weights

__all__ = [
    "CustomObjectScope",
    "KerasFileEditor",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_limits",
    "get_registered_name",
    "get_registered_object",
    "inspect",
    "load_exported",
    "load_model",
    "load_weights",
    "register_keras_serializable",
    "save_model",
    "save_weights",
    "serialize_keras_object",
    "set_limits",
]
