"""The base of learning-rate schedules."""

from ranvier.core._registry import builtin


@builtin("keras.optimizers.schedules")
class LearningRateSchedule:
    """A learning rate that depends on the step.

    Override `__call__(step)`, which receives a scalar (an array inside a program)
    and returns the rate, and `get_config`.
    """

    def __call__(self, step):
        raise NotImplementedError(
            f"Learning rate schedule '{type(self).__name__}' must override "
            "`__call__(self, step)`."
        )

    def get_config(self):
        """Returns the constructor's arguments."""
        raise NotImplementedError(
            f"Learning rate schedule '{type(self).__name__}' must override "
            "`get_config()` in order to be serializable."
        )

    @classmethod
    def from_config(cls, config):
        """Rebuilds a schedule."""
        return cls(**config)
