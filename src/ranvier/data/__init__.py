"""Floor 6: data on its way to a model."""

from ranvier.data import experimental, io
from ranvier.data._dataset import (
    AUTOTUNE,
    INFINITE_CARDINALITY,
    UNKNOWN_CARDINALITY,
    Dataset,
)
from ranvier.data._encoding import normalize, to_categorical
from ranvier.data._files import (
    FixedLengthRecordDataset,
    TextLineDataset,
    TFRecordDataset,
)
from ranvier.data._iterator import DatasetIterator, NumpyIterator
from ranvier.data._iterator import DatasetIterator as Iterator
from ranvier.data._options import Options, ThreadingOptions
from ranvier.data._sequences import pad_sequences
from ranvier.data._spec import DatasetSpec

__all__ = [
    "AUTOTUNE",
    "INFINITE_CARDINALITY",
    "UNKNOWN_CARDINALITY",
    "Dataset",
    "DatasetIterator",
    "DatasetSpec",
    "FixedLengthRecordDataset",
    "Iterator",
    "NumpyIterator",
    "Options",
    "TFRecordDataset",
    "TextLineDataset",
    "ThreadingOptions",
    "experimental",
    "io",
    "normalize",
    "pad_sequences",
    "to_categorical",
]
