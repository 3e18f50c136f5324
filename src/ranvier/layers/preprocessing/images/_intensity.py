"""Layers that change how bright pixels are."""

from ranvier import ops
from ranvier.core import _dtypes
from ranvier.core._registry import builtin
from ranvier.layers.preprocessing.images._arguments import factor_range, two_numbers
from ranvier.layers.preprocessing.images._base import (
    ImageLayer,
    batch_size_of,
    count_of,
)
from ranvier.ops import _random


@builtin("keras.layers")
class RandomBrightness(ImageLayer):
    """Adds a random number to all pixels of each image, in training.

    Args:
        factor: the range of numbers, as parts of the range of values, in [-1, 1]: a
            number or two.
        value_range: the least and the greatest value of a pixel.
        seed: integer, or None.
        **kwargs: `data_format`, `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> RandomBrightness(0.2)(np.zeros((2, 4, 4, 3))).shape
        (2, 4, 4, 3)
    """

    _arguments = ("factor", "value_range", "seed")

    def __init__(self, factor, value_range=(0, 255), seed=None, **kwargs):
        super().__init__(seed=seed, **kwargs)
        self.factor = factor_range("factor", factor or 0.0, -1, 1)
        self.value_range = two_numbers("value_range", value_range)

    def get_random_transformation(self, data, training=True, seed=None):
        """Returns what is added to each image."""
        shape = _shape_for_each(data)
        if not training:
            return {"rgb_delta": ops.zeros(shape)}
        low, high = self.value_range
        return {"rgb_delta": self._uniform(shape, *self.factor, seed) * (high - low)}

    def transform_images(self, images, transformation, training=True):
        """Returns a batch of images, brighter or darker in training."""
        if not training:
            return images
        images = self._floats(images)
        images = images + ops.cast(transformation["rgb_delta"], images.dtype)
        return ops.clip(images, *self.value_range)


@builtin("keras.layers")
class RandomContrast(ImageLayer):
    """Multiplies the distances of pixels from the mean by a random factor, in training.

    Args:
        factor: how far the factor lies below and above 1, in [0, 1]: a number or two.
        value_range: the least and the greatest value of a pixel.
        seed: integer, or None.
        **kwargs: `data_format`, `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> RandomContrast(0.2)(np.zeros((2, 4, 4, 3))).shape
        (2, 4, 4, 3)
    """

    _arguments = ("factor", "value_range", "seed")

    def __init__(self, factor, value_range=(0, 255), seed=None, **kwargs):
        super().__init__(seed=seed, **kwargs)
        self.factor = factor_range("factor", factor, 0, 1)
        self.value_range = value_range

    def get_random_transformation(self, data, training=True, seed=None):
        """Returns the factor of each image."""
        shape = _shape_for_each(data)
        if not training:
            return {"contrast_factor": ops.zeros(shape)}
        low, high = 1.0 - self.factor[0], 1.0 + self.factor[1]
        factor = self._uniform(shape, low, high, seed, self.compute_dtype)
        return {"contrast_factor": factor}

    def transform_images(self, images, transformation, training=True):
        """Returns a batch of images, with more or less contrast in training."""
        if not training:
            return images
        mean = ops.mean(images, axis=self.height_axis, keepdims=True)
        mean = ops.mean(mean, axis=self.width_axis, keepdims=True)
        images = (images - mean) * transformation["contrast_factor"] + mean
        return ops.clip(images, *self.value_range)


@builtin("keras.layers")
class RandomInvert(ImageLayer):
    """Inverts each image with some probability, in training.

    Args:
        factor: the range of the probability, in [0, 1]: a number or two.
        value_range: the least and the greatest value of a pixel.
        seed: integer, or None.
        data_format: `"channels_last"` or `"channels_first"`.
        **kwargs: `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> RandomInvert((1.0, 1.0))(np.full((1, 1, 1, 1), 250.0)).item()
        5.0
    """

    _arguments = ("factor", "value_range", "seed")

    def __init__(
        self, factor=1.0, value_range=(0, 255), seed=None, data_format=None, **kwargs
    ):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = factor_range("factor", factor, 0, 1)
        self.value_range = value_range

    def get_random_transformation(self, data, training=True, seed=None):
        """Returns which images are inverted."""
        if not training:
            return None
        shape = (count_of(data),)
        probability = self._uniform(shape, *self.factor, seed)
        return {"apply_inversion": self._uniform(shape, 0, 1, seed) < probability}

    def transform_images(self, images, transformation, training=True):
        """Returns a batch of images, some inverted in training."""
        if not training:
            return images
        images = self._floats(images)
        chosen = transformation["apply_inversion"][:, None, None, None]
        return ops.where(chosen, self.value_range[1] - images, images)


@builtin("keras.layers")
class RandomPosterization(ImageLayer):
    """Keeps only the highest bits of pixels, in training.

    Args:
        factor: the range of the number of bits, in [1, 8]: a number or two.
        value_range: the least and the greatest value of a pixel.
        data_format: `"channels_last"` or `"channels_first"`.
        seed: integer, or None.
        **kwargs: `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> RandomPosterization(1)(np.full((1, 1, 1, 1), 200.0)).item()
        128.0
    """

    _arguments = ("factor", "value_range", "seed")

    def __init__(
        self, factor, value_range=(0, 255), data_format=None, seed=None, **kwargs
    ):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = factor_range("factor", factor, 1, 8)
        self.value_range = two_numbers("value_range", value_range)

    def get_random_transformation(self, data, training=True, seed=None):
        """Returns how many bits each image loses."""
        shape, (low, high) = (count_of(data),), self.factor
        if low == high:
            return {"shift_factor": 8 - ops.full(shape, low, dtype="uint8")}
        seed = self.generator if seed is None else seed
        bits = _random.randint(shape, low, high, dtype="uint8", seed=seed)
        return {"shift_factor": 8 - bits}

    def transform_images(self, images, transformation=None, training=True):
        """Returns a batch of images, with fewer shades in training."""
        if not training:
            return images
        shift = transformation["shift_factor"][:, None, None, None]
        images = self._floats(rescaled(images, self.value_range, (0, 255)))
        images = ops.cast(images, "uint8")
        images = ops.left_shift(ops.right_shift(images, shift), shift)
        return rescaled(self._floats(images), (0, 255), self.value_range)


@builtin("keras.layers")
class Solarization(ImageLayer):
    """Adds a random number to pixels, then inverts those above a random threshold.

    In training only.

    Args:
        addition_factor: the range of what is added, as parts of the range of values,
            in [0, 1]: a number or two.
        threshold_factor: the range of the threshold, likewise.
        value_range: the least and the greatest value of a pixel.
        seed: integer, or None.
        **kwargs: `data_format`, `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> Solarization()(np.full((1, 1, 1, 1), 200.0)).item()
        55.0
    """

    _arguments = ("value_range", "addition_factor", "threshold_factor", "seed")

    def __init__(
        self,
        addition_factor=0.0,
        threshold_factor=0.0,
        value_range=(0, 255),
        seed=None,
        **kwargs,
    ):
        super().__init__(seed=seed, **kwargs)
        self.addition_factor = _positive_range("addition_factor", addition_factor)
        self.threshold_factor = _positive_range("threshold_factor", threshold_factor)
        self.value_range = two_numbers("value_range", value_range)

    def get_random_transformation(self, data, training=True, seed=None):
        """Returns what is added to each image, and its threshold."""
        if not training:
            return None
        shape = _shape_for_each(data)
        return {
            name: self._uniform(shape, low, high * 255, seed, self.compute_dtype)
            for name, (low, high) in (
                ("additions", self.addition_factor),
                ("thresholds", self.threshold_factor),
            )
        }

    def transform_images(self, images, transformation, training=True):
        """Returns a batch of images, solarised in training."""
        images = self._floats(images)
        if not training or transformation is None:
            return images
        added = rescaled(images, self.value_range, (0, 255))
        added = ops.clip(added + transformation["additions"], 0, 255)
        kept = added < transformation["thresholds"]
        return rescaled(ops.where(kept, added, 255 - added), (0, 255), self.value_range)


@builtin("keras.layers")
class AutoContrast(ImageLayer):
    """Stretches the values of each channel of an image to the whole range.

    Args:
        value_range: the least and the greatest value of a pixel.
        **kwargs: `data_format`, `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> image = np.array([[[[100.0], [125.0], [150.0]]]])
        >>> AutoContrast()(image).ravel().tolist()
        [0.0, 127.5, 255.0]
    """

    _arguments = ("value_range",)

    def __init__(self, value_range=(0, 255), **kwargs):
        super().__init__(**kwargs)
        self.value_range = two_numbers("value_range", value_range)

    def transform_images(self, images, transformation=None, training=True):
        """Returns a batch of images, with all of the contrast there is."""
        given = images
        images = self._floats(rescaled(images, self.value_range, (0, 255)))
        low = ops.min(images, axis=(1, 2), keepdims=True)
        high = ops.max(images, axis=(1, 2), keepdims=True)
        scale = 255.0 / (high - low)
        stretched = ops.clip(images * scale - low * scale, 0.0, 255.0)
        stretched = rescaled(stretched, (0, 255), self.value_range)
        # Where all pixels are equal there is nothing to stretch.
        return ops.where(ops.isnan(stretched), self._floats(given), stretched)


def rescaled(images, source, target, dtype="float32"):
    """Returns values of one range in another."""
    if tuple(source) == tuple(target):
        return images
    (low, high), (new_low, new_high) = source, target
    if not _dtypes.is_float_dtype(images.dtype):
        images = ops.cast(images, dtype)
    return (images - low) / (high - low) * (new_high - new_low) + new_low


def _shape_for_each(data):
    """Returns the shape of a number for each image."""
    size = batch_size_of(data)
    return (1, 1, 1) if size is None else (size, 1, 1, 1)


def _positive_range(name, factor):
    return factor_range(name, factor, 0, 1.0, symmetric=False)
