"""Layers that prepare raw data."""

from ranvier.layers.preprocessing._normalization import Normalization
from ranvier.layers.preprocessing._rescaling import Rescaling

__all__ = ["Normalization", "Rescaling"]
