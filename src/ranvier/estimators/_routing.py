"""Parameters with prefixes: which part of a wrapped model they are for."""

import inspect

from ranvier import callbacks as callbacks_module
from ranvier import losses, metrics, optimizers
from ranvier.core import _errors

ROUTES = ("model", "fit", "compile", "predict", "optimizer", "loss", "metrics")
ROUTES += ("callbacks",)


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


def made(value, get, options):
    """Returns an object from a class, a name or an object, and its arguments.

    Args:
        value: a class, or what `get` takes.
        get: function that gives the object of a name.
        options: arguments of the constructor.
    """
    if inspect.isclass(value):
        return value(**options)
    if value is None or not options:
        return value
    found = get(value)
    if isinstance(value, str):
        return _class_of(found)(**options)
    return type(found).from_config({**found.get_config(), **options})


def _class_of(found):
    """Returns the class of an object, or the class that goes with a function."""
    if not inspect.isfunction(found):
        return type(found)
    name = "".join(word.capitalize() for word in found.__name__.split("_"))
    return getattr(losses, name, None) or getattr(metrics, name)


def compile_arguments(estimator, params) -> dict:
    """Returns what a model is compiled with, if its function did not compile it."""

    def many(values, get, route):
        options = routed(params, route)
        if isinstance(values, dict):
            return {k: made(v, get, routed(options, k)) for k, v in values.items()}
        if isinstance(values, (list, tuple)):
            common = {k: v for k, v in options.items() if "__" not in k}
            return [
                made(v, get, {**common, **routed(options, str(i))})
                for i, v in enumerate(values)
            ]
        return made(values, get, options)

    return {
        "optimizer": made(
            estimator.optimizer, optimizers.get, routed(params, "optimizer")
        ),
        "loss": many(estimator.loss, losses.get, "loss"),
        "metrics": many(estimator.metrics, metrics.get, "metrics"),
        "run_eagerly": estimator.run_eagerly,
        **routed(params, "compile"),
    }


def make_callbacks(values, options):
    """Returns callbacks from objects, classes or names, and their arguments.

    Args:
        values: one or a list of them, or a dictionary by name.
        options: arguments: for all, or `name__argument`, `0__argument` for one.
    """
    if values is None:
        return None
    if not isinstance(values, (list, tuple, dict)):
        values = [values]
    if not isinstance(values, dict):
        values = {str(i): value for i, value in enumerate(values)}
    common = {k: v for k, v in options.items() if "__" not in k}
    result = []
    for name, value in values.items():
        if isinstance(value, str):
            known = callbacks_module.__all__
            if value not in known:
                raise _errors.unknown_name("a callback", value, known)
            value = getattr(callbacks_module, value)
        arguments = {**common, **routed(options, name)}
        result.append(value(**arguments) if inspect.isclass(value) else value)
    return result


def call_with_known(function, params, meta, compile_kwargs):
    """Calls a function that makes a model with those arguments that it takes.

    Args:
        function: a user's.
        params: `model__` parameters, which must fit.
        meta: what is known about the data, handed over as `meta`.
        compile_kwargs: handed over under that name.
    """
    taken = inspect.signature(function).parameters
    extra = {"meta": meta, "compile_kwargs": compile_kwargs}
    extra = {k: v for k, v in extra.items() if k in taken}
    return function(**{**extra, **params})
