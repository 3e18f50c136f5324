"""Optimizers around optimizers: loss scales and choices by variable."""

import jax
import keras
import numpy as np
import pytest

from ranvier import optimizers
from tests.optimizers.cases import assert_same, gradients, weights

KERAS_COPIES = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"
)


def scaled(library, **kwargs):
    inner = library.optimizers.Adam(0.1, name="inner", weight_decay=0.1)
    return library.optimizers.LossScaleOptimizer(
        inner, initial_scale=8.0, dynamic_growth_steps=2, name="optimizer", **kwargs
    )


class ranvier:  # the same shape as the module keras, for the two functions above
    optimizers = optimizers


def multi(library):
    names = library.optimizers
    choice = names.OptimizerMap(
        names.SGD(0.1, momentum=0.9, name="default"),
        {"dense/.*": names.Adam(0.2, name="dense"), "nothing": names.Lion(name="none")},
    )
    return names.MultiOptimizer(choice, loss_scale_factor=2.0, name="optimizer")


def update(stateless_apply, optimizer, variables, grads):
    """Makes one update the stateless way and assigns its results."""
    state = [v.value for v in optimizer.variables]
    results = stateless_apply(state, grads, [v.value for v in variables])
    for group, values in zip((variables, optimizer.variables), results, strict=True):
        for variable, value in zip(group, values, strict=True):
            variable.assign(value)


def with_overflow(step):
    """Gradients of a scaled loss, two of six steps with an overflow."""
    grads = [8 * g for g in gradients(step)]
    if step in (1, 4):
        grads[0][0, 0] = np.inf
    return grads


@pytest.mark.parametrize("way", ["eager", "stateless", "program"])
def test_loss_scale_against_keras(way):
    ours, reference = scaled(ranvier), scaled(keras)
    mine, theirs = weights(optimizers), weights(keras)
    ours.build(mine)
    reference.build(theirs)
    # Eagerly Keras compiles its conditions anew at each step.
    reference_apply = jax.jit(reference.stateless_apply)
    program = jax.jit(ours.stateless_apply)
    for step in range(6):
        grads = with_overflow(step)
        update(reference_apply, reference, theirs, grads)
        if way == "eager":
            ours.apply(grads, mine)
        else:
            apply = program if way == "program" else ours.stateless_apply
            update(apply, ours, mine, grads)
    assert_same(mine, theirs)
    assert_same(ours.variables, reference.variables)
    assert int(ours.iterations) == 4
    assert float(ours.dynamic_scale) == float(reference.dynamic_scale)
    assert float(ours.scale_loss(1.0)) == float(reference.scale_loss(1.0))


def test_loss_scale_delegates():
    optimizer = scaled(ranvier)
    assert float(optimizer.scale_loss(2.0)) == 16.0
    optimizer.learning_rate = 0.5
    assert float(optimizer.inner_optimizer.learning_rate) == 0.5
    mine = weights(optimizers)
    optimizer.exclude_from_weight_decay(mine)
    before = [v.numpy() for v in mine]
    optimizer.apply([np.zeros(v.shape, "float32") for v in mine], mine)
    for variable, value in zip(mine, before, strict=True):
        np.testing.assert_array_equal(variable, value)


def test_loss_scale_with_averages():
    inner = optimizers.SGD(1.0, use_ema=True, ema_momentum=0.5)
    optimizer = optimizers.LossScaleOptimizer(inner, initial_scale=2.0)
    mine = weights(optimizers)[:1]
    start = mine[0].numpy()
    gradient = np.full(start.shape, 2.0, "float32")
    for _ in range(2):
        optimizer.apply([gradient], mine)
    optimizer.finalize_variable_values(mine)
    np.testing.assert_allclose(mine[0], start - 1.5, rtol=1e-5)


@KERAS_COPIES
@pytest.mark.parametrize("make", [scaled, multi])
def test_config(make):
    ours, reference = make(ranvier), make(keras)
    config = optimizers.serialize(ours)
    assert config == keras.optimizers.serialize(reference)
    again = optimizers.deserialize(config)
    assert type(again) is type(ours)
    assert optimizers.serialize(again) == config


@pytest.mark.parametrize("in_program", [False, True])
def test_multi_against_keras(in_program):
    ours, reference = multi(ranvier), multi(keras)
    mine, theirs = weights(optimizers), weights(keras)
    ours.build(mine)
    reference.build(theirs)
    program = jax.jit(ours.stateless_apply)
    for step in range(3):
        grads = gradients(step)
        reference.apply([jax.numpy.asarray(g) for g in grads], theirs)
        if in_program:
            update(program, ours, mine, grads)
        else:
            ours.apply(grads, mine)
    assert_same(mine, theirs)
    assert_same(ours.variables, reference.variables)
    assert int(ours.iterations) == 3
    again = multi(ranvier)
    again.build(mine)
    again.set_weights(ours.get_weights())
    assert_same(again.variables, ours.variables)


def test_multi_with_a_function():
    slow, fast = optimizers.SGD(0.1), optimizers.SGD(1.0)
    optimizer = optimizers.MultiOptimizer(
        lambda variable: fast if "bias" in variable.path else slow
    )
    mine = weights(optimizers)
    before = [v.numpy() for v in mine]
    optimizer.apply(gradients(0), mine)
    assert optimizer.optimizers == [slow, fast]
    for variable, old, gradient, rate in zip(
        mine, before, gradients(0), (0.1, 1.0, 0.1), strict=True
    ):
        np.testing.assert_allclose(variable, old - rate * gradient, rtol=1e-5)


def test_multi_where_one_optimizer_gets_no_gradient():
    optimizer, mine = multi(ranvier), weights(optimizers)
    optimizer.build(mine)
    with pytest.warns(UserWarning, match="embedding/table"):
        optimizer.apply([*gradients(0)[:2], None])
    assert int(optimizer.iterations) == 1


def test_multi_has_no_learning_rate_of_its_own():
    optimizer = multi(ranvier)
    assert not hasattr(optimizer, "learning_rate")
    with pytest.raises(AttributeError, match="individual `optimizers`"):
        optimizer.learning_rate = 0.1


def test_multi_hands_the_loss_scale_on():
    optimizer = multi(ranvier)
    optimizer.loss_scale_factor = 4.0
    assert {inner.loss_scale_factor for inner in optimizer.optimizers} == {4.0}
    assert optimizer.scale_loss(1.0) == 4.0


def test_optimizer_map_is_a_mapping():
    default, special = optimizers.SGD(), optimizers.Adam()
    choice = optimizers.OptimizerMap(default)
    choice["a/.*"] = special
    assert len(choice) == 1 and list(choice) == ["a/.*"]
    assert choice["a/b"] is special and choice["b"] is default
    choice["a/b.*"] = default
    with pytest.raises(ValueError, match="Multiple optimizers"):
        choice["a/b"]
    del choice["a/b.*"]
    assert choice["a/b"] is special


@pytest.mark.parametrize(
    "make, error",
    [
        (lambda o: o.LossScaleOptimizer("adam"), TypeError),
        (lambda o: o.LossScaleOptimizer(o.SGD(), clipnorm=1.0), ValueError),
        (lambda o: o.LossScaleOptimizer(o.SGD(), dynamic=False), ValueError),
        (lambda o: o.LossScaleOptimizer(o.SGD(), learning_rate=0.1), ValueError),
        (lambda o: o.LossScaleOptimizer(o.SGD(), initial_scale=0.0), ValueError),
        (lambda o: o.OptimizerMap("adam"), TypeError),
        (lambda o: o.OptimizerMap(o.SGD(), [o.SGD()]), TypeError),
        (lambda o: o.OptimizerMap(o.SGD(), {"a": "adam"}), ValueError),
        (lambda o: o.OptimizerMap(o.SGD(), {1: o.SGD()}), ValueError),
        (lambda o: o.OptimizerMap(o.SGD(), {"a": scaled(ranvier)}), ValueError),
        (lambda o: o.OptimizerMap(o.SGD(), {"a": multi(ranvier)}), ValueError),
        (lambda o: o.MultiOptimizer({"a": o.SGD()}), TypeError),
        (lambda o: o.MultiOptimizer(lambda v: 3).build(weights(o)), ValueError),
    ],
)
def test_bad_arguments(make, error):
    with pytest.raises(error, match="Received|cannot be used|does not support"):
        make(optimizers)


def test_defaults_of_the_engine_are_accepted():
    optimizers.LossScaleOptimizer(optimizers.SGD(), use_ema=False, clipnorm=None)


def test_loss_scale_optimizer_tells_whether_gradients_are_finite():
    optimizer = optimizers.LossScaleOptimizer(optimizers.SGD())
    assert bool(optimizer.check_finite([np.ones(2), None]))
    assert not bool(optimizer.check_finite([np.ones(2), np.array(np.inf)]))


def test_muon_makes_steps_orthogonal():
    muon = optimizers.Muon(rms_rate=0.5)
    matrix = np.array([[3.0, 1.0, 0.0], [0.0, 2.0, 1.0]], "float32")
    orthogonal = muon.zeropower_via_newtonschulz5(matrix, 5)
    assert orthogonal.shape == (2, 3)
    # The iteration stops near 1, not at it.
    values = np.linalg.svd(orthogonal, compute_uv=False)
    assert (abs(values - 1) < 0.4).all()
    np.testing.assert_allclose(muon.lr_adjust(np.ones((4, 2))), np.ones((4, 2)))
