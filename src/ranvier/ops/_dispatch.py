"""The dispatcher: one function, three ways to run it.

    @op
    def add(x1, x2): ...

registers `add`. Called with arrays, tracers, NumPy arrays or numbers it runs at once
(*concrete*); with a symbolic tensor anywhere in its arguments it adds a node to the
graph (*symbolic*); while a recorder (a gradient tape) is active the call is handed to
it (*recorded*). A value type of a higher floor (the `tf` face's tensors, for example)
registers how an op is called on it.
"""

import functools
import inspect

import jax
import numpy as np

from ranvier.core import _dtypes
from ranvier.core._errors import ArgumentError, PositionError
from ranvier.core._registry import builtin
from ranvier.core._variable import Variable
from ranvier.ops._nodes import Operation
from ranvier.ops._specs import outputs_of
from ranvier.ops._symbolic import KerasTensor, any_symbolic

# Registered ops by name: {name: function}.
table: dict = {}

# A higher floor may install these: `wrappers` maps a tensor class to a function
# `call(op, args, kwargs)`, which calls the op again on arrays; `recorders` is a stack
# of objects with `record(op, args, kwargs)`.
wrappers: dict = {}
recorders: list = []

_PLAIN = (int, float, bool, str, type(None), complex, slice, type, np.dtype)


class OpCall(Operation):
    """A call of an op in a graph.

    Attributes:
        function: the registered op.
    """

    def __init__(self, function, name=None):
        super().__init__(name=name or function.__name__)
        self.function = function

    def call(self, *args, **kwargs):
        return self.function(*args, **kwargs)

    def compute_output_spec(self, *args, **kwargs):
        return outputs_of(self.function, args, kwargs)

    def get_config(self):
        return {"name": self.name, "op": self.function.path}

    @classmethod
    def from_config(cls, config):
        return cls(table[config["op"]], name=config["name"])


builtin("ranvier.ops")(OpCall)


def op(function=None, *, path=None):
    """Registers a function of arrays as an op.

    The function receives arrays in place of variables and wrapped tensors; NumPy
    arrays in 64 bits arrive in 32. Its docstring is the op's.

    Args:
        function: the implementation.
        path: name under which configs find it; defaults to the function's name.
    """
    if function is None:
        return functools.partial(op, path=path)

    @functools.wraps(function)
    def dispatched(*args, **kwargs):
        if not kwargs and not recorders:
            for value in args:
                if type(value) not in _immediate:
                    break
            else:
                return function(*args)
        if any_symbolic(args, kwargs):
            return _symbolic(dispatched, args, kwargs)
        if wrappers:
            call = _find_wrapper(args, kwargs)
            if call is not None:
                return call(dispatched, args, kwargs)
        if recorders:
            return recorders[-1].record(dispatched, args, kwargs)
        return function(*_clean(args), **_clean_dict(kwargs))

    dispatched.raw = lambda *args, **kwargs: function(
        *_clean(args), **_clean_dict(kwargs)
    )
    dispatched.path = path or function.__name__
    table[dispatched.path] = dispatched
    return dispatched


# Types whose values implementations take as they are, found by a look at the type
# alone. JAX's class of concrete arrays joins when the first one is met.
_immediate: set = set(_PLAIN)


def _clean(args):
    return [_clean_value(value) for value in args]


def _clean_dict(kwargs):
    return {key: _clean_value(value) for key, value in kwargs.items()}


def _clean_value(value):
    """Turns what users pass into what implementations take."""
    if isinstance(value, jax.Array):
        if not isinstance(value, jax.core.Tracer):
            _immediate.add(type(value))
        return value
    if isinstance(value, Variable):
        return value.value
    if isinstance(value, np.ndarray):
        return _dtypes.narrow(value)
    if isinstance(value, list):
        return [_clean_value(item) for item in value]
    if type(value) is tuple:
        return tuple([_clean_value(item) for item in value])
    if isinstance(value, dict):
        return {key: _clean_value(item) for key, item in value.items()}
    return value


def _find_wrapper(args, kwargs):
    for value in (*args, *kwargs.values()):
        for cls, call in wrappers.items():
            if isinstance(value, cls):
                return call
        if isinstance(value, (list, tuple)):
            found = _find_wrapper(value, {})
            if found is not None:
                return found
    return None


def _symbolic(function, args, kwargs):
    try:
        return OpCall(function, name=_auto_name(function)).symbolic_call(
            *args, **kwargs
        )
    except (TypeError, ValueError, IndexError) as error:
        shapes = [v.shape for v in args if isinstance(v, KerasTensor)]
        note = f"In `ops.{function.path}` on symbolic shapes {shapes}."
        # What JAX says of shapes and axes; Keras raises ValueErrors on symbolic ones.
        also_value = {TypeError: ArgumentError, IndexError: PositionError}
        if type(error) not in also_value:
            error.add_note(note)
            raise
        refusal = also_value[type(error)](str(error))
        refusal.add_note(note)
        raise refusal from error


def _auto_name(function):
    from ranvier.core._naming import auto_name

    return auto_name(function.__name__)


def signature_of(function):
    """Returns the signature of an op's implementation."""
    return inspect.signature(function)
