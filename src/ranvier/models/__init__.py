"""Models: Sequential, functional and subclassed."""

from ranvier.models._clone import clone_model
from ranvier.models._fold import fold_batch_norm
from ranvier.models._functional import Functional
from ranvier.models._model import Model, model_from_json
from ranvier.models._sequential import Sequential


def __getattr__(name):
    # Reading and writing files is imported when it is first needed.
    if name in ("load_model", "save_model"):
        from ranvier import saving

        return getattr(saving, name)
    raise AttributeError(f"module 'ranvier.models' has no attribute {name!r}")


__all__ = [
    "Functional",
    "Model",
    "Sequential",
    "clone_model",
    "fold_batch_norm",
    "load_model",
    "model_from_json",
    "save_model",
]
