"""HostStage: the part of a graph that runs in NumPy ahead of the compiled program.

Layers on strings cannot be compiled. The graph of a model that contains some is cut
once, when the model is made: what those layers need runs on the host, on whole columns
of data, and gives arrays of numbers. These take the place of the model's inputs in
programs. A model whose graph has no such layer has no stage and pays nothing, not even
the import of these layers.
"""

from ranvier.core import _tree
from ranvier.core._errors import ShapeError

# Marks what a stage returned among dictionaries of inputs.
_PREFIX = "host:"


def make_host_stage(graph):
    """Returns the stage of a functional model, or None if all of it can be compiled."""
    nodes = graph._run_order
    if not any(_works_on_host(node) for node in nodes):
        return None
    return HostStage(graph)


def _works_on_host(node):
    strings = any(t.dtype == "string" for t in node.input_tensors)
    return strings or node.operation.runs_on_host


class HostStage:
    """A graph cut in two: `prepare` runs the first part, `finish` the second.

    Args:
        graph: the `Functional` model.
    """

    def __init__(self, graph):
        self._graph = graph
        on_host = _nodes_on_host(graph._run_order)
        self._host_nodes = [n for n in graph._run_order if id(n) in on_host]
        self._device_nodes = [n for n in graph._run_order if id(n) not in on_host]
        fed = {id(t) for n in self._host_nodes for t in n.input_tensors}
        # Layers whose outputs nothing on the host needs do their second half, such as
        # encoding ids in many columns, in the program.
        self._halved = {
            id(n): f"{_PREFIX}{i}:{n.operation.name}"
            for i, n in enumerate(self._host_nodes)
            if n.operation.runs_on_host
            and not any(id(t) in fed for t in n.output_tensors)
        }
        needed = {id(t) for n in self._device_nodes for t in n.input_tensors}
        needed |= {id(t) for t in graph.outputs}
        self._inputs = [t for t in graph.inputs if id(t) in needed]
        whole = [n for n in self._host_nodes if id(n) not in self._halved]
        self._crossing = {
            f"{_PREFIX}{t.name}": t
            for n in whole
            for t in n.output_tensors
            if id(t) in needed
        }
        self._keys = {t.name for t in self._inputs}
        self._keys |= {*self._halved.values(), *self._crossing}

    def is_prepared(self, inputs) -> bool:
        """Tells whether inputs are what `prepare` returned."""
        return isinstance(inputs, dict) and inputs.keys() == self._keys

    def columns(self, inputs):
        """Returns inputs of any kind as a list of arrays, in the model's order."""
        return _columns(inputs, self._graph)

    def prepare(self, inputs):
        """Returns arrays of numbers for the program, in a dictionary.

        Args:
            inputs: the model's inputs. What is prepared already is returned.
        """
        if self.is_prepared(inputs):
            return inputs
        from ranvier.layers.preprocessing._host_layer import refuse_tracers

        columns = self.columns(inputs)
        values = dict(zip(map(id, self._graph.inputs), columns, strict=True))
        prepared = {t.name: values[id(t)] for t in self._inputs}
        for node in self._host_nodes:
            args, kwargs = node.fill_in(values)
            refuse_tracers(node.operation, args)
            if id(node) in self._halved:
                prepared[self._halved[id(node)]] = node.operation.on_host(*args)
                continue
            results = _tree.flatten(node.operation(*args, **kwargs))
            values.update(zip(map(id, node.output_tensors), results, strict=True))
        for key, tensor in self._crossing.items():
            prepared[key] = values[id(tensor)]
        return prepared

    def finish(self, prepared, call):
        """Returns the outputs for what `prepare` returned.

        Args:
            prepared: the dictionary.
            call: performs the operation of a node: `call(node, args, kwargs)`.
        """
        standardize = self._graph.standardize_input
        values = {id(t): standardize(prepared[t.name], t) for t in self._inputs}
        for key, tensor in self._crossing.items():
            values[id(tensor)] = prepared[key]
        for node in self._host_nodes:
            key = self._halved.get(id(node))
            if key is not None:
                results = call(node, [prepared[key]], {}, "on_device")
                keys = map(id, node.output_tensors)
                values.update(zip(keys, _tree.flatten(results), strict=True))
        return self._graph.run_nodes(self._device_nodes, values, call)


def _nodes_on_host(nodes):
    """Returns the ids of nodes that work on strings, and of all before these."""
    chosen = set()
    needed = set()  # tensors that such nodes take
    for node in reversed(nodes):
        is_needed = any(id(t) in needed for t in node.output_tensors)
        if is_needed or _works_on_host(node):
            chosen.add(id(node))
            needed |= {id(t) for t in node.input_tensors}
    return chosen


def _columns(inputs, graph):
    """Returns the inputs of a model as arrays, in the order of its symbolic inputs."""
    tensors = graph.inputs
    if isinstance(inputs, dict):
        inputs = {key: _column(value) for key, value in inputs.items()}
    elif len(tensors) == 1:
        is_wrapped = isinstance(inputs, (list, tuple)) and len(inputs) == 1
        if not (is_wrapped and hasattr(inputs[0], "shape")):
            inputs = _column(inputs)
    elif isinstance(inputs, (list, tuple)):
        inputs = [_column(value) for value in inputs]
    flat = graph._flatten_inputs(inputs)
    return [_of_rank(x, t) for x, t in zip(flat, tensors, strict=True)]


def _column(x):
    from ranvier.layers.preprocessing._strings import as_array

    return x if hasattr(x, "shape") and hasattr(x, "ndim") else as_array(x)


def _of_rank(x, tensor):
    """Adds or drops a last axis of size one, where that gives the shape wanted.

    Raises:
        ShapeError: if neither does.
    """
    want = tensor.shape
    if x.ndim == len(want) + 1 and x.shape[-1] == 1:
        x = x[..., 0]
    elif x.ndim == len(want) - 1 and want[-1] == 1:
        x = x[..., None]
    sizes = zip(x.shape[1:], want[1:], strict=False)
    if x.ndim != len(want) or any(n not in (m, None) for m, n in sizes):
        raise ShapeError(
            f"Invalid input shape for input '{tensor.name}': expected shape {want}, "
            f"but received an input of shape {tuple(x.shape)}."
        )
    return x
