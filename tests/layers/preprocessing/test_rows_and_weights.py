"""Ragged and sparse inputs of layers on numbers, weights of categories, and checks."""

import numpy as np
import pytest

import ranvier as rv
from ranvier import tf

ROWS = tf.ragged.constant([[0.0, 1.5], [3.0]])
SPARSE = tf.SparseTensor([[0, 1], [1, 0]], [1.5, 3.0], [2, 3])
IDS = tf.ragged.constant([[0, 1], [3]])


def bins(**kwargs):
    return rv.layers.Discretization([1.0, 2.0], **kwargs)


def test_bins_keep_the_rows():
    assert bins()(ROWS).to_list() == [[0, 1], [2]]
    one_hot = bins(output_mode="one_hot")(ROWS)
    assert one_hot.to_list() == [[[1, 0, 0], [0, 1, 0]], [[0, 0, 1]]]
    found = bins()(SPARSE)
    assert found.values.numpy().tolist() == [1, 2]
    assert found.indices.numpy().tolist() == [[0, 1], [1, 0]]


@pytest.mark.parametrize("mode", ["multi_hot", "count"])
def test_bins_of_rows_are_encoded(mode):
    np.testing.assert_array_equal(bins(output_mode=mode)(ROWS), [[1, 1, 0], [0, 0, 1]])
    np.testing.assert_array_equal(
        bins(output_mode=mode)(SPARSE), [[0, 1, 0], [0, 0, 1]]
    )
    sparse = bins(output_mode=mode, sparse=True)(ROWS)
    np.testing.assert_array_equal(
        rv.ops.convert_to_numpy(sparse), [[1, 1, 0], [0, 0, 1]]
    )


def test_bins_are_learned_from_rows():
    layer = rv.layers.Discretization(num_bins=3)
    layer.adapt(ROWS)
    np.testing.assert_allclose(layer.bin_boundaries, [0.0, 1.5], atol=1e-6)


@pytest.mark.parametrize("boundaries", [3, "ab", [[1.0, 2.0]]])
def test_boundaries_are_a_list(boundaries):
    with pytest.raises(ValueError, match="num_bins="):
        rv.layers.Discretization(boundaries)


def test_rescaling_keeps_rows():
    layer = rv.layers.Rescaling(2, offset=-1)
    assert layer(ROWS).to_list() == [[-1, 2], [5]]


def test_rescaling_of_unsigned_integers():
    layer = rv.layers.Rescaling(2, offset=-1, dtype="uint8")
    scaled = layer(np.array([1, 255], "uint8"))
    assert scaled.dtype == "uint8" and scaled.tolist() == [1, 253]


def test_one_mean_for_all_rows():
    layer = rv.layers.Normalization(axis=None, mean=1.0, variance=4.0)
    assert layer(ROWS).to_list() == [[-0.5, 0.25], [1.0]]
    layer = rv.layers.Normalization(axis=None)
    layer.adapt(ROWS)
    np.testing.assert_allclose(layer.mean, [[1.5]])
    with pytest.raises(ValueError, match="axis=None"):
        rv.layers.Normalization(axis=0)(ROWS)


@pytest.mark.parametrize("axis", [-1, 5])
def test_axis_of_a_number(axis):
    with pytest.raises(ValueError, match="must be in the range"):
        rv.layers.Normalization(axis=axis)(5.0)


def test_no_data_and_no_array():
    layer = rv.layers.Normalization()
    for data in ([], np.zeros((0, 2)), iter(())):
        with pytest.raises(ValueError, match="empty iterable"):
            layer.adapt(data)
    with pytest.raises(TypeError, match="dictionary"):
        layer.adapt({"a": np.ones(3)})


def counted(inputs, weights):
    layer = rv.layers.CategoryEncoding(4, output_mode="count")
    return np.asarray(layer(inputs, count_weights=weights)).tolist()


def test_weights_of_categories():
    assert counted(IDS, 2.0) == [[2, 2, 0, 0], [0, 0, 0, 2]]
    rows = tf.ragged.constant([[0.5, 1.0], [2.0]])
    assert counted(IDS, rows) == [[0.5, 1, 0, 0], [0, 0, 0, 2]]
    sparse = tf.SparseTensor([[0, 1], [1, 0]], [1, 3], [2, 3])
    weights = tf.SparseTensor([[0, 1], [1, 0]], [0.5, 0.25], [2, 3])
    assert counted(sparse, weights) == [[0, 0.5, 0, 0], [0, 0, 0, 0.25]]
    deep = np.array([[[0, 1], [2, 3]]])
    expected = [[[0.5, 0, 0.5, 0], [0, 1, 0, 1]]]
    assert counted(deep, [[0.5, 1.0]]) == expected


@pytest.mark.parametrize("weights", [[[0.5], [1.0]], [0.5, 1.0], [[1.0, 2.0, 3.0]]])
def test_weights_of_another_shape(weights):
    with pytest.raises(ValueError, match="same shape"):
        counted([[0, 1], [1, 3]], weights)


@pytest.mark.parametrize("mode", ["multi_hot", "count"])
def test_categories_below_zero(mode):
    with pytest.raises(ValueError, match="non-negative"):
        rv.layers.CategoryEncoding(4, output_mode=mode)([[-1, 2]])


def test_sparse_outputs_go_on_into_layers():
    sparse = rv.layers.CategoryEncoding(3, sparse=True)([[0, 2], [1, 1]])
    dense = rv.ops.convert_to_tensor(sparse, sparse=False)
    assert dense.tolist() == [[1, 0, 1], [0, 1, 0]]
    layer = rv.layers.Dense(2, kernel_initializer="ones")
    np.testing.assert_array_equal(layer(sparse), [[2, 2], [1, 1]])


@pytest.mark.parametrize("kind", [TypeError, ValueError])
def test_layers_on_strings_refuse_to_learn_numbers(kind):
    with pytest.raises(kind, match="expects strings"):
        rv.layers.StringLookup().adapt(np.array([1, 2]))
