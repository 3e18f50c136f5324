"""Tensors in and out: conversion, casts, shapes, slices and scattered writes."""

import sys

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np

from ranvier.core import _dtypes
from ranvier.ops._dispatch import op, wrappers
from ranvier.ops._specs import as_index, infer, output_spec
from ranvier.ops._symbolic import KerasTensor

_REDUCTIONS = ("add", "max", "min", "mul")


def is_tensor(x) -> bool:
    """Tells whether `x` is a tensor: an array of the device, dense or sparse.

    A tensor of `ranvier.tf` is one too.

    Args:
        x: anything. Variables, NumPy arrays and symbolic tensors are no tensors.

    Example:
        >>> from ranvier import ops
        >>> ops.is_tensor(ops.ones(2)), ops.is_tensor([1.0, 1.0])
        (True, False)
    """
    return isinstance(x, (jax.Array, *wrappers)) or is_sparse(x)


def is_sparse(x) -> bool:
    """Tells whether `x` is a sparse array of JAX."""
    # Where the module was never imported, no sparse array can exist.
    sparse = sys.modules.get("jax.experimental.sparse")
    return sparse is not None and isinstance(x, sparse.JAXSparse)


def _dense(x):
    """Returns a sparse value, of JAX or of the `tf` face, as an array; others as is."""
    if is_sparse(x):
        return x.todense()
    if not hasattr(x, "dense_shape"):
        return x
    values = np.asarray(x.values)
    dense = np.zeros([int(size) for size in x.dense_shape], values.dtype)
    dense[tuple(np.asarray(x.indices).T)] = values
    return dense


def shape(x) -> tuple:
    """Returns the shape of a tensor as a tuple, with None for unknown dimensions.

    Args:
        x: a tensor, symbolic or not, a variable, or anything NumPy measures.

    Example:
        >>> from ranvier import ops
        >>> ops.shape(ops.zeros((8, 12)))
        (8, 12)
    """
    return tuple(x.shape) if hasattr(x, "shape") else np.shape(x)


def dtype(x) -> str:
    """Returns the dtype of a tensor as a string.

    Args:
        x: a tensor, symbolic or not, a variable, or anything NumPy converts.

    Example:
        >>> from ranvier import ops
        >>> ops.dtype(ops.zeros(3))
        'float32'
    """
    return _dtypes.dtype_of(x)


def as_tensor(x, dtype=None):
    """Returns `x` as an array of the device: what `convert_to_tensor` runs.

    A dtype of 64 bits means 32 where JAX has not been told otherwise.
    """
    if dtype is not None:
        dtype = jax.dtypes.canonicalize_dtype(_dtypes.standardize_dtype(dtype))
    if isinstance(x, jax.Array) and (dtype is None or x.dtype == dtype):
        return x
    if is_sparse(x):
        return x if dtype is None else x.astype(dtype)
    try:
        return jnp.asarray(x, dtype=dtype)
    except (TypeError, ValueError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(
            "Expected numbers or booleans that form one array. Received: "
            f"x={x!r} (of type {type(x)}), dtype={dtype}. Strings, None, objects and "
            "rows of unequal length have no tensor: encode or pad them first."
        ) from error


@op
def convert_to_tensor(x, dtype=None, sparse=None, ragged=None):
    """Converts a value to a tensor.

    Args:
        x: a NumPy array, a number, a (nested) list of numbers, a tensor or variable.
        dtype: the dtype of the result; by default that of the value.
        sparse: False turns a sparse tensor into a dense one.
        ragged: only None and False: arrays of JAX are never ragged.

    Returns:
        A tensor; `x` itself where there is nothing to convert.

    Raises:
        TypeError: if the value holds something else than numbers.
        ValueError: if the value holds None or rows of unequal length, or
            `ragged=True`.

    Example:
        >>> from ranvier import ops
        >>> ops.convert_to_tensor([1, 2], dtype="float32").tolist()
        [1.0, 2.0]
    """
    if ragged:
        raise ValueError(
            "`ragged=True` is not supported: arrays of JAX are never ragged. "
            "Pad the rows to one length."
        )
    if sparse is not None and not sparse:
        x = _dense(x)
    return as_tensor(x, dtype)


def convert_to_numpy(x):
    """Converts a tensor to a NumPy array, always a copy.

    Args:
        x: a tensor, a variable, or anything NumPy converts.

    Raises:
        ValueError: for a symbolic tensor, which has no value.

    Example:
        >>> from ranvier import ops
        >>> ops.convert_to_numpy(ops.ones(2))
        array([1., 1.], dtype=float32)
    """
    return np.array(_dense(x))


@op
def cast(x, dtype):
    """Casts a tensor to another dtype.

    Args:
        x: a tensor, or anything that `convert_to_tensor` takes.
        dtype: the new dtype; None for `floatx()`.

    Example:
        >>> from ranvier import ops
        >>> ops.cast([0, 3], "bool").tolist()
        [False, True]
    """
    return as_tensor(x, _dtypes.standardize_dtype(dtype))


@op
def saturate_cast(x, dtype):
    """Casts a tensor; values outside the new dtype's range become its bounds.

    Args:
        x: a tensor of numbers.
        dtype: the new dtype.

    Example:
        >>> from ranvier import ops
        >>> ops.saturate_cast([-5.0, 7.9, 300.0], "uint8").tolist()
        [0, 7, 255]
    """
    x = as_tensor(x)
    dtype = jax.dtypes.canonicalize_dtype(_dtypes.standardize_dtype(dtype))
    (in_low, in_high), (low, high) = _bounds(x.dtype), _bounds(dtype)
    lower, upper = np.maximum(in_low, low), np.minimum(in_high, high)
    return jnp.clip(
        x, _inwards(lower, x.dtype, low), _inwards(upper, x.dtype, high)
    ).astype(dtype)


def _bounds(dtype):
    if dtype == jnp.bool_:
        return 0, 1
    info = ml_dtypes.iinfo if jnp.issubdtype(dtype, jnp.integer) else ml_dtypes.finfo
    return info(dtype).min, info(dtype).max


def _inwards(bound, dtype, limit):
    """Returns `bound` in `dtype`, one step nearer to zero where rounding passed it."""
    rounded = np.asarray(bound).astype(dtype)
    if abs(float(rounded)) > abs(float(limit)):
        rounded = np.nextafter(rounded, np.zeros((), dtype))
    return rounded


@op
def stop_gradient(variable):
    """Returns the value, as a constant for differentiation.

    Args:
        variable: a tensor or variable.

    Example:
        >>> from ranvier import ops
        >>> ops.stop_gradient(ops.ones(1)).tolist()
        [1.0]
    """
    return jax.lax.stop_gradient(variable)


@op
def unstack(x, num=None, axis=0):
    """Cuts a tensor along one axis into a list of tensors without that axis.

    Args:
        x: a tensor.
        num: the length of the axis; needed only where it is unknown.
        axis: the axis to cut along.

    Raises:
        ValueError: if the axis does not exist, or has another length than `num`.

    Example:
        >>> from ranvier import ops
        >>> [row.tolist() for row in ops.unstack([[1, 2], [3, 4]])]
        [[1, 2], [3, 4]]
    """
    x = as_tensor(x)
    if not -x.ndim <= axis < x.ndim:
        raise ValueError(
            f"axis {axis} is out of bounds: `axis` must be between {-x.ndim} and "
            f"{x.ndim - 1} for a tensor of shape {x.shape}."
        )
    if num is not None and num != x.shape[axis]:
        raise ValueError(
            f"`num` must be the length of axis {axis}. Received: num={num}, "
            f"x.shape={x.shape}"
        )
    return [
        jax.lax.index_in_dim(x, i, axis, keepdims=False) for i in range(x.shape[axis])
    ]


@output_spec(unstack)
def _unstack_spec(x, num=None, axis=0):
    if -len(x.shape) <= axis < len(x.shape) and x.shape[axis] is None:
        if num is None:
            raise ValueError(
                f"Cannot infer argument `num` from shape {x.shape}: axis {axis} is "
                "unknown. Pass `num`."
            )
        shape = list(x.shape)
        shape[axis] = num
        x = KerasTensor(tuple(shape), x.dtype)
    return infer(unstack.raw, (x, num, axis), {})


@op
def slice(inputs, start_indices, shape):
    """Returns the block of `inputs` that starts at `start_indices`.

    As in JAX, a block that would end outside is moved back inside.

    Args:
        inputs: a tensor.
        start_indices: one index an axis; may be a tensor.
        shape: the lengths of the block; -1 for all that follows the start, which
            then must be known before running.

    Raises:
        ValueError: if the number of lengths is not the number of axes.

    Example:
        >>> from ranvier import ops
        >>> ops.slice([[1, 2, 3], [4, 5, 6]], (0, 1), (2, -1)).tolist()
        [[2, 3], [5, 6]]
    """
    inputs = as_tensor(inputs)
    if len(shape) != inputs.ndim:
        raise ValueError(
            "The number of dimensions in `inputs` must match the number of dimensions "
            f"in `shape`. Received: inputs.shape={inputs.shape} and shape={shape}"
        )
    if len(start_indices) != inputs.ndim:
        raise ValueError(
            "The number of dimensions in `start_indices` must match the number of "
            f"dimensions in `inputs`. Received: start_indices={start_indices} and "
            f"inputs.shape={inputs.shape}"
        )
    sizes = [
        length - int(start_indices[i]) if size == -1 else size
        for i, (length, size) in enumerate(zip(inputs.shape, shape))
    ]
    return jax.lax.dynamic_slice(inputs, _starts(start_indices), sizes)


@output_spec(slice)
def _slice_spec(inputs, start_indices, shape):
    if not isinstance(start_indices, KerasTensor):
        return infer(slice.raw, (inputs, start_indices, shape), {})
    # What follows a start that is not known yet may have any length.
    known = [1 if size == -1 else size for size in shape]
    infer(slice.raw, (inputs, as_index(start_indices), known), {})
    sizes = tuple(None if size == -1 else size for size in shape)
    return KerasTensor(sizes, inputs.dtype)


@op
def slice_update(inputs, start_indices, updates):
    """Returns `inputs` with the block at `start_indices` replaced by `updates`.

    Args:
        inputs: a tensor.
        start_indices: one index an axis; may be a tensor.
        updates: the new block, of the same number of axes.

    Example:
        >>> from ranvier import ops
        >>> ops.slice_update(ops.zeros((2, 3)), (1, 1), [[5.0, 6.0]]).tolist()
        [[0.0, 0.0, 0.0], [0.0, 5.0, 6.0]]
    """
    return jax.lax.dynamic_update_slice(
        as_tensor(inputs), as_tensor(updates), _starts(start_indices)
    )


@output_spec(slice_update)
def _slice_update_spec(inputs, start_indices, updates):
    return infer(slice_update.raw, (inputs, as_index(start_indices), updates), {})


def _starts(start_indices):
    # One scalar an axis, all of one dtype.
    return list(jnp.asarray(start_indices))


@op
def scatter(indices, values, shape):
    """Returns zeros of a shape with `values` added at `indices`.

    Args:
        indices: integers of shape `(..., r)`: each row names the first `r` indices of
            a place. Rows may repeat: their values add up.
        values: the values, one (a number, or a block of the remaining axes) a row.
        shape: the shape of the result.

    Example:
        >>> from ranvier import ops
        >>> ops.scatter([[0], [2], [2]], [1.0, 2.0, 3.0], (4,)).tolist()
        [1.0, 0.0, 5.0, 0.0]
    """
    values = as_tensor(values)
    return jnp.zeros(shape, values.dtype).at[_places(indices)].add(values)


@output_spec(scatter)
def _scatter_spec(indices, values, shape):
    return infer(scatter.raw, (as_index(indices), values, shape), {})


@op
def scatter_update(inputs, indices, updates, reduction=None):
    """Returns `inputs` with the values at `indices` replaced, or combined.

    Args:
        inputs: a tensor.
        indices: integers of shape `(n, r)`: each row names the first `r` indices of
            a place.
        updates: `n` values, or blocks of the remaining axes.
        reduction: None to replace; `"add"`, `"max"`, `"min"` or `"mul"` to combine
            with what is there.

    Raises:
        ValueError: for another `reduction`.

    Example:
        >>> from ranvier import ops
        >>> ops.scatter_update([1, 2, 3], [[0], [2]], [7, 8]).tolist()
        [7, 2, 8]
    """
    if reduction is not None and str(reduction).lower() not in _REDUCTIONS:
        raise ValueError(
            f"`reduction` must be None or one of {_REDUCTIONS}. "
            f"Received: reduction={reduction}"
        )
    places = as_tensor(inputs).at[_places(indices)]
    method = "set" if reduction is None else str(reduction).lower()
    return getattr(places, method)(as_tensor(updates))


@output_spec(scatter_update)
def _scatter_update_spec(inputs, indices, updates, reduction=None):
    args = (inputs, as_index(indices), updates, reduction)
    return infer(scatter_update.raw, args, {})


def _places(indices):
    return tuple(jnp.moveaxis(jnp.asarray(indices), -1, 0))
