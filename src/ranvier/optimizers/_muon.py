"""Muon."""

import re

import jax.numpy as jnp

from ranvier.core._arguments import (
    optional,
    require,
    require_below_one,
    require_count,
    require_fraction,
    require_nonnegative,
    require_number,
)
from ranvier.core._dynamic import Dynamic
from ranvier.core._registry import builtin
from ranvier.optimizers._optimizer import Optimizer
from ranvier.optimizers._rules import adam_rate, moving_mean


@builtin("keras.optimizers")
class Muon(Optimizer):
    """Momentum made orthogonal, for matrices; AdamW for everything else.

    A matrix steps along `U V^T`, where `U S V^T` is its momentum, found by some
    Newton-Schulz iterations (Jordan et al., 2024). It suits the hidden layers; keep
    embeddings and the output layer out by `exclude_embeddings` and `exclude_layers`.

    Args:
        learning_rate: rate or schedule.
        adam_beta_1: decay of AdamW's first moment.
        adam_beta_2: decay of AdamW's second moment.
        adam_weight_decay: weight decay of what AdamW updates; None for none.
        epsilon: added to AdamW's root.
        weight_decay: weight decay of the matrices; None for none.
        exclude_layers: list of patterns; weights whose path has one go to AdamW.
        exclude_embeddings: whether paths with `embedding` go to AdamW.
        muon_a: first coefficient of the iteration.
        muon_b: second coefficient.
        muon_c: third coefficient.
        adam_lr_ratio: AdamW's learning rate, relative to `learning_rate`.
        momentum: decay of the momentum of matrices.
        ns_steps: number of Newton-Schulz iterations.
        nesterov: whether to look one step ahead.
        rms_rate: scales steps to the size of AdamW's, `sqrt(max(shape)) * rms_rate`;
            None leaves them.
        **kwargs: see `Optimizer`.

    Raises:
        ValueError: if a decay is outside [0, 1], or another number negative.

    Example:
        >>> import ranvier as rv
        >>> v = rv.Variable([[1.0, 0.0], [0.0, 1.0]])
        >>> Muon(learning_rate=0.1, weight_decay=None).apply([3.0 * v.value], [v])
        >>> bool(v[0, 0] < 1) and bool(v[0, 0] == v[1, 1])
        True
    """

    adam_beta_1 = Dynamic()
    adam_beta_2 = Dynamic()
    adam_weight_decay = Dynamic()
    epsilon = Dynamic()
    muon_a = Dynamic()
    muon_b = Dynamic()
    muon_c = Dynamic()
    adam_lr_ratio = Dynamic()
    momentum = Dynamic()

    def __init__(
        self,
        learning_rate=0.001,
        adam_beta_1=0.9,
        adam_beta_2=0.999,
        adam_weight_decay=0.004,
        epsilon=1e-7,
        weight_decay=0.004,
        exclude_layers=None,
        exclude_embeddings=True,
        muon_a=3.4445,
        muon_b=-4.775,
        muon_c=2.0315,
        adam_lr_ratio=1,
        momentum=0.95,
        ns_steps=5,
        nesterov=True,
        rms_rate=0.2,
        **kwargs,
    ):
        super().__init__(
            learning_rate=learning_rate, weight_decay=weight_decay, **kwargs
        )
        require_below_one(adam_beta_1=adam_beta_1, adam_beta_2=adam_beta_2)
        require_fraction(momentum=momentum)
        require_count(ns_steps=ns_steps)
        require_number(muon_a=muon_a, muon_b=muon_b, muon_c=muon_c)
        require_nonnegative(epsilon=epsilon, adam_lr_ratio=adam_lr_ratio)
        optional(
            require_nonnegative,
            rms_rate=rms_rate,
            adam_weight_decay=adam_weight_decay,
        )
        require(
            "a list of patterns or None",
            lambda value: (
                isinstance(value, (list, tuple, set, type(None)))
                and all(isinstance(pattern, str) for pattern in value or ())
            ),
            {"exclude_layers": exclude_layers},
        )
        self.adam_beta_1 = adam_beta_1
        self.adam_beta_2 = adam_beta_2
        self.adam_weight_decay = adam_weight_decay
        self.epsilon = epsilon
        self.exclude_layers = exclude_layers or []
        self.exclude_embeddings = exclude_embeddings
        self.muon_a = muon_a
        self.muon_b = muon_b
        self.muon_c = muon_c
        self.adam_lr_ratio = adam_lr_ratio
        self.momentum = momentum
        self.ns_steps = ns_steps
        self.nesterov = nesterov
        self.rms_rate = rms_rate

    def build_slots(self, variables):
        self._slots = {"momentum": [], "velocity": []}
        for variable in variables:
            momentum = velocity = None
            if not variable.overwrite_with_gradient:
                momentum = self.add_variable_from_reference(variable, "momentum")
                if self._uses_adam(variable):
                    velocity = self.add_variable_from_reference(variable, "velocity")
            self._slots["momentum"].append(momentum)
            self._slots["velocity"].append(velocity)

    def _uses_adam(self, variable):
        path = variable.path
        return (
            len(variable.shape) != 2
            or (self.exclude_embeddings and "embedding" in path.lower())
            or any(re.search(pattern, path) for pattern in self.exclude_layers)
        )

    def decay_factor(self, variable):
        adam = self._uses_adam(variable)
        return self.adam_weight_decay if adam else self.weight_decay

    def update(self, gradient, value, slots, learning_rate, step):
        if "velocity" in slots:
            return self._adam_update(gradient, value, slots, learning_rate, step)
        m = slots["momentum"] * self.momentum + gradient
        direction = gradient + self.momentum * m if self.nesterov else m
        change = self.zeropower_via_newtonschulz5(direction, self.ns_steps)
        return value - learning_rate * self.lr_adjust(change), {"momentum": m}

    def _adam_update(self, gradient, value, slots, learning_rate, step):
        beta_1, beta_2 = self.adam_beta_1, self.adam_beta_2
        m = moving_mean(slots["momentum"], gradient, beta_1)
        v = moving_mean(slots["velocity"], gradient * gradient, beta_2)
        rate = adam_rate(learning_rate * self.adam_lr_ratio, beta_1, beta_2, step)
        new = {"momentum": m, "velocity": v}
        return value - m * rate / (jnp.sqrt(v) + self.epsilon), new

    def lr_adjust(self, x):
        """Returns a step scaled by `rms_rate` and the root of the longer side.

        Args:
            x: a matrix.
        """
        if self.rms_rate is None:
            return x
        return x * (max(x.shape) ** 0.5 * self.rms_rate)

    def zeropower_via_newtonschulz5(self, x, steps):
        """Returns a matrix with the singular vectors of `x`, its values near 1.

        Args:
            x: a matrix.
            steps: number of Newton-Schulz iterations.
        """
        is_tall = x.shape[0] > x.shape[1]
        x = x.T if is_tall else x
        x = x / (jnp.linalg.norm(x) + 1e-7)
        for _ in range(steps):
            square = x @ x.T
            x = (
                self.muon_a * x
                + (self.muon_b * square + self.muon_c * square @ square) @ x
            )
        return x.T if is_tall else x

    def get_config(self):
        return {
            **super().get_config(),
            "adam_beta_1": self.adam_beta_1,
            "adam_beta_2": self.adam_beta_2,
            "adam_weight_decay": self.adam_weight_decay,
            "epsilon": self.epsilon,
            "exclude_layers": self.exclude_layers,
            "exclude_embeddings": self.exclude_embeddings,
            "muon_a": self.muon_a,
            "muon_b": self.muon_b,
            "muon_c": self.muon_c,
            "adam_lr_ratio": self.adam_lr_ratio,
            "momentum": self.momentum,
            "ns_steps": self.ns_steps,
            "nesterov": self.nesterov,
            "rms_rate": self.rms_rate,
        }
