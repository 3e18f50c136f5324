"""optax transformations train as they do alone."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from ranvier import optimizers
from tests.optimizers.cases import gradients, values, weights

TRANSFORMATIONS = {
    "sgd": lambda: optax.sgd(0.1),
    "momentum": lambda: optax.sgd(0.1, momentum=0.9, nesterov=True),
    "adam": lambda: optax.adam(0.1),
    "adamw": lambda: optax.adamw(0.1, weight_decay=0.1),
    "schedule": lambda: optax.adam(optax.cosine_decay_schedule(0.1, 4)),
    "chain": lambda: optax.chain(optax.clip_by_global_norm(0.5), optax.lion(0.01)),
    "injected": lambda: optax.inject_hyperparams(optax.sgd)(learning_rate=0.1),
    "multi_steps": lambda: optax.MultiSteps(
        optax.adam(0.1), every_k_schedule=2
    ).gradient_transformation(),
    "noise": lambda: optax.noisy_sgd(0.1, key=0),
    "typed_key": lambda: optax.noisy_sgd(0.1, key=jax.random.key(0)),
    "bfloat16": lambda: optax.adam(0.1, mu_dtype=jnp.bfloat16),
}


def train_alone(transformation, steps):
    params = [jnp.asarray(value) for value in values()]
    state = transformation.init(params)
    update = jax.jit(transformation.update)
    for step in range(steps):
        grads = [jnp.asarray(g) for g in gradients(step)]
        updates, state = update(grads, state, params)
        params = optax.apply_updates(params, updates)
    return params


@pytest.mark.parametrize("in_program", [False, True])
@pytest.mark.parametrize("name", TRANSFORMATIONS)
def test_like_optax_alone(name, in_program):
    expected = train_alone(TRANSFORMATIONS[name](), steps=3)
    optimizer = optimizers.get(TRANSFORMATIONS[name]())
    mine = weights(optimizers)
    optimizer.build(mine)
    program = jax.jit(optimizer.stateless_apply)
    for step in range(3):
        if not in_program:
            optimizer.apply(gradients(step), mine)
            continue
        state = [v.value for v in optimizer.variables]
        new, state = program(state, gradients(step), [v.value for v in mine])
        for variable, value in zip(
            [*mine, *optimizer.variables], [*new, *state], strict=True
        ):
            variable.assign(value)
    assert int(optimizer.iterations) == 3
    # Programs fuse what runs one by one outside: a moment can keep more than bfloat16.
    tolerance = 1e-2 if name == "bfloat16" else 1e-5
    for variable, value in zip(mine, expected, strict=True):
        np.testing.assert_allclose(variable, value, rtol=tolerance, atol=tolerance / 10)


def test_weights_without_gradient_get_zeros():
    optimizer, mine = optimizers.get(optax.sgd(0.1)), weights(optimizers)
    optimizer.build(mine)
    with pytest.warns(UserWarning, match="Gradients do not exist"):
        optimizer.apply([None, *gradients(0)[1:]])
    np.testing.assert_array_equal(mine[0], values()[0])
    np.testing.assert_allclose(mine[1], values()[1] - 0.1 * gradients(0)[1], rtol=1e-5)


def test_the_order_of_variables_is_free():
    optimizer, mine = optimizers.get(optax.sgd(0.1)), weights(optimizers)
    optimizer.build(mine)
    optimizer.apply(gradients(0)[::-1], mine[::-1])
    for variable, value, gradient in zip(mine, values(), gradients(0), strict=True):
        np.testing.assert_allclose(variable, value - 0.1 * gradient, rtol=1e-5)


def test_the_engine_works_around_it():
    from ranvier.optimizers._optax import OptaxOptimizer

    optimizer = OptaxOptimizer(optax.sgd(1.0), clipvalue=0.1, use_ema=True)
    mine = weights(optimizers)
    optimizer.apply(gradients(0), mine)
    expected = values()[0] - np.clip(gradients(0)[0], -0.1, 0.1)
    np.testing.assert_allclose(mine[0], expected, rtol=1e-5)


def test_what_optax_does_not_offer():
    optimizer = optimizers.get(optax.sgd(0.1))
    with pytest.raises(TypeError, match="its own"):
        optimizer.learning_rate = 0.1
    with pytest.raises(NotImplementedError, match="cannot be saved in a config"):
        optimizer.get_config()


def test_only_transformations_are_taken_for_one():
    for other in ((1, 2), [optax.sgd(0.1)], optax.sgd):
        with pytest.raises(ValueError, match="Could not interpret"):
            optimizers.get(other)
