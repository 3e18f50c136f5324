"""Small encodings of NumPy arrays."""

import jax
import numpy as np


def to_categorical(x, num_classes=None):
    """Turns class numbers into one-hot rows.

    Args:
        x: integers from 0 to `num_classes - 1`; a last axis of size one is dropped.
        num_classes: number of classes; default: the largest number plus one.

    Returns:
        An array of 0.0 and 1.0 with one more axis than `x` (float64 as NumPy makes
        it, or a JAX array for a JAX array).

    Example:
        >>> to_categorical([0, 2], num_classes=3).tolist()
        [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    if isinstance(x, jax.Array):
        shape = x.shape[:-1] if x.ndim > 1 and x.shape[-1] == 1 else x.shape
        count = int(x.max()) + 1 if num_classes is None else num_classes
        return jax.nn.one_hot(x.reshape(shape), count)
    x = np.array(x, dtype="int64")
    shape = x.shape[:-1] if x.ndim > 1 and x.shape[-1] == 1 else x.shape
    flat = x.reshape(-1)
    count = int(flat.max()) + 1 if num_classes is None else num_classes
    rows = np.zeros((flat.size, count))
    rows[np.arange(flat.size), flat] = 1
    return rows.reshape(*shape, count)


def normalize(x, axis=-1, order=2):
    """Divides an array by its norm along an axis (by 1 where the norm is 0).

    Args:
        x: an array.
        axis: the axis of the vectors.
        order: order of the norm.

    Example:
        >>> normalize([[3.0, 4.0]]).round(1).tolist()
        [[0.6, 0.8]]
    """
    if isinstance(x, jax.Array):
        norm = jax.numpy.linalg.norm(x, order, axis, keepdims=True)
        return x / jax.numpy.where(norm == 0, 1, norm)
    norm = np.atleast_1d(np.linalg.norm(x, order, axis))
    norm[norm == 0] = 1
    return x / np.expand_dims(norm, axis)
