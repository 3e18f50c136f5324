"""`parse_example`: a batch of serialised examples to a dictionary of arrays."""

import functools

import numpy as np

from ranvier.data.io import _features, _ragged
from ranvier.data.io._lists import NAMES, NUMPY_DTYPE, decode_lists
from ranvier.data.io._scan import find
from ranvier.data.io._spec import as_key, as_list, plan
from ranvier.data.io._texts import for_texts
from ranvier.data.io._values import to_strings
from ranvier.tensors._errors import InvalidArgumentError

_ALLOWED = (
    _features.VarLenFeature,
    _features.SparseFeature,
    _features.FixedLenFeature,
    _features.FixedLenSequenceFeature,
    _features.RaggedFeature,
)


def _parse_rows(texts, features, example_names=None, name=None):
    """Parses examples whose results do not depend on one another."""
    checked = plan(features, _ALLOWED)
    for column in checked.columns:
        if not isinstance(column.feature, _features.FixedLenFeature):
            raise TypeError("Only features of fixed length have a row an example.")
    return Batch(texts.tolist(), checked).results()


@for_texts(_parse_rows, scalar=False)
def parse_example(serialized, features, example_names=None, name=None):
    """Parses serialised `Example` messages, a whole batch in one pass.

    Args:
        serialized: a list, array or tensor of strings; a single one is parsed as by
            `parse_single_example`.
        features: a dict of `FixedLenFeature`, `VarLenFeature`,
            `FixedLenSequenceFeature`, `RaggedFeature` and `SparseFeature` by key.
        example_names: names of the examples, used in messages.
        name: ignored.

    Returns:
        A dict: arrays of shape `(batch, *shape)` for features of fixed length, padded
        ones of shape `(batch, longest, *shape)` for sequences, sparse tensors for
        features of variable length and `SparseFeature`, ragged tensors for
        `RaggedFeature`. Strings are bytes in arrays of objects.

    Raises:
        ValueError: if `features` is wrong.
        InvalidArgumentError: if an example is damaged, lacks a feature without default
            value, or has one of another dtype or length.

    Example:
        >>> from ranvier.data import io
        >>> def example(*values):
        ...     feature = io.Feature(int64_list=io.Int64List(value=values))
        ...     features = io.Features(feature={"x": feature})
        ...     return io.Example(features=features).SerializeToString()
        >>> batch = [example(1, 2), example(3, 4)]
        >>> parse_example(batch, {"x": io.FixedLenFeature([2], "int64")})["x"]
        array([[1, 2],
               [3, 4]])
    """
    serialized = to_strings(serialized, "serialized")
    if serialized.ndim == 0:
        return parse_single_example(serialized, features, example_names)
    if serialized.ndim > 1:
        raise InvalidArgumentError(
            "Expected serialized to be a scalar or vector, got shape: "
            f"{list(serialized.shape)}"
        )
    names = None if example_names is None else to_strings(example_names).ravel()
    if names is not None and len(names) not in (0, serialized.size):
        raise InvalidArgumentError(
            f"Expected a name for each of {serialized.size} examples, received "
            f"{len(names)}."
        )
    return Batch(serialized.tolist(), plan(features, _ALLOWED), names).results()


@for_texts(_parse_rows)
def parse_single_example(serialized, features, example_names=None, name=None):
    """Parses one serialised `Example` message.

    Args:
        serialized: a string, or a scalar array or tensor of one.
        features: a dict of configurations by key, see `parse_example`.
        example_names: the example's name, used in messages.
        name: ignored.

    Returns:
        A dict as of `parse_example`, without the axis of the batch. A string alone is
        `bytes`, a number alone a NumPy scalar; a `RaggedFeature` without partitions
        is an array.

    Raises:
        ValueError: if `features` is wrong or `serialized` holds several strings.
        InvalidArgumentError: as for `parse_example`.

    Example:
        >>> from ranvier.data import io
        >>> feature = io.Feature(bytes_list=io.BytesList(value=[b"cat"]))
        >>> example = io.Example(features=io.Features(feature={"name": feature}))
        >>> spec = {"name": io.FixedLenFeature([], "string")}
        >>> parse_single_example(example.SerializeToString(), spec)
        {'name': b'cat'}
    """
    if type(serialized) is not bytes:
        serialized = to_strings(serialized, "serialized")
        if serialized.ndim:
            raise ValueError(
                "Input serialized must be a scalar. Received an array of shape "
                f"{serialized.shape}; use `parse_example` for a batch."
            )
        serialized = serialized.item()
    names = None if example_names is None else to_strings(example_names).ravel()
    checked = plan(features, _ALLOWED)
    return Batch([serialized], checked, names, single=True).results()


class Batch:
    """Examples on their way to arrays.

    Args:
        records: the serialised examples.
        checked: the plan.
        names: what messages call the examples, or None.
        single: whether the result is that of a single example.
    """

    def __init__(self, records, checked, names=None, single=False):
        self.count = len(records)
        self.single = single
        self._names = names
        self._columns = checked.columns
        self._kinds = checked.kinds
        self._data, self._places = find(records, list(checked.kinds))
        self._decoded = {}

    def results(self):
        makers = {
            _features.FixedLenFeature: self._fixed,
            _features.FixedLenSequenceFeature: self._sequence,
            _features.VarLenFeature: self._variable,
            _features.RaggedFeature: self._ragged,
            _features.SparseFeature: self._sparse,
        }
        return {
            column.key: makers[type(column.feature)](column) for column in self._columns
        }

    def _fixed(self, column):
        key = as_key(column.key)
        kinds = self._places[key].kinds
        missing = kinds.count(0)
        if missing and column.default is None:
            raise self._missing(column, kinds.index(0))
        values, lengths = self._decode(column.kind, key)
        if (lengths != column.size).any():
            wrong = int(np.argmax(lengths != column.size))
            raise self._error(
                column.key,
                np.flatnonzero(kinds)[wrong],
                f"Number of {NAMES[column.kind]} values != expected.  Values size: "
                f"{lengths[wrong]} but output shape: {list(column.shape)}",
            )
        if missing:
            filled = np.empty((self.count, *column.shape), NUMPY_DTYPE[column.kind])
            filled[...] = column.default
            filled[np.array(kinds) != 0] = values.reshape(-1, *column.shape)
            values = filled
        return self._shaped(values, column.shape)

    def _shaped(self, values, shape):
        if self.single:
            return values.reshape(shape)[()]
        return values.reshape(self.count, *shape)

    def _sequence(self, column):
        if not column.feature.allow_missing:
            raise ValueError(
                "Unsupported: FixedLenSequenceFeature requires allow_missing to be "
                "True."
            )
        values, lengths = self.lists(column.key)
        if column.size == 0 or (lengths % column.size).any():
            row = int(np.argmax(lengths % max(column.size, 1) != 0))
            raise self._error(
                column.key,
                row,
                f"Number of {NAMES[column.kind]} values is not a multiple of stride "
                f"length. Saw {lengths[row]} values but output shape is: "
                f"{['?', *column.shape]}",
            )
        return pad(values, lengths, column, self.single)

    def _variable(self, column):
        return _sparse_tensor(*self.lists(column.key), self.single)

    def _ragged(self, column):
        feature = column.feature
        values, lengths = self.lists(feature.value_key or column.key)
        rows = _ragged.Rows.of_lengths(values, lengths)
        for partition in reversed(feature.partitions):
            if hasattr(partition, "key"):
                rows = rows.cut(partition, *self.lists(partition.key), column.key)
            else:
                rows = rows.cut_evenly(partition.length, column.key)
        if self.single:
            rows = rows.only()
        return rows.tensor(feature.row_splits_dtype)

    def _sparse(self, column):
        feature = column.feature
        values, lengths = self.lists(feature.value_key)
        parts = [] if self.single else [np.repeat(np.arange(self.count), lengths)]
        for key in as_list(feature.index_key):
            index, index_lengths = self.lists(key)
            if not np.array_equal(lengths, index_lengths):
                row = int(np.argmax(lengths != index_lengths))
                raise self._error(
                    column.key,
                    row,
                    f"Feature {key!r} has {index_lengths[row]} positions, but "
                    f"{feature.value_key!r} has {lengths[row]} values",
                )
            parts.append(index)
        indices = np.stack(parts, axis=1).astype(np.int64)
        if not feature.already_sorted:
            order = np.lexsort(indices.T[::-1])
            indices, values = indices[order], values[order]
        sizes = as_list(feature.size)
        if len(sizes) != len(parts) - (not self.single):
            raise ValueError(
                f"`size` and `index_key` of the SparseFeature {column.key!r} must have "
                f"the same length. Received: {feature}"
            )
        shape = sizes if self.single else [self.count, *sizes]
        return make_sparse(indices, values, shape)

    def lists(self, key):
        """Returns the values of a feature and how many each example has."""
        key = as_key(key)
        if key not in self._decoded:
            values, counts = self._decode(self._kinds[key], key)
            lengths = np.zeros(self.count, np.int64)
            lengths[np.array(self._places[key].kinds, np.uint8) != 0] = counts
            self._decoded[key] = values, lengths
        return self._decoded[key]

    def _decode(self, kind, key):
        """Returns the values of a feature and how many each example that has it has."""
        kinds, starts, ends = self._places[key]
        if kinds.count(kind) < self.count:
            there = [i for i, k in enumerate(kinds) if k]
            for i in there:
                if kinds[i] != kind:
                    raise self._error(
                        key,
                        i,
                        f"Data types don't match. Data type: {NAMES[kinds[i]]} but "
                        f"expected type: {NAMES[kind]}",
                    )
            starts, ends = [starts[i] for i in there], [ends[i] for i in there]
        try:
            return decode_lists(kind, self._data, starts, ends)
        except InvalidArgumentError as error:
            raise InvalidArgumentError(f"Key: {_shown(key)}.  {error}") from error

    def _missing(self, column, row):
        return InvalidArgumentError(
            f"{self._title(row)}Feature: {_shown(column.key)} (data type: "
            f"{NAMES[column.kind]}) is required but could not be found."
        )

    def _error(self, key, row, detail):
        index = "" if self.single else f", Index: {row}"
        return InvalidArgumentError(
            f"{self._title(row)}Key: {_shown(key)}{index}.  {detail}"
        )

    def _title(self, row):
        if self._names is not None and row < len(self._names):
            return f"Name: {self._names[row].decode(errors='replace')}, "
        return "" if self.single else "Name: <unknown>, "


def _shown(key):
    return key.decode(errors="replace") if isinstance(key, bytes) else key


def pad(values, lengths, column, single=False):
    """Returns sequences of items, padded to one length.

    Args:
        values: the values of all sequences.
        lengths: the number of values of each.
        column: tells the items' shape and the padding.
        single: whether there is one sequence and the result has no axis for more.
    """
    if single:
        return values.reshape(-1, *column.shape)
    steps = lengths // column.size
    longest = int(steps.max(initial=0))
    if (steps == longest).all():
        return values.reshape(len(lengths), longest, *column.shape)
    padded = np.full((len(lengths), longest, *column.shape), column.default)
    padded = padded.astype(values.dtype, copy=False)
    padded[np.arange(longest) < steps[:, None]] = values.reshape(-1, *column.shape)
    return padded


def _sparse_tensor(values, lengths, single):
    places = _ragged.positions(lengths)
    if single:
        return make_sparse(places[:, None], values, lengths)
    rows = np.repeat(np.arange(len(lengths)), lengths)
    shape = [len(lengths), lengths.max(initial=0)]
    return make_sparse(np.stack([rows, places], axis=1), values, shape)


@functools.cache
def _sparse_class():
    from ranvier.tensors import SparseTensor

    return SparseTensor


def make_sparse(indices, values, shape):
    """Returns a sparse tensor of arrays."""
    return _sparse_class()(indices, values, np.asarray(shape, np.int64))
