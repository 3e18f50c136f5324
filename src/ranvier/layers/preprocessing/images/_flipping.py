"""RandomFlip: images mirrored at random."""

from ranvier import ops
from ranvier.core._registry import builtin
from ranvier.layers.preprocessing.images._base import (
    GeometricLayer,
    batch_size_of,
    images_of,
)


@builtin("keras.layers")
class RandomFlip(GeometricLayer):
    """Mirrors each image with probability one half, in training.

    Args:
        mode: `"horizontal"`, `"vertical"` or `"horizontal_and_vertical"`.
        seed: integer, or None.
        data_format: `"channels_last"` or `"channels_first"`.
        **kwargs: `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> RandomFlip("horizontal")(np.ones((2, 4, 4, 3))).shape
        (2, 4, 4, 3)
    """

    _arguments = ("seed", "mode")

    def __init__(
        self, mode="horizontal_and_vertical", seed=None, data_format=None, **kwargs
    ):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.mode = mode

    def get_random_transformation(self, data, training=True, seed=None):
        """Returns which images are mirrored."""
        if not training:
            return None
        size = batch_size_of(data)
        shape = (1, 1, 1) if size is None else (size, 1, 1, 1)
        flips = ops.less_equal(self._uniform(shape, 0.0, 1.0, seed), 0.5)
        return {"flips": flips, "input_shape": images_of(data).shape}

    def _move_boxes(self, boxes, transformation, height, width):
        left, top, right, bottom = ops.split(boxes, 4, axis=-1)
        if self.mode != "vertical":
            left, right = width - right, width - left
        if self.mode != "horizontal":
            top, bottom = height - bottom, height - top
        flipped = ops.concatenate([left, top, right, bottom], axis=-1)
        flips = ops.reshape(ops.convert_to_tensor(transformation["flips"]), (-1, 1, 1))
        return ops.where(flips, flipped, boxes)

    def _move(self, images, transformation, interpolation):
        axes = []
        if self.mode in ("horizontal", "horizontal_and_vertical"):
            axes.append(self.width_axis)
        if self.mode in ("vertical", "horizontal_and_vertical"):
            axes.append(self.height_axis)
        for axis in axes:
            flipped = ops.flip(images, axis=axis)
            images = ops.where(transformation["flips"], flipped, images)
        return images
