"""Lion."""

import jax.numpy as jnp

from ranvier.core._arguments import (
    require_below_one,
    require_fraction,
    require_positive,
)
from ranvier.core._dynamic import Dynamic
from ranvier.core._registry import builtin
from ranvier.optimizers._optimizer import Optimizer


@builtin("keras.optimizers")
class Lion(Optimizer):
    """Steps of one size: only the sign of a mean of gradients counts.

    With momentum `m`, a step subtracts
    `learning_rate * sign(beta_1 * m + (1 - beta_1) * g)`, and then
    `m = beta_2 * m + (1 - beta_2) * g` (arXiv 2302.06675). Rates are usually 3 to 10
    times smaller than Adam's.

    Args:
        learning_rate: rate or schedule.
        beta_1: weight of the momentum in the sign, in (0, 1].
        beta_2: decay of the momentum.
        **kwargs: see `Optimizer`.

    Raises:
        ValueError: if a decay is out of range.

    Example:
        >>> import ranvier as rv
        >>> v = rv.Variable(1.0)
        >>> Lion(learning_rate=0.25).apply([8.0], [v])
        >>> float(v)
        0.75
    """

    slot_names = ("momentum",)
    beta_1 = Dynamic()
    beta_2 = Dynamic()

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.99, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)
        require_below_one(beta_2=beta_2)
        require_fraction(beta_1=beta_1)
        require_positive(beta_1=beta_1)  # else only the sign of the gradient is left
        self.beta_1 = beta_1
        self.beta_2 = beta_2

    def update(self, gradient, value, slots, learning_rate, step):
        beta_1 = jnp.asarray(self.beta_1, value.dtype)
        beta_2 = jnp.asarray(self.beta_2, value.dtype)
        m = slots["momentum"]
        sign = jnp.sign(m * beta_1 + gradient * (1 - beta_1))
        m = m * beta_2 + gradient * (1 - beta_2)
        return value - learning_rate * sign, {"momentum": m}

    def get_config(self):
        return {**super().get_config(), "beta_1": self.beta_1, "beta_2": self.beta_2}
