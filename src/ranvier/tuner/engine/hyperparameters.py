"""KerasTuner's place of the hyperparameters."""

from ranvier.tuner._boolean import Boolean
from ranvier.tuner._choice import Choice
from ranvier.tuner._fixed import Fixed
from ranvier.tuner._float import Float
from ranvier.tuner._hyperparameter import HyperParameter
from ranvier.tuner._hyperparameters import HyperParameters, deserialize, serialize
from ranvier.tuner._int import Int

__all__ = [
    "Boolean",
    "Choice",
    "Fixed",
    "Float",
    "HyperParameter",
    "HyperParameters",
    "Int",
    "deserialize",
    "serialize",
]
