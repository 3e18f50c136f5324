"""Optimizer: the engine that all rules share.

A rule is one pure method, `update(gradient, value, slots, learning_rate, step)`.
Everything around it is written once, here: slot variables, clipping, weight decay,
gradient accumulation, moving averages of the weights, constraints, the learning rate
and the momentum that its schedule may bring.
"""

import inspect
import math
import re
import warnings

import jax.numpy as jnp

import ranvier.ops  # noqa: F401  gives variables their operators
from ranvier.core import _config, _errors, _naming
from ranvier.core._arguments import (
    is_number,
    optional,
    require_count,
    require_fraction,
    require_nonnegative,
    require_positive,
)
from ranvier.core._dynamic import Dynamic, dynamic_names, is_zero, lift
from ranvier.core._registry import builtin
from ranvier.core._scope import StateScope
from ranvier.core._serialization import deserialize_object, serialize_object
from ranvier.core._variable import Variable
from ranvier.optimizers import _clipping, _remembered
from ranvier.optimizers._branch import update_if
from ranvier.optimizers._rules import constant
from ranvier.optimizers._variables import OptimizerVariables
from ranvier.optimizers.schedules._schedule import LearningRateSchedule


@builtin("keras.optimizers")
class Optimizer(OptimizerVariables):
    """Base of all optimizers.

    Args:
        learning_rate: a float, a `LearningRateSchedule`, or a callable without
            arguments.
        weight_decay: decoupled decay: each step also subtracts
            `learning_rate * weight_decay * weight`.
        clipnorm: largest norm of each gradient.
        clipvalue: largest absolute entry of each gradient.
        global_clipnorm: largest norm of all gradients together.
        use_ema: keep exponential moving averages of the weights.
        ema_momentum: factor of that average, in [0, 1].
        ema_overwrite_frequency: put the average into the weights every so many steps.
        loss_scale_factor: the loss is multiplied by it, gradients divided.
        gradient_accumulation_steps: update once every so many steps (at least 2),
            with the mean of their gradients.
        name: optional name.

    Attributes:
        rate_driver: None, or a schedule that stands in for the learning rate while it
            is there (callbacks use it).

    Raises:
        ValueError: for bad values, or more than one way of clipping.

    To write your own, list the variables it keeps per weight in `slot_names` and
    override `update`, which is pure. Keras's way, overriding `build` and `update_step`
    and assigning variables, works too.

    Example:
        >>> import ranvier as rv
        >>> class SignDescent(Optimizer):
        ...     def update(self, gradient, value, slots, learning_rate, step):
        ...         return value - learning_rate * rv.ops.sign(gradient), {}
        >>> v = rv.Variable(1.0)
        >>> SignDescent(learning_rate=0.5).apply([8.0], [v])
        >>> float(v)
        0.5
    """

    slot_names: tuple[str, ...] = ()
    weight_decay = Dynamic()
    clipnorm = Dynamic()
    clipvalue = Dynamic()
    global_clipnorm = Dynamic()
    ema_momentum = Dynamic()
    loss_scale_factor = Dynamic()

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "__signature__" not in vars(cls):
            cls.__signature__ = _full_signature(cls)

    def __init__(
        self,
        learning_rate=0.01,
        weight_decay=None,
        clipnorm=None,
        clipvalue=None,
        global_clipnorm=None,
        use_ema=False,
        ema_momentum=0.99,
        ema_overwrite_frequency=None,
        loss_scale_factor=None,
        gradient_accumulation_steps=None,
        name=None,
        **kwargs,
    ):
        self._variables: list[Variable] = []
        if kwargs.pop("decay", None) is not None:
            warnings.warn(
                "Argument `decay` is no longer supported and will be ignored. Use a "
                "schedule, such as `schedules.InverseTimeDecay`, as learning rate.",
                stacklevel=2,
            )
        if kwargs:
            raise _unknown_arguments(type(self), kwargs)
        _check_clipping(
            clipnorm=clipnorm, clipvalue=clipvalue, global_clipnorm=global_clipnorm
        )
        optional(require_nonnegative, weight_decay=weight_decay)
        optional(require_positive, loss_scale_factor=loss_scale_factor)
        # Zero turns these two off, as in Keras.
        if gradient_accumulation_steps:
            require_count(2, gradient_accumulation_steps=gradient_accumulation_steps)
        if ema_overwrite_frequency:
            require_count(ema_overwrite_frequency=ema_overwrite_frequency)
        require_fraction(ema_momentum=ema_momentum)
        self.name = name or _naming.auto_name(type(self).__name__)
        self.weight_decay = weight_decay
        self.clipnorm = clipnorm
        self.clipvalue = clipvalue
        self.global_clipnorm = global_clipnorm
        self.use_ema = use_ema
        self.ema_momentum = ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.loss_scale_factor = loss_scale_factor
        self.gradient_accumulation_steps = gradient_accumulation_steps
        self.rate_driver = None
        self.built = False
        self._variables_before_build: list[Variable] = []
        self._trainable_variables: list[Variable] = []
        self._index: dict[Variable, int] = {}
        self._slots: dict[str, list] = {}
        self._averages: list[Variable | None] = []
        self._accumulated: list[Variable] = []
        self._no_decay: set[Variable] = set()
        self._no_decay_pattern = None
        self._iterations = self.add_variable(
            (), dtype="int32", aggregation="only_first_replica", name="iteration"
        )
        self._learning_rate = self._make_learning_rate(learning_rate)

    def _make_learning_rate(self, value):
        if callable(value):
            return value
        if not is_number(value) or not 0 <= value < math.inf:
            raise ValueError(
                "Argument `learning_rate` should be a finite float >= 0, an instance "
                "of LearningRateSchedule, or a callable without arguments. "
                f"Received instead: learning_rate={value!r}"
            )
        return self.add_variable(
            (),
            constant(value),
            dtype=_config.floatx(),
            aggregation="only_first_replica",
            name="learning_rate",
        )

    # Variables.

    def build(self, variables):
        """Creates the slots for a list of variables, in Keras's order.

        Args:
            variables: the trainable variables of a model.
        """
        if self.built:
            return
        variables = list(variables)
        self._variables_before_build = self._variables[:]
        if self.use_ema:
            self._averages = self.add_optimizer_variables(variables, "average")
        if self.gradient_accumulation_steps:
            self._accumulated = [
                self.add_variable_from_reference(v, name="gradient_accumulator")
                for v in variables
            ]
        self._index = {v: i for i, v in enumerate(variables)}
        self._trainable_variables = variables
        self.built = True
        self.build_slots(variables)

    def extend(self, variables):
        """Takes on weights that training has come to change, such as unfrozen ones.

        The slots of those already known stay as they are. The optimizer's variables
        get the order of one that was built on the weights given; what belongs to other
        weights comes last.

        Args:
            variables: the trainable variables of a model, old and new.

        Example:
            >>> import ranvier as rv
            >>> a, b = rv.Variable(1.0), rv.Variable(1.0)
            >>> optimizer = rv.optimizers.SGD(0.5, momentum=0.9)
            >>> optimizer.apply([1.0], [a])
            >>> optimizer.extend([a, b])
            >>> [float(slot) for slot in optimizer.variables[2:]]
            [-0.5, 0.0]
        """
        variables = list(variables)
        if not self.built:
            self.build(variables)
            return
        if all(v in self._index for v in variables):
            return
        given, current = set(variables), set(self._variables)
        left_out = [v for v in self._trainable_variables if v not in given]
        old = self._variables_by_place()
        self._variables = [v for v in self._variables_before_build if v in current]
        self.built = False
        self.build([*variables, *left_out])
        new = self._variables_by_place()
        self._exchange({new[place]: old[place] for place in new if place in old})

    def build_slots(self, variables):
        """Creates the rule's own variables; by default one per name and weight.

        Args:
            variables: the trainable variables of a model.
        """
        names = list(self.slot_names)
        if names:
            slots = self.add_optimizer_variables(variables, names)
            self._slots = dict(zip(names, slots, strict=True))

    @property
    def iterations(self):
        """The number of updates made."""
        if self.gradient_accumulation_steps:
            return self._iterations // self.gradient_accumulation_steps
        return self._iterations

    @property
    def rate_source(self):
        """What the rate comes from: a variable, a schedule or a callable."""
        return self._learning_rate if self.rate_driver is None else self.rate_driver

    @property
    def learning_rate(self):
        """The rate now: a variable, or the schedule's value."""
        rate = self.rate_source
        if isinstance(rate, LearningRateSchedule):
            return rate(self._iterations)
        return rate() if callable(rate) else rate

    @learning_rate.setter
    def learning_rate(self, value):
        old = self._learning_rate
        if callable(value):
            self._variables = [v for v in self._variables if v is not old]
            self._learning_rate = value
            return
        if not isinstance(old, Variable):
            raise TypeError(
                "This optimizer was created with a `LearningRateSchedule` object as "
                "its `learning_rate` constructor argument, hence its learning rate is "
                "not settable. If you need the learning rate to be settable, you "
                "should instantiate the optimizer with a float `learning_rate` "
                "argument."
            )
        old.assign(value)

    @property
    def lr(self):
        """The older name of `learning_rate`."""
        return self.learning_rate

    @lr.setter
    def lr(self, value):
        self.learning_rate = value

    def schedules_momentum(self) -> bool:
        """Tells whether the learning-rate schedule also sets the momentum."""
        return bool(self._scheduled())

    def _scheduled(self):
        """Returns `{attribute: value}` of what the schedule sets besides the rate."""
        momentum = getattr(self.rate_source, "momentum", None)
        dynamic = dynamic_names(type(self))
        name = next((n for n in ("momentum", "beta_1") if n in dynamic), None)
        if name is None or not callable(momentum):
            return {}
        value = momentum(self._iterations)
        return {} if value is None else {name: value}

    # Updating.

    def apply_gradients(self, grads_and_vars):
        """Updates variables from pairs `(gradient, variable)`.

        Args:
            grads_and_vars: an iterable of pairs.

        Returns:
            The `iteration` variable.
        """
        grads, variables = zip(*grads_and_vars, strict=True)
        self.apply(grads, variables)
        return self._iterations

    def apply(self, grads, trainable_variables=None):
        """Updates variables from their gradients.

        Args:
            grads: list of gradients; None for a variable without one.
            trainable_variables: the variables; default: those built on.

        Raises:
            ValueError: if the variables are unknown to the optimizer, a gradient has
                another shape than its variable, or there is no gradient at all.
        """
        pairs = self._pairs(grads, trainable_variables)
        if pairs and not _remembered.update(self, pairs):
            self.update_pairs(pairs)

    def update_pairs(self, pairs):
        """Updates variables from pairs `(gradient, variable)`, which are checked.

        Args:
            pairs: a list of pairs.
        """
        for gradient, variable in pairs:
            if variable.overwrite_with_gradient:
                self._overwrite(variable, gradient)
        pairs = [(g, v) for g, v in pairs if not v.overwrite_with_gradient]
        if pairs:
            grads, variables = map(list, zip(*pairs, strict=True))
            if self.loss_scale_factor is not None:
                grads = [g / self.loss_scale_factor for g in grads]
            if self.gradient_accumulation_steps:
                self._accumulate_and_update(grads, variables)
            else:
                self._update_all(grads, variables)
            if self.use_ema:
                self._update_averages()
            for variable in variables:
                if variable.constraint is not None:
                    variable.assign(_constrained(variable))
        self._iterations.assign(self._iterations.value + 1)

    def _pairs(self, grads, variables):
        """Returns checked pairs `(gradient, variable)`, those without one left out."""
        grads = [None if g is None else _gradient(g) for g in grads]
        if not grads:
            return []
        variables = self._known_variables(variables)
        if len(grads) != len(variables):
            raise ValueError(
                "The gradients must match the variables one-to-one. Received "
                f"{len(grads)} gradients for {len(variables)} variables."
            )
        every_pair = list(zip(grads, variables, strict=True))
        pairs = [(g, v) for g, v in every_pair if g is not None]
        if not pairs:
            raise ValueError("No gradients provided for any variable.")
        for gradient, variable in pairs:
            if gradient.shape != variable.shape:
                raise _errors.ShapeError(
                    f"The gradient of variable '{variable.path}' must have its shape "
                    f"{variable.shape}. Received: shape {gradient.shape}"
                )
        missing = [v.path for g, v in every_pair if g is None]
        if missing:
            warnings.warn(
                f"Gradients do not exist for variables {missing} when minimizing the "
                "loss. If using `model.compile()`, did you forget to provide a `loss` "
                "argument?",
                stacklevel=3,
            )
        return pairs

    def _known_variables(self, variables):
        if variables is None:
            if not self.built:
                raise ValueError(
                    "When passing `grads` without `variables`, the optimizer must "
                    "already be built on a list of variables. Call "
                    "`optimizer.build(trainable_variables)` first."
                )
            return self._trainable_variables
        variables = list(variables)
        if not self.built:
            self.build(variables)
        for variable in variables:
            if variable not in self._index:
                raise ValueError(
                    f"Unknown variable: {variable}. This optimizer can only be called "
                    "for the variables it was originally built with. When working "
                    "with a new set of variables, you should recreate a new optimizer "
                    "instance."
                )
        return variables

    def _overwrite(self, variable, gradient):
        """Gives a variable its gradient; with accumulation, the largest of them."""
        if not self.gradient_accumulation_steps:
            variable.assign(gradient)
            return
        total = self._accumulated[self._index[variable]]
        is_due = (self._iterations.value + 1) % self.gradient_accumulation_steps == 0
        largest = jnp.maximum(gradient, total.value)
        variable.assign(jnp.where(is_due, largest, variable.value))
        total.assign(jnp.where(is_due, jnp.zeros_like(largest), largest))

    def _accumulate_and_update(self, grads, variables):
        steps = self.gradient_accumulation_steps
        totals = [self._accumulated[self._index[v]] for v in variables]
        for gradient, total in zip(grads, totals, strict=True):
            total.assign(total.value + gradient)

        def update():
            self._update_all([total.value / steps for total in totals], variables)
            for total in totals:
                total.assign(jnp.zeros(total.shape, total.dtype))

        is_due = (self._iterations.value + 1) % steps == 0
        update_if(is_due, [*variables, *self._variables], update)

    def _update_all(self, grads, variables):
        grads = self._clip(grads)
        rate = _array(self.learning_rate)
        self._decay(variables, rate)
        scheduled = self._scheduled()
        if not scheduled:
            self.update_steps(grads, variables, rate)
            return
        pairs = [(lift(self, name), value) for name, value in scheduled.items()]
        with StateScope(pairs) as scope:
            self.update_steps(grads, variables, rate)
        for variable in scope.written.values():
            variable.assign(scope.get(variable))

    def _clip(self, grads):
        for limit, clip in (
            (self.clipnorm, _clipping.clip_by_norm),
            (self.global_clipnorm, _clipping.clip_by_global_norm),
            (self.clipvalue, _clipping.clip_by_value),
        ):
            if limit is not None and not is_zero(limit):
                return clip(grads, limit)
        return grads

    def update_steps(self, grads, variables, learning_rate):
        """Updates all variables; a rule with shared state may override it.

        Args:
            grads: their gradients, clipped.
            variables: the variables.
            learning_rate: scalar.
        """
        for gradient, variable in zip(grads, variables, strict=True):
            self.update_step(gradient, variable, learning_rate)

    def update_step(self, gradient, variable, learning_rate):
        """Updates one variable; the form in which Keras's users write a rule.

        Args:
            gradient: its gradient, clipped.
            variable: the variable.
            learning_rate: scalar.
        """
        index = self._index[variable]
        slots = {name: column[index] for name, column in self._slots.items()}
        dtype = variable.dtype
        value, new = self.update(
            jnp.asarray(gradient, dtype),
            variable.value,
            {name: slot.value for name, slot in slots.items() if slot is not None},
            jnp.asarray(_array(learning_rate), dtype),
            self._step(dtype),
        )
        for name, slot_value in new.items():
            slots[name].assign(slot_value)
        variable.assign(value)

    def _step(self, dtype):
        """Returns the number of the update being made, from 1."""
        return (_array(self.iterations) + 1).astype(dtype)

    def update(self, gradient, value, slots, learning_rate, step):
        """The rule, a pure function of arrays.

        Args:
            gradient: gradient of the loss.
            value: the weight.
            slots: dictionary from slot name to array.
            learning_rate: scalar.
            step: number of this update, from 1, as a float scalar.

        Returns:
            `(new value, new slots)`; slots that stay may be left out.
        """
        raise NotImplementedError(
            f"{type(self).__name__} must implement `update` or `update_step`."
        )

    def assign(self, variable, value):
        """Assigns a variable (for rules in Keras's form)."""
        variable.assign(value)

    def assign_add(self, variable, value):
        """Adds to a variable (for rules in Keras's form)."""
        variable.assign_add(value)

    def assign_sub(self, variable, value):
        """Subtracts from a variable (for rules in Keras's form)."""
        variable.assign_sub(value)

    def _get_variable_index(self, variable):
        return self._index[variable]

    def _update_averages(self):
        iterations = _array(self.iterations)
        # The very first average is the weight itself.
        momentum = jnp.where(iterations == 0, 0.0, self.ema_momentum)
        overwrite = None
        if self.ema_overwrite_frequency:
            overwrite = (iterations + 1) % self.ema_overwrite_frequency == 0
        for variable, average in self.averages():
            kept = momentum.astype(variable.dtype)
            new = kept * average.value + (1 - kept) * variable.value
            average.assign(new)
            if overwrite is not None:
                variable.assign(jnp.where(overwrite, average.value, variable.value))

    def averages(self) -> list:
        """Returns pairs of a weight and the moving average of its values.

        There are none without `use_ema`, or before the first update.
        """
        if not self.use_ema:
            return []
        pairs = zip(self._trainable_variables, self._averages, strict=True)
        return [(v, average) for v, average in pairs if average is not None]

    def finalize_variable_values(self, var_list):
        """Puts the moving averages into the weights, if there are any.

        Args:
            var_list: the weights.
        """
        wanted = set(var_list)
        for variable, average in self.averages():
            if variable in wanted:
                variable.assign(average.value)

    def exclude_from_weight_decay(self, var_list=None, var_names=None):
        """Names weights that decay leaves alone.

        Args:
            var_list: variables.
            var_names: patterns searched for in the variables' names.

        Raises:
            ValueError: if the optimizer is already built.
        """
        if self.built:
            raise ValueError(
                "`exclude_from_weight_decay()` can only be configured before the "
                "optimizer is built."
            )
        names = [var_names] if isinstance(var_names, str) else list(var_names or ())
        self._no_decay = set(var_list or ())
        self._no_decay_pattern = re.compile("|".join(names)) if names else None

    def decay_factor(self, variable):
        """Returns the weight decay of one weight that is not excluded, or None."""
        return self.weight_decay

    def _decay(self, variables, rate):
        pattern = self._no_decay_pattern
        for variable in variables:
            factor = self.decay_factor(variable)
            if factor is None or is_zero(factor) or variable in self._no_decay:
                continue
            if pattern is None or not pattern.search(variable.name):
                value = variable.value
                factor = jnp.asarray(factor, value.dtype)
                variable.assign(value - value * factor * rate.astype(value.dtype))

    def scale_loss(self, loss):
        """Returns the loss multiplied by `loss_scale_factor`, if one is set."""
        return loss if self.loss_scale_factor is None else loss * self.loss_scale_factor

    def stateless_apply(self, optimizer_variables, grads, trainable_variables):
        """Updates as a pure function.

        Args:
            optimizer_variables: values of `variables`.
            grads: gradients.
            trainable_variables: values of the weights built on.

        Returns:
            `(trainable_variables, optimizer_variables)`, the new values.

        Raises:
            ValueError: if the optimizer is not built, or a list has the wrong length.
        """
        if not self.built:
            raise _errors.NotBuiltError(
                f"To call `stateless_apply`, {type(self).__name__} must be built (i.e. "
                "its variables must have been created). You can build it via "
                "`optimizer.build(trainable_variables)`."
            )
        variables = self.variables
        for argument, given, wanted in (
            ("optimizer_variables", optimizer_variables, variables),
            ("trainable_variables", trainable_variables, self._trainable_variables),
        ):
            if len(given) != len(wanted):
                raise ValueError(
                    f"Argument `{argument}` must be a list of tensors corresponding "
                    f"1:1 to those of {type(self).__name__}. Received list with "
                    f"length {len(given)}, but expected {len(wanted)} variables."
                )
        pairs = [
            *zip(self._trainable_variables, trainable_variables, strict=True),
            *zip(variables, optimizer_variables, strict=True),
        ]
        with StateScope((v, v.check_value(value)) for v, value in pairs) as scope:
            self.apply(grads)
        return (
            [scope.get(v) for v in self._trainable_variables],
            [scope.get(v) for v in variables],
        )

    # Saving.

    def get_config(self):
        """Returns the constructor's arguments as a dictionary."""
        rate = self._learning_rate
        if isinstance(rate, Variable):
            rate = float(rate.numpy())
        else:
            rate = serialize_object(rate)
        return {
            "name": self.name,
            "learning_rate": rate,
            "weight_decay": self.weight_decay,
            "clipnorm": self.clipnorm,
            "global_clipnorm": self.global_clipnorm,
            "clipvalue": self.clipvalue,
            "use_ema": self.use_ema,
            "ema_momentum": self.ema_momentum,
            "ema_overwrite_frequency": self.ema_overwrite_frequency,
            "loss_scale_factor": self.loss_scale_factor,
            "gradient_accumulation_steps": self.gradient_accumulation_steps,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Rebuilds an optimizer.

        Args:
            config: a dictionary of `get_config`.
            custom_objects: `{name: class or function}` to look names up in first.
        """
        config = dict(config)
        if isinstance(config.get("learning_rate"), dict):
            config["learning_rate"] = deserialize_object(
                config["learning_rate"], custom_objects=custom_objects
            )
        return cls(**config)

    def __repr__(self):
        return f"<{type(self).__name__} name={self.name}>"


def _constrained(variable):
    """Returns what the constraint makes of a variable's value."""
    name = _errors.title(variable.constraint)
    what = f"The constraint {name} of '{variable.path}'"
    value = variable.constraint(variable.value)
    value = _array(_errors.returned(value, what, "a tensor"))
    if value.shape != tuple(variable.shape):
        raise ValueError(
            f"{what} must return a tensor of shape {tuple(variable.shape)}. Received "
            f"shape {value.shape}."
        )
    return value


def _gradient(x):
    lazy = _remembered.lazy_of(x)
    return _array(x) if lazy is None else lazy


def _array(x):
    return x.value if isinstance(x, Variable) else jnp.asarray(x)


def _full_signature(cls):
    """Returns a constructor's signature, with what its `**kwargs` stand for named."""
    own, *bases = [base for base in cls.__mro__ if "__init__" in vars(base)]
    _, *parameters = inspect.signature(own.__init__).parameters.values()
    has_options = parameters and parameters[-1].kind is inspect.Parameter.VAR_KEYWORD
    if has_options and own is not Optimizer:
        known = {parameter.name for parameter in parameters}
        inherited = [
            parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            for parameter in _full_signature(bases[0]).parameters.values()
            if parameter.kind is not inspect.Parameter.VAR_KEYWORD
            and parameter.name not in known
        ]
        parameters[-1:-1] = inherited
    return inspect.Signature(parameters)


def _unknown_arguments(cls, kwargs):
    known = {
        name
        for base in cls.__mro__
        for name in inspect.signature(base.__init__).parameters
    } - {"self", "args", "kwargs"}
    hint = _errors.close_names(next(iter(kwargs)), known)
    if "lr" in kwargs:
        hint = " Did you mean 'learning_rate'?"
    return ValueError(f"Argument(s) not recognized: {kwargs}.{hint}")


def _check_clipping(**limits):
    given = {name: value for name, value in limits.items() if value is not None}
    if len(given) > 1:
        raise ValueError(
            "Only one of `clipnorm`, `clipvalue` and `global_clipnorm` can be set. "
            f"Received: {', '.join(f'{k}={v}' for k, v in given.items())}"
        )
    require_nonnegative(**given)  # zero turns clipping off, as in Keras
