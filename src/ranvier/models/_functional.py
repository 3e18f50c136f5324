"""Functional: a model that is a graph of layers between inputs and outputs."""

import collections
import warnings
import weakref
from inspect import Parameter

from ranvier.core import _dtypes, _tree
from ranvier.core._errors import ShapeError
from ranvier.core._registry import builtin
from ranvier.layers._call import get_mask, is_tensor, set_mask, signature_of
from ranvier.layers._input import Input, InputLayer
from ranvier.layers._input_spec import InputSpec, in_order
from ranvier.layers._layer import Layer
from ranvier.models._host_stage import make_host_stage
from ranvier.models._model import Model
from ranvier.ops import cast, expand_dims, squeeze
from ranvier.ops._graph import Function
from ranvier.ops._symbolic import KerasTensor, infer_outputs


@builtin("keras.src.models.functional")  # what Keras writes: it has no public name
@builtin("keras.models")
class Functional(Function, Model):
    """A model given by its symbolic inputs and outputs.

    Made by `Model(inputs, outputs)`.

    Args:
        inputs: structure of symbolic tensors (a tensor, list, tuple, dictionary).
        outputs: structure of symbolic tensors computed from them.
        name: optional name.
        trainable: whether the weights may be trained.

    Example:
        >>> import ranvier as rv
        >>> x = rv.Input((4,))
        >>> model = rv.Model(x, rv.layers.Dense(1)(x))
        >>> model.output_shape
        (None, 1)
    """

    def __init__(self, inputs, outputs, name=None, trainable=None, **kwargs):
        for kind, structure in (("inputs", inputs), ("outputs", outputs)):
            for tensor in _tree.flatten(structure):
                if not isinstance(tensor, KerasTensor):
                    raise ValueError(
                        f"All `{kind}` values must be KerasTensors. Received: "
                        f"{kind}={structure} including invalid value {tensor} of type "
                        f"{type(tensor)}"
                    )
        if isinstance(inputs, dict):
            for key, tensor in inputs.items():
                if isinstance(tensor, KerasTensor) and key != tensor.name:
                    warnings.warn(
                        "When providing `inputs` as a dict, all keys in the dict must "
                        f"match the names of the corresponding tensors. Received key "
                        f"'{key}' mapping to a tensor named '{tensor.name}'. Change "
                        f"the name to '{key}' (via `Input(..., name='{key}')`).",
                        stacklevel=2,
                    )
        Model.__init__(self, name=name, **kwargs)
        if not all(_is_input(t) for t in _tree.flatten(inputs)):
            inputs, outputs = _with_new_inputs(inputs, outputs)
        self._init_graph(inputs, outputs)  # the layers are found in its lists
        _check_names(self._operations)
        self.output_names = [t._keras_history.operation.name for t in self._outputs]
        self.input_names = [t._keras_history.operation.name for t in self._inputs]
        self._convert_input_args = False
        self._allow_non_tensor_positional_args = True
        self.supports_masking = True
        self.built = True
        self.__dict__["_host_stage"] = make_host_stage(self)
        if trainable is not None:
            self._trainable = bool(trainable)  # each layer keeps its own

    @Model.layers.getter
    def layers(self):
        """The layers, inputs first."""
        return [op for op in self._operations if isinstance(op, Layer)]

    def build(self, input_shape=None):
        """Nothing to do: the layers were built when they were called."""

    def call(self, inputs, training=None, mask=None):
        """Runs the graph; a list of one output comes without the list."""
        outputs = self._run_graph(inputs, training, mask)
        single = isinstance(outputs, (list, tuple)) and len(outputs) == 1
        return outputs[0] if single else outputs

    def _run_graph(self, inputs, training=None, mask=None):
        def call_operation(node, args, kwargs, method="call"):
            operation = node.operation
            if (
                training is not None
                and isinstance(operation, Layer)
                and kwargs.get("training") is None
                and "training"
                in signature_of(getattr(type(operation), method)).parameters
            ):
                kwargs["training"] = training
            function = operation if method == "call" else getattr(operation, method)
            return function(*args, **kwargs)

        if self._host_stage is not None:
            prepared = self._host_stage.prepare(inputs)
            return self._host_stage.finish(prepared, call_operation)
        inputs = self._standardize(inputs)
        if mask is not None:
            for x, one in zip(inputs, _tree.flatten(mask), strict=False):
                if one is not None:
                    set_mask(x, one)
        return self.run(inputs, call_operation)

    # Layers on strings, which run on the host.

    @property
    def runs_on_host(self):
        """Whether some layers work on strings."""
        return self._host_stage is not None

    @property
    def host_part(self):
        """What the model does to its inputs ahead of programs; None for most."""
        return None if self._host_stage is None else self.on_host

    @property
    def gives_strings(self):
        """Whether some outputs are strings, which no program can give."""
        return self.runs_on_host and any(t.dtype == "string" for t in self._outputs)

    def columns(self, inputs):
        """Returns inputs of any kind as arrays, in the structure of the model's."""
        columns = self._host_stage.columns(inputs)
        return _tree.pack_sequence_as(self._inputs_struct, columns)

    def on_host(self, inputs):
        """Returns the arrays of numbers that the layers on strings make of inputs."""
        return self._host_stage.prepare(inputs)

    def on_device(self, values, training=None):
        """Returns the outputs for what `on_host` returned."""
        return self.call(values, training=training)

    def compute_mask(self, inputs, previous_mask):
        """Returns None: the outputs carry the masks that the graph gives them."""
        return None

    def compute_output_spec(self, inputs, training=None, mask=None):
        """Returns symbolic outputs for other symbolic inputs."""
        if self._host_stage is not None:
            return _tree.map_structure(_without_history, self.run(inputs))
        flat = self._flatten_inputs(inputs)
        if all(
            x is not None and x.shape == known.shape
            for x, known in zip(flat, self._inputs, strict=True)
        ):
            return _tree.map_structure(_without_history, self._outputs_struct)
        return infer_outputs(self._run_graph, (inputs,), {"training": training})

    def _standardize(self, inputs):
        """Returns the flat list of inputs, in dtype and rank as declared."""
        flat = self._flatten_inputs(inputs)
        return [
            None if x is None else self.standardize_input(x, spec)
            for x, spec in zip(flat, self._inputs, strict=True)
        ]

    def standardize_input(self, x, spec):
        """Returns one input in the dtype and rank of a symbolic tensor."""
        if not is_tensor(x):
            x = self._convert(x)
        mask = get_mask(x)
        if _dtypes.dtype_of(x) != spec.dtype:
            x = cast(x, spec.dtype)
        x = self._adjust_rank(x, spec)
        if mask is not None:
            set_mask(x, mask)
        return x

    def _adjust_rank(self, x, spec):
        """Adds or drops a last axis of size one, where that makes the ranks equal."""
        have, want = len(x.shape), len(spec.shape)
        if have == want:
            return x
        if have == want + 1 and x.shape[-1] == 1:
            return squeeze(x, axis=-1)
        if have == want - 1 and spec.shape[-1] == 1:
            return expand_dims(x, axis=-1)
        named = _tree.flatten_with_path(self._inputs_struct)
        path = next(path for path, tensor in named if tensor is spec)
        raise ShapeError(
            f"Invalid input shape for input with name '{spec.name}' and path "
            f"'{'.'.join(map(str, path))}': expected shape {spec.shape}, but received "
            f"an input of shape {tuple(x.shape)}."
        )

    def _flatten_inputs(self, inputs):
        struct = self._inputs_struct
        names = [t.name for t in self._inputs]
        if isinstance(inputs, dict):
            if not isinstance(struct, dict):
                return in_order(names, inputs, self.name)
            values = in_order(list(struct), inputs, self.name)
            if len(inputs) > len(struct):
                _warn_once(self, _other_structure(self, inputs))
            inputs = dict(zip(struct, values, strict=True))
        elif isinstance(struct, dict) and len(struct) > 1:
            message = _other_structure(self, inputs)
            if list(struct) != sorted(struct):  # which is the first is anyone's guess
                raise ShapeError(message)
            _warn_once(self, message)
        flat = _tree.flatten(inputs)
        if len(flat) != len(names):
            raise ShapeError(
                f'Layer "{self.name}" expects {len(names)} input(s) {names}, but it '
                f"received {len(flat)} input tensors. Shapes received: "
                f"{[getattr(x, 'shape', type(x).__name__) for x in flat]}"
            )
        return flat

    @property
    def input(self):
        """The structure of symbolic inputs."""
        return self._inputs_struct

    @property
    def output(self):
        """The structure of symbolic outputs."""
        return self._outputs_struct

    @property
    def input_shape(self):
        """The shape of the input, or a list of shapes."""
        return _shapes(self._inputs)

    @property
    def output_shape(self):
        """The shape of the output, or a list of shapes."""
        return _shapes(self._outputs)

    @property
    def input_spec(self):
        """What inputs must look like."""
        if self.__dict__.get("_input_spec") is not None:
            return self._input_spec
        if "_inputs" not in self.__dict__ or self.__dict__.get("_host_stage"):
            return None  # with a host stage, `call` checks what it is given
        struct = self._inputs_struct
        names = [t.name for t in self._inputs]
        if isinstance(struct, dict):
            if any(_tree.is_nested(value) for value in struct.values()):
                return None  # `call` checks deeper structures itself
            names = sorted(struct)
        return [
            InputSpec(
                shape=(None, *t.shape[1:]),
                allow_last_axis_squeeze=True,
                name=name,
                optional=getattr(t._keras_history.operation, "optional", False),
            )
            for t, name in zip(self._inputs, names, strict=True)
        ]

    @input_spec.setter
    def input_spec(self, value):
        self.__dict__["_input_spec"] = value

    def get_config(self):
        """Returns layers, their connections, and the inputs and outputs."""
        from ranvier.models._graph_config import graph_config

        if _is_functional_constructor(type(self)):
            return graph_config(self)
        return Model.get_config(self)

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Rebuilds a model from `get_config`."""
        from ranvier.models._graph_config import graph_from_config

        if "layers" in config and "input_layers" in config:
            inputs, outputs, rest = graph_from_config(config, custom_objects)
            if _is_functional_constructor(cls):
                return cls(inputs, outputs, **rest)
            return Functional(inputs, outputs, **rest)
        return super().from_config(config)


def _check_names(operations):
    counts = collections.Counter(operation.name for operation in operations)
    name, count = counts.most_common(1)[0]
    if count > 1:
        raise ValueError(
            f"The name '{name}' is used {count} times in the model. All operation "
            "names should be unique: give the layers other names."
        )


def _other_structure(model, inputs):
    def shown_name(tensor):
        return tensor.name

    def shown(x):
        return f"Tensor(shape={x.shape})" if hasattr(x, "shape") else x

    return (
        "The structure of `inputs` doesn't match the expected structure of the model "
        f"'{model.name}'. Expected: {_tree.map_structure(shown_name, model.input)}. "
        f"Received: inputs={_tree.map_structure(shown, inputs)}"
    )


_warned_of: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()


def _warn_once(model, message):
    """Warns, but not again when the next trace of the model meets the same."""
    if _warned_of.get(model) != message:
        _warned_of[model] = message
        warnings.warn(message, stacklevel=4)


def _is_functional_constructor(cls):
    """Tells whether a class is built as `cls(inputs, outputs)`."""
    if cls is Functional:
        return True
    parameters = signature_of(cls.__init__).parameters
    kinds = {parameter.kind for parameter in parameters.values()}
    takes_any = {Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD} <= kinds
    return takes_any or list(parameters)[1:3] == ["inputs", "outputs"]


def _shapes(tensors):
    shapes = [t.shape for t in tensors]
    return shapes[0] if len(shapes) == 1 else shapes


def _without_history(tensor):
    return KerasTensor(tensor.shape, dtype=tensor.dtype)


def _is_input(tensor):
    return isinstance(tensor._keras_history.operation, InputLayer)


def _with_new_inputs(inputs, outputs):
    """Replays a part of a graph from inputs of its own."""
    part = Function(inputs, outputs)

    def new_input(tensor):
        if _is_input(tensor):
            return tensor
        # Not the name of the layer, which may itself be part of the new model.
        name = f"{tensor.name}CLONE"
        return Input(batch_shape=tensor.shape, dtype=tensor.dtype, name=name)

    new = _tree.map_structure(new_input, inputs)
    return new, part.run(new)
