"""Records, features and files of `tf.io` and `tf.train`, on NumPy arrays and bytes."""

from ranvier.data.io._features import (
    FixedLenFeature,
    FixedLenSequenceFeature,
    RaggedFeature,
    SparseFeature,
    VarLenFeature,
)
from ranvier.data.io._messages import MESSAGES, message_class
from ranvier.data.io._parse import parse_example, parse_single_example
from ranvier.data.io._record_writer import TFRecordOptions, TFRecordWriter
from ranvier.data.io._records import RecordReader, read_records

__all__ = [
    "FixedLenFeature",
    "FixedLenSequenceFeature",
    "RaggedFeature",
    "RecordReader",
    "SparseFeature",
    "TFRecordOptions",
    "TFRecordWriter",
    "VarLenFeature",
    "parse_example",
    "parse_single_example",
    "read_records",
]


def __getattr__(name):
    # Messages need protobuf, which is imported when the first is used.
    if name in MESSAGES:
        return message_class(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
