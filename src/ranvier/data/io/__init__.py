"""Records, features and files of `tf.io` and `tf.train`, on NumPy arrays and bytes."""

from ranvier.data.io import gfile
from ranvier.data.io._csv import decode_csv
from ranvier.data.io._face import wrapped
from ranvier.data.io._features import (
    FixedLenFeature,
    FixedLenSequenceFeature,
    RaggedFeature,
    SparseFeature,
    VarLenFeature,
)
from ranvier.data.io._files import (
    match_filenames_once,
    matching_files,
    read_file,
    write_file,
)
from ranvier.data.io._images import (
    decode_and_crop_jpeg,
    decode_bmp,
    decode_gif,
    decode_image,
    decode_jpeg,
    decode_png,
    decode_webp,
)
from ranvier.data.io._jpeg import encode_jpeg, extract_jpeg_shape, is_jpeg
from ranvier.data.io._json import decode_json_example
from ranvier.data.io._messages import MESSAGES, message_class
from ranvier.data.io._parse import parse_example, parse_single_example
from ranvier.data.io._png import encode_png
from ranvier.data.io._proto import decode_proto, encode_proto
from ranvier.data.io._raw import (
    decode_base64,
    decode_compressed,
    decode_raw,
    encode_base64,
)
from ranvier.data.io._record_writer import TFRecordOptions, TFRecordWriter
from ranvier.data.io._records import RecordReader, read_records
from ranvier.data.io._sequence import (
    parse_sequence_example,
    parse_single_sequence_example,
)
from ranvier.data.io._sparse import (
    deserialize_many_sparse,
    serialize_many_sparse,
    serialize_sparse,
)
from ranvier.data.io._tensor_proto import parse_tensor, serialize_tensor

__all__ = [
    "FixedLenFeature",
    "FixedLenSequenceFeature",
    "RaggedFeature",
    "RecordReader",
    "SparseFeature",
    "TFRecordOptions",
    "TFRecordWriter",
    "VarLenFeature",
    "decode_and_crop_jpeg",
    "decode_base64",
    "decode_bmp",
    "decode_compressed",
    "decode_csv",
    "decode_gif",
    "decode_image",
    "decode_jpeg",
    "decode_json_example",
    "decode_png",
    "decode_proto",
    "decode_raw",
    "decode_webp",
    "deserialize_many_sparse",
    "encode_base64",
    "encode_jpeg",
    "encode_png",
    "encode_proto",
    "extract_jpeg_shape",
    "gfile",
    "is_jpeg",
    "match_filenames_once",
    "matching_files",
    "parse_example",
    "parse_sequence_example",
    "parse_single_example",
    "parse_single_sequence_example",
    "parse_tensor",
    "read_file",
    "read_records",
    "serialize_many_sparse",
    "serialize_sparse",
    "serialize_tensor",
    "wrapped",
    "write_file",
]


def __getattr__(name):
    # Messages need protobuf, which is imported when the first is used.
    if name in MESSAGES:
        return message_class(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
