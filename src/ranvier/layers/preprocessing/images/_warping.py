"""RandomPerspective and RandomElasticTransform: images seen askew, or through water."""

from ranvier import ops
from ranvier.core._registry import builtin
from ranvier.layers.preprocessing.images._arguments import (
    FILL_MODES,
    INTERPOLATIONS,
    factor_range,
    one_of,
)
from ranvier.layers.preprocessing.images._base import (
    GeometricLayer,
    count_of,
    images_of,
    refuse_boxes,
)
from ranvier.layers.preprocessing.images._box_formats import corners, from_corners
from ranvier.ops._image_warp import homography


class SometimesLayer(GeometricLayer):
    """Base of the layers that move the pixels of some images, in training."""

    _chosen = "apply_transform"  # which images change, in a transformation

    def _choose(self, data, seed):
        """Returns which images change."""
        shape = (count_of(data),)
        probability = self._uniform(shape, *self.factor, seed)
        return self._uniform(shape, 0.0, 1.0, seed) < probability

    def _move(self, images, transformation, interpolation):
        moved = self._move_all(images, transformation, interpolation)
        chosen = ops.convert_to_tensor(transformation[self._chosen])
        chosen = ops.reshape(chosen, (-1, *[1] * (len(images.shape) - 1)))
        return ops.where(chosen, moved, images)

    def _move_all(self, images, transformation, interpolation):
        raise NotImplementedError


@builtin("keras.layers")
class RandomPerspective(SometimesLayer):
    """Moves the corners of each image at random, with some probability, in training.

    Args:
        factor: the range of the probability, in [0, 1]: a number or two.
        scale: how far corners move at most, in [0, 1].
        interpolation: `"nearest"` or `"bilinear"`.
        fill_value: what is read outside of an image.
        seed: integer, or None.
        data_format: `"channels_last"` or `"channels_first"`.
        **kwargs: `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> RandomPerspective(scale=0.5)(np.ones((2, 4, 4, 3))).shape
        (2, 4, 4, 3)
    """

    _arguments = ("factor", "scale", "interpolation", "fill_value", "seed")
    _chosen = "apply_perspective"

    def __init__(
        self,
        factor=1.0,
        scale=1.0,
        interpolation="bilinear",
        fill_value=0.0,
        seed=None,
        data_format=None,
        **kwargs,
    ):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = factor_range("factor", factor, 0, 1)
        if scale < 0.0 or scale > 1.0:
            raise ValueError(
                "The `scale` argument should be a number in the range [0,1]. "
                f"Received: scale={scale}"
            )
        self.scale = scale
        self.interpolation = one_of("interpolation", interpolation, INTERPOLATIONS)
        self.fill_value = fill_value

    def get_random_transformation(self, data, training=True, seed=None):
        """Returns which images change, and their corners before and after."""
        if not training:
            return None
        chosen = self._choose(data, seed)
        shape = images_of(data).shape
        right = shape[self.width_axis] - 1
        bottom = shape[self.height_axis] - 1
        reach, count = 0.5 * self.scale, count_of(data)
        moves = self._uniform((count, 4, 2), -reach, reach, seed, self.compute_dtype)
        start = [[0.0, 0.0], [right, 0.0], [0.0, bottom], [right, bottom]]
        start = ops.convert_to_tensor([start], dtype=self.compute_dtype)
        start = ops.repeat(start, count, axis=0)
        return {
            "apply_perspective": chosen,
            "start_points": start,
            "end_points": start + start * moves,
            "input_shape": shape,
        }

    def _move_boxes(self, boxes, transformation, height, width):
        start, end = (
            ops.cast(transformation[key], boxes.dtype)
            for key in ("start_points", "end_points")
        )
        h = [n[:, None, None] for n in ops.unstack(homography(end, start), axis=-1)]
        xs, ys = corners(boxes)
        scale = h[6] * xs + h[7] * ys + 1.0
        moved = from_corners(
            (h[0] * xs + h[1] * ys + h[2]) / scale,
            (h[3] * xs + h[4] * ys + h[5]) / scale,
        )
        chosen = ops.convert_to_tensor(transformation["apply_perspective"])
        return ops.where(ops.cast(chosen, "bool")[:, None, None], moved, boxes)

    def _move_all(self, images, transformation, interpolation):
        return ops.image.perspective_transform(
            images,
            transformation["start_points"],
            transformation["end_points"],
            interpolation=interpolation,
            fill_value=self.fill_value,
            data_format=self.data_format,
        )


@builtin("keras.layers")
class RandomElasticTransform(SometimesLayer):
    """Shifts pixels by a smooth random field, with some probability, in training.

    Args:
        factor: the range of the probability, in [0, 1]: a number or two.
        scale: the range of the strength, in [0, 1]: a number or two.
        interpolation: `"nearest"` or `"bilinear"`.
        fill_mode: what is read outside of an image: `"reflect"`, `"wrap"`,
            `"constant"`, `"nearest"` or `"mirror"`.
        fill_value: what is read outside with `"constant"`.
        value_range: the least and the greatest value of a pixel.
        seed: integer, or None.
        data_format: `"channels_last"` or `"channels_first"`.
        **kwargs: `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> RandomElasticTransform()(np.ones((2, 8, 8, 3))).shape
        (2, 8, 8, 3)
    """

    _arguments = (
        "factor",
        "scale",
        "interpolation",
        "fill_mode",
        "fill_value",
        "value_range",
        "seed",
    )

    transform_bounding_boxes = refuse_boxes

    def __init__(
        self,
        factor=1.0,
        scale=1.0,
        interpolation="bilinear",
        fill_mode="reflect",
        fill_value=0.0,
        value_range=(0, 255),
        seed=None,
        data_format=None,
        **kwargs,
    ):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = factor_range("factor", factor, 0, 1)
        self.scale = factor_range("scale", scale, 0, 1)
        self.interpolation = one_of("interpolation", interpolation, INTERPOLATIONS)
        self.fill_mode = one_of("fill_mode", fill_mode, (*FILL_MODES, "mirror"))
        self.fill_value = fill_value
        self.value_range = value_range

    def get_random_transformation(self, data, training=True, seed=None):
        """Returns which images change, and how strongly."""
        if not training or self.scale[1] == 0 or self.factor[1] == 0:
            return None
        seed = self.generator if seed is None else seed
        chosen = self._choose(data, seed)
        strength = self._uniform((), *self.scale, seed, self.compute_dtype)
        return {"apply_transform": chosen, "distortion_factor": strength, "seed": seed}

    def _move_all(self, images, transformation, interpolation):
        sides = images.shape[self.height_axis], images.shape[self.width_axis]
        strength = transformation["distortion_factor"]
        moved = ops.image.elastic_transform(
            self._floats(images),  # masks may be integers
            alpha=max(sides) * (0.1 * strength),
            sigma=min(sides) * (0.05 * strength),
            interpolation=interpolation,
            fill_mode=self.fill_mode,
            fill_value=self.fill_value,
            seed=transformation["seed"],
            data_format=self.data_format,
        )
        return ops.cast(moved, images.dtype)

    def _move(self, images, transformation, interpolation):
        images = super()._move(images, transformation, interpolation)
        return self._floats(ops.clip(images, *self.value_range))
