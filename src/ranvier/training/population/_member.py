"""A member of a population: a compiled model, its callbacks, and how its run goes."""

import dataclasses
from typing import Any

import numpy as np

from ranvier import callbacks as cb
from ranvier.callbacks import CallbackList
from ranvier.callbacks._logs import LazyLogs
from ranvier.training._build import build_optimizer
from ranvier.training._compiled_metrics import CompiledMetrics
from ranvier.training._structure import structure_of

# Callbacks that change variables at most: the member's program stays what it is.
KEEP_STRUCTURE = (
    cb.History,
    cb.EarlyStopping,
    cb.TerminateOnNaN,
    cb.ReduceLROnPlateau,
    cb.LearningRateScheduler,
    cb.ModelCheckpoint,
    cb.CSVLogger,
    cb.TensorBoard,
)


@dataclasses.dataclass
class MemberResult:
    """How the training of one member ended.

    Attributes:
        model: the model; it holds the weights that `fit` would have left.
        history: the `History` of its epochs.
        status: `"completed"`; `"stopped"` by a callback or the caller; `"diverged"`,
            when the loss of an epoch was not finite; or `"failed"`.
        error: the exception, where it failed.
        how: in words, how it was trained.
    """

    model: object
    history: object = None
    status: str = "completed"
    error: BaseException | None = None
    how: str = ""


class Member:
    """One model on its way through the epochs.

    Args:
        index: its place in the population.
        model: the compiled model.
        epochs: where its training ends.
        initial_epoch: where its training begins.
        stop: called with `(index, epoch, logs)` at the end of each epoch; tells whether
            training must end.
        ended: called with `(index, result)` when the training has ended.
    """

    def __init__(self, index, model, epochs, initial_epoch, stop=None, ended=None):
        self.index = index
        self.model = model
        self.epochs = epochs
        self.epoch = initial_epoch
        self.result = MemberResult(model)
        self.structure: Any = None
        self.callbacks = CallbackList()
        self.order_seed = 0  # the order of the samples follows from it
        self.is_active = True
        self._initial_epoch = initial_epoch
        self._stop = stop
        self._ended = ended
        self._began = False
        self._logs: dict = {}

    def begin(self, callbacks, steps):
        """Tells the callbacks that training begins; finds the model's structure."""
        self.callbacks = CallbackList(
            callbacks,
            add_history=True,
            model=self.model,
            verbose=0,
            epochs=self.epochs,
            steps=steps,
        )
        self.result.history = self.model.history
        self.model.stop_training = False
        self.callbacks.on_train_begin()
        build_optimizer(self.model)
        self.look_at_structure()
        if self.epoch >= self.epochs:
            self.end()

    @property
    def keeps_structure(self) -> bool:
        """Whether no callback can have changed the structure."""
        return all(
            type(c) in KEEP_STRUCTURE or getattr(c, "keeps_structure", False)
            for c in self.callbacks.callbacks
        )

    def look_at_structure(self):
        """Finds the structure and the log names of the model as it is now."""
        self._fingerprint = self.model._fingerprint()
        self.structure = structure_of(self.model)
        self.log_names = log_names_of(self.model)

    def numbers(self, varying):
        """Returns the values of some of the structure's numbers."""
        numbers = [self.structure.numbers[i] for i in varying]
        return [getattr(owner, name) for owner, name, _ in numbers]

    # Epochs. Each hook of a callback may raise: `guarded` keeps that to the member.

    def guarded(self, function, *args):
        """Calls a function; an exception ends this member alone."""
        try:
            return function(*args)
        except Exception as error:
            self.fail(error)
            return None

    def begin_epoch(self):
        """Calls the hooks; returns whether the structure is another one now."""
        if not self._began:
            self.callbacks.on_epoch_begin(self.epoch)
            self._began = True
        if self.keeps_structure:
            return False
        build_optimizer(self.model)  # a callback may have unfrozen layers
        return self.model._fingerprint() != self._fingerprint

    def begin_validation(self):
        """Calls the hooks."""
        self.callbacks.on_test_begin()

    def end_epoch(self, logs, validation_logs):
        """Calls the hooks and decides whether the member goes on.

        Args:
            logs: of the training, by the template's names, as `log_names` maps them.
            validation_logs: likewise, or None.
        """
        logs = LazyLogs(logs).copy()
        if validation_logs is not None:
            validation_logs = LazyLogs(validation_logs).copy()
            self.callbacks.on_test_end(validation_logs)
            logs.update({f"val_{name}": v for name, v in validation_logs.items()})
        self._logs = logs
        self._began = False
        self.callbacks.on_epoch_end(self.epoch, logs)
        wants_stop = self.stops(self.epoch, logs)
        self.epoch += 1
        if not np.isfinite(logs.get("loss", 0.0)):
            self.result.status = "diverged"
            self.end()
        elif self.model.stop_training or wants_stop:
            self.result.status = "stopped"
            self.end()
        elif self.epoch >= self.epochs:
            self.end()

    @property
    def has_hook(self):
        """Whether the caller wants to hear of each epoch."""
        return self._stop is not None

    def stops(self, epoch, logs):
        """Tells whether the caller wants the member to stop after an epoch."""
        stop = self._stop
        return stop is not None and bool(stop(self.index, epoch, dict(logs)))

    def end(self):
        """Leaves the population; `finish` is called once the model has its values."""
        self.is_active = False

    def finish(self):
        """Calls the last hooks, with the model's final values in place."""
        model = self.model
        if self.result.status == "failed":
            return
        if self.epochs > self._initial_epoch and model.optimizer is not None:
            model.optimizer.finalize_variable_values(model.trainable_variables)
        self.callbacks.on_train_end(self._logs)
        self.tell_end()

    def tell_end(self):
        """Tells the caller that the training has ended, with what result."""
        if self._ended is not None:
            self._ended(self.index, self.result)

    def clean_up(self):
        """Tells the callbacks that nothing follows, however the run ended."""
        self.callbacks.clean_up()

    def fail(self, error):
        """Ends the member with an exception."""
        self.result.status = "failed"
        self.result.error = error
        self.end()


def log_names_of(model):
    """Returns the log names of a model's metrics, in their order."""
    names = []
    for metric in model.metrics:
        if isinstance(metric, CompiledMetrics):
            names += [entry.log for entry in metric.entries or ()]
        else:
            names.append(metric.name)
    return names


def renamed(logs, old, new):
    """Returns logs under the names of another model of the structure.

    Args:
        logs: the logs.
        old: log names of the model that the program was traced with.
        new: those of the other model, in the same order.
    """
    names = dict(zip(old, new, strict=False))
    return {names.get(name, name): value for name, value in logs.items()}
