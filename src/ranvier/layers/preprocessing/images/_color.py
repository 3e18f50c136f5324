"""Layers that change colours."""

from ranvier import ops
from ranvier.core import _config
from ranvier.core._registry import builtin
from ranvier.layers.preprocessing.images._arguments import factor_range, two_numbers
from ranvier.layers.preprocessing.images._base import ImageLayer, count_of
from ranvier.layers.preprocessing.images._intensity import (
    RandomBrightness,
    RandomContrast,
    rescaled,
)
from ranvier.ops._symbolic import KerasTensor


class HsvLayer(ImageLayer):
    """Base of the layers that change one of hue, saturation and value."""

    _changed = 0  # which of the three

    def _in_hsv(self, images, change):
        """Returns RGB images after a change of one channel in HSV."""
        images = ops.image.rgb_to_hsv(images, data_format=self.data_format)
        channels = ops.unstack(images, axis=self.channel_axis)
        channels[self._changed] = change(channels[self._changed])
        images = ops.stack(channels, axis=self.channel_axis)
        return ops.image.hsv_to_rgb(images, data_format=self.data_format)


@builtin("keras.layers")
class RandomHue(HsvLayer):
    """Turns the hue of each image by a random amount, in training.

    Args:
        factor: the range of amounts, in [0, 1]: a number or two.
        value_range: the least and the greatest value of a pixel.
        data_format: `"channels_last"` or `"channels_first"`.
        seed: integer, or None.
        **kwargs: `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> RandomHue(0.5)(np.ones((2, 4, 4, 3))).shape
        (2, 4, 4, 3)
    """

    _arguments = ("factor", "value_range", "seed")

    def __init__(
        self, factor, value_range=(0, 255), data_format=None, seed=None, **kwargs
    ):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = factor_range("factor", factor, 0, 1)
        self.value_range = value_range

    def get_random_transformation(self, data, training=True, seed=None):
        """Returns how far the hue of each image is turned."""
        shape = (count_of(data),)
        sign = ops.where(self._uniform(shape, 0.0, 1.0, seed) > 0.5, -1.0, 1.0)
        return {"factor": sign * self._uniform(shape, *self.factor, seed) * 0.5}

    def transform_images(self, images, transformation=None, training=True):
        """Returns a batch of images, in other colours in training."""
        if not training:
            return images
        images = rescaled(self._floats(images), self.value_range, (0, 1))
        factor = ops.cast(transformation["factor"], images.dtype)[:, None, None]

        def turn(hue):
            hue = hue + factor
            hue = ops.where(hue > 1.0, hue - 1.0, hue)
            return ops.where(hue < 0.0, hue + 1.0, hue)

        images = ops.clip(self._in_hsv(images, turn), 0, 1)
        return self._floats(rescaled(images, (0, 1), self.value_range))


@builtin("keras.layers")
class RandomSaturation(HsvLayer):
    """Multiplies the saturation of each image by a random factor, in training.

    Args:
        factor: the range of `x`, in [0, 1], where the factor is `x / (1 - x)`: 0.5
            leaves an image as it is. A number or two.
        value_range: the least and the greatest value of a pixel.
        data_format: `"channels_last"` or `"channels_first"`.
        seed: integer, or None.
        **kwargs: `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> RandomSaturation(0.5)(np.ones((2, 4, 4, 3))).shape
        (2, 4, 4, 3)
    """

    _arguments = ("factor", "value_range", "seed")
    _changed = 1

    def __init__(
        self, factor, value_range=(0, 255), data_format=None, seed=None, **kwargs
    ):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = factor_range("factor", factor, -1, 1)
        self.value_range = two_numbers("value_range", value_range)

    def get_random_transformation(self, data, training=True, seed=None):
        """Returns the factor of each image."""
        part = self._uniform((count_of(data),), *self.factor, seed)
        return {"factor": part / (1 - part + _config.epsilon())}

    def transform_images(self, images, transformation=None, training=True):
        """Returns a batch of images, more or less colourful in training."""
        if not training:
            return images
        factor = self._floats(transformation["factor"])[:, None, None]

        def multiply(saturation):
            return ops.clip(saturation * factor, *self.value_range)

        return self._in_hsv(self._floats(images), multiply)


@builtin("keras.layers")
class RandomGrayscale(ImageLayer):
    """Makes each image grey with some probability, in training.

    Args:
        factor: the probability.
        data_format: `"channels_last"` or `"channels_first"`.
        seed: integer, or None.
        **kwargs: `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> RandomGrayscale(1.0)(np.ones((2, 4, 4, 3))).shape
        (2, 4, 4, 3)
    """

    _arguments = ("factor", "seed")

    def __init__(self, factor=0.5, data_format=None, seed=None, **kwargs):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        if factor < 0 or factor > 1:
            raise ValueError(
                f"`factor` should be between 0 and 1. Received: factor={factor}"
            )
        self.factor = factor

    def get_random_transformation(self, data, training=True, seed=None):
        """Returns which images become grey."""
        drawn = self._uniform((count_of(data),), 0, 1, seed)
        return (drawn < self.factor)[:, None, None, None]

    def transform_images(self, images, transformation, training=True):
        """Returns a batch of images, some grey in training."""
        if not training:
            return images
        if transformation is None:
            transformation = self.get_random_transformation(images)
        grey = ops.image.rgb_to_grayscale(images, data_format=self.data_format)
        return ops.where(transformation, grey, images)

    def compute_output_spec(self, data, **kwargs):
        """Returns symbolic outputs, of the dtype of the inputs."""
        if isinstance(data, dict):
            return super().compute_output_spec(data, **kwargs)
        return KerasTensor(data.shape, dtype=data.dtype)

    def get_config(self):
        """Returns the arguments of the constructor but for the seed, as Keras does."""
        config = super().get_config()
        del config["seed"]
        return config


@builtin("keras.layers")
class RandomColorDegeneration(ImageLayer):
    """Mixes each image with its grey version, in training.

    Args:
        factor: the range of the share of grey, in [0, 1]: a number or two.
        value_range: the least and the greatest value of a pixel.
        data_format: `"channels_last"` or `"channels_first"`.
        seed: integer, or None.
        **kwargs: `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> RandomColorDegeneration(0.5)(np.ones((2, 4, 4, 3))).shape
        (2, 4, 4, 3)
    """

    _arguments = ("factor", "value_range", "seed")

    def __init__(
        self, factor, value_range=(0, 255), data_format=None, seed=None, **kwargs
    ):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = factor_range("factor", factor, -1, 1)
        self.value_range = two_numbers("value_range", value_range)

    def get_random_transformation(self, data, training=True, seed=None):
        """Returns the share of grey in each image."""
        shape = (count_of(data), 1, 1, 1)
        return {"factor": self._uniform(shape, *self.factor, seed)}

    def transform_images(self, images, transformation=None, training=True):
        """Returns a batch of images, in paler colours in training."""
        if not training:
            return images
        images = self._floats(images)
        grey = ops.image.rgb_to_grayscale(images, data_format=self.data_format)
        factor = self._floats(transformation["factor"])
        return ops.clip(images + factor * (grey - images), *self.value_range)


@builtin("keras.layers")
class RandomColorJitter(ImageLayer):
    """Changes brightness, contrast, saturation and hue, one after another, in training.

    Args:
        value_range: the least and the greatest value of a pixel.
        brightness_factor: as for `RandomBrightness`; None leaves it out.
        contrast_factor: as for `RandomContrast`.
        saturation_factor: as for `RandomSaturation`.
        hue_factor: as for `RandomHue`.
        seed: integer, or None.
        data_format: `"channels_last"` or `"channels_first"`.
        **kwargs: `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> RandomColorJitter(brightness_factor=0.1)(np.ones((2, 4, 4, 3))).shape
        (2, 4, 4, 3)
    """

    _arguments = (
        "value_range",
        "brightness_factor",
        "contrast_factor",
        "saturation_factor",
        "hue_factor",
        "seed",
    )

    def __init__(
        self,
        value_range=(0, 255),
        brightness_factor=None,
        contrast_factor=None,
        saturation_factor=None,
        hue_factor=None,
        seed=None,
        data_format=None,
        **kwargs,
    ):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.value_range = value_range
        self.brightness_factor = brightness_factor
        self.contrast_factor = contrast_factor
        self.saturation_factor = saturation_factor
        self.hue_factor = hue_factor
        self._steps = [
            layer(factor, value_range=value_range, seed=seed, data_format=data_format)
            for layer, factor in (
                (RandomBrightness, brightness_factor),
                (RandomContrast, contrast_factor),
                (RandomSaturation, saturation_factor),
                (RandomHue, hue_factor),
            )
            if factor is not None
        ]

    def transform_images(self, images, transformation, training=True):
        """Returns a batch of images, with other brightness and colours in training."""
        if not training:
            return images
        images = self._floats(images)
        for layer in self._steps:
            drawn = layer.get_random_transformation(images, seed=self.generator)
            images = layer.transform_images(images, drawn)
        return self._floats(images)
