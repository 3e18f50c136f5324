"""Identity, Masking, Lambda, and the base of layers that wrap a layer."""

import inspect

import numpy as np

from ranvier import ops
from ranvier.core import _tree
from ranvier.core._mask import set_mask
from ranvier.core._registry import CustomObjectScope, builtin
from ranvier.core._serialization import deserialize_object, serialize_object
from ranvier.layers._elementwise import ElementwiseLayer
from ranvier.layers._layer import Layer
from ranvier.ops._symbolic import KerasTensor, infer_outputs


@builtin("keras.layers")
class Identity(ElementwiseLayer):
    """Passes its inputs on: a placeholder.

    Args:
        **kwargs: `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> Identity()(np.array([1.0, 2.0])).tolist()
        [1.0, 2.0]
    """

    def call(self, inputs):
        return inputs

    def compute_output_spec(self, inputs):
        return _tree.map_structure(
            lambda x: KerasTensor(x.shape, dtype=x.dtype, sparse=x.sparse), inputs
        )


@builtin("keras.layers")
class Masking(ElementwiseLayer):
    """Marks the steps of a sequence to skip: those equal to `mask_value` throughout.

    The outputs carry a boolean mask `(batch, steps)` for the layers that follow, and
    are zero where it is False.

    Args:
        mask_value: the value that marks a step.
        **kwargs: `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> from ranvier.core._mask import get_mask
        >>> y = Masking(mask_value=-1.0)(np.array([[[1.0], [-1.0]]]))
        >>> y.tolist(), get_mask(y).tolist()
        ([[[1.0], [0.0]]], [[True, False]])
    """

    def __init__(self, mask_value=0.0, **kwargs):
        super().__init__(**kwargs)
        if isinstance(mask_value, dict):
            mask_value = deserialize_object(mask_value)
        is_number = isinstance(mask_value, np.generic)
        self.mask_value = mask_value.item() if is_number else mask_value

    def compute_mask(self, inputs, mask=None):
        return ops.any(ops.not_equal(inputs, self.mask_value), axis=-1)

    def call(self, inputs):
        mask = self.compute_mask(inputs)
        outputs = ops.where(ops.expand_dims(mask, axis=-1), inputs, 0)
        set_mask(outputs, mask)
        return outputs

    def get_config(self):
        return {**super().get_config(), "mask_value": self.mask_value}


@builtin("keras.layers")
class Lambda(Layer):
    """Applies a function as a layer.

    The function must use `ranvier.ops`, or anything that JAX can trace. Weights it
    uses are not seen by the layer: write a subclass of `Layer` for such. A function
    that has a name is saved by its name and must be registered (see
    `saving.register_keras_serializable`). A `lambda` is saved as bytecode, and only
    loaded with `safe_mode=False`; global names it uses are looked up in
    `custom_objects` then.

    Args:
        function: function of the inputs; may also have parameters `mask` and
            `training`.
        output_shape: shape of an output without the batch, or a function from input
            shape to output shape. Found by tracing if None.
        mask: mask of the outputs, or a function `(inputs, mask)` that computes it.
        arguments: dictionary of further arguments of the function.
        **kwargs: `name`, `dtype`.

    Raises:
        TypeError: if `function` cannot be called.

    Example:
        >>> import numpy as np
        >>> Lambda(lambda x: 2 * x)(np.array([1.0, 2.0])).tolist()
        [2.0, 4.0]
    """

    def __init__(
        self, function, output_shape=None, mask=None, arguments=None, **kwargs
    ):
        super().__init__(**kwargs)
        if not callable(function):
            raise TypeError(
                "Argument `function` of a Lambda layer must be a function. "
                f"Received: function={function!r} (of type {type(function)})"
            )
        self.function = function
        self.arguments = arguments or {}
        self.mask = mask
        self.supports_masking = mask is not None
        self._output_shape = output_shape
        names = inspect.getfullargspec(function).args
        self._takes_mask = "mask" in names
        self._takes_training = "training" in names

    def call(self, inputs, mask=None, training=None):
        arguments = dict(self.arguments)
        if self._takes_mask:
            arguments["mask"] = mask
        if self._takes_training:
            arguments["training"] = training
        return self.function(inputs, **arguments)

    def compute_mask(self, inputs, mask=None):
        return self.mask(inputs, mask) if callable(self.mask) else self.mask

    def compute_output_spec(self, *args, **kwargs):
        if self._output_shape is None:
            return infer_outputs(self.call, args, kwargs)
        return super().compute_output_spec(*args, **kwargs)

    def compute_output_shape(self, input_shape):
        shape = self._output_shape
        if shape is None:
            inputs = _tree.map_shape_structure(
                lambda s: KerasTensor(s, dtype=self.compute_dtype), input_shape
            )
            return _tree.map_structure(
                lambda x: x.shape, infer_outputs(self.call, (inputs,), {})
            )
        if callable(shape):
            return shape(input_shape)
        batch_size = _tree.flatten(input_shape)[0]
        return _tree.map_shape_structure(lambda s: (batch_size, *s), shape)

    def get_config(self):
        config = {
            **super().get_config(),
            "function": _function_config(self.function),
            "arguments": serialize_object(self.arguments),
        }
        if self._output_shape is not None:
            config["output_shape"] = _function_config(self._output_shape)
        if self.mask is not None:
            config["mask"] = (
                _function_config(self.mask)
                if callable(self.mask)
                else serialize_object(self.mask)
            )
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None, safe_mode=None):
        """Rebuilds a layer from its config; only `safe_mode=False` reads a lambda."""
        config = dict(config)
        with CustomObjectScope(custom_objects):
            for key in ("function", "output_shape", "mask", "arguments"):
                if key in config and not callable(config[key]):
                    config[key] = deserialize_object(config[key], safe_mode=safe_mode)
        shape = config.get("output_shape")
        if isinstance(shape, list) and all(
            size is None or isinstance(size, int) for size in shape
        ):
            config["output_shape"] = tuple(shape)
        return super().from_config(config)


def _function_config(value):
    # A lambda stays itself, so that a layer can be cloned without bytecode.
    if not callable(value) or getattr(value, "__name__", None) == "<lambda>":
        return value
    return serialize_object(value)


@builtin("keras.layers")
class Wrapper(Layer):
    """Base of layers that change what another layer does.

    Args:
        layer: the layer to wrap.
        **kwargs: `name`, `dtype`, `trainable`.

    Raises:
        ValueError: if `layer` is no layer.

    Example:
        >>> import numpy as np
        >>> from ranvier import layers
        >>> class Twice(Wrapper):
        ...     def call(self, inputs):
        ...         return self.layer(self.layer(inputs))
        >>> Twice(layers.Rescaling(2.0))(np.array([1.0])).tolist()
        [4.0]
    """

    def __init__(self, layer, **kwargs):
        if not isinstance(layer, Layer):
            raise ValueError(
                f"Argument `layer` of {type(self).__name__} must be a layer: an "
                "instance of `ranvier.layers.Layer`. "
                f"Received: layer={layer!r} (of type {type(layer)})"
            )
        super().__init__(**kwargs)
        self.layer = layer

    def build(self, input_shape=None):
        if not self.layer.built:
            self.layer.build(input_shape)
            self.layer.built = True

    def get_config(self):
        return {**super().get_config(), "layer": serialize_object(self.layer)}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Rebuilds a wrapper from its config."""
        config = dict(config)
        layer = deserialize_object(config.pop("layer"), custom_objects=custom_objects)
        return cls(layer, **config)


def serialize(layer):
    """Returns the configuration of a layer as a dictionary.

    Args:
        layer: a layer.

    Example:
        >>> serialize(Identity(name="same"))["config"]["name"]
        'same'
    """
    return serialize_object(layer)


def deserialize(config, custom_objects=None):
    """Returns the layer that a configuration describes.

    Args:
        config: a dictionary of `serialize`.
        custom_objects: `{name: class or function}` to look names up in first.

    Raises:
        ValueError: if it describes something else than a layer.

    Example:
        >>> deserialize(serialize(Identity(name="same")))
        <Identity name=same, built=True>
    """
    layer = deserialize_object(config, custom_objects=custom_objects)
    if not isinstance(layer, Layer):
        raise ValueError(
            "`layers.deserialize` was passed a config that is not that of a layer. "
            f"Received: {config}"
        )
    return layer
