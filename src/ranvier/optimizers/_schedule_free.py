"""ScheduleFreeAdamW."""

import jax.numpy as jnp

from ranvier.core._arguments import (
    require_below_one,
    require_nonnegative,
    require_positive,
)
from ranvier.core._dynamic import Dynamic
from ranvier.core._registry import builtin
from ranvier.optimizers._optimizer import Optimizer
from ranvier.optimizers._rules import moving_mean, power


@builtin("keras.optimizers")
class ScheduleFreeAdamW(Optimizer):
    """AdamW without a schedule: averaging takes the place of decay (arXiv 2405.15682).

    A fast point `z` makes Adam's steps without momentum, `x` is its mean so far, and
    the weights stand between the two at `y = (1 - beta_1) * z + beta_1 * x`.

    Args:
        learning_rate: rate or schedule.
        beta_1: how near to the mean the weights stand, in (0, 1].
        beta_2: decay of the second moment.
        epsilon: added to the root.
        warmup_steps: the rate grows from 0 during so many steps.
        **kwargs: see `Optimizer`.

    Raises:
        ValueError: if a decay is out of range, or another number negative.

    Example:
        >>> import ranvier as rv
        >>> v = rv.Variable(1.0)
        >>> ScheduleFreeAdamW(learning_rate=0.1).apply([2.0 * v.value], [v])
        >>> round(float(v), 3)
        0.9
    """

    beta_1 = Dynamic()
    beta_2 = Dynamic()
    epsilon = Dynamic()

    def __init__(
        self,
        learning_rate=0.0025,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-8,
        warmup_steps=0,
        **kwargs,
    ):
        super().__init__(learning_rate=learning_rate, **kwargs)
        require_below_one(beta_1=beta_1, beta_2=beta_2)
        require_positive(beta_1=beta_1)  # the mean is found by dividing by it
        require_nonnegative(epsilon=epsilon, warmup_steps=warmup_steps)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.warmup_steps = warmup_steps

    def build_slots(self, variables):
        z, v = self.add_optimizer_variables(variables, ["momentum", "velocity"])
        for fast, variable in zip(z, variables, strict=True):
            if fast is not None:
                fast.assign(variable.value)
        self._slots = {"momentum": z, "velocity": v}

    def update(self, gradient, value, slots, learning_rate, step):
        if self.warmup_steps > 0:
            learning_rate = learning_rate * jnp.minimum(step / self.warmup_steps, 1)
        beta_1 = jnp.asarray(self.beta_1, value.dtype)
        beta_2 = jnp.asarray(self.beta_2, value.dtype)
        v = moving_mean(slots["velocity"], gradient * gradient, beta_2)
        root = jnp.sqrt(v / (1 - power(beta_2, step)))
        old_z = slots["momentum"]
        z = old_z - learning_rate * gradient / (root + self.epsilon)
        old_x = (value - (1 - beta_1) * old_z) / beta_1
        x = (1 - 1 / step) * old_x + 1 / step * z
        value = (1 - beta_1) * z + beta_1 * x
        return value, {"momentum": z, "velocity": v}

    def get_config(self):
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "warmup_steps": self.warmup_steps,
        }
