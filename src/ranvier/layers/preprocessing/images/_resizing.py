"""Resizing: images to one size."""

from ranvier import ops
from ranvier.core import _dtypes, _scope
from ranvier.core._registry import builtin
from ranvier.layers.preprocessing.images._base import GeometricLayer, images_of
from ranvier.layers.preprocessing.images._box_formats import (
    clip_to_image_size,
    convert_format,
    pad,
)


class SizedLayer(GeometricLayer):
    """Base of the layers whose outputs have a size of their own."""

    def compute_output_shape(self, input_shape):
        """Returns the shape of the outputs: of the layer's height and width."""
        shape = list(input_shape)
        if any(isinstance(n, (list, tuple)) for n in shape) or len(shape) not in (3, 4):
            raise ValueError(
                "`input_shape` must be a non-nested tuple or list of rank-1 with size "
                "3 (unbatched) or 4 (batched). Received: "
                f"input_shape={tuple(input_shape)}"
            )
        shape[self.height_axis], shape[self.width_axis] = self.height, self.width
        return tuple(shape)

    def _size_of(self, images):
        return images.shape[self.height_axis], images.shape[self.width_axis]

    def _finished(self, boxes):
        """Returns boxes `"xyxy"` cut to the outputs, in the format of the layer."""
        size = {"height": self.height, "width": self.width}
        boxes = clip_to_image_size(boxes, **size)
        return convert_format(boxes, "xyxy", self.bounding_box_format, **size)


@builtin("keras.layers")
class Resizing(SizedLayer):
    """Resizes images, in training or not.

    Args:
        height: height of the outputs.
        width: width of the outputs.
        interpolation: `"bilinear"`, `"nearest"`, `"bicubic"`, `"lanczos3"` or
            `"lanczos5"`.
        crop_to_aspect_ratio: cut off what would be distorted.
        pad_to_aspect_ratio: add borders instead of distorting.
        fill_mode: of borders; only `"constant"`.
        fill_value: the value of borders.
        antialias: whether to smooth when sizes shrink.
        data_format: `"channels_last"` or `"channels_first"`.
        **kwargs: `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> Resizing(2, 2)(np.ones((1, 4, 6, 3))).shape
        (1, 2, 2, 3)
    """

    _arguments = (
        "height",
        "width",
        "interpolation",
        "crop_to_aspect_ratio",
        "pad_to_aspect_ratio",
        "fill_mode",
        "fill_value",
        "antialias",
    )

    def __init__(
        self,
        height,
        width,
        interpolation="bilinear",
        crop_to_aspect_ratio=False,
        pad_to_aspect_ratio=False,
        fill_mode="constant",
        fill_value=0.0,
        antialias=False,
        data_format=None,
        **kwargs,
    ):
        super().__init__(data_format=data_format, **kwargs)
        self.height = height
        self.width = width
        self.interpolation = interpolation
        self.crop_to_aspect_ratio = crop_to_aspect_ratio
        self.pad_to_aspect_ratio = pad_to_aspect_ratio
        self.fill_mode = fill_mode
        self.fill_value = fill_value
        self.antialias = bool(antialias)

    def transform_images(self, images, transformation=None, training=True):
        """Returns a batch of images, resized.

        They keep their dtype, but in functions of datasets: there the layers of Keras
        give floats.
        """
        if _scope.stacks.in_pipeline:
            images = self._floats(images)
        return self._move(images, None, self.interpolation)

    def transform_segmentation_masks(self, masks, transformation=None, training=True):
        """Returns the segmentation masks of a batch, resized."""
        return self._move(masks, None, "nearest")

    def get_random_transformation(self, data, training=True, seed=None):
        """Returns height and width of the inputs."""
        return self._size_of(images_of(data))

    def transform_bounding_boxes(self, boxes, transformation, training=True):
        """Returns the bounding boxes of a batch in the resized images."""
        height, width = transformation
        given = ops.convert_to_tensor(boxes["boxes"])
        none = ops.logical_or(ops.all(given == -1, -1), ops.all(given == 0, -1))
        boxes = convert_format(
            boxes, self.bounding_box_format, "xyxy", height=height, width=width
        )
        down, across = self.height / height, self.width / width
        top = left = 0
        if self.pad_to_aspect_ratio or self.crop_to_aspect_ratio:
            choose = min if self.pad_to_aspect_ratio else max
            down = across = choose(down, across)
            top = (self.height - height * down) // 2
            left = (self.width - width * across) // 2
            if self.crop_to_aspect_ratio and not self.pad_to_aspect_ratio:
                top = -((height * down - self.height) // 2)
                left = -((width * across - self.width) // 2)
        scale = ops.convert_to_tensor([across, down, across, down], dtype="float32")
        moved = pad(boxes["boxes"] * scale, top, left)
        moved = ops.where(none[..., None], 0.0, moved)
        return self._finished({**boxes, "boxes": moved})

    def _move(self, images, transformation, interpolation):
        resized = ops.image.resize(
            images,
            size=(self.height, self.width),
            interpolation=interpolation,
            antialias=self.antialias,
            data_format=self.data_format,
            crop_to_aspect_ratio=self.crop_to_aspect_ratio,
            pad_to_aspect_ratio=self.pad_to_aspect_ratio,
            fill_mode=self.fill_mode,
            fill_value=self.fill_value,
        )
        if resized.dtype == images.dtype:
            return resized
        if _dtypes.is_int_dtype(images.dtype):
            resized = ops.round(resized)
        return ops.saturate_cast(resized, images.dtype)
