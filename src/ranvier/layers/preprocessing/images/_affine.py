"""RandomRotation, RandomTranslation, RandomZoom, RandomShear: affine maps at random.

A map is eight numbers: an output at `(x, y)` is read at `(a0 x + a1 y + a2,
b0 x + b1 y + b2)`.
"""

import math

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
)
from ranvier.layers.preprocessing.images._box_formats import around


class AffineLayer(GeometricLayer):
    """Base: moves images by maps that subclasses give in `_maps`.

    Args:
        fill_mode: what is read outside of an image: `"reflect"`, `"wrap"`,
            `"constant"` or `"nearest"`.
        interpolation: `"nearest"` or `"bilinear"`.
        seed: integer, or None.
        fill_value: what is read outside with `"constant"`.
        **kwargs: `data_format`, `name`, `dtype`.
    """

    _shared = ("fill_mode", "interpolation", "seed", "fill_value")

    def __init__(
        self,
        fill_mode="reflect",
        interpolation="bilinear",
        seed=None,
        fill_value=0.0,
        **kwargs,
    ):
        super().__init__(seed=seed, **kwargs)
        self.fill_mode = one_of("fill_mode", fill_mode, FILL_MODES)
        self.interpolation = one_of("interpolation", interpolation, INTERPOLATIONS)
        self.fill_value = fill_value

    def get_random_transformation(self, data, training=True, seed=None):
        """Returns the numbers drawn for each image."""
        if not training:
            return None
        shape = images_of(data).shape
        height, width = shape[self.height_axis], shape[self.width_axis]
        drawn = self._draw(count_of(data), height, width, seed)
        return {**drawn, "input_shape": shape}

    def _move_boxes(self, boxes, transformation, height, width):
        # Points move by the inverse of the map that tells where pixels are read.
        a0, a1, a2, b0, b1, b2 = self._maps(transformation, height, width)
        area = a0 * b1 - a1 * b0
        c0, c1, d0, d1 = b1 / area, -a1 / area, -b0 / area, a0 / area
        c2, d2 = -(c0 * a2 + c1 * b2), -(d0 * a2 + d1 * b2)
        return around(boxes, (c0, c1, c2, d0, d1, d2))

    def _move(self, images, transformation, interpolation):
        height = images.shape[self.height_axis]
        width = images.shape[self.width_axis]
        columns = self._maps(transformation, height, width)
        zeros = ops.zeros_like(columns[0])
        return ops.image.affine_transform(
            images,
            transform=ops.stack([*columns, zeros, zeros], axis=1),
            interpolation=interpolation,
            fill_mode=self.fill_mode,
            fill_value=self.fill_value,
            data_format=self.data_format,
        )

    def _draw(self, count, height, width, seed):
        raise NotImplementedError

    def _maps(self, transformation, height, width):
        """Returns `a0, a1, a2, b0, b1, b2`, each with an entry for each image."""
        raise NotImplementedError


@builtin("keras.layers")
class RandomRotation(AffineLayer):
    """Rotates each image by a random angle, in training.

    Args:
        factor: the range of angles, as parts of a full turn: a number or two.
        fill_mode: what is read outside of an image: `"reflect"`, `"wrap"`,
            `"constant"` or `"nearest"`.
        interpolation: `"nearest"` or `"bilinear"`.
        seed: integer, or None.
        fill_value: what is read outside with `"constant"`.
        data_format: `"channels_last"` or `"channels_first"`.
        **kwargs: `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> RandomRotation(0.1)(np.ones((2, 4, 4, 3))).shape
        (2, 4, 4, 3)
    """

    _arguments = ("factor", *AffineLayer._shared)

    def __init__(
        self,
        factor,
        fill_mode="reflect",
        interpolation="bilinear",
        seed=None,
        fill_value=0.0,
        data_format=None,
        **kwargs,
    ):
        super().__init__(
            fill_mode,
            interpolation,
            seed,
            fill_value,
            data_format=data_format,
            **kwargs,
        )
        self.factor = factor_range("factor", factor, -1, 1)

    def _draw(self, count, height, width, seed):
        low, high = (360.0 * part for part in self.factor)
        return {"angle": self._uniform((count,), low, high, seed)}

    def _maps(self, transformation, height, width):
        angle = transformation["angle"] * (math.pi / 180.0)
        cos, sin = ops.cos(angle), ops.sin(angle)
        x, y = 0.5 * (width - 1), 0.5 * (height - 1)  # the centre stays
        return cos, -sin, x - x * cos + y * sin, sin, cos, y - x * sin - y * cos


@builtin("keras.layers")
class RandomTranslation(AffineLayer):
    """Shifts each image by a random distance, in training.

    Args:
        height_factor: the range of shifts down, as parts of the height: a number or
            two.
        width_factor: the range of shifts to the right, as parts of the width.
        fill_mode: what is read outside of an image: `"reflect"`, `"wrap"`,
            `"constant"` or `"nearest"`.
        interpolation: `"nearest"` or `"bilinear"`.
        seed: integer, or None.
        fill_value: what is read outside with `"constant"`.
        data_format: `"channels_last"` or `"channels_first"`.
        **kwargs: `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> RandomTranslation(0.1, 0.2)(np.ones((2, 4, 4, 3))).shape
        (2, 4, 4, 3)
    """

    _arguments = ("height_factor", "width_factor", *AffineLayer._shared)

    def __init__(
        self,
        height_factor,
        width_factor,
        fill_mode="reflect",
        interpolation="bilinear",
        seed=None,
        fill_value=0.0,
        data_format=None,
        **kwargs,
    ):
        super().__init__(
            fill_mode,
            interpolation,
            seed,
            fill_value,
            data_format=data_format,
            **kwargs,
        )
        self.height_factor = height_factor
        self.width_factor = width_factor
        self._height_range = factor_range("height_factor", height_factor, -1.0, 1.0)
        self._width_range = factor_range("width_factor", width_factor, -1.0, 1.0)

    def _draw(self, count, height, width, seed):
        down = self._uniform((count, 1), *self._height_range, seed) * height
        right = self._uniform((count, 1), *self._width_range, seed) * width
        return {"translations": ops.concatenate([right, down], axis=1)}

    def _maps(self, transformation, height, width):
        right, down = ops.unstack(transformation["translations"], axis=1)
        one, zero = ops.ones_like(right), ops.zeros_like(right)
        return one, zero, -right, zero, one, -down


@builtin("keras.layers")
class RandomZoom(AffineLayer):
    """Zooms each image by a random factor, in training.

    Args:
        height_factor: the range of zooms out (above 0) or in (below 0): a number or
            two, above -1 and up to 1.
        width_factor: likewise for the width; None keeps the aspect ratio.
        fill_mode: what is read outside of an image: `"reflect"`, `"wrap"`,
            `"constant"` or `"nearest"`.
        interpolation: `"nearest"` or `"bilinear"`.
        seed: integer, or None.
        fill_value: what is read outside with `"constant"`.
        data_format: `"channels_last"` or `"channels_first"`.
        **kwargs: `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> RandomZoom(0.2)(np.ones((2, 4, 4, 3))).shape
        (2, 4, 4, 3)
    """

    _arguments = ("height_factor", "width_factor", *AffineLayer._shared)

    def __init__(
        self,
        height_factor,
        width_factor=None,
        fill_mode="reflect",
        interpolation="bilinear",
        seed=None,
        fill_value=0.0,
        data_format=None,
        **kwargs,
    ):
        super().__init__(
            fill_mode,
            interpolation,
            seed,
            fill_value,
            data_format=data_format,
            **kwargs,
        )
        self.height_factor = height_factor
        self.width_factor = width_factor
        self._height_range = _zoom_range("height_factor", height_factor)
        self._width_range = None
        if width_factor is not None:
            self._width_range = _zoom_range("width_factor", width_factor)

    def _draw(self, count, height, width, seed):
        down = across = self._uniform((count, 1), *self._height_range, seed)
        if self._width_range is not None:
            across = self._uniform((count, 1), *self._width_range, seed)
        return {"height_zoom": down, "width_zoom": across}

    def _maps(self, transformation, height, width):
        across = ops.cast(transformation["width_zoom"][:, 0], "float32")
        down = ops.cast(transformation["height_zoom"][:, 0], "float32")
        zero = ops.zeros_like(across)
        x = (width - 1.0) / 2.0 * (1.0 - across)
        y = (height - 1.0) / 2.0 * (1.0 - down)
        return across, zero, x, zero, down, y


def _zoom_range(name, factor):
    low, high = factor_range(name, factor, -1.0, 1.0, open_low=True)
    return 1.0 + low, 1.0 + high


@builtin("keras.layers")
class RandomShear(AffineLayer):
    """Slants each image by a random amount, in training.

    Args:
        x_factor: the range of slants along the width, in [0, 1]: a number or two.
        y_factor: likewise along the height.
        interpolation: `"nearest"` or `"bilinear"`.
        fill_mode: what is read outside of an image: `"reflect"`, `"wrap"`,
            `"constant"` or `"nearest"`.
        fill_value: what is read outside with `"constant"`.
        data_format: `"channels_last"` or `"channels_first"`.
        seed: integer, or None.
        **kwargs: `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> RandomShear(0.2, 0.1)(np.ones((2, 4, 4, 3))).shape
        (2, 4, 4, 3)
    """

    _arguments = ("x_factor", "y_factor", *AffineLayer._shared)

    def __init__(
        self,
        x_factor=0.0,
        y_factor=0.0,
        interpolation="bilinear",
        fill_mode="reflect",
        fill_value=0.0,
        data_format=None,
        seed=None,
        **kwargs,
    ):
        super().__init__(
            fill_mode,
            interpolation,
            seed,
            fill_value,
            data_format=data_format,
            **kwargs,
        )
        self.x_factor = _shear_range("x_factor", x_factor)
        self.y_factor = _shear_range("y_factor", y_factor)

    def _draw(self, count, height, width, seed):
        dtype, shape = self.compute_dtype, (count, 1)
        sign = ops.where(self._uniform(shape, 0, 1, seed, dtype) > 0.5, -1.0, 1.0)
        y = self._uniform(shape, *self.y_factor, seed, dtype)
        x = self._uniform(shape, *self.x_factor, seed, dtype)
        return {"shear_factor": ops.concatenate([x, y], axis=1) * sign}

    def _move_boxes(self, boxes, transformation, height, width):
        # As in Keras, the slant is one of boxes in parts of the size of the image.
        x, y = ops.unstack(ops.cast(transformation["shear_factor"], "float32"), axis=1)
        left, top, right, bottom = ops.unstack(boxes, axis=-1)
        left, right = left / width, right / width
        top, bottom = top / height, bottom / height
        x, y = x[:, None], y[:, None]
        left, right = (
            left - x * ops.where(x < 0, top, bottom),
            right - x * ops.where(x < 0, bottom, top),
        )
        top, bottom = (
            top - y * ops.where(y > 0, right, left),
            bottom - y * ops.where(y > 0, left, right),
        )
        moved = (left * width, top * height, right * width, bottom * height)
        return ops.stack(moved, axis=-1)

    def _maps(self, transformation, height, width):
        x, y = ops.unstack(transformation["shear_factor"], axis=1)
        one, zero = ops.ones_like(x), ops.zeros_like(x)
        return one, x, zero, y, one, zero


def _shear_range(name, factor):
    # One number stands for a range around zero, which configs contain.
    if isinstance(factor, (tuple, list)) and len(factor) == 2:
        if factor[0] == -factor[1]:
            factor = abs(factor[1])
    low, high = factor_range(name, factor, 0.0, 1.0)
    return (low, high) if isinstance(factor, (tuple, list)) else (-high, high)
