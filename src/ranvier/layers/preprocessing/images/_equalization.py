"""Equalization: all shades equally frequent."""

import jax.numpy as jnp

from ranvier import ops
from ranvier.core._registry import builtin
from ranvier.layers.preprocessing.images._arguments import two_numbers
from ranvier.layers.preprocessing.images._base import ImageLayer
from ranvier.layers.preprocessing.images._intensity import rescaled


@builtin("keras.layers")
class Equalization(ImageLayer):
    """Changes the shades of each channel such that all are about equally frequent.

    The images of a batch share one distribution of shades.

    Args:
        value_range: the least and the greatest value of a pixel.
        bins: number of shades told apart.
        data_format: `"channels_last"` or `"channels_first"`.
        **kwargs: `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> Equalization()(np.ones((2, 4, 4, 3))).shape
        (2, 4, 4, 3)
    """

    _arguments = ("bins", "value_range")

    def __init__(self, value_range=(0, 255), bins=256, data_format=None, **kwargs):
        super().__init__(data_format=data_format, **kwargs)
        self.bins = bins
        self.value_range = two_numbers("value_range", value_range)

    def transform_images(self, images, transformation=None, training=True):
        """Returns a batch of images, equalised."""
        if not training:
            return images
        channels = ops.unstack(self._floats(images), axis=self.channel_axis)
        channels = [self._equalized(channel) for channel in channels]
        return self._floats(ops.stack(channels, axis=self.channel_axis))

    def _equalized(self, channel):
        channel = rescaled(channel, self.value_range, (0, 255))
        shades = ops.cast(ops.cast(channel, "float32") * (self.bins - 1) / 255, "int32")
        shades = ops.reshape(ops.clip(shades, 0, self.bins - 1), -1)
        counts = jnp.zeros(self.bins, "int32").at[shades].add(1)
        below = jnp.cumsum(counts)
        least = below[jnp.argmax(below > 0)]
        spread = jnp.maximum(below[-1] - least, 1)
        table = jnp.clip(jnp.round((below - least) * 255 / spread), 0, 255)
        places = ops.clip(channel / 255.0 * (self.bins - 1), 0, self.bins - 1)
        equalized = ops.take(table, ops.cast(places, "int32"))
        single = jnp.count_nonzero(counts) <= 1  # one shade stays as it is
        return rescaled(
            ops.where(single, channel, equalized), (0, 255), self.value_range
        )

    def compute_output_shape(self, input_shape):
        """Returns the shape of the outputs, that of the inputs.

        Raises:
            ValueError: for shapes that are none of colour images.
        """
        shape = tuple(input_shape)
        if len(shape) not in (3, 4):
            raise ValueError(
                "Invalid images rank: expected rank 3 (single image) or rank 4 (batch "
                f"of images). Received: input_shape={shape}"
            )
        if shape[self.channel_axis] not in (None, 3):
            raise ValueError(
                "Input images must have 3 channels, but received images with "
                f"{shape[self.channel_axis]} channels."
            )
        return input_shape
