"""Tensors as bytes, in the format of TensorFlow's `TensorProto`."""

import functools
import math

import numpy as np

from ranvier.data.io._messages import message_class
from ranvier.data.io._proto_fields import read_varint, write_varint
from ranvier.data.io._texts import for_texts
from ranvier.data.io._values import to_array, to_bytes
from ranvier.tensors._dtype import as_dtype
from ranvier.tensors._errors import InvalidArgumentError

# The field with the numbers of a dtype, where they are not stored as raw bytes.
_FIELDS = {
    "float32": "float_val",
    "float64": "double_val",
    "int32": "int_val",
    "uint8": "int_val",
    "int16": "int_val",
    "int8": "int_val",
    "uint16": "int_val",
    "string": "string_val",
    "complex64": "scomplex_val",
    "complex128": "dcomplex_val",
    "int64": "int64_val",
    "bool": "bool_val",
    "bfloat16": "half_val",
    "float16": "half_val",
    "uint32": "uint32_val",
    "uint64": "uint64_val",
}
# More entries than that are not made of a few given ones.
_MOST_FILLED = 2**24


def serialize_tensor(tensor, name=None):
    """Returns a tensor as bytes: dtype, shape and values.

    Args:
        tensor: an array, tensor, number, string or nested list of these.
        name: ignored.

    Example:
        >>> parse_tensor(serialize_tensor([[1.0, 2.0]]), "float32")
        array([[1., 2.]], dtype=float32)
    """
    array = to_array(tensor)
    header = _header(as_dtype(array.dtype).as_datatype_enum, array.shape)
    if array.dtype == object:
        return header + b"".join(
            b"B" + write_varint(len(string)) + string for string in array.flat
        )
    return header + _content(np.ascontiguousarray(array).tobytes())


def serialize_as_content(array):
    """Returns an array as bytes, strings too as one piece: all lengths, then all text.

    This is how sparse tensors hold strings.
    """
    if array.dtype != object:
        return serialize_tensor(array)
    lengths = b"".join(write_varint(len(string)) for string in array.flat)
    header = _header(as_dtype(array.dtype).as_datatype_enum, array.shape)
    return header + _content(lengths + b"".join(array.flat))


def _content(data):
    """Returns the field with the values as raw bytes."""
    return b'"' + write_varint(len(data)) + data if data else b""


@functools.lru_cache(256)
def _header(number, shape):
    """Returns the bytes before the values of a tensor."""
    sizes = b"".join(
        b"\x12" + write_varint(len(size)) + size
        for size in (b"\x08" + write_varint(n) if n else b"" for n in shape)
    )
    return b"\x08" + write_varint(number) + b"\x12" + write_varint(len(sizes)) + sizes


def _parse_tensors(texts, out_type, name=None):
    """Reads many tensors of one shape."""
    dtype, first = as_dtype(out_type), texts[0]
    shape, start = _shape_of_plain(first, dtype)
    alike = start and set(map(len, texts)) == {len(first)}
    if alike:
        data = np.frombuffer(b"".join(texts), np.uint8).reshape(len(texts), -1)
        alike = (data[:, :start] == data[0, :start]).all()
    if not alike:
        return np.stack([parse_tensor(text, dtype) for text in texts])
    values = np.ascontiguousarray(data[:, start:]).view(dtype.dtype)
    return values.reshape(len(texts), *shape)


@for_texts(_parse_tensors, sizes_vary=True)
def parse_tensor(serialized, out_type, name=None):
    """Reads a tensor from its bytes.

    Args:
        serialized: what `serialize_tensor` returned.
        out_type: the dtype of the tensor.
        name: ignored.

    Returns:
        An array; for a tensor without axes a NumPy scalar or `bytes`.

    Raises:
        InvalidArgumentError: if the bytes are damaged or of another dtype.

    Example:
        >>> parse_tensor(serialize_tensor(np.arange(3)), "int64")
        array([0, 1, 2])
    """
    dtype = as_dtype(out_type)
    try:
        data = to_bytes(serialized, "serialized")
    except ValueError as error:
        raise InvalidArgumentError(
            f"Expected `serialized` to be a scalar. {error}"
        ) from error
    shape, start = _shape_of_plain(data, dtype)
    if start:
        return np.frombuffer(data, dtype.dtype, offset=start).reshape(shape)[()]
    return _parse_message(data, dtype)


def _shape_of_plain(data, dtype):
    """Returns shape and start of the values of bytes as `serialize_tensor` writes them.

    All tensors of one dtype and shape begin with the same bytes.
    """
    # Dtype and the length of the shape take a byte each.
    if len(data) < 4 or data[0] != 8 or data[2] != 0x12 or data[3] > 0x7F:
        return (), 0
    end = 4 + data[3]
    shape = _known_shape(data[:end], dtype)
    if shape is None or data[end : end + 1] != b'"':
        return (), 0
    size = math.prod(shape) * dtype.dtype.itemsize
    length = write_varint(size)
    start = end + 1 + len(length)
    if data[end + 1 : start] != length or len(data) != start + size:
        return (), 0
    return shape, start


@functools.lru_cache(256)
def _known_shape(header, dtype):
    """Returns the shape of a header of this dtype, None for anything unusual."""
    if dtype.name not in _FIELDS or dtype.name in ("string", "bool"):
        return None
    try:
        message = _decode(header)
    except InvalidArgumentError:
        return None
    shape = tuple(dim.size for dim in message.tensor_shape.dim)
    usual = (
        _header(dtype.as_datatype_enum, shape) if min(shape, default=0) >= 0 else b""
    )
    return shape if usual == header else None


def _decode(data):
    from google.protobuf.message import DecodeError

    try:
        return message_class("TensorProto").FromString(data)
    except DecodeError as error:
        shown = repr(data[:64])[1:] + ("..." if len(data) > 64 else "")
        raise InvalidArgumentError(
            f"Could not parse `serialized` as TensorProto: {shown}"
        ) from error


def _parse_message(data, dtype):
    """Reads any `TensorProto`."""
    message = _decode(data)
    try:
        stored = as_dtype(message.dtype)
    except TypeError:
        stored = None
    if stored is None or stored.name not in _FIELDS:
        raise _unreadable(f"dtype number {message.dtype} is unknown")
    if stored != dtype:
        raise InvalidArgumentError(
            f"Type mismatch between parsed tensor ({stored.name}) and dtype "
            f"({dtype.name})"
        )
    shape = tuple(dim.size for dim in message.tensor_shape.dim)
    if message.tensor_shape.unknown_rank and not shape:
        shape = ()
    if min(shape, default=0) < 0 or math.prod(shape) >= 2**63:
        raise _unreadable(f"its shape is {list(shape)}")
    content = message.tensor_content
    if content and dtype.name == "string":
        return _strings_of(content, math.prod(shape)).reshape(shape)[()]
    if content:
        if len(content) != math.prod(shape) * dtype.dtype.itemsize:
            raise _unreadable(f"{len(content)} bytes do not fill {list(shape)}")
        array = np.frombuffer(content, dtype.dtype)
        if dtype.name == "bool":
            levels = np.frombuffer(content, np.uint8)
            if levels.max() > 1:
                raise _unreadable("its truth values are neither 0 nor 1")
            array = levels != 0
        return array.reshape(shape)[()]
    return _filled(_given_values(message, dtype), shape, dtype)[()]


def _strings_of(content, count):
    """Reads `count` lengths, and then so many strings."""
    lengths, position = [], 0
    try:
        while len(lengths) < count:
            length, position = read_varint(content, position)
            lengths.append(length)
    except IndexError:
        raise _unreadable("its strings are cut off") from None
    if position + sum(lengths) != len(content):
        raise _unreadable("its strings are not as long as said")
    strings = np.empty(count, object)
    for i, length in enumerate(lengths):
        strings[i] = content[position : position + length]
        position += length
    return strings


def _given_values(message, dtype):
    field = list(getattr(message, _FIELDS[dtype.name]))
    if dtype.name == "string":
        values = np.empty(len(field), object)
        values[:] = field
        return values
    if _FIELDS[dtype.name] == "half_val":  # the bits of a float, as a number
        return np.array(field, np.int64).astype(np.uint16).view(dtype.dtype)
    if dtype.is_complex:
        part = np.float32 if dtype.name == "complex64" else np.float64
        return np.array(field[: len(field) // 2 * 2], part).view(dtype.dtype)
    return np.array(field).astype(dtype.dtype)


def _filled(values, shape, dtype):
    """Returns an array of given values; the last one stands for all that follow."""
    size = math.prod(shape)
    if len(values) >= size:
        return values[:size].reshape(shape)
    if len(values) <= 1:  # takes no memory, however large
        empty = b"" if dtype.name == "string" else 0
        value = values[0] if len(values) else empty
        if size > _MOST_FILLED:
            return np.broadcast_to(np.array(value, dtype.dtype), shape)
        return np.full(shape, value, dtype.dtype)
    if size > _MOST_FILLED:
        raise _unreadable(f"{len(values)} values are too few for {list(shape)}")
    filled = np.full(size, values[-1], dtype.dtype)
    filled[: len(values)] = values
    return filled.reshape(shape)


def _unreadable(reason):
    return InvalidArgumentError(f"Cannot parse tensor from proto: {reason}.")
