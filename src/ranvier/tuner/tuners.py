"""The tuners."""

from ranvier.tuner._bayesian import BayesianOptimization
from ranvier.tuner._grid_search import GridSearch
from ranvier.tuner._hyperband import Hyperband
from ranvier.tuner._random_search import RandomSearch
from ranvier.tuner._sklearn_tuner import SklearnTuner
from ranvier.tuner._tuner import Tuner

__all__ = [
    "BayesianOptimization",
    "GridSearch",
    "Hyperband",
    "RandomSearch",
    "SklearnTuner",
    "Tuner",
]
