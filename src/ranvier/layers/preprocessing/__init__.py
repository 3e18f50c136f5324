"""Layers that prepare raw data."""

from ranvier.layers.preprocessing._category_encoding import CategoryEncoding
from ranvier.layers.preprocessing._discretization import Discretization
from ranvier.layers.preprocessing._hashed_crossing import HashedCrossing
from ranvier.layers.preprocessing._hashing import Hashing
from ranvier.layers.preprocessing._integer_lookup import IntegerLookup
from ranvier.layers.preprocessing._mel_spectrogram import MelSpectrogram
from ranvier.layers.preprocessing._normalization import Normalization
from ranvier.layers.preprocessing._pipeline import Pipeline
from ranvier.layers.preprocessing._rescaling import Rescaling
from ranvier.layers.preprocessing._stft_spectrogram import STFTSpectrogram
from ranvier.layers.preprocessing._string_lookup import StringLookup
from ranvier.layers.preprocessing._text_vectorization import TextVectorization

__all__ = [
    "CategoryEncoding",
    "Discretization",
    "HashedCrossing",
    "Hashing",
    "IntegerLookup",
    "MelSpectrogram",
    "Normalization",
    "Pipeline",
    "Rescaling",
    "STFTSpectrogram",
    "StringLookup",
    "TextVectorization",
]
