"""Protocol-buffer messages: `Example` and its parts, and `TensorProto`.

They are built from the tables below into a pool of their own: TensorFlow, which
registers messages of the same names, may be loaded in the same process.
"""

import functools

from ranvier.core._errors import require

_PACKAGE = "tensorflow"

# Each message with its fields, in the words of the .proto language.
_FEATURES = {
    "BytesList": ["repeated bytes value = 1"],
    "FloatList": ["repeated float value = 1"],
    "Int64List": ["repeated int64 value = 1"],
    "Feature": [
        "oneof BytesList bytes_list = 1",
        "oneof FloatList float_list = 2",
        "oneof Int64List int64_list = 3",
    ],
    "Features": ["map Feature feature = 1"],
    "FeatureList": ["repeated Feature feature = 1"],
    "FeatureLists": ["map FeatureList feature_list = 1"],
    "Example": ["optional Features features = 1"],
    "SequenceExample": [
        "optional Features context = 1",
        "optional FeatureLists feature_lists = 2",
    ],
}
_TENSORS = {
    "TensorShapeDim": ["optional int64 size = 1", "optional string name = 2"],
    "TensorShapeProto": [
        "repeated TensorShapeDim dim = 2",
        "optional bool unknown_rank = 3",
    ],
    "TensorProto": [
        "optional int32 dtype = 1",
        "optional TensorShapeProto tensor_shape = 2",
        "optional int32 version_number = 3",
        "optional bytes tensor_content = 4",
        "repeated float float_val = 5",
        "repeated double double_val = 6",
        "repeated int32 int_val = 7",
        "repeated bytes string_val = 8",
        "repeated float scomplex_val = 9",
        "repeated int64 int64_val = 10",
        "repeated bool bool_val = 11",
        "repeated double dcomplex_val = 12",
        "repeated int32 half_val = 13",
        "repeated uint32 uint32_val = 16",
        "repeated uint64 uint64_val = 17",
        "optional bytes float8_val = 18",
    ],
}
MESSAGES = tuple(_FEATURES)

_OPTIONAL, _REPEATED = 1, 3
_MESSAGE = 11
_TYPES = {
    "double": 1,
    "float": 2,
    "int64": 3,
    "uint64": 4,
    "int32": 5,
    "bool": 8,
    "string": 9,
    "bytes": 12,
    "uint32": 13,
}


@functools.cache
def message_class(name):
    """Returns the class of a message, such as `"Example"`.

    Raises:
        MissingExtraError: if protobuf is not installed.
    """
    factory = require("google.protobuf.message_factory", "data")
    message = factory.GetMessageClass(
        _pool().FindMessageTypeByName(f"{_PACKAGE}.{name}")
    )
    if name in MESSAGES:
        message.__module__ = __name__.rpartition(".")[0]  # where pickle finds it
    return message


@functools.cache
def _pool():
    pool = require("google.protobuf.descriptor_pool", "data").DescriptorPool()
    for file, messages in (("example", _FEATURES), ("tensor", _TENSORS)):
        pool.AddSerializedFile(_describe(f"{file}.proto", messages).SerializeToString())
    return pool


def _describe(name, messages):
    """Returns the descriptor of a file with these messages."""
    pb = require("google.protobuf.descriptor_pb2", "data")
    file = pb.FileDescriptorProto(name=name, package=_PACKAGE, syntax="proto3")
    for message, fields in messages.items():
        described = file.message_type.add(name=message)
        for text in fields:
            label, kind, field, _, number = text.split()
            if label == "map":
                kind = _add_entry(described, message, field, kind)
            added = _add_field(described, field, int(number), kind)
            if label in ("repeated", "map"):
                added.label = _REPEATED
            if label == "oneof":
                added.oneof_index = 0
        if label == "oneof":
            described.oneof_decl.add(name="kind")
    return file


def _add_entry(described, message, field, kind):
    """Adds the nested message by which the format stores a map; returns its name."""
    name = "".join(part.capitalize() for part in field.split("_")) + "Entry"
    entry = described.nested_type.add(name=name)
    entry.options.map_entry = True
    _add_field(entry, "key", 1, "string")
    _add_field(entry, "value", 2, kind)
    return f"{message}.{name}"


def _add_field(described, name, number, kind):
    field = described.field.add(name=name, number=number, label=_OPTIONAL)
    if kind in _TYPES:
        field.type = _TYPES[kind]
    else:
        field.type = _MESSAGE
        field.type_name = f".{_PACKAGE}.{kind}"
    return field
