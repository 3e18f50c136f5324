"""The fields of messages: their dtypes, and how their values are written."""

import struct

from ranvier.tensors._errors import InvalidArgumentError

# Number of a field's type: (name, dtypes it can be read as, how it is written).
_TYPES = {
    1: ("double", ("float64",), "<d"),
    2: ("float", ("float32", "float64"), "<f"),
    3: ("int64", ("int64",), "varint"),
    4: ("uint64", ("uint64",), "varint"),
    5: ("int32", ("int32", "int64"), "varint"),
    6: ("fixed64", ("uint64",), "<Q"),
    7: ("fixed32", ("uint32", "uint64"), "<I"),
    8: ("bool", ("bool",), "varint"),
    9: ("string", ("string",), "bytes"),
    11: ("message", ("string",), "bytes"),
    12: ("bytes", ("string",), "bytes"),
    13: ("uint32", ("uint32", "uint64"), "varint"),
    14: ("enum", ("int32",), "varint"),
    15: ("sfixed32", ("int32", "int64"), "<i"),
    16: ("sfixed64", ("int64",), "<q"),
    17: ("sint32", ("int32", "int64"), "zigzag"),
    18: ("sint64", ("int64",), "zigzag"),
}
MESSAGES = (11,)
_WIRE_TYPES = {"varint": 0, "zigzag": 0, "bytes": 2}
_FIXED_WIRE_TYPES = {8: 1, 4: 5}


def dtypes_of(field):
    """Returns the dtypes a field can have as an array, the closest first.

    Raises:
        InvalidArgumentError: if it can have none.
    """
    if field.type not in _TYPES:
        raise InvalidArgumentError(
            f"Field {field.full_name} is of an unsupported type."
        )
    return _TYPES[field.type][1]


def check(field, dtype):
    """Returns NumPy's dtype for the values of a field.

    Raises:
        InvalidArgumentError: if the field cannot be read as `dtype`.
    """
    if dtype.name not in dtypes_of(field):
        raise InvalidArgumentError(
            f"Unexpected output type for {field.full_name}: {_TYPES[field.type][0]} to "
            f"{dtype.name}. Expected: {' or '.join(dtypes_of(field))}"
        )
    return dtype.dtype


def is_repeated(field):
    """Tells whether a field can occur several times."""
    repeated = getattr(field, "is_repeated", None)
    return field.label == field.LABEL_REPEATED if repeated is None else repeated


def default_of(field):
    """Returns what stands for a value that is missing."""
    if field.type in MESSAGES:
        return b""
    if is_repeated(field):
        return b"" if dtypes_of(field) == ("string",) else 0
    value = field.default_value
    return value.encode() if isinstance(value, str) else value


def numbers_present(data):
    """Returns the numbers of the fields in a serialised message that is intact."""
    numbers, position = set(), 0
    while position < len(data):
        tag, position = read_varint(data, position)
        numbers.add(tag >> 3)
        kind = tag & 7
        if kind == 0:
            _, position = read_varint(data, position)
        elif kind == 2:
            length, position = read_varint(data, position)
            position += length
        elif kind in (1, 5):
            position += 8 if kind == 1 else 4
    return numbers


def read_varint(data, position):
    """Returns the number at a position, and where it ends."""
    value, shift = 0, 0
    while True:
        byte = data[position]
        value |= (byte & 0x7F) << shift
        position += 1
        shift += 7
        if byte < 0x80:
            return value, position


def write_varint(number):
    """Returns a number in groups of seven bits, the lowest first."""
    groups = bytearray()
    while number > 0x7F:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    groups.append(number)
    return bytes(groups)


def encode(field, values):
    """Returns values as a field of a serialised message."""
    if not len(values):
        return b""
    how = _TYPES[field.type][2]
    contents = [_encode_value(how, value) for value in values.tolist()]
    if field.is_packed:
        packed = b"".join(contents)
        return write_varint(field.number << 3 | 2) + write_varint(len(packed)) + packed
    kind = _WIRE_TYPES.get(how)
    if kind is None:
        kind = _FIXED_WIRE_TYPES[struct.calcsize(how)]
    tag = write_varint(field.number << 3 | kind)
    return b"".join(tag + content for content in contents)


def _encode_value(how, value):
    if how == "bytes":
        return write_varint(len(value)) + value
    if how == "varint":
        return write_varint(int(value) & 0xFFFFFFFFFFFFFFFF)
    if how == "zigzag":
        return write_varint((value << 1 ^ value >> 63) & 0xFFFFFFFFFFFFFFFF)
    return struct.pack(how, value)
