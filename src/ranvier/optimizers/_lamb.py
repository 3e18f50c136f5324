"""Lamb."""

import jax.numpy as jnp

from ranvier.core._arguments import require_below_one, require_nonnegative
from ranvier.core._dynamic import Dynamic
from ranvier.core._registry import builtin
from ranvier.optimizers._optimizer import Optimizer
from ranvier.optimizers._rules import moving_mean, power


@builtin("keras.optimizers")
class Lamb(Optimizer):
    """Adam for large batches: each weight array steps in proportion to its norm.

    Adam's step is scaled by `norm(weight) / norm(step)`, by 1 where one of the two is
    zero (arXiv 1904.00962).

    Args:
        learning_rate: rate or schedule.
        beta_1: decay of the first moment.
        beta_2: decay of the second moment.
        epsilon: added to the root.
        **kwargs: see `Optimizer`.

    Raises:
        ValueError: if a decay is outside [0, 1], or `epsilon` negative.

    Example:
        >>> import ranvier as rv
        >>> v = rv.Variable([3.0])
        >>> Lamb(learning_rate=0.1).apply([v.value], [v])
        >>> round(float(v[0]), 3)
        2.7
    """

    slot_names = ("momentum", "velocity")
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
        v = moving_mean(slots["velocity"], gradient * gradient, self.beta_2)
        root = jnp.sqrt(v / (1 - power(self.beta_2, step)))
        change = m / (1 - power(self.beta_1, step)) / (root + self.epsilon)
        weight_norm, change_norm = _norm(value), _norm(change)
        has_ratio = (weight_norm > 0) & (change_norm > 0)
        ratio = weight_norm / jnp.where(has_ratio, change_norm, 1)
        ratio = jnp.where(has_ratio, ratio, 1)
        return value - ratio * learning_rate * change, {"momentum": m, "velocity": v}

    def get_config(self):
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
        }


def _norm(x):
    return jnp.sqrt(jnp.sum(x * x))
