"""The structure of a compiled model: what its programs depend on, without tracing.

What a step computes follows from the objects it can reach: layers and their attributes,
the graph, the loss, the metrics, the optimizer, the code of the user's own classes and
functions. The walk here writes all of that down as a key. It leaves out the values of
variables, which are inputs of a program anyway, the numbers declared dynamic, which can
be made inputs, and names that were given automatically. Two models with equal keys are
copies of one another but for these, so one program serves both: variable by variable,
number by number, in the order of the walk.

A walk takes a few milliseconds where a trace takes a hundred. It errs on the safe
side: what it does not understand counts by identity, so that two models differ.
"""

import collections
import dataclasses
import functools
import hashlib
import re
import types
import weakref

import jax
import numpy as np

from ranvier.core import _naming
from ranvier.core._dynamic import dynamic_names
from ranvier.core._variable import Variable
from ranvier.initializers import Initializer
from ranvier.layers import Layer
from ranvier.metrics import Metric
from ranvier.ops._nodes import Node, Operation
from ranvier.ops._symbolic import KerasTensor
from ranvier.optimizers import Optimizer
from ranvier.training._compiled_loss import CompiledLoss
from ranvier.training._compiled_metrics import CompiledMetrics


@dataclasses.dataclass(eq=False)
class Structure:
    """What `structure_of` found.

    Attributes:
        key: equal for models whose programs are the same.
        variables: the variables that can be reached, in the order of the walk.
        numbers: triples `(object, attribute, value)` of the dynamic numbers likewise.
        is_custom: whether code from outside the library is part of the structure.
        anchors: objects that the key knows by identity; they must stay alive with it.
    """

    key: bytes
    variables: list
    numbers: list
    is_custom: bool
    anchors: list

    def positions(self, variables) -> list[int] | None:
        """Returns where in `variables` of the structure some variables stand.

        None if one of them is not reached by the walk.
        """
        places = {id(v): i for i, v in enumerate(self.variables)}
        if any(id(v) not in places for v in variables):
            return None
        return [places[id(v)] for v in variables]


def structure_of(model, widths=True) -> Structure:
    """Returns the structure of a compiled and built model.

    Args:
        model: the model.
        widths: whether the sizes of layers of units are part of the key. If not, other
            models have the same key that differ in the shapes of their variables.
    """
    walk = _Walk(_LEFT_OUT if widths else _WIDTHS_LEFT_OUT)
    walk.run(model)
    key = hashlib.sha256(repr(walk.tokens).encode()).digest()
    return Structure(key, walk.variables, walk.numbers, walk.is_custom, walk.anchors)


# Attributes that no program depends on, or that follow from others, by class.
_LEFT_OUT = {
    Variable: {"_value", "_initializer", "_borrowed", "_name", "_path"},
    KerasTensor: {"name", "_keras_history"},
    Node: {"output_tensors", "input_tensors"},
    Operation: {"_inbound_nodes", "_outbound_nodes"},
    Layer: {
        *("_init_arguments", "_path", "_parent_path", "_called", "_losses"),
        "_building",
        # The halves of a model that is a graph, or is trained.
        *("_node_depths", "input_names", "output_names", "history", "_programs"),
        *("_compile_arguments", "stop_training", "stop_evaluating", "stop_predicting"),
    },
    Optimizer: {"_variables_before_build"},
    CompiledLoss: {"output_names"},
    CompiledMetrics: {"output_names"},
}
_WIDTHS_LEFT_OUT = {
    **_LEFT_OUT,
    Variable: {*_LEFT_OUT[Variable], "_shape"},
    KerasTensor: {*_LEFT_OUT[KerasTensor], "_shape"},
    Layer: {*_LEFT_OUT[Layer], "units", "input_spec", "_input_spec", "_build_shapes"},
}
_ATOMS = (type(None), bool, int, float, complex, str, bytes, type(...), np.dtype)
_NAMED = (Operation, Optimizer)


class _Walk:
    """One walk over the objects that a model reaches, in preorder."""

    def __init__(self, left_out):
        self._always_left_out = left_out
        self.tokens = []
        self.variables = []
        self.numbers = []
        self.anchors = []
        self.is_custom = False
        # Places by identity, and the objects, lest an identity be given anew.
        self._seen = {}
        self._kept = []
        self._stack = []
        self._reads_names = False

    def run(self, model):
        stack = self._stack
        stack.append(model)
        while stack:
            self._visit(stack.pop())
        if self._reads_names:
            self.tokens.append([v.path for v in self.variables])

    def _push(self, children):
        self._stack.extend(reversed(children))

    def _visit(self, value):
        emit = self.tokens.append
        kind = type(value)
        if kind in _ATOMS or isinstance(value, np.generic):
            emit((kind, repr(value) if kind in (float, complex) else value))
            return
        # A method is made anew at each look at it: its identity means nothing.
        if kind is types.MethodType:
            emit("method")
            self._push([value.__func__, value.__self__])
            return
        place = self._seen.get(id(value))
        if place is not None:
            emit(("seen", place))
            return
        self._seen[id(value)] = len(self._seen)
        self._kept.append(value)
        self._describe(value, kind)

    def _describe(self, value, kind):
        emit = self.tokens.append
        if isinstance(value, (list, tuple, collections.deque)):
            self._of_class(kind)
            emit(len(value))
            fields = getattr(kind, "_fields", ())
            skip = {i for i, f in enumerate(fields) if _is_log_name(kind, f)}
            self._push([v for i, v in enumerate(value) if i not in skip])
        elif isinstance(value, dict):
            self._of_class(kind)
            emit(len(value))
            self._push([part for item in value.items() for part in item])
        elif isinstance(value, (set, frozenset)):
            self._describe_set(value, kind)
        elif isinstance(value, (np.ndarray, jax.Array)):
            array = np.asarray(value)
            digest = hashlib.sha256(np.ascontiguousarray(array).tobytes()).digest()
            emit(("array", array.shape, str(array.dtype), digest))
        elif isinstance(value, type):
            self._describe_class(value)
        elif isinstance(value, types.FunctionType):
            self._describe_function(value)
        elif isinstance(value, functools.partial):
            emit("partial")
            self._push([value.func, value.args, value.keywords])
        elif isinstance(value, types.CellType):
            emit("cell")
            self._push([_contents(value)])
        elif isinstance(value, re.Pattern):
            emit(("pattern", value.pattern, value.flags))
            self._reads_names = True
        elif isinstance(value, weakref.ref):
            emit("reference")
            self._push([value()])
        elif _is_plain(kind):
            self._describe_object(value, kind)
        else:
            self._by_identity(value)

    def _by_identity(self, value):
        self.anchors.append(value)
        self.tokens.append(("identity", id(value)))

    def _of_class(self, cls):
        """Notes the class of a value."""
        if "<locals>" in cls.__qualname__:
            self._visit(cls)  # defined anew in each build
            return
        self.anchors.append(cls)
        self.tokens.append(("class", id(cls)))
        self._note_module(cls.__module__)

    def _note_module(self, module):
        if (module or "").split(".")[0] not in _TRUSTED:
            self.is_custom = True

    def _describe_set(self, value, kind):
        if all(type(v) in _ATOMS for v in value):
            self.tokens.append((kind, tuple(sorted(map(repr, value)))))
        elif all(id(v) in self._seen for v in value):
            places = sorted(self._seen[id(v)] for v in value)
            self.tokens.append((kind, tuple(places)))
        else:
            self._by_identity(value)  # their order means nothing

    def _describe_class(self, cls):
        if "<locals>" not in cls.__qualname__:
            self._of_class(cls)
            return
        self.is_custom = True
        members = {
            name: member
            for name, member in vars(cls).items()
            if name not in ("__dict__", "__weakref__", "__doc__", "__signature__")
        }
        self.tokens.append(("local class", cls.__module__, cls.__qualname__))
        self.tokens.append(tuple(members))
        members = [_unwrapped(member) for member in members.values()]
        self._push([list(cls.__bases__), *members])

    def _describe_function(self, function):
        code = function.__code__
        self.anchors += [code, function.__globals__]
        self.tokens.append(("function", id(code), id(function.__globals__)))
        self._note_module(function.__module__)
        closure = [_contents(cell) for cell in function.__closure__ or ()]
        self._push([function.__defaults__, function.__kwdefaults__, *closure])

    def _describe_object(self, value, kind):
        self._of_class(kind)
        attributes = dict(getattr(value, "__dict__", {}))
        for cls in kind.__mro__:
            for name in _slots(cls):
                if hasattr(value, name):
                    attributes[name] = getattr(value, name)
        for name in self._left_out(value, kind, attributes):
            attributes.pop(name, None)
        if attributes.get("exclude_layers"):
            self._reads_names = True
        if isinstance(value, Variable):
            self.variables.append(value)
            self.tokens.append(_without_numbers(value.path))
        arguments = attributes.get("_fn_kwargs", {})
        if dynamic_names(kind) and arguments.keys() <= attributes.keys():
            # A loss that keeps its arguments as attributes reads them there.
            attributes["_fn_kwargs"] = tuple(arguments)
        for name in dynamic_names(kind):
            # None and zero turn things off: programs differ.
            if _is_number(attributes.get(name)):
                self.numbers.append((value, name, attributes.pop(name)))
                self.tokens.append("number")
        if isinstance(value, Metric):  # it may bear the automatic name of an output
            self.tokens.append(_without_numbers(attributes.pop("name")))
        elif isinstance(value, _NAMED) and _is_automatic(attributes.get("name"), kind):
            del attributes["name"]
        self.tokens.append(tuple(attributes))
        self._push(list(attributes.values()))

    def _left_out(self, value, kind, attributes):
        names = {"_dynamic_cells"}
        for cls, left_out in self._always_left_out.items():
            if isinstance(value, cls):
                names |= left_out
        if not kind.__module__.startswith("ranvier."):
            return names
        # What only served to build the model. A class of the user's may still use it.
        if isinstance(value, Layer):
            names |= {n for n, v in attributes.items() if isinstance(v, Initializer)}
            if "seed_generator" in attributes:
                names.add("seed")
        elif "_initial_seed" in attributes:
            names |= {"_initial_seed", "name"}
        return names


_TRUSTED = {"ranvier", "jax", "jaxlib", "numpy", "builtins", "functools", "collections"}


def _is_number(value):
    is_number = isinstance(value, (int, float, np.number)) and value != 0
    return is_number and not isinstance(value, bool)


def _is_plain(kind):
    """Tells whether a class is written in Python: its attributes tell everything."""
    new = kind.__new__
    return new is object.__new__ or isinstance(new, types.FunctionType)


@functools.lru_cache(maxsize=1024)
def _slots(cls):
    slots = vars(cls).get("__slots__", ())
    slots = (slots,) if isinstance(slots, str) else slots
    return [name for name in slots if name not in ("__dict__", "__weakref__")]


def _contents(cell):
    try:
        return cell.cell_contents
    except ValueError:  # not set
        return "empty cell"


def _unwrapped(member):
    if isinstance(member, (staticmethod, classmethod)):
        return member.__func__
    if isinstance(member, property):
        return [member.fget, member.fset]
    return member


def _is_log_name(kind, field):
    """Tells whether a field of one of our named tuples is a name for the logs."""
    return kind.__module__.startswith("ranvier.training") and field in ("name", "log")


def _is_automatic(name, kind):
    """Tells whether an object bears the name it gets when none is given."""
    # The graph inside a `Sequential` bears the name of the whole.
    stems = _naming.to_snake_case(kind.__name__), "sequential"
    return isinstance(name, str) and _without_numbers(name) in stems


@functools.lru_cache(maxsize=4096)
def _without_numbers(path):
    return re.sub(r"_\d+(?=[/_]|$)", "", path)
