"""The search algorithms, without the tuners that run them."""

from ranvier.tuner._bayesian import BayesianOptimizationOracle
from ranvier.tuner._grid_search import GridSearchOracle
from ranvier.tuner._hyperband import HyperbandOracle
from ranvier.tuner._random_search import RandomSearchOracle

# Older names of the same.
BayesianOptimization = BayesianOptimizationOracle
GridSearch = GridSearchOracle
Hyperband = HyperbandOracle
RandomSearch = RandomSearchOracle

__all__ = [
    "BayesianOptimizationOracle",
    "GridSearchOracle",
    "HyperbandOracle",
    "RandomSearchOracle",
]
