"""Creation, shape, joining and choosing, as in TensorFlow."""

import builtins
import collections

import jax.numpy as jnp
import numpy as np

from ranvier import ops
from ranvier.ops._dispatch import op
from ranvier.ops._symbolic import any_symbolic
from ranvier.tensors import _ragged_ops, _ragged_slicing
from ranvier.tensors._constant import convert_to_tensor
from ranvier.tensors._dtype import as_dtype
from ranvier.tensors._errors import InvalidArgumentError
from ranvier.tensors._functions import compute, one_dtype, static
from ranvier.tensors._ragged import RaggedTensor
from ranvier.tensors._shape import TensorShape
from ranvier.tensors._tensor import Tensor, is_traced

# Creation.


def fill(dims, value, name=None):
    """Returns a tensor of one repeated value."""
    value, dims = convert_to_tensor(value), static(dims)
    if is_traced(value._value) or any(map(_is_symbol, dims)):
        return compute(lambda v: jnp.full(dims, v), value)
    value = value._host()
    return Tensor(np.full(dims, value[()], dtype=value.dtype))


def _is_symbol(size):
    return type(size).__name__ == "_DimExpr"


def _filled(number):
    def make(shape, dtype="float32", name=None, layout=None):
        dtype = as_dtype(dtype)
        value = (b"" if number == 0 else b"1") if dtype.name == "string" else number
        shape = static(shape)
        shape = (shape,) if isinstance(shape, int) else shape
        if any(map(_is_symbol, shape)):
            return Tensor(jnp.full(shape, value, dtype=dtype.dtype))
        return Tensor(np.full(shape, value, dtype=dtype.dtype))

    return make


zeros = _filled(0)
ones = _filled(1)


def _like(function, number):
    def make(input, dtype=None, name=None, layout=None):
        if isinstance(input, RaggedTensor):
            return input.with_flat_values(make(input.flat_values, dtype))
        if not hasattr(input, "shape"):
            input = convert_to_tensor(input)
        if isinstance(input, Tensor) and input.dtype.name == "string":
            return _filled(number)(input.shape, dtype or "string")
        name = None if dtype is None else as_dtype(dtype).name
        return compute(lambda a: function(a, dtype=name), input)

    return make


zeros_like = _like(ops.zeros_like, 0)
ones_like = _like(ops.ones_like, 1)


def range(start, limit=None, delta=1, dtype=None, name="range"):
    """Returns evenly spaced numbers, the limit left out.

    Example:
        >>> range(3)
        <tf.Tensor: shape=(3,), dtype=int32, numpy=array([0, 1, 2], dtype=int32)>
    """
    if limit is None:
        start, limit = 0, start
    dtype = None if dtype is None else as_dtype(dtype)
    bounds = [convert_to_tensor(v) for v in (start, limit, delta)]
    kinds = [b.dtype.dtype for b in bounds]
    kind = dtype.dtype if dtype else max(kinds, key=lambda k: (k.kind, k.itemsize))
    if dtype is None and any(k.kind == "f" for k in kinds):
        kind = max((k for k in kinds if k.kind == "f"), key=lambda k: k.itemsize)
    if any(is_traced(b._value) for b in bounds):
        from ranvier.tensors import _dynamic_range  # which computes with tensors

        return _dynamic_range.dynamic_range(*bounds, kind)
    start, limit, delta = (b._host().astype(kind) for b in bounds)
    if delta == 0:
        raise InvalidArgumentError("Requires delta != 0 [Op:Range]")
    return Tensor(np.arange(start, limit, delta, dtype=kind))


def linspace(start, stop, num, name=None, axis=0):
    """Returns `num` evenly spaced numbers, both ends included."""
    start, stop = convert_to_tensor(start)._host(), convert_to_tensor(stop)._host()
    result = np.linspace(start, stop, static(num), axis=axis)
    return Tensor(result.astype(start.dtype if start.dtype.kind == "f" else "float64"))


def eye(num_rows, num_columns=None, batch_shape=None, dtype="float32", name=None):
    """Returns an identity matrix, or a batch of them."""
    matrix = np.eye(static(num_rows), static(num_columns), dtype=as_dtype(dtype).dtype)
    return Tensor(np.tile(matrix, (*(static(batch_shape) or ()), 1, 1)))


def one_hot(
    indices, depth, on_value=None, off_value=None, axis=None, dtype=None, name=None
):
    """Returns rows with `on_value` at the place of each index."""
    on = 1 if on_value is None else on_value
    off = 0 if off_value is None else off_value
    if dtype is None:
        given = [v for v in (on_value, off_value) if v is not None]
        dtype = convert_to_tensor(given[0]).dtype if given else "float32"
    name, depth = as_dtype(dtype).name, static(depth)
    if isinstance(indices, RaggedTensor):
        hot = one_hot(indices.flat_values, depth, on_value, off_value, axis, dtype)
        return indices.with_flat_values(hot)

    def run(array):
        hot = ops.one_hot(array, depth, axis=-1 if axis is None else axis, dtype="bool")
        return ops.where(hot, ops.cast(on, name), ops.cast(off, name))

    return compute(run, indices)


# Shape.


def shape(input, out_type="int32", name=None):
    """Returns the shape of a tensor, as a tensor (in a program: a tuple).

    Inside of programs shapes are known: the result serves as one there too.
    """
    if isinstance(input, RaggedTensor):
        return input.bounding_shape(out_type=out_type)
    if any_symbolic((input,)):
        return ops.shape(input)
    sizes = getattr(input, "dense_shape", None)
    sizes = sizes._host() if sizes is not None else _shape_of(input)
    if is_traced(getattr(input, "_value", None)):
        return _symbolic_shape(input, out_type)
    return Tensor(np.array(sizes, as_dtype(out_type).dtype))


def _symbolic_shape(value, dtype):
    from ranvier.tensors._symbolic_sizes import SizeTensor  # rarely met

    array = getattr(value, "_value", value)
    return SizeTensor(tuple(array.shape), as_dtype(dtype).name)


def _shape_of(value):
    value = value if hasattr(value, "shape") else convert_to_tensor(value)
    return tuple(value.shape)


def size(input, out_type="int32", name=None):
    """Returns the number of entries."""
    if isinstance(input, RaggedTensor):
        input = input.flat_values
    if None in _shape_of(input):
        sizes = _symbolic_shape(input, out_type)
        return compute(ops.prod, Tensor(sizes._value))
    count = np.prod(_shape_of(input), dtype=np.int64)
    return Tensor(np.asarray(count, as_dtype(out_type).dtype))


def rank(input, name=None):
    """Returns the number of axes."""
    count = input.ndim if hasattr(input, "ndim") else len(_shape_of(input))
    return Tensor(np.asarray(count, np.int32))


def _on_host(function, tensor):
    """Applies a NumPy function to a tensor of strings, or None for another one."""
    if isinstance(tensor, Tensor) and tensor.dtype.name == "string":
        return Tensor(np.asarray(function(tensor._value)))
    return None


def _apply(function, tensor, host_function):
    """Computes on the device; on tensors of strings with NumPy."""
    if not hasattr(tensor, "shape") or isinstance(tensor, np.ndarray):
        tensor = convert_to_tensor(tensor)
    found = _on_host(host_function, tensor)
    return compute(function, tensor) if found is None else found


def reshape(tensor, shape, name=None):
    """Returns a tensor in another shape, with -1 for at most one axis.

    Raises:
        InvalidArgumentError: if the sizes differ.
    """
    shape = static(shape)
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    try:
        return _apply(
            lambda a: ops.reshape(a, shape), tensor, lambda a: a.reshape(shape)
        )
    except (TypeError, ValueError) as error:
        raise InvalidArgumentError(
            f"Cannot reshape a tensor of shape {_shape_of(tensor)} to {shape} "
            "[Op:Reshape]"
        ) from error


def transpose(a, perm=None, conjugate=False, name=None):
    """Returns a tensor with its axes in another order, reversed by default."""
    perm = static(perm)
    try:
        transposed = _apply(
            lambda x: ops.transpose(x, perm), a, lambda x: np.transpose(x, perm)
        )
    except (TypeError, ValueError) as error:
        raise InvalidArgumentError(f"{error} [Op:Transpose]") from error
    return compute(ops.conj, transposed) if conjugate else transposed


def expand_dims(input, axis, name=None):
    """Returns a tensor with an axis of size one."""
    axis = static(axis)
    if isinstance(input, RaggedTensor):
        return _ragged_slicing.expand_dims(input, axis)
    try:
        return _apply(
            lambda x: ops.expand_dims(x, axis), input, lambda x: np.expand_dims(x, axis)
        )
    except ValueError as error:
        raise InvalidArgumentError(f"{error} [Op:ExpandDims]") from error


def squeeze(input, axis=None, name=None):
    """Returns a tensor without axes of size one."""
    axis = static(axis)
    try:
        return _apply(
            lambda x: ops.squeeze(x, axis), input, lambda x: np.squeeze(x, axis)
        )
    except ValueError as error:
        raise InvalidArgumentError(f"{error} [Op:Squeeze]") from error


def broadcast_to(input, shape, name=None):
    """Returns a tensor repeated to a larger shape."""
    shape = static(shape)
    return _apply(
        lambda x: ops.broadcast_to(x, shape), input, lambda x: np.broadcast_to(x, shape)
    )


def tile(input, multiples, name=None):
    """Returns a tensor repeated along its axes.

    Raises:
        InvalidArgumentError: if there is not one multiple an axis.
    """
    if isinstance(input, RaggedTensor):
        return _ragged_ops.tile(input, static(multiples))
    multiples = static(multiples)
    rank = len(_shape_of(input))
    if len(multiples) != rank:
        raise InvalidArgumentError(
            f"Expected multiples argument to be a vector of length {rank} but got "
            f"length {len(multiples)} [Op:Tile]"
        )
    return _apply(
        lambda x: ops.tile(x, multiples), input, lambda x: np.tile(x, multiples)
    )


def repeat(input, repeats, axis=None, name=None):
    """Repeats entries one by one."""
    repeats = static(repeats)
    counts = np.array(repeats).tolist()  # a tape takes arrays for inputs
    return _apply(
        lambda x: ops.repeat(x, counts, axis=axis),
        input,
        lambda x: np.repeat(x, counts, axis=axis),
    )


def reverse(tensor, axis, name=None):
    """Returns a tensor with some axes turned round."""
    axis = static(axis)
    if isinstance(tensor, RaggedTensor):
        return _ragged_ops.reverse(tensor, axis)
    return _apply(lambda x: ops.flip(x, axis), tensor, lambda x: np.flip(x, axis))


def roll(input, shift, axis, name=None):
    """Moves entries along axes; those that fall out come in again."""
    shift, axis = static(shift), static(axis)
    return _apply(
        lambda x: ops.roll(x, shift, axis), input, lambda x: np.roll(x, shift, axis)
    )


def pad(tensor, paddings, mode="CONSTANT", constant_values=0, name=None):
    """Adds entries before and after each axis."""
    widths, mode = static(paddings), mode.lower()
    extra = {"constant_values": constant_values} if mode == "constant" else {}
    return compute(lambda x: ops.pad(x, widths, mode=mode, **extra), tensor)


def identity(input, name=None):
    """Returns a tensor with the same content."""
    if isinstance(input, RaggedTensor) or hasattr(input, "dense_shape"):
        return input
    return _apply(ops.copy, input, np.array)


def stop_gradient(input, name=None):
    """Returns a tensor that gradients do not pass."""
    return compute(ops.stop_gradient, input)


def ensure_shape(x, shape, name=None):
    """Returns a tensor, checked to have a shape.

    Raises:
        InvalidArgumentError: if it has another one.
    """
    if not TensorShape(_shape_of(x)).is_compatible_with(shape):
        raise InvalidArgumentError(
            f"Shape of tensor {_shape_of(x)} is not compatible with expected shape "
            f"{TensorShape(shape)} [Op:EnsureShape]"
        )
    return identity(x)


# Joining and splitting.


def _is_ragged(values):
    return builtins.any(isinstance(v, RaggedTensor) for v in values)


def concat(values, axis, name="concat"):
    """Joins tensors along an axis.

    Raises:
        InvalidArgumentError: if dtypes or shapes do not fit.
    """
    if not isinstance(values, (list, tuple)):
        values = [values]
    axis = static(axis)
    if _is_ragged(values):
        return _ragged_ops.concat(values, axis)
    if builtins.all(hasattr(v, "dense_shape") for v in values):
        from ranvier.tensors._sparse_ops import concat as concat_sparse

        return concat_sparse(axis, list(values))
    return _joined(
        "ConcatV2",
        lambda arrays: ops.concatenate(arrays, axis=axis),
        lambda arrays: np.concatenate(arrays, axis=axis),
        values,
    )


def stack(values, axis=0, name="stack"):
    """Stacks tensors along a new axis.

    Raises:
        InvalidArgumentError: if dtypes or shapes differ.
    """
    if isinstance(values, (list, tuple)) and _is_ragged(values):
        return _ragged_ops.stack(values, axis)
    if axis == 0 and _all_numbers(values):
        return convert_to_tensor(values)  # whole and broken numbers may be mixed
    return _joined(
        "Pack",
        lambda arrays: ops.stack(arrays, axis=axis),
        lambda arrays: np.stack(arrays, axis=axis),
        list(values),
    )


def _all_numbers(values) -> bool:
    """Tells whether a value is a list of Python's numbers."""
    return (
        isinstance(values, (list, tuple))
        and len(values) > 0
        and builtins.all(type(value) in (int, float) for value in values)
    )


def _joined(name, function, host_function, values):
    strings = not any_symbolic(values) and [
        v for v in map(_maybe_string, values) if v is not None
    ]
    try:
        if strings:
            return Tensor(host_function([convert_to_tensor(v)._host() for v in values]))
        return one_dtype(name, function, list(values))
    except (TypeError, ValueError) as error:
        if isinstance(error, InvalidArgumentError):
            raise
        raise InvalidArgumentError(f"{error} [Op:{name}]") from error


def _maybe_string(value):
    if isinstance(value, Tensor):
        return value if value.dtype.name == "string" else None
    if hasattr(value, "shape") and not isinstance(value, np.ndarray):
        return None
    tensor = convert_to_tensor(value)
    return tensor if tensor.dtype.name == "string" else None


def unstack(value, num=None, axis=0, name="unstack"):
    """Returns the parts of a tensor along an axis, as a list."""
    count = _shape_of(value)[axis]
    index = (slice(None),) * (axis % len(_shape_of(value)))
    tensor = value if hasattr(value, "shape") else convert_to_tensor(value)
    return [tensor[(*index, i)] for i in builtins.range(count)]


def split(value, num_or_size_splits, axis=0, num=None, name="split"):
    """Cuts a tensor into parts along an axis.

    Raises:
        InvalidArgumentError: if the sizes do not sum to that of the axis.
    """
    axis, sizes = static(axis), static(num_or_size_splits)
    total = _shape_of(value)[axis]
    if isinstance(sizes, int):
        if total % sizes:
            raise InvalidArgumentError(
                f"Number of ways to split should evenly divide the split dimension, "
                f"but got axis {axis} of size {total} and {sizes} parts [Op:Split]"
            )
        sizes = (total // sizes,) * sizes
    sizes = list(sizes)
    if -1 in sizes:
        sizes[sizes.index(-1)] = total - builtins.sum(s for s in sizes if s != -1)
    if builtins.sum(sizes) != total:
        raise InvalidArgumentError(
            f"Sizes {sizes} do not sum to {total}, the size of axis {axis} [Op:SplitV]"
        )
    ends = np.cumsum(sizes)
    tensor = value if hasattr(value, "shape") else convert_to_tensor(value)
    lead = (slice(None),) * (axis % len(_shape_of(value)))
    return [
        tensor[(*lead, slice(int(end - size), int(end)))]
        for size, end in zip(sizes, ends, strict=True)
    ]


def meshgrid(*args, indexing="xy", name=None):
    """Returns grids of coordinates."""
    return list(compute(lambda *a: tuple(ops.meshgrid(*a, indexing=indexing)), *args))


# Choosing.


def where(condition, x=None, y=None, name=None):
    """Chooses between two tensors; with a condition alone, says where it is true."""
    if x is None and y is None:
        found = np.argwhere(convert_to_tensor(condition)._host())
        return Tensor(found.astype(np.int64))
    if x is None or y is None:
        raise ValueError("x and y must both be non-None or both be None.")
    if any(isinstance(v, RaggedTensor) for v in (condition, x, y)):
        return _ragged_ops.where(where, condition, x, y)
    if _maybe_string(x) is not None and not any_symbolic((x,)):
        parts = [convert_to_tensor(v)._host() for v in (condition, x, y)]
        return Tensor(np.where(*parts))
    return one_dtype("SelectV2", lambda pair: _select(condition, *pair), [x, y])


def _select(condition, x, y):
    if isinstance(condition, Tensor):
        condition = condition._device()
    elif isinstance(condition, (list, tuple, bool)):
        condition = np.asarray(condition)
    return ops.where(condition, x, y)


def gather(params, indices, validate_indices=None, axis=None, batch_dims=0, name=None):
    """Takes entries along an axis.

    Raises:
        InvalidArgumentError: for an index out of bounds.
    """
    axis = static(axis)
    axis = batch_dims if axis is None else axis
    if isinstance(params, RaggedTensor) or isinstance(indices, RaggedTensor):
        return _ragged_ops.gather(params, indices)
    if isinstance(indices, (list, int)) or (
        isinstance(indices, Tensor) and isinstance(indices._value, np.ndarray)
    ):
        index = convert_to_tensor(indices)._host()
        count = _shape_of(params)[axis]
        if index.size and (index.min() < 0 or index.max() >= count):
            raise InvalidArgumentError(
                f"indices = {index.tolist()} is not in [0, {count}) [Op:GatherV2]"
            )
    if _maybe_string(params) is not None:
        index = convert_to_tensor(indices)._host()
        return Tensor(np.take(convert_to_tensor(params)._host(), index, axis=axis))
    return compute(lambda p, i: _gather(p, i, axis, batch_dims), params, indices)


@op(path="tf.gather")
def _gather(params, indices, axis, batch_dims):
    indices = jnp.asarray(indices)
    if not batch_dims:
        return jnp.take(params, indices, axis=axis)
    lead = [
        jnp.arange(n).reshape((-1,) + (1,) * (indices.ndim - i - 1))
        for i, n in enumerate(params.shape[:batch_dims])
    ]
    params = jnp.moveaxis(params, axis, batch_dims)
    taken = params[(*lead, indices)]
    source = builtins.range(batch_dims, indices.ndim)
    target = builtins.range(axis, axis + indices.ndim - batch_dims)
    return jnp.moveaxis(taken, tuple(source), tuple(target))


def gather_nd(params, indices, batch_dims=0, name=None):
    """Takes the entries or parts at places given by rows of indices."""

    def run(params, indices):
        return ops.get_item(params, tuple(ops.moveaxis(indices, -1, 0)))

    if _maybe_string(params) is not None:
        places = np.moveaxis(convert_to_tensor(indices)._host(), -1, 0)
        return Tensor(np.asarray(convert_to_tensor(params)._host()[tuple(places)]))
    return compute(run, params, indices)


def boolean_mask(tensor, mask, axis=None, name="boolean_mask"):
    """Keeps the entries where a mask is true."""
    mask, lead = convert_to_tensor(mask)._host(), axis or 0
    shape = _shape_of(tensor)
    size = int(np.prod(shape[lead : lead + mask.ndim], dtype=np.int64))
    flat = reshape(tensor, (*shape[:lead], size, *shape[lead + mask.ndim :]))
    return gather(flat, np.flatnonzero(mask).astype(np.int32).tolist(), axis=lead)


def slice_(input_, begin, size, name=None):
    """Returns a block of a tensor; a size of -1 reaches to the end."""
    begin, size = static(begin), static(size)
    tensor = input_ if hasattr(input_, "shape") else convert_to_tensor(input_)
    key = [
        slice(b, None if s == -1 else b + s) for b, s in zip(begin, size, strict=True)
    ]
    return tensor[tuple(key)]


def _check_direction(direction) -> None:
    if direction not in ("ASCENDING", "DESCENDING"):
        raise ValueError(
            "Argument `direction` should be one of ASCENDING, DESCENDING. Received: "
            f"direction={direction}"
        )


def sort(values, axis=-1, direction="ASCENDING", name=None):
    """Sorts along an axis."""
    _check_direction(direction)

    def run(array):
        array = ops.sort(array, axis=axis)
        return ops.flip(array, axis) if direction == "DESCENDING" else array

    return compute(run, values)


def argsort(values, axis=-1, direction="ASCENDING", stable=False, name=None):
    """Returns the order that sorts along an axis."""
    _check_direction(direction)

    def run(array):
        key = ops.negative(array) if direction == "DESCENDING" else array
        return ops.argsort(key, axis=axis)

    return compute(run, values)


Unique = collections.namedtuple("Unique", "y idx")
UniqueWithCounts = collections.namedtuple("UniqueWithCounts", "y idx count")


def unique(x, out_idx="int32", name=None):
    """Returns the different entries of a vector, and which each entry is."""
    values, index, _ = unique_with_counts(x, out_idx)
    return Unique(values, index)


def unique_with_counts(x, out_idx="int32", name=None):
    """Returns the different entries of a vector, which each entry is, and counts."""
    array = convert_to_tensor(x)._host()
    kind = as_dtype(out_idx).dtype
    _, first, inverse, counts = np.unique(
        array, return_index=True, return_inverse=True, return_counts=True
    )
    # In the order of appearance, as TensorFlow has it.
    order = np.argsort(first)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    values = array[first[order]]
    index, counts = place[inverse].astype(kind), counts[order].astype(kind)
    return UniqueWithCounts(Tensor(values), Tensor(index), Tensor(counts))


def searchsorted(sorted_sequence, values, side="left", out_type="int32", name=None):
    """Returns where values would stand in sorted sequences."""

    def run(sequence, values):
        return ops.searchsorted(sequence, values, side=side)

    return compute(run, sorted_sequence, values)


def sequence_mask(lengths, maxlen=None, dtype="bool", name=None):
    """Returns masks that are true for the first entries."""
    lengths = convert_to_tensor(lengths)._host()
    longest = static(maxlen)
    longest = int(lengths.max(initial=0)) if longest is None else longest
    return Tensor(
        (np.arange(longest) < lengths[..., None]).astype(as_dtype(dtype).dtype)
    )


# Writing to places.


def _scattered(reduction):
    def scatter(tensor, indices, updates, name=None):
        def run(array, index, values):
            values = ops.cast(values, array.dtype)
            return _scatter(array, index, values, reduction)

        return compute(run, tensor, indices, updates)

    return scatter


@op(path="tf.scatter")
def _scatter(array, indices, updates, reduction):
    place = array.at[tuple(jnp.moveaxis(jnp.asarray(indices), -1, 0))]
    return getattr(place, reduction)(updates)


tensor_scatter_nd_update = _scattered("set")
tensor_scatter_nd_add = _scattered("add")
tensor_scatter_nd_max = _scattered("max")
tensor_scatter_nd_min = _scattered("min")


def tensor_scatter_nd_sub(tensor, indices, updates, name=None):
    """Subtracts updates from the entries at places given by rows of indices."""
    return tensor_scatter_nd_add(tensor, indices, -convert_to_tensor(updates))


def scatter_nd(indices, updates, shape, name=None):
    """Returns zeros with updates added at places given by rows of indices."""
    updates = convert_to_tensor(updates)
    return tensor_scatter_nd_add(zeros(shape, updates.dtype), indices, updates)


# Moments.


def moments(x, axes, shift=None, keepdims=False, name=None):
    """Returns mean and variance over axes."""
    axes = static(axes)
    return compute(lambda a: tuple(ops.moments(a, axes=axes, keepdims=keepdims)), x)


def tensordot(a, b, axes, name=None):
    """Multiplies and sums over pairs of axes."""
    axes = static(axes)
    return one_dtype("Tensordot", lambda v: ops.tensordot(*v, axes=axes), [a, b])


def einsum(equation, *inputs, **kwargs):
    """Multiplies and sums as an equation of axes says."""
    return one_dtype("Einsum", lambda v: ops.einsum(equation, *v), list(inputs))


def matmul(
    a,
    b,
    transpose_a=False,
    transpose_b=False,
    adjoint_a=False,
    adjoint_b=False,
    a_is_sparse=False,
    b_is_sparse=False,
    output_type=None,
    name=None,
):
    """Multiplies matrices, or batches of them."""
    from ranvier.tensors import _operators

    def turn(x, transposed, adjoint):
        if not (transposed or adjoint):
            return x
        x = compute(lambda m: ops.swapaxes(m, -1, -2), x)
        return compute(ops.conj, x) if adjoint else x

    a = turn(a, transpose_a, adjoint_a)
    b = turn(b, transpose_b, adjoint_b)
    return _operators.matmul(a, b)
