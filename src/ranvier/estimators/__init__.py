"""Estimators in scikit-learn's interface: `pip install 'ranvier[sklearn]'`."""

from ranvier.core import _errors

_errors.require("sklearn", "sklearn")

from ranvier.estimators._mlp_classifier import MLPClassifier  # noqa: E402
from ranvier.estimators._mlp_regressor import MLPRegressor  # noqa: E402
from ranvier.estimators._perceptron import Perceptron  # noqa: E402

__all__ = ["MLPClassifier", "MLPRegressor", "Perceptron"]
