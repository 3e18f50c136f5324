"""Random changes of images: `tf.image.random_...` and `stateless_random_...`."""

import numpy as np

from ranvier import ops
from ranvier.core._seeds import make_default_seed
from ranvier.tensors import _image
from ranvier.tensors._constant import convert_to_tensor
from ranvier.tensors._errors import InvalidArgumentError
from ranvier.tensors._functions import compute, static
from ranvier.tensors._shaping import slice_
from ranvier.tensors._stateless import stateless_uniform
from ranvier.tensors._tensor import Tensor


def _pair(seed):
    """Returns the pair of integers that an argument `seed`, maybe None, stands for."""
    first = make_default_seed() if seed is None else int(seed)
    return [first & 0x7FFFFFFF, 0]


def _number(seed, low, high):
    """Draws one number, as a tensor (a program's array stays one)."""
    return stateless_uniform([], seed, low, high)


def _chosen(flip):
    def stateless(image, seed):
        drawn = _number(seed, 0.0, 1.0)
        value = drawn._value if isinstance(drawn, Tensor) else drawn
        image = _image._image(image)
        flipped = flip(image)

        def run(a, b):
            return ops.where(value < 0.5, b, a)

        return compute(run, image, flipped)

    return stateless


def _checked(name, low, high):
    if not low < high:
        raise ValueError(f"`{name}`: the upper bound must be greater than the lower.")


def _amount(change, name, non_negative):
    def stateless(image, lower, upper, seed):
        _checked(name, lower, upper)
        if non_negative and lower < 0:
            raise ValueError(f"`{name}`: the lower bound must not be negative.")
        drawn = _number(seed, lower, upper)
        return change(image, drawn._value if isinstance(drawn, Tensor) else drawn)

    return stateless


def _around(change, name, most):
    def stateless(image, max_delta, seed):
        if max_delta < 0 or (most is not None and max_delta > most):
            raise ValueError(f"`max_delta` of {name} is out of range: {max_delta}")
        drawn = _number(seed, -max_delta, max_delta)
        return change(image, drawn)

    return stateless


stateless_random_flip_left_right = _chosen(_image.flip_left_right)
stateless_random_flip_up_down = _chosen(_image.flip_up_down)
stateless_random_brightness = _around(_image.adjust_brightness, "brightness", None)
stateless_random_hue = _around(
    lambda x, d: _image.adjust_hue(x, getattr(d, "_value", d)), "hue", 0.5
)
stateless_random_contrast = _amount(_image.adjust_contrast, "contrast", True)
stateless_random_saturation = _amount(_image.adjust_saturation, "saturation", True)


def stateless_random_crop(value, size, seed, name=None):
    """Cuts a box of a size out, at a random place.

    Raises:
        InvalidArgumentError: if it is larger than the value.
    """
    value = value if hasattr(value, "shape") else convert_to_tensor(value)
    size = static(size)
    limits = np.array(value.shape) - np.array(size) + 1
    if np.any(limits < 1):
        raise InvalidArgumentError(
            f"Need value.shape >= size, got {tuple(value.shape)}, {size}"
        )
    drawn = np.asarray(stateless_uniform([len(size)], seed, 0.0, 1.0))
    begin = np.minimum((drawn * limits).astype(np.int32), limits - 1)
    return slice_(value, begin.tolist(), list(size))


def random_flip_left_right(image, seed=None):
    """Mirrors an image from left to right, or not."""
    return stateless_random_flip_left_right(image, _pair(seed))


def random_flip_up_down(image, seed=None):
    """Mirrors an image from top to bottom, or not."""
    return stateless_random_flip_up_down(image, _pair(seed))


def random_brightness(image, max_delta, seed=None):
    """Changes the brightness by up to `max_delta`."""
    return stateless_random_brightness(image, max_delta, _pair(seed))


def random_hue(image, max_delta, seed=None):
    """Turns the hue by up to `max_delta`."""
    return stateless_random_hue(image, max_delta, _pair(seed))


def random_contrast(image, lower, upper, seed=None):
    """Changes the contrast by a factor in a range."""
    return stateless_random_contrast(image, lower, upper, _pair(seed))


def random_saturation(image, lower, upper, seed=None):
    """Changes the saturation by a factor in a range."""
    return stateless_random_saturation(image, lower, upper, _pair(seed))


def random_crop(value, size, seed=None, name=None):
    """Cuts a box of a size out, at a random place."""
    return stateless_random_crop(value, size, _pair(seed))
