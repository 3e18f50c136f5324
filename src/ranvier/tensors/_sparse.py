"""SparseTensor: the entries that are not zero, and where they stand.

Indices and shape are kept by NumPy: a program's structure depends on them. The values
are a tensor, computed with and differentiated like any other.
"""

import numpy as np

from ranvier import ops
from ranvier.tensors import _arrays_of as arrays
from ranvier.tensors._calls import call_on_tensors
from ranvier.tensors._constant import convert_to_tensor
from ranvier.tensors._errors import InvalidArgumentError
from ranvier.tensors._operators import divide, multiply
from ranvier.tensors._shape import TensorShape
from ranvier.tensors._tensor import Tensor


class SparseTensor:
    """A tensor most of whose entries are zero.

    Args:
        indices: matrix of integers, a row for each entry: where it stands.
        values: vector of the entries.
        dense_shape: the shape of the whole.

    Raises:
        ValueError: if the three do not fit together.

    Example:
        >>> s = SparseTensor(indices=[[0, 1], [1, 0]], values=[1.0, 2.0],
        ...                  dense_shape=[2, 2])
        >>> from ranvier.tensors import sparse_to_dense
        >>> sparse_to_dense(s * 10.0).numpy().tolist()
        [[0.0, 10.0], [20.0, 0.0]]
    """

    __array_priority__ = 1000
    _wins_over_tensors = True
    __hash__ = object.__hash__

    def __init__(self, indices, values, dense_shape):
        self._shape = tuple(-1 if d is None else int(d) for d in _as_shape(dense_shape))
        self._indices = _as_indices(indices, len(self._shape))
        self._values = convert_to_tensor(values)
        if self._indices.ndim != 2 or self._indices.shape[1] != len(self._shape):
            raise ValueError(
                "`indices` must be a matrix with one column for each axis of "
                f"`dense_shape` {list(self._shape)}. Received shape "
                f"{self._indices.shape}"
            )
        if self._values.ndim != 1 or len(self._values) != len(self._indices):
            raise ValueError(
                "`values` must be a vector with one entry for each row of `indices`. "
                f"Received shapes {tuple(self._values.shape)} and "
                f"{self._indices.shape}"
            )

    @classmethod
    def from_value(cls, sparse_tensor_value):
        """Returns a sparse tensor of anything with its three parts."""
        if isinstance(sparse_tensor_value, cls):
            return sparse_tensor_value
        return cls(*sparse_tensor_value)

    # Description.

    @property
    def indices(self):
        """Where each entry stands."""
        return Tensor(self._indices)

    @property
    def values(self):
        """The entries."""
        return self._values

    @property
    def dense_shape(self):
        """The shape of the whole, as a tensor."""
        return Tensor(np.array(self._shape, np.int64))

    @property
    def shape(self) -> TensorShape:
        """The shape of the whole."""
        return TensorShape([None if d < 0 else d for d in self._shape])

    @property
    def dtype(self):
        """The dtype of the entries."""
        return self._values.dtype

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self._shape)

    rank = ndim

    def get_shape(self) -> TensorShape:
        """Returns the shape of the whole."""
        return self.shape

    def set_shape(self, shape) -> None:
        """Checks the shape.

        Raises:
            ValueError: if it differs.
        """
        self.shape.assert_is_compatible_with(shape)

    def with_values(self, new_values):
        """Returns a sparse tensor with other entries in the same places."""
        return SparseTensor(self._indices, new_values, self._shape)

    def consumers(self) -> list:
        """Returns an empty list: eager values have no consumers."""
        return []

    def __iter__(self):
        raise TypeError("'SparseTensor' object is not iterable")

    def __repr__(self):
        return (
            f"SparseTensor(indices={self.indices!s}, values={self.values!s}, "
            f"dense_shape={self.dense_shape!s})"
        )

    @property
    def _type_spec(self):
        from ranvier.tensors._specs import SparseTensorSpec

        return SparseTensorSpec(self.shape, self.dtype)

    # Operators: those that keep zeros zero.

    def __mul__(self, other):
        return _scale(multiply, self, other)

    __rmul__ = __mul__

    def __truediv__(self, other):
        return _scale(divide, self, other)

    def __neg__(self):
        return self.with_values(-self._values)


def _scale(function, sparse, other):
    """Applies a function to the entries and those of a dense tensor beside them."""
    other = convert_to_tensor(other, dtype_hint=sparse.dtype)
    if other.ndim:
        shape = np.broadcast_shapes(tuple(other.shape), sparse._shape)
        if shape != sparse._shape:
            raise InvalidArgumentError(
                "The dense operand must broadcast to the sparse one. Received shapes "
                f"{tuple(other.shape)} and {sparse._shape}"
            )
        indices = sparse._indices[:, sparse.ndim - other.ndim :]
        places = [
            np.where(size == 1, 0, column)
            for size, column in zip(other.shape, indices.T, strict=True)
        ]
        flat = np.ravel_multi_index(places, tuple(other.shape)).astype(np.int64)
        other = arrays.take(arrays.reshape(other, (-1,)), flat)
    return sparse.with_values(function(sparse.values, other))


def _as_shape(dense_shape):
    if isinstance(dense_shape, Tensor):
        return dense_shape._host().tolist()
    return list(
        np.asarray(dense_shape).tolist()
        if hasattr(dense_shape, "dtype")
        else dense_shape
    )


def _as_indices(indices, rank):
    array = arrays.host(indices)
    if array.size == 0 and array.ndim < 2:
        return np.zeros((0, rank), np.int64)
    return array.astype(np.int64, copy=False)


def sparse_to_dense(sp_input, default_value=None, validate_indices=True, name=None):
    """Returns a sparse tensor as a dense one.

    Args:
        sp_input: a sparse tensor, its entries in order.
        default_value: what stands where no entry is; 0, or an empty string.
        validate_indices: whether to check that entries are in order, each once.
        name: accepted as in TensorFlow.

    Raises:
        InvalidArgumentError: if indices repeat, are out of order or out of bounds.
    """
    indices, shape = sp_input._indices, sp_input._shape
    check_bounds(indices, shape)
    if validate_indices:
        check_order(indices)
    values = sp_input.values
    default = arrays.zero_of(values.dtype) if default_value is None else default_value
    default = convert_to_tensor(default, dtype_hint=values.dtype)
    if arrays.is_on_host(values):
        dense = np.full(shape, default._host()[()], dtype=values._value.dtype)
        dense[tuple(indices.T)] = values._value
        return Tensor(dense)
    full = call_on_tensors(ops.full, (shape, default), {"dtype": values.dtype.name})
    return call_on_tensors(
        ops.scatter_update, (full, indices.astype(np.int32), values), {}
    )


def check_bounds(indices, shape) -> None:
    """Raises unless indices lie in a shape.

    Raises:
        InvalidArgumentError: if one does not.
    """
    bad = np.flatnonzero(((indices < 0) | (indices >= np.array(shape))).any(axis=1))
    if len(bad):
        raise InvalidArgumentError(
            f"indices[{bad[0]}] = {indices[bad[0]].tolist()} is out of bounds: need "
            f"0 <= index < {list(shape)}"
        )


def check_order(indices) -> None:
    """Raises unless indices are in lexicographic order, without repeats.

    Raises:
        InvalidArgumentError: if they are not.
    """
    for i, (one, other) in enumerate(zip(indices[:-1].tolist(), indices[1:].tolist())):
        if one >= other:
            reason = "is repeated" if one == other else "is out of order"
            raise InvalidArgumentError(
                f"indices[{i + 1}] = {other} {reason}. Many sparse ops require sorted "
                "indices. Use `tf.sparse.reorder` to create a correctly ordered copy."
            )


def sparse_from_dense(tensor, name=None):
    """Returns the entries of a dense tensor that are not zero (or empty text).

    Args:
        tensor: a dense tensor.
        name: accepted as in TensorFlow.

    Example:
        >>> sparse_from_dense([[0, 3], [0, 0]]).indices.numpy().tolist()
        [[0, 1]]
    """
    tensor = convert_to_tensor(tensor)
    array = tensor._host()
    present = array != b"" if array.dtype == object else array != 0
    indices = np.argwhere(present)
    flat = np.flatnonzero(present)
    values = arrays.take(arrays.reshape(tensor, (-1,)), flat)
    return SparseTensor(indices, values, array.shape)


def sparse_reorder(sp_input, name=None):
    """Returns a sparse tensor with its entries in lexicographic order.

    Args:
        sp_input: a sparse tensor.
        name: accepted as in TensorFlow.
    """
    order = np.lexsort(sp_input._indices.T[::-1])
    return SparseTensor(
        sp_input._indices[order], arrays.take(sp_input.values, order), sp_input._shape
    )
