"""Adafactor."""

import jax.numpy as jnp

from ranvier.core._arguments import (
    require_nonnegative,
    require_nonpositive,
    require_positive,
)
from ranvier.core._dynamic import Dynamic
from ranvier.core._registry import builtin
from ranvier.optimizers._optimizer import Optimizer


@builtin("keras.optimizers")
class Adafactor(Optimizer):
    """Adaptive steps with little memory (arXiv 1804.04235).

    For a matrix the running mean of squared gradients is kept as its row and column
    means only. Steps are relative to the root mean square of the weights, clipped by
    their own, and never use a rate above `1 / sqrt(step)`.

    Args:
        learning_rate: rate or schedule.
        beta_2_decay: exponent of the decay of the running means, `1 - step^decay`.
        epsilon_1: added to squared gradients.
        epsilon_2: least root mean square of the weights that is assumed.
        clip_threshold: largest root mean square of a step.
        relative_step: kept for its name: as in Keras, both values give the same steps.
        **kwargs: see `Optimizer`.

    Raises:
        ValueError: if `clip_threshold` is not positive, or an epsilon negative.

    Example:
        >>> import ranvier as rv
        >>> v = rv.Variable([2.0])
        >>> Adafactor(learning_rate=0.1).apply([v.value], [v])
        >>> round(float(v[0]), 3)
        1.8
    """

    beta_2_decay = Dynamic()
    epsilon_1 = Dynamic()
    epsilon_2 = Dynamic()
    clip_threshold = Dynamic()

    def __init__(
        self,
        learning_rate=0.001,
        beta_2_decay=-0.8,
        epsilon_1=1e-30,
        epsilon_2=1e-3,
        clip_threshold=1.0,
        relative_step=True,
        **kwargs,
    ):
        super().__init__(learning_rate=learning_rate, **kwargs)
        require_nonpositive(beta_2_decay=beta_2_decay)
        require_nonnegative(epsilon_1=epsilon_1, epsilon_2=epsilon_2)
        require_positive(clip_threshold=clip_threshold)
        self.beta_2_decay = beta_2_decay
        self.epsilon_1 = epsilon_1
        self.epsilon_2 = epsilon_2
        self.clip_threshold = clip_threshold
        self.relative_step = relative_step

    def build_slots(self, variables):
        self._slots = {"row": [], "column": [], "velocity": []}
        for variable in variables:
            row, column, velocity = self._slots_for(variable)
            self._slots["row"].append(row)
            self._slots["column"].append(column)
            self._slots["velocity"].append(velocity)

    def _slots_for(self, variable):
        shape, dtype, name = variable.shape, variable.dtype, variable.name
        if len(shape) < 2:
            # Placeholders: they keep the order of variables that Keras saves.
            row = self.add_variable((), dtype="int32", name=name)
            column = self.add_variable((), dtype="int32", name=name)
        elif variable.overwrite_with_gradient:
            row = column = None
        else:
            row = self.add_variable(shape[:-1], dtype=dtype, name=name)
            column = self.add_variable((*shape[:-2], shape[-1]), dtype=dtype, name=name)
        if variable.overwrite_with_gradient:
            return row, column, None
        return row, column, self.add_variable_from_reference(variable, "velocity")

    def update(self, gradient, value, slots, learning_rate, step):
        beta_2 = 1 - jnp.power(step, self.beta_2_decay)
        squares = gradient * gradient + self.epsilon_1
        new = {}
        if value.ndim >= 2:
            row = beta_2 * slots["row"] + (1 - beta_2) * jnp.mean(squares, axis=-1)
            column = slots["column"]
            column = beta_2 * column + (1 - beta_2) * jnp.mean(squares, axis=-2)
            share = row / jnp.mean(row, axis=-1, keepdims=True)
            velocity = share[..., :, None] * column[..., None, :]
            new = {"row": row, "column": column}
        else:
            velocity = beta_2 * slots["velocity"] + (1 - beta_2) * squares
        change = gradient / jnp.sqrt(velocity)
        change = change / jnp.maximum(
            1, _root_mean_square(change) / self.clip_threshold
        )
        rate = jnp.minimum(learning_rate, 1 / jnp.sqrt(step))
        rate = rate * jnp.maximum(self.epsilon_2, _root_mean_square(value))
        return value - rate * change, {**new, "velocity": velocity}

    def get_config(self):
        return {
            **super().get_config(),
            "beta_2_decay": self.beta_2_decay,
            "epsilon_1": self.epsilon_1,
            "epsilon_2": self.epsilon_2,
            "clip_threshold": self.clip_threshold,
            "relative_step": self.relative_step,
        }


def _root_mean_square(x):
    return jnp.sqrt(jnp.mean(x * x))
