"""Sequential: a stack of layers."""

import numpy as np

from ranvier.core import _tree
from ranvier.core._registry import builtin
from ranvier.core._serialization import deserialize_object, serialize_object
from ranvier.layers._call import get_mask, signature_of
from ranvier.layers._input import Input, InputLayer
from ranvier.layers._layer import Layer
from ranvier.models._functional import Functional
from ranvier.models._model import Model
from ranvier.ops._symbolic import KerasTensor


@builtin("keras")
@builtin("keras.models")
class Sequential(Model):
    """A model made of layers, each fed with the previous one's output.

    Args:
        layers: list of layers; may start with an `Input`.
        trainable: whether the weights may be trained.
        name: optional name.

    Without an input shape the model is built at its first use.

    Example:
        >>> import ranvier as rv
        >>> model = Sequential([rv.Input((8,)), rv.layers.Dense(1)])
        >>> model.count_params()
        9
    """

    def __init__(self, layers=None, trainable=True, name=None):
        super().__init__(trainable=trainable, name=name)
        self.__dict__["_functional"] = None
        self.supports_masking = True
        self._convert_input_args = False
        self._allow_non_tensor_positional_args = True
        if layers is not None:
            if isinstance(layers, Layer) or not hasattr(layers, "__iter__"):
                layers = [layers]
            for layer in layers:
                self._append(layer)
            self._change(rebuild=True)

    def add(self, layer, rebuild=True):
        """Puts a layer on top of the stack.

        Raises:
            ValueError: for something that is no layer, a second layer of the same
                name, or an `Input` that is not first.
        """
        self._append(layer)
        self._change(rebuild)

    def pop(self, rebuild=True):
        """Takes the top layer off and returns it."""
        layer = self._layers.pop()
        self._change(rebuild)
        return layer

    def _append(self, layer):
        if isinstance(layer, KerasTensor) and hasattr(layer, "_keras_history"):
            layer = layer._keras_history.operation
        first_shape = getattr(layer, "_input_shape_arg", None)
        if not self._layers and first_shape is not None:
            self._layers.append(Input(first_shape)._keras_history.operation)
        if not isinstance(layer, Layer):
            raise ValueError(
                "Only instances of `Layer` can be added to a Sequential model. "
                f"Received: {layer} (of type {type(layer)})." + _hint(layer)
            )
        layer._require_init()
        if any(o.name == layer.name and o is not layer for o in self._layers):
            raise ValueError(
                "All layers added to a Sequential model should have unique names. "
                f"Name '{layer.name}' is already the name of a layer in this model. "
                "Update the `name` argument to pass a unique name."
            )
        first = self._layers[0] if self._layers else None
        if isinstance(layer, InputLayer) and isinstance(first, InputLayer):
            raise ValueError(
                f"Sequential model '{self.name}' has already been configured to use "
                f"input shape {first.batch_shape}. You cannot add a different Input "
                "layer to it."
            )
        self._layers.append(layer)

    def _change(self, rebuild):
        """Forgets the graph; builds it anew if its input shape is known."""
        self.built = False
        self.__dict__["_functional"] = None
        first = self._layers[0] if rebuild and self._layers else None
        with self._name_scope():
            if isinstance(first, InputLayer) and len(self._layers) > 1:
                self._build_graph(first.batch_shape)
            elif isinstance(first, (Sequential, Functional)) and first.built:
                if hasattr(first, "input_shape"):
                    self._build_graph(first.input_shape)

    def build(self, input_shape=None):
        """Builds the layers for an input shape (with the batch axis)."""
        self._build_graph(input_shape)

    def _build_graph(self, input_shape, dtype=None):
        if not _is_shape(input_shape):
            return  # several inputs of a user's own: built when called
        input_shape = tuple(input_shape)
        if not self._layers:
            raise ValueError(
                f"Sequential model {self.name} cannot be built because it has no "
                "layers. Call `model.add(layer)`."
            )
        first = self._layers[0]
        is_new = not isinstance(first, InputLayer)
        if is_new:
            dtype = dtype or first.input_dtype
            layer = InputLayer(batch_shape=input_shape, dtype=dtype)
            self._layers.insert(0, layer)
        elif first.batch_shape != input_shape:
            raise ValueError(
                f"Sequential model '{self.name}' has already been configured to use "
                f"input shape {first.batch_shape}. You cannot build it with "
                f"input_shape {input_shape}"
            )
        x = inputs = self._layers[0].output
        for layer in self._layers[1:]:
            try:
                x = layer(x)
            except NotImplementedError:
                if type(layer).call is Layer.call:
                    raise
                if is_new:  # what comes next may have another shape
                    del self._layers[0]
                return  # a layer that only runs on values
            except TypeError as error:
                raise _more_arguments(layer) or error from None
        self.__dict__["_functional"] = Functional(inputs, x, name=self.name)
        self._build_shapes = {"input_shape": input_shape}
        self.built = True

    @property
    def layers(self):
        """The layers, without the input layer."""
        layers = self._layers
        return layers[1:] if layers and isinstance(layers[0], InputLayer) else layers[:]

    @layers.setter
    def layers(self, value):
        raise AttributeError(
            "The layers of a Sequential model cannot be set. Use `add()` and `pop()` "
            "to change them."
        )

    def __call__(self, inputs, training=None, mask=None):
        if not self._layers:
            raise ValueError(
                f"Sequential model {self.name} cannot be called because it has no "
                "layers. Call `model.add(layer)`."
            )
        if not any(hasattr(x, "shape") for x in _tree.flatten(inputs)):
            inputs = np.asarray(inputs)  # numbers in lists
        if not self.built and not _tree.is_nested(inputs):
            if not isinstance(self._layers[0], InputLayer):
                self._build_on(inputs)
        return super().__call__(inputs, training=training, mask=mask)

    # Layers on strings, which run on the host.

    @property
    def runs_on_host(self):
        """Whether some layers work on strings."""
        return any(layer.runs_on_host for layer in self._layers)

    @property
    def host_part(self):
        """What the model does to its inputs ahead of programs; None for most."""
        return self.on_host if self.runs_on_host else None

    @property
    def gives_strings(self):
        """Whether the outputs are strings, which no program can give."""
        built = self._functional is not None
        return self.runs_on_host and built and self._functional.gives_strings

    def columns(self, inputs):
        """Returns inputs of any kind as an array."""
        return self._functional.columns(inputs)

    def on_host(self, inputs):
        """Returns the arrays of numbers that the layers on strings make of inputs."""
        if self._functional is None:
            from ranvier.layers.preprocessing._strings import as_array

            self._build_on(as_array(inputs))
        return self._functional.on_host(inputs)

    def on_device(self, values, training=None):
        """Returns the outputs for what `on_host` returned."""
        return self._functional.on_device(values, training)

    def _build_on(self, inputs):
        strings = getattr(inputs.dtype, "kind", "") in ("O", "S", "U")
        with self._name_scope():
            self._build_graph(
                (None, *inputs.shape[1:]), dtype="string" if strings else None
            )

    def call(self, inputs, training=None, mask=None):
        """Runs the stack."""
        if self._functional is not None:
            return self._functional.call(inputs, training=training, mask=mask)
        for layer in self.layers:
            kwargs = {}
            parameters = signature_of(type(layer).call).parameters
            if "mask" in parameters:
                kwargs["mask"] = mask
            if "training" in parameters and training is not None:
                kwargs["training"] = training
            inputs = layer(inputs, **kwargs)
            mask = _tree.map_structure(get_mask, inputs)
        return inputs

    def compute_mask(self, inputs, previous_mask):
        """Returns None: the outputs carry the masks that the layers give them."""
        return None

    def compute_output_spec(self, inputs, training=None, mask=None):
        """Returns symbolic outputs for symbolic inputs."""
        if self._functional is not None:
            return self._functional.compute_output_spec(inputs, training, mask)
        x = inputs
        for layer in self.layers:
            x = layer(x)
        return x

    def compute_output_shape(self, input_shape):
        """Returns the output shape for an input shape."""
        if self._functional is not None:
            return self._functional.compute_output_shape(input_shape)
        for layer in self.layers:
            input_shape = layer.compute_output_shape(input_shape)
        return input_shape

    def _defined(self, what):
        if self._functional is None:
            raise AttributeError(
                f"Sequential model '{self.name}' has no defined {what} yet."
            )
        return self._functional

    @property
    def input_shape(self):
        """The input shape, once known."""
        return self._defined("input shape").input_shape

    @property
    def output_shape(self):
        """The output shape, once known."""
        return self._defined("output shape").output_shape

    @property
    def inputs(self):
        """The symbolic inputs, once known."""
        return self._defined("inputs").inputs

    @property
    def outputs(self):
        """The symbolic outputs, once known."""
        return self._defined("outputs").outputs

    @property
    def input(self):
        """The symbolic input, once known."""
        return self._defined("input").input

    @property
    def output(self):
        """The symbolic output, once known."""
        return self._defined("output").output

    @property
    def output_names(self):
        """The name of the last layer, once the model is built."""
        return None if self._functional is None else self._functional.output_names

    @property
    def input_dtype(self):
        """The dtype of the input layer, if there is one."""
        first = self._layers[0] if self._layers else None
        return first.dtype if isinstance(first, InputLayer) else super().input_dtype

    def get_config(self):
        """Returns the layers' configs."""
        config = {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": serialize_object(self.dtype_policy),
            "layers": [serialize_object(layer) for layer in self._layers],
        }
        if self._functional is not None:
            config["build_input_shape"] = self._layers[0].batch_shape
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Rebuilds a model from `get_config`."""
        if "name" not in config or "layers" not in config:
            raise ValueError(
                "A Sequential model configuration must be a dictionary containing the "
                f"'name' and 'layers' keys. Received: config={config}"
            )
        model = cls(name=config["name"])
        for layer in config["layers"]:
            layer = deserialize_object(layer, custom_objects=custom_objects)
            model.add(layer, rebuild=False)
        model._change(rebuild=True)
        shape = config.get("build_input_shape")
        if not model.built and shape:
            model.build(tuple(shape))
        if config.get("trainable") is False:
            model._trainable = False  # each layer keeps its own
        return model


def _more_arguments(layer):
    """Returns an error if a layer must be given more than its input, else None."""
    parameters = list(signature_of(type(layer).call).parameters.values())[1:]
    needed = [
        parameter.name
        for parameter in parameters
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD
        and parameter.default is parameter.empty
    ]
    if len(needed) < 2:
        return None
    return ValueError(
        "Layers of a Sequential model can only have a single positional argument, the "
        f"input. Layer '{layer.name}' ({type(layer).__name__}) needs {needed}. Give "
        "the others defaults, or use `Model(inputs, outputs)`."
    )


def _is_shape(value):
    return isinstance(value, (tuple, list)) and all(
        size is None or isinstance(size, int) for size in value
    )


def _hint(layer):
    if isinstance(layer, type):
        return f" This is a class: write `{layer.__name__}(...)`."
    if callable(layer):
        return " Wrap a function in a `Lambda` layer."
    return ""
