"""Searching hyperparameters, with KerasTuner's names; populations of models."""

from ranvier.tuner import errors
from ranvier.tuner._ensemble import Ensemble
from ranvier.tuner._hypermodel import HyperModel
from ranvier.tuner._hyperparameters import HyperParameters
from ranvier.tuner._objective import Objective
from ranvier.tuner._oracle import Oracle
from ranvier.tuner._population import train_group
from ranvier.tuner._population_member import MemberResult
from ranvier.tuner._random_search import RandomSearch
from ranvier.tuner._synchronized import synchronized
from ranvier.tuner._train_population import Population, train_population
from ranvier.tuner._tuner import Tuner

__all__ = [
    "Ensemble",
    "HyperModel",
    "HyperParameters",
    "MemberResult",
    "Objective",
    "Oracle",
    "Population",
    "RandomSearch",
    "Tuner",
    "errors",
    "synchronized",
    "train_group",
    "train_population",
]
