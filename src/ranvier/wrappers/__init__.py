"""Keras's wrappers for scikit-learn: `pip install 'ranvier[sklearn]'`."""

from ranvier.estimators import SKLearnClassifier, SKLearnRegressor, SKLearnTransformer

__all__ = ["SKLearnClassifier", "SKLearnRegressor", "SKLearnTransformer"]
