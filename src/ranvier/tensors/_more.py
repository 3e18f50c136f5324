"""Operations of the TensorFlow face that stand at its top level, and few need."""

import numpy as np

from ranvier import ops
from ranvier.core._hash_bins import hash_bins
from ranvier.core._variable import Variable
from ranvier.ops._symbolic import KerasTensor
from ranvier.tensors import _math, _strings
from ranvier.tensors._constant import convert_to_tensor
from ranvier.tensors._dtype import as_dtype
from ranvier.tensors._errors import InvalidArgumentError
from ranvier.tensors._functions import compute, static
from ranvier.tensors._ragged import RaggedTensor
from ranvier.tensors._shape import TensorShape
from ranvier.tensors._sparse import SparseTensor
from ranvier.tensors._specs import spec_of
from ranvier.tensors._tensor import Tensor, is_traced

# About values.


def is_tensor(x) -> bool:
    """Tells whether something is a tensor, a variable, or ragged or sparse.

    Example:
        >>> is_tensor(convert_to_tensor(1)), is_tensor(1)
        (True, False)
    """
    kinds = (Tensor, RaggedTensor, SparseTensor, Variable, KerasTensor)
    return isinstance(x, kinds) or is_traced(x)


def is_symbolic_tensor(tensor) -> bool:
    """Tells whether a tensor has no value yet."""
    return isinstance(tensor, KerasTensor) or is_traced(
        getattr(tensor, "_value", tensor)
    )


def get_static_value(tensor, partial=False):
    """Returns a tensor's value as an array, or None inside of a program."""
    if is_symbolic_tensor(tensor):
        return None
    return convert_to_tensor(tensor).numpy()


def type_spec_from_value(value):
    """Returns the spec of a value."""
    return spec_of(value)


def identity_n(input, name=None):
    """Returns a list of tensors as it is."""
    return [convert_to_tensor(x) for x in input]


def shape_n(input, out_type="int32", name=None):
    """Returns the shapes of several tensors."""
    from ranvier.tensors._shaping import shape

    return [shape(x, out_type) for x in input]


def broadcast_static_shape(shape_x, shape_y):
    """Returns the shape two shapes broadcast to.

    Raises:
        ValueError: if they do not.
    """
    try:
        return TensorShape(np.broadcast_shapes(tuple(shape_x), tuple(shape_y)))
    except ValueError:
        raise ValueError(
            f"Incompatible shapes for broadcasting: {shape_x} and {shape_y}."
        ) from None


def broadcast_dynamic_shape(shape_x, shape_y):
    """Returns the shape two shapes broadcast to, as a tensor."""
    x, y = static(shape_x), static(shape_y)
    try:
        return Tensor(np.array(np.broadcast_shapes(x, y), np.int32))
    except ValueError:
        raise InvalidArgumentError(
            f"Incompatible shapes for broadcasting: {x} and {y}."
        ) from None


# Bits and parts.


def bitcast(input, type, name=None):
    """Reads the bytes of a tensor as another dtype.

    Example:
        >>> bitcast(convert_to_tensor([1.0]), "int32").numpy().tolist()
        [1065353216]
    """
    new = np.dtype(as_dtype(type).as_numpy_dtype)
    array = np.ascontiguousarray(convert_to_tensor(input)._host())
    old = array.dtype
    if new.itemsize > old.itemsize:
        ratio = new.itemsize // old.itemsize
        if array.shape[-1:] != (ratio,):
            raise InvalidArgumentError(
                f"Cannot bitcast from {old.name} to {new.name}: the last dimension "
                f"must be {ratio}, the shape is {list(array.shape)}"
            )
        return Tensor(array.view(new).reshape(array.shape[:-1]))
    if new.itemsize < old.itemsize:
        ratio = old.itemsize // new.itemsize
        return Tensor(array.reshape(-1).view(new).reshape(*array.shape, ratio))
    return Tensor(array.view(new))


def strided_slice(
    input_,
    begin,
    end,
    strides=None,
    begin_mask=0,
    end_mask=0,
    ellipsis_mask=0,
    new_axis_mask=0,
    shrink_axis_mask=0,
    var=None,
    name=None,
):
    """Takes a part of a tensor, by numbers of beginnings, ends and steps."""
    begin, end = static(begin), static(end)
    strides = (1,) * len(begin) if strides is None else static(strides)
    key = []
    for i, (first, last, step) in enumerate(zip(begin, end, strides)):
        bit = 1 << i
        if ellipsis_mask & bit:
            key.append(Ellipsis)
        elif new_axis_mask & bit:
            key.append(None)
        elif shrink_axis_mask & bit:
            key.append(first)
        else:
            start = None if begin_mask & bit else first
            key.append(slice(start, None if end_mask & bit else last, step))
    return convert_to_tensor(input_)[tuple(key)]


def dynamic_partition(data, partitions, num_partitions, name=None):
    """Sorts rows into a list of tensors, by their numbers."""
    from ranvier.tensors._arrays_of import take

    numbers = convert_to_tensor(partitions)._host()
    data = convert_to_tensor(data)
    if numbers.size and not 0 <= numbers.min() <= numbers.max() < num_partitions:
        raise InvalidArgumentError(
            f"partitions must be in [0, {num_partitions}). Received: {numbers.tolist()}"
        )
    shape = (numbers.size, *data.shape[numbers.ndim :])
    rows = compute(lambda x: ops.reshape(x, shape), data)
    flat = numbers.ravel()
    return [take(rows, np.nonzero(flat == i)[0]) for i in range(num_partitions)]


def dynamic_stitch(indices, data, name=None):
    """Undoes `dynamic_partition`: puts rows where their numbers say."""
    places = [convert_to_tensor(i)._host() for i in indices]
    size = max((int(p.max()) + 1 for p in places if p.size), default=0)
    rows = [convert_to_tensor(d)._host() for d in data]
    inner = rows[0].shape[places[0].ndim :]
    result = np.zeros((size, *inner), rows[0].dtype)
    for place, row in zip(places, rows):
        result[place.ravel()] = row.reshape(-1, *inner)
    return Tensor(result)


def reverse_sequence(input, seq_lengths, seq_axis=None, batch_axis=None, name=None):
    """Reverses the first entries of each sequence."""
    lengths = convert_to_tensor(seq_lengths)._host()
    seq_axis, batch_axis = seq_axis or 0, batch_axis or 0
    tensor = convert_to_tensor(input)
    steps = np.arange(tensor.shape[seq_axis])
    order = np.where(
        steps < lengths[:, None], lengths[:, None] - 1 - steps, steps
    ).astype(np.int32)
    shape = [1] * tensor.ndim
    shape[batch_axis], shape[seq_axis] = order.shape
    if batch_axis > seq_axis:
        order = order.T
    order = np.broadcast_to(order.reshape(shape), tuple(tensor.shape))
    if tensor.dtype.name == "string":
        return Tensor(np.take_along_axis(tensor._host(), order, seq_axis))
    return compute(lambda x: ops.take_along_axis(x, order, axis=seq_axis), tensor)


def unravel_index(indices, dims, name=None):
    """Returns rows of indices for numbers of entries."""
    indices = convert_to_tensor(indices)._host()
    shape = tuple(np.asarray(convert_to_tensor(dims)._host()).tolist())
    if np.any(indices >= np.prod(shape)) or np.any(indices < 0):
        raise InvalidArgumentError("index is out of bound as with dims")
    return Tensor(np.array(np.unravel_index(indices, shape)).astype(indices.dtype))


# Counting.


def histogram_fixed_width_bins(
    values, value_range, nbins=100, dtype="int32", name=None
):
    """Returns the number of the bin of each entry."""
    values = convert_to_tensor(values)._host()
    low, high = np.asarray(convert_to_tensor(value_range)._host(), np.float64)
    if not low < high:
        raise InvalidArgumentError(
            f"value_range should satisfy value_range[0] < value_range[1]: {low}, {high}"
        )
    bins = np.floor((values - low) / (high - low) * nbins)
    bins = np.clip(bins, 0, nbins - 1)
    return Tensor(bins.astype(as_dtype(dtype).as_numpy_dtype))


def histogram_fixed_width(values, value_range, nbins=100, dtype="int32", name=None):
    """Counts the entries in bins of one width; what lies outside in the nearest."""
    bins = histogram_fixed_width_bins(values, value_range, nbins)._host()
    counts = np.bincount(bins.ravel(), minlength=nbins)
    return Tensor(counts.astype(as_dtype(dtype).as_numpy_dtype))


def edit_distance(hypothesis, truth, normalize=True, name="edit_distance"):
    """Computes Levenshtein's distances between rows of sparse tensors.

    Args:
        hypothesis: a sparse tensor whose last axis holds sequences.
        truth: another one.
        normalize: whether distances are divided by the length of the truth.
        name: accepted as in TensorFlow.

    Raises:
        TypeError: for what is not sparse.
    """
    for value, argument in ((hypothesis, "Hypothesis"), (truth, "Truth")):
        if not isinstance(value, SparseTensor):
            raise TypeError(f"{argument} must be a SparseTensor.")
    shape = tuple(max(a, b) for a, b in zip(hypothesis.shape[:-1], truth.shape[:-1]))
    result = np.zeros(shape, np.float32)
    for place in np.ndindex(*shape):
        one, other = _sequence(hypothesis, place), _sequence(truth, place)
        distance = _levenshtein(one, other)
        if normalize:
            distance = distance / len(other) if other else np.inf if one else 0.0
        result[place] = distance
    return Tensor(result)


def _sequence(sparse, place):
    mine = np.all(sparse._indices[:, :-1] == place, axis=1)
    return sparse.values._host()[mine].tolist()


def _levenshtein(one, other):
    row = list(range(len(other) + 1))
    for i, x in enumerate(one, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(other, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return float(row[-1])


# Hashes of strings.


def to_hash_bucket_fast(input, num_buckets, name=None):
    """Returns the bucket of each string, by its fingerprint.

    Example:
        >>> to_hash_bucket_fast(["Hello", "TensorFlow"], 3).numpy().tolist()
        [0, 2]
    """
    return _buckets(input, num_buckets, None)


def to_hash_bucket_strong(input, num_buckets, key, name=None):
    """Returns the bucket of each string, by a hash with a key of two integers."""
    return _buckets(input, num_buckets, tuple(int(k) for k in key))


def _buckets(input, num_buckets, key):
    if isinstance(input, RaggedTensor):
        return input.with_flat_values(_buckets(input.flat_values, num_buckets, key))
    array = _strings._strings_of(input)
    if num_buckets < 1:
        raise InvalidArgumentError(f"num_buckets must be positive: {num_buckets}")
    if not array.size:
        return Tensor(np.zeros(array.shape, np.int64))
    bins = hash_bins(array.reshape(-1), num_buckets, key)
    return Tensor(bins.reshape(array.shape))


# Rows of other functions.


def lbeta(x, name=None):
    """Computes the logarithm of the beta function along the last axis."""
    return _math.reduce_sum(_math.lgamma(x), -1) - _math.lgamma(_math.reduce_sum(x, -1))


def erfcinv(x, name=None):
    """Computes the inverse of the complementary error function."""
    return _math.ndtri(convert_to_tensor(x) * 0.5) * np.float32(-np.sqrt(0.5))
