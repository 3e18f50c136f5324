"""KerasTuner's place of Trial."""

from ranvier.tuner._trial import Trial, TrialStatus

__all__ = [
    "Trial",
    "TrialStatus",
]
