"""Parameters with prefixes: which part of a wrapped model they are for."""

import inspect

from ranvier import callbacks as callbacks_module
from ranvier import losses, metrics, optimizers
from ranvier.core import _errors

ROUTES = ("model", "fit", "compile", "predict", "optimizer", "loss", "metrics")
ROUTES += ("callbacks", "score")


def routed(params, route) -> dict:
    """Returns the parameters of a route, without its prefix.

    Args:
        params: parameters by name.
        route: one of `ROUTES`.

    Example:
        >>> routed({"fit__epochs": 3, "model__units": 2}, "fit")
        {'epochs': 3}
    """
    prefix = f"{route}__"
    return {
        k.removeprefix(prefix): v for k, v in params.items() if k.startswith(prefix)
    }


def plain(options) -> dict:
    """Returns the parameters that are for no part of a part."""
    return {k: v for k, v in options.items() if "__" not in k}


def made(value, options, get=None):
    """Returns objects from classes, names and objects, and their arguments.

    Args:
        value: a class, what `get` takes, or a list or dictionary of those.
        options: arguments of constructors: for all, or under `0__`, `1__`... or the
            key for one of several; those of an argument that is a class itself
            under its name.
        get: function that gives the object of a name, or None.
    """
    own = plain(options)
    if isinstance(value, (list, tuple)):
        parts = [
            made(v, {**own, **routed(options, str(i))}, get)
            for i, v in enumerate(value)
        ]
        return type(value)(parts)
    if isinstance(value, dict):
        return {
            k: made(v, {**own, **routed(options, str(k))}, get)
            for k, v in value.items()
        }
    if inspect.isclass(value):
        own = {k: made(v, routed(options, k)) for k, v in own.items()}
        ordered = sorted((k for k in own if k.isdigit()), key=int)
        positional = [own.pop(k) for k in ordered]
        return value(*positional, **own)
    if value is None or not own or get is None:
        return value
    found = get(value)
    if isinstance(value, str):
        return made(_class_of(found), options)
    return type(found).from_config({**found.get_config(), **own})


def _class_of(found):
    """Returns the class of an object, or the class that goes with a function."""
    if not inspect.isfunction(found):
        return type(found)
    name = "".join(word.capitalize() for word in found.__name__.split("_"))
    return getattr(losses, name, None) or getattr(metrics, name)


def compile_arguments(estimator, params) -> dict:
    """Returns what a model is compiled with, if its function did not compile it."""
    getters = {
        "optimizer": optimizers.get,
        "loss": losses.get,
        "metrics": metrics.get,
    }
    return {
        **{
            name: made(getattr(estimator, name), routed(params, name), get)
            for name, get in getters.items()
        },
        "run_eagerly": estimator.run_eagerly,
        **plain(routed(params, "compile")),
    }


def make_callbacks(values, options):
    """Returns a list of callbacks from objects, classes or names, and their arguments.

    Args:
        values: one or a list of them, or a dictionary by name.
        options: arguments, as `made` takes them.

    Raises:
        TypeError: for what is no callback.
    """
    if values is None:
        return []
    if not isinstance(values, (list, tuple, dict)):
        values = [values]
    result = made(_named(values), options)
    result = list(result.values()) if isinstance(result, dict) else list(result)
    flat = []
    for callback in result:
        flat += callback if isinstance(callback, (list, tuple)) else [callback]
    for callback in flat:
        if not hasattr(callback, "on_train_begin"):
            raise TypeError(
                "If specified, ``callbacks`` must be one callback, a list of them, or "
                "a dictionary with callbacks as values; each an object, a class or a "
                f"name. Received: {callback!r}"
            )
    return flat


def _named(value):
    """Puts classes for the names of callbacks."""
    if isinstance(value, dict):
        return {k: _named(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_named(v) for v in value]
    if not isinstance(value, str):
        return value
    known = callbacks_module.__all__
    if value not in known:
        raise _errors.unknown_name("a callback", value, known)
    return getattr(callbacks_module, value)


def call_with_known(function, arguments, offered):
    """Calls a function that makes a model with those arguments that it takes.

    Args:
        function: a user's.
        arguments: those that it must take.
        offered: handed over to a function that names them, or takes any.
    """
    taken = inspect.signature(function).parameters
    if not any(p.kind is p.VAR_KEYWORD for p in taken.values()):
        offered = {k: v for k, v in offered.items() if k in taken}
    return function(**{**arguments, **offered, **arguments})
