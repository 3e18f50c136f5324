"""Reductions, sample weights, masks and structures against Keras."""

import contextlib

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from keras.src.losses.loss import squeeze_or_expand_to_same_rank
from keras.src.losses.losses import LossFunctionWrapper

from ranvier import losses, ops
from ranvier.core import _mask
from ranvier.core._scope import StateScope
from ranvier.core._serialization import deserialize_object, serialize_object
from ranvier.losses import _loss, _reduction

REDUCTIONS = [
    "sum_over_batch_size",
    "mean",
    "sum",
    "mean_with_sample_weight",
    "none",
    None,
]
_rng = np.random.default_rng(1)
Y_TRUE, Y_PRED = _rng.normal(size=(2, 4, 3, 2)).astype("float32")
WEIGHTS = {
    "none": None,
    "number": 0.5,
    "samples": np.array([[0.5], [0.0], [2.0], [1.0]], dtype="float32"),
    "entries": _rng.uniform(size=(4, 3)),
    "entries and axis": _rng.uniform(size=(4, 3, 1)),
    "zeros": np.zeros((4, 3)),
    "integers": np.array([[1], [2], [0], [1]]),
}
MASKS = {
    "none": None,
    "entries": _rng.uniform(size=(4, 3)) > 0.4,
    "samples": np.array([[True], [True], [False], [True]]),
    "nothing": np.zeros((4, 3), dtype="bool"),
}


def masked(y_pred, mask, set_mask):
    y_pred = jnp.array(y_pred)
    if mask is not None:
        set_mask(y_pred, jnp.asarray(mask))
    return y_pred


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("weights", WEIGHTS)
def test_every_combination(weights, mask):
    for reduction in REDUCTIONS:
        theirs = keras.losses.MeanSquaredError(reduction=reduction)
        ours = losses.MeanSquaredError(reduction=reduction)
        expected = theirs(
            Y_TRUE,
            masked(Y_PRED, MASKS[mask], keras.src.backend.set_keras_mask),
            sample_weight=WEIGHTS[weights],
        )
        value = ours(
            Y_TRUE,
            masked(Y_PRED, MASKS[mask], _mask.set_mask),
            sample_weight=WEIGHTS[weights],
        )
        # float32 rounding: the mask's weight is a quotient in another order.
        np.testing.assert_allclose(
            value, np.asarray(expected), rtol=2e-6, err_msg=f"reduction={reduction}"
        )


def test_weights_that_do_not_fit():
    with pytest.raises(ValueError, match=r"sample_weight.*\(4, 3\).*\(3, 4\)"):
        losses.MeanSquaredError()(Y_TRUE, Y_PRED, sample_weight=np.ones((3, 4)))


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0)])
def test_empty_batches(shape):
    for reduction in ("sum_over_batch_size", "sum"):
        empty = np.zeros(shape, dtype="float32")
        ours = _reduction.reduce_weighted_values(empty, reduction=reduction)
        assert np.asarray(ours).sum() == 0.0


@pytest.mark.parametrize("scope", [StateScope, contextlib.nullcontext])
def test_masks_work_inside_programs(scope):
    mask = jnp.asarray(MASKS["entries"])
    loss = losses.MeanSquaredError()
    _mask._loose.clear()

    @jax.jit
    def program(y_pred):
        with scope():
            y_pred = y_pred * 1.0
            _mask.set_mask(y_pred, mask)
            assert _mask.get_mask(y_pred) is mask
            assert _mask.get_mask(y_pred + 1.0) is None
            return loss(Y_TRUE, y_pred)

    expected = loss(Y_TRUE, masked(Y_PRED, mask, _mask.set_mask))
    np.testing.assert_allclose(program(Y_PRED), expected, rtol=1e-6)
    assert len(_mask._loose) == (scope is not StateScope)


def test_few_masks_are_kept_outside_of_scopes():
    def program(x):
        for _ in range(2 * _mask._LOOSE_LIMIT):
            x = x + 1.0
            _mask.set_mask(x, x > 0.0)
        return _mask.get_mask(x)

    assert jax.jit(program)(1.0)
    assert len(_mask._loose) == _mask._LOOSE_LIMIT


def test_a_mask_is_taken_off():
    x = jnp.ones(3)
    _mask.set_mask(x, jnp.ones(3, dtype="bool"))
    _mask.set_mask(x, None)
    assert _mask.get_mask(x) is None
    assert _mask.get_mask([1.0]) is None


@pytest.mark.parametrize("expand", [True, False])
def test_ranks(expand):
    shapes = [(4,), (4, 1), (4, 3), (4, 3, 1), (4, 3, 2), ()]
    for shape1 in shapes:
        for shape2 in shapes:
            arrays = np.ones(shape1), np.ones(shape2)
            ours = _reduction.squeeze_or_expand_to_same_rank(*arrays, expand)
            theirs = squeeze_or_expand_to_same_rank(*arrays, expand)
            assert [x.shape for x in ours] == [x.shape for x in theirs]


def both_errors(y_true, y_pred, factor=1.0):
    return factor * (
        ops.mean(ops.square(y_true["a"] - y_pred["a"]), axis=-1)
        + ops.mean(ops.abs(y_true["b"][0] - y_pred["b"][0]), axis=-1)
    )


def test_structures():
    y_true = {"a": Y_TRUE[:, :, 0], "b": [Y_TRUE[:, 0, 0]]}
    y_pred = {"a": Y_PRED[:, :, 0], "b": [Y_PRED[:, 0, :1]]}
    ours = _loss.LossFunctionWrapper(both_errors, factor=3.0)
    theirs = LossFunctionWrapper(both_errors, factor=3.0)
    np.testing.assert_allclose(
        ours(y_true, y_pred), np.asarray(theirs(y_true, y_pred)), rtol=1e-6
    )
    with pytest.raises(ValueError, match="structure"):
        ours(y_true, [Y_PRED])


def test_wrapped_functions_in_configs():
    ours = _loss.LossFunctionWrapper(losses.huber, delta=2.0, name="h")
    theirs = LossFunctionWrapper(keras.losses.huber, delta=2.0, name="h")
    config = ours.get_config()
    assert config == theirs.get_config()
    again = _loss.LossFunctionWrapper.from_config(config)
    assert again.fn is losses.huber
    assert again.get_config() == config


def test_lists_of_numbers():
    assert float(losses.MeanSquaredError()([[0.0], [1.0]], [[0.0], [3.0]])) == 2.0
    assert float(losses.SparseCategoricalCrossentropy()([1], [[0.0, 1.0]])) < 1e-6


class Power(losses.Loss):
    def __init__(self, power=1, name="power", **kwargs):
        super().__init__(name=name, **kwargs)
        self.power = power

    def call(self, y_true, y_pred):
        return ops.mean(ops.abs(y_true - y_pred) ** self.power, axis=-1)

    def get_config(self):
        return {**super().get_config(), "power": self.power}


def test_losses_of_users():
    loss = Power(2, reduction="sum")
    expected = losses.MeanSquaredError(reduction="sum")(Y_TRUE, Y_PRED)
    np.testing.assert_allclose(loss(Y_TRUE, Y_PRED), expected, rtol=1e-6)
    config = serialize_object(loss)
    again = deserialize_object(config, custom_objects={"Power": Power})
    assert again.get_config() == loss.get_config()
    assert losses.Loss().name.startswith("loss")
    with pytest.raises(NotImplementedError, match="call"):
        losses.Loss()(Y_TRUE, Y_PRED)
