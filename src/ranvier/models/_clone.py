"""Copies of models: the same layers with new weights."""

from ranvier.core import _tree
from ranvier.core._serialization import deserialize_object, serialize_object
from ranvier.layers._input import Input, InputLayer
from ranvier.models._functional import Functional, _is_functional_constructor
from ranvier.models._sequential import Sequential
from ranvier.ops._symbolic import KerasTensor


def clone_model(
    model,
    input_tensors=None,
    clone_function=None,
    call_function=None,
    recursive=False,
):
    """Returns a model like another, with newly initialised weights.

    A layer that is used several times is used as often in the copy. A compiled model
    gives a compiled one.

    Args:
        model: the model; a subclassed one needs `get_config`, and none of the other
            arguments can be used with it.
        input_tensors: symbolic tensors to build on, in the structure of the model's
            inputs; by default new ones.
        clone_function: `layer -> layer`, called once for each layer and op except
            inputs; by default builds it anew from its config.
        call_function: `(layer, *args, **kwargs) -> outputs`, makes each call of a
            functional model; by default just calls the layer.
        recursive: whether nested models are cloned by the same rules; otherwise
            `clone_function` gets them whole.

    Raises:
        ValueError: for arguments that this kind of model has no use for.

    Example:
        >>> import ranvier as rv
        >>> model = rv.Sequential([rv.Input((2,)), rv.layers.Dense(1)])
        >>> clone_model(model).count_params()
        3
    """
    if not isinstance(model, (Sequential, Functional)):
        return _clone_by_config(model, input_tensors, clone_function, call_function)
    if isinstance(model, Sequential) and call_function is not None:
        raise ValueError(
            "`call_function` can be used with functional models only: a Sequential "
            f"model lists its layers and does not call them. Received: model={model}"
        )
    clone = _Cloner(clone_function or _from_config, call_function, recursive)
    return clone.model(model, input_tensors)


def _from_config(layer):
    return type(layer).from_config(layer.get_config())


def _clone_by_config(model, input_tensors, clone_function, call_function):
    given = {
        "input_tensors": input_tensors,
        "clone_function": clone_function,
        "call_function": call_function,
    }
    given = {key: value for key, value in given.items() if value is not None}
    if given:
        raise ValueError(
            "A subclassed model is cloned through its config; "
            f"{', '.join(f'`{key}`' for key in given)} can be used with Sequential and "
            f"functional models only. Received: model={model}, {given}"
        )
    cls = type(model)
    return deserialize_object(
        serialize_object(model), custom_objects={cls.__name__: cls}
    )


class _Cloner:
    """Clones models and their layers, each layer once."""

    def __init__(self, clone_function, call_function, recursive):
        self.clone_function = clone_function
        self.call_function = call_function
        self.recursive = recursive
        self.done: dict = {}

    def layer(self, layer):
        """Returns the copy of a layer, an op or a nested model."""
        key = id(layer)
        if key not in self.done:
            nested = isinstance(layer, (Sequential, Functional))
            copy = self.model if nested and self.recursive else self.clone_function
            self.done[key] = copy(layer)
        return self.done[key]

    def model(self, model, input_tensors=None):
        """Returns the copy of a Sequential or functional model."""
        sequential = isinstance(model, Sequential)
        make = self._sequential if sequential else self._functional
        copy = make(model, input_tensors)
        if model.compiled:
            copy.compile_from_config(model.get_compile_config())
        return copy

    def _sequential(self, model, input_tensors):
        layers = [self.layer(layer) for layer in model.layers]
        first = model._layers[0] if model._layers else None
        own_input = first if isinstance(first, InputLayer) else None
        if input_tensors is not None:
            tensor = _only_tensor(input_tensors)
            name = own_input.name if own_input else None
            layers.insert(0, Input(tensor=tensor, name=name))
        elif own_input is not None:
            layers.insert(0, _new_input(own_input.output))
        return Sequential(layers, name=model.name, trainable=model.trainable)

    def _functional(self, model, input_tensors):
        if input_tensors is None:
            input_tensors = _tree.map_structure(_new_input, model.input)
        else:
            _check_structure(input_tensors, model.input)

        def call(node, args, kwargs):
            layer = self.layer(node.operation)
            if self.call_function is None:
                return layer(*args, **kwargs)
            return self.call_function(layer, *args, **kwargs)

        outputs = model.run(input_tensors, call)
        cls = type(model) if _is_functional_constructor(type(model)) else Functional
        return cls(input_tensors, outputs, name=model.name)


def _new_input(tensor):
    operation = tensor._keras_history.operation
    return Input(
        batch_shape=tensor.shape,
        dtype=tensor.dtype,
        sparse=tensor.sparse,
        optional=getattr(operation, "optional", False),
        name=operation.name,
    )


def _only_tensor(input_tensors):
    tensors = _tree.flatten(input_tensors)
    if len(tensors) != 1 or not isinstance(tensors[0], KerasTensor):
        raise ValueError(
            "A Sequential model takes a single symbolic tensor as `input_tensors`. "
            f"Received: input_tensors={input_tensors}"
        )
    return tensors[0]


def _check_structure(input_tensors, model_input):
    for tensor in _tree.flatten(input_tensors):
        if not isinstance(tensor, KerasTensor):
            raise ValueError(
                "All entries of `input_tensors` must be KerasTensors. Received: "
                f"input_tensors={input_tensors}"
            )
    try:
        _tree.assert_same_structure(input_tensors, model_input)
    except ValueError as error:
        raise ValueError(
            "`input_tensors` must have the same structure as the model's inputs. "
            "Expected: "
            f"{model_input}. Received: input_tensors={input_tensors}"
        ) from error
