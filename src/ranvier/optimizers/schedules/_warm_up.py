"""WarmUp: a slow start before any rate or schedule."""

from ranvier import ops
from ranvier.core._arguments import require_nonnegative, require_positive
from ranvier.core._dynamic import Dynamic
from ranvier.core._registry import builtin
from ranvier.core._serialization import deserialize_object, serialize_object
from ranvier.optimizers.schedules._schedule import LearningRateSchedule, rate_and_step


@builtin("ranvier.optimizers.schedules")
class WarmUp(LearningRateSchedule):
    """Rises along a line to a rate, or to the start of a schedule that then begins.

    Args:
        learning_rate: a number, or the schedule that follows; its steps count from
            the end of the warm-up.
        steps: length of the warm-up.
        initial_learning_rate: rate at step 0.
        name: name of the schedule.

    Raises:
        ValueError: if `learning_rate` is neither, `steps` is not positive, or the
            initial rate is no number.

    Example:
        >>> schedule = WarmUp(0.1, steps=4)
        >>> [round(float(schedule(step)), 4) for step in (0, 2, 4, 9)]
        [0.0, 0.05, 0.1, 0.1]
    """

    learning_rate = Dynamic()
    steps = Dynamic()
    initial_learning_rate = Dynamic()

    def __init__(self, learning_rate, steps, initial_learning_rate=0.0, name="WarmUp"):
        if not isinstance(learning_rate, LearningRateSchedule):
            require_nonnegative(learning_rate=learning_rate)
        require_positive(steps=steps)
        require_nonnegative(initial_learning_rate=initial_learning_rate)
        self.learning_rate = learning_rate
        self.steps = steps
        self.initial_learning_rate = initial_learning_rate
        self.name = name

    def __call__(self, step):
        rate = self.learning_rate
        if isinstance(rate, LearningRateSchedule):
            rate = rate(self._after(step))
        rate, step = rate_and_step(rate, step)
        progress = ops.minimum(step / self.steps, 1)
        return self.initial_learning_rate * (1 - progress) + rate * progress

    def _after(self, step):
        """Returns the step of the schedule: 0 during the warm-up."""
        return ops.maximum(ops.convert_to_tensor(step) - self.steps, 0)

    def momentum(self, step):
        """Returns the momentum of the schedule that follows, or None.

        Args:
            step: number, array or variable.
        """
        momentum = getattr(self.learning_rate, "momentum", None)
        return momentum(self._after(step)) if callable(momentum) else None

    def get_config(self):
        return {
            "learning_rate": serialize_object(self.learning_rate),
            "steps": self.steps,
            "initial_learning_rate": self.initial_learning_rate,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config):
        """Rebuilds a schedule.

        Args:
            config: a dictionary of `get_config`.
        """
        return cls(
            **{**config, "learning_rate": deserialize_object(config["learning_rate"])}
        )
