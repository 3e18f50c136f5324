"""The objects of a model that have state, and their places in a file.

A place is the path of attributes that leads to the object: `layers/dense`, `optimizer`,
`encoder/blocks/dense_1`. Public attributes come before private ones, each in
alphabetical order; items of lists and dictionaries are named after their class. An
object met again is not written again. These are Keras 3's rules: the paths are the
keys of its files.
"""

import functools

from ranvier.core._naming import to_snake_case
from ranvier.layers import Layer
from ranvier.optimizers import Optimizer
from ranvier.training._trainer import Trainer

_SAVED = (Layer, Optimizer)
_CONTAINERS = (list, tuple, dict)


def walk(root, visited: set):
    """Yields `(path, object)` for each object with state, the root first.

    Args:
        root: a model, layer or optimizer.
        visited: ids of objects to leave out. The walk adds those it yields; take one
            out again to meet the object at its other places.
    """
    yield from _walk(root, "", visited, set())


def _walk(saved, path, visited, above):
    if id(saved) in visited or id(saved) in above:
        return
    visited.add(id(saved))
    yield path, saved
    above = above | {id(saved)}
    for name, value in _attributes(saved):
        below = f"{path}/{name}".lstrip("/")
        if isinstance(value, _SAVED):
            yield from _walk(value, below, visited, above)
        elif isinstance(value, _CONTAINERS):
            yield from _walk_items(value, below, visited, above)


def _walk_items(container, path, visited, above):
    if id(container) in above:
        return
    above = above | {id(container)}
    counts: dict = {}
    items = container.values() if isinstance(container, dict) else container
    for item in list(items):
        if isinstance(item, _SAVED):
            name = _numbered(to_snake_case(type(item).__name__), counts)
            yield from _walk(item, f"{path}/{name}", visited, above)
        elif isinstance(item, _CONTAINERS):
            name = _numbered("container", counts)
            yield from _walk_items(item, f"{path}/{name}", visited, above)


def _numbered(name, counts):
    count = counts[name] = counts.get(name, -1) + 1
    return f"{name}_{count}" if count else name


def _attributes(saved):
    """Yields names and values of the attributes that may lead to state."""
    kind = next(kind for kind in (Trainer, *_SAVED) if isinstance(saved, kind))
    names = [n for n in dir(saved) if not n.startswith("__") and n not in _own(kind)]
    # Sequential and functional models have their layers first, then what a subclass
    # may have added.
    first = "layers" if vars(saved).keys() & {"_functional", "_operations"} else None
    names.sort(key=lambda name: (name != first, name.startswith("_"), name))
    for name in names:
        try:
            yield name, getattr(saved, name)
        except Exception:  # a property that has no value yet
            continue


@functools.cache
def _own(kind):
    """The attributes that every object of a kind has: they hold no objects of its own.

    Keras leaves out the same. A model's optimizer is the exception.
    """
    if kind is not Trainer:
        return frozenset(dir(kind(name="any")))
    graph = {"operations", "_operations", "_functional"}
    return _own(Layer) | graph | vars(Trainer()).keys() - {"optimizer"}
