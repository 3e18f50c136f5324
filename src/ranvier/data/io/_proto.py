"""`decode_proto` and `encode_proto`: fields of any messages as arrays, and back."""

from typing import Any, NamedTuple

import numpy as np

from ranvier.data.io import _proto_fields
from ranvier.data.io._descriptors import find_message
from ranvier.data.io._values import to_array, to_strings
from ranvier.tensors._dtype import as_dtype
from ranvier.tensors._errors import DataLossError, InvalidArgumentError


class DecodedProto(NamedTuple):
    """What `decode_proto` returns.

    Attributes:
        sizes: how often each field (last axis) occurs in each message.
        values: for each field an array with the values, padded along the last axis.
    """

    sizes: Any
    values: list


def decode_proto(
    bytes,
    message_type,
    field_names,
    output_types,
    descriptor_source="local://",
    message_format="binary",
    sanitize=False,
    name=None,
):
    """Reads fields of serialised messages into arrays.

    Args:
        bytes: a string, or an array or tensor of strings.
        message_type: the full name of the message.
        field_names: names of fields; fields that are messages come as strings.
        output_types: a dtype for each field.
        descriptor_source: where the message is described: a path to a file with a
            `FileDescriptorSet`, `b"bytes://"` followed by its contents, or "local://"
            for the messages of imported Python modules.
        message_format: "binary" or "text".
        sanitize: ignored.
        name: ignored.

    Returns:
        The named pair `sizes` and `values`: `sizes` has the shape of `bytes` and an
        axis for the fields; each of `values` has the shape of `bytes` and an axis as
        long as the field's largest size, filled with the field's default.

    Raises:
        InvalidArgumentError: if message, field or dtype do not fit together.
        DataLossError: if a message is damaged.

    Example:
        >>> from ranvier.data import io
        >>> feature = io.Feature(int64_list=io.Int64List(value=[1]))
        >>> example = io.Example(features=io.Features(feature={"a": feature}))
        >>> decoded = decode_proto(
        ...     [example.SerializeToString(), b""],
        ...     "tensorflow.Example",
        ...     ["features"],
        ...     ["string"],
        ... )
        >>> decoded.sizes.tolist()
        [[1], [0]]
    """
    if len(field_names) != len(output_types):
        raise InvalidArgumentError(
            "field_names and output_types attributes must have the same length"
        )
    if message_format not in ("binary", "text"):
        raise InvalidArgumentError("format must be one of binary or text")
    message = find_message(message_type, descriptor_source)
    fields = [_field(message, name) for name in field_names]
    dtypes = [_proto_fields.check(f, as_dtype(d)) for f, d in zip(fields, output_types)]
    strings = to_strings(bytes, "bytes")
    records = strings.ravel().tolist()
    if not records:
        raise InvalidArgumentError("Bufs argument must contain at least one value")
    found = [_decode(message, record, message_format, fields) for record in records]
    sizes = np.array([[len(v) for v in row] for row in found], np.int32)
    sizes = sizes.reshape(len(records), len(fields))
    values = [
        _padded([row[i] for row in found], field, dtype).reshape(*strings.shape, -1)
        for i, (field, dtype) in enumerate(zip(fields, dtypes))
    ]
    return DecodedProto(sizes.reshape(*strings.shape, len(fields)), values)


def _field(message, name):
    field = message.DESCRIPTOR.fields_by_name.get(name)
    if field is None:
        known = ", ".join(message.DESCRIPTOR.fields_by_name)
        raise InvalidArgumentError(
            f"Unknown field: {name} in message type {message.DESCRIPTOR.full_name}. "
            f"Known fields: {known}."
        )
    return field


def _decode(message, record, message_format, fields):
    """Returns the list of values of each field."""
    from google.protobuf import message as errors
    from google.protobuf import text_format

    try:
        if message_format == "text":
            decoded = text_format.Parse(record, message())
            record = decoded.SerializeToString()
        else:
            decoded = message.FromString(record)
    except (errors.DecodeError, text_format.ParseError, UnicodeDecodeError) as error:
        raise DataLossError(
            f"Unable to parse a message {message.DESCRIPTOR.full_name}: {error}"
        ) from error
    present = _proto_fields.numbers_present(record)
    rows = []
    for field in fields:
        value = getattr(decoded, field.name)
        if _proto_fields.is_repeated(field):
            values = list(value)
        else:
            values = [value] if field.number in present else []
        rows.append(_as_plain(values, field))
    return rows


def _as_plain(values, field):
    if field.type in _proto_fields.MESSAGES:
        return [value.SerializeToString() for value in values]
    return [v.encode() if isinstance(v, str) else v for v in values]


def _padded(rows, field, dtype):
    """Returns the values of a field as an array with a row for each message."""
    longest = max(1, *map(len, rows))
    padded = np.empty((len(rows), longest), dtype)
    padded[...] = _proto_fields.default_of(field)
    for row, values in zip(padded, rows):
        row[: len(values)] = values
    return padded


def encode_proto(
    sizes, values, field_names, message_type, descriptor_source="local://", name=None
):
    """Writes serialised messages from arrays with the values of their fields.

    Args:
        sizes: how often each field (last axis) occurs in each message.
        values: for each field an array with the values along the last axis.
        field_names: the names of the fields.
        message_type: the full name of the message.
        descriptor_source: see `decode_proto`.
        name: ignored.

    Returns:
        An array of bytes, of the shape of `sizes` without its last axis.

    Raises:
        InvalidArgumentError: if shapes or dtypes do not fit.

    Example:
        >>> features = encode_proto(
        ...     [[1]], [[[b"\\n\\x00"]]], ["features"], "tensorflow.Example"
        ... )
        >>> features
        array([b'\\n\\x02\\n\\x00'], dtype=object)
    """
    message = find_message(message_type, descriptor_source)
    fields = [_field(message, name) for name in field_names]
    arrays = [to_array(value) for value in values]
    sizes = np.asarray(to_array(sizes), np.int64)
    if len(arrays) != len(fields):
        raise InvalidArgumentError(
            f"field_names and values must have the same length. Received: {len(fields)}"
            f" names and {len(arrays)} values"
        )
    for field, array in zip(fields, arrays):
        _check_encodable(field, array)
    batch = arrays[0].shape[:-1] if arrays else sizes.shape[:-1]
    if sizes.shape != (*batch, len(fields)):
        raise InvalidArgumentError(
            f"sizes should be batch_size + [len(field_names)].  Saw: "
            f"{list(sizes.shape)} but expected: {[*batch, len(fields)]}"
        )
    if any(array.shape[:-1] != batch for array in arrays):
        raise InvalidArgumentError(
            "Values must all have the same shape but for the last axis. Received: "
            f"{[list(array.shape) for array in arrays]}"
        )
    flat = [array.reshape(-1, array.shape[-1]) for array in arrays]
    order = np.argsort([field.number for field in fields], kind="stable")
    encoded = np.empty(int(np.prod(batch)), object)
    for i, counts in enumerate(sizes.reshape(-1, len(fields))):
        parts = []
        for j in order:
            if not 0 <= counts[j] <= flat[j].shape[1]:
                raise InvalidArgumentError(
                    "Size to write must not be larger than value tensor; but saw: "
                    f"{counts[j]} > {flat[j].shape[1]} at message {i} field {j}"
                )
            parts.append(_proto_fields.encode(fields[j], flat[j][i, : counts[j]]))
        encoded[i] = b"".join(parts)
    return encoded.reshape(batch)


def _check_encodable(field, array):
    if array.ndim < 2:
        raise InvalidArgumentError(
            f"Invalid shape for field {field.name}.  Saw shape {list(array.shape)} but "
            "it should be at least a matrix."
        )
    dtype = as_dtype(array.dtype)
    if dtype.name not in _proto_fields.dtypes_of(field)[:1]:
        raise InvalidArgumentError(
            f"Incompatible type for field {field.name}.  Saw dtype: {dtype.name} but "
            f"the field is of dtype {_proto_fields.dtypes_of(field)[0]}"
        )
