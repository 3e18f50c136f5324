"""Weights for TensorBoard: their distributions, and the weights as pictures."""

import jax
import jax.numpy as jnp
import numpy as np

from ranvier.core import _config

_BUCKETS = 30


def write_histograms(weights, step):
    """Writes the distribution of each weight to the default writer.

    Args:
        weights: dictionary from names to variables.
        step: the step.
    """
    from ranvier import events  # see `_tensorboard`

    arrays = [jnp.asarray(weight.value) for weight in weights.values()]
    # In 64 bits, as NumPy and TensorFlow would: a value at an edge is on its side.
    with jax.enable_x64(True):
        found = jax.device_get(_distributions(arrays))
    for name, array, (low, high, counts) in zip(weights, arrays, found):
        rows = events.buckets_of(low, high, counts, array.size)
        events.write_buckets(f"{name}/histogram", rows, step)


@jax.jit
def _distributions(arrays):
    return [_distribution(array) for array in arrays]


def _distribution(array):
    """Returns the extremes, and how many values are in each of equal intervals."""
    values = array.ravel().astype(jnp.float64)
    if not values.size:
        return 0.0, 0.0, jnp.zeros(_BUCKETS)
    low, high = values.min(), values.max()
    place = jnp.floor((values - low) / ((high - low) / _BUCKETS))
    valid = jnp.isfinite(place)
    index = jnp.where(valid, jnp.minimum(place, _BUCKETS - 1), 0).astype(jnp.int32)
    counts = jnp.zeros(_BUCKETS).at[index].add(valid.astype(jnp.float64))
    return low, high, counts


def write_images(weights, step):
    """Writes those weights that can be shown as grey or coloured pictures."""
    from ranvier import events

    for name, weight in weights.items():
        pictures = _as_pictures(np.squeeze(np.asarray(weight.value)))
        if pictures is not None:
            events.image(f"{name}/image", pictures, step=step)


def _as_pictures(array):
    """Returns an array of shape `(pictures, height, width, channels)`, or None."""
    if array.ndim == 1:
        return array[None, :, None, None]
    if array.ndim == 2:
        wide = array.T if array.shape[0] > array.shape[1] else array
        return wide[None, :, :, None]
    if array.ndim == 3:
        if _config.image_data_format() == "channels_last":
            array = np.moveaxis(array, -1, 0)
        return array[..., None]
    is_image = array.ndim == 4 and array.shape[-1] in (1, 3, 4)
    return array if is_image else None
