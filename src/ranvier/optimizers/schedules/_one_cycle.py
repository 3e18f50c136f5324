"""OneCycle: the rate up, down and out, the momentum the other way."""

from ranvier import ops
from ranvier.core._arguments import (
    require_count,
    require_fraction,
    require_positive,
)
from ranvier.core._dynamic import Dynamic
from ranvier.core._registry import builtin
from ranvier.optimizers.schedules._cosine import half_wave
from ranvier.optimizers.schedules._schedule import LearningRateSchedule, rate_and_step

# What sums of fractions may miss 1 by.
_ROUNDING = 1e-6
_CURVES = {"linear": lambda progress: 1 - progress, "cos": half_wave}


@builtin("ranvier.optimizers.schedules")
class OneCycle(LearningRateSchedule):
    """One cycle of learning rate and momentum over a whole training.

    The rate rises from `max_learning_rate / div_factor` to its maximum, falls back as
    far, and in the last steps is annihilated: it falls by `final_div_factor` more.
    The momentum falls and rises in the first two phases and then stays high (arXiv
    1708.07120, 1803.09820). Large rates in the middle act as a regulariser, and
    training can take far fewer epochs.

    The optimizer takes the momentum from here as its `momentum` or `beta_1`, whatever
    it was created with. Give the schedule to its constructor, so that it knows.

    Args:
        max_learning_rate: the highest rate; a learning-rate range test finds it.
        total_steps: number of steps of the whole training, `epochs * steps per epoch`.
        div_factor: the first rate is the highest divided by this.
        final_div_factor: the last rate is the first divided by this.
        pct_start: fraction of the steps in which the rate rises.
        pct_down: fraction in which it falls back; defaults to `pct_start`. What is
            left belongs to the annihilation.
        cycle_momentum: whether the momentum cycles.
        base_momentum: the lowest momentum, at the highest rate.
        max_momentum: the highest momentum.
        anneal_strategy: `"linear"`, or `"cos"` for smooth turns.
        name: name of the schedule.

    Raises:
        ValueError: for a bad value, phases of more than all steps, or an unknown
            strategy.

    Example:
        >>> schedule = OneCycle(1.0, total_steps=101, div_factor=10.0)
        >>> [round(float(schedule(step)), 3) for step in (0, 45, 90)]
        [0.1, 1.0, 0.1]
        >>> [round(float(schedule.momentum(step)), 3) for step in (0, 45, 90)]
        [0.95, 0.85, 0.95]
    """

    max_learning_rate = Dynamic()
    div_factor = Dynamic()
    final_div_factor = Dynamic()
    base_momentum = Dynamic()
    max_momentum = Dynamic()

    def __init__(
        self,
        max_learning_rate,
        total_steps,
        div_factor=25.0,
        final_div_factor=1e4,
        pct_start=0.45,
        pct_down=None,
        cycle_momentum=True,
        base_momentum=0.85,
        max_momentum=0.95,
        anneal_strategy="linear",
        name="OneCycle",
    ):
        require_positive(
            max_learning_rate=max_learning_rate,
            div_factor=div_factor,
            final_div_factor=final_div_factor,
        )
        require_count(2, total_steps=total_steps)
        down = pct_start if pct_down is None else pct_down
        require_positive(pct_start=pct_start, pct_down=down)
        if pct_start + down > 1 + _ROUNDING:
            raise ValueError(
                "`pct_start` and `pct_down` must not exceed 1 together. Received: "
                f"pct_start={pct_start}, pct_down={pct_down} (None stands for "
                "`pct_start`)"
            )
        require_fraction(base_momentum=base_momentum, max_momentum=max_momentum)
        if base_momentum > max_momentum:
            raise ValueError(
                "`base_momentum` must not exceed `max_momentum`. Received: "
                f"base_momentum={base_momentum}, max_momentum={max_momentum}"
            )
        if anneal_strategy not in _CURVES:
            raise ValueError(
                f"Argument `anneal_strategy` must be one of {tuple(_CURVES)}. "
                f"Received: anneal_strategy={anneal_strategy!r}"
            )
        self.max_learning_rate = max_learning_rate
        self.total_steps = total_steps
        self.div_factor = div_factor
        self.final_div_factor = final_div_factor
        self.pct_start = pct_start
        self.pct_down = pct_down
        self.cycle_momentum = cycle_momentum
        self.base_momentum = base_momentum
        self.max_momentum = max_momentum
        self.anneal_strategy = anneal_strategy
        self.name = name

    def __call__(self, step):
        highest, step = rate_and_step(self.max_learning_rate, step)
        first = highest / self.div_factor
        last = first / self.final_div_factor
        return self._cycle(step, first, highest, first, last)

    def momentum(self, step):
        """Returns the momentum at a step; None if it does not cycle.

        Args:
            step: number, array or variable.
        """
        if not self.cycle_momentum:
            return None
        high, step = rate_and_step(self.max_momentum, step)
        return self._cycle(step, high, self.base_momentum, high, high)

    def _cycle(self, step, first, middle, second, last):
        """Returns the value on the way through four points."""
        end = self.total_steps - 1
        share_down = self.pct_start if self.pct_down is None else self.pct_down
        share_out = 1 - self.pct_start - share_down
        top = self.pct_start * end
        bottom = top + share_down * end
        up = self._between(first, middle, step / top)
        down = self._between(middle, second, (step - top) / (bottom - top))
        value = ops.where(step < top, up, down)
        if share_out < _ROUNDING:
            return value
        out = self._between(second, last, (step - bottom) / (share_out * end))
        return ops.where(step < bottom, value, out)

    def _between(self, start, stop, progress):
        weight = _CURVES[self.anneal_strategy](ops.clip(progress, 0, 1))
        return start * weight + stop * (1 - weight)

    def get_config(self):
        return {
            "max_learning_rate": self.max_learning_rate,
            "total_steps": self.total_steps,
            "div_factor": self.div_factor,
            "final_div_factor": self.final_div_factor,
            "pct_start": self.pct_start,
            "pct_down": self.pct_down,
            "cycle_momentum": self.cycle_momentum,
            "base_momentum": self.base_momentum,
            "max_momentum": self.max_momentum,
            "anneal_strategy": self.anneal_strategy,
            "name": self.name,
        }
