"""Integer classes as rows of zeros and ones."""

import jax.numpy as jnp

from ranvier.core import _dtypes
from ranvier.ops._dispatch import op


@op
def one_hot(x, num_classes, axis=-1, dtype=None, sparse=False):
    """Encodes integers as vectors of zeros with a one at their position.

    Args:
        x: integers. One outside `[0, num_classes)` gives zeros only.
        num_classes: the length of the vectors.
        axis: where the new axis goes.
        dtype: the dtype of the result; defaults to `floatx()`.
        sparse: whether to return a sparse tensor.

    Raises:
        ValueError: if `axis` is not -1 or between 0 and the rank of `x`.

    Example:
        >>> from ranvier import ops
        >>> ops.one_hot([2, 0], num_classes=3).tolist()
        [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    x = jnp.asarray(x)
    axis = _new_axis(axis, x)
    dtype = _dtypes.standardize_dtype(dtype)
    encode = _sparse_one_hot if sparse else _dense_one_hot
    return encode(x, num_classes, axis, dtype)


def _dense_one_hot(x, num_classes, axis, dtype):
    if x.dtype in ("bool", "int8", "uint8", "int16", "uint16"):
        x = x.astype("int32")  # there may be more classes than such a dtype counts
    classes = jnp.arange(num_classes, dtype=x.dtype)
    classes = jnp.expand_dims(classes, [i for i in range(x.ndim + 1) if i != axis])
    return (jnp.expand_dims(x, axis) == classes).astype(dtype)


def _new_axis(axis, x):
    if axis == -1:
        return x.ndim
    if not 0 <= axis <= x.ndim:
        raise ValueError(
            f"`axis` must be -1 or between 0 and {x.ndim} for a tensor of shape "
            f"{x.shape}. Received: axis={axis}"
        )
    return axis


def _sparse_one_hot(x, num_classes, axis, dtype):
    from jax.experimental import sparse  # slow to import, rarely needed

    # One stored value for each integer keeps the shape static: for one outside the
    # range that value is zero.
    inside = (x >= 0) & (x < num_classes)
    places = jnp.indices(x.shape, dtype="int32")
    classes = jnp.where(inside, x, 0).astype("int32")
    places = jnp.concatenate([places[:axis], classes[None], places[axis:]])
    return sparse.BCOO(
        (inside.ravel().astype(dtype), places.reshape(x.ndim + 1, -1).T),
        shape=(*x.shape[:axis], num_classes, *x.shape[axis:]),
        indices_sorted=True,
        unique_indices=True,
    )


@op
def multi_hot(inputs, num_classes=None, axis=-1, dtype=None, sparse=False, **kwargs):
    """Encodes sets of integers as vectors of zeros with ones at their positions.

    Args:
        inputs: integers; each row (axis 1 of a matrix, axis 0 of a vector) is a set.
        num_classes: the length of the vectors.
        axis: where the new axis goes, as in `one_hot`.
        dtype: the dtype of the result; defaults to `floatx()`.
        sparse: whether to return a sparse tensor.
        **kwargs: only `num_tokens`, the former name of `num_classes`.

    Raises:
        ValueError: if `num_classes` is missing.

    Example:
        >>> from ranvier import ops
        >>> ops.multi_hot([[0, 2], [1, 1]], num_classes=3).tolist()
        [[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
    """
    num_classes = kwargs.pop("num_tokens", None) if num_classes is None else num_classes
    if kwargs:
        raise TypeError(f"Unexpected keyword arguments: {sorted(kwargs)}")
    if num_classes is None:
        raise ValueError("Argument `num_classes` must be specified.")
    x = jnp.asarray(inputs).astype("int32")
    set_axis = 1 if x.ndim > 1 else 0
    dtype = _dtypes.standardize_dtype(dtype)
    each = _dense_one_hot(x, num_classes, _new_axis(axis, x), dtype)
    encoded = jnp.max(each, axis=set_axis)
    if not sparse:
        return encoded
    from jax.experimental.sparse import BCOO

    found = BCOO.fromdense(encoded, nse=min(encoded.size, x.size))
    # Of booleans it makes integers.
    return BCOO((found.data.astype(dtype), found.indices), shape=found.shape)
