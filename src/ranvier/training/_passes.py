"""Running steps over a feed: chunks of them between callbacks, pass after pass."""

import time
import warnings

import jax
import numpy as np

from ranvier.training._eager import EagerRunner

_RAN_OUT = (
    "Your input ran out of data; interrupting training. Make sure that your data "
    "source can generate at least `steps_per_epoch * epochs` batches."
)


def make_runner(feed, model, mode, callbacks):
    """Returns what runs steps of a mode over a feed."""
    if model.run_eagerly:
        return EagerRunner(feed, model, mode)
    watch = mode == "train" and callbacks.stop_on_nonfinite
    stepwise = steps_per_call(model, mode, callbacks) == 1
    return feed.runner(model, mode, watch, stepwise=stepwise)


def steps_per_call(model, mode, callbacks):
    """Returns after how many steps callbacks that listen to batches are called.

    Returns:
        `steps_per_execution`, or None where no callback listens.
    """
    listens = model.run_eagerly or callbacks.needs_steps(mode)
    return model.steps_per_execution if listens else None


class Pace:
    """How many steps make a chunk of about a tenth of a second.

    Args:
        fixed: a number of steps instead.
        watch: whether a chunk may stop early, at a loss that is not finite.

    Attributes:
        asked: how many steps the last chunk should have had.
    """

    target = 0.1

    def __init__(self, fixed=None, watch=False):
        self.count = fixed or 8
        self.asked = 0
        self._is_fixed = fixed is not None
        self._watch = watch
        self._warm = False

    def run(self, runner, limit=None):
        """Runs a chunk; returns the number of steps and their logs."""
        self.asked = self.count if limit is None else min(self.count, limit)
        started = time.perf_counter()
        ran, logs = runner.run(self.asked)
        if not self._is_fixed:
            self.asked = ran
            jax.block_until_ready(list(logs.values()))
            self._record(ran, time.perf_counter() - started)
        # A runner may have room for fewer steps at once.
        while ran < self.asked and not self._watch and runner.has_more():
            more, logs = runner.run(self.asked - ran)
            ran += more
        return ran, logs

    def _record(self, steps, seconds):
        if not self._warm:  # the first chunk compiles
            self._warm = True
            return
        wanted = steps * self.target / max(seconds, 1e-6)
        # A chunk may grow eightfold at a time: one lucky measurement must not make
        # a chunk of seconds.
        self.count = int(max(1, min(wanted, 8 * max(steps, self.count))))


class Passes:
    """Epochs over a feed: an epoch is a pass, or `steps` steps of a pass.

    A pass goes on in the next epoch where `steps` ends an epoch early. An epoch ends
    early, with a warning, where the pass ends before `steps`.

    Args:
        model: the model that is trained.
        feed: its training data.
        callbacks: the `CallbackList`.
        steps: steps in an epoch, or None for a whole pass.
        index: number of the first pass, from which the order of samples follows.
    """

    def __init__(self, model, feed, callbacks, steps, index):
        self.model = model
        self.callbacks = callbacks
        self.feed = feed
        self.steps = steps
        self.in_epoch = False
        self.step = 0  # of the epoch
        self._logs: dict | None = None
        self._index = index
        self._is_open = False
        self._position = 0  # steps of the open pass
        self._epochs = 0
        self._runner = make_runner(feed, model, "train", callbacks)
        fixed = steps_per_call(model, "train", callbacks)
        self._pace = Pace(fixed, watch=callbacks.stop_on_nonfinite)

    def run_epoch(self, progress):
        """Runs one epoch, or what is left of it.

        Args:
            progress: the `Progress` of the run, for backups in the middle.

        Returns:
            The logs of the epoch, or None if there was no batch left.
        """
        self._runner.refresh()
        if not self.in_epoch:
            self._begin_epoch()
        callbacks, runner, steps = self.callbacks, self._runner, self.steps
        while steps is None or self.step < steps:
            if not runner.has_more():
                if steps is not None or self._logs is None:
                    warnings.warn(_RAN_OUT, stacklevel=5)
                break
            callbacks.on_train_batch_begin(self.step)
            ran, logs = self._pace.run(runner, self._limit())
            last = self.step + self._pace.asked - 1
            self.step += ran
            self._logs = logs
            self._position += ran
            callbacks.on_train_batch_end(last, logs)
            if callbacks.stop_on_nonfinite and not _is_finite(logs):
                callbacks.on_nonfinite_loss(self.step - 1)
            if self.model.stop_training:
                break
            progress.backup()
        self.in_epoch = False
        self.feed.end_epoch()
        self._epochs += 1
        return self._logs

    def _begin_epoch(self):
        self.feed.begin_epoch()
        if self.steps is None or not self._is_open or not self._runner.has_more():
            self._begin_pass()
        self.in_epoch = True
        self.step, self._logs = 0, None

    def _begin_pass(self, start=0, state=None):
        self._runner.begin_pass(self._index, start, state)
        self._index += 1
        self._is_open = True
        self._position = start

    def _limit(self):
        """Returns how many steps may be run at once."""
        if self.model.stop_training:
            return 1  # stopped by a callback already: one more step, as in Keras
        limits = [self.callbacks.steps_until_due()]
        if self.steps is not None:
            limits.append(self.steps - self.step)
        return min((limit for limit in limits if limit is not None), default=None)

    def get_state(self) -> dict:
        """Returns, as numbers, what the batches to come depend on."""
        goes_on = self._is_open and (self.in_epoch or self.steps is not None)
        return {
            "seed": self.feed.seed,
            "index": self._index,
            "position": self._position if goes_on else None,
            "extent": self.feed.extent(),
            "data": self.feed.get_state(self._runner.is_ahead),
            "epochs": self._epochs,
            "step": self.step if self.in_epoch else None,
            "logs": self._logs if self.in_epoch else None,
        }

    def set_state(self, state) -> None:
        """Takes up what `get_state` returned in another run over the same data.

        Raises:
            ValueError: if the data are others, where that would show.
        """
        feed = self.feed
        feed.reseed(state["seed"])
        feed.take_up(state["epochs"], state["data"].get("data"))
        self._index = state["index"]
        self._epochs = state["epochs"]
        if state["step"] is not None:
            feed.begin_epoch()
            self.in_epoch = True
            self.step, self._logs = state["step"], state["logs"]
        if state["position"] is not None:
            if feed.extent() != state["extent"]:
                raise ValueError(
                    "The saved state is in the middle of a pass over other data: "
                    f"expected {_in_words(feed.extent())}, "
                    f"found {_in_words(state['extent'])}."
                )
            self._index -= 1
            self._begin_pass(state["position"], state["data"])


def _in_words(extent):
    return ", ".join(f"{name} {size}" for name, size in extent.items())


def _is_finite(logs):
    return bool(np.isfinite(np.asarray(logs.get("loss", 0.0))))
