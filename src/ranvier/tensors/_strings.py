"""Functions of strings: `tf.strings`. Strings are bytes, in UTF-8 where it matters."""

import re

import numpy as np

from ranvier.tensors import _arrays_of as arrays
from ranvier.tensors._constant import convert_to_tensor
from ranvier.tensors._dtype import as_dtype
from ranvier.tensors._errors import InvalidArgumentError
from ranvier.tensors._functions import static
from ranvier.tensors._ragged import RaggedTensor
from ranvier.tensors._tensor import Tensor

_UNITS = ("BYTE", "UTF8_CHAR")


def _each(function, value, dtype=object):
    """Applies a function to each string of a tensor, ragged or not."""
    if isinstance(value, RaggedTensor):
        return value.with_flat_values(_each(function, value.flat_values, dtype))
    array = _strings_of(value)
    flat = np.empty(array.size, dtype)
    flat[:] = [function(entry) for entry in array.reshape(-1)]
    return Tensor(flat.reshape(array.shape))


def _strings_of(value):
    tensor = value if isinstance(value, Tensor) else convert_to_tensor(value, "string")
    if tensor.dtype.name != "string":
        raise InvalidArgumentError(
            f"Expected a tensor of strings. Received dtype {tensor.dtype.name}"
        )
    return tensor._host()


def _text(entry):
    return entry.decode("utf-8", "replace")


def _check_unit(unit):
    if unit not in _UNITS:
        raise InvalidArgumentError(f"unit must be one of {_UNITS}. Received: {unit!r}")


def length(input, unit="BYTE", name=None):
    """Returns the length of each string, in bytes or characters.

    Args:
        input: a tensor of strings.
        unit: `"BYTE"` or `"UTF8_CHAR"`.
        name: accepted as in TensorFlow.

    Example:
        >>> length("café", unit="UTF8_CHAR").numpy().item()
        4
    """
    _check_unit(unit)
    measure = len if unit == "BYTE" else lambda entry: len(_text(entry))
    return _each(measure, input, np.int32)


def lower(input, encoding="", name=None):
    """Returns strings in lower case: of ASCII, or of all letters for "utf-8"."""
    if encoding == "utf-8":
        return _each(lambda entry: _text(entry).lower().encode(), input)
    return _each(bytes.lower, input)


def upper(input, encoding="", name=None):
    """Returns strings in upper case: of ASCII, or of all letters for "utf-8"."""
    if encoding == "utf-8":
        return _each(lambda entry: _text(entry).upper().encode(), input)
    return _each(bytes.upper, input)


def strip(input, name=None):
    """Returns strings without white space at either end."""
    return _each(bytes.strip, input)


def substr(input, pos, len, unit="BYTE", name=None):
    """Returns a part of each string.

    Args:
        input: a tensor of strings.
        pos: where the part begins; negative counts from the end.
        len: how long it is.
        unit: `"BYTE"` or `"UTF8_CHAR"`.
        name: accepted as in TensorFlow.

    Raises:
        InvalidArgumentError: if a part begins outside of its string.
    """
    _check_unit(unit)
    parts = np.broadcast(_strings_of(input), arrays.host(pos), arrays.host(len))
    result = np.empty(parts.size, object)
    result[:] = [_part(entry, int(p), int(n), unit) for entry, p, n in parts]
    return Tensor(result.reshape(parts.shape))


def _part(entry, start, count, unit):
    whole = entry if unit == "BYTE" else _text(entry)
    size = whole.__len__()
    if not -size <= start <= size:
        raise InvalidArgumentError(f"pos {start} out of range for string {entry!r}")
    start += size if start < 0 else 0
    part = whole[start : start + max(count, 0)]
    return part if unit == "BYTE" else part.encode()


def join(inputs, separator="", name=None):
    """Joins strings of several tensors, entry by entry."""
    separator = _as_bytes(separator)
    ragged = [v for v in inputs if isinstance(v, RaggedTensor)]
    if ragged:
        flat = [v.flat_values if isinstance(v, RaggedTensor) else v for v in inputs]
        return ragged[0].with_flat_values(join(flat, separator))
    columns = np.broadcast(*[_strings_of(v) for v in inputs])
    result = np.empty(columns.size, object)
    result[:] = [separator.join(row) for row in columns]
    return Tensor(result.reshape(columns.shape))


def reduce_join(inputs, axis=None, keepdims=False, separator="", name=None):
    """Joins strings along axes."""
    separator = _as_bytes(separator)
    if isinstance(inputs, RaggedTensor):
        if axis not in (-1, inputs.ndim - 1):
            raise ValueError("Ragged strings are joined along their last axis.")
        if isinstance(inputs.values, RaggedTensor):
            return inputs.with_values(
                reduce_join(inputs.values, -1, keepdims, separator)
            )
        rows = np.empty(len(inputs), object)
        rows[:] = [separator.join(row) for row in inputs.to_list()]
        return Tensor(rows)
    array = _strings_of(inputs)
    axes = range(array.ndim) if axis is None else np.atleast_1d(static(axis))
    axes = [int(a) % max(array.ndim, 1) for a in axes]
    kept = [a for a in range(array.ndim) if a not in axes]
    moved = array.transpose([*kept, *axes])
    shape = [array.shape[a] for a in kept]
    count = int(np.prod([array.shape[a] for a in axes], dtype=np.int64))
    rows = moved.reshape(-1, count)
    result = np.empty(rows.shape[0], object)
    result[:] = [separator.join(row.tolist()) for row in rows]
    if keepdims:
        shape = [1 if a in axes else array.shape[a] for a in range(array.ndim)]
    return Tensor(result.reshape(shape))


def unsorted_segment_join(inputs, segment_ids, num_segments, separator="", name=None):
    """Joins the strings of each segment."""
    parts = [[] for _ in range(static(num_segments))]
    ids = arrays.host(segment_ids).ravel()
    for entry, segment in zip(_strings_of(inputs).ravel(), ids, strict=True):
        if segment >= 0:
            parts[segment].append(entry)
    result = np.empty(len_of(parts), object)
    result[:] = [_as_bytes(separator).join(part) for part in parts]
    return Tensor(result)


def len_of(values) -> int:
    """Returns the number of values (`len` is an argument's name here)."""
    return values.__len__()


def _as_bytes(value):
    if isinstance(value, Tensor):
        value = value.numpy()
    return value.encode() if isinstance(value, str) else value


# Strings of different numbers of parts.


def _to_rows(function, value, dtype=object):
    """Applies a function that gives a list for each string; a vector for a scalar."""
    if isinstance(value, RaggedTensor):
        return _nested(function, value, dtype)
    array = _strings_of(value)
    if array.ndim == 0:
        return _vector(function(array[()]), dtype)
    if array.ndim > 1:
        inner = _to_rows(function, Tensor(array.reshape(-1)), dtype)
        for size in reversed(array.shape[1:]):
            inner = RaggedTensor.from_uniform_row_length(
                inner, size, nrows=len_of(inner) // size if size else 0
            )
        return inner
    rows = [function(entry) for entry in array]
    flat = _vector([part for row in rows for part in row], dtype)
    return RaggedTensor(flat, arrays.splits_of([len_of(row) for row in rows]))


def _nested(function, ragged, dtype):
    values = ragged.values
    if isinstance(values, RaggedTensor):
        return RaggedTensor(_nested(function, values, dtype), ragged._splits)
    return RaggedTensor(_to_rows(function, values, dtype), ragged._splits)


def _vector(parts, dtype):
    array = np.empty(len_of(parts), dtype)
    array[:] = parts
    return Tensor(array)


def split(input, sep=None, maxsplit=-1, name=None):
    """Cuts each string at a separator, or at white space.

    Example:
        >>> split(["a b", "c"])
        <tf.RaggedTensor [[b'a', b'b'], [b'c']]>
    """
    sep = None if sep is None or _as_bytes(sep) == b"" else _as_bytes(sep)
    return _to_rows(lambda entry: entry.split(sep, maxsplit), input)


def bytes_split(input, name=None):
    """Cuts each string into its bytes."""
    return _to_rows(lambda entry: [bytes([b]) for b in entry], input)


def ngrams(
    data,
    ngram_width,
    separator=" ",
    pad_values=None,
    padding_width=None,
    preserve_short_sequences=False,
    name=None,
):
    """Joins neighbouring strings of each row.

    Args:
        data: a vector, matrix or ragged tensor of strings.
        ngram_width: how many strings to join; a list for several widths.
        separator: what stands between them.
        pad_values: a pair of strings to put before and after, or one for both.
        padding_width: how many of them; as many as needed by default.
        preserve_short_sequences: whether rows that are too short become one string.
        name: accepted as in TensorFlow.
    """
    widths = ngram_width if isinstance(ngram_width, (list, tuple)) else [ngram_width]
    separator = _as_bytes(separator)
    pads = (
        (pad_values, pad_values)
        if isinstance(pad_values, (str, bytes))
        else (pad_values)
    )

    def grams(row):
        found = []
        for width in widths:
            padded = list(row)
            if pads is not None:
                count = width - 1 if padding_width is None else padding_width
                count = min(count, width - 1)
                left, right = map(_as_bytes, pads)
                padded = [left] * count + padded + [right] * count
            last = len_of(padded) - width + 1
            found += [separator.join(padded[i : i + width]) for i in range(last)]
        if not found and preserve_short_sequences and len_of(row):
            found = [separator.join(row)]
        return found

    data = data if isinstance(data, RaggedTensor) else convert_to_tensor(data)
    if isinstance(data, RaggedTensor):
        rows = [grams(row) for row in data.to_list()]
    elif data.ndim == 1:
        return _vector(grams(data._host().tolist()), object)
    else:
        rows = [grams(row) for row in data._host().tolist()]
    flat = _vector([gram for row in rows for gram in row], object)
    return RaggedTensor(flat, arrays.splits_of([len_of(row) for row in rows]))


# Unicode.


def _codec(encoding):
    name = str(encoding).upper().replace("_", "-")
    known = {
        "UTF8": "utf-8",
        "UTF-8": "utf-8",
        "UTF-16-BE": "utf-16-be",
        "UTF-32-BE": "utf-32-be",
    }
    return known.get(name, encoding)


def _decoded(entry, encoding, errors, replacement_char=65533):
    if errors == "strict":
        try:
            return entry.decode(_codec(encoding))
        except UnicodeDecodeError as error:
            raise InvalidArgumentError(
                f"Invalid formatting on input: {error}"
            ) from None
    if errors == "ignore":
        return entry.decode(_codec(encoding), "ignore")
    return entry.decode(_codec(encoding), "replace").replace(
        "\ufffd", chr(replacement_char)
    )


def unicode_decode(
    input,
    input_encoding,
    errors="replace",
    replacement_char=65533,
    replace_control_characters=False,
    name=None,
):
    """Returns the code points of each string.

    Example:
        >>> unicode_decode(["a", "bc"], "UTF-8")
        <tf.RaggedTensor [[97], [98, 99]]>
    """

    def codes(entry):
        text = _decoded(entry, input_encoding, errors, replacement_char)
        return [ord(c) for c in text]

    return _to_rows(codes, input, np.int32)


def unicode_decode_with_offsets(
    input,
    input_encoding,
    errors="replace",
    replacement_char=65533,
    replace_control_characters=False,
    name=None,
):
    """Returns the code points of each string, and where they begin, in bytes."""
    decoded = unicode_decode(input, input_encoding, errors, replacement_char)
    return decoded, _offsets(input, input_encoding, errors)


def _offsets(input, encoding, errors):
    def starts(entry):
        text = _decoded(entry, encoding, errors)
        sizes = [len_of(c.encode(_codec(encoding), "replace")) for c in text]
        return [sum(sizes[:i]) for i in range(len_of(sizes))]

    return _to_rows(starts, input, np.int64)


def unicode_encode(
    input, output_encoding, errors="replace", replacement_char=65533, name=None
):
    """Returns strings of code points.

    Example:
        >>> unicode_encode([97, 98], "UTF-8")
        <tf.Tensor: shape=(), dtype=string, numpy=b'ab'>
    """
    if isinstance(input, RaggedTensor):
        if isinstance(input.values, RaggedTensor):
            return input.with_values(
                unicode_encode(input.values, output_encoding, errors, replacement_char)
            )
        rows = input.to_list()
        return _vector(
            [_encoded(r, output_encoding, errors, replacement_char) for r in rows],
            object,
        )
    array = convert_to_tensor(input)._host()
    rows = array.reshape(-1, array.shape[-1]).tolist()
    result = np.empty(len_of(rows), object)
    result[:] = [_encoded(r, output_encoding, errors, replacement_char) for r in rows]
    return Tensor(result.reshape(array.shape[:-1]))


def _encoded(codes, encoding, errors, replacement_char):
    def is_valid(code):
        return 0 <= code < 0x110000 and not 0xD800 <= code < 0xE000

    if errors == "strict" and not all(map(is_valid, codes)):
        raise InvalidArgumentError(f"Code point is out of range for Unicode: {codes}")
    if errors == "ignore":
        codes = [code for code in codes if is_valid(code)]
    text = "".join(chr(c if is_valid(c) else replacement_char) for c in codes)
    return text.encode(_codec(encoding))


def unicode_split(
    input, input_encoding, errors="replace", replacement_char=65533, name=None
):
    """Cuts each string into its characters."""

    def characters(entry):
        text = _decoded(entry, input_encoding, errors, replacement_char)
        return [c.encode(_codec(input_encoding)) for c in text]

    return _to_rows(characters, input)


def unicode_split_with_offsets(
    input, input_encoding, errors="replace", replacement_char=65533, name=None
):
    """Cuts each string into its characters, and tells where they begin, in bytes."""
    parts = unicode_split(input, input_encoding, errors, replacement_char)
    return parts, _offsets(input, input_encoding, errors)


def unicode_transcode(
    input,
    input_encoding,
    output_encoding,
    errors="replace",
    replacement_char=65533,
    replace_control_characters=False,
    name=None,
):
    """Returns strings in another encoding."""

    def transcode(entry):
        text = _decoded(entry, input_encoding, errors, replacement_char)
        return text.encode(_codec(output_encoding))

    return _each(transcode, input)


# Patterns and numbers.


def regex_replace(input, pattern, rewrite, replace_global=True, name=None):
    """Replaces what a regular expression matches; `\\1` stands for a group."""
    compiled, rewrite = re.compile(_as_bytes(pattern)), _as_bytes(rewrite)
    rewrite = re.sub(rb"\\0", rb"\\g<0>", rewrite)
    count = 0 if replace_global else 1
    return _each(lambda entry: compiled.sub(rewrite, entry, count=count), input)


def regex_full_match(input, pattern, name=None):
    """Tells whether a regular expression matches whole strings."""
    compiled = re.compile(_as_bytes(pattern))
    return _each(lambda entry: compiled.fullmatch(entry) is not None, input, bool)


def to_number(input, out_type="float32", name=None):
    """Returns the numbers that strings spell.

    Raises:
        InvalidArgumentError: if one spells none.
    """
    dtype = as_dtype(out_type)

    def number(entry):
        try:
            return int(entry) if dtype.is_integer else float(entry)
        except ValueError:
            raise InvalidArgumentError(
                f"StringToNumberOp could not correctly convert string: {_text(entry)}"
            ) from None

    return _each(number, input, dtype.dtype)


def as_string(
    input, precision=-1, scientific=False, shortest=False, width=-1, fill="", name=None
):
    """Returns numbers as strings.

    Args:
        input: a tensor.
        precision: digits after the point; 6 by default.
        scientific: whether to write an exponent.
        shortest: whether to write whichever is shorter.
        width: least width.
        fill: what fills up to that width: `"0"`, `" "`, `"+"` or `"-"`.
        name: accepted as in TensorFlow.
    """
    if isinstance(input, RaggedTensor):
        return input.with_flat_values(
            as_string(input.flat_values, precision, scientific, shortest, width, fill)
        )
    array = convert_to_tensor(input)._host()
    kind = "e" if scientific else "g" if shortest else "f"
    number = "%" + fill + (str(width) if width > -1 else "")
    digits = f".{precision}" if precision > -1 else ""

    def write(entry):
        if isinstance(entry, bytes):
            return entry
        if isinstance(entry, bool):
            return b"true" if entry else b"false"
        if isinstance(entry, int):
            return (number + "d").__mod__(entry).encode()
        return (number + digits + kind).__mod__(entry).encode()

    flat = _vector([write(entry) for entry in array.reshape(-1).tolist()], object)
    return Tensor(flat._value.reshape(array.shape))


def format(template, inputs, placeholder="{}", summarize=3, name=None):
    """Fills printed tensors into a template.

    Args:
        template: text with a placeholder for each tensor.
        inputs: a tensor, or a list of them.
        placeholder: what is replaced.
        summarize: how many entries to show at either end of an axis.
        name: accepted as in TensorFlow.

    Raises:
        ValueError: if there are more or fewer placeholders than tensors.
    """
    inputs = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
    parts = template.split(placeholder)
    if len_of(parts) - 1 != len_of(inputs):
        raise ValueError(
            f"{len_of(parts) - 1} placeholder(s) in template does not match "
            f"{len_of(inputs)} tensor(s) provided as input"
        )
    text = parts[0]
    for value, rest in zip(inputs, parts[1:], strict=True):
        text += printed(convert_to_tensor(value)._host(), summarize) + rest
    return Tensor(np.array(text.encode(), dtype=object))


def _printed_scalar(entry) -> str:
    if isinstance(entry, bytes):
        return f'"{_text(entry)}"'
    if isinstance(entry, np.bool_):
        return "1" if entry else "0"
    if isinstance(entry, np.floating) and (entry == 0 or 1e-5 < abs(entry) < 1e16):
        return np.format_float_positional(entry, trim="-")
    return str(entry)


def printed(array, summarize=3) -> str:
    """Returns an array as `tf.print` shows it.

    Args:
        array: an array of NumPy.
        summarize: how many entries to show at either end of an axis; -1 for all.
    """
    if array.ndim == 0:
        return _printed_scalar(array[()])
    if summarize is not None and 0 <= 2 * summarize < len_of(array):
        ends = [*array[:summarize], None, *array[len_of(array) - summarize :]]
    else:
        ends = list(array)
    shown = [
        "..." if e is None else printed(np.asarray(e, array.dtype), summarize)
        for e in ends
    ]
    separator = " " if array.ndim == 1 else "\n" * (array.ndim - 1) + " "
    return "[" + separator.join(shown) + "]"
