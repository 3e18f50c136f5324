"""The outer loop: epochs, callbacks, validation. Plain Python around programs."""

import time
import warnings

import jax
import numpy as np

from ranvier.callbacks import CallbackList
from ranvier.core import _config
from ranvier.training import _interrupts
from ranvier.training._arrays import split_off_end, to_arrays
from ranvier.training._build import build_model, check_labels, is_array_data, make_feed
from ranvier.training._feeds import ArrayFeed, EagerRunner
from ranvier.training._logs import LazyLogs, to_python
from ranvier.training._loop import Stepper, pack
from ranvier.training._programs import Program
from ranvier.training._step import unpack


def fit(
    model,
    x,
    y,
    batch_size,
    epochs,
    verbose,
    callbacks,
    validation_split,
    validation_data,
    shuffle,
    class_weight,
    sample_weight,
    initial_epoch,
    steps_per_epoch,
    validation_steps,
    validation_batch_size,
    validation_freq,
):
    """Trains a model; see `Model.fit`."""
    model.assert_compiled("fit")
    epochs = min(epochs, _config.max_epochs() or epochs)
    steps_per_epoch = _capped(steps_per_epoch)
    if validation_split and validation_data is None:
        if not is_array_data(x):
            raise ValueError(
                "Argument `validation_split` is only supported for arrays. Received "
                f"`x` of type {type(x)}. Pass `validation_data` instead."
            )
        arrays = tuple(
            to_arrays(part, name)
            for part, name in ((x, "x"), (y, "y"), (sample_weight, "sample_weight"))
        )
        (x, y, sample_weight), validation_data = split_off_end(
            arrays, validation_split
        )
    feed = make_feed(
        x,
        y,
        sample_weight,
        class_weight,
        batch_size,
        shuffle,
        steps_per_epoch,
    )
    validation = None
    if validation_data is not None:
        if is_array_data(validation_data):
            val_x, val_y, val_weight = unpack(validation_data)
        else:
            val_x, val_y, val_weight = validation_data, None, None
        validation = make_feed(
            val_x,
            val_y,
            val_weight,
            batch_size=validation_batch_size or batch_size,
            steps=validation_steps,
            batch_argument="validation_batch_size",
        )
    model.stop_training = False
    build_model(model, feed, "train")
    check_labels(model, feed)
    if not isinstance(callbacks, CallbackList):
        callbacks = CallbackList(
            callbacks,
            add_history=True,
            add_progbar=verbose != 0,
            verbose=1 if verbose == "auto" else verbose,
            epochs=epochs,
            steps=steps_per_epoch or feed.steps,
            model=model,
        )
    runner = make_runner(feed, model, "train", callbacks)
    test_runner = None
    if validation is not None:
        build_model(model, validation, "test")
        check_labels_of_validation(model, validation)
        test_runner = make_runner(validation, model, "test", callbacks)

    with _interrupts.handled():
        callbacks.on_train_begin()
        logs: dict = {}
        pace, test_pace = Pace(), Pace()
        passes = _Passes(runner, feed, steps_per_epoch, initial_epoch)
        for epoch in range(initial_epoch, epochs):
            model.reset_metrics()
            callbacks.on_epoch_begin(epoch)
            logs = passes.run_epoch(model, callbacks, pace)
            if test_runner is not None and _validates(epoch, validation_freq):
                results = run_test(
                    model, test_runner, callbacks, _capped(validation_steps), test_pace
                )
                logs.update({f"val_{name}": value for name, value in results.items()})
            callbacks.on_epoch_end(epoch, logs)
            if model.stop_training:
                break
        if epochs > initial_epoch and hasattr(
            model.optimizer, "finalize_variable_values"
        ):
            model.optimizer.finalize_variable_values(model.trainable_variables)
        callbacks.on_train_end(logs)
    return model.history


def _capped(steps):
    limit = _config.max_steps_per_epoch()
    if limit is None:
        return steps
    return limit if steps is None else min(steps, limit)


def check_labels_of_validation(model, feed):
    """Checks the labels of validation data, naming the argument at fault."""
    try:
        check_labels(model, feed)
    except ValueError as error:
        error.add_note("In `validation_data`.")
        raise


def make_runner(feed, model, mode, callbacks):
    """Returns what runs steps of a mode over a feed."""
    watch = mode == "train" and callbacks.stop_on_nonfinite
    if model.run_eagerly:
        return EagerRunner(feed, model, mode, watch)
    return feed.runner(model, mode, watch, stepwise=callbacks.needs_steps(mode))


def _validates(epoch, frequency):
    if isinstance(frequency, int):
        return (epoch + 1) % frequency == 0
    if isinstance(frequency, (list, tuple, set)):
        return epoch + 1 in frequency
    raise ValueError(
        "Expected `validation_freq` to be a list or int. Received: "
        f"validation_freq={frequency} of the type {type(frequency)}."
    )


class Pace:
    """How many steps make a chunk of about a tenth of a second."""

    target = 0.1

    def __init__(self):
        self.count = 8
        self._warm = False

    def record(self, steps, seconds):
        """Learns from a chunk that ran; the first one, which compiles, is ignored."""
        if not self._warm:
            self._warm = True
            return
        wanted = steps * self.target / max(seconds, 1e-6)
        # A chunk may grow eightfold at a time: one lucky measurement must not make
        # a chunk of seconds.
        self.count = int(max(1, min(wanted, 8 * max(steps, self.count))))


class _Passes:
    """Epochs over a feed: an epoch is a pass, or `steps_per_epoch` steps of passes."""

    def __init__(self, runner, feed, steps_per_epoch, initial_epoch):
        self.runner = runner
        self.feed = feed
        self.steps = steps_per_epoch
        self.index = initial_epoch
        self.open = False

    def _begin(self):
        self.runner.begin_pass(self.index)
        self.index += 1
        self.open = True

    def run_epoch(self, model, callbacks, pace):
        """Runs one epoch and returns its logs."""
        stepwise = model.run_eagerly or callbacks.needs_steps("train")
        if not self.open or self.steps is None:
            self._begin()
        step, logs, restarted = 0, {}, False
        while self.steps is None or step < self.steps:
            remaining = self.runner.remaining
            count = 1 if stepwise else pace.count
            if self.steps is not None:
                count = min(count, self.steps - step)
            if remaining != 0:
                callbacks.on_train_batch_begin(step)
                started = time.perf_counter()
                ran, new_logs = self.runner.run(count)
            else:
                ran = 0
            if ran == 0:
                self.open = False
                if self.steps is None:
                    break
                if restarted or getattr(self.runner.feed, "source", None) is not None and getattr(self.feed.source, "once", False):
                    warnings.warn(
                        "Your input ran out of data; interrupting training. Make sure "
                        "that your data source can generate at least "
                        "`steps_per_epoch * epochs` batches.",
                        stacklevel=4,
                    )
                    break
                restarted = step == 0
                self._begin()
                continue
            step += ran
            logs = LazyLogs(new_logs)
            if not stepwise:
                jax.block_until_ready(list(new_logs.values()))
                pace.record(ran, time.perf_counter() - started)
            callbacks.on_train_batch_end(step - 1, logs)
            if callbacks.stop_on_nonfinite and not np.isfinite(logs.get("loss", 0.0)):
                callbacks.on_nonfinite_loss(step - 1)
            if model.stop_training:
                break
        if step == 0:
            raise ValueError(
                "The data source gave no batch at all: expected at least one."
            )
        return logs.copy()


def run_test(model, runner, callbacks, steps=None, pace=None):
    """Evaluates over a runner's feed; returns the logs."""
    model.reset_metrics()
    callbacks.on_test_begin()
    stepwise = model.run_eagerly or callbacks.needs_steps("test")
    pace = pace or Pace()
    runner.begin_pass(0)
    step, logs = 0, LazyLogs()
    while (steps is None or step < steps) and runner.remaining != 0:
        count = 1 if stepwise else pace.count
        if steps is not None:
            count = min(count, steps - step)
        callbacks.on_test_batch_begin(step)
        started = time.perf_counter()
        ran, new_logs = runner.run(count)
        if ran == 0:
            break
        step += ran
        logs = LazyLogs(new_logs)
        if not stepwise:
            jax.block_until_ready(list(new_logs.values()))
            pace.record(ran, time.perf_counter() - started)
        callbacks.on_test_batch_end(step - 1, logs)
    logs = logs.copy()
    callbacks.on_test_end(logs)
    return logs


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
    feed = make_feed(x, y, sample_weight, batch_size=batch_size, steps=steps)
    build_model(model, feed, "test")
    check_labels(model, feed)
    steps = _capped(steps)
    if not isinstance(callbacks, CallbackList):
        callbacks = CallbackList(
            callbacks,
            add_progbar=verbose != 0,
            verbose=1 if verbose == "auto" else verbose,
            epochs=1,
            steps=steps or feed.steps,
            model=model,
        )
    with _interrupts.handled():
        logs = run_test(
            model, make_runner(feed, model, "test", callbacks), callbacks, steps
        )
    return logs if return_dict else model.ordered_logs(logs)


def on_batch(model, mode, x, y, sample_weight, class_weight, return_dict):
    """One step on one batch; see `Model.train_on_batch`."""
    model.assert_compiled(f"{mode}_on_batch")
    feed = make_feed(x, y, sample_weight, class_weight, batch_size=2**31 - 1)
    build_model(model, feed, mode)
    check_labels(model, feed)
    if model.run_eagerly:
        logs = Stepper(model, mode).step(pack(feed.arrays))
    else:
        logs = model.program(("batch", mode), lambda: _batch_program(model, mode))(
            feed.arrays
        )
    logs = {name: to_python(value) for name, value in logs.items()}
    return logs if return_dict else model.ordered_logs(logs)


def _batch_program(model, mode):
    stepper = Stepper(model, mode)

    def function(batch):
        return stepper.results(stepper(batch))

    return Program(function, model.state_variables(mode))


__all__ = ["ArrayFeed", "evaluate", "fit", "on_batch"]
