"""Nadam."""

import jax.numpy as jnp

from ranvier.core import _config
from ranvier.core._arguments import require_below_one, require_nonnegative
from ranvier.core._dynamic import Dynamic
from ranvier.core._registry import builtin
from ranvier.optimizers._optimizer import Optimizer
from ranvier.optimizers._rules import constant, moving_mean, power


@builtin("keras.optimizers")
class Nadam(Optimizer):
    """Adam with Nesterov's momentum (Dozat, 2015).

    The momentum of step `t` is `u_t = beta_1 * (1 - 0.96^t / 2)`; the first moment
    looks one step ahead, and the product of all `u` corrects its bias.

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
        >>> v = rv.Variable(1.0)
        >>> Nadam(learning_rate=0.1).apply([2.0], [v])
        >>> round(float(v), 3)
        0.894
    """

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

    def build_slots(self, variables):
        m, v = self.add_optimizer_variables(variables, ["momentum", "velocity"])
        dtype = variables[0].dtype if variables else _config.floatx()
        self._product = self.add_variable(
            (), constant(1.0), dtype=dtype, name="u_product"
        )
        # All weights share the product of the momenta.
        product = [self._product] * len(variables)
        self._slots = {"momentum": m, "velocity": v, "u_product": product}

    def update_steps(self, grads, variables, learning_rate):
        product = self._product.value
        momentum = self._momentum_at(self._step(product.dtype))
        self._product.assign(product * momentum)
        super().update_steps(grads, variables, learning_rate)

    def _momentum_at(self, step):
        return self.beta_1 * (1 - 0.5 * power(0.96, step))

    def update(self, gradient, value, slots, learning_rate, step):
        beta_1 = jnp.asarray(self.beta_1, value.dtype)
        beta_2 = jnp.asarray(self.beta_2, value.dtype)
        m = moving_mean(slots["momentum"], gradient, beta_1)
        v = moving_mean(slots["velocity"], gradient * gradient, beta_2)
        product = slots["u_product"].astype(value.dtype)
        now, ahead = self._momentum_at(step), self._momentum_at(step + 1)
        mean = ahead * m / (1 - product * ahead) + (1 - now) * gradient / (1 - product)
        root = jnp.sqrt(v / (1 - power(beta_2, step)))
        change = mean * learning_rate / (root + self.epsilon)
        return value - change, {"momentum": m, "velocity": v}

    def get_config(self):
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
        }
