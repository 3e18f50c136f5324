"""LossScaleOptimizer."""

import inspect

import jax.numpy as jnp

from ranvier.core._arguments import require_count, require_positive
from ranvier.core._registry import builtin
from ranvier.core._serialization import deserialize_object, serialize_object
from ranvier.optimizers._branch import update_if
from ranvier.optimizers._optimizer import Optimizer
from ranvier.optimizers._rules import constant


@builtin("keras.optimizers")
class LossScaleOptimizer(Optimizer):
    """Keeps float16 gradients from underflowing, by a loss scale that adapts.

    The loss is multiplied by a scale and the gradients divided by it. After
    `dynamic_growth_steps` steps in a row with finite gradients the scale doubles; a
    step with others is skipped and halves it.

    Args:
        inner_optimizer: the optimizer that updates the weights.
        initial_scale: the first scale.
        dynamic_growth_steps: how many good steps before the scale doubles.
        name: optional name.
        **kwargs: accepted where they equal the defaults of `Optimizer`: set such
            options on the inner optimizer.

    Raises:
        TypeError: if `inner_optimizer` is no `Optimizer`.
        ValueError: for an option that belongs on the inner optimizer.

    Example:
        >>> import ranvier as rv
        >>> v = rv.Variable(1.0)
        >>> optimizer = LossScaleOptimizer(rv.optimizers.SGD(0.1), initial_scale=8.0)
        >>> optimizer.apply([optimizer.scale_loss(2.0 * v.value)], [v])
        >>> round(float(v), 3)
        0.8
    """

    __signature__ = None  # options are those of the inner optimizer

    def __init__(
        self,
        inner_optimizer,
        initial_scale=2.0**15,
        dynamic_growth_steps=2000,
        name=None,
        **kwargs,
    ):
        if not isinstance(inner_optimizer, Optimizer):
            raise TypeError(
                "Argument `inner_optimizer` must be an Optimizer. Received: "
                f"inner_optimizer={inner_optimizer!r}"
            )
        if not kwargs.pop("dynamic", True):
            raise ValueError(
                "LossScaleOptimizer does not support `dynamic=False`. Instead, set "
                "`loss_scale_factor` on the `inner_optimizer`."
            )
        defaults = inspect.signature(Optimizer.__init__).parameters
        for argument, value in list(kwargs.items()):
            if argument in defaults and argument != "learning_rate":
                if kwargs.pop(argument) != defaults[argument].default:
                    raise ValueError(
                        f"LossScaleOptimizer does not support `{argument}`. Set it on "
                        f"the `inner_optimizer` instead. Received: {argument}={value}"
                    )
        if kwargs:
            raise ValueError(
                "LossScaleOptimizer does not support arguments: "
                f"{', '.join(f'`{argument}`' for argument in kwargs)}."
            )
        require_positive(initial_scale=initial_scale)
        require_count(dynamic_growth_steps=dynamic_growth_steps)
        super().__init__(learning_rate=0.0, name=name)
        self.inner_optimizer = inner_optimizer
        self.initial_scale = initial_scale
        self.dynamic_growth_steps = dynamic_growth_steps
        inner_optimizer.loss_scale_factor = None

    def build_slots(self, variables):
        self.step_counter = self.add_variable((), dtype="int32", name="step_counter")
        self.dynamic_scale = self.add_variable(
            (), constant(self.initial_scale), dtype="float32", name="dynamic_scale"
        )
        self.inner_optimizer.extend(variables)

    @property
    def variables(self):
        """Its own variables, then those of the inner optimizer."""
        return self._variables + self.inner_optimizer.variables

    @property
    def rate_source(self):
        """What the rate of the inner optimizer comes from."""
        return self.inner_optimizer.rate_source

    @property
    def learning_rate(self):
        """The learning rate of the inner optimizer."""
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        self.inner_optimizer.learning_rate = value

    @property
    def iterations(self):
        """The number of updates that were not skipped."""
        return self.inner_optimizer.iterations

    def apply(self, grads, trainable_variables=None):
        pairs = self._pairs(grads, trainable_variables)
        if not pairs:
            return
        gradients, variables = zip(*pairs, strict=True)
        finite = self.check_finite(gradients)

        def update():
            scale = self.dynamic_scale.value
            self.inner_optimizer.apply(
                [g if v.overwrite_with_gradient else g / scale for g, v in pairs],
                variables,
            )
            count = self.step_counter.value + 1
            grows = count == self.dynamic_growth_steps
            self.step_counter.assign(jnp.where(grows, 0, count))
            self.dynamic_scale.assign(jnp.where(grows, scale * 2, scale))

        def skip():
            self.step_counter.assign(0)
            self.dynamic_scale.assign(self.dynamic_scale.value / 2)

        update_if(finite, [*self._trainable_variables, *self.variables], update, skip)

    def check_finite(self, grads):
        """Tells whether all entries of all gradients are finite.

        Args:
            grads: list of gradients; None for a variable without one.
        """
        finite = [jnp.all(jnp.isfinite(g)) for g in grads if g is not None]
        return jnp.all(jnp.stack(finite))

    def scale_loss(self, loss):
        """Returns the loss multiplied by the scale."""
        return loss * (self.dynamic_scale.value if self.built else self.initial_scale)

    def averages(self):
        return self.inner_optimizer.averages()

    def finalize_variable_values(self, var_list):
        self.inner_optimizer.finalize_variable_values(var_list)

    def exclude_from_weight_decay(self, var_list=None, var_names=None):
        self.inner_optimizer.exclude_from_weight_decay(var_list, var_names)

    def get_config(self):
        return {
            "name": self.name,
            "inner_optimizer": serialize_object(self.inner_optimizer),
            "initial_scale": self.initial_scale,
            "dynamic_growth_steps": self.dynamic_growth_steps,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        inner = deserialize_object(config.pop("inner_optimizer"), custom_objects)
        return cls(inner, **config)
