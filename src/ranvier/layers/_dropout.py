"""Dropout, also of whole channels."""

from ranvier import ops
from ranvier.core._arguments import require_fraction
from ranvier.core._config import standardize_data_format
from ranvier.core._dynamic import Dynamic, is_zero
from ranvier.core._registry import builtin
from ranvier.layers._elementwise import NoiseLayer
from ranvier.layers._input_spec import InputSpec
from ranvier.ops import _random


@builtin("keras.layers")
class Dropout(NoiseLayer):
    """Sets a random part of the inputs to zero in training, and scales up the rest.

    Args:
        rate: probability of an entry to become zero, between 0 and 1. The others are
            divided by `1 - rate`. It may vary without recompiling.
        noise_shape: shape of the random mask, which broadcasts to the inputs; None,
            as a whole or for an axis, for that of the inputs.
        seed: integer, or None.
        **kwargs: `name`, `dtype`.

    Call arguments:
        inputs: a tensor.
        training: whether to drop.

    Raises:
        ValueError: for a rate or a shape out of range.

    Example:
        >>> import numpy as np
        >>> layer = Dropout(0.5, seed=1)
        >>> layer(np.array([1.0, 2.0])).tolist()
        [1.0, 2.0]
        >>> set(layer(np.array([1.0] * 20), training=True).tolist()) == {0.0, 2.0}
        True
    """

    _amount = "rate"
    rate = Dynamic()

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
        self.noise_shape = check_noise_shape(noise_shape)
        require_fraction(rate=rate)
        self.rate = rate

    def call(self, inputs, training=False):
        if not training or is_zero(self.rate):
            return inputs
        return _random.dropout(
            inputs,
            self.rate,
            noise_shape=self._noise_shape_for(inputs),
            seed=self.seed_generator,
        )

    def _noise_shape_for(self, inputs):
        return self.noise_shape

    def get_config(self):
        return {
            **super().get_config(),
            "rate": self.rate,
            "seed": self.seed,
            "noise_shape": self.noise_shape,
        }


def check_noise_shape(noise_shape):
    """Returns the shape of a random mask as a tuple, or None.

    Raises:
        ValueError: if it has entries other than positive integers and None.
    """
    if noise_shape is None:
        return None
    valid = not isinstance(noise_shape, str) and hasattr(noise_shape, "__iter__")
    if valid:
        noise_shape = tuple(noise_shape)
        valid = all(
            size is None or (isinstance(size, int) and size > 0) for size in noise_shape
        )
    if not valid:
        raise ValueError(
            "Invalid value received for argument `noise_shape`. Expected a tuple or "
            "list of positive integers or None. "
            f"Received: noise_shape={noise_shape!r}"
        )
    return noise_shape


class _SpatialDropout(Dropout):
    """Base of dropout that drops whole channels: one draw a sample and channel."""

    _rank: int  # spatial axes
    data_format = "channels_last"

    def __init__(self, rate, seed=None, name=None, dtype=None):
        super().__init__(rate, seed=seed, name=name, dtype=dtype)
        self.input_spec = InputSpec(ndim=self._rank + 2)

    def _noise_shape_for(self, inputs):
        batch, *_ = shape = ops.shape(inputs)
        ones = (1,) * self._rank
        if self.data_format == "channels_first":
            return (batch, shape[1], *ones)
        return (batch, *ones, shape[-1])

    def get_config(self):
        return {
            "rate": self.rate,
            "seed": self.seed,
            "name": self.name,
            "dtype": self.dtype,
        }


@builtin("keras.layers")
class SpatialDropout1D(_SpatialDropout):
    """Dropout of whole channels of sequences.

    Args:
        rate: probability of a channel to become zero.
        seed: integer, or None.
        name: optional name.
        dtype: dtype or policy.

    Input shape `(batch, steps, channels)`, output shape the same.

    Example:
        >>> import numpy as np
        >>> y = SpatialDropout1D(0.5)(np.ones((2, 3, 4)), training=True)
        >>> bool((y[:, 0] == y[:, 1]).all())
        True
    """

    _rank = 1


@builtin("keras.layers")
class SpatialDropout2D(_SpatialDropout):
    """Dropout of whole channels of images.

    Args:
        rate: probability of a channel to become zero.
        data_format: `"channels_last"`, `"channels_first"`, or None for the default.
        seed: integer, or None.
        name: optional name.
        dtype: dtype or policy.

    Input shape `(batch, height, width, channels)` or
    `(batch, channels, height, width)`, output shape the same.

    Example:
        >>> import numpy as np
        >>> SpatialDropout2D(0.5)(np.ones((2, 3, 3, 4)), training=True).shape
        (2, 3, 3, 4)
    """

    _rank = 2

    def __init__(self, rate, data_format=None, seed=None, name=None, dtype=None):
        super().__init__(rate, seed=seed, name=name, dtype=dtype)
        self.data_format = standardize_data_format(data_format)

    def get_config(self):
        return {**super().get_config(), "data_format": self.data_format}


@builtin("keras.layers")
class SpatialDropout3D(SpatialDropout2D):
    """Dropout of whole channels of volumes.

    Args:
        rate: probability of a channel to become zero.
        data_format: `"channels_last"`, `"channels_first"`, or None for the default.
        seed: integer, or None.
        name: optional name.
        dtype: dtype or policy.

    Input shape `(batch, dim1, dim2, dim3, channels)` or
    `(batch, channels, dim1, dim2, dim3)`, output shape the same.

    Example:
        >>> import numpy as np
        >>> SpatialDropout3D(0.5)(np.ones((2, 3, 3, 3, 4)), training=True).shape
        (2, 3, 3, 3, 4)
    """

    _rank = 3
