"""Adam and AdamW."""

import jax.numpy as jnp

from ranvier.core._arguments import require_below_one, require_nonnegative
from ranvier.core._dynamic import Dynamic
from ranvier.core._registry import builtin
from ranvier.optimizers._optimizer import Optimizer
from ranvier.optimizers._rules import adam_rate, moving_mean


@builtin("keras.optimizers")
class Adam(Optimizer):
    """Adaptive moment estimation (arXiv 1412.6980).

    Running means `m` of the gradient and `v` of its square give the step
    `learning_rate * sqrt(1 - beta_2^t) / (1 - beta_1^t) * m / (sqrt(v) + epsilon)`.

    Args:
        learning_rate: rate or schedule.
        beta_1: decay of the first moment.
        beta_2: decay of the second moment.
        epsilon: added to the root.
        amsgrad: use the largest second moment so far.
        **kwargs: see `Optimizer`.

    Raises:
        ValueError: if a decay is outside [0, 1], or `epsilon` negative.

    Example:
        >>> import ranvier as rv
        >>> v = rv.Variable(1.0)
        >>> Adam(learning_rate=0.1).apply([2.0 * v.value], [v])
        >>> round(float(v), 3)
        0.9
    """

    beta_1 = Dynamic()
    beta_2 = Dynamic()
    epsilon = Dynamic()

    def __init__(
        self,
        learning_rate=0.001,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
        amsgrad=False,
        **kwargs,
    ):
        super().__init__(learning_rate=learning_rate, **kwargs)
        require_below_one(beta_1=beta_1, beta_2=beta_2)
        require_nonnegative(epsilon=epsilon)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.amsgrad = amsgrad

    def build_slots(self, variables):
        # Keras interleaves the two moments and appends the largest ones.
        m, v = self.add_optimizer_variables(variables, ["momentum", "velocity"])
        self._slots = {"momentum": m, "velocity": v}
        if self.amsgrad:
            hats = self.add_optimizer_variables(variables, "velocity_hat")
            self._slots["velocity_hat"] = hats

    def update(self, gradient, value, slots, learning_rate, step):
        m = moving_mean(slots["momentum"], gradient, self.beta_1)
        v = moving_mean(slots["velocity"], gradient * gradient, self.beta_2)
        new = {"momentum": m, "velocity": v}
        if self.amsgrad:
            v = new["velocity_hat"] = jnp.maximum(slots["velocity_hat"], v)
        rate = adam_rate(learning_rate, self.beta_1, self.beta_2, step)
        return value - m * rate / (jnp.sqrt(v) + self.epsilon), new

    def get_config(self):
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "amsgrad": self.amsgrad,
        }


@builtin("keras.optimizers")
class AdamW(Adam):
    """Adam with decoupled weight decay (arXiv 1711.05101).

    Args:
        learning_rate: rate or schedule.
        weight_decay: see `Optimizer`.
        beta_1: decay of the first moment.
        beta_2: decay of the second moment.
        epsilon: added to the root.
        amsgrad: use the largest second moment so far.
        **kwargs: see `Optimizer`.

    Raises:
        ValueError: if `weight_decay` is None; and as for `Adam`.

    Example:
        >>> import ranvier as rv
        >>> v = rv.Variable(1.0)
        >>> AdamW(learning_rate=0.1, weight_decay=0.5).apply([2.0 * v.value], [v])
        >>> round(float(v), 3)
        0.85
    """

    def __init__(
        self,
        learning_rate=0.001,
        weight_decay=0.004,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
        amsgrad=False,
        **kwargs,
    ):
        if weight_decay is None:
            raise ValueError(
                "Argument `weight_decay` must be a float. Received: weight_decay=None. "
                "Without decay this is `Adam`."
            )
        super().__init__(
            learning_rate=learning_rate,
            weight_decay=weight_decay,
            beta_1=beta_1,
            beta_2=beta_2,
            epsilon=epsilon,
            amsgrad=amsgrad,
            **kwargs,
        )
