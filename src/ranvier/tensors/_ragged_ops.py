"""Operations on ragged tensors: entry by entry, reductions, joining."""

import numpy as np

from ranvier import ops
from ranvier.tensors import _arrays_of as arrays
from ranvier.tensors import _operators
from ranvier.tensors._calls import call_on_tensors
from ranvier.tensors._constant import convert_to_tensor
from ranvier.tensors._dtype import as_dtype
from ranvier.tensors._errors import InvalidArgumentError
from ranvier.tensors._ragged import RaggedTensor
from ranvier.tensors._ragged_slicing import (
    as_ragged,
    expand_dims,
    take_rows,
    take_values,
)
from ranvier.tensors._tensor import Tensor

# Entry by entry.


def map_flat_values(op, *args, **kwargs):
    """Applies a function to the values of ragged tensors with the same rows.

    Args:
        op: a function of tensors.
        *args: arguments; ragged tensors (also in lists) give their values.
        **kwargs: keyword arguments, likewise.

    Returns:
        The result, with the rows of the arguments.

    Raises:
        InvalidArgumentError: if the rows differ.
        ValueError: if the result has another number of values.

    Example:
        >>> from ranvier.tensors import ragged_constant
        >>> map_flat_values(lambda x: x * 10, ragged_constant([[1, 2], [3]]))
        <tf.RaggedTensor [[10, 20], [30]]>
    """
    found = []

    def flat(value):
        if isinstance(value, RaggedTensor):
            found.append(value)
            return value.flat_values
        if type(value) in (list, tuple):
            return type(value)([flat(child) for child in value])
        return value

    args = [flat(arg) for arg in args]
    kwargs = {key: flat(value) for key, value in kwargs.items()}
    result = op(*args, **kwargs)
    if not found:
        return result
    for other in found[1:]:
        if not _same_rows(found[0], other):
            raise InvalidArgumentError(
                "All ragged arguments must have the same rows. Received row lengths "
                f"{found[0].row_lengths().numpy()} and {other.row_lengths().numpy()}"
            )
    return found[0].with_flat_values(result)


def _same_rows(a, b) -> bool:
    if a.ragged_rank != b.ragged_rank:
        return False
    pairs = zip(a.nested_row_splits, b.nested_row_splits, strict=True)
    return all(np.array_equal(x._host(), y._host()) for x, y in pairs)


def elementwise(function, x, y):
    """Applies a function of two tensors to ragged ones, broadcasting rows.

    Args:
        function: a function of two tensors.
        x: a ragged tensor, a tensor or a number.
        y: likewise; one of the two is ragged.
    """
    if not isinstance(x, RaggedTensor) or not isinstance(y, RaggedTensor):
        ragged, other = (x, y) if isinstance(x, RaggedTensor) else (y, x)
        if not hasattr(other, "shape") and not isinstance(other, (list, tuple)):
            return map_flat_values(function, x, y)
        other = convert_to_tensor(other, dtype_hint=ragged.dtype)
        if not other.ndim:
            return map_flat_values(function, x, y)
        x, y = (x, other) if isinstance(x, RaggedTensor) else (other, y)
    elif _same_rows(x, y):
        return map_flat_values(function, x, y)
    return _broadcast_rows(function, x, y)


def _broadcast_rows(function, x, y):
    rank = max(x.ndim, y.ndim)
    depth = max(getattr(v, "ragged_rank", 0) + rank - v.ndim for v in (x, y))
    x, y = (_with_rank(v, rank, depth) for v in (x, y))
    sizes = np.array([len(x)]), np.array([len(y)])
    count = _joint(*sizes, len(x) == 1, len(y) == 1)[0]
    at = [np.arange(count) if len(v) == count else np.zeros(count, int) for v in (x, y)]
    nested = []
    for _ in range(depth):
        lengths = [np.diff(v._splits)[i] for v, i in zip((x, y), at, strict=True)]
        joint = _joint(*lengths, x._uniform == 1, y._uniform == 1)
        place = arrays.positions_in_rows(joint)
        at = [
            np.repeat(v._splits[:-1][i], joint)
            + np.where(np.repeat(length, joint) == 1, 0, place)
            for v, i, length in zip((x, y), at, lengths, strict=True)
        ]
        nested.append(joint)
        x, y = x._values, y._values
    flat = function(arrays.take(x, at[0]), arrays.take(y, at[1]))
    for lengths in reversed(nested):
        flat = RaggedTensor(flat, arrays.splits_of(lengths))
    return flat


def _with_rank(value, rank, depth):
    while value.ndim < rank:
        if isinstance(value, RaggedTensor):
            value = expand_dims(value, 0)
        else:
            value = arrays.reshape(value, (1, *value.shape))
    return as_ragged(value, depth)


def _joint(a, b, stretch_a, stretch_b):
    """Returns the sizes of rows that two tensors broadcast to.

    Only an axis whose size is 1 by its type stretches: rows that happen to have one
    entry do not.
    """
    if stretch_a or stretch_b:
        return b if stretch_a else a
    if np.any(a != b):
        raise InvalidArgumentError(
            f"Unable to broadcast: dimension size mismatch in rows: {a} and {b}"
        )
    return a


def _method(function, reflected=False):
    if reflected:
        return lambda self, other: elementwise(function, other, self)
    return lambda self, other: elementwise(function, self, other)


def _equality(function, otherwise):
    def method(self, other):
        return otherwise if other is None else elementwise(function, self, other)

    return method


for _name, _function in _operators._BINARY.items():
    setattr(RaggedTensor, f"__{_name}__", _method(_function))
    setattr(RaggedTensor, f"__r{_name}__", _method(_function, reflected=True))
for _name, _function in _operators._COMPARISONS.items():
    setattr(RaggedTensor, f"__{_name}__", _method(_function))
RaggedTensor.__eq__ = _equality(_operators.equal, False)
RaggedTensor.__ne__ = _equality(_operators.not_equal, True)
RaggedTensor.__hash__ = None
RaggedTensor.__neg__ = lambda self: map_flat_values(_operators.negative, self)
RaggedTensor.__pos__ = lambda self: self
RaggedTensor.__abs__ = lambda self: map_flat_values(_operators.absolute, self)
RaggedTensor.__invert__ = lambda self: map_flat_values(_operators.invert, self)


# Reductions.


def _segments(name):
    """Returns the function that reduces the values of each segment."""

    def compute(values, segments, count):
        dtype = values.dtype
        if name in ("any", "all"):
            return _by_number(name, values, segments, count)
        function = {"sum": ops.segment_sum, "max": ops.segment_max}.get(name)
        if function is not None and not np.issubdtype(dtype.as_numpy_dtype, np.bool_):
            args = (values, segments.astype(np.int32))
            result = call_on_tensors(function, args, {"num_segments": count})
            return _bounded(result, segments, count, dtype.min, name)
        if name == "min":
            result = -compute_max(-values, segments, count)
            return _bounded(result, segments, count, dtype.max, name)
        return _product(values, segments, count)

    compute_max = None
    if name == "min":
        compute_max = _segments("max")
    return compute


def _bounded(result, segments, count, value, name):
    """Gives empty segments TensorFlow's value: the least or the largest number."""
    if name == "sum":
        return result
    present = np.bincount(segments, minlength=count) > 0
    if present.all():
        return result
    default = convert_to_tensor(np.asarray(value, result.dtype.dtype))
    return arrays.fill(result, present, default)


def _by_number(name, values, segments, count):
    array = values._host()
    result = np.full((count, *array.shape[1:]), name == "all")
    (np.logical_or if name == "any" else np.logical_and).at(result, segments, array)
    return Tensor(result)


def _product(values, segments, count):
    array = values._host()
    result = np.ones((count, *array.shape[1:]), array.dtype)
    np.multiply.at(result, segments, array)
    return Tensor(result)


def _reduce(name, ragged, axis, keepdims):
    if axis is None:
        result = _reduce_all(name, ragged.flat_values)
        return result if not keepdims else arrays.reshape(result, (1,) * ragged.ndim)
    if isinstance(axis, (list, tuple)):
        axes = sorted((_positive(a, ragged.ndim) for a in axis), reverse=True)
        for one in axes:
            ragged = _reduce_one(name, ragged, one, keepdims)
        return ragged
    return _reduce_one(name, ragged, _positive(axis, ragged.ndim), keepdims)


def _positive(axis, rank):
    axis = int(axis)
    if not -rank <= axis < rank:
        raise ValueError(f"axis={axis} out of bounds: expected {-rank}<=axis<{rank}")
    return axis % rank


_DENSE = {
    "sum": ops.sum,
    "prod": ops.prod,
    "max": ops.max,
    "min": ops.min,
    "any": ops.any,
    "all": ops.all,
}


def _dense(name, tensor, axis):
    return call_on_tensors(_DENSE[name], (tensor,), {"axis": axis})


def _reduce_all(name, tensor):
    return _dense(name, tensor, None)


def _reduce_one(name, ragged, axis, keepdims):
    if not isinstance(ragged, RaggedTensor):
        result = _dense(name, ragged, axis)
        if keepdims:
            shape = list(ragged.shape)
            shape[axis] = 1
            result = arrays.reshape(result, shape)
        return result
    values = ragged._values
    if axis >= 2:
        return ragged.with_values(_reduce_one(name, values, axis - 1, keepdims))
    lengths = np.diff(ragged._splits)
    if axis == 1:
        segments, count = arrays.rowids_of(ragged._splits), len(lengths)
    else:
        segments = arrays.positions_in_rows(lengths)
        count = int(lengths.max()) if len(lengths) else 0
    if isinstance(values, RaggedTensor):
        result = _reduce_rows(name, values, segments, count)
    else:
        result = _segments(name)(values, segments, count)
    if not keepdims:
        return result
    if isinstance(result, RaggedTensor):
        return expand_dims(result, axis)
    shape = list(result.shape)
    shape.insert(axis, 1)
    return arrays.reshape(result, shape)


def _reduce_rows(name, rows, segments, count):
    """Reduces rows of one segment place by place; they may differ in length."""
    lengths = np.diff(rows._splits)
    widths = np.zeros(count, np.int64)
    np.maximum.at(widths, segments, lengths)
    splits = arrays.splits_of(widths)
    place = np.repeat(splits[:-1][segments], lengths)
    place = place + arrays.positions_in_rows(lengths)
    if isinstance(rows._values, RaggedTensor):
        values = _reduce_rows(name, rows._values, place, int(splits[-1]))
    else:
        values = _segments(name)(rows._values, place, int(splits[-1]))
    return RaggedTensor(values, splits)


def _reduction(name, what):
    def reduce(input_tensor, axis=None, keepdims=False, name=None):
        return _reduce(kind, input_tensor, axis, keepdims)

    kind = name
    reduce.__name__ = f"reduce_{name}"
    reduce.__doc__ = f"""Computes {what} of the values of a ragged tensor.

    Args:
        input_tensor: a ragged tensor.
        axis: an axis, a list of axes, or None for all.
        keepdims: whether reduced axes stay, with size 1.
        name: accepted as in TensorFlow.

    Returns:
        A tensor, ragged if rows still differ in length.
    """
    return reduce


reduce_sum = _reduction("sum", "the sum")
reduce_prod = _reduction("prod", "the product")
reduce_max = _reduction("max", "the largest")
reduce_min = _reduction("min", "the smallest")
reduce_any = _reduction("any", "whether one is true")
reduce_all = _reduction("all", "whether all are true")


def reduce_mean(input_tensor, axis=None, keepdims=False, name=None):
    """Computes the mean of the values of a ragged tensor.

    Args:
        input_tensor: a ragged tensor.
        axis: an axis, a list of axes, or None for all.
        keepdims: whether reduced axes stay, with size 1.
        name: accepted as in TensorFlow.

    Returns:
        A tensor, ragged if rows still differ in length; NaN for empty rows.
    """
    total = reduce_sum(input_tensor, axis, keepdims)
    ones = map_flat_values(
        lambda x: Tensor(np.ones(x.shape, x.dtype.as_numpy_dtype)), input_tensor
    )
    count = reduce_sum(ones, axis, keepdims)
    if input_tensor.dtype.is_integer:
        return (
            _operators.floordiv(total, count)
            if not isinstance(total, RaggedTensor)
            else total // count
        )
    return total / count


def reduce_variance(input_tensor, axis=None, keepdims=False, name=None):
    """Computes the variance of the values of a ragged tensor.

    Args:
        input_tensor: a ragged tensor.
        axis: an axis, a list of axes, or None for all.
        keepdims: whether reduced axes stay, with size 1.
        name: accepted as in TensorFlow.
    """
    square = map_flat_values(lambda x: x * x, input_tensor)
    mean = reduce_mean(input_tensor, axis, keepdims)
    return reduce_mean(square, axis, keepdims) - mean * mean


# Joining.


def concat(values, axis, name=None):
    """Joins tensors, some of them ragged, along an axis.

    Args:
        values: a list of tensors of one number of axes.
        axis: the axis.
        name: accepted as in TensorFlow.

    Example:
        >>> from ranvier.tensors import ragged_constant
        >>> a, b = ragged_constant([[1], [2, 3]]), ragged_constant([[4], []])
        >>> concat([a, b], axis=1)
        <tf.RaggedTensor [[1, 4],
         [2, 3]]>
    """
    values, axis, depth = _aligned(values, axis)
    if depth == 0:
        return call_on_tensors(ops.concatenate, (values,), {"axis": axis})
    return _concat([as_ragged(v, depth) for v in values], axis)


def stack(values, axis=0, name=None):
    """Stacks tensors, some of them ragged, along a new axis.

    Args:
        values: a list of tensors of one number of axes.
        axis: the new axis.
        name: accepted as in TensorFlow.

    Example:
        >>> from ranvier.tensors import ragged_constant
        >>> stack([ragged_constant([[1], []]), ragged_constant([[2, 3]])])
        <tf.RaggedTensor [[[1], []], [[2, 3]]]>
    """
    values = [_value(v) for v in values]
    rank = values[0].ndim
    axis = axis + rank + 1 if axis < 0 else axis
    if rank == 0:
        return call_on_tensors(ops.stack, (values,), {"axis": 0})
    depth = max(getattr(v, "ragged_rank", 0) for v in values)
    if axis == 0:
        # Each becomes a row, whatever the lengths.
        values = [as_ragged(v, depth) for v in values]
        lengths = [len(v) for v in values]
        return RaggedTensor(_concat(values, 0), arrays.splits_of(lengths))
    if depth == 0 and len({v.shape for v in values}) == 1:
        return call_on_tensors(ops.stack, (values,), {"axis": axis})
    expanded = [
        expand_dims(as_ragged(v, depth), axis)
        if depth
        else arrays.reshape(v, (*v.shape[:axis], 1, *v.shape[axis:]))
        for v in values
    ]
    return concat(expanded, axis)


def tile(ragged, multiples):
    """Repeats a ragged tensor along its axes.

    Args:
        ragged: a ragged tensor.
        multiples: how often, an axis each.

    Raises:
        InvalidArgumentError: if there is not one multiple an axis.
    """
    if len(multiples) != ragged.ndim:
        raise InvalidArgumentError(
            f"Expected multiples argument to be a vector of length {ragged.ndim} but "
            f"got length {len(multiples)} [Op:Tile]"
        )
    for axis, count in enumerate(multiples):
        if count == 0:
            raise InvalidArgumentError("A multiple of a ragged tensor must be positive")
        if count > 1:
            ragged = concat([ragged] * count, axis)
    return ragged


def reverse(ragged, axis):
    """Turns the rows of a ragged tensor, or the entries in them, round.

    Args:
        ragged: a ragged tensor.
        axis: a list of axes.
    """
    axes = {int(a) % ragged.ndim for a in np.atleast_1d(axis)}
    return _reversed(ragged, axes)


def _reversed(values, axes):
    if not isinstance(values, RaggedTensor):
        places = sorted(axes)
        return call_on_tensors(lambda x: ops.flip(x, places), (values,), {})
    inner = {axis - 1 for axis in axes if axis > 1}
    if inner:
        values = RaggedTensor(_reversed(values._values, inner), values._splits)
    if 1 in axes:
        lengths = np.diff(values._splits)
        ends = np.repeat(values._splits[1:], lengths)
        order = ends - 1 - arrays.positions_in_rows(lengths)
        values = RaggedTensor(take_values(values._values, order), values._splits)
    if 0 in axes:
        values = take_rows(values, np.arange(len(values))[::-1])
    return values


def where(choose, condition, x, y):
    """Chooses, entry by entry, between ragged tensors with the same rows.

    Args:
        choose: the choice between tensors.
        condition: a ragged tensor of booleans, or a tensor that broadcasts to the rows.
        x: a ragged tensor, or a scalar.
        y: likewise.
    """
    if isinstance(condition, RaggedTensor):
        return map_flat_values(choose, condition, x, y)
    condition = convert_to_tensor(condition)
    ragged = x if isinstance(x, RaggedTensor) else y
    whole = elementwise(
        lambda chosen, like: _operators.logical_and(chosen, like == like),
        condition,
        ragged,
    )
    return map_flat_values(choose, whole, x, y)


def _value(value):
    return value if isinstance(value, RaggedTensor) else convert_to_tensor(value)


def _aligned(values, axis):
    values = [_value(v) for v in values]
    rank = values[0].ndim
    if any(v.ndim != rank for v in values):
        raise ValueError(
            "All tensors must have one number of axes. Received: "
            f"{[v.ndim for v in values]}"
        )
    depth = max(getattr(v, "ragged_rank", 0) for v in values)
    return values, _positive(axis, rank), depth


def _concat(values, axis):
    if not isinstance(values[0], RaggedTensor):
        if axis == 0:
            return arrays.concat(values)
        return call_on_tensors(ops.concatenate, (values,), {"axis": axis})
    if axis == 0:
        depth = max(v.ragged_rank for v in values)
        values = [as_ragged(v, depth) for v in values]
        lengths = np.concatenate([np.diff(v._splits) for v in values])
        splits = arrays.splits_of(lengths).astype(values[0]._splits.dtype)
        return RaggedTensor(_concat([v._values for v in values], 0), splits)
    if len({len(v) for v in values}) > 1:
        raise InvalidArgumentError(
            "Tensors joined along an inner axis must have as many rows. Received: "
            f"{[len(v) for v in values]}"
        )
    if axis == 1:
        # All rows one below the other, then the rows of one number side by side.
        below = _concat(values, 0)
        count = len(values[0])
        order = np.arange(count * len(values)).reshape(len(values), count).T.ravel()
        mixed = take_rows(below, order)
        splits = mixed._splits[:: len(values)]
        return RaggedTensor(mixed._values, splits)
    first = values[0]
    if any(not np.array_equal(v._splits, first._splits) for v in values):
        raise InvalidArgumentError(
            "Tensors joined along an inner axis must have the same outer rows."
        )
    return first.with_values(_concat([v._values for v in values], axis - 1))


# Choosing.


def gather(params, indices, validate_indices=None, axis=0, batch_dims=0, name=None):
    """Takes rows of a ragged tensor, or of a tensor by ragged indices.

    Args:
        params: a tensor or ragged tensor.
        indices: integers, perhaps ragged.
        validate_indices: accepted as in TensorFlow.
        axis: 0.
        batch_dims: 0.
        name: accepted as in TensorFlow.

    Raises:
        InvalidArgumentError: for an index out of bounds.
    """
    params = _value(params)
    if isinstance(indices, RaggedTensor):
        return indices.with_values(gather(params, indices._values))
    index = arrays.host(indices)
    count = len(params)
    if index.size and (index.min() < 0 or index.max() >= count):
        raise InvalidArgumentError(f"indices must be in [0, {count})")
    taken = take_values(params, index.ravel())
    if index.ndim == 1:
        return taken
    if index.ndim == 0:
        return taken[0]
    for size in reversed(index.shape[1:]):
        taken = RaggedTensor.from_uniform_row_length(
            taken, size, nrows=len(taken) // size if size else 0
        )
    return taken


def boolean_mask(data, mask, name=None):
    """Keeps the values where a mask is true, rows by rows.

    Args:
        data: a tensor or ragged tensor.
        mask: truth values: one a row, or (ragged) one a value.
        name: accepted as in TensorFlow.

    Example:
        >>> boolean_mask([[1, 2], [3, 4]], [[True, False], [False, False]])
        <tf.RaggedTensor [[1], []]>
    """
    data, mask = _value(data), _value(mask)
    if not isinstance(mask, RaggedTensor) and mask.ndim == 1:
        return take_values(data, np.flatnonzero(mask._host()))
    mask = as_ragged(mask, mask.ndim - 1)
    data = as_ragged(data, mask.ragged_rank)
    return _mask_rows(data, mask)


def _mask_rows(data, mask):
    if isinstance(mask._values, RaggedTensor):
        return data.with_values(_mask_rows(data._values, mask._values))
    keep = mask._values._host()
    kept = np.concatenate([[0], np.cumsum(keep)])
    splits = kept[mask._splits].astype(data._splits.dtype)
    return RaggedTensor(take_values(data._values, np.flatnonzero(keep)), splits)


def ragged_range(
    starts, limits=None, deltas=1, dtype=None, name=None, row_splits_dtype="int64"
):
    """Makes rows of evenly spaced numbers.

    Args:
        starts: where each row starts, or (alone) where it ends.
        limits: where each row ends, itself left out.
        deltas: the steps.
        dtype: the dtype of the values.
        name: accepted as in TensorFlow.
        row_splits_dtype: dtype of the splits.

    Raises:
        InvalidArgumentError: for a step of 0.

    Example:
        >>> ragged_range([3, 1, 2])
        <tf.RaggedTensor [[0, 1, 2], [0], [0, 1]]>
    """
    if limits is None:
        starts, limits = 0, starts
    dtype = None if dtype is None else as_dtype(dtype)
    bounds = [convert_to_tensor(v, dtype)._host() for v in (starts, limits, deltas)]
    kind = max((b.dtype for b in bounds), key=lambda k: (k.kind == "f", k.itemsize))
    bounds = [np.atleast_1d(b) for b in bounds]
    if np.any(bounds[2] == 0):
        raise InvalidArgumentError("Requires delta != 0")
    rows = [np.arange(a, b, c, dtype=kind) for a, b, c in np.broadcast(*bounds)]
    values = np.concatenate([*rows, np.zeros(0, kind)])
    splits = arrays.splits_of([len(row) for row in rows])
    return RaggedTensor(Tensor(values), splits.astype(as_dtype(row_splits_dtype).dtype))


def row_splits_to_segment_ids(splits, name=None, out_type=None):
    """Returns the number of the row of each value.

    Args:
        splits: where each row begins, and the last one ends.
        name: accepted as in TensorFlow.
        out_type: dtype of the result.
    """
    splits = arrays.host(splits)
    dtype = as_dtype(out_type or ("int64" if splits.dtype == np.int64 else "int32"))
    return Tensor(arrays.rowids_of(splits).astype(dtype.dtype))


def segment_ids_to_row_splits(segment_ids, num_segments=None, out_type=None, name=None):
    """Returns where each row begins, and the last one ends.

    Args:
        segment_ids: the number of the row of each value, in increasing order.
        num_segments: the number of rows.
        out_type: dtype of the result.
        name: accepted as in TensorFlow.
    """
    ids = arrays.host(segment_ids)
    lengths = np.bincount(ids, minlength=int(num_segments or 0))
    dtype = as_dtype(out_type or ("int64" if ids.dtype == np.int64 else "int32"))
    return Tensor(arrays.splits_of(lengths).astype(dtype.dtype))


def stack_dynamic_partitions(data, partitions, num_partitions, name=None):
    """Sorts entries into rows.

    Args:
        data: a tensor or ragged tensor.
        partitions: the row of each entry.
        num_partitions: the number of rows.
        name: accepted as in TensorFlow.

    Example:
        >>> stack_dynamic_partitions(["a", "b", "c"], [1, 0, 1], 3)
        <tf.RaggedTensor [[b'b'], [b'a', b'c'], []]>
    """
    rows = arrays.host(partitions)
    if rows.size and not (0 <= rows.min() and rows.max() < num_partitions):
        raise InvalidArgumentError(f"partitions must be in [0, {num_partitions})")
    data = _value(data)
    if rows.ndim > 1:
        data = arrays.reshape(data, (-1, *data.shape[rows.ndim :]))
    order = np.argsort(rows.ravel(), kind="stable")
    lengths = np.bincount(rows.ravel(), minlength=num_partitions)
    return RaggedTensor(take_values(data, order), arrays.splits_of(lengths))
