"""Callback: the base class of everything that hooks into fit, evaluate, predict."""

import copy
from typing import Any

_BATCH_HOOKS = {
    "train": (
        "on_train_batch_begin",
        "on_train_batch_end",
        "on_batch_begin",
        "on_batch_end",
    ),
    "test": ("on_test_batch_begin", "on_test_batch_end"),
    "predict": ("on_predict_batch_begin", "on_predict_batch_end"),
}


def default(hook):
    """Decorator: marks a hook that does nothing, so that nobody needs to call it."""
    hook._is_default = True
    return hook


def overrides(callback, *hooks: str) -> bool:
    """Tells whether a callback does something in one of these hooks."""
    return any(
        not getattr(getattr(callback, hook), "_is_default", False) for hook in hooks
    )


def listens_to_batches(callback, mode: str) -> bool:
    """Tells whether a callback has a batch hook of its own.

    Args:
        callback: a callback, of this class or one that merely looks like it.
        mode: `"train"`, `"test"` or `"predict"`.
    """
    return overrides(callback, *_BATCH_HOOKS[mode])


class Callback:
    """Base class of callbacks: override the hooks of the moments you care about.

    `fit` runs an epoch as a few compiled chunks of many steps. Hooks at epoch level
    therefore cost nothing. A callback that overrides a batch hook makes chunks of one
    step, which is slower, so override these only if you need them.

    Attributes:
        model: the model being trained.
        params: dictionary with `verbose`, `epochs` and `steps`.
        batch_granularity: `"step"`: batch hooks are called for every batch.
            `"chunk"`: a call per chunk is enough, with the index of its last batch.
        stop_on_nonfinite: whether training must stop right after the first batch
            whose loss is not finite; `on_nonfinite_loss` is then called.

    The `logs` of the hooks are a dictionary of floats. At the end of an epoch, what a
    callback puts into it is seen by the callbacks after it and by the history.

    Example:
        >>> class PrintLoss(Callback):
        ...     def on_epoch_end(self, epoch, logs=None):
        ...         print(epoch, logs["loss"])
        >>> PrintLoss().on_epoch_end(0, {"loss": 0.5})
        0 0.5
    """

    batch_granularity = "step"
    stop_on_nonfinite = False

    # Defaults at class level: a subclass may forget to call `super().__init__()`.
    params = None
    validation_data = None
    _model: Any = None
    _state_names: tuple[str, ...] = ()

    def __init__(self):
        self.params = None
        self._model = None

    @property
    def model(self):
        """The model being trained, or None before `set_model`."""
        return self._model

    @model.setter
    def model(self, model):
        self._model = model

    def set_model(self, model):
        """Called once, before training, with the model."""
        self._model = model

    def set_params(self, params):
        """Called once, before training, with the dictionary of parameters."""
        self.params = params

    def needs_batches(self, mode: str) -> bool:
        """Tells whether batch hooks must be called after every single batch.

        Override it where that depends on the callback's arguments.

        Args:
            mode: `"train"`, `"test"` or `"predict"`.
        """
        return self.batch_granularity == "step" and listens_to_batches(self, mode)

    def get_state(self) -> dict:
        """Returns what a resumed run needs: names to numbers, texts, lists, arrays.

        Override it together with `set_state` in a callback that remembers something
        from epoch to epoch.
        """
        return {name: copy.deepcopy(getattr(self, name)) for name in self._state_names}

    def set_state(self, state: dict) -> None:
        """Takes over what `get_state` returned in an earlier run."""
        for name in self._state_names:
            if name in state:
                setattr(self, name, copy.deepcopy(state[name]))

    @default
    def steps_until_due(self) -> int | None:
        """Returns how many training steps may at most be run at once from here on.

        For callbacks with `batch_granularity = "chunk"` that act after certain steps:
        a chunk ends there, and `on_train_batch_end` is called.
        """
        return None

    def restore(self, progress) -> None:
        """Called after `on_train_begin`: `progress.set_state` takes up another run.

        Args:
            progress: the place of this run, an object with `get_state` and `set_state`.
        """

    @default
    def backup(self, progress) -> None:
        """Called after the hooks of all callbacks, after a chunk and after an epoch.

        Args:
            progress: the place of this run: `progress.get_state()` tells it,
                `progress.in_epoch` whether it is in the middle of an epoch, and
                `progress.is_ending` whether a signal ends the run here.
        """

    def clean_up(self) -> None:
        """Called when `fit` ends in whatever way, also by an error or Ctrl-C."""

    @default
    def on_train_begin(self, logs=None):
        """Called at the beginning of `fit`."""

    @default
    def on_train_end(self, logs=None):
        """Called at the end of `fit`, with the logs of the last epoch."""

    @default
    def on_epoch_begin(self, epoch, logs=None):
        """Called at the beginning of an epoch; `epoch` counts from 0."""

    @default
    def on_epoch_end(self, epoch, logs=None):
        """Called at the end of an epoch, with its metrics.

        Args:
            epoch: index of the epoch, from 0.
            logs: metrics of the epoch; those of the validation begin with `val_`.
        """

    @default
    def on_train_batch_begin(self, batch, logs=None):
        """Called before a training batch; `batch` counts from 0 in each epoch."""
        self.on_batch_begin(batch, logs=logs)

    @default
    def on_train_batch_end(self, batch, logs=None):
        """Called after a training batch, with the metrics of the epoch so far."""
        self.on_batch_end(batch, logs=logs)

    @default
    def on_batch_begin(self, batch, logs=None):
        """Older name of `on_train_batch_begin`."""

    @default
    def on_batch_end(self, batch, logs=None):
        """Older name of `on_train_batch_end`."""

    @default
    def on_test_begin(self, logs=None):
        """Called at the beginning of `evaluate`, and of a validation in `fit`."""

    @default
    def on_test_end(self, logs=None):
        """Called at the end of `evaluate` or of a validation, with its metrics."""

    @default
    def on_test_batch_begin(self, batch, logs=None):
        """Called before a batch of `evaluate` or of a validation."""

    @default
    def on_test_batch_end(self, batch, logs=None):
        """Called after a batch of `evaluate` or of a validation, with its metrics."""

    @default
    def on_predict_begin(self, logs=None):
        """Called at the beginning of `predict`."""

    @default
    def on_predict_end(self, logs=None):
        """Called at the end of `predict`."""

    @default
    def on_predict_batch_begin(self, batch, logs=None):
        """Called before a batch of `predict`."""

    @default
    def on_predict_batch_end(self, batch, logs=None):
        """Called after a batch of `predict`; `logs["outputs"]` are its outputs."""

    @default
    def on_nonfinite_loss(self, batch):
        """Called after a batch with a NaN or infinite loss, if `stop_on_nonfinite`."""
