"""A short training on a copy of the state: what does the learning rate do?"""

import contextlib
import dataclasses

import jax
import jax.numpy as jnp
import numpy as np

from ranvier.core._programs import Program
from ranvier.core._scope import StateScope
from ranvier.core._variable import Variable
from ranvier.optimizers.schedules import LearningRateSchedule
from ranvier.training._loop import Stepper


@dataclasses.dataclass(frozen=True)
class Trial:
    """The course of some steps.

    Attributes:
        losses: the loss of each step's batch.
        state: values of the model's variables after the last step.
    """

    losses: np.ndarray
    state: list

    @property
    def first(self) -> float:
        """Median loss of the first tenth of the steps."""
        return float(np.median(self.losses[: max(len(self.losses) // 10, 3)]))

    @property
    def last(self) -> float:
        """Median loss of the last fifth of the steps."""
        return float(np.median(self.losses[-max(len(self.losses) // 5, 3) :]))

    @property
    def lowest(self) -> float:
        """The smallest running median of a tenth of the steps."""
        width = max(len(self.losses) // 10, 3)
        windows = np.lib.stride_tricks.sliding_window_view(self.losses, width)
        return float(np.min(np.median(windows, axis=1)))


class Trials:
    """Trains copies of a model for a number of steps, with rates of any factor.

    Args:
        model: a built and compiled model; it stays as it is.
        feed: an `ArrayFeed` with the training data.
        steps: number of steps.
    """

    def __init__(self, model, feed, steps):
        self._model = model
        self._feed = feed
        self._steps = steps
        self._optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
        self._program = model.program(
            ("diagnostics trial", steps, feed.signature()), self._build
        )

    def run(self, factor=1.0) -> Trial:
        """Runs the steps with the learning rate times `factor`."""
        feed = self._feed
        feed.begin_pass(0)
        losses, state = self._program(feed.arrays, feed._order, np.float32(factor))
        return Trial(np.asarray(losses), state)

    @property
    def variables(self):
        """The variables whose values a trial's `state` holds."""
        return self._program.variables

    def _build(self):
        feed, steps, model = self._feed, self._steps, self._model
        full = max(feed.samples // feed.batch_size, 1)
        stepper = Stepper(model, "train")

        def function(arrays, order, factor):
            variables = program.variables
            start = self._optimizer._iterations.value

            def one(values, i):
                with (
                    StateScope(zip(variables, values, strict=True)) as scope,
                    _scaled_rate(self._optimizer, factor, start),
                ):
                    # The tracker then holds the loss of this batch alone.
                    model._loss_tracker.reset_state()
                    logs = stepper(feed.batch_at(arrays, order, i % full))
                    loss = logs.get("loss", model._loss_tracker.result())
                    return [scope.get(v) for v in variables], loss

            values, losses = jax.lax.scan(
                one, [v.value for v in variables], jnp.arange(steps)
            )
            return losses, values

        program = Program(function, model.state_variables("train"), donate=False)
        return program


@contextlib.contextmanager
def _scaled_rate(optimizer, factor, start):
    """Multiplies the learning rate by a factor.

    A schedule goes on as it is for a factor of one; any other asks what the rate of
    the step `start` does when it is that many times as high, and stays there.
    """
    driver, source = optimizer.rate_driver, optimizer.rate_source

    def scaled():
        if isinstance(source, LearningRateSchedule):
            step = jnp.where(factor == 1, optimizer._iterations.value, start)
            return factor * source(step)
        return factor * (source.value if isinstance(source, Variable) else source())

    optimizer.rate_driver = scaled
    try:
        yield
    finally:
        optimizer.rate_driver = driver
