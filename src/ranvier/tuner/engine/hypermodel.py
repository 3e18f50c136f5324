"""KerasTuner's place of HyperModel."""

from ranvier.tuner._hypermodel import HyperModel

__all__ = [
    "HyperModel",
]
