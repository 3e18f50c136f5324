"""Images sampled at other places: affine, perspective and elastic transforms."""

import functools

import jax
import jax.numpy as jnp
import jax.scipy

from ranvier.ops._dispatch import op
from ranvier.ops._image_filters import gaussian_kernel, smooth
from ranvier.ops._image_layout import as_images, as_planes, choice, from_planes
from ranvier.ops._random import key_of

_ORDERS = {"nearest": 0, "bilinear": 1}
_FILL_MODES = ("constant", "nearest", "wrap", "mirror", "reflect")


@op
def map_coordinates(inputs, coordinates, order, fill_mode="constant", fill_value=0):
    """Samples a tensor at coordinates between its entries.

    Args:
        inputs: a tensor.
        coordinates: a tensor with, along its first axis, a coordinate for each axis of
            `inputs`.
        order: 0 for the nearest entry, 1 for linear interpolation.
        fill_mode: what lies outside: `"constant"`, `"nearest"`, `"wrap"`, `"mirror"`
            or `"reflect"`.
        fill_value: the value outside for `"constant"`.

    Returns:
        A tensor of the shape of `coordinates` without its first axis.

    Raises:
        ValueError: if the coordinates do not fit, or for another order or mode.

    Example:
        >>> from ranvier import ops
        >>> ops.image.map_coordinates([0.0, 10.0], [[0.5, 1.0]], order=1).tolist()
        [5.0, 10.0]
    """
    inputs, coordinates = jnp.asarray(inputs), jnp.asarray(coordinates)
    if coordinates.ndim < 2 or coordinates.shape[0] != inputs.ndim:
        raise ValueError(
            "`coordinates` must have at least rank 2, and its first dimension must be "
            "the rank of `inputs`. Received: "
            f"coordinates.shape={coordinates.shape}, inputs.shape={inputs.shape}"
        )
    choice("fill_mode", fill_mode, _FILL_MODES)
    choice("order", order, (0, 1))
    return jax.scipy.ndimage.map_coordinates(
        inputs, list(coordinates), order, fill_mode, fill_value
    )


@op
def affine_transform(
    images,
    transform,
    interpolation="bilinear",
    fill_mode="constant",
    fill_value=0,
    data_format=None,
):
    """Samples images at affinely transformed places.

    The pixel at `(x, y)` is taken from `(a0 x + a1 y + a2, b0 x + b1 y + b2)`.

    Args:
        images: one image or a batch.
        transform: the numbers `a0, a1, a2, b0, b1, b2, c0, c1` (the last two are
            not used): one vector for all images, or one for each.
        interpolation: `"nearest"` or `"bilinear"`.
        fill_mode: what lies outside: `"constant"`, `"nearest"`, `"wrap"`, `"mirror"`
            or `"reflect"`.
        fill_value: the value outside for `"constant"`.
        data_format: `"channels_last"` or `"channels_first"`; defaults to
            `image_data_format()`.

    Raises:
        ValueError: for other ranks, or unknown modes.

    Example:
        >>> from ranvier import ops
        >>> x = ops.reshape([1.0, 2.0, 3.0], (1, 3, 1))
        >>> shift = [1, 0, 1, 0, 1, 0, 0, 0]
        >>> ops.image.affine_transform(x, shift).ravel().tolist()
        [2.0, 3.0, 0.0]
    """
    images = as_images(images)
    order = _ORDERS[choice("interpolation", interpolation, _ORDERS)]
    choice("fill_mode", fill_mode, _FILL_MODES)
    transform = jnp.asarray(transform)
    if transform.ndim not in (1, 2) or transform.shape[-1] != 8:
        raise ValueError(
            "Invalid transform: expected 8 numbers (rank 1), or a batch of 8 numbers "
            f"(rank 2). Received: transform.shape={transform.shape}"
        )
    planes = as_planes(images, data_format)
    x, y = _grid(planes)
    a0, a1, a2, b0, b1, b2 = jnp.moveaxis(transform, -1, 0)[:6, ..., None, None]
    rows, columns = b0 * x + b1 * y + b2, a0 * x + a1 * y + a2
    warped = _sample(planes, rows, columns, order, fill_mode, fill_value)
    return from_planes(warped, images, data_format)


@op
def perspective_transform(
    images,
    start_points,
    end_points,
    interpolation="bilinear",
    fill_value=0,
    data_format=None,
):
    """Warps images so that four points come to lie on four others.

    Args:
        images: one image or a batch.
        start_points: four points `(x, y)` of the images, of shape `(4, 2)`, or
            `(batch, 4, 2)`.
        end_points: where they shall be in the result, likewise.
        interpolation: `"nearest"` or `"bilinear"`.
        fill_value: the value outside of the images.
        data_format: `"channels_last"` or `"channels_first"`; defaults to
            `image_data_format()`.

    Raises:
        ValueError: for other ranks or shapes, or an unknown interpolation.

    Example:
        >>> from ranvier import ops
        >>> x, corners = ops.ones((4, 4, 3)), [[0, 0], [3, 0], [0, 3], [3, 3]]
        >>> ops.image.perspective_transform(x, corners, corners).shape
        (4, 4, 3)
    """
    images = as_images(images)
    order = _ORDERS[choice("interpolation", interpolation, _ORDERS)]
    start = jnp.asarray(start_points, "float32")
    end = jnp.asarray(end_points, "float32")
    if start.ndim not in (2, 3) or start.shape[-2:] != (4, 2):
        raise ValueError(
            "Invalid start_points shape: expected (4, 2) for a single image or "
            f"(N, 4, 2) for a batch. Received: {start.shape}"
        )
    if start.shape != end.shape:
        raise ValueError(
            "start_points and end_points must have the same shape. Received: "
            f"start_points.shape={start.shape}, end_points.shape={end.shape}"
        )
    planes = as_planes(images, data_format)
    x, y = _grid(planes)
    h = jnp.moveaxis(homography(start, end), -1, 0)[..., None, None]
    scale = h[6] * x + h[7] * y + 1.0
    columns = (h[0] * x + h[1] * y + h[2]) / scale
    rows = (h[3] * x + h[4] * y + h[5]) / scale
    warped = _sample(planes, rows, columns, order, "constant", fill_value)
    return from_planes(warped, images, data_format)


def homography(start, end):
    """Returns the eight numbers of the projective map from `end` to `start`."""
    ones, zeros = jnp.ones(end.shape[:-1] + (1,)), jnp.zeros(end.shape[:-1] + (3,))
    points = jnp.concatenate([end, ones], -1)
    for_x = jnp.concatenate([points, zeros, -start[..., :1] * end], -1)
    for_y = jnp.concatenate([zeros, points, -start[..., 1:] * end], -1)
    matrix = jnp.concatenate([for_x, for_y], -2)
    target = jnp.concatenate([start[..., 0], start[..., 1]], -1)
    return jnp.linalg.solve(matrix, target[..., None])[..., 0]


@op
def elastic_transform(
    images,
    alpha=20.0,
    sigma=5.0,
    interpolation="bilinear",
    fill_mode="reflect",
    fill_value=0.0,
    seed=None,
    data_format=None,
):
    """Shifts pixels by a smooth random field.

    As in Keras, the same field shifts rows and columns.

    Args:
        images: one image or a batch.
        alpha: the strength of the shifts.
        sigma: how smooth the field is.
        interpolation: `"nearest"` or `"bilinear"`.
        fill_mode: what lies outside: `"constant"`, `"nearest"`, `"wrap"`, `"mirror"`
            or `"reflect"`.
        fill_value: the value outside for `"constant"`.
        seed: an integer, a `SeedGenerator`, or None for the global generator.
        data_format: `"channels_last"` or `"channels_first"`; defaults to
            `image_data_format()`.

    Raises:
        ValueError: for another rank, or unknown modes.

    Example:
        >>> from ranvier import ops
        >>> ops.image.elastic_transform(ops.ones((8, 8, 3)), seed=1).shape
        (8, 8, 3)
    """
    images = as_images(images)
    order = _ORDERS[choice("interpolation", interpolation, _ORDERS)]
    choice("fill_mode", fill_mode, _FILL_MODES)
    planes = as_planes(images, data_format)
    batch, _, height, width = planes.shape
    dtype = jnp.promote_types(images.dtype, "float16")
    size = int(6 * sigma) | 1
    kernel = gaussian_kernel((size, size), (sigma, sigma), dtype)
    noise = jax.random.normal(key_of(seed), (batch, height, width), dtype) * sigma
    shift = alpha * smooth(noise[:, None], kernel)[:, 0]
    x, y = _grid(planes)
    warped = _sample(planes, y + shift, x + shift, order, fill_mode, fill_value)
    return from_planes(warped, images, data_format).astype(images.dtype)


def _grid(planes):
    """Returns the coordinates `x` and `y` of the pixels."""
    height, width = planes.shape[2:]
    return jnp.meshgrid(jnp.arange(width), jnp.arange(height))


def _sample(planes, rows, columns, order, mode, value):
    """Samples each plane; `rows` and `columns` may differ for each image."""
    sample = functools.partial(
        jax.scipy.ndimage.map_coordinates, order=order, mode=mode, cval=value
    )
    shape = (planes.shape[0], *planes.shape[2:])
    rows, columns = (jnp.broadcast_to(c, shape) for c in (rows, columns))
    over_channels = jax.vmap(lambda plane, *at: sample(plane, at), (0, None, None))
    return jax.vmap(over_channels)(planes, rows, columns)
