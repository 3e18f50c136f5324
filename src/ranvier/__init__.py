"""ranvier: neural networks, Keras's way of working, compiled whole on JAX.

The names here are Keras 3's. See the README for a first model, `docs/architecture.md`
for how it is built. A name is imported when it is first used, so that `import ranvier`
costs next to nothing.
"""

import importlib
import typing

from ranvier._version import __version__
from ranvier.core import _errors, _registry

if typing.TYPE_CHECKING:
    from ranvier import (
        activations,
        backend,
        callbacks,
        config,
        constraints,
        data,
        datasets,
        diagnostics,
        dtype_policies,
        estimators,
        initializers,
        layers,
        losses,
        metrics,
        mixed_precision,
        models,
        ops,
        optimizers,
        plots,
        random,
        regularizers,
        saving,
        summary,
        training,
        tree,
        tuner,
        utils,
        wrappers,
    )
    from ranvier.core._device import device
    from ranvier.core._naming import name_scope
    from ranvier.core._policy import DTypePolicy, FloatDTypePolicy
    from ranvier.core._scope import StatelessScope
    from ranvier.core._variable import Variable
    from ranvier.initializers import Initializer
    from ranvier.layers import Input, InputSpec, Layer
    from ranvier.losses import Loss
    from ranvier.metrics import Metric
    from ranvier.models import Functional, Model, Sequential
    from ranvier.ops._graph import Function
    from ranvier.ops._nodes import Operation
    from ranvier.ops._remat import RematScope, remat
    from ranvier.ops._symbolic import KerasTensor, SymbolicScope
    from ranvier.optimizers import Optimizer
    from ranvier.regularizers import Regularizer

_NAMESPACES = (
    "activations",
    "backend",
    "callbacks",
    "config",
    "constraints",
    "data",
    "datasets",
    "diagnostics",
    "dtype_policies",
    "estimators",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "mixed_precision",
    "models",
    "ops",
    "optimizers",
    "plots",
    "random",
    "regularizers",
    "saving",
    "summary",
    "training",
    "tree",
    "tuner",
    "utils",
    "wrappers",
)
# Where the names of the top level come from.
_NAMES = {
    "DTypePolicy": "core._policy",
    "FloatDTypePolicy": "core._policy",
    "Function": "ops._graph",
    "Functional": "models",
    "Initializer": "initializers",
    "Input": "layers",
    "InputSpec": "layers",
    "KerasTensor": "ops._symbolic",
    "Layer": "layers",
    "Loss": "losses",
    "Metric": "metrics",
    "Model": "models",
    "Operation": "ops._nodes",
    "Optimizer": "optimizers",
    "Regularizer": "regularizers",
    "RematScope": "ops._remat",
    "Sequential": "models",
    "StatelessScope": "core._scope",
    "SymbolicScope": "ops._symbolic",
    "Variable": "core._variable",
    "device": "core._device",
    "name_scope": "core._naming",
    "remat": "ops._remat",
}


def version():
    """Returns the version as a string."""
    return __version__


def __getattr__(name):
    if name in _NAMESPACES:
        return importlib.import_module(f"ranvier.{name}")
    if name in _NAMES:
        value = getattr(importlib.import_module(f"ranvier.{_NAMES[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(
        f"module 'ranvier' has no attribute {name!r}."
        + _errors.close_names(name, [*_NAMESPACES, *_NAMES])
    )


def __dir__():
    return sorted({*globals(), *_NAMESPACES, *_NAMES})


@_registry.set_loader
def _load_members():
    """Imports all that a config may name: files are read by the registry alone."""
    for name in ("layers", "losses", "metrics", "models", "optimizers"):
        importlib.import_module(f"ranvier.{name}")


__all__ = [
    "DTypePolicy",
    "FloatDTypePolicy",
    "Function",
    "Functional",
    "Initializer",
    "Input",
    "InputSpec",
    "KerasTensor",
    "Layer",
    "Loss",
    "Metric",
    "Model",
    "Operation",
    "Optimizer",
    "Regularizer",
    "RematScope",
    "Sequential",
    "StatelessScope",
    "SymbolicScope",
    "Variable",
    "__version__",
    "activations",
    "backend",
    "callbacks",
    "config",
    "constraints",
    "data",
    "datasets",
    "device",
    "diagnostics",
    "dtype_policies",
    "estimators",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "mixed_precision",
    "models",
    "name_scope",
    "ops",
    "optimizers",
    "plots",
    "random",
    "regularizers",
    "remat",
    "saving",
    "summary",
    "training",
    "tree",
    "tuner",
    "utils",
    "version",
    "wrappers",
]
