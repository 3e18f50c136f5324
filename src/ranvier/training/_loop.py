"""Many steps in one program: the compiled loop over batches.

Everything here runs while a program is traced, under its state scope.
"""

import jax
import jax.numpy as jnp

from ranvier.core._scope import StateScope
from ranvier.training._stateless import step_of
from ranvier.training._step import pack


class Stepper:
    """The step of one mode of a model, in the form the loop needs.

    Args:
        model: the model.
        mode: `"train"` or `"test"`.

    The logs of the built-in steps are the metrics' results: they are computed once,
    after the loop. A step of the user's own may return any logs; the loop carries
    those of the last step.
    """

    def __init__(self, model, mode):
        self.model = model
        self.mode = mode
        self.step = step_of(model, mode)
        self.logs_are_metrics = model.logs_are_metrics(mode)

    def __call__(self, batch):
        """Runs the step; returns the logs that a loop must carry."""
        logs = self.step(pack(*batch))
        if self.logs_are_metrics:
            return {}
        if not isinstance(logs, dict):
            raise TypeError(
                f"`{self.mode}_step` of model '{self.model.name}' must return a "
                f"dictionary of logs. Received: {type(logs).__name__}."
            )
        return jax.tree.map(jnp.asarray, logs)

    def results(self, logs):
        """Returns the logs after the loop."""
        return self.model.get_metrics_result() if self.logs_are_metrics else logs

    def run_once(self, batch):
        """Runs the step alone; returns its logs."""
        return self.results(self(batch))


def run_steps(stepper, variables, batch_at, start, stop, tail=None, watch=False):
    """Runs steps `start` to `stop`, compiled as one loop.

    Args:
        stepper: a `Stepper`.
        variables: the state that the loop carries.
        batch_at: function from a step's index to its batch.
        start: first step, a scalar.
        stop: end, a scalar; may be the tail's index plus one.
        tail: `(index, function giving the batch)` of a last, smaller batch, or None.
        watch: stop after the first step that leaves a loss that is not finite.

    Returns:
        `(steps run, logs)`.
    """

    def one(i, carry):
        return _once(stepper, batch_at(i), variables, carry[0])

    def healthy(values, logs):
        if "loss" in logs:
            return jnp.isfinite(logs["loss"])
        with StateScope(zip(variables, values, strict=True)):
            return jnp.isfinite(stepper.model._loss_tracker.result())

    values = [v.value for v in variables]
    logs = {}
    if not stepper.logs_are_metrics:
        # The loop carries the logs: their shapes are found before it starts.
        batch = batch_at(start) if tail is None else tail[1]()
        shapes = jax.eval_shape(
            lambda v: _once(stepper, batch, variables, v)[1], values
        )
        logs = jax.tree.map(lambda s: jnp.zeros(s.shape, s.dtype), shapes)
    end = stop if tail is None else jnp.minimum(stop, tail[0])
    if watch:
        i, values, logs = jax.lax.while_loop(
            lambda c: (c[0] < end) & healthy(c[1], c[2]),
            lambda c: (c[0] + 1, *one(c[0], c[1:])),
            (start, values, logs),
        )
    else:
        values, logs = jax.lax.fori_loop(start, end, one, (values, logs))
        i = jnp.maximum(start, end)
    if tail is not None:
        due = stop > tail[0]
        if watch:
            due &= healthy(values, logs)
        values, logs = jax.lax.cond(
            due,
            lambda: _once(stepper, tail[1](), variables, values),
            lambda: (values, logs),
        )
        i = i + due.astype(i.dtype)
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
    return i - start, stepper.results(logs)


def _once(stepper, batch, variables, values):
    with StateScope(zip(variables, values, strict=True)) as scope:
        logs = stepper(batch)
        return [scope.get(v) for v in variables], logs
