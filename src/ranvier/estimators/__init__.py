"""Estimators in scikit-learn's interface: `pip install 'ranvier[sklearn]'`."""

from ranvier.core import _errors

_errors.require("sklearn", "sklearn")

from ranvier.estimators._base_wrapper import BaseWrapper  # noqa: E402
from ranvier.estimators._keras import KerasClassifier, KerasRegressor  # noqa: E402
from ranvier.estimators._keras_transformer import KerasTransformer  # noqa: E402
from ranvier.estimators._keras_wrappers import (  # noqa: E402
    SKLearnClassifier,
    SKLearnRegressor,
    SKLearnTransformer,
)
from ranvier.estimators._mlp_classifier import MLPClassifier  # noqa: E402
from ranvier.estimators._mlp_regressor import MLPRegressor  # noqa: E402
from ranvier.estimators._perceptron import Perceptron  # noqa: E402
from ranvier.estimators._population_search import PopulationSearchCV  # noqa: E402

__all__ = [
    "BaseWrapper",
    "KerasClassifier",
    "KerasRegressor",
    "KerasTransformer",
    "MLPClassifier",
    "MLPRegressor",
    "Perceptron",
    "PopulationSearchCV",
    "SKLearnClassifier",
    "SKLearnRegressor",
    "SKLearnTransformer",
]
