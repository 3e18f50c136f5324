"""Small tools on the arrays inside of tensors, on the host or on the device."""

import numpy as np

from ranvier import ops
from ranvier.tensors._calls import call_on_tensors
from ranvier.tensors._constant import convert_to_tensor
from ranvier.tensors._tensor import Tensor


def host(value, dtype=None):
    """Returns a tensor-like value as an array of NumPy.

    Args:
        value: a tensor, an array or a Python value.
        dtype: a dtype of NumPy, or None.
    """
    array = value._host() if isinstance(value, Tensor) else np.asarray(value)
    return array if dtype is None or array.dtype == dtype else array.astype(dtype)


def is_on_host(tensor) -> bool:
    """Tells whether NumPy holds a tensor's array: strings always are."""
    return isinstance(tensor._value, np.ndarray)


def take(tensor, indices):
    """Returns entries along the first axis.

    Args:
        tensor: a tensor.
        indices: NumPy's array of integers within bounds.
    """
    if is_on_host(tensor):
        return Tensor(tensor._value[indices])
    return call_on_tensors(ops.take, (tensor, indices.astype(np.int32)), {"axis": 0})


def reshape(tensor, shape):
    """Returns a tensor in another shape."""
    if is_on_host(tensor):
        return Tensor(tensor._value.reshape(shape))
    return call_on_tensors(ops.reshape, (tensor, tuple(shape)), {})


def concat(tensors):
    """Returns tensors of one dtype, joined along the first axis."""
    tensors = [convert_to_tensor(t) for t in tensors]
    if all(is_on_host(t) for t in tensors):
        return Tensor(np.concatenate([t._value for t in tensors]))
    return call_on_tensors(ops.concatenate, (tensors,), {"axis": 0})


def fill(tensor, present, default):
    """Returns a tensor with `default` where `present` is false.

    Args:
        tensor: a tensor whose leading axes are those of `present`.
        present: NumPy's array of truth values.
        default: a tensor of the same dtype that broadcasts to the entries.
    """
    shape = present.shape + (1,) * (tensor.ndim - present.ndim)
    present = present.reshape(shape)
    if is_on_host(tensor):
        return Tensor(np.where(present, tensor._value, host(default)))
    return call_on_tensors(ops.where, (present, tensor, default), {})


def zero_of(dtype):
    """Returns the entry that stands for "nothing": 0, false or an empty string."""
    return b"" if dtype.name == "string" else np.zeros((), dtype.as_numpy_dtype)


def splits_of(lengths):
    """Returns where each row starts, and the end, from the lengths of rows."""
    splits = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=splits[1:])
    return splits


def rowids_of(splits):
    """Returns the number of the row of each value."""
    return np.repeat(np.arange(len(splits) - 1), np.diff(splits))


def positions_in_rows(lengths):
    """Returns 0, 1, 2... within each row, one row after the other."""
    return np.arange(int(np.sum(lengths))) - np.repeat(splits_of(lengths)[:-1], lengths)
