"""Sets: the rows of the last axis, as sparse tensors with sorted values."""

import numpy as np

from ranvier.tensors._constant import convert_to_tensor
from ranvier.tensors._errors import InvalidArgumentError
from ranvier.tensors._sparse import SparseTensor, check_order
from ranvier.tensors._tensor import Tensor


def _rows(value, validate):
    """Returns `{place on the leading axes: entries}` and the shape of those axes."""
    if isinstance(value, SparseTensor):
        if validate:
            check_order(value._indices)
        rows = {}
        for index, entry in zip(value._indices, value.values._host(), strict=True):
            rows.setdefault(tuple(index[:-1].tolist()), []).append(entry)
        return rows, value._shape[:-1], value.dtype
    tensor = convert_to_tensor(value)
    array = tensor._host()
    rows = {place: array[place].tolist() for place in np.ndindex(array.shape[:-1])}
    return rows, array.shape[:-1], tensor.dtype


def _combine(a, b, function, validate):
    if isinstance(a, SparseTensor) and not isinstance(b, SparseTensor):
        # As in TensorFlow, a dense operand comes first.
        raise TypeError("`a` must be dense where `b` is dense.")
    rows_a, lead_a, dtype_a = _rows(a, validate)
    rows_b, lead_b, dtype_b = _rows(b, validate)
    if dtype_a is not dtype_b:
        raise TypeError(f"Types inconsistent, {dtype_a!r} != {dtype_b!r}.")
    if tuple(lead_a) != tuple(lead_b):
        raise InvalidArgumentError(
            f"Mismatched group shapes {list(lead_a)} and {list(lead_b)}"
        )
    indices, values, longest = [], [], 0
    for place in sorted({*rows_a, *rows_b}):
        found = sorted(function(set(rows_a.get(place, ())), set(rows_b.get(place, ()))))
        longest = max(longest, len(found))
        indices += [(*place, i) for i in range(len(found))]
        values += found
    array = np.array(values, dtype=dtype_a.dtype)
    shape = (*lead_a, longest)
    return SparseTensor(
        np.array(indices, np.int64).reshape(-1, len(shape)), array, shape
    )


def union(a, b, validate_indices=True):
    """Returns the values that are in one row or the other.

    Args:
        a: a tensor, dense or sparse; the sets are the rows of the last axis.
        b: likewise, with the same leading axes.
        validate_indices: whether to check that sparse indices are in order.

    Example:
        >>> from ranvier.tensors import sparse_to_dense
        >>> sparse_to_dense(union([[1, 5, 9]], [[5, 6]])).numpy().tolist()
        [[1, 5, 6, 9]]
    """
    return _combine(a, b, set.union, validate_indices)


def intersection(a, b, validate_indices=True):
    """Returns the values that are in both rows.

    Args:
        a: a tensor, dense or sparse; the sets are the rows of the last axis.
        b: likewise, with the same leading axes.
        validate_indices: whether to check that sparse indices are in order.
    """
    return _combine(a, b, set.intersection, validate_indices)


def difference(a, b, aminusb=True, validate_indices=True):
    """Returns the values that are in one row and not in the other.

    Args:
        a: a tensor, dense or sparse; the sets are the rows of the last axis.
        b: likewise, with the same leading axes.
        aminusb: whether those of `b` are taken from `a`, or the other way round.
        validate_indices: whether to check that sparse indices are in order.
    """

    def subtract(x, y):
        return x - y if aminusb else y - x

    return _combine(a, b, subtract, validate_indices)


def size(a, validate_indices=True):
    """Returns the number of different values in each row.

    Args:
        a: a sparse tensor.
        validate_indices: whether to check that its indices are in order.

    Raises:
        TypeError: if it is not sparse.
    """
    if not isinstance(a, SparseTensor):
        raise TypeError(f"Expected `SparseTensor`, got {a}.")
    rows, lead, _ = _rows(a, validate_indices)
    sizes = np.zeros(lead, np.int32)
    for place, entries in rows.items():
        sizes[place] = len(set(entries))
    return Tensor(sizes)
