"""Whole columnar files through pyarrow: Parquet and CSV."""

import contextlib
import os

import numpy as np

from ranvier.core._errors import require
from ranvier.data import _columns, _spec
from ranvier.data._block import Block
from ranvier.data._csv_errors import located
from ranvier.data._file_names import existing
from ranvier.data._node import UNKNOWN, Node, Stream, first_of

_ROWS = 65536


class Table(Node):
    """The rows of columnar files, as dictionaries of values.

    Args:
        paths: the files.
        open_at: function of path; returns an iterator over record batches.
        count: function of paths that returns the number of rows, or `UNKNOWN`.
        label: name of the source.
    """

    def __init__(self, paths, open_at, count, label):
        self.paths = paths
        self.open_at = open_at
        self.count = count
        self.name = label

    def stream(self):
        return _TableStream(self)

    def spec(self):
        first = first_of(self)
        if first is None:
            raise ValueError(f"`{self.name}` found no row that would tell the dtypes.")
        return _spec.of_block(first)

    def cardinality(self):
        return self.count(self.paths)


class _TableStream(Stream):
    """The position is a file and a number of rows of it."""

    counters = ("number", "row")

    def __init__(self, node):
        self.node = node
        self.number = 0
        self.row = 0
        self._close()

    def _close(self):
        self._batches = None
        self._block = None
        self._start = 0  # row at which the block begins

    def produce(self, limit):
        while self.number < len(self.node.paths):
            if self._block is not None and self.row < self._start + self._block.count:
                first = self.row - self._start
                part = self._block[first : first + limit]
                self.row += part.count
                return part
            if not self._read():
                self.number += 1
                self.row = 0
                self._close()
        return None

    def _read(self):
        """Reads the next block; returns whether there was one."""
        path = self.node.paths[self.number]
        if self._batches is None:
            self._batches = self.node.open_at(path)
        if self._block is not None:
            self._start += self._block.count
        try:
            batch = next(self._batches, None)
        except Exception as error:
            error.add_note(f"In `{self.node.name}`, file {path}.")
            raise
        if batch is None:
            return False
        names = batch.schema.names
        columns = {n: column_of(batch.column(i), n) for i, n in enumerate(names)}
        self._block = Block(columns, batch.num_rows)
        return True

    def set_state(self, state):
        super().set_state(state)
        self._close()


def column_of(array, name):
    """Returns a column of an Arrow array.

    Missing numbers become NaN (integers float64), missing strings empty ones.

    Raises:
        TypeError: for a type that is neither numbers nor strings nor lists of them.
    """
    import pyarrow as pa

    kind = array.type
    if pa.types.is_dictionary(kind):
        array = array.dictionary_decode()
        kind = array.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        array = array.cast(pa.large_binary())
        kind = array.type
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        values = array.fill_null(b"").to_numpy(zero_copy_only=False)
        return values.astype(object)
    if pa.types.is_null(kind):
        return np.full(len(array), np.nan)
    if pa.types.is_fixed_size_list(kind) and not array.null_count:
        rows = column_of(array.flatten(), name)
        return rows.reshape(len(array), kind.list_size, *rows.shape[1:])
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        values = [column_of(row.values, name) if row.is_valid else [] for row in array]
        return _columns.stack([np.asarray(value) for value in values])
    if pa.types.is_temporal(kind):
        raise TypeError(
            f"Column {name!r} holds values of type {kind}: turn them into numbers "
            "first, or leave the column out."
        )
    if pa.types.is_decimal(kind):
        array = array.cast(pa.float64())
    return _columns.to_value(array.to_numpy(zero_copy_only=False))


def parquet(paths, columns) -> Table:
    """Returns the node of Parquet files."""
    reader = require("pyarrow.parquet", "data")

    arrow = require("pyarrow", "data")

    def open_at(path):
        with _naming(path, arrow), reader.ParquetFile(path) as file:
            _check_columns(columns, file.schema_arrow.names, path)
            yield from file.iter_batches(_ROWS, columns=columns)

    def count_of(path):
        with _naming(path, arrow):
            return reader.read_metadata(path).num_rows

    def count(paths):
        return sum(map(count_of, paths))

    return Table(existing(paths), open_at, count, "from_parquet")


@contextlib.contextmanager
def _naming(path, arrow):
    """Turns errors of pyarrow into ones that name the file."""
    try:
        yield
    except (arrow.ArrowException, OSError, UnicodeDecodeError) as error:
        raise ValueError(f"Cannot read {os.fspath(path)}: {error}") from error


def csv(paths, columns, column_types, delimiter) -> Table:
    """Returns the node of CSV files."""
    reader = require("pyarrow.csv", "data")
    arrow = require("pyarrow", "data")
    types = {
        name: arrow.string()
        if _spec.numpy_dtype(dtype).kind == "O"
        else arrow.from_numpy_dtype(_spec.numpy_dtype(dtype))
        for name, dtype in (column_types or {}).items()
    }

    def opened(path, threads=True):
        return reader.open_csv(
            path,
            read_options=reader.ReadOptions(use_threads=threads),
            parse_options=reader.ParseOptions(delimiter=delimiter),
            convert_options=reader.ConvertOptions(
                column_types=types, include_columns=columns
            ),
        )

    def open_at(path):
        try:
            with _naming(path, arrow), opened(path) as file:
                _ = file.schema.names  # must be UTF-8
                yield from file
        except ValueError as error:
            raise located(error, path, delimiter, opened) from None

    return Table(existing(paths), open_at, lambda _: UNKNOWN, "from_csv")


def _check_columns(columns, names, path):
    missing = [name for name in columns or () if name not in names]
    if missing:
        raise ValueError(
            f"{os.fspath(path)} has no column {missing[0]!r}. Its columns: {names}"
        )


def frame_columns(frame) -> dict:
    """Returns the columns of a data frame (pandas, polars, Arrow) by name.

    Raises:
        TypeError: for anything else.
    """
    if hasattr(frame, "to_pydict"):  # an Arrow table
        frame = frame.combine_chunks()
        return {
            name: column_of(frame.column(name).combine_chunks(), name)
            for name in frame.column_names
        }
    if not hasattr(frame, "columns") or not hasattr(frame, "__getitem__"):
        raise TypeError(
            "`from_dataframe` takes a data frame of pandas or polars, or an Arrow "
            f"table. Received: {type(frame).__name__}"
        )
    return {str(name): frame_column(frame[name], name) for name in frame.columns}


def frame_column(series, name):
    """Returns a column of a data frame as an array of numbers or strings."""
    values = series.to_numpy()
    if values.dtype.kind == "O":
        missing = [value is None or value != value for value in values]
        texts = all(
            isinstance(v, (str, bytes)) for v, m in zip(values, missing) if not m
        )
        if texts:
            values = np.where(missing, "", values)
        elif any(missing):
            return np.array(
                [np.nan if m else v for v, m in zip(values, missing)], float
            )
    try:
        return _columns.to_value(values)
    except (TypeError, ValueError) as error:
        error.add_note(f"In column {name!r} of the data frame.")
        raise
