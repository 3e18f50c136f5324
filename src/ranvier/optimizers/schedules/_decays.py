"""Schedules that fall by a formula of the step: exponential, inverse, polynomial..."""

from ranvier import ops
from ranvier.core import _config
from ranvier.core._arguments import (
    require_nonnegative,
    require_positive,
)
from ranvier.core._dynamic import Dynamic
from ranvier.core._registry import builtin
from ranvier.optimizers.schedules._schedule import LearningRateSchedule, rate_and_step


@builtin("keras.optimizers.schedules")
class ExponentialDecay(LearningRateSchedule):
    """`initial_learning_rate * decay_rate ** (step / decay_steps)`.

    Args:
        initial_learning_rate: rate at step 0.
        decay_steps: steps in which the rate falls by the factor `decay_rate`.
        decay_rate: that factor.
        staircase: fall at once every `decay_steps` steps instead of smoothly.
        name: name of the schedule.

    Raises:
        ValueError: if `decay_steps` is not positive, or another number is bad.

    Example:
        >>> round(float(ExponentialDecay(0.1, decay_steps=10, decay_rate=0.5)(20)), 4)
        0.025
    """

    initial_learning_rate = Dynamic()
    decay_steps = Dynamic()
    decay_rate = Dynamic()

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        decay_rate,
        staircase=False,
        name="ExponentialDecay",
    ):
        require_nonnegative(initial_learning_rate=initial_learning_rate)
        require_positive(decay_steps=decay_steps)
        require_nonnegative(decay_rate=decay_rate)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step):
        rate, step = rate_and_step(self.initial_learning_rate, step)
        periods = step / self.decay_steps
        if self.staircase:
            periods = ops.floor(periods)
        return rate * ops.power(ops.cast(self.decay_rate, rate.dtype), periods)

    def get_config(self):
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "decay_rate": self.decay_rate,
            "staircase": self.staircase,
            "name": self.name,
        }


@builtin("keras.optimizers.schedules")
class InverseTimeDecay(LearningRateSchedule):
    """`initial_learning_rate / (1 + decay_rate * step / decay_steps)`.

    Args:
        initial_learning_rate: rate at step 0.
        decay_steps: unit of time, in steps.
        decay_rate: what the divisor gains in each unit.
        staircase: fall at once every `decay_steps` steps instead of smoothly.
        name: name of the schedule.

    Raises:
        ValueError: if `decay_steps` is not positive, or another number is bad.

    Example:
        >>> round(float(InverseTimeDecay(0.1, decay_steps=10, decay_rate=1.0)(10)), 4)
        0.05
    """

    initial_learning_rate = Dynamic()
    decay_steps = Dynamic()
    decay_rate = Dynamic()

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        decay_rate,
        staircase=False,
        name="InverseTimeDecay",
    ):
        require_nonnegative(initial_learning_rate=initial_learning_rate)
        require_positive(decay_steps=decay_steps)
        require_nonnegative(decay_rate=decay_rate)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step):
        rate, step = rate_and_step(self.initial_learning_rate, step)
        periods = step / self.decay_steps
        if self.staircase:
            periods = ops.floor(periods)
        return rate / (1 + self.decay_rate * periods)

    def get_config(self):
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "decay_rate": self.decay_rate,
            "staircase": self.staircase,
            "name": self.name,
        }


@builtin("keras.optimizers.schedules")
class PolynomialDecay(LearningRateSchedule):
    """From the initial to the end rate as `(1 - step / decay_steps) ** power`.

    Args:
        initial_learning_rate: rate at step 0.
        decay_steps: steps until the end rate is reached.
        end_learning_rate: rate at the end, and after it.
        power: 1 falls along a line.
        cycle: rise again after each end, to fall over a longer time: the period ends
            at the next multiple of `decay_steps`.
        name: name of the schedule.

    Raises:
        ValueError: if `decay_steps` is not positive, or another number is bad.

    Example:
        >>> schedule = PolynomialDecay(0.1, decay_steps=10, end_learning_rate=0.0)
        >>> round(float(schedule(5)), 4)
        0.05
    """

    initial_learning_rate = Dynamic()
    decay_steps = Dynamic()
    end_learning_rate = Dynamic()
    power = Dynamic()

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        end_learning_rate=0.0001,
        power=1.0,
        cycle=False,
        name="PolynomialDecay",
    ):
        require_nonnegative(
            initial_learning_rate=initial_learning_rate,
            end_learning_rate=end_learning_rate,
        )
        require_positive(decay_steps=decay_steps)
        require_nonnegative(power=power)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name

    def __call__(self, step):
        rate, step = rate_and_step(self.initial_learning_rate, step)
        end = self.end_learning_rate
        if self.cycle:
            # At step 0 the first period has begun.
            periods = ops.maximum(ops.ceil(step / self.decay_steps), 1)
            progress = step / (self.decay_steps * periods)
        else:
            progress = ops.minimum(step, self.decay_steps) / self.decay_steps
        power = ops.cast(self.power, rate.dtype)
        return (rate - end) * ops.power(1 - progress, power) + end

    def get_config(self):
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "end_learning_rate": self.end_learning_rate,
            "power": self.power,
            "cycle": self.cycle,
            "name": self.name,
        }


@builtin("keras.optimizers.schedules")
class PiecewiseConstantDecay(LearningRateSchedule):
    """One rate up to the first boundary, another up to the second, and so on.

    Args:
        boundaries: increasing steps; each is the last one with its rate.
        values: the rates, one more than boundaries.
        name: name of the schedule.

    Raises:
        ValueError: if the lengths do not match, or the boundaries decrease.

    Example:
        >>> schedule = PiecewiseConstantDecay([100, 200], [0.5, 0.25, 0.125])
        >>> float(schedule(100)), float(schedule(101)), float(schedule(500))
        (0.5, 0.25, 0.125)
    """

    def __init__(self, boundaries, values, name="PiecewiseConstant"):
        for argument, given in (("boundaries", boundaries), ("values", values)):
            if not hasattr(given, "__len__"):
                raise TypeError(
                    f"Argument `{argument}` must be a list. "
                    f"Received: {argument}={given!r}"
                )
        if len(boundaries) != len(values) - 1:
            raise ValueError(
                "The length of `boundaries` must be 1 less than the length of "
                f"`values`. Received: boundaries={boundaries} of length "
                f"{len(boundaries)}, and values={values} of length {len(values)}."
            )
        for boundary, value in zip(boundaries, values[1:], strict=True):
            require_nonnegative(boundaries=boundary, values=value)
        require_nonnegative(values=values[0])
        if any(a > b for a, b in zip(boundaries, boundaries[1:], strict=False)):
            raise ValueError(
                f"`boundaries` must not decrease. Received: boundaries={boundaries}"
            )
        self.boundaries = boundaries
        self.values = values
        self.name = name

    def __call__(self, step):
        step = ops.convert_to_tensor(step)
        rate = ops.convert_to_tensor(self.values[0], _config.floatx())
        for boundary, value in zip(self.boundaries, self.values[1:], strict=True):
            rate = ops.where(step > boundary, ops.cast(value, rate.dtype), rate)
        return rate

    def get_config(self):
        return {
            "boundaries": self.boundaries,
            "values": self.values,
            "name": self.name,
        }
