"""The base class: tracking, naming, stateless use, averages of functions, masks."""

import copy
import pickle

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from ranvier import losses, metrics, ops
from ranvier.core import _mask, _naming
from ranvier.core._serialization import deserialize_object, serialize_object
from ranvier.core._variable import Variable

_rng = np.random.default_rng(1)
Y_TRUE, Y_PRED = _rng.normal(size=(2, 4, 3, 2)).astype("float32")


class Spread(metrics.Metric):
    """Holds variables and metrics in every kind of attribute."""

    def __init__(self, name="spread", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.largest = self.add_weight(name="largest", initializer="ones")
        self.parts = [metrics.Mean(name="low"), {"high": metrics.Sum(name="high")}]
        self.given = Variable(2.0, name="given")
        self.twice = self.parts

    def update_state(self, values):
        self.largest.assign(ops.maximum(self.largest, ops.max(values)))
        self.parts[0].update_state(values)
        self.parts[1]["high"].update_state(values)

    def result(self):
        return self.largest.value - self.parts[0].result()


def test_attributes_are_tracked_once():
    metric = Spread()
    paths = [v.path for v in metric.variables]
    assert paths == [
        "spread/largest",
        "given",
        "low/total",
        "low/count",
        "high/total",
    ]
    metric.parts.append(metrics.Sum(name="late"))
    assert metric.variables[-1].path == "late/total"
    assert not any(v.trainable for v in metric.variables if v.name != "given")


def test_reset_covers_nested_metrics():
    metric = Spread()
    metric.update_state([1.0, 5.0])
    metric.reset_state()
    assert all(float(v.value) == 0.0 for v in metric.variables)


def test_stateless_use():
    metric = Spread()
    values = [v.value for v in metric.variables]
    values = jax.jit(metric.stateless_update_state)(values, np.array([1.0, 5.0]))
    assert float(metric.stateless_result(values)) == 2.0
    assert float(metric.largest.value) == 1.0
    # What an update does not touch is given back as it is.
    assert float(values[1]) == 2.0
    for call in (metric.stateless_update_state, metric.stateless_result):
        with pytest.raises(ValueError, match="5 variables"):
            call(values[:2])


def test_copies_have_their_own_state():
    metric = Spread()
    metric.update_state([1.0, 5.0])
    for copied in (copy.deepcopy(metric), pickle.loads(pickle.dumps(metric))):
        copied.update_state([9.0, 9.0])
        assert float(copied.largest.value) == 9.0
        assert float(copied.parts[0].total.value) == 24.0
        assert len(copied.variables) == len(metric.variables)
    assert float(metric.largest.value) == 5.0


def test_names():
    _naming.reset_names()
    keras.utils.clear_session()
    for module in (metrics, keras.metrics):
        made = [module.Precision(), module.Precision(), module.Mean(name="a/b")]
        assert [m.name for m in made] == ["precision", "precision_1", "a/b"]
        assert made[1].variables[0].path == "precision_1/true_positives"
        assert made[2].variables[0].path == "a>b/total"
        assert str(made[2]) == "<Mean name=a/b>"


def test_a_variable_starts_at_zero_by_default():
    assert float(metrics.Metric().add_weight().value) == 0.0


def test_the_constructor_must_be_called():
    class Forgetful(metrics.Metric):
        def __init__(self):
            self.total = self.add_weight()

    with pytest.raises(RuntimeError, match=r"super\(\).__init__\(\)"):
        Forgetful()


def test_the_base_class_measures_nothing():
    metric = metrics.Metric()
    with pytest.raises(NotImplementedError, match="update_state"):
        metric.update_state(1.0)
    with pytest.raises(NotImplementedError, match="result"):
        metric.result()


def test_policies_are_dtypes():
    assert metrics.Mean(dtype="mixed_bfloat16").dtype == "bfloat16"
    with pytest.raises(ValueError):
        metrics.Mean(dtype="float33")


@pytest.mark.parametrize("name", ["Mean", "Sum"])
@pytest.mark.parametrize(
    ("values", "weights"),
    [
        (3.0, None),
        (3.0, 2.0),
        (np.arange(4.0), np.array([1.0, 0.0, 2.0, 0.5])),
        (np.arange(4.0), 0.5),
        (np.ones((4, 3)) * np.arange(3.0), np.array([[1.0], [0.0], [2.0], [0.5]])),
        (np.ones((4, 1)), np.array([1.0, 0.0, 2.0, 0.5])),
        (np.ones((4,)), np.array([[1.0], [0.0], [2.0], [0.5]])),
        (np.arange(24.0).reshape(4, 3, 2), np.arange(12.0).reshape(4, 3)),
        (np.arange(24.0).reshape(4, 3, 2), np.arange(4.0)),
        (np.zeros((0,)), None),
        (np.ones((4,)), np.zeros((4,))),
        ([1, 3], None),
    ],
)
def test_values_and_weights_of_several_ranks(name, values, weights):
    ours, theirs = getattr(metrics, name)(), getattr(keras.metrics, name)()
    for _ in range(2):
        ours.update_state(values, sample_weight=weights)
        theirs.update_state(values, sample_weight=weights)
    for our, their in zip(ours.variables, theirs.variables):
        np.testing.assert_allclose(our.value, np.asarray(their.value), rtol=1e-6)
    np.testing.assert_allclose(ours.result(), np.asarray(theirs.result()), rtol=1e-6)


MASK = np.array([[True, True, False]] * 3 + [[False] * 3])


@pytest.mark.parametrize("weights", [None, _rng.uniform(size=(4, 3))])
@pytest.mark.parametrize(
    "make",
    [
        lambda module: module.MeanSquaredError(),
        lambda module: module.BinaryAccuracy(threshold=0.0),
        lambda module: module.MeanMetricWrapper(module.mean_absolute_error),
    ],
)
def test_masks_of_predictions(make, weights):
    ours, theirs = make(metrics), make(keras.metrics)
    if isinstance(ours, metrics.BinaryAccuracy) and weights is not None:
        weights = weights[..., None]
    for metric, set_mask in (
        (ours, _mask.set_mask),
        (theirs, keras.src.backend.set_keras_mask),
    ):
        y_pred = jnp.array(Y_PRED)
        mask = MASK[..., None] if metric.name == "binary_accuracy" else MASK
        set_mask(y_pred, jnp.asarray(mask))
        metric.update_state(Y_TRUE > 0, y_pred, sample_weight=weights)
    np.testing.assert_allclose(ours.result(), np.asarray(theirs.result()), rtol=1e-6)
    np.testing.assert_allclose(ours.count.value, np.asarray(theirs.count), rtol=1e-6)


def test_a_mask_of_values_counts_beside_weights():
    weights = np.ones((4,), dtype="float32")
    y_true, y_pred = np.array([0, 1, 2, 1]), np.full((4, 3), 1 / 3, dtype="float32")
    ours = metrics.SparseCategoricalCrossentropy(ignore_class=1)
    theirs = keras.metrics.SparseCategoricalCrossentropy(ignore_class=1)
    for given in (None, weights):
        ours.update_state(y_true, y_pred, sample_weight=given)
        theirs.update_state(y_true, y_pred, sample_weight=given)
        np.testing.assert_allclose(ours.result(), np.asarray(theirs.result()), 1e-6)


def test_a_loss_object_as_function():
    ours = metrics.MeanMetricWrapper(losses.MeanSquaredError(), name="m")
    theirs = keras.metrics.MeanMetricWrapper(keras.losses.MeanSquaredError(), name="m")
    for _ in range(2):
        ours.update_state(Y_TRUE, Y_PRED)
        theirs.update_state(Y_TRUE, Y_PRED)
    np.testing.assert_allclose(ours.result(), np.asarray(theirs.result()), rtol=1e-6)
    assert ours._direction == theirs._direction == "down"


def test_wrapped_functions_in_configs():
    arguments = {"name": "m", "threshold": 0.3}
    ours = metrics.MeanMetricWrapper(metrics.binary_accuracy, **arguments)
    theirs = keras.metrics.MeanMetricWrapper(keras.metrics.binary_accuracy, **arguments)
    config = serialize_object(ours)
    assert config == keras.saving.serialize_keras_object(theirs)
    again = deserialize_object(config)
    assert again.get_config() == ours.get_config()
    assert keras.metrics.deserialize(config).get_config() == theirs.get_config()
    assert metrics.MeanMetricWrapper(losses.huber)._direction == "down"
    assert ours._direction is None


def test_metrics_of_users():
    metric = Spread(name="mine")
    config = serialize_object(metric)
    again = deserialize_object(config, custom_objects={"Spread": Spread})
    assert again.name == "mine"
    again = metrics.deserialize("Spread", custom_objects={"Spread": Spread})
    assert isinstance(again, Spread)


def test_a_variable_may_begin_with_an_array():
    class Matrix(metrics.Metric):
        def __init__(self):
            super().__init__()
            start = np.array([[1, 2], [3, 4]])
            self.matrix = self.add_variable((2, 2), start, dtype="int32")

    assert Matrix().matrix.numpy().tolist() == [[1, 2], [3, 4]]
