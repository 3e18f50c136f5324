"""Floor 6: data on its way to a model."""

from ranvier.data._encoding import normalize, to_categorical
from ranvier.data._sequences import pad_sequences

__all__ = ["normalize", "pad_sequences", "to_categorical"]
