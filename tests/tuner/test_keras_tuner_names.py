"""Every public name of KerasTuner is here, with its arguments."""

import importlib
import inspect
import pkgutil
import types

import keras_tuner
import pytest

from ranvier import tuner

# What KerasTuner has and a search here does not need.
NOT_HERE = {
    "applications": "networks for images are no part of the tuner",
    "src": "private",
}
NAMESPACES = [
    "",
    "engine",
    "engine.base_tuner",
    "engine.hypermodel",
    "engine.hyperparameters",
    "engine.metrics_tracking",
    "engine.oracle",
    "engine.trial",
    "engine.tuner",
    "errors",
    "oracles",
    "tuners",
]
# Methods that speak a protocol between machines, and those of the standard library.
PROTOCOL = ("to_proto", "from_proto")


def namespace(package, path):
    return importlib.import_module(".".join(filter(None, [package.__name__, path])))


def members(module):
    return {n: v for n, v in vars(module).items() if not n.startswith("_")}


def test_all_namespaces_are_listed():
    found = {
        name.removeprefix("keras_tuner.")
        for _, name, _ in pkgutil.walk_packages(keras_tuner.__path__, "keras_tuner.")
        if ".src" not in name and "applications" not in name
    }
    assert found == set(NAMESPACES) - {""}


@pytest.mark.parametrize("path", NAMESPACES)
def test_names(path):
    theirs = members(namespace(keras_tuner, path))
    ours = members(namespace(tuner, path))
    assert {name for name in theirs if name not in ours} <= set(NOT_HERE)


def classes():
    for path in NAMESPACES:
        for name, member in members(namespace(keras_tuner, path)).items():
            if inspect.isclass(member):
                yield pytest.param(path, name, id=f"{path}.{name}".strip("."))


def parameters(function):
    found = inspect.signature(function).parameters.values()
    return {
        p.name: p.default
        for p in found
        if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
    }


@pytest.mark.parametrize(("path", "name"), list(classes()))
def test_constructors_take_the_same_arguments(path, name):
    theirs = getattr(namespace(keras_tuner, path), name)
    ours = getattr(namespace(tuner, path), name)
    if issubclass(theirs, Exception):
        return
    expected, found = parameters(theirs.__init__), parameters(ours.__init__)
    # Further arguments may follow.
    assert list(found)[: len(expected)] == list(expected)
    assert {n: found[n] for n in expected} == expected


@pytest.mark.parametrize(("path", "name"), list(classes()))
def test_methods(path, name):
    theirs = getattr(namespace(keras_tuner, path), name)
    ours = getattr(namespace(tuner, path), name)
    for method in dir(theirs):
        if method.startswith("_") or method in PROTOCOL:
            continue
        assert hasattr(ours, method), method
        function = getattr(theirs, method)
        # `synchronized` hides the arguments there.
        if isinstance(function, types.FunctionType) and parameters(function):
            expected, found = parameters(function), parameters(getattr(ours, method))
            assert list(found)[: len(expected)] == list(expected), method
            assert {n: found[n] for n in expected} == expected, method


@pytest.mark.parametrize("name", list(members(keras_tuner.errors)))
def test_errors_have_the_same_bases(name):
    theirs, ours = getattr(keras_tuner.errors, name), getattr(tuner.errors, name)
    if not inspect.isclass(theirs):
        return
    builtin = {c for c in theirs.__mro__ if c.__module__ == "builtins"}
    assert builtin <= set(ours.__mro__)
