"""Normalization: `adapt`, its precision, and what may be adapted to."""

import jax.numpy as jnp
import keras
import numpy as np
import pandas as pd
import pytest

from ranvier import layers
from ranvier.core._serialization import deserialize_object, serialize_object

rng = np.random.default_rng(0)
table = rng.normal(3.0, 2.0, size=(50, 3)).astype("float32")
images = rng.normal(1.0, 5.0, size=(6, 4, 5, 3)).astype("float32")


@pytest.mark.parametrize(
    ("axis", "data"),
    [
        (-1, table),
        (None, table),
        ((0, 1), table),
        (1, images),
        ((1, 3), images),
        ((-1, 1), images),
        (-1, rng.integers(0, 255, size=(40, 3))),
        (-1, table.astype("float64")),
    ],
    ids=str,
)
@pytest.mark.parametrize("invert", [False, True])
def test_adapt(axis, data, invert):
    outputs, statistics = [], []
    for module in (keras.layers, layers):
        layer = module.Normalization(axis=axis, invert=invert)
        layer.adapt(data)
        outputs.append(np.asarray(layer(data)))
        statistics.append([np.asarray(v) for v in (layer.mean, layer.variance)])
    # Float32 rounding: Keras sums in 32 bits, ours in 64.
    for theirs, ours in zip(*statistics, strict=True):
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours, theirs, rtol=2e-5)
    np.testing.assert_allclose(outputs[1], outputs[0], rtol=1e-4, atol=1e-5)


def batches(size):
    return [table[i : i + size] for i in range(0, len(table), size)]


class Indexed:
    """A data set by index, whose end only `len` tells."""

    def __len__(self):
        return 5

    def __getitem__(self, index):
        return table[10 * index % 50 :][:10], np.zeros(10)


@pytest.mark.parametrize(
    "data",
    [
        table,
        jnp.asarray(table),
        table.tolist(),
        pd.DataFrame(table, columns=list("abc"), index=range(100, 150)),
        batches(16),
        (batch for batch in batches(16)),
        ((batch, np.zeros(len(batch))) for batch in batches(7)),
        [jnp.asarray(batch) for batch in batches(25)],
        Indexed(),
    ],
    ids=lambda data: type(data).__name__,
)
def test_sources_of_data(data):
    layer = layers.Normalization()
    layer.adapt(data)
    np.testing.assert_allclose(layer.adapt_mean, table.mean(0), rtol=1e-6)
    np.testing.assert_allclose(layer.adapt_variance, table.var(0), rtol=1e-6)


def test_precise_far_from_zero():
    # In float32 sums of a million such numbers lose all digits of the variance.
    data = (1e4 + rng.normal(size=(1_500_000, 1))).astype("float32")
    layer = layers.Normalization()
    layer.adapt(data)
    exact = data.astype("float64")
    np.testing.assert_allclose(layer.adapt_mean, exact.mean(0), rtol=1e-7)
    np.testing.assert_allclose(layer.adapt_variance, exact.var(0), rtol=1e-6)


def test_adapting_again_forgets():
    layer = layers.Normalization()
    layer.adapt(images[0, 0])
    layer.adapt(table)
    np.testing.assert_allclose(layer.adapt_mean, table.mean(0), rtol=1e-6)


def test_adapt_refuses_another_shape():
    layer = layers.Normalization()
    layer.adapt(table)
    with pytest.raises(ValueError, match=r"built for 2 axes.*\(50, 2\)"):
        layer.adapt(table[:, :2])
    with pytest.raises(ValueError, match="incompatible"):
        layer.adapt(images)
    np.testing.assert_allclose(layer.adapt_mean, table.mean(0), rtol=1e-6)


def test_constant_feature():
    layer = layers.Normalization()
    layer.adapt(np.full((4, 1), 7.0))
    assert layer(np.array([[7.0]])).tolist() == [[0.0]]


def test_round_trip_keeps_statistics():
    layer = layers.Normalization(axis=(1, 3))
    layer.adapt(images)
    copy = deserialize_object(serialize_object(layer))
    assert copy.built
    store = {}
    layer.save_own_variables(store)
    copy.load_own_variables(store)
    np.testing.assert_array_equal(copy(images), layer(images))


def test_statistics_are_inputs_of_programs():
    # A program that is shared by models of one structure must not bake them in.
    layer = layers.Normalization()
    layer.adapt(table)
    fixed = [jnp.ones(3), 4 * jnp.ones(3), 0]
    outputs, _ = layer.stateless_call([], fixed, table)
    np.testing.assert_allclose(outputs, (table - 1) / 2, rtol=1e-6)


def test_numbers_and_lists():
    layer = layers.Normalization(axis=None, mean=1.0, variance=4.0)
    assert layer([[3.0], [5.0]]).tolist() == [[1.0], [2.0]]
    assert layers.Rescaling(0.5)([1, 2]).tolist() == [0.5, 1.0]
    assert layers.Rescaling(0.5)(3).item() == 1.5
