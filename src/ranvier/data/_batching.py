"""Batches: batch, unbatch, padded_batch."""

import numpy as np

from ranvier.data import _columns, _composite, _spec, _structure
from ranvier.data._block import Block, concat
from ranvier.data._columns import is_text
from ranvier.data._held import Held
from ranvier.data._node import UNKNOWN, Stream, Transformation, pull
from ranvier.tensors import (
    RaggedTensor,
    RaggedTensorSpec,
    SparseTensor,
    SparseTensorSpec,
)
from ranvier.tensors._errors import DataLossError, InvalidArgumentError


class Batch(Transformation):
    """Consecutive elements, stacked.

    Args:
        source: the input.
        size: elements in a batch.
        drop_remainder: leave out a smaller last batch.
        join: makes the column of one batch of the values in a column.
        label: name of the transformation.
    """

    def __init__(self, source, size, drop_remainder, join=None, label="batch"):
        super().__init__(source)
        self.size = size
        self.drop_remainder = drop_remainder
        self.join = join
        self.name = label

    def stream(self):
        return _BatchStream(self)

    def spec(self):
        size = self.size if self._all_full() else None
        spec = self.source.spec()
        return _spec.batched(spec, size)

    def _all_full(self):
        return self.drop_remainder

    def cardinality(self):
        n = self.source.cardinality()
        if n < 0:
            return n
        return n // self.size if self.drop_remainder else -(-n // self.size)


class _BatchStream(Stream):
    streams = ("source",)

    def __init__(self, node):
        self.node = node
        self.source = node.source.stream()

    def produce(self, limit):
        size = self.node.size
        block = pull(self.source, limit * size, multiple=size)
        if block is None:
            return None
        full, rest = divmod(block.count, size)
        parts = []
        if full:
            parts.append(self._grouped(block[: full * size] if rest else block, full))
        if rest and not self.node.drop_remainder:
            parts.append(self._grouped(block[full * size :], 1))
        return concat(parts) if parts else None

    def _grouped(self, block, count):
        size = block.count // count
        join = self.node.join or self._join
        columns = []
        for i, column in enumerate(_structure.flatten(block.columns)):
            if isinstance(column, np.ndarray) and self.node.join is None:
                columns.append(column.reshape(count, size, *column.shape[1:]))
                continue
            rows = [column[k : k + size] for k in range(0, block.count, size)]
            values = [join(part, i) for part in rows]
            columns.append(_columns.stack(values))
        return Block(_structure.pack(block.columns, columns), count)

    def _join(self, column, component):
        spec = _structure.flatten(self.node.source.spec())[component]
        if isinstance(spec, RaggedTensorSpec):
            return _composite.ragged(list(column.values), spec.ragged_rank + 1)
        return join_equal(column, component)


def join_equal(column, component):
    """Stacks the values of an `Objects` column.

    Raises:
        InvalidArgumentError: if their shapes differ.
    """
    stacked = _columns.stack(list(column.values))
    if isinstance(stacked, np.ndarray):
        return stacked
    first = column[0]
    if isinstance(first, SparseTensor):
        return _composite.sparse(list(column.values))
    if isinstance(first, RaggedTensor):
        return _composite.ragged(list(column.values), first.ragged_rank + 1)
    if _columns.is_opaque(first):
        raise TypeError(
            f"Component {component} is a dataset: flatten it with `flat_map` before "
            "`batch`."
        )
    for i in range(1, len(column)):
        if np.shape(column[i]) != np.shape(first):
            raise InvalidArgumentError(
                f"Cannot batch tensors with different shapes in component {component}. "
                f"First element had shape {list(np.shape(first))} and element {i} had "
                f"shape {list(np.shape(column[i]))}. Use `padded_batch` or "
                "`ragged_batch`."
            )
    return stacked


class Rebatch(Batch):
    """Batches of the rows of batches."""

    def cardinality(self):
        return UNKNOWN  # as in tf.data


def check_padded(spec):
    """Raises unless values can be padded.

    Raises:
        TypeError: for ragged and sparse values and datasets.
    """
    if not isinstance(spec, _spec.TensorSpec):
        raise TypeError(
            "`padded_batch` is only supported for datasets that produce tensor "
            f"elements. Received: {spec!r}. Use `ragged_batch` or `batch` for others."
        )


class Padded(Batch):
    """Consecutive elements, padded to one shape and stacked.

    Args:
        source: the input.
        size: elements in a batch.
        drop_remainder: leave out a smaller last batch.
        padding: a `PaddedBatch`.
    """

    def __init__(self, source, size, drop_remainder, padding):
        super().__init__(source, size, drop_remainder, padding, "padded_batch")

    def spec(self):
        spec = super().spec()
        if self.join.shapes is None:
            return spec
        size = self.size if self.drop_remainder else None
        specs = [
            value if shape is None else _spec.TensorSpec((size, *shape), value.dtype)
            for value, shape in zip(_structure.flatten(spec), self.join.shapes)
        ]
        return _structure.pack(spec, specs)


class Cycled(Transformation):
    """Batches of sizes that come in turn.

    Args:
        source: the input.
        sizes: the sizes.
        drop_remainder: leave out a smaller last batch.
    """

    name = "rebatch"

    def __init__(self, source, sizes, drop_remainder):
        super().__init__(source)
        self.sizes = sizes
        self.drop_remainder = drop_remainder

    def stream(self):
        return _CycledStream(self)

    def spec(self):
        size = self.sizes[0] if len(set(self.sizes)) == 1 else None
        return _spec.batched(self.source.spec(), size if self.drop_remainder else None)

    def cardinality(self):
        return UNKNOWN


class _CycledStream(Stream):
    counters = ("turn",)
    streams = ("source",)

    def __init__(self, node):
        self.node = node
        self.source = node.source.stream()
        self.turn = 0

    def produce(self, limit):
        size = self.node.sizes[self.turn]
        block = pull(self.source, size)
        self.turn = (self.turn + 1) % len(self.node.sizes)
        if block is None or (self.node.drop_remainder and block.count < size):
            return None
        return Block(
            _structure.map_values(lambda c: _batch_of_one(c), block.columns), 1
        )


def _batch_of_one(column):
    value = column if isinstance(column, np.ndarray) else join_equal(column, 0)
    return _columns.stack([value])


class Ragged(Batch):
    """Consecutive elements, as ragged values where their sizes differ.

    Args:
        source: the input.
        size: elements in a batch.
        drop_remainder: leave out a smaller last batch.
        splits: dtype of the splits.
    """

    def __init__(self, source, size, drop_remainder, splits):
        super().__init__(source, size, drop_remainder, self._join, "ragged_batch")
        self.splits = splits

    def spec(self):
        size = self.size if self.drop_remainder else None

        def batch(spec):
            rank = _ragged_axes(spec)
            if not rank:
                return spec._batch(size)
            shape = (size, *_spec.sizes(spec))
            return RaggedTensorSpec(shape, spec.dtype, rank, self.splits)

        return _structure.map_values(batch, self.source.spec())

    def _join(self, column, component):
        rank = _ragged_axes(_structure.flatten(self.source.spec())[component])
        if not rank:
            return join_equal(_columns.Objects(_values(column)), component)
        return _composite.ragged(_values(column), rank).with_row_splits_dtype(
            self.splits
        )


def _values(column):
    return list(column.values if isinstance(column, _columns.Objects) else column)


def _ragged_axes(spec):
    """Returns the number of ragged axes of batches."""
    if isinstance(spec, RaggedTensorSpec):
        return spec.ragged_rank + 1
    unknown = [axis for axis, n in enumerate(_spec.sizes(spec) or ()) if n is None]
    return unknown[-1] + 1 if unknown else 0


class Sparse(Batch):
    """Consecutive elements as one sparse value.

    Args:
        source: the input.
        size: elements in a batch.
        row_shape: shape of the rows; None where it follows from the elements.
    """

    def __init__(self, source, size, row_shape):
        super().__init__(source, size, False, self._join, "sparse_batch")
        self.row_shape = row_shape

    def spec(self):
        return _structure.map_values(
            lambda spec: SparseTensorSpec((None, *self.row_shape), spec.dtype),
            self.source.spec(),
        )

    def _join(self, column, component):
        values = [np.asarray(value) for value in _values(column)]
        rank = len(self.row_shape)
        if any(value.ndim != rank for value in values):
            raise InvalidArgumentError(
                "`row_shape` of `sparse_batch` must have an entry for each axis of an "
                f"element. Received: row_shape={self.row_shape} for elements of shape "
                f"{values[0].shape}"
            )
        for value in values:
            pairs = zip(value.shape, self.row_shape)
            if any(row is not None and 0 <= row < size for size, row in pairs):
                raise DataLossError(
                    f"Input element had shape {list(value.shape)} that is larger than "
                    f"the row shape {list(self.row_shape)}."
                )
        return _composite.sparse_of_dense(values, self.row_shape)


class PaddedBatch:
    """How `padded_batch` joins the values of one batch.

    Args:
        shapes: for each component the shape to pad to (None: the longest), or None.
        values: for each component what to pad with, or None for zero or empty.
    """

    def __init__(self, shapes, values):
        self.shapes = shapes
        self.values = values

    def __call__(self, column, component):
        values = [column[i] for i in range(len(column))]
        shapes = [_columns.shape_of(value) for value in values]
        target = self._target(shapes, component)
        dtype = _columns.dtype_of(values[0])
        result = np.full((len(values), *target), self._fill(dtype, component), dtype)
        for i, value in enumerate(values):
            result[(i, *(slice(n) for n in shapes[i]))] = value
        return result

    def _target(self, shapes, component):
        wanted = self.shapes[component] if self.shapes is not None else None
        if len(set(map(len, shapes))) > 1:
            raise InvalidArgumentError(
                "All elements in a batch must have the same rank as the padded shape "
                f"for component {component}. Received ranks: "
                f"{sorted(set(map(len, shapes)))}"
            )
        rank = len(shapes[0])
        if wanted is None:
            wanted = (None,) * rank
        if len(wanted) != rank:
            raise InvalidArgumentError(
                "All elements in a batch must have the same rank as the padded shape "
                f"for component {component}: expected rank {len(wanted)}, got {rank}"
            )
        longest = [max(shape[axis] for shape in shapes) for axis in range(rank)]
        for axis, size in enumerate(wanted):
            if size is not None and size < longest[axis]:
                raise DataLossError(
                    "Attempted to pad to a smaller size than the input element: "
                    f"component {component} has size {longest[axis]} along axis {axis},"
                    f" padded shape {tuple(wanted)}"
                )
        return [n if size is None else size for n, size in zip(longest, wanted)]

    def _fill(self, dtype, component):
        value = self.values[component] if self.values is not None else None
        if value is None:
            return b"" if is_text(dtype) else np.zeros((), dtype)
        given = _columns.dtype_of(value)
        if is_text(given) != is_text(dtype) or not np.can_cast(
            given, dtype, "same_kind"
        ):
            raise TypeError(
                f"Value of `padding_values` has dtype {_spec.name_of(given)}, which "
                f"does not match component {component} of dtype {_spec.name_of(dtype)}."
            )
        return value


class Unbatch(Transformation):
    """The rows of batches, one by one."""

    name = "unbatch"

    def stream(self):
        return _UnbatchStream(self)

    def spec(self):
        return _spec.unbatched(self.source.spec())

    def cardinality(self):
        n = self.source.cardinality()
        if n < 0:
            return n
        sizes = {
            value.shape[0]
            for value in _structure.flatten(self.source.spec())
            if getattr(value, "shape", None) is not None and _spec.sizes(value)
        }
        size = sizes.pop() if len(sizes) == 1 else None
        return UNKNOWN if size is None else n * size


class _RowsOfBatches(Stream):
    streams = ("source",)

    def __init__(self, node):
        self.source = node.source.stream()
        self._rows = 1

    def produce(self, limit):
        while True:
            block = self.source.next(max(1, limit // self._rows))
            if block is None:
                return None
            rows = _rows(block)
            self._rows = max(1, rows.count // block.count)
            if rows.count:
                return rows


class _UnbatchStream(Stream):
    streams = ("held",)

    def __init__(self, node):
        self.held = Held(_RowsOfBatches(node))

    def produce(self, limit):
        count = min(self.held.fill(1, limit), limit)
        return self.held.take(count) if count else None


def _rows(block):
    columns = _structure.flatten(block.columns)
    if all(isinstance(c, np.ndarray) and c.ndim > 1 for c in columns):
        if len({c.shape[1] for c in columns}) == 1:
            rows = [c.reshape(-1, *c.shape[2:]) for c in columns]
            return Block(_structure.pack(block.columns, rows), len(rows[0]))
    return concat([_rows_of_element(element) for element in block.elements()])


def _rows_of_element(element):
    values = _structure.flatten(element)
    counts = []
    for value in values:
        if not _columns.is_opaque(value) and np.ndim(value) == 0:
            raise InvalidArgumentError(
                "Cannot unbatch an input with scalar components: each component must "
                f"have an axis of rows. Received: {value!r}"
            )
        opaque = _columns.is_opaque(value)
        counts.append(_composite.count_rows(value) if opaque else len(value))
    if len(set(counts)) > 1:
        raise InvalidArgumentError(
            "Input element must have the same batch size in each component. "
            f"Received: {counts}"
        )
    columns = [
        _columns.Objects(_composite.rows_of(value))
        if _columns.is_opaque(value)
        else value
        for value in values
    ]
    return Block(_structure.pack(element, columns), counts[0])
