"""The graph between some symbolic inputs and outputs, as a function on arrays."""

import numpy as np

from ranvier.core import _tree
from ranvier.ops._nodes import Operation, node_of
from ranvier.ops._symbolic import KerasTensor, infer_outputs


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
        stack = [(node_of(tensor), id(tensor) in stop, False)]
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
                parent = node_of(t)
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
                    f"Output {self._output_of(node)} is not connected to `inputs`, "
                    f"{self._inputs}: it depends on {node.output_tensors[0]}."
                )
            self._run_order.append(node)
        for tensor in self._inputs:  # inputs that no output depends on
            node = node_of(tensor)
            if node.is_input and not any(node is other for other in needed):
                needed.append(node)
                ranks.setdefault(id(node.operation), -1)
        self._nodes = needed
        self._operations, self._node_depths = by_depth(needed, ranks)

    def _output_of(self, node):
        """Returns words for the first output that depends on a node."""
        for path, output in _tree.flatten_with_path(self._outputs_struct):
            if any(other is node for other in walk(self._inputs, [output])[0]):
                where = f"with path `{'.'.join(map(str, path))}`"
                return where if path else output.name
        return ""

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


def get_source_inputs(tensor):
    """Returns the list of symbolic inputs that a symbolic tensor is computed from.

    Args:
        tensor: a symbolic tensor.

    Example:
        >>> import ranvier as rv
        >>> x = rv.Input((2,), name="x")
        >>> [source.name for source in get_source_inputs(x * 2.0)]
        ['x']
    """
    if not hasattr(tensor, "_keras_history"):
        return tensor
    nodes, _ = walk([], [tensor])
    return [t for node in nodes if node.is_input for t in node.output_tensors]
