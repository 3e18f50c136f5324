"""The outer loop: epochs, callbacks, validation. Plain Python around programs."""

import contextlib
import warnings

from ranvier.callbacks import CallbackList
from ranvier.callbacks._logs import LazyLogs
from ranvier.core import _config, _interrupts
from ranvier.training._arrays import check_steps, split_off_end, to_arrays
from ranvier.training._build import build_model, build_optimizer, check_labels
from ranvier.training._evaluate import Evaluation
from ranvier.training._feeds import is_array_data, make_feed
from ranvier.training._host import run_host_part
from ranvier.training._passes import Passes
from ranvier.training._progress import Progress
from ranvier.training._retrospect import make_retrospect
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
    train_eval,
):
    """Trains a model; see `Model.fit`."""
    model.assert_compiled("fit")
    epochs = min(epochs, _config.max_epochs() or epochs)
    steps_per_epoch = check_steps(steps_per_epoch, "steps_per_epoch")
    validation_steps = check_steps(validation_steps, "validation_steps")
    _validates(0, validation_freq)
    if validation_split and validation_data is None:
        (x, y, sample_weight), validation_data = _split(
            run_host_part(model, x), y, sample_weight, validation_split
        )
    feed = make_feed(
        x,
        y,
        sample_weight,
        class_weight,
        batch_size,
        shuffle,
        steps=steps_per_epoch,
        model=model,
    )
    build_model(model, feed, "train")
    check_labels(model, feed)
    if not isinstance(callbacks, CallbackList):
        callbacks = CallbackList(
            callbacks,
            add_history=True,
            add_progbar=verbose != 0,
            verbose=verbose,
            epochs=epochs,
            steps=steps_per_epoch or feed.steps,
            model=model,
        )
    callbacks.set_batch_size(feed.extent().get("batch_size"))
    validation = None
    if validation_data is not None:
        validation_feed = _validation_feed(
            model,
            validation_data,
            validation_batch_size or batch_size,
            validation_steps,
        )
        validation = Evaluation(model, validation_feed, callbacks, validation_steps)
    retrospect = None
    if train_eval is not False:
        retrospect = make_retrospect(
            model, feed, x, y, sample_weight, batch_size, train_eval
        )
    model.stop_training = False
    politely = callbacks.makes_backups
    with _interrupts.handled(politely), contextlib.ExitStack() as at_end:
        at_end.callback(callbacks.clean_up)
        callbacks.on_train_begin()
        logs: dict = {}
        passes = Passes(model, feed, callbacks, steps_per_epoch, initial_epoch)
        progress = Progress(passes, validation, callbacks, initial_epoch)
        callbacks.restore(progress)
        for epoch in range(progress.epoch, epochs):
            if not progress.in_epoch:  # else it is taken up in the middle
                model.reset_metrics()
                callbacks.on_epoch_begin(epoch)
                build_optimizer(model)  # a callback may have unfrozen layers
            epoch_logs = passes.run_epoch(progress)
            if epoch_logs is None:
                break
            logs = LazyLogs(epoch_logs).copy()
            if retrospect is not None:
                logs.update(_prefixed("train_", retrospect.run()))
            if validation is not None and _validates(epoch, validation_freq):
                results = validation.run()
                if not results:
                    warnings.warn(
                        "`validation_data` ran out of data: there is no validation in "
                        f"epoch {epoch + 1}.",
                        stacklevel=3,
                    )
                logs.update(_prefixed("val_", results))
            callbacks.on_epoch_end(epoch, logs)
            progress.epoch = epoch + 1
            progress.backup()
            if model.stop_training:
                break
        if epochs > initial_epoch and model.optimizer is not None:
            model.optimizer.finalize_variable_values(model.trainable_variables)
        callbacks.on_train_end(logs)
    return model.history


def _split(x, y, sample_weight, fraction):
    """Returns what to train on and what to validate on, each `(x, y, weights)`."""
    if not is_array_data(x):
        raise ValueError(
            "Argument `validation_split` is only supported for arrays. Received "
            f"`x` of type {type(x)}. Pass `validation_data` instead."
        )
    arrays = (
        to_arrays(x, "x"),
        to_arrays(y, "y"),
        to_arrays(sample_weight, "sample_weight"),
    )
    return split_off_end(arrays, fraction)


def _validation_feed(model, data, batch_size, steps):
    """Returns the feed of the validation; its errors name the argument."""
    try:
        parts = unpack(data) if is_array_data(data) else (data, None, None)
        feed = make_feed(
            *parts,
            batch_size=batch_size,
            batch_argument="validation_batch_size",
            steps=steps,
            model=model,
        )
        build_model(model, feed, "test")
        check_labels(model, feed)
    except ValueError as error:
        error.add_note("In `validation_data`.")
        raise
    return feed


def _prefixed(prefix, logs):
    return {prefix + name: value for name, value in logs.items()}


def _validates(epoch, frequency):
    """Tells whether an epoch ends with a validation."""
    if isinstance(frequency, int) and frequency > 0:
        return (epoch + 1) % frequency == 0
    if isinstance(frequency, (list, tuple, set)):
        return epoch + 1 in frequency
    raise ValueError(
        "Expected `validation_freq` to be a list or a positive int. Received: "
        f"validation_freq={frequency} of the type {type(frequency)}."
    )
