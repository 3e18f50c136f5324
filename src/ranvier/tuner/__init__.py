"""Searching hyperparameters, with KerasTuner's names."""

from ranvier.tuner import errors
from ranvier.tuner._hypermodel import HyperModel
from ranvier.tuner._hyperparameters import HyperParameters
from ranvier.tuner._objective import Objective
from ranvier.tuner._oracle import Oracle
from ranvier.tuner._random_search import RandomSearch
from ranvier.tuner._synchronized import synchronized
from ranvier.tuner._tuner import Tuner

__all__ = [
    "HyperModel",
    "HyperParameters",
    "Objective",
    "Oracle",
    "RandomSearch",
    "Tuner",
    "errors",
    "synchronized",
]
