"""KerasTuner's place of Oracle."""

from ranvier.tuner._objective import Objective
from ranvier.tuner._oracle import Oracle

__all__ = [
    "Objective",
    "Oracle",
]
