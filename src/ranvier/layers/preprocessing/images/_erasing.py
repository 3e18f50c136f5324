"""RandomErasing: a rectangle of each image filled."""

from ranvier import ops
from ranvier.core._registry import builtin
from ranvier.layers.preprocessing.images._arguments import factor_range
from ranvier.layers.preprocessing.images._base import ImageLayer, count_of, images_of
from ranvier.layers.preprocessing.images._masks import rectangle_masks
from ranvier.ops import _random


@builtin("keras.layers")
class RandomErasing(ImageLayer):
    """Fills a random rectangle of each image, with some probability, in training.

    Args:
        factor: the range of the probability, in [0, 1]: a number or two.
        scale: the range of the rectangle's area, as part of the image's.
        fill_value: a number, one for each of three channels, or None for noise.
        value_range: the least and the greatest value of a pixel.
        seed: integer, or None.
        data_format: `"channels_last"` or `"channels_first"`.
        **kwargs: `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> RandomErasing(fill_value=0.0)(np.ones((2, 4, 4, 3))).shape
        (2, 4, 4, 3)
    """

    _arguments = ("factor", "scale", "fill_value", "value_range", "seed")

    def __init__(
        self,
        factor=1.0,
        scale=(0.02, 0.33),
        fill_value=None,
        value_range=(0, 255),
        seed=None,
        data_format=None,
        **kwargs,
    ):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = factor_range("factor", factor, 0, 1)
        self.scale = factor_range("scale", scale, 0, 1)
        self.fill_value = fill_value
        self.value_range = value_range

    def get_random_transformation(self, data, training=True, seed=None):
        """Returns which images are erased, where, and what is put there."""
        if not training:
            return None
        images, count = images_of(data), count_of(data)
        sides = self._uniform((count, 2), *self.scale, seed, self.compute_dtype)
        sides = ops.sqrt(sides)
        parts = sides[:, 0], sides[:, 1]
        masks, _ = rectangle_masks(self, images.shape, parts, seed)
        probability = self._uniform((count,), *self.factor, seed)
        chosen = self._uniform((count,), 0.0, 1.0, seed) < probability
        fill = self._fill(images, seed)
        return {"apply_erasing": chosen, "batch_masks": masks, "fill_value": fill}

    def _fill(self, images, seed):
        fill, dtype = self.fill_value, self.compute_dtype
        if fill is None:
            seed = self.generator if seed is None else seed
            fill = _random.normal(images.shape, dtype=dtype, seed=seed)
            fill = fill * self.value_range[1]
        elif isinstance(fill, (tuple, list)) and len(fill) == 3:
            shape = [1] * len(images.shape)
            shape[self.channel_axis] = 3
            fill = ops.reshape(ops.convert_to_tensor(fill, dtype), shape)
            fill = ops.broadcast_to(fill, images.shape)
        elif isinstance(fill, (int, float)):
            fill = ops.full(images.shape, fill, dtype=dtype)
        else:
            raise ValueError(
                "The `fill_value` argument should be a number (or a list of three "
                f"numbers). Received: fill_value={fill}"
            )
        return ops.clip(fill, *self.value_range)

    def transform_images(self, images, transformation=None, training=True):
        """Returns a batch of images, some with a hole in training."""
        images = self._floats(images)
        if not training:
            return images
        erased = ops.where(
            transformation["batch_masks"], transformation["fill_value"], images
        )
        chosen = transformation["apply_erasing"][:, None, None, None]
        return self._floats(ops.where(chosen, erased, images))
