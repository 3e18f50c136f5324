"""An optimizer's update behind a tape: the same as from gradients that are known."""

import numpy as np
import pytest

import ranvier.tf as tf
from ranvier.optimizers import _remembered

optimizers = tf.keras.optimizers

CASES = {
    "sgd": lambda: optimizers.SGD(0.05),
    "momentum": lambda: optimizers.SGD(0.05, momentum=0.9, nesterov=True),
    "adam": lambda: optimizers.Adam(0.05),
    "clipped": lambda: optimizers.AdamW(0.05, global_clipnorm=0.5),
    "averages": lambda: optimizers.Adam(0.05, use_ema=True),
    "accumulated": lambda: optimizers.SGD(0.05, gradient_accumulation_steps=3),
    "schedule": lambda: optimizers.SGD(
        optimizers.schedules.ExponentialDecay(0.05, 2, 0.5)
    ),
}


def train(optimizer, change=None, known=False):
    weight = tf.Variable([[1.0, -2.0], [0.5, 3.0]], name="weight")
    bias = tf.Variable([0.5, 0.5], name="bias")
    for step in range(7):
        if step == 4 and change:
            change(optimizer)
        with tf.GradientTape() as tape:
            x = tf.constant([[1.0, 2.0], [0.5, -1.0]])
            loss = tf.reduce_sum((x @ weight + bias) ** 2)
        gradients = tape.gradient(loss, [weight, bias])
        if known:
            gradients = [g.numpy() for g in gradients]
        optimizer.apply_gradients(zip(gradients, [weight, bias], strict=True))
    return [np.asarray(v) for v in (weight, bias, *optimizer.variables)]


@pytest.mark.parametrize("case", CASES)
def test_like_known_gradients(case):
    for ours, plain in zip(
        train(CASES[case]()), train(CASES[case](), known=True), strict=True
    ):
        np.testing.assert_allclose(ours, plain, rtol=1e-5, atol=1e-6)


def change_rate(optimizer):
    optimizer.learning_rate = 0.001


def change_momentum(optimizer):
    optimizer.momentum = 0.1


@pytest.mark.parametrize("change", [change_rate, change_momentum])
def test_settings_that_change(change):
    make = CASES["momentum"]
    changed = train(make(), change)
    for ours, plain in zip(changed, train(make(), change, known=True), strict=True):
        np.testing.assert_allclose(ours, plain, rtol=1e-5, atol=1e-6)
    assert not np.allclose(changed[0], train(make())[0])


def test_a_rule_of_ones_own_sees_numbers():
    seen = []

    class Mine(optimizers.SGD):
        def update_step(self, gradient, variable, learning_rate):
            seen.append(float(np.sum(gradient)))
            super().update_step(gradient, variable, learning_rate)

    train(Mine(0.05))
    assert len(seen) == 14


def test_specs_do_not_keep_an_optimizer():
    import gc

    gc.collect()
    before = len(_remembered._specs)
    train(CASES["adam"]())
    gc.collect()
    assert len(_remembered._specs) == before
