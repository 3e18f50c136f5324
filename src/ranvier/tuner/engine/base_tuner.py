"""KerasTuner's place of BaseTuner."""

from ranvier.tuner._base_tuner import BaseTuner

__all__ = [
    "BaseTuner",
]
