"""Layers that blur images, or sharpen them."""

from ranvier import ops
from ranvier.core._registry import builtin
from ranvier.layers.preprocessing.images._arguments import factor_range, two_numbers
from ranvier.layers.preprocessing.images._base import ImageLayer, count_of


@builtin("keras.layers")
class RandomSharpness(ImageLayer):
    """Mixes each image with a smoothed one, in training.

    Args:
        factor: the range of `x`, in [0, 1]: 0 smooths, 0.5 leaves an image as it is,
            1 sharpens. A number or two.
        value_range: the least and the greatest value of a pixel.
        data_format: `"channels_last"` or `"channels_first"`.
        seed: integer, or None.
        **kwargs: `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> RandomSharpness(0.5)(np.ones((2, 4, 4, 3))).shape
        (2, 4, 4, 3)
    """

    _arguments = ("factor", "value_range", "seed")

    def __init__(
        self, factor, value_range=(0, 255), data_format=None, seed=None, **kwargs
    ):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = factor_range("factor", factor, 0, 1)
        self.value_range = two_numbers("value_range", value_range)

    def get_random_transformation(self, data, training=True, seed=None):
        """Returns the number drawn for each image."""
        return {"factor": self._uniform((count_of(data),), *self.factor, seed)}

    def transform_images(self, images, transformation=None, training=True):
        """Returns a batch of images, sharper or smoother in training."""
        images = self._floats(images)
        if not training:
            return images
        if self.data_format == "channels_first":
            images = ops.swapaxes(images, -3, -1)
        factor = self._floats(transformation["factor"] * 2)[:, None, None, None]
        edge, centre = 1.0 / 13.0, 5.0 / 13.0
        kernel = [[edge] * 3, [edge, centre, edge], [edge] * 3]
        kernel = ops.reshape(self._floats(ops.array(kernel)), (3, 3, 1, 1))
        kernel = ops.tile(kernel, [1, 1, images.shape[-1], 1])
        smooth = ops.depthwise_conv(
            images, kernel, padding="same", data_format="channels_last"
        )
        images = images + (1.0 - factor) * (smooth - images)
        images = ops.clip(images, *self.value_range)
        if self.data_format == "channels_first":
            images = ops.swapaxes(images, -3, -1)
        return images


@builtin("keras.layers")
class RandomGaussianBlur(ImageLayer):
    """Blurs each image with some probability, in training.

    Args:
        factor: the range of the probability, in [0, 1]: a number or two.
        kernel_size: height and width of the filter, odd: a number or two.
        sigma: the range of its standard deviation, in [0, 1]: a number or two.
        value_range: the least and the greatest value of a pixel.
        data_format: `"channels_last"` or `"channels_first"`.
        seed: integer, or None.
        **kwargs: `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> RandomGaussianBlur()(np.ones((2, 4, 4, 3))).shape
        (2, 4, 4, 3)
    """

    _arguments = ("factor", "kernel_size", "sigma", "value_range", "seed")

    def __init__(
        self,
        factor=1.0,
        kernel_size=3,
        sigma=1.0,
        value_range=(0, 255),
        data_format=None,
        seed=None,
        **kwargs,
    ):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = factor_range("factor", factor, 0, 1)
        self.kernel_size = _odd_sizes(kernel_size)
        self.sigma = factor_range("sigma", sigma, 0, 1)
        self.value_range = value_range

    def get_random_transformation(self, data, training=True, seed=None):
        """Returns which images are blurred, and how much all of them are."""
        if not training:
            return None
        shape = (count_of(data),)
        probability = self._uniform(shape, *self.factor, seed)
        chosen = self._uniform(shape, 0.0, 1.0, seed) < probability
        sigma = self._uniform((2,), *self.sigma, seed, self.compute_dtype) + 1e-6
        return {"should_apply_blur": chosen, "blur_factor": sigma}

    def transform_images(self, images, transformation=None, training=True):
        """Returns a batch of images, some blurred in training."""
        images = self._floats(images)
        if not training or transformation is None:
            return images
        blurred = ops.image.gaussian_blur(
            images,
            kernel_size=self.kernel_size,
            sigma=transformation["blur_factor"],
            data_format=self.data_format,
        )
        chosen = transformation["should_apply_blur"][:, None, None, None]
        images = ops.where(chosen, blurred, images)
        return self._floats(ops.clip(images, *self.value_range))


def _odd_sizes(kernel_size):
    sizes = kernel_size
    if isinstance(kernel_size, (int, float)):
        sizes = (kernel_size, kernel_size)
    if (
        not isinstance(sizes, (tuple, list))
        or len(sizes) != 2
        or any(size % 2 == 0 for size in sizes)
    ):
        raise ValueError(
            "kernel_size must be an odd number, or a list of two. "
            f"Received: kernel_size={kernel_size}"
        )
    return tuple(sizes)
