"""`tf.data`: names only."""

from ranvier.core._aliases import absent as _absent
from ranvier.data import (
    AUTOTUNE,
    INFINITE_CARDINALITY,
    UNKNOWN_CARDINALITY,
    DatasetSpec,
    Iterator,
    NumpyIterator,
    Options,
    ThreadingOptions,
)
from ranvier.data._tensor_face import (
    Dataset,
    FixedLengthRecordDataset,
    TextLineDataset,
    TFRecordDataset,
)
from ranvier.tf.data import (
    experimental,
)

__getattr__ = _absent("tf.data")

__all__ = [
    "AUTOTUNE",
    "INFINITE_CARDINALITY",
    "UNKNOWN_CARDINALITY",
    "Dataset",
    "DatasetSpec",
    "FixedLengthRecordDataset",
    "Iterator",
    "NumpyIterator",
    "Options",
    "TFRecordDataset",
    "TextLineDataset",
    "ThreadingOptions",
    "experimental",
]
