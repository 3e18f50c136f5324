"""Models: Sequential, functional and subclassed."""

from ranvier.models._clone import clone_model
from ranvier.models._fold import fold_batch_norm
from ranvier.models._functional import Functional
from ranvier.models._model import Model, model_from_json
from ranvier.models._sequential import Sequential

__all__ = [
    "Functional",
    "Model",
    "Sequential",
    "clone_model",
    "fold_batch_norm",
    "model_from_json",
]
