"""Models: Sequential, functional and subclassed."""

import typing

from ranvier.core._later import imported_later
from ranvier.models._clone import clone_model
from ranvier.models._functional import Functional
from ranvier.models._model import Model, model_from_json
from ranvier.models._sequential import Sequential

if typing.TYPE_CHECKING:
    from ranvier.models._fold import fold_batch_norm
    from ranvier.saving import load_model, save_model

# Files, and what works on layers of all kinds.
__getattr__, __dir__ = imported_later(
    __name__,
    {
        "fold_batch_norm": "._fold",
        "load_model": "ranvier.saving",
        "save_model": "ranvier.saving",
    },
)

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
