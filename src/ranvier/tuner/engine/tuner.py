"""KerasTuner's place of Tuner."""

from ranvier.tuner._tuner import Tuner, maybe_distribute

__all__ = [
    "Tuner",
    "maybe_distribute",
]
