"""ranvier: neural networks, Keras's way of working, compiled whole on JAX.

The names here are Keras 3's. See the README for a first model, `docs/architecture.md`
for how it is built.
"""

from ranvier import (
    activations,
    backend,
    callbacks,
    config,
    constraints,
    dtype_policies,
    initializers,
    layers,
    losses,
    metrics,
    mixed_precision,
    models,
    ops,
    optimizers,
    random,
    regularizers,
    tree,
    utils,
)
from ranvier._version import __version__
from ranvier.core._naming import name_scope
from ranvier.core._policy import DTypePolicy, FloatDTypePolicy
from ranvier.core._scope import StatelessScope
from ranvier.core._variable import Variable
from ranvier.initializers import Initializer
from ranvier.layers import Input, InputSpec, Layer
from ranvier.losses import Loss
from ranvier.metrics import Metric
from ranvier.models import Functional, Model, Sequential
from ranvier.ops._graph import Function, Operation
from ranvier.ops._symbolic import KerasTensor
from ranvier.optimizers import Optimizer
from ranvier.regularizers import Regularizer


def version():
    """Returns the version as a string."""
    return __version__


def __getattr__(name):
    # Namespaces that a session may never need are imported when first named.
    import importlib

    if name in ("datasets", "saving"):
        return importlib.import_module(f"ranvier.{name}")
    raise AttributeError(f"module 'ranvier' has no attribute {name!r}")


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
    "Sequential",
    "StatelessScope",
    "Variable",
    "__version__",
    "activations",
    "backend",
    "callbacks",
    "config",
    "constraints",
    "dtype_policies",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "mixed_precision",
    "models",
    "name_scope",
    "ops",
    "optimizers",
    "random",
    "regularizers",
    "tree",
    "utils",
    "version",
]
