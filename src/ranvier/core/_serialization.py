"""Objects to plain dictionaries (JSON) and back, in Keras 3's form.

An object becomes `{"module", "class_name", "config", "registered_name"}`; containers
and a few values (arrays, slices, bytes...) have spellings of their own. On
the way back classes are found in the registry only. The one exception is a Python
`lambda`: it is written as bytecode, and read only where the caller asks for it.
"""

import inspect
import reprlib
import threading
import types
import typing
import warnings

import jax
import numpy as np

from ranvier.core import _config, _dtypes, _errors, _lambdas, _registry

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
    if _lambdas.is_lambda(obj):
        warnings.warn(
            "A Python lambda is written as bytecode. It can be read back only with "
            "`safe_mode=False`, and by this version of Python. Better give it a name "
            "with `def` and register it with `register_keras_serializable`.",
            stacklevel=2,
        )
        return {"class_name": "__lambda__", "config": _lambdas.encode(obj)}
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


def _is_inner(module):
    return module is not None and module.startswith("keras.src.")


def _object_config(obj):
    cls = type(obj)
    module = _registry.public_module(cls)
    config = {
        "module": module,
        "class_name": cls.__name__,
        "config": serialize_object(_own_config(obj)),
        # What Keras keeps in a module of its own has a name there, the public has none.
        "registered_name": cls.__name__ if _is_inner(module) else None,
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


class _Policy(threading.local):
    """Whether code may be read now: None outside of any deserialization."""

    def __init__(self):
        self.safe: bool | None = None


_policy = _Policy()


def deserialize_object(config, custom_objects=None, safe_mode=None) -> typing.Any:
    """Returns the object that a dictionary of `serialize_object` describes.

    Args:
        config: the dictionary.
        custom_objects: `{name: class or function}` to look names up in first.
        safe_mode: only `False` allows Python lambdas. It counts for the whole call:
            what is deserialized on the way cannot change it.

    Raises:
        ValueError: for a config that is unsafe, or that a class refuses.
        TypeError: for a name that is unknown, or arguments that do not fit.
    """
    with _registry.CustomObjectScope(custom_objects):
        if _policy.safe is not None:
            return _deserialize(config)
        allowed = safe_mode is False or _config.is_unsafe_deserialization_enabled()
        _policy.safe = not allowed
        try:
            return _deserialize(config)
        except RecursionError as error:
            raise ValueError("The config is nested too deeply.") from error
        finally:
            _policy.safe = None


def _deserialize(config):
    if isinstance(config, _PLAIN):
        return config
    if isinstance(config, (list, tuple)):
        return [_deserialize(item) for item in config]
    if not isinstance(config, dict):
        raise TypeError(f"Could not parse config: {config!r}")
    class_name = config.get("class_name")
    if not isinstance(class_name, str) or "config" not in config:
        return {key: _deserialize(value) for key, value in config.items()}
    inner = config["config"]
    decode = _SPECIAL.get(class_name) or _value_decoders.get(class_name)
    if decode is not None:
        try:
            return decode(inner)
        except (KeyError, AttributeError, TypeError, OverflowError) as error:
            raise ValueError(
                f"The {class_name!r} of a config is malformed: {error!r}"
            ) from error
    if class_name in ("function", "class"):
        return _find_named(config)
    cls = _find_class(config)
    number = config.get("shared_object_id")
    if _sharing.scope is None or not isinstance(number, int):
        return _instantiate(cls, config)
    found = _sharing.scope.found
    if number not in found:
        found[number] = _instantiate(cls, config)
    return found[number]


def _decode_lambda(inner):
    if _policy.safe:
        raise ValueError(
            "It holds a Python lambda. Loading it carries a risk of arbitrary code "
            "execution: it could do anything. If you trust whoever made it, load it "
            "with `safe_mode=False`. That allows lambdas and nothing else. Otherwise "
            "pass the function through `custom_objects`."
        )
    return _lambdas.decode(inner, _registry.scoped_custom_objects())


def _array(inner):
    # Only numbers: of other types the width alone can ask for gigabytes.
    dtype = np.dtype(_dtypes.standardize_dtype(inner["dtype"]))
    return np.array(inner["value"]).astype(dtype)


_SPECIAL = {
    "__bytes__": lambda c: c["value"].encode("utf-8"),
    "__slice__": lambda c: slice(
        *(_deserialize(c[part]) for part in ("start", "stop", "step"))
    ),
    "__ellipsis__": lambda c: Ellipsis,
    "__numpy__": _array,
    "__tensor__": lambda c: jax.numpy.asarray(_array(c)),
    "__lambda__": _decode_lambda,
}


class _UnknownNameError(TypeError):
    """A config names a class or function that is not known here."""


class _EntryError(_errors.ArgumentError):
    """A class refuses its config; the message names the entry."""


def _find_named(config):
    name = _require_name(config["config"])
    registered = _require_name(config.get("registered_name") or name)
    for known in (registered, name):
        custom = _registry.get_registered_object(known)
        if custom is not None:
            return custom
    found = _registry.find_builtin(_module_of(config), name)
    if found is None and config.get("module") == "builtins":
        found = _registry.find_builtin_function(name)
    if found is not None:
        _check_registered_name(config, name)
    elif config.get("module") == "builtins":
        found = _registry.get_registered_in_any_package(name)
    if found is None:
        raise _UnknownNameError(_not_found(config, name))
    return found


def _check_registered_name(config, name):
    """Raises if a config names both a built-in and something registered."""
    registered = config.get("registered_name")
    if registered and registered not in (name, config["class_name"]):
        raise ValueError(
            f"The config has `registered_name={registered!r}`, but '{name}' of the "
            f"module {config.get('module')!r} resolved to a Keras built-in, which "
            "has no registered name. "
            "Remove `registered_name` from the config, or register the class it means."
        )


def _require_name(name):
    if not isinstance(name, str):
        raise TypeError(f"A config should name a class or function. Received: {name!r}")
    return name


def _module_of(config):
    return _require_name(config.get("module") or "")


def _find_class(config):
    class_name = config["class_name"]
    registered_name = config.get("registered_name")
    if registered_name is not None:
        _require_name(registered_name)
    for name in (registered_name, class_name):
        if name is not None:
            found = _registry.get_registered_object(name)
            if found is not None:
                return found
    found = _registry.find_builtin(_module_of(config), class_name)
    if found is not None:
        _check_registered_name(config, class_name)
    elif registered_name is None:
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


# Arguments that also take the name of a file. In a config they must not: loading it
# would read files and addresses that whoever wrote it chose.
_PATHS = ("vocabulary", "idf_weights")


def _instantiate(cls, config):
    inner = config["config"]
    if not isinstance(inner, dict):
        raise TypeError(
            f"Expected 'config' to be a dict for the class "
            f"'{config['class_name']}'. Received: {_shorten(inner)}"
        )
    if not hasattr(cls, "from_config"):
        raise TypeError(f"Unable to reconstruct an instance of '{cls.__name__}'.")
    try:
        for key in _PATHS:
            if isinstance(inner.get(key), str):
                raise ValueError(
                    f"`{key}` is the name of a file, {inner[key]!r}. A config may "
                    "hold values, but not name files outside of it."
                )
        return _make(cls, config, inner)
    except (_UnknownNameError, _EntryError):
        raise
    except TypeError as error:
        raise _EntryError(
            f"{_entry(cls, inner)} could not be deserialized properly. Please ensure "
            "that the arguments of `__init__` match what `get_config()` returns, and "
            "that objects among them are explicitly deserialized in `from_config()`."
            "\n\n"
            f"config={_shorten(config)}.\n\nException encountered: {error}"
        ) from error
    except (ImportError, OSError, RecursionError):
        raise
    except Exception as error:
        text = error if isinstance(error, ValueError) else repr(error)
        raise _EntryError(
            f"{_entry(cls, inner)} could not be made from its config. {text}"
        ) from error


def _make(cls, config, inner):
    takes_safe_mode = "safe_mode" in inspect.signature(cls.from_config).parameters
    kwargs = {"safe_mode": _policy.safe} if takes_safe_mode else {}
    instance = cls.from_config(inner, **kwargs)
    build_config = config.get("build_config")
    if build_config and hasattr(instance, "build_from_config"):
        if not getattr(instance, "built", False):
            instance.build_from_config(_deserialize(build_config))
    compile_config = config.get("compile_config")
    if compile_config and hasattr(instance, "compile_from_config"):
        instance.compile_from_config(compile_config)
    return instance


def _entry(cls, inner):
    name = inner.get("name")
    return f"{cls}" if name is None else f"{cls} '{_shorten(name)}'"


_repr = reprlib.Repr()
_repr.maxdict = 30


def _shorten(value):
    return value if isinstance(value, str) and len(value) < 200 else _repr.repr(value)
