"""The arguments of one layer call: bound to the signature, sorted into tensors.

Also the call context: what an outer layer passes on to the layers it calls
(`training`, and arguments of the user's own).
"""

import contextlib
import functools
import inspect
import threading

import jax
import numpy as np

from ranvier.core import _tree
from ranvier.core._mask import get_mask, set_mask  # noqa: F401  (part of a call)
from ranvier.core._variable import Variable
from ranvier.ops._dispatch import wrappers
from ranvier.ops._symbolic import KerasTensor, shape_of


class _Contexts(threading.local):
    def __init__(self):
        self.current: CallContext | None = None
        self.always_training: tuple[type, ...] = ()
        # Called with a layer, its first argument and its outputs after each call.
        self.observer = None


contexts = _Contexts()


@contextlib.contextmanager
def always_training(classes: tuple[type, ...]):
    """Layers of these classes act as in training, whatever they are told."""
    before, contexts.always_training = contexts.always_training, classes
    try:
        yield
    finally:
        contexts.always_training = before


@contextlib.contextmanager
def observed(observer):
    """Calls `observer(layer, inputs, outputs)` after each call of a layer inside."""
    before, contexts.observer = contexts.observer, observer
    try:
        yield
    finally:
        contexts.observer = before


class CallContext:
    """Values that flow from an entry layer to all layers called inside."""

    def __init__(self, entry):
        self.entry = entry
        self.values: dict = {}


def is_tensor(x) -> bool:
    """Tells whether `x` is an array, a variable or a symbolic tensor."""
    if isinstance(x, (jax.Array, KerasTensor, Variable)):
        return True
    if isinstance(x, np.ndarray):  # strings stay NumPy arrays
        return True
    return isinstance(x, tuple(wrappers)) if wrappers else False


@functools.lru_cache(maxsize=1024)
def signature_of(function):
    """Returns the signature of a plain function (bound methods: of their function)."""
    return inspect.signature(function)


class BoundCall:
    """One call's arguments, by name.

    Attributes:
        arguments: all arguments with defaults, by name.
        tensors: those that are tensors or structures of tensors, by name.
        first: the first argument.
    """

    def __init__(self, signature, args, kwargs):
        bound = signature.bind(*args, **kwargs)
        self.given = dict(bound.arguments)
        bound.apply_defaults()
        self.arguments = dict(bound.arguments)
        self.tensors = {}
        self.nested = set()
        for name, value in self.arguments.items():
            if is_tensor(value):
                self.tensors[name] = value
            elif _tree.is_nested(value) and len(value) > 0:
                kinds = [is_tensor(v) for v in _tree.flatten(value) if v is not None]
                if kinds and all(kinds):
                    self.tensors[name] = value
                    self.nested.add(name)
                elif any(kinds):
                    raise ValueError(
                        "In a nested call() argument, you cannot mix tensors and "
                        "non-tensors. Received invalid mixed argument: "
                        f"{name}={value}"
                    )
        self.first = next(iter(self.arguments.values()), None)

    def shapes(self) -> dict:
        """Returns `{"x_shape": shape}` for the tensor arguments."""
        shapes = {}
        for name, value in self.tensors.items():
            if name in ("mask", "args", "kwargs"):
                continue
            if name in self.nested:
                shapes[f"{name}_shape"] = _tree.map_structure(_shape_of, value)
            else:
                shapes[f"{name}_shape"] = _shape_of(value)
        return shapes


def _shape_of(x):
    return None if x is None else shape_of(x)


def shape_arguments(method, shapes: dict, call_arguments, layer_name: str) -> dict:
    """Fits a dictionary of shapes to the signature of `build` and the like.

    One parameter takes the first shape; several must be named after arguments of
    `call` (`query_shape`, `value_shape`).

    Raises:
        ValueError: if a parameter names no argument of `call`.
    """
    names = [
        name
        for name, p in inspect.signature(method).parameters.items()
        if p.kind in (p.POSITIONAL_OR_KEYWORD, p.POSITIONAL_ONLY, p.KEYWORD_ONLY)
    ]
    if len(names) == 1:
        return {names[0]: next(iter(shapes.values()), None)}
    result = {}
    for name in names:
        if not name.endswith("_shape"):
            wrong = f"`{name}`, which does not end in `_shape`"
        elif name[:-6] not in call_arguments:
            wrong = f"`{name}`, but `call()` does not have argument `{name[:-6]}`"
        else:
            wrong = None
        if wrong:
            raise ValueError(
                f"For a `{method.__name__}()` method with more than one argument, all "
                "arguments should have a `_shape` suffix and match an argument of "
                f"`call()`, such as `foo_shape` for `foo`. Layer '{layer_name}' has "
                f"the argument {wrong}."
            )
        if name in shapes:
            result[name] = shapes[name]
    return result
