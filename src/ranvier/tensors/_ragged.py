"""RaggedTensor: rows of different lengths.

All values stand in one tensor, one row after the other; `row_splits` says where each
row begins and the last one ends. Values that are ragged themselves make more than one
ragged axis. The splits are kept by NumPy: a program's structure depends on them.
"""

import numpy as np

from ranvier.tensors import _arrays_of as arrays
from ranvier.tensors._constant import convert_to_tensor
from ranvier.tensors._dtype import as_dtype
from ranvier.tensors._errors import InvalidArgumentError
from ranvier.tensors._shape import TensorShape
from ranvier.tensors._tensor import Tensor


class RaggedTensor:
    """A tensor with rows of different lengths.

    Make one with `ragged_constant` or one of the `from_...` methods.

    Args:
        values: a tensor, or a ragged one: the rows, joined.
        row_splits: NumPy's vector of integers: row `i` is
            `values[row_splits[i]:row_splits[i + 1]]`.
        uniform_row_length: the length of all rows, if that is part of the type.

    Example:
        >>> rows = RaggedTensor.from_row_lengths([3, 1, 4], row_lengths=[2, 0, 1])
        >>> rows
        <tf.RaggedTensor [[3, 1], [], [4]]>
        >>> rows.to_tensor(default_value=-1).numpy().tolist()
        [[3, 1], [-1, -1], [4, -1]]
    """

    __array_priority__ = 1000
    _wins_over_tensors = True

    def __init__(self, values, row_splits, uniform_row_length=None):
        self._values = values
        self._splits = row_splits
        self._uniform = uniform_row_length

    # Making one.

    @classmethod
    def from_row_splits(cls, values, row_splits, name=None, validate=True):
        """Makes a ragged tensor from where each row begins and the last one ends.

        Args:
            values: a tensor, a ragged tensor, or a list.
            row_splits: increasing integers from 0 to the number of values.
            name: accepted as in TensorFlow.
            validate: whether to check them.

        Raises:
            InvalidArgumentError: if the splits do not fit.
        """
        values, splits = _as_values(values), _integers(row_splits, "row_splits")
        if validate:
            _require(len(splits) > 0, "row_splits may not be empty")
            _require(splits[0] == 0, f"row_splits must start with 0, got {splits[0]}")
            _require(np.all(np.diff(splits) >= 0), "row_splits must not decrease")
            _require(
                splits[-1] == _count(values),
                f"row_splits must end with the number of values, {_count(values)}, "
                f"got {splits[-1]}",
            )
        return cls(values, splits)

    @classmethod
    def from_row_lengths(cls, values, row_lengths, name=None, validate=True):
        """Makes a ragged tensor from the lengths of its rows.

        Args:
            values: a tensor, a ragged tensor, or a list.
            row_lengths: integers that sum to the number of values.
            name: accepted as in TensorFlow.
            validate: whether to check them.

        Raises:
            InvalidArgumentError: if the lengths do not fit.
        """
        lengths = _integers(row_lengths, "row_lengths")
        if validate:
            _require(np.all(lengths >= 0), "row_lengths must not be negative")
        splits = arrays.splits_of(lengths).astype(lengths.dtype)
        return cls.from_row_splits(values, splits, validate=validate)

    @classmethod
    def from_value_rowids(
        cls, values, value_rowids, nrows=None, name=None, validate=True
    ):
        """Makes a ragged tensor from the number of the row of each value.

        Args:
            values: a tensor, a ragged tensor, or a list.
            value_rowids: integers in increasing order, one a value.
            nrows: the number of rows; by default the last row is that of the last
                value.
            name: accepted as in TensorFlow.
            validate: whether to check them.

        Raises:
            InvalidArgumentError: if the numbers do not fit.
            ValueError: if `nrows` is negative.
        """
        rowids = _integers(value_rowids, "value_rowids")
        least = int(rowids[-1]) + 1 if len(rowids) else 0
        count = least if nrows is None else int(nrows)
        if count < 0:
            raise ValueError(f"Expected nrows >= 0; got {count}")
        if validate:
            values = _as_values(values)
            _require(
                len(rowids) == _count(values),
                f"value_rowids must have one entry a value: {len(rowids)} for "
                f"{_count(values)} values",
            )
            _require(np.all(np.diff(rowids) >= 0), "value_rowids must not decrease")
            _require(not len(rowids) or rowids[0] >= 0, "value_rowids must be >= 0")
            if count < least:
                raise ValueError(
                    f"Expected nrows >= value_rowids[-1] + 1; got nrows={count}, "
                    f"value_rowids[-1]={least - 1}"
                )
        lengths = np.bincount(rowids, minlength=count)
        splits = arrays.splits_of(lengths).astype(rowids.dtype)
        return cls.from_row_splits(values, splits, validate=validate)

    @classmethod
    def from_row_starts(cls, values, row_starts, name=None, validate=True):
        """Makes a ragged tensor from where each row begins.

        Args:
            values: a tensor, a ragged tensor, or a list.
            row_starts: increasing integers from 0.
            name: accepted as in TensorFlow.
            validate: whether to check them.
        """
        values, starts = _as_values(values), _integers(row_starts, "row_starts")
        splits = np.append(starts, _count(values)).astype(starts.dtype)
        return cls.from_row_splits(values, splits, validate=validate)

    @classmethod
    def from_row_limits(cls, values, row_limits, name=None, validate=True):
        """Makes a ragged tensor from where each row ends.

        Args:
            values: a tensor, a ragged tensor, or a list.
            row_limits: increasing integers up to the number of values.
            name: accepted as in TensorFlow.
            validate: whether to check them.
        """
        limits = _integers(row_limits, "row_limits")
        splits = np.insert(limits, 0, 0).astype(limits.dtype)
        return cls.from_row_splits(values, splits, validate=validate)

    @classmethod
    def from_uniform_row_length(
        cls, values, uniform_row_length, nrows=None, name=None, validate=True
    ):
        """Makes a ragged tensor whose rows are of one length.

        Args:
            values: a tensor, a ragged tensor, or a list.
            uniform_row_length: the length.
            nrows: the number of rows; needed if the length is 0.
            name: accepted as in TensorFlow.
            validate: whether to check them.
        """
        values, length = _as_values(values), int(uniform_row_length)
        if nrows is None:
            nrows = _count(values) // length if length else 0
        splits = np.arange(int(nrows) + 1, dtype=np.int64) * length
        ragged = cls.from_row_splits(values, splits, validate=validate)
        ragged._uniform = length
        return ragged

    @classmethod
    def from_nested_row_splits(
        cls, flat_values, nested_row_splits, name=None, validate=True
    ):
        """Makes a tensor with several ragged axes from the splits of each.

        Args:
            flat_values: the values.
            nested_row_splits: a list of splits, outermost first.
            name: accepted as in TensorFlow.
            validate: whether to check them.
        """
        for splits in reversed(_list_of(nested_row_splits, "nested_row_splits")):
            flat_values = cls.from_row_splits(flat_values, splits, validate=validate)
        return flat_values

    @classmethod
    def from_nested_row_lengths(
        cls, flat_values, nested_row_lengths, name=None, validate=True
    ):
        """Makes a tensor with several ragged axes from the row lengths of each.

        Args:
            flat_values: the values.
            nested_row_lengths: a list of lengths, outermost first.
            name: accepted as in TensorFlow.
            validate: whether to check them.
        """
        for lengths in reversed(_list_of(nested_row_lengths, "nested_row_lengths")):
            flat_values = cls.from_row_lengths(flat_values, lengths, validate=validate)
        return flat_values

    @classmethod
    def from_nested_value_rowids(
        cls,
        flat_values,
        nested_value_rowids,
        nested_nrows=None,
        name=None,
        validate=True,
    ):
        """Makes a tensor with several ragged axes from the row numbers of each.

        Args:
            flat_values: the values.
            nested_value_rowids: a list of row numbers, outermost first.
            nested_nrows: a list of numbers of rows, or None.
            name: accepted as in TensorFlow.
            validate: whether to check them.
        """
        nested = _list_of(nested_value_rowids, "nested_value_rowids")
        counts = nested_nrows or [None] * len(nested)
        for rowids, count in zip(reversed(nested), reversed(counts), strict=True):
            flat_values = cls.from_value_rowids(
                flat_values, rowids, count, validate=validate
            )
        return flat_values

    @classmethod
    def from_tensor(
        cls,
        tensor,
        lengths=None,
        padding=None,
        ragged_rank=1,
        name=None,
        row_splits_dtype="int64",
    ):
        """Makes a ragged tensor from a dense one.

        Args:
            tensor: a tensor of at least two axes.
            lengths: how many entries of each row to keep; a tuple of such vectors for
                several ragged axes.
            padding: entries of this value at the end of rows are dropped.
            ragged_rank: the number of ragged axes.
            name: accepted as in TensorFlow.
            row_splits_dtype: dtype of the splits.

        Raises:
            ValueError: if both `lengths` and `padding` are given, or `ragged_rank`
                is out of range.
        """
        tensor = convert_to_tensor(tensor)
        if lengths is not None and padding is not None:
            raise ValueError("Specify argument `lengths` or `padding`, but not both.")
        if lengths is not None and isinstance(lengths, (list, tuple)) and lengths:
            if isinstance(lengths[0], (list, tuple, np.ndarray, Tensor)):
                return _from_nested_lengths(tensor, lengths)
        if not 0 < ragged_rank < tensor.ndim:
            raise ValueError(
                f"`ragged_rank` must be greater than 0 and less than the number of "
                f"axes, {tensor.ndim}. Received: ragged_rank={ragged_rank}"
            )
        if ragged_rank > 1:
            inner_shape = (-1, *tensor.shape[2:])
            inner = cls.from_tensor(
                arrays.reshape(tensor, inner_shape),
                lengths=lengths,
                padding=padding,
                ragged_rank=ragged_rank - 1,
            )
            rows = cls.from_uniform_row_length(
                inner, tensor.shape[1], nrows=tensor.shape[0]
            )
            return rows.with_row_splits_dtype(row_splits_dtype)
        count, width = tensor.shape[:2]
        uniform = width if padding is None and lengths is None else None
        if padding is not None:
            lengths = _lengths_without(tensor, padding)
        elif lengths is None:
            lengths = np.full(count, width, np.int64)
        lengths = np.minimum(_integers(lengths, "lengths"), width)
        starts = np.repeat(np.arange(count) * width, lengths)
        flat = arrays.reshape(tensor, (count * width, *tensor.shape[2:]))
        values = arrays.take(flat, starts + arrays.positions_in_rows(lengths))
        dtype = as_dtype(row_splits_dtype).dtype
        return cls(values, arrays.splits_of(lengths).astype(dtype), uniform)

    @classmethod
    def from_sparse(cls, st_input, name=None, row_splits_dtype="int64"):
        """Makes a ragged tensor from a sparse matrix whose rows have no gaps.

        Args:
            st_input: a sparse tensor of two axes, its entries in order.
            name: accepted as in TensorFlow.
            row_splits_dtype: dtype of the splits.

        Raises:
            InvalidArgumentError: if a row has an entry after a gap.
            ValueError: if it has not two axes.
        """
        if not hasattr(st_input, "dense_shape"):
            raise TypeError(f"Expected a SparseTensor, got {type(st_input).__name__}")
        indices, shape = st_input._indices, st_input._shape
        if len(shape) != 2:
            raise ValueError("rank(st_input) must be 2.")
        lengths = np.bincount(indices[:, 0], minlength=shape[0])
        _require(
            np.array_equal(indices[:, 0], np.repeat(np.arange(shape[0]), lengths))
            and np.array_equal(indices[:, 1], arrays.positions_in_rows(lengths)),
            "SparseTensor is not right-ragged: a row has a gap, or the entries are "
            "not in order",
        )
        dtype = as_dtype(row_splits_dtype).dtype
        return cls(st_input.values, arrays.splits_of(lengths).astype(dtype))

    # Description.

    @property
    def dtype(self):
        """The dtype of the values."""
        return self.flat_values.dtype

    @property
    def shape(self) -> TensorShape:
        """The shape; None for an axis whose rows differ in length."""
        inner = self._values.shape[1:]
        return TensorShape((self._nrows(), self._uniform, *inner))

    def get_shape(self) -> TensorShape:
        """Returns the shape."""
        return self.shape

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self._values.ndim + 1

    @property
    def ragged_rank(self) -> int:
        """The number of ragged axes."""
        return 1 + getattr(self._values, "ragged_rank", 0)

    @property
    def uniform_row_length(self):
        """The length of all rows, where it is part of the type, or None."""
        if self._uniform is None:
            return None
        return Tensor(np.asarray(self._uniform, self._splits.dtype))

    @property
    def values(self):
        """All rows, joined: a tensor, or a ragged one."""
        return self._values

    @property
    def flat_values(self):
        """All values, with no ragged axis left."""
        values = self._values
        return values.flat_values if isinstance(values, RaggedTensor) else values

    @property
    def row_splits(self):
        """Where each row begins, and the last one ends."""
        return Tensor(self._splits)

    @property
    def nested_row_splits(self) -> tuple:
        """The splits of each ragged axis, outermost first."""
        inner = getattr(self._values, "nested_row_splits", ())
        return (self.row_splits, *inner)

    def nested_row_lengths(self, name=None) -> tuple:
        """Returns the row lengths of each ragged axis, outermost first."""
        return tuple(Tensor(np.diff(s._host())) for s in self.nested_row_splits)

    def nested_value_rowids(self, name=None) -> tuple:
        """Returns the row numbers of each ragged axis, outermost first."""
        return tuple(
            Tensor(arrays.rowids_of(s._host()).astype(s._host().dtype))
            for s in self.nested_row_splits
        )

    def value_rowids(self, name=None):
        """Returns the number of the row of each value."""
        return Tensor(arrays.rowids_of(self._splits).astype(self._splits.dtype))

    def row_starts(self, name=None):
        """Returns where each row begins."""
        return Tensor(self._splits[:-1])

    def row_limits(self, name=None):
        """Returns where each row ends."""
        return Tensor(self._splits[1:])

    def nrows(self, out_type=None, name=None):
        """Returns the number of rows, as a tensor."""
        dtype = self._splits.dtype if out_type is None else as_dtype(out_type).dtype
        return Tensor(np.asarray(self._nrows(), dtype))

    def _nrows(self) -> int:
        return len(self._splits) - 1

    def row_lengths(self, axis=1, name=None):
        """Returns the length of each row.

        Args:
            axis: the ragged axis, from 1.
            name: accepted as in TensorFlow.

        Raises:
            ValueError: if that is no axis of rows.
        """
        if axis < 0:
            axis += self.ndim
        if axis == 0:
            return self.nrows()
        if axis == 1:
            return Tensor(np.diff(self._splits))
        if isinstance(self._values, RaggedTensor):
            return self.with_values(self._values.row_lengths(axis - 1))
        shape = self._values.shape
        if axis > len(shape):
            raise ValueError(f"axis={axis} out of bounds for rank {self.ndim}.")
        full = np.full(shape[: axis - 1], shape[axis - 1], self._splits.dtype)
        return self.with_values(Tensor(full))

    def bounding_shape(self, axis=None, name=None, out_type=None):
        """Returns the shape of the smallest dense tensor that holds all rows.

        Args:
            axis: one axis, or a list of axes, or None for all.
            name: accepted as in TensorFlow.
            out_type: dtype of the result.
        """
        shape = np.array(self._bounds(), dtype=self._splits.dtype)
        if out_type is not None:
            shape = shape.astype(as_dtype(out_type).dtype)
        return Tensor(shape if axis is None else np.asarray(shape[axis]))

    def _bounds(self) -> tuple:
        lengths = np.diff(self._splits)
        longest = int(lengths.max()) if len(lengths) else 0
        values = self._values
        inner = values._bounds() if isinstance(values, RaggedTensor) else values.shape
        return (self._nrows(), longest, *inner[1:])

    # Other forms.

    def to_list(self) -> list:
        """Returns nested lists of Python values."""
        values = self._values
        rows = (
            values.to_list()
            if isinstance(values, RaggedTensor)
            else (values._host().tolist())
        )
        return [rows[a:b] for a, b in zip(self._splits[:-1], self._splits[1:])]

    def numpy(self):
        """Returns an array of objects, a row each; a plain array if rows are equal."""
        values = self._values
        inner = values.numpy() if isinstance(values, RaggedTensor) else values._host()
        rows = [inner[a:b] for a, b in zip(self._splits[:-1], self._splits[1:])]
        if len({len(row) for row in rows}) == 1 and (
            len({getattr(row, "shape", None) for row in rows}) == 1
        ):
            return np.stack(rows)
        result = np.empty(len(rows), dtype=object)
        for i, row in enumerate(rows):
            result[i] = row
        return result

    def to_tensor(self, default_value=None, name=None, shape=None):
        """Returns a dense tensor, short rows filled up.

        Args:
            default_value: what fills rows up; 0, False or an empty string if None.
            name: accepted as in TensorFlow.
            shape: a shape to cut or fill up to, with None where rows decide.

        Raises:
            InvalidArgumentError: if `shape` has another number of axes.
            TypeError: if the default has another dtype.
        """
        bounds = self._bounds()
        if shape is not None:
            shape = TensorShape(shape)
            if shape.rank is not None:
                if shape.rank != len(bounds):
                    raise InvalidArgumentError(
                        f"Shape {shape} must have rank {len(bounds)}, that of the "
                        "ragged tensor"
                    )
                bounds = tuple(
                    bound if size is None else size
                    for size, bound in zip(shape, bounds, strict=True)
                )
        outer = bounds[: self.ragged_rank + 1]
        index, present = self._places(outer)
        flat = self.flat_values
        default = convert_to_tensor(
            arrays.zero_of(flat.dtype) if default_value is None else default_value,
            dtype_hint=flat.dtype,
        )
        if default.dtype != flat.dtype:
            raise TypeError(
                f"`default_value` must have dtype {flat.dtype.name}. Received: "
                f"{default.dtype.name}"
            )
        if not len(index.ravel()) or not _count(flat):
            full = np.broadcast_to(default._host(), (*outer, *flat.shape[1:]))
            return Tensor(np.array(full))
        return arrays.fill(arrays.take(flat, index), present, default)

    def _places(self, sizes):
        """Returns for each place of a dense tensor the value's number, and if any."""
        rows = np.arange(sizes[0])
        present = rows < self._nrows()
        ragged = self
        for size in sizes[1:]:
            splits = ragged._splits
            last = max(len(splits) - 2, 0)
            rows = np.minimum(rows, last)
            starts = splits[rows] if len(splits) > 1 else np.zeros_like(rows)
            lengths = (splits[1:] - splits[:-1])[rows] if len(splits) > 1 else rows * 0
            place = np.arange(size)
            present = present[..., None] & (place < lengths[..., None])
            rows = np.where(present, starts[..., None] + place, 0)
            ragged = ragged._values
        return rows, present

    def to_sparse(self, name=None):
        """Returns a sparse tensor with the same entries."""
        from ranvier.tensors._sparse import SparseTensor

        lengths = np.diff(self._splits)
        rows = arrays.rowids_of(self._splits)
        columns = arrays.positions_in_rows(lengths)
        indices = np.stack([rows, columns], axis=1)
        values, inner = self._values, ()
        if isinstance(values, RaggedTensor):
            sparse = values.to_sparse()
            values, at = sparse.values, sparse._indices
            indices, inner = np.hstack([indices[at[:, 0]], at[:, 1:]]), at
        elif values.ndim > 1:
            at = np.argwhere(np.ones(values.shape, bool))
            indices = np.hstack([indices[at[:, 0]], at[:, 1:]])
            values = arrays.reshape(values, (-1,))
        del inner
        return SparseTensor(indices, values, self._bounds())

    def with_values(self, new_values):
        """Returns a ragged tensor with the same rows around other values.

        Raises:
            ValueError: if their number differs.
        """
        new_values = _as_values(new_values)
        if _count(new_values) != self._splits[-1]:
            raise ValueError(
                f"The new values must be as many as the old ones, {self._splits[-1]}. "
                f"Received: {_count(new_values)}"
            )
        return RaggedTensor(new_values, self._splits, self._uniform)

    def with_flat_values(self, new_values):
        """Returns a ragged tensor with the same ragged axes around other values."""
        if isinstance(self._values, RaggedTensor):
            new_values = self._values.with_flat_values(new_values)
        return self.with_values(new_values)

    def with_row_splits_dtype(self, dtype):
        """Returns the ragged tensor with splits of another dtype."""
        splits = self._splits.astype(as_dtype(dtype).dtype)
        values = self._values
        if isinstance(values, RaggedTensor):
            values = values.with_row_splits_dtype(dtype)
        return RaggedTensor(values, splits, self._uniform)

    def merge_dims(self, outer_axis, inner_axis):
        """Returns the tensor with a range of axes joined into one.

        Args:
            outer_axis: the first axis of the range.
            inner_axis: the last one.
        """
        outer = outer_axis + self.ndim if outer_axis < 0 else outer_axis
        inner = inner_axis + self.ndim if inner_axis < 0 else inner_axis
        if not 0 <= outer <= inner < self.ndim:
            raise ValueError(
                f"Expected 0 <= outer_axis <= inner_axis < {self.ndim}. Received: "
                f"outer_axis={outer_axis}, inner_axis={inner_axis}"
            )
        if outer == inner:
            return self
        if outer == 0:
            return _merge_front(self._values, inner)
        if outer > 1 or not isinstance(self._values, RaggedTensor):
            if outer > 1:
                return self.with_values(_merge(self._values, outer - 1, inner - 1))
            # Rows of plain tensors: their entries join the rows.
            shape = self._values.shape
            size = int(np.prod(shape[1:inner], dtype=np.int64))
            values = arrays.reshape(self._values, (-1, *shape[inner:]))
            return RaggedTensor(values, self._splits * size)
        merged = RaggedTensor(self._values._values, self._values._splits[self._splits])
        return merged.merge_dims(1, inner - 1) if inner > 2 else merged

    def consumers(self) -> list:
        """Returns an empty list: eager values have no consumers."""
        return []

    # Python's protocols.

    def __len__(self):
        return self._nrows()

    def __iter__(self):
        return (self[i] for i in range(self._nrows()))

    def __bool__(self):
        raise TypeError("RaggedTensor may not be used as a boolean.")

    def __array__(self, dtype=None, copy=None):
        return np.array(self.numpy(), dtype=dtype)

    def __getitem__(self, key):
        from ranvier.tensors._ragged_slicing import get_item

        return get_item(self, key)

    def __repr__(self):
        return f"<tf.RaggedTensor {_written(self.numpy())}>"

    __hash__ = None

    @property
    def _type_spec(self):
        from ranvier.tensors._specs import RaggedTensorSpec

        return RaggedTensorSpec.from_value(self)


def _written(value) -> str:
    """Writes rows as NumPy does: with commas, and in lines where they are long."""
    if not isinstance(value, np.ndarray):
        return str(value)
    if not value.size:
        return repr(value.tolist())  # NumPy writes `[]` whatever the shape is
    return np.array2string(value, separator=", ", formatter={"all": _written})


def _require(condition, message) -> None:
    if not condition:
        raise InvalidArgumentError(
            f"Arguments do not form a valid RaggedTensor: {message}"
        )


def _as_values(values):
    return values if isinstance(values, RaggedTensor) else convert_to_tensor(values)


def _count(values) -> int:
    return values._nrows() if isinstance(values, RaggedTensor) else values.shape[0]


def _integers(value, name):
    array = arrays.host(value)
    if array.ndim != 1:
        raise ValueError(f"`{name}` must be a vector. Received shape {array.shape}")
    if array.dtype not in (np.int32, np.int64):
        if array.size and array.dtype.kind not in "iu":
            raise TypeError(f"`{name}` must hold integers. Received: {array.dtype}")
        array = array.astype(np.int64)
    if isinstance(value, (list, tuple)):
        array = array.astype(np.int64)
    return array


def _list_of(value, name):
    if isinstance(value, Tensor):
        raise TypeError(
            f"Argument `{name}` must be a list of Tensors. Received {value}."
        )
    return list(value)


def _lengths_without(tensor, padding):
    array, padding = tensor._host(), convert_to_tensor(padding)._host()
    is_padding = array == padding
    while is_padding.ndim > 2:
        is_padding = is_padding.all(axis=-1)
    width = array.shape[1]
    last = width - np.argmax(~is_padding[:, ::-1], axis=1)
    return np.where(is_padding.all(axis=1), 0, last)


def _from_nested_lengths(tensor, nested):
    """Returns rows of rows, the lengths of each level given."""
    outer = RaggedTensor.from_tensor(tensor, lengths=list(nested)[0])
    if len(nested) == 1:
        return outer
    inner = _from_nested_lengths(outer.values, nested[1:])
    return outer.with_values(inner)


def _merge_front(values, inner):
    if inner == 1:
        return values
    return _merge(values, 0, inner - 1)


def _merge(values, outer, inner):
    if isinstance(values, RaggedTensor):
        return values.merge_dims(outer, inner)
    shape = values.shape
    size = int(np.prod(shape[outer : inner + 1], dtype=np.int64))
    return arrays.reshape(values, (*shape[:outer], size, *shape[inner + 1 :]))
