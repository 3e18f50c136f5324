"""Layers that regularise: noise in training, and a penalty on activations."""

from ranvier import ops, regularizers
from ranvier.core._arguments import require_below_one
from ranvier.core._dynamic import Dynamic, is_zero
from ranvier.core._registry import builtin
from ranvier.layers._arguments import number
from ranvier.layers._dropout import check_noise_shape
from ranvier.layers._elementwise import ElementwiseLayer, NoiseLayer, like
from ranvier.ops import _random


@builtin("keras.layers")
class GaussianNoise(NoiseLayer):
    """Adds normal noise of mean zero in training.

    Args:
        stddev: standard deviation of the noise, between 0 and 1. It may vary without
            recompiling.
        seed: integer, or None.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for a deviation out of range.

    Example:
        >>> import numpy as np
        >>> GaussianNoise(0.1)(np.array([1.0, 2.0])).tolist()
        [1.0, 2.0]
    """

    _amount = "stddev"
    stddev = Dynamic()

    def __init__(self, stddev, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
        self.stddev = number("stddev", stddev, high=1.0)

    def call(self, inputs, training=False):
        if not training or is_zero(self.stddev):
            return inputs
        noise = _random.normal(
            ops.shape(inputs),
            stddev=like(self.stddev, inputs),
            dtype=self.compute_dtype,
            seed=self.seed_generator,
        )
        return ops.add(inputs, noise)

    def get_config(self):
        return {**super().get_config(), "stddev": self.stddev, "seed": self.seed}


@builtin("keras.layers")
class GaussianDropout(NoiseLayer):
    """Multiplies by normal noise of mean one in training.

    The standard deviation is that of dropout, `sqrt(rate / (1 - rate))`.

    Args:
        rate: the rate of dropout that the noise stands for, at least 0 and below 1.
            It may vary without recompiling.
        seed: integer, or None.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for a rate out of range.

    Example:
        >>> import numpy as np
        >>> GaussianDropout(0.1)(np.array([1.0, 2.0])).tolist()
        [1.0, 2.0]
    """

    _amount = "rate"
    rate = Dynamic()

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
        require_below_one(rate=rate)
        self.rate = rate

    def call(self, inputs, training=False):
        if not training or is_zero(self.rate):
            return inputs
        noise = _random.normal(
            ops.shape(inputs),
            mean=1.0,
            stddev=like((self.rate / (1.0 - self.rate)) ** 0.5, inputs),
            dtype=self.compute_dtype,
            seed=self.seed_generator,
        )
        return ops.multiply(inputs, noise)

    def get_config(self):
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}


# The constants of `selu`: where it saturates is the value that dropped entries take.
_SELU_ALPHA = 1.6732632423543772
_SELU_SCALE = 1.0507009873554805


@builtin("keras.layers")
class AlphaDropout(NoiseLayer):
    """Dropout that keeps mean and variance of inputs activated by `selu`.

    Dropped entries take the value at which `selu` saturates; the whole is then
    scaled and shifted. See https://arxiv.org/abs/1706.02515.

    Args:
        rate: probability of an entry to be dropped, at least 0 and below 1. It may
            vary without recompiling.
        noise_shape: shape of the random mask, which broadcasts to the inputs; None,
            as a whole or for an axis, for that of the inputs.
        seed: integer, or None.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for a rate or a shape out of range.

    Example:
        >>> import numpy as np
        >>> AlphaDropout(0.1)(np.array([1.0, 2.0])).tolist()
        [1.0, 2.0]
    """

    _amount = "rate"
    rate = Dynamic()

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
        self.noise_shape = check_noise_shape(noise_shape)
        require_below_one(rate=rate)
        self.rate = rate

    def call(self, inputs, training=False):
        if not training or is_zero(self.rate):
            return inputs
        shape = ops.shape(inputs)
        if self.noise_shape is not None:
            # A shape of fewer axes belongs to the last ones, as in every broadcast;
            # its None stand for the first sizes, as in Keras.
            shape = tuple(
                shape[axis] if size is None else size
                for axis, size in enumerate(self.noise_shape)
            )
        draw = _random.uniform(shape, seed=self.seed_generator)
        kept = ops.cast(ops.greater_equal(draw, self.rate), inputs.dtype)
        low = -_SELU_ALPHA * _SELU_SCALE
        scale = ((1 - self.rate) * (1 + self.rate * low**2)) ** -0.5
        shift = like(-scale * low * self.rate, inputs)
        dropped = ops.multiply(low, ops.subtract(1, kept))
        x = ops.add(ops.multiply(inputs, kept), dropped)
        return ops.add(ops.multiply(like(scale, inputs), x), shift)

    def get_config(self):
        return {
            **super().get_config(),
            "rate": self.rate,
            "seed": self.seed,
            "noise_shape": self.noise_shape,
        }


@builtin("keras.layers")
class ActivityRegularization(ElementwiseLayer):
    """Passes its input on and adds a penalty on it to the loss.

    Args:
        l1: factor of the absolute values.
        l2: factor of the squares.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for a negative factor.

    Example:
        >>> import numpy as np
        >>> layer = ActivityRegularization(l2=0.5)
        >>> _ = layer(np.array([[2.0], [4.0]]))
        >>> layer.losses[0].item()  # per sample
        5.0
    """

    def __init__(self, l1=0.0, l2=0.0, **kwargs):
        super().__init__(activity_regularizer=regularizers.L1L2(l1=l1, l2=l2), **kwargs)
        self.l1 = l1
        self.l2 = l2

    def call(self, inputs):
        return inputs

    def get_config(self):
        config = super().get_config()
        config.pop("activity_regularizer")
        return {**config, "l1": self.l1, "l2": self.l2}
