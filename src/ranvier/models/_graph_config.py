"""A functional model as a dictionary, and back, in Keras 3's form.

Every layer or op of the graph is an entry with its own config and its
`inbound_nodes`: the arguments of each call, in which a tensor is written as the call
it comes from, `[operation name, number of the call, number of the output]`. Only
calls that belong to the model are counted.
"""

from ranvier.core import _tree
from ranvier.core._errors import close_names
from ranvier.core._registry import CustomObjectScope
from ranvier.core._serialization import (
    deserialize_object,
    register_value,
    serialize_object,
)
from ranvier.models import _op_names
from ranvier.ops._dispatch import OpCall, table
from ranvier.ops._nodes import History, Operation
from ranvier.ops._symbolic import KerasTensor


def _tensor_config(tensor):
    history = getattr(tensor, "_keras_history", None)
    if history is not None:
        history = [history.operation.name, history.node_index, history.tensor_index]
    return {"shape": tensor.shape, "dtype": tensor.dtype, "keras_history": history}


def _tensor_from_config(config):
    tensor = KerasTensor(config["shape"], dtype=config["dtype"])
    tensor._saved_history = config.get("keras_history")
    return tensor


register_value(KerasTensor, "__keras_tensor__", _tensor_config, _tensor_from_config)


# Writing.


def graph_config(model) -> dict:
    """Returns the config of a functional model.

    Args:
        model: a `Functional`.
    """
    own = {id(node) for node in model._nodes}

    def count_of(history):
        """The number of a call among the operation's calls in this model."""
        nodes = history.operation._inbound_nodes[: history.node_index]
        return sum(id(node) in own for node in nodes)

    def renumber(leaf):
        if not isinstance(leaf, KerasTensor):
            return leaf
        history = leaf._keras_history
        copy = KerasTensor(leaf.shape, dtype=leaf.dtype, name=leaf.name)
        copy._keras_history = History(
            history.operation, count_of(history), history.tensor_index
        )
        return copy

    def place(tensor):
        operation, _, tensor_index = history = tensor._keras_history
        count = count_of(history) + _first_call(operation)
        return [operation.name, count, tensor_index]

    def entry(operation):
        nodes = [node for node in operation._inbound_nodes if id(node) in own]
        calls = [
            (_map(renumber, node.args), _map(renumber, node.kwargs))
            for node in nodes
            if node.input_tensors
        ]
        config, calls = _operation_config(operation, calls)
        config["name"] = operation.name
        config["inbound_nodes"] = [
            {"args": serialize_object(list(args)), "kwargs": serialize_object(kwargs)}
            for args, kwargs in calls
        ]
        return config

    return {
        "name": model.name,
        "trainable": model.trainable,
        "layers": [entry(operation) for operation in model.operations],
        "input_layers": _tree.map_structure(place, model._inputs_struct),
        "output_layers": _tree.map_structure(place, model._outputs_struct),
    }


def _operation_config(operation, calls):
    """Returns an operation's config, and its calls as they are written."""
    entry = None
    if isinstance(operation, OpCall):
        entry = _op_names.class_of_op(operation.function.path)
    if entry is None:
        return serialize_object(operation), calls
    own, split = {}, []
    for args, kwargs in calls:
        args, kwargs, own = _op_names.split_arguments(entry, args, kwargs)
        split.append((args, kwargs))
    config = {
        "module": entry.module,
        "class_name": entry.name,
        "config": {"name": operation.name, **serialize_object(own)},
        "registered_name": entry.name,
    }
    return config, split


def _first_call(operation):
    """The number of an operation's first call in `input_layers` and `output_layers`.

    Keras counts one call more for a functional model: that which made it.
    """
    from ranvier.models._functional import Functional

    return int(isinstance(operation, Functional))


def _map(function, structure):
    return _tree.map_up_to(structure, function, structure)


# Reading.


class _Call:
    """A call that is written in a file and not yet made."""

    def __init__(self, name, operation, adapt, node):
        self.name = name
        self.operation = operation
        self.adapt = adapt
        self.args, self.kwargs = _arguments(node)
        leaves = _tree.flatten([self.args, self.kwargs])
        self.places = [leaf for leaf in leaves if isinstance(leaf, _Place)]

    def make(self, outputs):
        def fill_in(leaf):
            return leaf.find(outputs) if isinstance(leaf, _Place) else leaf

        args, kwargs = _map(fill_in, self.args), _map(fill_in, self.kwargs)
        args, kwargs = self.adapt(args, kwargs)
        self.operation(*args, **kwargs)
        outputs[self.name].append(self.operation._inbound_nodes[-1].output_tensors)


class _Place:
    """Where a tensor comes from: an output of a call of an operation."""

    def __init__(self, name, call, index):
        self.name, self.call, self.index = name, call, index

    def is_made(self, outputs):
        if self.name not in outputs:
            raise ValueError(
                f"Missing node: {self.name}. The config of the functional model names "
                "this operation, but does not contain it."
                f"{close_names(self.name, outputs)}"
            )
        return self.call < len(outputs[self.name])

    def find(self, outputs):
        return outputs[self.name][self.call][self.index]


def graph_from_config(config, custom_objects=None):
    """Rebuilds the graph of a functional model.

    Args:
        config: a dictionary of `graph_config`, also one written by Keras.
        custom_objects: `{name: class or function}` to look names up in first.

    Returns:
        `(inputs, outputs, rest)`: structures of symbolic tensors, and the other
        arguments of the model's constructor (`name`, `trainable`...).

    Raises:
        ValueError: if the graph has loops, or names operations it does not contain.
    """
    rest = dict(config)
    entries = rest.pop("layers")
    input_layers, output_layers = rest.pop("input_layers"), rest.pop("output_layers")
    rest = {"name": None, "trainable": None, **rest}
    operations, outputs, calls = {}, {}, []
    with CustomObjectScope(custom_objects):
        for entry in entries:
            name = entry["name"] if "name" in entry else entry["config"]["name"]
            operation, adapt = _revive(name, entry)
            operations[name] = operation
            outputs[name] = [
                node.output_tensors
                for node in operation._inbound_nodes
                if node.is_input
            ]
            for node in entry.get("inbound_nodes", ()):
                calls.append(_Call(name, operation, adapt, node))
    _make_calls(calls, outputs)

    def tensor_at(name, call, index):
        call -= _first_call(operations.get(name))
        place = _Place(name, call, index)
        if not place.is_made(outputs):
            raise ValueError(f"The functional model has no call {call} of {name!r}.")
        return place.find(outputs)

    return (
        _map_places(tensor_at, input_layers),
        _map_places(tensor_at, output_layers),
        rest,
    )


def _revive(name, entry):
    """Returns an operation, and what completes the arguments of its calls."""
    op_class = _op_names.find_op_class(entry)
    if op_class is None:
        operation = deserialize_object(entry)
        if not isinstance(operation, Operation):
            raise ValueError(
                "A functional model is made of layers and operations, but the entry "
                f"{name!r} of its config is a {type(operation).__name__}."
            )
        return operation, lambda args, kwargs: (args, kwargs)
    own = deserialize_object(entry["config"])
    own_name = own.pop("name", name)

    def adapt(args, kwargs):
        return _op_names.join_arguments(op_class, args, kwargs, own)

    return OpCall(table[op_class.path], name=own_name), adapt


def _arguments(node):
    """Returns the `(args, kwargs)` of a written call, with places for its tensors."""
    if isinstance(node, list):  # Keras 2: [[name, call, output, kwargs], ...]
        places = [_Place(*entry[:3]) for entry in node]
        kwargs = node[0][3] if len(node[0]) > 3 else {}
        return (places if len(places) > 1 else places[0],), kwargs

    def place(leaf):
        if isinstance(leaf, KerasTensor) and leaf._saved_history is not None:
            return _Place(*leaf._saved_history)
        return leaf

    args = deserialize_object(node["args"])
    return tuple(_map(place, args)), _map(place, deserialize_object(node["kwargs"]))


def _make_calls(calls, outputs):
    """Makes the calls, each as soon as the tensors it takes exist.

    The calls of one operation are made in the order written: they are numbered so.
    """
    while calls:
        waiting, blocked = [], set()
        for call in calls:
            ready = all(place.is_made(outputs) for place in call.places)
            if ready and call.name not in blocked:
                call.make(outputs)
            else:
                waiting.append(call)
                blocked.add(call.name)
        if len(waiting) == len(calls):
            raise ValueError(
                "Invalid config of a functional model: its graph has loops or loose "
                f"ends at {sorted(blocked)}."
            )
        calls = waiting


def _map_places(function, structure):
    """Applies a function to each `[name, call, output]` in a structure of them."""
    if isinstance(structure, dict):
        return {key: _map_places(function, value) for key, value in structure.items()}
    if len(structure) == 3 and isinstance(structure[0], str):
        return function(*structure)
    return type(structure)(_map_places(function, value) for value in structure)
