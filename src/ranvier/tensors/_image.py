"""Operations on images of the TensorFlow face: `tf.image`. Channels come last."""

import jax.numpy as jnp
import numpy as np

from ranvier import ops
from ranvier.tensors import _math
from ranvier.tensors._constant import convert_to_tensor
from ranvier.tensors._dtype import as_dtype
from ranvier.tensors._errors import InvalidArgumentError
from ranvier.tensors._functions import compute, static, unsaved
from ranvier.tensors._tensor import Tensor


class ResizeMethod:
    """Names of the ways to resize."""

    BILINEAR = "bilinear"
    NEAREST_NEIGHBOR = "nearest"
    BICUBIC = "bicubic"
    AREA = "area"
    LANCZOS3 = "lanczos3"
    LANCZOS5 = "lanczos5"
    GAUSSIAN = "gaussian"
    MITCHELLCUBIC = "mitchellcubic"


def _image(value, least=3):
    """Returns images as a tensor or array, checked for their axes.

    Raises:
        ValueError: if there are too few.
    """
    value = value if hasattr(value, "shape") else convert_to_tensor(value)
    if len(value.shape) < least:
        raise ValueError(
            f"'image' (shape {tuple(value.shape)}) must be at least "
            f"{least}-dimensional: (height, width, channels), or a batch."
        )
    return value


def _kind(image):
    return as_dtype(image.dtype)


# Places.


def flip_left_right(image):
    """Mirrors images from left to right."""
    return compute(lambda x: ops.flip(x, -2), _image(image))


def flip_up_down(image):
    """Mirrors images from top to bottom."""
    return compute(lambda x: ops.flip(x, -3), _image(image))


def transpose(image, name=None):
    """Exchanges rows and columns."""
    return compute(lambda x: ops.swapaxes(x, -3, -2), _image(image))


def rot90(image, k=1, name=None):
    """Turns images by quarters, against the clock."""
    turns = static(k) % 4
    return compute(unsaved(lambda x: jnp.rot90(x, turns, (-3, -2))), _image(image))


def central_crop(image, central_fraction):
    """Cuts the borders off.

    Raises:
        ValueError: if the share to keep is not in (0, 1].
    """
    share = float(central_fraction)
    if not 0 < share <= 1:
        raise ValueError("central_fraction must be within (0, 1]")
    image = _image(image)
    if share == 1:
        return image
    height, width = image.shape[-3], image.shape[-2]
    top, left = int((height - height * share) / 2), int((width - width * share) / 2)
    return crop_to_bounding_box(image, top, left, height - 2 * top, width - 2 * left)


def crop_to_bounding_box(
    image, offset_height, offset_width, target_height, target_width
):
    """Cuts a box out.

    Raises:
        ValueError: if it does not lie within the image.
    """
    image = _image(image)
    top, left, height, width = map(
        static, (offset_height, offset_width, target_height, target_width)
    )
    inside = 0 <= top <= top + height <= image.shape[-3]
    inside = inside and 0 <= left <= left + width <= image.shape[-2]
    if not inside or height <= 0 or width <= 0:
        raise ValueError(
            f"A box at ({top}, {left}) of size ({height}, {width}) does not lie within "
            f"an image of shape {tuple(image.shape)}."
        )
    index = (Ellipsis, slice(top, top + height), slice(left, left + width), slice(None))
    return compute(lambda x: ops.get_item(x, index), image)


def pad_to_bounding_box(
    image, offset_height, offset_width, target_height, target_width
):
    """Surrounds images with zeros.

    Raises:
        ValueError: if they do not fit into the box.
    """
    image = _image(image)
    top, left = static(offset_height), static(offset_width)
    bottom = static(target_height) - image.shape[-3] - top
    right = static(target_width) - image.shape[-2] - left
    if min(top, left, bottom, right) < 0:
        raise ValueError(
            f"An image of shape {tuple(image.shape)} at ({top}, {left}) does not fit "
            f"into ({target_height}, {target_width})."
        )
    widths = [(0, 0)] * (len(image.shape) - 3) + [(top, bottom), (left, right), (0, 0)]
    return compute(lambda x: ops.pad(x, widths), image)


def resize_with_crop_or_pad(image, target_height, target_width):
    """Brings images to a size by cutting off or adding borders."""
    image = _image(image)
    target_height, target_width = static(target_height), static(target_width)
    if target_height <= 0 or target_width <= 0:
        raise ValueError("target sizes must be > 0.")
    height, width = image.shape[-3], image.shape[-2]
    image = crop_to_bounding_box(
        image,
        max((height - target_height) // 2, 0),
        max((width - target_width) // 2, 0),
        min(height, target_height),
        min(width, target_width),
    )
    return pad_to_bounding_box(
        image,
        max((target_height - height) // 2, 0),
        max((target_width - width) // 2, 0),
        target_height,
        target_width,
    )


def resize(
    images,
    size,
    method="bilinear",
    preserve_aspect_ratio=False,
    antialias=False,
    name=None,
):
    """Resizes images; the result is float32 unless the method is `"nearest"`.

    Args:
        images: one image or a batch.
        size: new height and width.
        method: a name in `ResizeMethod`.
        preserve_aspect_ratio: whether `size` is the most, and nothing is distorted.
        antialias: whether to smooth images that become smaller.
        name: accepted as in TensorFlow.

    Raises:
        ValueError: for another rank, size or method.

    Example:
        >>> resize(np.zeros((4, 4, 3), "uint8"), [2, 6]).shape
        TensorShape([2, 6, 3])
    """
    images = _image(images)
    size = static(size)
    if not isinstance(size, tuple) or len(size) != 2:
        raise ValueError("'size' must be a 1-D int32 Tensor of 2 elements")
    method = getattr(method, "value", method)
    method = {0: "bilinear", 1: "nearest", 2: "bicubic", 3: "area"}.get(method, method)
    height, width = images.shape[-3], images.shape[-2]
    if preserve_aspect_ratio:
        scale = min(size[0] / height, size[1] / width)
        size = (round(scale * height), round(scale * width))
    if method == "nearest":
        if size == (height, width):
            return images
        rows = _nearest(height, size[0])
        columns = _nearest(width, size[1])
        return compute(
            lambda x: ops.take(ops.take(x, rows, axis=-3), columns, axis=-2), images
        )
    if method not in ("bilinear", "bicubic", "lanczos3", "lanczos5", "area"):
        raise ValueError(f"Resize method is not implemented: {method!r}")
    if _kind(images).name not in ("float64",):
        images = _math.cast(images, "float32")
    if size == (height, width):
        return _math.cast(images, "float32")
    weights = [
        _area(*pair) if method == "area" else _weights(*pair, method, antialias)
        for pair in ((height, size[0]), (width, size[1]))
    ]
    rows, columns = (w.astype(np.float32) for w in weights)
    return compute(
        lambda x: ops.einsum("ab,...bcd,ec->...aed", rows, x, columns),
        _math.cast(images, "float32"),
    )


def _nearest(old, new):
    places = np.floor((np.arange(new) + 0.5) * (old / new)).astype(np.int32)
    return np.minimum(places, old - 1)


_RADIUS = {"bilinear": 1.0, "bicubic": 2.0, "lanczos3": 3.0, "lanczos5": 5.0}


def _kernel(method, x):
    x = np.abs(x)
    if method == "bilinear":
        return np.maximum(0, 1 - x)
    if method == "bicubic":
        near = (1.5 * x - 2.5) * x * x + 1
        far = ((-0.5 * x + 2.5) * x - 4) * x + 2
        return np.where(x < 1, near, np.where(x < 2, far, 0))
    radius = _RADIUS[method]
    window = np.sinc(x) * np.sinc(x / radius)
    return np.where(x < radius, window, 0)


def _weights(old, new, method, antialias):
    """Returns the share of each old pixel in each new one."""
    scale = max(old / new, 1.0) if antialias else 1.0
    centers = (np.arange(new) + 0.5) * (old / new) - 0.5
    distance = (np.arange(old) - centers[:, None]) / scale
    weights = _kernel(method, distance)
    return weights / np.sum(weights, axis=1, keepdims=True)


def _area(old, new):
    edges = np.arange(new + 1) * (old / new)
    pixels = np.arange(old)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(
        edges[:-1, None], pixels
    )
    return np.maximum(overlap, 0) / (old / new)


def resize_with_pad(
    image, target_height, target_width, method="bilinear", antialias=False
):
    """Resizes images without distortion, and surrounds them with zeros."""
    image = _image(image)
    height, width = image.shape[-3], image.shape[-2]
    ratio = max(width / target_width, height / target_height)
    size = (int(height / ratio), int(width / ratio))
    resized = resize(image, size, method, antialias=antialias)
    top = max(0, int((target_height - height / ratio) / 2))
    left = max(0, int((target_width - width / ratio) / 2))
    return pad_to_bounding_box(resized, top, left, target_height, target_width)


def crop_and_resize(
    image,
    boxes,
    box_indices,
    crop_size,
    method="bilinear",
    extrapolation_value=0.0,
    name=None,
):
    """Cuts boxes out of a batch of images and resizes them.

    Args:
        image: a batch.
        boxes: rows `(y1, x1, y2, x2)`, in shares of height and width.
        box_indices: of which image each box is.
        crop_size: height and width of the results.
        method: `"bilinear"` or `"nearest"`.
        extrapolation_value: the value of places outside.
        name: accepted as in TensorFlow.
    """
    image = _image(image, 4)
    boxes = convert_to_tensor(boxes)._host()
    numbers = convert_to_tensor(box_indices)._host()
    size = static(crop_size)
    height, width = image.shape[1], image.shape[2]

    def places(first, last, count, length):
        if count == 1:
            return np.array([0.5 * (first + last) * (length - 1)])
        step = (last - first) * (length - 1) / (count - 1)
        return first * (length - 1) + np.arange(count, dtype=np.float32) * step

    def one(x, box, number):
        ys = places(box[0], box[2], size[0], height)
        xs = places(box[1], box[3], size[1], width)
        inside = ((ys >= 0) & (ys <= height - 1))[:, None]
        inside = inside & ((xs >= 0) & (xs <= width - 1))[None]
        ys, xs = np.clip(ys, 0, height - 1), np.clip(xs, 0, width - 1)
        if method == "nearest":
            rows, columns = np.round(ys).astype(int), np.round(xs).astype(int)
            cut = x[number][rows][:, columns]
        else:
            rows = np.eye(height)[np.floor(ys).astype(int)] * (1 - ys % 1)[:, None]
            rows += np.eye(height)[np.ceil(ys).astype(int)] * (ys % 1)[:, None]
            columns = np.eye(width)[np.floor(xs).astype(int)] * (1 - xs % 1)[:, None]
            columns += np.eye(width)[np.ceil(xs).astype(int)] * (xs % 1)[:, None]
            cut = jnp.einsum(
                "ab,bcd,ec->aed",
                rows.astype(x.dtype),
                x[number],
                columns.astype(x.dtype),
            )
        return jnp.where(inside[..., None], cut, extrapolation_value)

    def run(x):
        return jnp.stack([one(x, box, int(n)) for box, n in zip(boxes, numbers)])

    return compute(unsaved(run), _math.cast(image, "float32"))


def extract_patches(images, sizes, strides, rates, padding, name=None):
    """Takes patches out of images; each becomes the channels of one pixel."""
    sizes, strides, rates = (static(v)[1:3] for v in (sizes, strides, rates))
    return compute(
        lambda x: ops.image.extract_patches(
            x, sizes, strides, rates, padding.lower(), "channels_last"
        ),
        _image(images, 4),
    )


# Values.


def convert_image_dtype(image, dtype, saturate=False, name=None):
    """Returns images in another dtype, scaled: floats reach from 0 to 1.

    Example:
        >>> convert_image_dtype(np.array([0, 255], "uint8"), "float32").numpy().tolist()
        [0.0, 1.0]
    """
    image = image if hasattr(image, "shape") else convert_to_tensor(image)
    old, new = _kind(image), as_dtype(dtype)
    if old is new:
        return image if isinstance(image, Tensor) else convert_to_tensor(image)
    if old.is_integer and new.is_integer:
        if old.max > new.max:
            scale = (old.max + 1) // (new.max + 1)
            return _math.cast(_math.floordiv(image, scale), new)
        cast = _math.cast(image, new)
        return _math.multiply(cast, (new.max + 1) // (old.max + 1))
    if old.is_floating and new.is_floating:
        return _math.cast(image, new)
    if old.is_integer:
        return _math.multiply(_math.cast(image, new), 1.0 / old.max)
    scaled = _math.multiply(image, new.max + 0.5)
    return (_math.saturate_cast if saturate else _math.cast)(scaled, new)


def _as_floats(change):
    """Lets a change of float images in 0 to 1 work on images of any dtype."""

    def changed(image, *args):
        image = _image(image)
        kind = _kind(image)
        if kind.is_floating:
            return change(image, *args)
        result = change(convert_image_dtype(image, "float32"), *args)
        return convert_image_dtype(result, kind, saturate=True)

    return changed


def adjust_brightness(image, delta):
    """Adds to the brightness, which reaches from 0 to 1."""
    amount = delta if isinstance(delta, Tensor) else float(delta)
    return _as_floats(lambda x: x + amount)(image)


def adjust_contrast(images, contrast_factor):
    """Moves pixels away from the mean of their channel, by a factor."""

    def change(image):
        def run(x):
            mean = ops.mean(x, axis=(-3, -2), keepdims=True)
            return (x - mean) * contrast_factor + mean

        return compute(run, image)

    return _as_floats(change)(images)


def adjust_gamma(image, gamma=1, gain=1):
    """Computes `gain * image ** gamma`."""
    if isinstance(gamma, (int, float)) and gamma < 0:
        raise ValueError("Gamma should be a non-negative real number.")
    return _as_floats(lambda x: compute(lambda a: gain * a**gamma, x))(image)


def _colour(image, change):
    """Changes hue, saturation and value of float images."""

    def run(x):
        return ops.image.hsv_to_rgb(
            change(ops.image.rgb_to_hsv(x, "channels_last")), "channels_last"
        )

    return compute(run, image)


def adjust_hue(image, delta, name=None):
    """Turns the hue; 1 is the whole circle."""

    def change(hsv):
        hue = ops.mod(hsv[..., :1] + delta, 1.0)
        return ops.concatenate([hue, hsv[..., 1:]], axis=-1)

    return _as_floats(lambda x: _colour(x, change))(image)


def adjust_saturation(image, saturation_factor, name=None):
    """Multiplies the saturation."""

    def change(hsv):
        factor = ops.clip(hsv[..., 1:2] * saturation_factor, 0.0, 1.0)
        return ops.concatenate([hsv[..., :1], factor, hsv[..., 2:]], axis=-1)

    return _as_floats(lambda x: _colour(x, change))(image)


def rgb_to_hsv(images, name=None):
    """Returns hue, saturation and value."""
    return compute(lambda x: ops.image.rgb_to_hsv(x, "channels_last"), images)


def hsv_to_rgb(images, name=None):
    """Returns colours of hue, saturation and value."""
    return compute(lambda x: ops.image.hsv_to_rgb(x, "channels_last"), images)


def rgb_to_grayscale(images, name=None):
    """Returns brightness, with one channel."""

    def change(x):
        weights = np.array([0.2989, 0.587, 0.114], np.float32)
        return compute(
            lambda a: ops.sum(a * weights.astype(a.dtype), axis=-1, keepdims=True), x
        )

    return _as_floats(change)(images)


def grayscale_to_rgb(images, name=None):
    """Repeats the one channel three times."""
    images = _image(images)
    if images.shape[-1] != 1:
        raise ValueError(
            f"Last dimension of a grayscale image should be size 1: {images.shape}"
        )
    return compute(lambda x: ops.repeat(x, 3, axis=-1), images)


def _channels(matrix):
    matrix = np.array(matrix, np.float32)

    def convert(images):
        return compute(lambda x: ops.matmul(x, matrix.astype(x.dtype)), images)

    return convert


_YUV = [
    [0.299, -0.14714119, 0.61497538],
    [0.587, -0.28886916, -0.51496512],
    [0.114, 0.43601035, -0.10001026],
]
_RGB_OF_YUV = [[1, 1, 1], [0, -0.394642334, 2.03206185], [1.13988303, -0.58062185, 0]]
_YIQ = [
    [0.299, 0.59590059, 0.2115],
    [0.587, -0.27455667, -0.52273617],
    [0.114, -0.32134392, 0.31119955],
]
_RGB_OF_YIQ = [
    [1, 1, 1],
    [0.95598634, -0.27201283, -1.10674021],
    [0.6208248, -0.64720424, 1.70423049],
]
rgb_to_yuv = _channels(_YUV)
yuv_to_rgb = _channels(_RGB_OF_YUV)
rgb_to_yiq = _channels(_YIQ)
yiq_to_rgb = _channels(_RGB_OF_YIQ)


def per_image_standardization(image):
    """Brings each image to mean 0 and variance 1."""
    image = _math.cast(_image(image), "float32")
    count = int(np.prod(image.shape[-3:]))

    def run(x):
        mean = ops.mean(x, axis=(-3, -2, -1), keepdims=True)
        spread = ops.std(x, axis=(-3, -2, -1), keepdims=True)
        return (x - mean) / ops.maximum(spread, 1 / np.sqrt(np.float32(count)))

    return compute(run, image)


# Measures.


def psnr(a, b, max_val, name=None):
    """Computes the ratio of peak signal to noise, in decibels."""
    limit = convert_image_dtype(
        convert_to_tensor(max_val, dtype=_kind(_image(a))), "float32"
    )
    a, b = (convert_image_dtype(x, "float32") for x in (a, b))
    error = _math.reduce_mean(_math.squared_difference(a, b), [-3, -2, -1])
    top = 20 * _math.log(limit) / np.float32(np.log(10))
    return top - np.float32(10 / np.log(10)) * _math.log(error)


def ssim(
    img1,
    img2,
    max_val,
    filter_size=11,
    filter_sigma=1.5,
    k1=0.01,
    k2=0.03,
    return_index_map=False,
):
    """Computes the structural similarity of images."""
    limit = float(
        convert_image_dtype(
            convert_to_tensor(max_val, dtype=_kind(_image(img1))), "float32"
        )
    )
    img1, img2 = (convert_image_dtype(x, "float32") for x in (img1, img2))
    return compute(
        lambda a, b: ops.image.ssim(
            a, b, limit, filter_size, filter_sigma, k1, k2, "channels_last"
        ),
        img1,
        img2,
    )


def total_variation(images, name=None):
    """Adds the differences of neighbouring pixels up."""

    def run(x):
        down = ops.abs(x[..., 1:, :, :] - x[..., :-1, :, :])
        right = ops.abs(x[..., 1:, :] - x[..., :-1, :])
        axes = (-3, -2, -1)
        return ops.sum(down, axis=axes) + ops.sum(right, axis=axes)

    return compute(unsaved(run), _image(images))


def sobel_edges(image):
    """Returns Sobel's gradients, vertical and horizontal, along a new axis."""
    image = _image(image, 4)

    def run(x):
        padded = jnp.pad(x, [(0, 0), (1, 1), (1, 1), (0, 0)], mode="reflect")
        height, width = x.shape[1:3]

        def shifted(dy, dx):
            return padded[:, dy : dy + height, dx : dx + width]

        def smooth(pick):
            return pick(0) + 2 * pick(1) + pick(2)

        dy = smooth(lambda i: shifted(2, i)) - smooth(lambda i: shifted(0, i))
        dx = smooth(lambda i: shifted(i, 2)) - smooth(lambda i: shifted(i, 0))
        return jnp.stack([dy, dx], axis=-1)

    return compute(unsaved(run), image)


def image_gradients(image):
    """Returns differences to the pixel below and to the right; zero at the border."""
    image = _image(image, 4)

    def run(x):
        dy = jnp.pad(x[:, 1:] - x[:, :-1], [(0, 0), (0, 1), (0, 0), (0, 0)])
        dx = jnp.pad(x[:, :, 1:] - x[:, :, :-1], [(0, 0), (0, 0), (0, 1), (0, 0)])
        return dy, dx

    return tuple(compute(unsaved(run), image))


def non_max_suppression(
    boxes,
    scores,
    max_output_size,
    iou_threshold=0.5,
    score_threshold=float("-inf"),
    name=None,
):
    """Chooses the best boxes of those that overlap.

    Args:
        boxes: rows `(y1, x1, y2, x2)`.
        scores: their scores.
        max_output_size: how many to choose at most.
        iou_threshold: how much two chosen ones may overlap.
        score_threshold: how good they must be.
        name: accepted as in TensorFlow.

    Returns:
        Numbers of boxes, the best first.

    Raises:
        InvalidArgumentError: for a threshold outside of 0 to 1.
    """
    if not 0 <= float(iou_threshold) <= 1:
        raise InvalidArgumentError("iou_threshold must be in [0, 1]")
    boxes, scores = (convert_to_tensor(v)._host() for v in (boxes, scores))
    low = np.minimum(boxes[:, :2], boxes[:, 2:])
    high = np.maximum(boxes[:, :2], boxes[:, 2:])
    areas = np.prod(high - low, axis=1)
    chosen: list = []
    for i in np.argsort(-scores, kind="stable"):
        if len(chosen) == static(max_output_size) or scores[i] <= score_threshold:
            break
        sides = np.minimum(high[i], high[chosen]) - np.maximum(low[i], low[chosen])
        common = np.prod(np.maximum(sides, 0), axis=1)
        union = areas[i] + areas[chosen] - common
        if not np.any(common > iou_threshold * union):
            chosen.append(i)
    return Tensor(np.array(chosen, np.int32))
