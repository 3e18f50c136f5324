"""Ftrl."""

import jax.numpy as jnp

from ranvier.core._arguments import require_nonnegative, require_nonpositive
from ranvier.core._dynamic import Dynamic
from ranvier.core._registry import builtin
from ranvier.optimizers._optimizer import Optimizer
from ranvier.optimizers._rules import constant


@builtin("keras.optimizers")
class Ftrl(Optimizer):
    """Follow the regularised leader (McMahan et al., 2013).

    For large, sparse, linear models: the l1 penalty sets weights to exact zeros. A
    step solves for the weight that minimises the penalised sum of all gradients so
    far, each coordinate with its own rate.

    Args:
        learning_rate: rate or schedule.
        learning_rate_power: exponent of the decay of the rate; 0 keeps it.
        initial_accumulator_value: where the sums of squared gradients start.
        l1_regularization_strength: l1 penalty.
        l2_regularization_strength: l2 penalty towards zero.
        l2_shrinkage_regularization_strength: l2 penalty added to the gradient, so
            that it acts on active weights only.
        beta: the paper's beta, added to the roots of the sums.
        **kwargs: see `Optimizer`.

    Raises:
        ValueError: if `learning_rate_power` is positive, or another number negative.

    Example:
        >>> import ranvier as rv
        >>> v = rv.Variable(1.0)
        >>> Ftrl(learning_rate=0.1, l1_regularization_strength=100.0).apply([2.0], [v])
        >>> float(v)
        0.0
    """

    learning_rate_power = Dynamic()
    l1_regularization_strength = Dynamic()
    l2_regularization_strength = Dynamic()
    l2_shrinkage_regularization_strength = Dynamic()
    beta = Dynamic()

    def __init__(
        self,
        learning_rate=0.001,
        learning_rate_power=-0.5,
        initial_accumulator_value=0.1,
        l1_regularization_strength=0.0,
        l2_regularization_strength=0.0,
        l2_shrinkage_regularization_strength=0.0,
        beta=0.0,
        **kwargs,
    ):
        super().__init__(learning_rate=learning_rate, **kwargs)
        require_nonpositive(learning_rate_power=learning_rate_power)
        require_nonnegative(
            initial_accumulator_value=initial_accumulator_value,
            l1_regularization_strength=l1_regularization_strength,
            l2_regularization_strength=l2_regularization_strength,
            l2_shrinkage_regularization_strength=l2_shrinkage_regularization_strength,
            beta=beta,
        )
        self.learning_rate_power = learning_rate_power
        self.initial_accumulator_value = initial_accumulator_value
        self.l1_regularization_strength = l1_regularization_strength
        self.l2_regularization_strength = l2_regularization_strength
        self.l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength
        self.beta = beta

    def build_slots(self, variables):
        accumulators, linears = self.add_optimizer_variables(
            variables,
            ["accumulator", "linear"],
            [constant(self.initial_accumulator_value), "zeros"],
        )
        self._slots = {"accumulator": accumulators, "linear": linears}

    def update(self, gradient, value, slots, learning_rate, step):
        l1 = self.l1_regularization_strength
        l2 = self.l2_regularization_strength + self.beta / (2 * learning_rate)
        shrinkage = 2 * self.l2_shrinkage_regularization_strength * value
        old = slots["accumulator"]
        total = old + gradient * gradient
        # Inverse of each coordinate's own rate, before and after this gradient.
        before = jnp.power(old, -self.learning_rate_power) / learning_rate
        after = jnp.power(total, -self.learning_rate_power) / learning_rate
        linear = slots["linear"] + gradient + shrinkage - (after - before) * value
        value = (jnp.clip(linear, -l1, l1) - linear) / (after + 2 * l2)
        return value, {"accumulator": total, "linear": linear}

    def get_config(self):
        return {
            **super().get_config(),
            "learning_rate_power": self.learning_rate_power,
            "initial_accumulator_value": self.initial_accumulator_value,
            "l1_regularization_strength": self.l1_regularization_strength,
            "l2_regularization_strength": self.l2_regularization_strength,
            "l2_shrinkage_regularization_strength": (
                self.l2_shrinkage_regularization_strength
            ),
            "beta": self.beta,
        }
