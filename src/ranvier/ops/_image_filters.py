"""Filters over the neighbourhood of each pixel, and the similarity they measure."""

import jax
import jax.numpy as jnp

from ranvier.ops._dispatch import op
from ranvier.ops._image_layout import (
    as_float_images,
    as_images,
    as_planes,
    from_planes,
)


def smooth(planes, kernel, padding="SAME"):
    """Correlates each plane `(batch, channels, height, width)` with one kernel."""
    batch, channels, height, width = planes.shape
    result = jax.lax.conv_general_dilated(
        planes.reshape(batch * channels, 1, height, width),
        kernel[None, None],
        window_strides=(1, 1),
        padding=padding,
    )
    return result.reshape(batch, channels, *result.shape[2:])


def gaussian_kernel(size, sigma, dtype):
    """Returns a bell `(height, width)` that sums to 1."""
    bells = []
    for length, deviation in zip(size, sigma):
        x = jnp.arange(length, dtype=dtype) - jnp.array((length - 1) / 2, dtype)
        bell = jnp.exp(-0.5 * jnp.square(x / jnp.asarray(deviation, dtype)))
        bells.append(bell / jnp.sum(bell))
    return jnp.outer(*bells)


@op
def gaussian_blur(images, kernel_size=(3, 3), sigma=(1.0, 1.0), data_format=None):
    """Smooths images with a Gaussian bell; outside of the images is zero.

    Args:
        images: one image or a batch.
        kernel_size: width and height of the bell, in pixels.
        sigma: its standard deviations along width and height.
        data_format: `"channels_last"` or `"channels_first"`; defaults to
            `image_data_format()`.

    Raises:
        ValueError: for another rank.

    Example:
        >>> from ranvier import ops
        >>> ops.image.gaussian_blur(ops.ones((8, 8, 3))).shape
        (8, 8, 3)
    """
    images = as_images(images)
    wide = as_float_images(images)
    kernel = gaussian_kernel(kernel_size[::-1], jnp.asarray(sigma)[::-1], wide.dtype)
    blurred = smooth(as_planes(wide, data_format), kernel)
    if jnp.issubdtype(images.dtype, jnp.integer):
        blurred = jnp.round(blurred)
    return from_planes(blurred, images, data_format).astype(images.dtype)


@op
def sobel_edges(images, data_format=None):
    """Computes the gradients of the brightness by Sobel's filters.

    Args:
        images: a batch of images.
        data_format: `"channels_last"` or `"channels_first"`; defaults to
            `image_data_format()`.

    Returns:
        A tensor with one more axis, last: the change downwards, and to the right.

    Raises:
        ValueError: for another rank than 4.

    Example:
        >>> from ranvier import ops
        >>> ops.image.sobel_edges(ops.ones((1, 5, 5, 3))).shape
        (1, 5, 5, 3, 2)
    """
    images = jnp.asarray(images)
    if images.ndim != 4:
        raise ValueError(
            "Invalid images rank: expected rank 4 (batch of images). "
            f"Received: images.shape={images.shape}"
        )
    across = jnp.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], images.dtype)
    planes = as_planes(images, data_format)
    edges = [
        from_planes(smooth(planes, kernel), images, data_format)
        for kernel in (across.T, across)
    ]
    return jnp.stack(edges, axis=-1)


@op
def ssim(
    image1,
    image2,
    max_val=1.0,
    filter_size=11,
    filter_sigma=1.5,
    k1=0.01,
    k2=0.03,
    data_format=None,
):
    """Computes the structural similarity of images.

    Image quality assessment: https://doi.org/10.1109/TIP.2003.819861.

    Args:
        image1: one image or a batch.
        image2: images of the same shape.
        max_val: the largest value a pixel can take.
        filter_size: side of the Gaussian window.
        filter_sigma: its standard deviation.
        k1: guards the comparison of means.
        k2: guards the comparison of variances.
        data_format: `"channels_last"` or `"channels_first"`; defaults to
            `image_data_format()`.

    Returns:
        A number for each image: 1 for equal ones.

    Raises:
        ValueError: for another rank, or shapes that differ.

    Example:
        >>> from ranvier import ops
        >>> x = ops.ones((16, 16, 3))
        >>> ops.image.ssim(x, x).item()
        1.0
    """
    image1, image2 = as_images(image1, "image1"), as_images(image2, "image2")
    if image1.shape != image2.shape:
        raise ValueError(
            "Arguments `image1` and `image2` must have the same shape. Received: "
            f"image1.shape={image1.shape}, image2.shape={image2.shape}"
        )
    dtype = as_float_images(image1).dtype
    x, y = (as_planes(image.astype(dtype), data_format) for image in (image1, image2))
    kernel = gaussian_kernel((filter_size,) * 2, (filter_sigma,) * 2, dtype)

    def mean(planes):
        return smooth(planes, kernel, "VALID")

    mean_x, mean_y = mean(x), mean(y)
    var_x, var_y = mean(x * x) - mean_x**2, mean(y * y) - mean_y**2
    covariance = mean(x * y) - mean_x * mean_y
    c1, c2 = (k1 * max_val) ** 2, (k2 * max_val) ** 2
    likeness = (2 * mean_x * mean_y + c1) * (2 * covariance + c2)
    likeness /= (mean_x**2 + mean_y**2 + c1) * (var_x + var_y + c2)
    result = jnp.mean(likeness, axis=(1, 2, 3)).astype(image1.dtype)
    return result if image1.ndim == 4 else result[0]
