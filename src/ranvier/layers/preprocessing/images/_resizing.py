"""Resizing: images to one size."""

from ranvier import ops
from ranvier.core import _dtypes
from ranvier.core._registry import builtin
from ranvier.layers.preprocessing.images._base import GeometricLayer


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
        """Returns a batch of images, resized."""
        return self._move(images, None, self.interpolation)

    def transform_segmentation_masks(self, masks, transformation=None, training=True):
        """Returns the segmentation masks of a batch, resized."""
        return self._move(masks, None, "nearest")

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
