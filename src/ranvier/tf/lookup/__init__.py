"""`tf.lookup`: names only."""

from ranvier.core._aliases import absent as _absent
from ranvier.tensors._lookup import (
    KeyValueTensorInitializer,
    StaticHashTable,
    StaticVocabularyTable,
    TextFileIndex,
    TextFileInitializer,
)
from ranvier.tf.lookup import (
    experimental,
)

__getattr__ = _absent("tf.lookup")

__all__ = [
    "KeyValueTensorInitializer",
    "StaticHashTable",
    "StaticVocabularyTable",
    "TextFileIndex",
    "TextFileInitializer",
    "experimental",
]
