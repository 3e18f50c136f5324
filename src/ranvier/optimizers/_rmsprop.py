"""RMSprop."""

import jax.numpy as jnp

from ranvier.core._arguments import (
    require_below_one,
    require_fraction,
    require_nonnegative,
)
from ranvier.core._dynamic import Dynamic
from ranvier.core._registry import builtin
from ranvier.optimizers._optimizer import Optimizer


@builtin("keras.optimizers")
class RMSprop(Optimizer):
    """Gradients divided by a running root mean square.

    Args:
        learning_rate: rate or schedule.
        rho: decay of the running mean of squares.
        momentum: factor of the previous step.
        epsilon: added under the root.
        centered: subtract the squared mean gradient, so that the divisor estimates a
            deviation.
        **kwargs: see `Optimizer`.

    Raises:
        ValueError: if `rho` is outside [0, 1], or another number negative.

    Example:
        >>> import ranvier as rv
        >>> v = rv.Variable(1.0)
        >>> RMSprop(learning_rate=0.1).apply([2.0 * v.value], [v])
        >>> round(float(v), 3)
        0.684
    """

    rho = Dynamic()
    momentum = Dynamic()
    epsilon = Dynamic()

    def __init__(
        self,
        learning_rate=0.001,
        rho=0.9,
        momentum=0.0,
        epsilon=1e-7,
        centered=False,
        **kwargs,
    ):
        super().__init__(learning_rate=learning_rate, **kwargs)
        require_below_one(rho=rho)
        require_fraction(momentum=momentum)
        require_nonnegative(epsilon=epsilon)
        self.rho = rho
        self.momentum = momentum
        self.epsilon = epsilon
        self.centered = centered

    def build_slots(self, variables):
        names = ["velocity"]
        names += ["momentum"] if self.momentum > 0 or self.schedules_momentum() else []
        names += ["average_gradient"] if self.centered else []
        self._slots = {
            name: self.add_optimizer_variables(variables, name) for name in names
        }

    def update(self, gradient, value, slots, learning_rate, step):
        rho = self.rho
        velocity = rho * slots["velocity"] + (1 - rho) * gradient * gradient
        new = {"velocity": velocity}
        divisor = velocity + self.epsilon
        if self.centered:
            mean = rho * slots["average_gradient"] + (1 - rho) * gradient
            new["average_gradient"] = mean
            divisor = velocity - mean * mean + self.epsilon
        change = learning_rate * gradient / jnp.sqrt(divisor)
        if "momentum" in slots:
            change = new["momentum"] = self.momentum * slots["momentum"] + change
        return value - change, new

    def get_config(self):
        return {
            **super().get_config(),
            "rho": self.rho,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "centered": self.centered,
        }
