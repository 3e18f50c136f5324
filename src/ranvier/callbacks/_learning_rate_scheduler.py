"""LearningRateScheduler: a learning rate per epoch, from a function."""

import inspect

import numpy as np

from ranvier.callbacks._callback import Callback
from ranvier.callbacks._learning_rates import (
    learning_rate_of,
    optimizers_of,
    record_learning_rates,
)
from ranvier.callbacks._output import print_message


class LearningRateScheduler(Callback):
    """Sets the learning rate at the beginning of every epoch.

    The rate of each epoch also goes into the logs, as `learning_rate`.

    Args:
        schedule: function `(epoch, learning_rate)`, or `(epoch)`, that returns the
            learning rate of this epoch, a float; `epoch` counts from 0.
        verbose: 1 prints the rate.

    Raises:
        ValueError: while training, if `schedule` does not return a float.

    Example:
        >>> def halve(epoch, learning_rate):
        ...     return learning_rate / 2 if epoch else learning_rate
        >>> import numpy as np, ranvier
        >>> model = ranvier.Sequential([ranvier.layers.Dense(1)])
        >>> model.compile(ranvier.optimizers.SGD(0.5), loss="mse")
        >>> history = model.fit(
        ...     np.ones((8, 2)), np.ones(8), epochs=3, verbose=0,
        ...     callbacks=[LearningRateScheduler(halve)],
        ... )
        >>> history.history["learning_rate"]
        [0.5, 0.25, 0.125]
    """

    def __init__(self, schedule, verbose=0):
        super().__init__()
        if not callable(schedule):
            raise TypeError(
                "`schedule` of LearningRateScheduler must be a function of the epoch, "
                f"or of the epoch and the rate. Received: schedule={schedule!r}"
            )
        self.schedule = schedule
        self.verbose = verbose

    def on_epoch_begin(self, epoch, logs=None):
        for name, optimizer in optimizers_of(self.model).items():
            rate = self._next_rate(epoch, learning_rate_of(optimizer))
            optimizer.learning_rate = rate
            if self.verbose > 0:
                print_message(
                    f"\nEpoch {epoch + 1}: LearningRateScheduler sets {name} to {rate}."
                )

    def _next_rate(self, epoch, rate):
        if _takes_two(self.schedule):
            new_rate = self.schedule(epoch, rate)
        else:
            new_rate = self.schedule(epoch)
        is_scalar = np.ndim(new_rate) == 0 and hasattr(new_rate, "dtype")
        if is_scalar and np.issubdtype(new_rate.dtype, np.floating):
            new_rate = float(new_rate)
        if not isinstance(new_rate, float):
            raise ValueError(
                "`schedule` of LearningRateScheduler must return a float. Received: "
                f"{new_rate!r} of type {type(new_rate).__name__} for epoch {epoch}."
            )
        return new_rate

    def on_epoch_end(self, epoch, logs=None):
        if logs is not None:
            record_learning_rates(self.model, logs)


def _takes_two(schedule):
    try:
        inspect.signature(schedule).bind(0, 0.0)
    except TypeError:
        return False
    except ValueError:  # some builtins have no signature
        return True
    return True
