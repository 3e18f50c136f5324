"""Adagrad."""

import jax.numpy as jnp

from ranvier.core._arguments import require_nonnegative
from ranvier.core._dynamic import Dynamic
from ranvier.core._registry import builtin
from ranvier.optimizers._optimizer import Optimizer
from ranvier.optimizers._rules import constant


@builtin("keras.optimizers")
class Adagrad(Optimizer):
    """Gradients divided by the root of the sum of their squares so far.

    With `a = a + g^2`, a step subtracts `learning_rate * g / sqrt(a + epsilon)`
    (Duchi et al., 2011).

    Args:
        learning_rate: rate or schedule.
        initial_accumulator_value: where the sums start.
        epsilon: added under the root.
        **kwargs: see `Optimizer`.

    Raises:
        ValueError: if a number is negative.

    Example:
        >>> import ranvier as rv
        >>> v = rv.Variable(1.0)
        >>> Adagrad(0.1, initial_accumulator_value=0.0).apply([2.0], [v])
        >>> round(float(v), 3)
        0.9
    """

    epsilon = Dynamic()

    def __init__(
        self, learning_rate=0.001, initial_accumulator_value=0.1, epsilon=1e-7, **kwargs
    ):
        super().__init__(learning_rate=learning_rate, **kwargs)
        require_nonnegative(
            initial_accumulator_value=initial_accumulator_value, epsilon=epsilon
        )
        self.initial_accumulator_value = initial_accumulator_value
        self.epsilon = epsilon

    def build_slots(self, variables):
        slots = self.add_optimizer_variables(
            variables, "accumulator", constant(self.initial_accumulator_value)
        )
        self._slots = {"accumulator": slots}

    def update(self, gradient, value, slots, learning_rate, step):
        total = slots["accumulator"] + gradient * gradient
        change = learning_rate * gradient / jnp.sqrt(total + self.epsilon)
        return value - change, {"accumulator": total}

    def get_config(self):
        return {
            **super().get_config(),
            "initial_accumulator_value": self.initial_accumulator_value,
            "epsilon": self.epsilon,
        }
