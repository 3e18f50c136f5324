"""Rescaling: a fixed scale and offset."""

from ranvier import ops
from ranvier.core._config import image_data_format
from ranvier.core._registry import builtin
from ranvier.core._serialization import deserialize_object, serialize_object
from ranvier.layers._layer import Layer
from ranvier.layers.preprocessing._arrays import from_numbers
from ranvier.layers.preprocessing._composite import is_ragged


@builtin("keras.layers")
class Rescaling(Layer):
    """Computes `x * scale + offset`, whether training or not.

    Args:
        scale: a number, or a list with one for each channel.
        offset: likewise.
        **kwargs: `name`, `dtype`.

    Example:
        >>> Rescaling(1 / 127.5, offset=-1.0)([0, 255]).tolist()
        [-1.0, 1.0]
    """

    def __init__(self, scale, offset=0.0, **kwargs):
        super().__init__(**kwargs)
        self._allow_non_tensor_positional_args = True
        self.scale = scale
        self.offset = offset
        self.supports_masking = True

    def __call__(self, inputs, **kwargs):
        if is_ragged(inputs):
            flat = super().__call__(inputs.flat_values, **kwargs)
            return inputs.with_flat_values(flat)
        return super().__call__(from_numbers(inputs), **kwargs)

    def call(self, inputs):
        x = ops.cast(inputs, self.compute_dtype)
        return ops.add(
            ops.multiply(x, self._by_channel(self.scale)),
            self._by_channel(self.offset),
        )

    def _by_channel(self, value):
        # Not converted at once: unsigned integers take a negative offset modulo 256.
        value = ops.cast(ops.convert_to_tensor(value), self.compute_dtype)
        if len(value.shape) > 0 and image_data_format() == "channels_first":
            value = ops.reshape(value, (*value.shape, *[1] * (3 - len(value.shape))))
        return value

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {
            **super().get_config(),
            "scale": serialize_object(self.scale),
            "offset": serialize_object(self.offset),
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Rebuilds a layer from its config."""
        config = dict(config)
        for key in ("scale", "offset"):
            config[key] = deserialize_object(config[key], custom_objects=custom_objects)
        return super().from_config(config)
