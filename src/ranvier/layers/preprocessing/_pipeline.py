"""Pipeline: layers one after another, as one layer."""

from ranvier.core import _tree
from ranvier.core._mask import get_mask
from ranvier.core._registry import builtin
from ranvier.core._serialization import deserialize_object, serialize_object
from ranvier.layers._call import signature_of
from ranvier.layers._layer import Layer


@builtin("keras.layers")
class Pipeline(Layer):
    """Applies layers one after another, to a batch or one sample.

    Args:
        layers: list of layers.
        name: optional name.

    Call arguments:
        inputs: what the first layer takes.
        training: passed on; True unless told otherwise.
        mask: passed on.

    Example:
        >>> import ranvier as rv
        >>> layer = Pipeline([rv.layers.Rescaling(0.5), rv.layers.Rescaling(1, 1)])
        >>> layer([2.0, 4.0]).tolist()
        [2.0, 3.0]
    """

    def __init__(self, layers, name=None):
        super().__init__(name=name)
        self._pipeline_layers = layers
        self._convert_input_args = False
        self._allow_non_tensor_positional_args = True

    @property
    def layers(self):
        """The layers."""
        return self._pipeline_layers

    def call(self, inputs, training=True, mask=None):
        for layer in self._pipeline_layers:
            kwargs = {}
            parameters = signature_of(type(layer).call).parameters
            if "mask" in parameters:
                kwargs["mask"] = mask
            if "training" in parameters and training is not None:
                kwargs["training"] = training
            inputs = layer(inputs, **kwargs)
            mask = _tree.map_structure(get_mask, inputs)
        return inputs

    def get_config(self):
        """Returns the layers' configs."""
        return {"layers": serialize_object(self._pipeline_layers), "name": self.name}

    @classmethod
    def from_config(cls, config):
        """Rebuilds a pipeline from its config."""
        layers = config.get("layers")
        if not isinstance(layers, (list, tuple)):
            raise ValueError(
                "`Pipeline` config must contain a `layers` key mapping to a list of "
                f"serialized layers. Received config with layers={layers}."
            )
        layers = [deserialize_object(layer) for layer in layers]
        return cls(**{**config, "layers": layers})
