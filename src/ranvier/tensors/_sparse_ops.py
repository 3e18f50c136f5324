"""Operations on sparse tensors."""

import numpy as np

from ranvier import ops
from ranvier.tensors import _arrays_of as arrays
from ranvier.tensors._calls import call_on_tensors
from ranvier.tensors._constant import convert_to_tensor
from ranvier.tensors._dtype import as_dtype
from ranvier.tensors._errors import InvalidArgumentError
from ranvier.tensors._operators import add as add_tensors
from ranvier.tensors._sparse import (
    SparseTensor,
    check_bounds,
    sparse_reorder,
    sparse_to_dense,
)
from ranvier.tensors._tensor import Tensor

# Shape and place.


def _flat_places(sparse):
    """Returns the number of each entry's place in the flattened tensor."""
    if not len(sparse._indices):
        return np.zeros(0, np.int64)
    return np.ravel_multi_index(tuple(sparse._indices.T), sparse._shape).astype(
        np.int64
    )


def reset_shape(sp_input, new_shape=None):
    """Returns a sparse tensor with a larger shape.

    Args:
        sp_input: a sparse tensor.
        new_shape: the shape; by default the smallest that holds the entries.

    Raises:
        InvalidArgumentError: if an entry does not fit.
        ValueError: if the number of axes differs.
    """
    if new_shape is None:
        shape = sp_input._indices.max(axis=0, initial=-1) + 1
        return SparseTensor(sp_input._indices, sp_input.values, shape.tolist())
    shape = arrays.host(new_shape).tolist()
    if len(shape) != sp_input.ndim:
        raise ValueError(
            f"`new_shape` must have {sp_input.ndim} entries. Received: {shape}"
        )
    if any(new < old for new, old in zip(shape, sp_input._shape, strict=True)):
        raise ValueError(f"new_shape {shape} is smaller than {list(sp_input._shape)}")
    return SparseTensor(sp_input._indices, sp_input.values, shape)


def reshape(sp_input, shape, name=None):
    """Returns a sparse tensor in another shape, as `tf.reshape` would.

    Args:
        sp_input: a sparse tensor.
        shape: the shape, with -1 for at most one axis.
        name: accepted as in TensorFlow.

    Raises:
        InvalidArgumentError: if the sizes differ.
    """
    shape = [int(d) for d in arrays.host(shape)]
    total = int(np.prod(sp_input._shape, dtype=np.int64))
    if -1 in shape:
        known = int(np.prod([d for d in shape if d != -1], dtype=np.int64))
        shape[shape.index(-1)] = total // known if known else 0
    if int(np.prod(shape, dtype=np.int64)) != total:
        raise InvalidArgumentError(
            f"Cannot reshape a tensor with {total} elements to shape {shape}"
        )
    places = np.unravel_index(_flat_places(sp_input), shape)
    return SparseTensor(np.stack(places, axis=1), sp_input.values, shape)


def transpose(sp_input, perm=None, name=None):
    """Returns a sparse tensor with its axes in another order.

    Args:
        sp_input: a sparse tensor.
        perm: the order; reversed if None.
        name: accepted as in TensorFlow.
    """
    rank = sp_input.ndim
    order = list(range(rank))[::-1] if perm is None else list(arrays.host(perm))
    shape = [sp_input._shape[axis] for axis in order]
    indices = sp_input._indices[:, order]
    return sparse_reorder(SparseTensor(indices, sp_input.values, shape))


def expand_dims(sp_input, axis=None, name=None):
    """Returns a sparse tensor with an axis of size one.

    Args:
        sp_input: a sparse tensor.
        axis: where; last if None.
        name: accepted as in TensorFlow.
    """
    rank = sp_input.ndim
    axis = -1 if axis is None else axis
    if not -rank - 1 <= axis <= rank:
        raise ValueError(f"axis {axis} is out of bounds for rank {rank}")
    axis %= rank + 1
    indices = np.insert(sp_input._indices, axis, 0, axis=1)
    shape = list(sp_input._shape)
    shape.insert(axis, 1)
    return SparseTensor(indices, sp_input.values, shape)


def slice(sp_input, start, size, name=None):
    """Returns a block of a sparse tensor.

    Args:
        sp_input: a sparse tensor.
        start: where the block begins, on each axis.
        size: its sizes.
        name: accepted as in TensorFlow.
    """
    start = np.array([int(v) for v in arrays.host(start)])
    end = np.minimum(start + arrays.host(size), sp_input._shape)
    inside = ((sp_input._indices >= start) & (sp_input._indices < end)).all(axis=1)
    keep = np.flatnonzero(inside)
    return SparseTensor(
        sp_input._indices[keep] - start,
        arrays.take(sp_input.values, keep),
        np.maximum(end - start, 0).tolist(),
    )


def concat(axis, sp_inputs, expand_nonconcat_dims=False, name=None):
    """Joins sparse tensors along an axis.

    Args:
        axis: the axis.
        sp_inputs: a list of sparse tensors.
        expand_nonconcat_dims: whether the other axes may differ in size.
        name: accepted as in TensorFlow.

    Raises:
        InvalidArgumentError: if the other axes differ.
    """
    rank = sp_inputs[0].ndim
    axis = axis % rank
    if any(s.ndim != rank for s in sp_inputs):
        raise InvalidArgumentError(
            f"Ranks of all inputs must match: {[s.ndim for s in sp_inputs]}"
        )
    shapes = np.array([s._shape for s in sp_inputs])
    others = np.delete(shapes, axis, axis=1)
    if not expand_nonconcat_dims and (others != others[0]).any():
        raise InvalidArgumentError(
            f"Shapes differ on axes other than {axis}: {shapes.tolist()}"
        )
    offsets = np.cumsum(shapes[:, axis]) - shapes[:, axis]
    parts = []
    for sparse, offset in zip(sp_inputs, offsets, strict=True):
        indices = sparse._indices.copy()
        indices[:, axis] += offset
        parts.append(indices)
    shape = shapes.max(axis=0)
    shape[axis] = shapes[:, axis].sum()
    values = arrays.concat([s.values for s in sp_inputs])
    return sparse_reorder(SparseTensor(np.concatenate(parts), values, shape.tolist()))


def split(sp_input=None, num_split=None, axis=None, name=None):
    """Cuts a sparse tensor into parts along an axis.

    Args:
        sp_input: a sparse tensor.
        num_split: the number of parts; the first ones are larger by one if need be.
        axis: the axis.
        name: accepted as in TensorFlow.
    """
    axis = int(axis) % sp_input.ndim
    size = sp_input._shape[axis]
    small, larger = divmod(size, num_split)
    parts, start = [], [0] * sp_input.ndim
    for i in range(num_split):
        sizes = list(sp_input._shape)
        sizes[axis] = small + (i < larger)
        parts.append(slice(sp_input, list(start), sizes))
        start[axis] += sizes[axis]
    return parts


def retain(sp_input, to_retain):
    """Keeps some entries.

    Args:
        sp_input: a sparse tensor.
        to_retain: truth values, one an entry.
    """
    keep = np.flatnonzero(arrays.host(to_retain))
    return SparseTensor(
        sp_input._indices[keep], arrays.take(sp_input.values, keep), sp_input._shape
    )


def fill_empty_rows(sp_input, default_value, name=None):
    """Gives every row without an entry one, in the first column.

    Args:
        sp_input: a sparse matrix.
        default_value: that entry.
        name: accepted as in TensorFlow.

    Returns:
        The filled matrix, and which rows were empty.
    """
    rows = np.arange(sp_input._shape[0])
    empty = ~np.isin(rows, sp_input._indices[:, 0])
    extra = np.zeros((int(empty.sum()), sp_input.ndim), np.int64)
    extra[:, 0] = rows[empty]
    default = convert_to_tensor(default_value, dtype_hint=sp_input.dtype)
    filler = np.full(len(extra), default._host()[()], default._host().dtype)
    filled = SparseTensor(
        np.concatenate([sp_input._indices, extra]),
        arrays.concat([sp_input.values, Tensor(filler)]),
        sp_input._shape,
    )
    return sparse_reorder(filled), Tensor(empty)


def mask(a, mask_indices, name=None):
    """Drops rows of an `IndexedSlices`.

    Args:
        a: an `IndexedSlices`.
        mask_indices: the rows to drop.
        name: accepted as in TensorFlow.
    """
    keep = np.flatnonzero(~np.isin(arrays.host(a.indices), arrays.host(mask_indices)))
    values = convert_to_tensor(a.values)
    return type(a)(
        arrays.take(values, keep),
        Tensor(arrays.host(a.indices)[keep]),
        a.dense_shape,
    )


# Arithmetic.


def add(a, b, threshold=0):
    """Adds two tensors, at least one of them sparse.

    Args:
        a: a sparse or dense tensor.
        b: likewise.
        threshold: sums of two entries smaller than this are left out.

    Returns:
        A sparse tensor, or a dense one if one of the two is dense.

    Raises:
        InvalidArgumentError: if the shapes differ.
        TypeError: if neither is sparse.
    """
    sparse_a, sparse_b = isinstance(a, SparseTensor), isinstance(b, SparseTensor)
    if not (sparse_a or sparse_b):
        raise TypeError(
            "At least one input should be SparseTensor; do you mean tf.add?"
        )
    if not (sparse_a and sparse_b):
        sparse, dense = (a, b) if sparse_a else (b, a)
        sparse = sparse_reorder(sparse)
        return add_tensors(sparse_to_dense(sparse), convert_to_tensor(dense))
    both = _union(a, b)
    values = _combined(ops.segment_sum, both)
    result = SparseTensor(both[0], values, a._shape)
    if not threshold:
        return result
    alone = np.bincount(both[2], minlength=len(both[0])) == 1
    return retain(result, alone | (np.abs(values._host()) >= threshold))


def _union(a, b):
    """Returns the places of two sparse tensors, their values, and whose is where."""
    if a._shape != b._shape:
        raise InvalidArgumentError(
            f"Operands' shapes do not match: {list(a._shape)} and {list(b._shape)}"
        )
    places = np.concatenate([_flat_places(a), _flat_places(b)])
    unique, segments = np.unique(places, return_inverse=True)
    indices = np.stack(np.unravel_index(unique, a._shape), axis=1)
    return indices, arrays.concat([a.values, b.values]), segments


def _combined(function, both):
    indices, values, segments = both
    args = (values, segments.astype(np.int32))
    return call_on_tensors(function, args, {"num_segments": len(indices)})


def _extremum(function, a, b):
    """Compares two sparse tensors place by place; a missing entry is zero."""
    indices, _, _ = _union(a, b)
    sides = []
    for sparse in (a, b):
        dense = sparse_to_dense(sparse_reorder(sparse))
        flat = np.ravel_multi_index(tuple(indices.T), sparse._shape)
        sides.append(arrays.take(arrays.reshape(dense, (-1,)), flat.astype(np.int64)))
    return SparseTensor(indices, call_on_tensors(function, tuple(sides), {}), a._shape)


def maximum(sp_a, sp_b, name=None):
    """Computes the larger of two sparse tensors in each place.

    Args:
        sp_a: a sparse tensor.
        sp_b: a sparse tensor of the same shape.
        name: accepted as in TensorFlow.
    """
    return _extremum(ops.maximum, sp_a, sp_b)


def minimum(sp_a, sp_b, name=None):
    """Computes the smaller of two sparse tensors in each place.

    Args:
        sp_a: a sparse tensor.
        sp_b: a sparse tensor of the same shape.
        name: accepted as in TensorFlow.
    """
    return _extremum(ops.minimum, sp_a, sp_b)


def map_values(op, *args, **kwargs):
    """Applies a function to the entries of sparse tensors with the same places.

    Args:
        op: a function of tensors.
        *args: arguments; sparse tensors give their entries.
        **kwargs: keyword arguments, likewise.

    Raises:
        InvalidArgumentError: if the places differ.
        ValueError: if no argument is sparse.
    """
    sparse = [v for v in (*args, *kwargs.values()) if isinstance(v, SparseTensor)]
    if not sparse:
        raise ValueError("No SparseTensor in argument list of map_values")
    for other in sparse[1:]:
        if not np.array_equal(sparse[0]._indices, other._indices):
            raise InvalidArgumentError("The sparse arguments stand in other places.")

    def entries(value):
        return value.values if isinstance(value, SparseTensor) else value

    args = [entries(v) for v in args]
    kwargs = {key: entries(value) for key, value in kwargs.items()}
    return sparse[0].with_values(op(*args, **kwargs))


def sparse_dense_matmul(sp_a, b, adjoint_a=False, adjoint_b=False, name=None):
    """Multiplies matrices, one of them sparse.

    Args:
        sp_a: a sparse matrix (or a dense one, if `b` is sparse).
        b: a dense matrix (or a sparse one).
        adjoint_a: whether to transpose (and conjugate) the first.
        adjoint_b: whether to transpose (and conjugate) the second.
        name: accepted as in TensorFlow.

    Returns:
        A dense matrix.

    Raises:
        InvalidArgumentError: if the shapes do not fit.
    """
    if isinstance(b, SparseTensor):
        # (a b)' = b' a'
        product = sparse_dense_matmul(b, sp_a, not adjoint_b, not adjoint_a)
        return call_on_tensors(ops.transpose, (product,), {})
    b = convert_to_tensor(b)
    if adjoint_b:
        b = call_on_tensors(lambda x: ops.transpose(ops.conj(x)), (b,), {})
    indices, shape = sp_a._indices, sp_a._shape
    check_bounds(indices, shape)
    values = sp_a.values
    if adjoint_a:
        indices, shape = indices[:, ::-1], shape[::-1]
        values = call_on_tensors(ops.conj, (values,), {})
    if b.ndim != 2 or shape[1] != b.shape[0]:
        raise InvalidArgumentError(
            f"Cannot multiply A and B because inner dimensions do not match: "
            f"{list(shape)} and {list(b.shape)}"
        )
    rows, columns = (column.astype(np.int32) for column in indices.T)

    def product(values, b):
        weighted = ops.expand_dims(values, 1) * ops.take(b, columns, axis=0)
        return ops.segment_sum(weighted, rows, num_segments=shape[0])

    return call_on_tensors(product, (values, b), {})


# Reductions.


def _reduce(function, sp_input, axis, keepdims):
    rank, shape = sp_input.ndim, sp_input._shape
    if axis is None:
        axes = range(rank)
    else:
        axes = [int(a) % rank for a in np.atleast_1d(arrays.host(axis))]
    rest = [a for a in range(rank) if a not in axes]
    places, count = _places_on(sp_input, rest)
    args = (sp_input.values, places.astype(np.int32))
    result = call_on_tensors(function, args, {"num_segments": count})
    if function is ops.segment_max:
        present = np.bincount(places, minlength=count) > 0
        zero = convert_to_tensor(arrays.zero_of(result.dtype))
        result = arrays.fill(result, present, zero)
    kept = [1 if a in axes else shape[a] for a in range(rank)]
    return arrays.reshape(result, kept if keepdims else [shape[a] for a in rest])


def _places_on(sparse, axes):
    """Returns the number of each entry's place on some axes, and of all places."""
    sizes = [sparse._shape[a] for a in axes]
    if not axes:
        return np.zeros(len(sparse._indices), np.int64), 1
    columns = tuple(sparse._indices[:, a] for a in axes)
    return np.ravel_multi_index(columns, sizes), int(np.prod(sizes))


def reduce_sum(sp_input, axis=None, keepdims=None, output_is_sparse=False, name=None):
    """Sums entries over axes.

    Args:
        sp_input: a sparse tensor.
        axis: an axis, a list of axes, or None for all.
        keepdims: whether reduced axes stay, with size 1.
        output_is_sparse: whether to return a sparse tensor.
        name: accepted as in TensorFlow.
    """
    from ranvier.tensors._sparse import sparse_from_dense

    dense = _reduce(ops.segment_sum, sp_input, axis, keepdims)
    return sparse_from_dense(dense) if output_is_sparse else dense


def reduce_max(sp_input, axis=None, keepdims=None, output_is_sparse=False, name=None):
    """Finds the largest entries over axes; 0 where there is none.

    Args:
        sp_input: a sparse tensor.
        axis: an axis, a list of axes, or None for all.
        keepdims: whether reduced axes stay, with size 1.
        output_is_sparse: whether to return a sparse tensor.
        name: accepted as in TensorFlow.
    """
    from ranvier.tensors._sparse import sparse_from_dense

    dense = _reduce(ops.segment_max, sp_input, axis, keepdims)
    return sparse_from_dense(dense) if output_is_sparse else dense


def softmax(sp_input, name=None):
    """Computes the softmax over the entries of each last axis.

    Args:
        sp_input: a sparse tensor of at least two axes.
        name: accepted as in TensorFlow.
    """
    rows, count = _places_on(sp_input, list(range(sp_input.ndim - 1)))
    rows = rows.astype(np.int32)

    def compute(values):
        largest = ops.segment_max(values, rows, num_segments=count)
        exponents = ops.exp(values - ops.take(largest, rows))
        total = ops.segment_sum(exponents, rows, num_segments=count)
        return exponents / ops.take(total, rows)

    return sp_input.with_values(call_on_tensors(compute, (sp_input.values,), {}))


def to_indicator(sp_input, vocab_size, name=None):
    """Returns which of the ids `0..vocab_size - 1` stand in each row.

    Args:
        sp_input: a sparse tensor of ids.
        vocab_size: the number of ids.
        name: accepted as in TensorFlow.
    """
    ids = sp_input.values._host().astype(np.int64)
    result = np.zeros((*sp_input._shape[:-1], vocab_size), bool)
    result[(*sp_input._indices[:, :-1].T, ids)] = True
    return Tensor(result)


def _segmented(name, combine):
    def compute(data, indices, segment_ids, num_segments=None, name=None):
        data = convert_to_tensor(data)
        ids = arrays.host(segment_ids)
        count = num_segments or (int(ids[-1]) + 1 if len(ids) else 0)
        taken = arrays.take(data, arrays.host(indices, np.int64))
        sizes = np.maximum(np.bincount(ids, minlength=count), 1)
        sizes = sizes.reshape((-1,) + (1,) * (data.ndim - 1))
        args = (taken, ids.astype(np.int32))
        total = call_on_tensors(ops.segment_sum, args, {"num_segments": count})
        divisor = combine(sizes)
        return total if divisor is None else total / divisor.astype(np.float32)

    compute.__name__ = name
    compute.__doc__ = f"""Computes the {name.replace("_", " ")} of chosen rows.

    Args:
        data: a tensor.
        indices: the rows to take.
        segment_ids: the segment of each of them, in increasing order.
        num_segments: the number of segments.
        name: accepted as in TensorFlow.
    """
    return compute


segment_sum = _segmented("segment_sum", lambda sizes: None)
segment_mean = _segmented("segment_mean", lambda sizes: sizes)
segment_sqrt_n = _segmented("segment_sqrt_n", np.sqrt)


# Creation.


def eye(num_rows, num_columns=None, dtype="float32", name=None):
    """Returns a sparse identity matrix.

    Args:
        num_rows: the number of rows.
        num_columns: the number of columns; by default that of rows.
        dtype: the dtype.
        name: accepted as in TensorFlow.
    """
    columns = num_rows if num_columns is None else num_columns
    diagonal = np.arange(min(num_rows, columns))
    ones = np.ones(len(diagonal), as_dtype(dtype).dtype)
    indices = np.stack([diagonal, diagonal], axis=1)
    return SparseTensor(indices, ones, (num_rows, columns))


def bincount(
    values, weights=None, axis=0, minlength=None, maxlength=None, binary_output=False
):
    """Counts integers, and returns the counts as a sparse tensor.

    Args:
        values: a vector or matrix of integers, dense, ragged or sparse.
        weights: what each counts; 1 if None.
        axis: 0 to count all together, -1 for each row.
        minlength: least size of the last axis.
        maxlength: integers from here on are not counted.
        binary_output: whether to give 1 in place of the count.
    """
    rows, flat, count = _rows_of(values, axis)
    sizes = np.ones(len(flat), flat.dtype)
    if weights is not None:
        sizes = _rows_of(weights, axis)[1]
    if maxlength is not None:
        keep = flat < maxlength
        rows, flat, sizes = rows[keep], flat[keep], sizes[keep]
    length = int(flat.max()) + 1 if len(flat) else 0
    length = max(length, minlength or 0)
    length = length if maxlength is None else min(length, maxlength)
    pairs, inverse = np.unique(
        np.stack([rows, flat], axis=1), axis=0, return_inverse=True
    )
    totals = np.zeros(len(pairs), sizes.dtype)
    np.add.at(totals, inverse.ravel(), sizes)
    if binary_output:
        totals = np.ones(len(pairs), totals.dtype)
    if axis == 0:
        return SparseTensor(pairs[:, 1:], totals, (length,))
    return SparseTensor(pairs, totals, (count, length))


def _rows_of(values, axis):
    if isinstance(values, SparseTensor):
        rows, flat = values._indices[:, 0], values.values._host()
        count = values._shape[0]
    elif hasattr(values, "row_splits"):
        rows = arrays.rowids_of(values.row_splits._host())
        flat, count = values.flat_values._host(), len(values)
    else:
        array = convert_to_tensor(values)._host()
        array = array.reshape(1, -1) if axis == 0 or array.ndim == 1 else array
        count = len(array)
        rows, flat = np.repeat(np.arange(count), array.shape[1]), array.ravel()
    return (np.zeros_like(rows), flat, 1) if axis == 0 else (rows, flat, count)
