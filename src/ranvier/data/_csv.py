"""Datasets of CSV files, by tf.data's names."""

import collections
import csv
import io
import os

import numpy as np

from ranvier.data import _spec, _structure
from ranvier.data._block import Block
from ranvier.data._dataset import Dataset
from ranvier.data._file_names import existing, matching
from ranvier.data._files import FileDataset, LineReader
from ranvier.data._node import UNKNOWN, Node, Stream
from ranvier.data._remembered import RememberedFiles
from ranvier.data.io._csv import check_selection, decode_csv
from ranvier.data.io._streams import compression_name
from ranvier.tensors import as_dtype
from ranvier.tensors._errors import InvalidArgumentError


class CsvFile(Node):
    """The rows of one file, as tuples of scalars.

    Args:
        path: the file.
        format: a `CsvFormat`.
    """

    name = "CsvDataset"

    def __init__(self, path, format):
        self.path = path
        self.format = format

    def stream(self):
        return _CsvStream(self)

    def spec(self):
        return self.format.spec()

    def format_key(self):
        """Returns what the rows depend on besides the content of the file."""
        return self.format.key()

    def cardinality(self):
        return UNKNOWN


class CsvFormat:
    """How rows are read.

    Args:
        defaults: a default value for each column, an empty array for a required one.
        header: whether the first line of a file is left out.
        delim: the character between fields.
        quotes: whether fields may be quoted.
        na_value: text that counts as an empty field.
        select: numbers of the columns, or None for all.
        compression_type: of the files.
        buffer_size: how many bytes to read at once.
    """

    def __init__(
        self,
        defaults,
        header,
        delim,
        quotes,
        na_value,
        select,
        compression_type,
        buffer_size,
    ):
        self.defaults = defaults
        self.header = header
        self.delim = delim
        self.quotes = quotes
        self.na_value = na_value
        self.select = select
        self.compression_type = compression_type
        self.buffer_size = buffer_size

    def key(self):
        """Returns all but the size of the buffer, as a tuple."""
        defaults = [(d.dtype.str, tuple(d.ravel().tolist())) for d in self.defaults]
        select = None if self.select is None else tuple(self.select)
        texts = (self.delim, self.na_value, self.compression_type)
        return (tuple(defaults), self.header, self.quotes, select, *texts)

    def open(self, path, offset=0):
        """Returns a `LineReader`."""
        return LineReader(
            path, self.compression_type, self.buffer_size, offset, self.quotes
        )

    def spec(self):
        """Returns the specs of a row."""
        return tuple(_spec.tensor((), default.dtype) for default in self.defaults)

    def decode(self, lines):
        """Returns the columns of lines; of one column a line may be empty."""
        if len(self.defaults) == 1 and self.select is None and self.quotes:
            lines = np.where(lines == b"", b'""', lines)
        return decode_csv(
            lines, self.defaults, self.delim, self.quotes, self.na_value, self.select
        )


class _CsvStream(Stream):
    """The position is a number of bytes."""

    counters = ("offset",)

    def __init__(self, node):
        self.node = node
        self.offset = 0
        self._reader = None

    def produce(self, limit):
        format = self.node.format
        if self._reader is None:
            self._reader = format.open(self.node.path, self.offset)
            if format.header and not self.offset:
                self._reader.read_block(1)
                self.offset = self._reader.offset
        lines = self._reader.read_block(limit)
        if not lines:
            return None
        texts = np.empty(len(lines), object)
        texts[:] = lines
        try:
            columns = tuple(format.decode(texts))
        except InvalidArgumentError:
            try:
                self._blame(lines)
                raise
            finally:
                if len(lines) == 1:  # whoever leaves out errors goes on behind it
                    self.offset = self._reader.offset
        self.offset = self._reader.offset
        return Block(columns, len(lines))

    def _blame(self, lines):
        """Raises the error of the first line at fault."""
        for i, line in enumerate(lines):
            try:
                self.node.format.decode(np.array([line], object))
            except InvalidArgumentError as error:
                line_number = self._lines_before() + sum(map(_lines_of, lines[:i])) + 1
                raise InvalidArgumentError(
                    f"{self.node.path}, line {line_number}: "
                    f"{error.message.replace(' in record 0', '')}. The line is "
                    f"{line[:200]!r}"
                ) from None

    def _lines_before(self):
        """Returns the number of lines before the position."""
        reader, count = self.node.format.open(self.node.path), 0
        while reader.offset < self.offset:
            count += sum(map(_lines_of, reader.read_block(1)))
        return count

    def set_state(self, state):
        super().set_state(state)
        self._reader = None


def _lines_of(row):
    """Returns how many lines a row takes: quoted fields may have several."""
    return 1 + row.count(b"\n")


class _CsvFiles(Node):
    """The rows of several files."""

    name = "CsvDataset"

    def __init__(self, paths, format):
        self.inputs = tuple(CsvFile(path, format) for path in paths)

    def stream(self):
        return _CsvFilesStream(self)

    def spec(self):
        return self.inputs[0].spec()

    def cardinality(self):
        return UNKNOWN


class _CsvFilesStream(Stream):
    counters = ("number",)

    def __init__(self, node):
        self.node = node
        self.number = 0
        self.file = node.inputs[0].stream()

    def produce(self, limit):
        while True:
            block = self.file.next(limit)
            if block is not None or self.number + 1 == len(self.node.inputs):
                return block
            self.number += 1
            self.file = self.node.inputs[self.number].stream()

    def get_state(self):
        return {"number": self.number, "file": self.file.get_state()}

    def set_state(self, state):
        self.number = state["number"]
        self.file = self.node.inputs[self.number].stream()
        self.file.set_state(state["file"])


class CsvDataset(FileDataset):
    """A dataset of the rows of CSV files, as tuples of scalars.

    Args:
        filenames: a name, or a list of names.
        record_defaults: for each column to read a dtype, where the field must be there,
            or a default value, whose dtype is that of the column: float32, float64,
            int32, int64 or string.
        compression_type: `""`, `"GZIP"` or `"ZLIB"`.
        buffer_size: how many bytes to read at once.
        header: whether the first line of each file is left out.
        field_delim: the character between fields.
        use_quote_delim: whether fields may be in double quotes.
        na_value: text that counts as an empty field.
        select_cols: increasing numbers of the columns to read; all by default.
        exclude_cols: numbers of the columns to leave out, instead.

    Raises:
        NotFoundError: if a file is missing.
        InvalidArgumentError: in iteration, for a row that does not fit; it tells file,
            line and field.

    Example:
        >>> import pathlib, tempfile
        >>> path = pathlib.Path(tempfile.mkdtemp(), "a.csv")
        >>> _ = path.write_text("x,y\\n1,2.5\\n3,\\n")
        >>> for x, y in CsvDataset(path, ["int32", 0.0], header=True):
        ...     print(x, y)
        1 2.5
        3 0.0
    """

    def __init__(
        self,
        filenames,
        record_defaults,
        compression_type=None,
        buffer_size=None,
        header=False,
        field_delim=",",
        use_quote_delim=True,
        na_value="",
        select_cols=None,
        exclude_cols=None,
    ):
        if select_cols is not None and exclude_cols is not None:
            raise InvalidArgumentError(
                "At most one of `select_cols` and `exclude_cols` may be given."
            )
        compression_name(compression_type)
        paths = existing(filenames)
        defaults = [_default(value) for value in record_defaults]
        try:
            check_selection(select_cols, len(defaults))
        except ValueError as error:
            raise InvalidArgumentError(str(error)) from None
        if exclude_cols is not None:
            count = len(defaults) + len(exclude_cols)
            select_cols = [i for i in range(count) if i not in set(exclude_cols)]
        format = CsvFormat(
            defaults,
            header,
            field_delim,
            use_quote_delim,
            na_value,
            select_cols,
            compression_type,
            buffer_size,
        )
        alone = len(paths) == 1
        node = CsvFile(paths[0], format) if alone else _CsvFiles(paths, format)
        Dataset.__init__(self, node)


def _default(value):
    """Returns a default as an array, an empty one for a dtype."""
    from ranvier.data import _columns

    if isinstance(value, (np.ndarray, float, int, bytes, list)):
        value = np.asarray(_columns.to_value(value))
        return value.astype(object) if value.dtype.kind == "S" else value
    if isinstance(value, str) and value not in _DTYPES:
        return np.array(value.encode(), object)
    if hasattr(value, "numpy"):
        return _default(np.asarray(value.numpy()))
    return np.zeros(0, as_dtype(value).as_numpy_dtype)


_DTYPES = frozenset({"float32", "float64", "int32", "int64", "string"})


def make_csv_dataset(
    file_pattern,
    batch_size,
    column_names=None,
    column_defaults=None,
    label_name=None,
    select_columns=None,
    field_delim=",",
    use_quote_delim=True,
    na_value="",
    header=True,
    num_epochs=None,
    shuffle=True,
    shuffle_buffer_size=10000,
    shuffle_seed=None,
    prefetch_buffer_size=None,
    num_parallel_reads=None,
    sloppy=False,
    num_rows_for_inference=100,
    compression_type=None,
    ignore_errors=False,
    encoding="utf-8",
    dataset_class=Dataset,
):
    """Makes a dataset of batches of CSV files: dictionaries of columns.

    Args:
        file_pattern: a glob pattern, or a list of them.
        batch_size: rows in a batch.
        column_names: names of the columns; by default the first line of the first file.
        column_defaults: for each column to read a dtype or a default value; by default
            they are told by the first rows.
        label_name: the column to give apart, as second part of a pair.
        select_columns: names or numbers of the columns to read.
        field_delim: the character between fields.
        use_quote_delim: whether fields may be in double quotes.
        na_value: text that counts as an empty field.
        header: whether each file begins with a line of names.
        num_epochs: how often to go through the files; without end if None. The last
            batch may then be smaller.
        shuffle: whether to shuffle rows.
        shuffle_buffer_size: size of the buffer for that.
        shuffle_seed: its seed.
        prefetch_buffer_size: batches to read ahead; `AUTOTUNE` by default.
        num_parallel_reads: how many files to read in turn.
        sloppy: ignored: the order is always deterministic.
        num_rows_for_inference: rows that tell the dtypes; None for all.
        compression_type: `""`, `"GZIP"` or `"ZLIB"`.
        ignore_errors: leave out rows that do not fit.
        encoding: of the names.
        dataset_class: class of the result.

    Returns:
        A dataset of dictionaries, or of pairs of dictionary and label.

    Raises:
        ValueError: for files or columns that are not there, or names that come twice.

    Example:
        >>> import pathlib, tempfile
        >>> path = pathlib.Path(tempfile.mkdtemp(), "a.csv")
        >>> _ = path.write_text("x,y\\n1,a\\n2,b\\n")
        >>> ds = make_csv_dataset(str(path), 2, num_epochs=1, shuffle=False)
        >>> {name: column.tolist() for name, column in next(iter(ds)).items()}
        {'x': [1, 2], 'y': [b'a', b'b']}
    """
    paths = matching(file_pattern)
    more = (field_delim, use_quote_delim, na_value)
    rows = _HeadRows(paths, compression_type, field_delim, use_quote_delim, encoding)
    if column_names is None:
        if not header:
            raise ValueError(
                "Cannot infer column names without a header line: give `column_names`."
            )
        column_names = rows.names()
    if len(column_names) != len(set(column_names)):
        raise ValueError("Cannot have duplicate column names.")
    select = _selected(select_columns, column_names)
    if column_defaults is None:
        column_defaults = rows.defaults(
            len(column_names), select, header, na_value, num_rows_for_inference
        )
    names = column_names if select is None else [column_names[i] for i in select]
    if len(column_defaults) != len(names):
        raise ValueError(
            "`column_defaults` must have an entry for each column: expected "
            f"{len(names)}, received {len(column_defaults)}."
        )
    if label_name is not None and label_name not in names:
        raise ValueError(
            f"`label_name` provided must be one of the columns. Received: {label_name}"
        )

    def read(path):
        return CsvDataset(
            [os.fsdecode(path)],
            column_defaults,
            compression_type,
            None,
            header,
            *more,
            select,
        )

    files = Dataset.from_tensor_slices(paths)
    if shuffle:
        files = files.shuffle(len(paths), shuffle_seed)
    parallel = num_parallel_reads or 1
    dataset = files.interleave(read, cycle_length=max(parallel, 1))
    if ignore_errors:
        dataset = dataset.ignore_errors()
    else:
        dataset = dataset._then(RememberedFiles(dataset._data_node))
    if shuffle:
        dataset = dataset.shuffle(shuffle_buffer_size, shuffle_seed)
    if num_epochs != 1:
        dataset = dataset.repeat(num_epochs)
    dataset = dataset.batch(batch_size, drop_remainder=num_epochs is None)

    def named(*columns):
        features = collections.OrderedDict(zip(names, columns))
        if label_name is None:
            return features
        label = features.pop(label_name)
        return features, label

    dataset = dataset.apply(lambda ds: ds._then(_Named(ds._data_node, named)))
    dataset = dataset.prefetch(
        -1 if prefetch_buffer_size is None else prefetch_buffer_size
    )
    return dataset_class._of(dataset._data_node)


def _selected(select_columns, names):
    if select_columns is None:
        return None
    numbers = []
    for column in select_columns:
        if isinstance(column, str):
            if column not in names:
                raise ValueError(
                    f"Value '{column}' of `select_columns` is not one of the columns: "
                    f"{list(names)}"
                )
            column = list(names).index(column)
        if not 0 <= column < len(names):
            raise ValueError(
                f"Value {column} of `select_columns` is out of range: there are "
                f"{len(names)} columns."
            )
        numbers.append(int(column))
    if len(set(numbers)) != len(numbers):
        raise ValueError("Values in `select_columns` must be unique.")
    return sorted(numbers)


class _HeadRows:
    """What the first lines of files tell about their columns."""

    def __init__(self, paths, compression_type, delim, quotes, encoding):
        self.paths = paths
        self.compression_type = compression_type
        self.delim = delim
        self.quotes = quotes
        self.encoding = encoding

    def names(self):
        """Returns the names in the first file.

        Raises:
            ValueError: if files have different ones.
        """
        found = [next(self._rows(path), []) for path in self.paths]
        if any(names != found[0] for names in found):
            raise ValueError(
                "Files have different column names in the header row: "
                f"{[names for names in found if names != found[0]][0]} and {found[0]}"
            )
        if not found[0]:
            raise ValueError(
                f"The header line of {self.paths[0]} has no names of columns. Is it an "
                "empty file?"
            )
        return found[0]

    def _rows(self, path):
        reader = LineReader(path, self.compression_type, quoted=self.quotes)
        quoting = csv.QUOTE_MINIMAL if self.quotes else csv.QUOTE_NONE
        while lines := reader.read_block(256):
            text = io.StringIO("\n".join(line.decode(self.encoding) for line in lines))
            yield from csv.reader(text, delimiter=self.delim, quoting=quoting)

    def defaults(self, count, select, header, na_value, limit):
        """Returns a default for each column, of the narrowest dtype that fits."""
        numbers = range(count) if select is None else select
        kinds = [_UNTOLD] * len(numbers)
        seen = 0
        for path in self.paths:
            rows = self._rows(path)
            if header:
                next(rows, None)
            for row in rows:
                if limit is not None and seen >= limit:
                    break
                seen += 1
                if len(row) != count:
                    raise ValueError(
                        "Problem inferring types: CSV row has different number of "
                        f"fields than expected: {len(row)} instead of {count}, in "
                        f"{path}."
                    )
                for i, number in enumerate(numbers):
                    if row[number] not in ("", na_value):
                        kinds[i] = _kind_of(row[number], kinds[i])
        return [_KINDS[kind][1] for kind in kinds]


def _in_range(low, high):
    return lambda text: low <= int(text) <= high


def _is_float(largest):
    return lambda text: not float(text) >= largest


_KINDS = [
    (_in_range(-(2**31), 2**31 - 1), np.zeros((), np.int32)),
    (_in_range(-(2**63), 2**63 - 1), np.zeros((), np.int64)),
    (_is_float(float(np.finfo(np.float32).max)), np.zeros((), np.float32)),
    (_is_float(float(np.finfo(np.float64).max)), np.zeros((), np.float64)),
    (lambda text: True, np.array(b"", object)),
]
_UNTOLD = -1  # a column without any field: strings


def _kind_of(text, kind):
    """Returns the first kind, from `kind` on, that a text fits."""
    for number in range(max(kind, 0), len(_KINDS)):
        try:
            if _KINDS[number][0](text):
                return number
        except ValueError:
            continue
    return len(_KINDS) - 1


class _Named(Node):
    """Tuples of columns as dictionaries: only the structure changes."""

    name = "make_csv_dataset"

    def __init__(self, source, named):
        self.inputs = (source,)
        self.named = named

    def stream(self):
        return _NamedStream(self)

    def spec(self):
        return self.named(*self.source.spec())

    def cardinality(self):
        return self.source.cardinality()


class _NamedStream(Stream):
    streams = ("source",)

    def __init__(self, node):
        self.node = node
        self.source = node.source.stream()

    def produce(self, limit):
        block = self.source.next(limit)
        if block is None:
            return None
        return Block(self.node.named(*_structure.flatten(block.columns)), block.count)
