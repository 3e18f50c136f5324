"""evaluate: loss and metrics over a feed, and the passes of a validation."""

import warnings

from ranvier.callbacks import CallbackList
from ranvier.callbacks._logs import LazyLogs
from ranvier.core import _interrupts
from ranvier.training._arrays import check_steps
from ranvier.training._build import build_model, check_labels
from ranvier.training._feeds import make_feed
from ranvier.training._passes import Pace, make_runner, steps_per_call


class Evaluation:
    """The passes over data in inference mode.

    Args:
        model: the model.
        feed: the data.
        callbacks: the `CallbackList`.
        steps: batches of a pass, or None for all.
    """

    def __init__(self, model, feed, callbacks, steps=None):
        self.model = model
        self.callbacks = callbacks
        self.feed = feed
        self.steps = steps
        self._runner = make_runner(feed, model, "test", callbacks)
        self._pace = Pace(steps_per_call(model, "test", callbacks))
        self._passes = 0
        self._batches = 0  # of all passes

    def run(self):
        """Runs one pass; returns its logs, empty if there was no batch."""
        model, callbacks, runner, steps = (
            self.model,
            self.callbacks,
            self._runner,
            self.steps,
        )
        runner.refresh()
        model.reset_metrics()
        model.stop_evaluating = False
        callbacks.on_test_begin()
        self.feed.begin_epoch()
        runner.begin_pass(0)
        step, logs = 0, {}
        while steps is None or step < steps:
            if not runner.has_more():
                if steps is not None:
                    warnings.warn(
                        f"The data ran out after {step} of {steps} batches of the "
                        "evaluation.",
                        stacklevel=4,
                    )
                break
            callbacks.on_test_batch_begin(step)
            ran, logs = self._pace.run(runner, steps and steps - step)
            callbacks.on_test_batch_end(step + self._pace.asked - 1, logs)
            step += ran
            if model.stop_evaluating:
                break
            _interrupts.raise_pending()
        self.feed.end_epoch()
        self._passes += 1
        self._batches += step
        logs = LazyLogs(logs).copy()
        callbacks.on_test_end(logs)
        return logs

    def get_state(self) -> dict:
        """Returns, as numbers, what the passes to come depend on."""
        return {
            "passes": self._passes,
            "batches": self._batches,
            "data": self.feed.get_state().get("data"),
        }

    def set_state(self, state) -> None:
        """Takes up what `get_state` returned in another run over the same data."""
        self._passes, self._batches = state["passes"], state["batches"]
        self.feed.take_up(state["passes"], state["data"])
        if self.feed.once and state["data"] is None:
            self.feed.begin_pass(0, state["batches"])  # a generator goes on


def evaluate(
    model,
    x,
    y=None,
    batch_size=None,
    verbose="auto",
    sample_weight=None,
    steps=None,
    callbacks=None,
    return_dict=False,
):
    """Evaluates a model; see `Model.evaluate`."""
    model.assert_compiled("evaluate")
    steps = check_steps(steps, "steps")
    feed = make_feed(
        x, y, sample_weight, batch_size=batch_size, steps=steps, model=model
    )
    build_model(model, feed, "test")
    check_labels(model, feed)
    if not isinstance(callbacks, CallbackList):
        callbacks = CallbackList(
            callbacks,
            add_progbar=verbose != 0,
            verbose=verbose,
            epochs=1,
            steps=steps or feed.steps,
            model=model,
        )
    callbacks.set_batch_size(feed.extent().get("batch_size"))
    with _interrupts.handled():
        logs = Evaluation(model, feed, callbacks, steps).run()
    if not logs:
        raise ValueError("The data source gave no batch at all: expected at least one.")
    return logs if return_dict else model.ordered_logs(logs)
