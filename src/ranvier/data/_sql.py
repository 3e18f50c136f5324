"""The rows that a database gives for a query."""

import contextlib

import numpy as np

from ranvier.data import _spec
from ranvier.data._block import Block
from ranvier.data._dataset import Dataset
from ranvier.data._face import NUMPY
from ranvier.data._node import UNKNOWN, Node, Stream
from ranvier.tensors._errors import InvalidArgumentError, UnknownError

_INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16")
_KINDS = frozenset(("string", "bool", "float64", *_INTEGERS))


class _Query(Node):
    """The rows of a query.

    Args:
        path: of an SQLite database.
        text: the query.
        kinds: for each column the name of a dtype.
    """

    name = "SqlDataset"

    def __init__(self, path, text, kinds):
        self.path = path
        self.text = text
        self.kinds = kinds

    def stream(self):
        return _QueryStream(self)

    def spec(self):
        return tuple(_spec.TensorSpec((), kind) for kind in self.kinds)

    def cardinality(self):
        return UNKNOWN


class _QueryStream(Stream):
    """The position is a number of rows; the database is open while some are read."""

    counters = ("position",)

    def __init__(self, node):
        self.node = node
        self.position = 0
        self._database = self._cursor = None

    def produce(self, limit):
        if self._cursor is None:
            self._ask()
        with self._naming():
            rows = self._cursor.fetchmany(limit)
        if not rows:
            self._close()
            return None
        self.position += len(rows)
        columns = tuple(map(_column, zip(*rows), self.node.kinds))
        return Block(columns, len(rows))

    def _ask(self):
        import sqlite3

        kinds = self.node.kinds
        with self._naming():
            # Another thread may go on reading.
            self._database = sqlite3.connect(self.node.path, check_same_thread=False)
            self._cursor = self._database.execute(self.node.text)
            found = len(self._cursor.description or ())
            if found != len(kinds):
                raise InvalidArgumentError(
                    f"The number of columns in the query ({found}) must match the "
                    f"number of elements in `output_types` ({len(kinds)})."
                )
            for _ in range(self.position):
                self._cursor.fetchone()

    @contextlib.contextmanager
    def _naming(self):
        import sqlite3

        try:
            yield
        except sqlite3.Error as error:
            message = f"{self.node.path}: {error}. Query: {self.node.text}"
            raise UnknownError(message) from error

    def _close(self):
        if self._database is not None:
            self._database.close()
        self._database = self._cursor = None

    __del__ = _close

    def set_state(self, state):
        super().set_state(state)
        self._close()


def _column(values, kind):
    """Returns values of a database as a column, converted as SQLite does."""
    if kind == "string":
        column = np.empty(len(values), object)
        column[:] = [_text(value) for value in values]
        return column
    if kind == "float64":
        return np.array([_number(value) for value in values], np.float64)
    numbers = [int(_number(value)) for value in values]
    if kind == "bool":
        return np.array(numbers) != 0
    return np.array(numbers, np.int64).astype(kind)


def _text(value):
    if isinstance(value, bytes):
        return value
    return b"" if value is None else str(value).encode()


def _number(value):
    if isinstance(value, (str, bytes)):
        try:
            return float(value)
        except ValueError:
            return 0
    return value or 0


class SqlDataset(Dataset):
    """A dataset of the rows of a query to an SQLite database, as tuples of scalars.

    Args:
        driver_name: `"sqlite"`.
        data_source_name: path of the database.
        query: what to ask.
        output_types: for each column a dtype: string, bool, float64, or one of
            integers. Missing values are zero or empty.

    Raises:
        InvalidArgumentError: for another driver or other dtypes; in iteration, if the
            query has another number of columns.
        UnknownError: in iteration, if the database refuses.

    Example:
        >>> import os, sqlite3, tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "pets.sqlite")
        >>> database = sqlite3.connect(path)
        >>> _ = database.execute("create table pets (name text, legs integer)")
        >>> _ = database.execute("insert into pets values ('cat', 4), ('wren', 2)")
        >>> database.commit(); database.close()
        >>> query = "select name, legs from pets order by legs"
        >>> for name, legs in SqlDataset("sqlite", path, query, ("string", "int32")):
        ...     print(name, legs)
        b'wren' 2
        b'cat' 4
    """

    _face = NUMPY
    _plain = Dataset

    def __init__(self, driver_name, data_source_name, query, output_types):
        if driver_name != "sqlite":
            raise InvalidArgumentError(
                f"The database type {driver_name} is not supported. Use 'sqlite'."
            )
        kinds = [_spec.name_of(_spec.numpy_dtype(kind)) for kind in output_types]
        for kind in kinds:
            if kind not in _KINDS:
                raise InvalidArgumentError(
                    f"Each of `output_types` must be one of {sorted(_KINDS)}. "
                    f"Received: {kind}"
                )
        super().__init__(_Query(data_source_name, query, kinds))

    @classmethod
    def _of(cls, node):
        return cls._plain(node)
