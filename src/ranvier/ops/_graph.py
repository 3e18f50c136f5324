"""The graph of symbolic computations: operations, nodes, and functions over them.

Calling an operation on symbolic tensors adds a `Node` that records the call; each
output tensor remembers `(operation, node_index, tensor_index)`. A `Function` is the
subgraph between some inputs and some outputs, and can be run on arrays.
"""

import collections
import inspect

import numpy as np

from ranvier.core import _naming, _tree
from ranvier.core._constructor import constructor_arguments
from ranvier.core._serialization import serialize_object
from ranvier.ops._symbolic import KerasTensor, any_symbolic

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
            _node_of(tensor).operation._outbound_nodes.append(self)

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
        from ranvier.ops._symbolic import infer_outputs

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


def _node_of(tensor):
    if not hasattr(tensor, "_keras_history"):
        # Made by hand rather than by an operation: it is an input.
        return Node(Operation(name=tensor.name), (), {}, tensor)
    history = tensor._keras_history
    return history.operation._inbound_nodes[history.node_index]


def walk(inputs, outputs):
    """Walks the graph from the outputs back to the inputs, depth first.

    Returns:
        `(nodes, first_visits)`: the nodes, each after those it depends on; and
        `{id(operation): rank}`, the order in which operations were first met.
    """
    stop = {id(t) for t in inputs}
    nodes, done, ranks = [], set(), {}
    for tensor in outputs:
        # An explicit stack: deep models must not meet Python's recursion limit.
        stack = [(_node_of(tensor), id(tensor) in stop, False)]
        while stack:
            node, at_input, expanded = stack.pop()
            if id(node) in done:
                continue
            if expanded:
                done.add(id(node))
                nodes.append(node)
                continue
            ranks.setdefault(id(node.operation), len(ranks))
            stack.append((node, at_input, True))
            if at_input:
                continue
            for t in reversed(node.input_tensors):
                parent = _node_of(t)
                if id(parent) not in done:
                    stack.append((parent, id(t) in stop, False))
    return nodes, ranks


def by_depth(nodes, ranks):
    """Returns nodes and operations in Keras's order, and the depths of nodes.

    The depth is the longest distance from the outputs; deeper comes first. All calls
    of a shared operation count as its deepest one.
    """
    node_depth: dict[int, int] = {}
    op_depth: dict[int, int] = {}
    operations = {id(node.operation): node.operation for node in nodes}
    for node in reversed(nodes):
        key = id(node.operation)
        depth = max(node_depth.get(id(node), 0), op_depth.get(key, 0))
        node_depth[id(node)] = op_depth[key] = depth
        for parent in node.parent_nodes:
            if id(parent) in node_depth or parent in nodes:
                node_depth[id(parent)] = max(node_depth.get(id(parent), 0), depth + 1)
    ordered = sorted(
        operations.values(), key=lambda o: (-op_depth[id(o)], ranks[id(o)])
    )
    return ordered, node_depth


def _call_operation(node, args, kwargs):
    return node.operation(*args, **kwargs)


class Function(Operation):
    """The computation between symbolic inputs and outputs.

    Args:
        inputs: structure of symbolic tensors.
        outputs: structure of symbolic tensors computed from them.
        name: optional name.

    Raises:
        ValueError: if an output does not depend on the inputs alone.

    Example:
        >>> import ranvier as rv
        >>> x = rv.Input((2,))
        >>> f = Function(x, rv.ops.sum(x * 3.0, axis=-1))
        >>> f(rv.ops.ones((1, 2))).tolist()
        [6.0]
    """

    def __init__(self, inputs, outputs, name=None):
        super().__init__(name=name)
        self._init_graph(inputs, outputs)

    def _init_graph(self, inputs, outputs):
        self._inputs_struct = inputs
        self._outputs_struct = outputs
        self._inputs = _tree.flatten(inputs)
        self._outputs = _tree.flatten(outputs)
        for kind, tensors in (("inputs", self._inputs), ("outputs", self._outputs)):
            if not tensors:
                raise ValueError(
                    f"`{kind}` argument cannot be empty. Received: inputs={inputs}, "
                    f"outputs={outputs}"
                )
        for kind, tensors in (("inputs", self._inputs), ("outputs", self._outputs)):
            for tensor in tensors:
                if not isinstance(tensor, KerasTensor):
                    raise ValueError(
                        f"All `{kind}` values must be KerasTensors. Received: "
                        f"{kind}={tensor!r} (of type {type(tensor)})"
                    )
        nodes, ranks = walk(self._inputs, self._outputs)
        given = {id(t) for t in self._inputs}
        self._run_order = []
        needed = []
        for node in nodes:
            if all(id(t) in given for t in node.output_tensors):
                # What makes an input that is computed elsewhere is no part of it.
                if node.is_input:
                    needed.append(node)
                continue
            needed.append(node)
            if node.is_input:
                raise ValueError(
                    f"Output {self._outputs_struct} is not connected to `inputs`: it "
                    f"depends on {node.output_tensors[0]}, which is not among the "
                    f"inputs {self._inputs}."
                )
            self._run_order.append(node)
        for tensor in self._inputs:  # inputs that no output depends on
            node = _node_of(tensor)
            if node.is_input and not any(node is other for other in needed):
                needed.append(node)
                ranks.setdefault(id(node.operation), -1)
        self._nodes = needed
        self._operations, self._node_depths = by_depth(needed, ranks)

    @property
    def operations(self):
        """The operations, inputs first."""
        return self._operations[:]

    @property
    def inputs(self):
        """Flat list of symbolic inputs."""
        return self._inputs

    @property
    def outputs(self):
        """Flat list of symbolic outputs."""
        return self._outputs

    def call(self, inputs):
        """Runs the graph on arrays given in the structure of the inputs."""
        self._check_inputs(inputs)
        return self.run(inputs)

    def _check_inputs(self, inputs):
        """Raises unless values have the structure and shapes of the inputs."""
        given = _tree.flatten(inputs)
        try:
            _tree.assert_same_structure(inputs, self._inputs_struct)
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"{type(self).__name__} '{self.name}' received an invalid input "
                f"structure. Expected: {self._inputs_struct}. Received: {inputs}"
            ) from error
        for x, spec in zip(given, self._inputs, strict=True):
            shape = np.shape(x) if not hasattr(x, "shape") else tuple(x.shape)
            if not _fits(shape, spec.shape):
                raise ValueError(
                    f"{type(self).__name__} '{self.name}' received incompatible "
                    f"inputs. Expected shape {spec.shape} for '{spec.name}'. "
                    f"Received: shape {shape}"
                )

    def run(self, inputs, call=None):
        """Runs the graph; `call(node, args, kwargs)` may perform the operations."""
        values = dict(zip(map(id, self._inputs), _tree.flatten(inputs), strict=True))
        return self.run_nodes(self._run_order, values, call or _call_operation)

    def run_nodes(self, nodes, values, call):
        """Runs some of the nodes and returns the outputs.

        Args:
            nodes: the nodes, each after those it depends on.
            values: `{id(tensor): value}` of what they depend on; results are added.
            call: performs the operation of a node: `call(node, args, kwargs)`.
        """
        for node in nodes:
            args, kwargs = node.fill_in(values)
            outputs = call(node, args, kwargs)
            results = _tree.flatten(outputs)
            if len(results) != len(node.output_tensors):
                # A structure with leaves that are no tensors (None, numbers).
                results = [
                    value
                    for value, spec in zip(
                        results, _tree.flatten(node.outputs), strict=True
                    )
                    if isinstance(spec, KerasTensor)
                ]
            for tensor, value in zip(node.output_tensors, results, strict=True):
                values[id(tensor)] = value
        return _tree.pack_sequence_as(
            self._outputs_struct, [values[id(t)] for t in self._outputs]
        )

    def compute_output_spec(self, inputs):
        """Returns the symbolic outputs for other symbolic inputs."""
        from ranvier.ops._symbolic import infer_outputs

        self._check_inputs(inputs)
        return infer_outputs(self.run, (inputs,), {})

    def compute_output_shape(self, input_shape):
        """Returns the shapes of the outputs for other shapes of the inputs.

        Args:
            input_shape: a shape, or a structure of shapes like that of the inputs.
        """
        specs = iter(self._inputs)
        inputs = _tree.map_shape_structure(
            lambda shape: KerasTensor(shape, next(specs).dtype), input_shape
        )
        return _tree.map_structure(lambda x: x.shape, self.compute_output_spec(inputs))


def _fits(shape, expected):
    """Tells whether a shape is one that an input of unknown sizes stands for."""
    return len(shape) == len(expected) and all(
        n is None or m is None or n == m for n, m in zip(shape, expected, strict=True)
    )
