"""What the tests of exported models share."""

import jax
import numpy as np
import onnx

import ranvier as rv
from ranvier.saving import load_exported

FORMATS = ["onnx", "stablehlo"]


def exported(model, folder, format, **kwargs):
    """Returns a model after a journey through a file."""
    path = folder / f"model.{format}"
    options = {} if format == "onnx" else {"platforms": ("cpu",)}
    model.export(path, format=format, **{**options, **kwargs})
    if format == "onnx":
        onnx.checker.check_model(onnx.load(path), full_check=True)
    return load_exported(path)


def rows(x, count):
    """Returns inputs with another number of rows, made of those given."""
    return jax.tree.map(lambda a: np.resize(a, (count, *np.shape(a)[1:])), x)


def assert_same(found, expected, rtol=1e-5, atol=1e-5):
    """Compares structures of arrays: rounding apart they are equal."""
    assert jax.tree.structure(found) == jax.tree.structure(expected)
    for a, b in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        a, b = np.asarray(a), np.asarray(b)
        assert a.shape == b.shape and a.dtype.kind == b.dtype.kind
        np.testing.assert_allclose(
            a.astype("float64"), b.astype("float64"), rtol=rtol, atol=atol
        )


def functional(make, x):
    """Returns the model that calls a layer, or a function of tensors, on inputs.

    Args:
        make: `() -> layer or function`.
        x: an array, or a list of them.
    """
    inputs = jax.tree.map(lambda a: rv.Input(a.shape[1:], dtype=str(a.dtype)), x)
    return rv.Model(inputs, make()(inputs))
