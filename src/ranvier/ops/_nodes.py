"""Operations and nodes: what the graph of symbolic computations is made of.

Calling an operation on symbolic tensors adds a `Node` that records the call; each
output tensor remembers `(operation, node_index, tensor_index)`.
"""

import collections
import inspect

from ranvier.core import _naming, _tree
from ranvier.core._constructor import constructor_arguments
from ranvier.core._serialization import serialize_object
from ranvier.ops._symbolic import KerasTensor, any_symbolic, infer_outputs

History = collections.namedtuple("History", ["operation", "node_index", "tensor_index"])


class Node:
    """One call of an operation on symbolic tensors.

    Attributes:
        operation: what was called.
        args: positional arguments of the call.
        kwargs: keyword arguments of the call.
        input_tensors: the symbolic tensors among the arguments.
        outputs: the structure of symbolic results.
    """

    def __init__(self, operation, args, kwargs, outputs):
        self.operation = operation
        self.args = args
        self.kwargs = kwargs
        self.outputs = outputs
        self.output_tensors = [
            t for t in _tree.flatten(outputs) if isinstance(t, KerasTensor)
        ]
        self.input_tensors = [
            t for t in _tree.flatten((list(args), kwargs)) if isinstance(t, KerasTensor)
        ]
        index = len(operation._inbound_nodes)
        operation._inbound_nodes.append(self)
        for i, tensor in enumerate(self.output_tensors):
            tensor._keras_history = History(operation, index, i)
        for tensor in self.input_tensors:
            node_of(tensor).operation._outbound_nodes.append(self)

    @property
    def is_input(self):
        """Whether the node stands for an input of the graph."""
        return not self.input_tensors

    @property
    def parent_nodes(self):
        """The nodes whose outputs this one takes."""
        return [
            t._keras_history.operation._inbound_nodes[t._keras_history.node_index]
            for t in self.input_tensors
        ]

    def fill_in(self, values):
        """Returns the call's arguments with tensors replaced from `{id: value}`."""

        def replace(leaf):
            return values[id(leaf)] if isinstance(leaf, KerasTensor) else leaf

        args = [_tree.map_up_to(a, replace, a) for a in self.args]
        kwargs = {k: _tree.map_up_to(v, replace, v) for k, v in self.kwargs.items()}
        return args, kwargs


class Operation:
    """Anything that can stand in a graph: layers, and calls of ops.

    Args:
        name: optional name; automatic if None.
    """

    # Whether it has to work on values that only the host has (strings).
    runs_on_host = False

    def __new__(cls, *args, **kwargs):
        instance = super().__new__(cls)
        instance.__dict__["_init_arguments"] = (args, kwargs)
        return instance

    def __init__(self, name=None):
        if name is None:
            name = _naming.auto_name(type(self).__name__)
        if not isinstance(name, str) or "/" in name:
            raise ValueError(
                "Argument `name` must be a string and cannot contain character `/`. "
                f"Received: name={name} (of type {type(name)})"
            )
        self.name = name
        self._inbound_nodes = []
        self._outbound_nodes = []

    def __call__(self, *args, **kwargs):
        if any_symbolic(args, kwargs):
            return self.symbolic_call(*args, **kwargs)
        return self.call(*args, **kwargs)

    def symbolic_call(self, *args, **kwargs):
        """Adds a node to the graph and returns its symbolic outputs."""
        outputs = self.compute_output_spec(*args, **kwargs)
        Node(self, args, kwargs, outputs)
        return outputs

    def call(self, *args, **kwargs):
        """Computes on arrays."""
        raise NotImplementedError

    def compute_output_spec(self, *args, **kwargs):
        """Returns the symbolic outputs of a call, without adding a node."""
        return infer_outputs(self.call, args, kwargs)

    def get_config(self):
        """Returns the constructor's arguments; a subclass adds its own to them.

        Raises:
            NotImplementedError: if a subclass that does not override this takes
                arguments that cannot be saved.
        """
        if type(self).get_config is not Operation.get_config:
            return {"name": self.name}
        try:
            given = constructor_arguments(self, *self._init_arguments)
            config = {key: serialize_object(value) for key, value in given.items()}
        except (TypeError, ValueError) as error:
            raise NotImplementedError(
                f"{type(self).__name__} was created by passing values that cannot be "
                "saved by themselves. Override `get_config()`, and add them to what "
                "`super().get_config()` returns."
            ) from error
        parameters = inspect.signature(type(self).__init__).parameters.values()
        if "name" in given or any(p.kind is p.VAR_KEYWORD for p in parameters):
            config["name"] = self.name
        return config

    @classmethod
    def from_config(cls, config):
        """Rebuilds an operation from `get_config()`."""
        return cls(**config)

    @property
    def input(self):
        """The symbolic input of the first call; a list where there are several."""
        node = self._first_node("input")
        return _one_or_list(node.input_tensors or node.output_tensors)

    @property
    def output(self):
        """The symbolic output of the first call; a list where there are several."""
        return _one_or_list(self._first_node("output").output_tensors)

    def _first_node(self, which):
        if not self._inbound_nodes:
            raise AttributeError(
                f"The layer {self.name} has never been called on a symbolic tensor "
                f"and thus has no defined {which}."
            )
        return self._inbound_nodes[0]


def _one_or_list(tensors):
    return tensors[0] if len(tensors) == 1 else tensors


def node_of(tensor):
    """Returns the node that made a symbolic tensor."""
    if not hasattr(tensor, "_keras_history"):
        # Made by hand rather than by an operation: it is an input.
        return Node(Operation(name=tensor.name), (), {}, tensor)
    history = tensor._keras_history
    return history.operation._inbound_nodes[history.node_index]
