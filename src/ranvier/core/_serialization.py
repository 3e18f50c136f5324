"""Objects to plain dictionaries (JSON) and back, in Keras 3's form.

An object becomes `{"module", "class_name", "config", "registered_name"}`; containers
and a few values (arrays, slices, bytes...) have spellings of their own. On
the way back classes are found in the registry only.
"""

import inspect
import threading
import types
import typing

import jax
import numpy as np

from ranvier.core import _errors, _registry

_PLAIN = (str, bool, int, float, type(None))

# Extra types of values, registered by the floors that define them:
# type -> (tag, to_config) and tag -> from_config.
_value_encoders: dict = {}
_value_decoders: dict = {}


def register_value(cls, tag: str, encode, decode) -> None:
    """Teaches the encoder a value type that is written as `{"class_name": tag}`."""
    _value_encoders[cls] = lambda obj: {"class_name": tag, "config": encode(obj)}
    _value_decoders[tag] = decode


class _Sharing(threading.local):
    def __init__(self):
        self.scope: SharedObjects | None = None


_sharing = _Sharing()


class SharedObjects:
    """Scope in which a layer that is met twice is written, and read, as one.

    The dictionaries of objects with variables then have a `shared_object_id`.
    """

    def __init__(self):
        self.numbers: dict = {}  # {id(object): (number, object)}
        self.found: dict = {}  # {number: object}

    def __enter__(self):
        self._outer, _sharing.scope = _sharing.scope, self
        return self

    def __exit__(self, *exc):
        _sharing.scope = self._outer

    def number_of(self, obj) -> int:
        """Returns the number of an object, a new one if it has none."""
        # The object is kept, so that no other can get its `id`.
        return self.numbers.setdefault(id(obj), (len(self.numbers), obj))[0]


def serialize_object(obj):
    """Returns the JSON-ready form of an object (see `serialize_keras_object`)."""
    if isinstance(obj, _PLAIN):
        return obj
    if isinstance(obj, (list, types.GeneratorType)):
        return [serialize_object(item) for item in obj]
    if isinstance(obj, tuple):
        # A list once it is JSON, as in Keras's files.
        return tuple(serialize_object(item) for item in obj)
    if isinstance(obj, dict):
        return {key: serialize_object(value) for key, value in obj.items()}
    for cls, encode in _value_encoders.items():
        if isinstance(obj, cls):
            return encode(obj)
    if isinstance(obj, bytes):
        return {
            "class_name": "__bytes__",
            "config": {"value": obj.decode("utf-8")},
        }
    if isinstance(obj, slice):
        parts = ("start", "stop", "step")
        return {
            "class_name": "__slice__",
            "config": {part: serialize_object(getattr(obj, part)) for part in parts},
        }
    if obj is Ellipsis:
        return {"class_name": "__ellipsis__", "config": {}}
    if isinstance(obj, np.generic):
        return obj.item()
    if isinstance(obj, jax.Array):
        return _array_config("__tensor__", np.asarray(obj))
    if isinstance(obj, np.ndarray):
        return _array_config("__numpy__", obj)
    if isinstance(obj, np.dtype):
        return obj.name
    if inspect.isfunction(obj) and obj.__name__ == "<lambda>":
        raise ValueError(
            "A lambda cannot be saved: a file holds no code. Give it a name with "
            "`def` and register it with `register_keras_serializable`, or pass it "
            "through `custom_objects` when loading."
        )
    if isinstance(obj, type):
        return _named("class", obj)
    if callable(obj) and not hasattr(obj, "get_config"):
        return _named("function", obj)
    if not hasattr(obj, "get_config"):
        raise TypeError(
            f"Cannot serialize object {obj!r} of type {type(obj)}. To be serializable, "
            "a class must implement the `get_config()` method."
        )
    return _object_config(obj)


def _array_config(tag, array):
    return {
        "class_name": tag,
        "config": {"value": array.tolist(), "dtype": array.dtype.name},
    }


def _named(class_name, obj):
    name = getattr(obj, "__name__", type(obj).__name__)
    module = _registry.public_module_of_function(obj)
    if module is not None and class_name == "function":
        # Keras writes its own functions by their bare names.
        return {
            "module": "builtins",
            "class_name": "function",
            "config": name,
            "registered_name": "function",
        }
    return {
        "module": module or "builtins",
        "class_name": class_name,
        "config": name,
        "registered_name": name if module else _registry.get_registered_name(obj),
    }


def _object_config(obj):
    cls = type(obj)
    module = _registry.public_module(cls)
    config = {
        "module": module,
        "class_name": cls.__name__,
        "config": serialize_object(_own_config(obj)),
        "registered_name": None,
    }
    if module is None:
        # Keras writes the module for the reader's eyes; it is never imported.
        config["module"] = (
            cls.__module__ if cls.__module__ not in ("builtins", "__main__") else None
        )
        config["registered_name"] = _registry.get_registered_name(cls)
    if hasattr(obj, "get_build_config"):
        build_config = obj.get_build_config()
        if build_config is not None:
            config["build_config"] = serialize_object(build_config)
    if hasattr(obj, "get_compile_config"):
        compile_config = obj.get_compile_config()
        if compile_config is not None:
            config["compile_config"] = serialize_object(compile_config)
    if _sharing.scope is not None and hasattr(obj, "save_own_variables"):
        config["shared_object_id"] = _sharing.scope.number_of(obj)
    return config


def _own_config(obj):
    config = obj.get_config()
    if not isinstance(config, dict):
        raise TypeError(
            f"`get_config()` of {type(obj).__name__} must return a dictionary. "
            f"Received: {config!r}"
        )
    return config


def deserialize_object(config, custom_objects=None, safe_mode=True) -> typing.Any:
    """Returns the object that a dictionary of `serialize_object` describes."""
    with _registry.CustomObjectScope(custom_objects):
        return _deserialize(config, safe_mode)


def _deserialize(config, safe_mode):
    if isinstance(config, _PLAIN):
        return config
    if isinstance(config, (list, tuple)):
        return [_deserialize(item, safe_mode) for item in config]
    if not isinstance(config, dict):
        raise TypeError(f"Could not parse config: {config!r}")
    class_name = config.get("class_name")
    if not isinstance(class_name, str) or "config" not in config:
        return {key: _deserialize(value, safe_mode) for key, value in config.items()}
    inner = config["config"]
    if class_name in _SPECIAL:
        return _SPECIAL[class_name](inner, safe_mode)
    if class_name in _value_decoders:
        return _value_decoders[class_name](inner)
    if class_name in ("function", "class"):
        return _find_named(config)
    cls = _find_class(config)
    number = config.get("shared_object_id")
    if _sharing.scope is None or not isinstance(number, int):
        return _instantiate(cls, config, safe_mode)
    found = _sharing.scope.found
    if number not in found:
        found[number] = _instantiate(cls, config, safe_mode)
    return found[number]


def _refuse_lambda(inner, safe_mode):
    raise ValueError(
        "Requested the deserialization of a Python lambda. ranvier never runs code "
        "found in a file; pass the function through `custom_objects`."
    )


_SPECIAL = {
    "__bytes__": lambda c, safe: c["value"].encode("utf-8"),
    "__slice__": lambda c, safe: slice(
        *(_deserialize(c[part], safe) for part in ("start", "stop", "step"))
    ),
    "__ellipsis__": lambda c, safe: Ellipsis,
    "__numpy__": lambda c, safe: np.array(c["value"], dtype=c["dtype"]),
    "__tensor__": lambda c, safe: jax.numpy.array(c["value"], dtype=c["dtype"]),
    "__lambda__": _refuse_lambda,
}


class _UnknownNameError(TypeError):
    """A config names a class or function that is not known here."""


def _find_named(config):
    name = config["config"]
    registered = config.get("registered_name") or name
    found = _registry.get_registered_object(registered)
    if found is None and isinstance(name, str):
        found = _registry.get_registered_object(name)
    if found is None:
        found = _registry.find_builtin(config.get("module") or "", str(name))
    if found is None and config.get("module") == "builtins":
        found = _registry.find_builtin_function(name)
    if found is None:
        raise _UnknownNameError(_not_found(config, name))
    return found


def _find_class(config):
    class_name = config["class_name"]
    registered_name = config.get("registered_name")
    for name in (registered_name, class_name):
        if name is not None:
            found = _registry.get_registered_object(name)
            if found is not None:
                return found
    found = _registry.find_builtin(config.get("module") or "", class_name)
    if found is None and registered_name is None:
        found = _registry.find_builtin_by_name(class_name)
    if found is None:
        raise _UnknownNameError(_not_found(config, class_name))
    return found


def _not_found(config, name):
    known = [n for _, n in _registry.all_builtin_names()]
    known += list(_registry.scoped_custom_objects())
    kind = "function" if config["class_name"] == "function" else "class"
    return (
        f"Could not locate {kind} '{name}' (module {config.get('module')!r}, "
        f"registered name {config.get('registered_name')!r}). If it is yours, "
        "decorate it with `@ranvier.saving.register_keras_serializable()` or pass "
        f"`custom_objects={{'{name}': ...}}`.{_errors.close_names(name, known)}"
    )


def _instantiate(cls, config, safe_mode):
    inner = config["config"]
    if not isinstance(inner, dict):
        raise TypeError(
            f"The config of '{config['class_name']}' must be a dictionary. "
            f"Received: {inner!r}"
        )
    if not hasattr(cls, "from_config"):
        raise TypeError(f"Unable to reconstruct an instance of '{cls.__name__}'.")
    takes_safe_mode = "safe_mode" in inspect.signature(cls.from_config).parameters
    kwargs = {"safe_mode": safe_mode} if takes_safe_mode else {}
    try:
        instance = cls.from_config(inner, **kwargs)
    except _UnknownNameError:
        raise
    except TypeError as error:
        raise TypeError(
            f"{cls} could not be deserialized properly. Please ensure that the "
            "arguments of `__init__` match what `get_config()` returns.\n\n"
            f"config={config}.\n\nException encountered: {error}"
        ) from error
    build_config = config.get("build_config")
    if build_config and hasattr(instance, "build_from_config"):
        if not getattr(instance, "built", False):
            instance.build_from_config(_deserialize(build_config, safe_mode))
    compile_config = config.get("compile_config")
    if compile_config and hasattr(instance, "compile_from_config"):
        instance.compile_from_config(compile_config)
    return instance
