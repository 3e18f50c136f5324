"""What every layer computes: inputs, values before and after the activation.

Runs while a program is traced: the records hold the program's traced arrays.
"""

import contextlib
import dataclasses

import jax
import jax.numpy as jnp

from ranvier.core import _tree
from ranvier.layers import (
    ELU,
    Layer,
    LeakyReLU,
    Mish,
    PReLU,
    ReLU,
    RReLU,
    Softmax,
)
from ranvier.layers._call import observed

_ACTIVATION_LAYERS = (ELU, LeakyReLU, Mish, PReLU, ReLU, RReLU, Softmax)


@dataclasses.dataclass
class Record:
    """One call of a layer.

    Attributes:
        layer: the layer.
        inputs: its input.
        before: the values before the activation; None where there is none.
        outputs: its output.
        activation: name of the activation; None where there is none.
    """

    layer: object
    inputs: object
    before: object
    outputs: object
    activation: str | None


@contextlib.contextmanager
def observing(model):
    """Records the calls of a model's innermost layers.

    Yields:
        The list of `Record`s, which grows with each call.
    """
    records: list[Record] = []
    before: dict = {}
    patched = []

    def observer(layer, inputs, outputs):
        if layer._layers and not _has_own_weights(layer):
            return
        if _tree.is_nested(outputs) or not _is_numbers(outputs):
            return
        inputs = inputs if not _tree.is_nested(inputs) else None
        activation = activation_of(layer)
        z = before.pop(id(layer), None)
        if z is None and activation is not None and not _has_own_weights(layer):
            z = inputs
        records.append(Record(layer, inputs, z, outputs, activation))

    for layer in model._flatten_layers():
        function = layer.__dict__.get("activation")
        if callable(function) and not isinstance(function, Layer):
            layer.__dict__["activation"] = _noting(function, layer, before)
            patched.append((layer, function))
    try:
        with observed(observer):
            yield records
    finally:
        for layer, function in patched:
            layer.__dict__["activation"] = function


def activation_of(layer) -> str | None:
    """Returns the name of a layer's activation, or None if it has none."""
    if isinstance(layer, _ACTIVATION_LAYERS):
        return type(layer).__name__.lower()
    function = getattr(layer, "activation", None)
    if function is None:
        return None
    function = getattr(function, "noted", function)
    return getattr(function, "__name__", type(function).__name__.lower())


def _noting(function, layer, before):
    def noting(x, *args, **kwargs):
        before[id(layer)] = x
        return function(x, *args, **kwargs)

    noting.noted = function
    return noting


def _has_own_weights(layer):
    return bool(layer._trainable_variables or layer._non_trainable_variables)


def _is_numbers(x):
    return isinstance(x, jax.Array) and jnp.issubdtype(x.dtype, jnp.floating)
