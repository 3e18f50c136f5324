"""Adamax."""

import jax.numpy as jnp

from ranvier.core._arguments import require_below_one, require_nonnegative
from ranvier.core._dynamic import Dynamic
from ranvier.core._registry import builtin
from ranvier.optimizers._optimizer import Optimizer
from ranvier.optimizers._rules import moving_mean, power


@builtin("keras.optimizers")
class Adamax(Optimizer):
    """Adam with the infinity norm in place of the second moment (arXiv 1412.6980).

    With `u = max(beta_2 * u, |g|)`, a step subtracts
    `learning_rate / (1 - beta_1^t) * m / (u + epsilon)`.

    Args:
        learning_rate: rate or schedule.
        beta_1: decay of the first moment.
        beta_2: decay of the norm.
        epsilon: added to the norm.
        **kwargs: see `Optimizer`.

    Raises:
        ValueError: if a decay is outside [0, 1], or `epsilon` negative.

    Example:
        >>> import ranvier as rv
        >>> v = rv.Variable(1.0)
        >>> Adamax(learning_rate=0.1).apply([2.0], [v])
        >>> round(float(v), 3)
        0.9
    """

    slot_names = ("momentum", "norm")
    beta_1 = Dynamic()
    beta_2 = Dynamic()
    epsilon = Dynamic()

    def __init__(
        self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, **kwargs
    ):
        super().__init__(learning_rate=learning_rate, **kwargs)
        require_below_one(beta_1=beta_1, beta_2=beta_2)
        require_nonnegative(epsilon=epsilon)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def update(self, gradient, value, slots, learning_rate, step):
        m = moving_mean(slots["momentum"], gradient, self.beta_1)
        norm = jnp.maximum(self.beta_2 * slots["norm"], jnp.abs(gradient))
        bias = 1 - power(self.beta_1, step)
        change = learning_rate * m / (bias * (norm + self.epsilon))
        return value - change, {"momentum": m, "norm": norm}

    def get_config(self):
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
        }
