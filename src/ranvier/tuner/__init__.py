"""Searching hyperparameters, with KerasTuner's names; populations of models."""

from ranvier.training.population import MemberResult, train_group
from ranvier.tuner import engine, errors, oracles, tuners
from ranvier.tuner._bayesian import BayesianOptimization
from ranvier.tuner._ensemble import Ensemble
from ranvier.tuner._grid_search import GridSearch
from ranvier.tuner._hyperband import Hyperband
from ranvier.tuner._hypermodel import HyperModel
from ranvier.tuner._hyperparameters import HyperParameters
from ranvier.tuner._objective import Objective
from ranvier.tuner._oracle import Oracle
from ranvier.tuner._plots import (
    hyperparameter_importance,
    plot_importance,
    plot_objective,
    plot_parallel_coordinates,
)
from ranvier.tuner._random_search import RandomSearch
from ranvier.tuner._sklearn_tuner import SklearnTuner
from ranvier.tuner._synchronized import synchronized
from ranvier.tuner._train_population import Population, train_population
from ranvier.tuner._tuner import Tuner

__all__ = [
    "BayesianOptimization",
    "Ensemble",
    "GridSearch",
    "HyperModel",
    "HyperParameters",
    "Hyperband",
    "MemberResult",
    "Objective",
    "Oracle",
    "Population",
    "RandomSearch",
    "SklearnTuner",
    "Tuner",
    "engine",
    "errors",
    "hyperparameter_importance",
    "oracles",
    "plot_importance",
    "plot_objective",
    "plot_parallel_coordinates",
    "synchronized",
    "train_group",
    "train_population",
    "tuners",
]
