"""`decode_csv`: lines of comma-separated values to columns."""

import functools
import operator
import re
import warnings

import numpy as np

from ranvier.data.io._texts import elementwise
from ranvier.data.io._values import to_array, to_strings, unwrap
from ranvier.tensors._errors import InvalidArgumentError

_NAMES = {"float32": "float", "float64": "double", "int32": "int32", "int64": "int64"}


@elementwise()
def decode_csv(
    records,
    record_defaults,
    field_delim=",",
    use_quote_delim=True,
    na_value="",
    select_cols=None,
    name=None,
):
    """Turns lines of comma-separated values into columns, all lines at once.

    Args:
        records: a line, or an array or tensor of lines, as strings.
        record_defaults: for each column a value to use where a field is empty. Its
            dtype (float32, float64, int32, int64 or string) is that of the column. An
            empty array means that the field must be there.
        field_delim: the character between fields.
        use_quote_delim: whether fields in double quotes may hold that character.
        na_value: text that also counts as an empty field.
        select_cols: the columns to return, as increasing numbers; all by default.
        name: ignored.

    Returns:
        A list with an array for each column, of the shape of `records`.

    Raises:
        InvalidArgumentError: if a line has another number of fields, or a field does
            not fit its column. The message tells field and record.
        ValueError: if the arguments contradict each other.

    Example:
        >>> decode_csv(["1,a", "2,b", ",c"], [0.5, ""])
        [array([1. , 2. , 0.5], dtype=float32), array([b'a', b'b', b'c'], dtype=object)]
    """
    defaults = [_default(i, value) for i, value in enumerate(record_defaults)]
    delim = field_delim.encode()
    if len(delim) != 1:
        raise InvalidArgumentError("field_delim should be only 1 char")
    if not defaults:
        raise InvalidArgumentError("`record_defaults` must have an entry a column.")
    selected = check_selection(select_cols, len(defaults))
    lines = to_strings(records, "records")
    if selected is None and delim == b"," and not na_value:
        found = _plain_numbers(lines.ravel().tolist(), defaults)
        if found is not None:
            return [unwrap(column.reshape(lines.shape)) for column in found]
    columns = _split(lines.ravel().tolist(), delim, use_quote_delim, selected, defaults)
    numbers = range(len(defaults)) if selected is None else selected
    missing = {b"", na_value.encode()}
    return [
        unwrap(_convert(fields, default, i, missing).reshape(lines.shape))
        for fields, default, i in zip(columns, defaults, numbers)
    ]


def _default(i, value):
    array = to_array(value)
    if array.ndim > 1:
        raise InvalidArgumentError("Each record default should be at most rank 1")
    if array.size > 1:
        raise InvalidArgumentError(
            f"There should only be 1 default per field but field {i} has {array.size}"
        )
    if array.dtype != object and array.dtype.name not in _NAMES:
        raise InvalidArgumentError(
            f"The default of field {i} must be of dtype float32, float64, int32, int64 "
            f"or string. Received: {array.dtype.name}"
        )
    return array


def check_selection(select_cols, count):
    """Returns the numbers of the columns to read, None for all.

    Raises:
        ValueError: unless they increase and are as many as the defaults.
    """
    if select_cols is None or len(select_cols) == 0:
        return None
    selected = [int(i) for i in select_cols]
    if any(b <= a for a, b in zip(selected, selected[1:])):
        raise ValueError("select_cols is not strictly increasing.")
    if selected[0] < 0:
        raise ValueError("select_cols contains negative values.")
    if len(selected) != count:
        raise ValueError("Length of select_cols and record_defaults do not match.")
    return selected


# What a number may be written with here; all else is read field by field.
_PLAIN = b"0123456789.,+-eE"
# From so many lines on pyarrow is worth its import.
_MANY = 256


def _plain_numbers(lines, defaults):
    """Returns the columns of lines that hold plain numbers only, else None.

    One pass over the text, by pyarrow where it is installed or else by NumPy, takes a
    tenth or a third of the time of field by field.
    """
    count = len(defaults)
    kinds = {default.dtype.name for default in defaults}
    if not lines or not (kinds <= {"float32", "float64"} or kinds == {"int64"}):
        return None
    if len(lines) >= _MANY and kinds <= {"float32", "float64"}:
        found = _numbers_by_arrow(lines, defaults)
        if found is not None:
            return found
    text = b",".join(lines)
    if text.translate(None, _PLAIN) or (kinds == {"int64"} and not _all_short(text)):
        return None
    if b",," in text or text.startswith(b",") or text.endswith(b","):
        return None
    if set(map(operator.methodcaller("count", b","), lines)) != {count - 1}:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of what is no number
        dtype = np.int64 if kinds == {"int64"} else np.float64
        try:
            numbers = np.fromstring(text, dtype, sep=",")
        except ValueError:  # which newer releases of NumPy raise in place of warning
            return None
    if len(numbers) != len(lines) * count:
        return None
    rows = numbers.reshape(len(lines), count)
    with np.errstate(over="ignore"):  # beyond the largest float32 is infinity
        return [rows[:, i].astype(d.dtype) for i, d in enumerate(defaults)]


def _numbers_by_arrow(lines, defaults):
    """Returns the columns as pyarrow reads them, or None where it cannot or may not.

    It also lets other threads run meanwhile.
    """
    arrow = _arrow()
    text = b"\n".join(lines)
    if arrow is None or text.translate(None, _PLAIN + b"\n"):
        return None
    names = [str(i) for i in range(len(defaults))]
    types = {name: default.dtype.name for name, default in zip(names, defaults)}
    try:
        table = arrow.csv.read_csv(
            arrow.BufferReader(text),
            arrow.csv.ReadOptions(
                use_threads=False, column_names=names, block_size=len(text) + 1
            ),
            arrow.csv.ParseOptions(quote_char=False),
            # An empty field is an error then.
            arrow.csv.ConvertOptions(column_types=types, null_values=[]),
        )
    except arrow.ArrowInvalid:
        return None
    if table.num_rows != len(lines):  # blank lines
        return None
    return [column.to_numpy() for column in table.columns]


@functools.cache
def _arrow():
    try:
        import pyarrow
        import pyarrow.csv
    except ImportError:
        return None
    return pyarrow


def _all_short(text):
    """Tells whether integers have no fraction and fit 64 bits."""
    if text.translate(None, b"0123456789,-"):
        return False
    return max(map(len, text.split(b","))) < 19


def _split(lines, delim, use_quotes, selected, defaults):
    """Returns the fields of each column."""
    text = delim.join(lines)
    plain = b"\n" not in text and b"\r" not in text and b"" not in lines
    if not plain or use_quotes and b'"' in text:
        splitter = _Splitter(delim, use_quotes)
        rows = [splitter.split(line) for line in lines]
        return _columns_of(rows, selected, len(defaults))
    count = len(defaults)
    if selected is None and all(line.count(delim) == count - 1 for line in lines):
        fields = text.split(delim) if lines else []
        return [fields[i::count] for i in range(count)]
    return _columns_of([line.split(delim) for line in lines], selected, count)


def _columns_of(rows, selected, count):
    for i, row in enumerate(rows):
        if selected is not None:
            row = rows[i] = [row[j] for j in selected if j < len(row)]
        if len(row) != count:
            raise InvalidArgumentError(
                f"Expect {count} fields but have {len(row)} in record {i}"
            )
    return list(zip(*rows)) if rows else [()] * count


class _Splitter:
    """Cuts a line with quotes into fields.

    Args:
        delim: the byte between fields.
        use_quotes: whether quotes mean something.
    """

    def __init__(self, delim, use_quotes):
        self._delim = delim
        self._quotes = use_quotes
        end = rb"(?:" + re.escape(delim) + rb"|\Z)"
        forbidden = re.escape(delim) + (rb'\r\n"' if use_quotes else rb"\r\n")
        self._unquoted = re.compile(rb"([^" + forbidden + rb"]*+)" + end)
        self._quoted = re.compile(rb'"((?:[^"]|"")*+)"' + end)
        self._any_quoted = re.compile(rb'"(?:[^"]|"")*+"')

    def split(self, line):
        """Returns the fields of a line.

        Raises:
            InvalidArgumentError: if quotes do not match.
        """
        fields, position = [], 0
        while position < len(line):
            if line[position] in b"\r\n":
                position += 1
                continue
            quoted = self._quotes and line[position] == ord('"')
            found = (self._quoted if quoted else self._unquoted).match(line, position)
            if not found:
                raise self._misfit(line, position, quoted)
            field = found[1]
            fields.append(field.replace(b'""', b'"') if quoted else field)
            position = found.end()
        if line.endswith(self._delim):
            fields.append(b"")
        return fields

    def _misfit(self, line, position, quoted):
        if not quoted:
            message = "Unquoted fields cannot have quotes/CRLFs inside"
        elif self._any_quoted.match(line, position):
            message = "Quote inside a string has to be escaped by another quote"
        else:
            message = "Quoted field has to end with quote followed by delim or end"
        return InvalidArgumentError(message)


def _convert(fields, default, number, missing):
    """Returns the column of fields."""
    if any(text in fields for text in missing):
        fields = _filled(fields, default, number, missing)
    if default.dtype == object:
        column = np.empty(len(fields), object)
        column[:] = fields
        return column
    read, lowest, highest = _READERS[default.dtype.name]
    try:
        if any(b"_" in field for field in fields):  # Python reads 1_000
            raise ValueError
        values = list(map(read, fields))
        if lowest is not None and values:
            if min(values) < lowest or max(values) > highest:
                raise ValueError
    except ValueError:
        values = [
            _read_carefully(field, default.dtype.name, number, i)
            for i, field in enumerate(fields)
        ]
    with np.errstate(over="ignore"):  # beyond the largest float32 is infinity
        return np.array(values, default.dtype)


def _filled(fields, default, number, missing):
    if default.size == 0:
        row = next(i for i, field in enumerate(fields) if field in missing)
        raise InvalidArgumentError(
            f"Field {number} is required but missing in record {row}!"
        )
    value = default.item()
    text = value if isinstance(value, bytes) else repr(value).encode()
    return [text if field in missing else field for field in fields]


_READERS = {
    "float32": (float, None, None),
    "float64": (float, None, None),
    "int32": (int, -(2**31), 2**31 - 1),
    "int64": (int, -(2**63), 2**63 - 1),
}


def _read_carefully(field, dtype, number, row):
    read, lowest, highest = _READERS[dtype]
    try:
        if b"_" in field:
            raise ValueError
        if read is float and b"x" in field.lower():
            return float.fromhex(field.decode())
        value = read(field)
        if lowest is not None and not lowest <= value <= highest:
            raise ValueError
        return value
    except (ValueError, OverflowError):
        shown = field.decode(errors="replace")
        raise InvalidArgumentError(
            f"Field {number} in record {row} is not a valid {_NAMES[dtype]}: {shown}"
        ) from None
