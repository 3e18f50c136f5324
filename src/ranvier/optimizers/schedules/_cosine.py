"""Schedules that fall along half a cosine wave."""

import math

from ranvier import ops
from ranvier.core._arguments import (
    optional,
    require_fraction,
    require_nonnegative,
    require_positive,
)
from ranvier.core._dynamic import Dynamic
from ranvier.core._registry import builtin
from ranvier.optimizers.schedules._schedule import LearningRateSchedule, rate_and_step


def half_wave(progress):
    """Returns 1 for a progress of 0, 0 for 1, along a cosine."""
    return 0.5 * (1 + ops.cos(math.pi * progress))


@builtin("keras.optimizers.schedules")
class CosineDecay(LearningRateSchedule):
    """Falls along half a cosine wave, after an optional warm-up (arXiv 1608.03983).

    Args:
        initial_learning_rate: rate at step 0.
        decay_steps: steps of the fall, the warm-up not counted.
        alpha: the last rate, as a fraction of the first.
        name: name of the schedule.
        warmup_target: rate at the end of the warm-up; None for no warm-up.
        warmup_steps: steps of the warm-up, along a line.

    Raises:
        ValueError: if `decay_steps` is not positive, or another number is bad.

    Example:
        >>> round(float(CosineDecay(0.1, decay_steps=10)(5)), 4)
        0.05
        >>> schedule = CosineDecay(0.0, 10, warmup_target=0.1, warmup_steps=4)
        >>> round(float(schedule(2)), 4), round(float(schedule(4)), 4)
        (0.05, 0.1)
    """

    initial_learning_rate = Dynamic()
    decay_steps = Dynamic()
    alpha = Dynamic()
    warmup_target = Dynamic()
    warmup_steps = Dynamic()

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        alpha=0.0,
        name="CosineDecay",
        warmup_target=None,
        warmup_steps=0,
    ):
        require_nonnegative(initial_learning_rate=initial_learning_rate)
        require_fraction(alpha=alpha)
        require_positive(decay_steps=decay_steps)
        require_nonnegative(warmup_steps=warmup_steps)
        optional(require_nonnegative, warmup_target=warmup_target)
        if warmup_target is None and warmup_steps > 0:
            raise ValueError(
                "Argument `warmup_target` must be a number where `warmup_steps` is "
                f"above 0. Received: warmup_target=None, warmup_steps={warmup_steps!r}"
            )
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.alpha = alpha
        self.name = name
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps

    def __call__(self, step):
        rate, step = rate_and_step(self.initial_learning_rate, step)
        if self.warmup_target is None:
            return rate * self._share(step)
        slope = (self.warmup_target - rate) / ops.maximum(self.warmup_steps, 1)
        falling = self.warmup_target * self._share(step - self.warmup_steps)
        return ops.where(step < self.warmup_steps, rate + slope * step, falling)

    def _share(self, step):
        progress = ops.minimum(step, self.decay_steps) / self.decay_steps
        return (1 - self.alpha) * half_wave(progress) + self.alpha

    def get_config(self):
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "alpha": self.alpha,
            "name": self.name,
            "warmup_target": self.warmup_target,
            "warmup_steps": self.warmup_steps,
        }


@builtin("keras.optimizers.schedules")
class CosineDecayRestarts(LearningRateSchedule):
    """Falls along half a cosine wave again and again (SGDR, arXiv 1608.03983).

    Args:
        initial_learning_rate: rate at step 0.
        first_decay_steps: steps of the first period.
        t_mul: each period is so many times as long as the one before.
        m_mul: each period starts at so many times the rate of the one before.
        alpha: the lowest rate, as a fraction of the initial one.
        name: name of the schedule.

    Raises:
        ValueError: if `first_decay_steps` is not positive, or another number is bad.

    Example:
        >>> schedule = CosineDecayRestarts(0.1, first_decay_steps=10)
        >>> [round(float(schedule(step)), 4) for step in (0, 5, 10, 20)]
        [0.1, 0.05, 0.1, 0.05]
    """

    initial_learning_rate = Dynamic()
    first_decay_steps = Dynamic()
    alpha = Dynamic()

    def __init__(
        self,
        initial_learning_rate,
        first_decay_steps,
        t_mul=2.0,
        m_mul=1.0,
        alpha=0.0,
        name="SGDRDecay",
    ):
        require_nonnegative(initial_learning_rate=initial_learning_rate)
        require_fraction(alpha=alpha)
        require_positive(first_decay_steps=first_decay_steps, t_mul=t_mul)
        require_nonnegative(m_mul=m_mul)
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = first_decay_steps
        self._t_mul = t_mul
        self._m_mul = m_mul
        self.alpha = alpha
        self.name = name

    def __call__(self, step):
        rate, step = rate_and_step(self.initial_learning_rate, step)
        restarts, progress = self._position(step / self.first_decay_steps)
        height = ops.power(ops.cast(self._m_mul, rate.dtype), restarts)
        share = (1 - self.alpha) * height * half_wave(progress) + self.alpha
        return rate * share

    def _position(self, periods):
        """Returns the number of restarts so far and the progress since the last.

        Args:
            periods: the time, in units of the first period.
        """
        growth = self._t_mul
        if growth == 1:
            restarts = ops.floor(periods)
            return restarts, periods - restarts
        # After n periods the geometric series `(growth^n - 1) / (growth - 1)` is over.
        logarithm = ops.log(1 - periods * (1 - growth))
        growth = ops.cast(growth, periods.dtype)
        restarts = ops.floor(logarithm / ops.log(growth))
        length = ops.power(growth, restarts)
        begun = (1 - length) / (1 - growth)
        return restarts, (periods - begun) / length

    def get_config(self):
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "first_decay_steps": self.first_decay_steps,
            "t_mul": self._t_mul,
            "m_mul": self._m_mul,
            "alpha": self.alpha,
            "name": self.name,
        }
