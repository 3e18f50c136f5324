"""Floor 6: pictures, drawn with matplotlib (the extra `plot`)."""

from ranvier.plots._activations import activation, activations
from ranvier.plots._calibration import calibration
from ranvier.plots._confusion_matrix import confusion_matrix
from ranvier.plots._decision_boundary import decision_boundary
from ranvier.plots._history import history
from ranvier.plots._schedule import schedule
from ranvier.plots._weights import weights

__all__ = [
    "activation",
    "activations",
    "calibration",
    "confusion_matrix",
    "decision_boundary",
    "history",
    "schedule",
    "weights",
]
