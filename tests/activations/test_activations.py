"""Activations against Keras: names, values, gradients, configs."""

import jax
import jax.numpy as jnp
import keras
import keras.src.activations as keras_source
import numpy as np
import pytest

from ranvier import activations
from ranvier.core import _registry
from ranvier.ops._symbolic import KerasTensor

X = np.linspace(-7.0, 7.0, 24, dtype="float32").reshape(2, 3, 4)

CASES = [
    ("celu", {}),
    ("celu", {"alpha": 0.5}),
    ("elu", {}),
    ("elu", {"alpha": 2.0}),
    ("exponential", {}),
    ("gelu", {}),
    ("gelu", {"approximate": True}),
    ("glu", {}),
    ("glu", {"axis": -1}),
    ("hard_shrink", {}),
    ("hard_shrink", {"threshold": 2.0}),
    ("hard_sigmoid", {}),
    ("hard_silu", {}),
    ("hard_swish", {}),
    ("hard_tanh", {}),
    ("leaky_relu", {}),
    ("leaky_relu", {"negative_slope": 0.1}),
    ("linear", {}),
    ("log_sigmoid", {}),
    ("log_softmax", {}),
    ("log_softmax", {"axis": 1}),
    ("mish", {}),
    ("relu", {}),
    ("relu", {"negative_slope": 0.3}),
    ("relu", {"max_value": 6.0}),
    ("relu", {"max_value": 2.0}),
    ("relu", {"threshold": 1.0}),
    ("relu", {"threshold": -1.0}),
    ("relu", {"threshold": 1.0, "max_value": 6.0}),
    ("relu", {"negative_slope": 0.3, "max_value": 2.0, "threshold": 1.0}),
    ("relu", {"negative_slope": 0.3, "max_value": 6.0}),
    ("relu6", {}),
    ("selu", {}),
    ("sigmoid", {}),
    ("silu", {}),
    ("soft_shrink", {}),
    ("soft_shrink", {"threshold": 2.0}),
    ("softmax", {}),
    ("softmax", {"axis": 1}),
    ("softplus", {}),
    ("softsign", {}),
    ("sparse_plus", {}),
    ("sparse_sigmoid", {}),
    ("squareplus", {}),
    ("squareplus", {"b": 2.0}),
    ("swish", {}),
    ("tanh", {}),
    ("tanh_shrink", {}),
    ("threshold", {"threshold": 1.0, "default_value": -3.0}),
]
IDS = [f"{name}-{i}" for i, (name, _) in enumerate(CASES)]
NAMES = sorted(keras_source.ALL_OBJECTS_DICT)


def pair(name):
    return getattr(activations, name), getattr(keras.activations, name)


def test_public_names_of_keras():
    expected = {name for name in dir(keras.activations) if not name.startswith("_")}
    assert sorted(expected) == sorted(activations.__all__)


def test_every_function_has_a_case():
    # Keras 3.15's sparsemax does not add up to 1, so it has a test of its own.
    others = {"get", "serialize", "deserialize", "sparsemax"}
    assert set(activations.__all__) - others == {name for name, _ in CASES}


@pytest.mark.parametrize(("name", "arguments"), CASES, ids=IDS)
def test_values(name, arguments):
    ours, theirs = pair(name)
    # float32 rounding; 1e-6 below where values cancel to nearly zero.
    np.testing.assert_allclose(
        ours(X, **arguments), np.asarray(theirs(X, **arguments)), rtol=1e-6, atol=1e-6
    )


def test_sparsemax_is_the_nearest_point_of_the_simplex():
    x = np.array([0.5, 0.25, -2.0], dtype="float32")
    # The same amount is taken from the entries that stay positive.
    expected = np.array([0.625, 0.375, 0.0])
    np.testing.assert_allclose(activations.sparsemax(x), expected, rtol=1e-6)
    columns = np.stack([x, x], axis=1)
    np.testing.assert_allclose(
        activations.sparsemax(columns, axis=0)[:, 1], expected, rtol=1e-6
    )


@pytest.mark.parametrize(("name", "arguments"), CASES, ids=IDS)
def test_gradients(name, arguments):
    weights = jnp.arange(24.0).reshape(2, 3, 4)

    def slope(function):
        def total(x):
            y = function(x, **arguments)
            return (y * weights[: y.shape[0], : y.shape[1], : y.shape[2]]).sum()

        return jax.grad(total)(jnp.asarray(X))

    ours, theirs = map(slope, pair(name))
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("name", "arguments"), CASES, ids=IDS)
def test_symbolic_tensors(name, arguments):
    ours, _ = pair(name)
    result = ours(KerasTensor((None, 2, 4)), **arguments)
    assert result.shape == (None, 2, 2 if name == "glu" else 4)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("name", ["relu", "softmax", "mish", "gelu", "hard_silu"])
def test_half_precision(name, dtype):
    ours, theirs = pair(name)
    x = jnp.asarray(X, dtype=dtype)
    assert ours(x).dtype == dtype
    np.testing.assert_array_equal(ours(x), np.asarray(theirs(x)))


@pytest.mark.parametrize("name", NAMES)
def test_names_and_configs(name):
    ours, theirs = activations.get(name), keras.activations.get(name)
    assert ours.__name__ == theirs.__name__
    config = activations.serialize(ours)
    assert config == keras.activations.serialize(theirs)
    assert activations.deserialize(config) is ours
    full = keras.saving.serialize_keras_object(theirs)
    assert activations.get(full) is ours


def test_get_passes_none_functions_and_objects():
    def double(x):
        return 2 * x

    assert activations.get(None) is activations.linear
    assert activations.get(double) is double
    layer = keras.layers.ReLU()
    assert activations.get(layer) is layer


def test_get_suggests_a_close_name():
    with pytest.raises(ValueError, match="'relu'"):
        activations.get("rleu")
    with pytest.raises(ValueError, match="activation"):
        activations.get(3)


def test_custom_functions():
    def double(x):
        return 2 * x

    with _registry.CustomObjectScope({"double": double}):
        assert activations.get("double") is double
    found = activations.deserialize("double", custom_objects={"double": double})
    assert found is double
    config = activations.serialize(double)
    assert config["config"] == "double"
    assert activations.deserialize(config, custom_objects={"double": double}) is double
