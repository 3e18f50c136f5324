"""The base of learning-rate schedules, and the dtype rule they share."""

from ranvier import ops
from ranvier.core import _config, _dtypes
from ranvier.core._registry import builtin


@builtin("keras.optimizers.schedules")
class LearningRateSchedule:
    """A learning rate that depends on the step.

    Override `__call__(step)`, which receives a scalar (an array inside a program)
    and returns the rate, and `get_config`. A schedule with a method `momentum(step)`
    also sets `momentum` or `beta_1` of its optimizer, unless it returns None.

    Example:
        >>> class Halving(LearningRateSchedule):
        ...     def __call__(self, step):
        ...         return 0.5**step
        >>> Halving()(3)
        0.125
    """

    def __call__(self, step):
        raise NotImplementedError(
            f"Learning rate schedule '{type(self).__name__}' must override "
            "`__call__(self, step)`."
        )

    def get_config(self):
        """Returns the constructor's arguments as a dictionary."""
        raise NotImplementedError(
            f"Learning rate schedule '{type(self).__name__}' must override "
            "`get_config()` in order to be serializable."
        )

    @classmethod
    def from_config(cls, config):
        """Rebuilds a schedule.

        Args:
            config: a dictionary of `get_config`.
        """
        return cls(**config)


def rate_and_step(rate, step):
    """Returns a rate as a float array, and the step in its dtype.

    Args:
        rate: number or array; Python numbers and integers become `floatx()`.
        step: number, array or variable.
    """
    dtype = _config.floatx()
    if hasattr(rate, "dtype") and _dtypes.is_float_dtype(rate.dtype):
        dtype = _dtypes.dtype_of(rate)
    return ops.convert_to_tensor(rate, dtype), ops.cast(step, dtype)
