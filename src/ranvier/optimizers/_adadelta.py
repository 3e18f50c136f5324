"""Adadelta."""

import jax.numpy as jnp

from ranvier.core._arguments import require_below_one, require_nonnegative
from ranvier.core._dynamic import Dynamic
from ranvier.core._registry import builtin
from ranvier.optimizers._optimizer import Optimizer


@builtin("keras.optimizers")
class Adadelta(Optimizer):
    """Steps in the units of the weights: a ratio of two running root mean squares.

    With running means `a` of squared gradients and `d` of squared steps, a step is
    `-learning_rate * sqrt(d + epsilon) / sqrt(a + epsilon) * g` (arXiv 1212.5701,
    where the learning rate is 1).

    Args:
        learning_rate: rate or schedule.
        rho: decay of both running means.
        epsilon: added under the roots.
        **kwargs: see `Optimizer`.

    Raises:
        ValueError: if `rho` is outside [0, 1], or `epsilon` negative.

    Example:
        >>> import ranvier as rv
        >>> v = rv.Variable(1.0)
        >>> Adadelta(learning_rate=1.0, rho=0.0, epsilon=1.0).apply([2.0], [v])
        >>> round(float(v), 3)
        0.106
    """

    slot_names = ("accumulated_grad", "accumulated_delta_var")
    rho = Dynamic()
    epsilon = Dynamic()

    def __init__(self, learning_rate=0.001, rho=0.95, epsilon=1e-7, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)
        require_below_one(rho=rho)
        require_nonnegative(epsilon=epsilon)
        self.rho = rho
        self.epsilon = epsilon

    def update(self, gradient, value, slots, learning_rate, step):
        rho, epsilon = self.rho, self.epsilon
        squares = rho * slots["accumulated_grad"] + (1 - rho) * gradient * gradient
        changes = slots["accumulated_delta_var"]
        change = -jnp.sqrt(changes + epsilon) * gradient / jnp.sqrt(squares + epsilon)
        changes = rho * changes + (1 - rho) * change * change
        new = {"accumulated_grad": squares, "accumulated_delta_var": changes}
        return value + learning_rate * change, new

    def get_config(self):
        return {**super().get_config(), "rho": self.rho, "epsilon": self.epsilon}
