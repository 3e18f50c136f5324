"""ModelCheckpoint: save the model, or its weights, while it trains."""

import os
import warnings

import numpy as np

from ranvier.callbacks._every import Every
from ranvier.callbacks._monitor import MonitorCallback
from ranvier.callbacks._output import print_message
from ranvier.core._arguments import optional, require, require_number


class ModelCheckpoint(MonitorCallback):
    """Saves the model at the end of every epoch, or of every so many batches.

    Args:
        filepath: path of the file. It may have placeholders: `{epoch}`, `{batch}`
            (with an integer `save_freq`) and the names of metrics, with formats:
            `"{epoch:02d}-{val_loss:.2f}.keras"`. It ends with `.weights.h5` for
            weights, else with `.keras` or `.h5`. Missing folders are made.
        monitor: name of the metric that says which model is best.
        verbose: 1 prints when it saves.
        save_best_only: whether to save only when the metric is better than ever.
        save_weights_only: whether to save the weights alone.
        mode: `"min"`, `"max"` or `"auto"` (by the metric).
        save_freq: `"epoch"`, or a number of batches.
        initial_value_threshold: the best value to start from.

    Raises:
        ValueError: for another `save_freq` or ending of the path.
        KeyError: while training, if the path names a metric that is not there.
        OSError: while training, if the file cannot be written.

    Example:
        >>> best = ModelCheckpoint("best.keras", "val_accuracy", save_best_only=True)
        >>> often = ModelCheckpoint(
        ...     "{epoch:02d}-{batch}.weights.h5", save_weights_only=True, save_freq=100
        ... )
    """

    batch_granularity = "chunk"

    def __init__(
        self,
        filepath,
        monitor="val_loss",
        verbose=0,
        save_best_only=False,
        save_weights_only=False,
        mode="auto",
        save_freq="epoch",
        initial_value_threshold=None,
    ):
        optional(require_number, initial_value_threshold=initial_value_threshold)
        require(
            "a path",
            lambda p: isinstance(p, (str, os.PathLike)),
            {"filepath": filepath},
        )
        super().__init__(monitor, mode, initial_value_threshold)
        self.filepath = os.fspath(filepath)
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.save_freq = save_freq
        self._current_epoch = 0
        if save_freq != "epoch" and not (isinstance(save_freq, int) and save_freq > 0):
            raise ValueError(
                "`save_freq` must be 'epoch' or a positive number of batches. "
                f"Received: save_freq={save_freq!r}"
            )
        self._every = Every(None if save_freq == "epoch" else save_freq)
        endings = (".weights.h5",) if save_weights_only else (".keras", ".h5")
        if not self.filepath.endswith(endings):
            raise ValueError(
                f"`filepath` must end with {' or '.join(endings)} where "
                f"save_weights_only={save_weights_only}. Received: filepath="
                f"{self.filepath!r}"
            )

    def get_state(self):
        return {"best": self.best, "batches": self._every.get_state()}

    def set_state(self, state):
        self.best = state["best"]
        self._every.set_state(state["batches"])

    def steps_until_due(self):
        return self._every.left

    def on_epoch_begin(self, epoch, logs=None):
        self._current_epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self._every.is_due(batch):
            self._save(self._current_epoch, batch, logs or {})

    def on_epoch_end(self, epoch, logs=None):
        # Here and not in `__init__`: the metrics exist once training has begun.
        self._set_monitor_op()
        if self.save_freq == "epoch":
            self._save(epoch, None, logs or {})

    def _save(self, epoch, batch, logs):
        filepath = self._format_path(epoch, batch, logs)
        if self.save_best_only and not self._is_best(epoch, logs):
            return
        if os.path.isdir(filepath):
            raise OSError(
                "`filepath` of ModelCheckpoint must be a file, but there is a folder "
                f"of that name: {filepath}"
            )
        folder = os.path.dirname(filepath)
        if folder:
            os.makedirs(folder, exist_ok=True)
        self._say(epoch, f"saving {filepath}")
        if self.save_weights_only:
            self.model.save_weights(filepath, overwrite=True)
        else:
            self.model.save(filepath, overwrite=True)

    def _format_path(self, epoch, batch, logs):
        values = {"epoch": epoch + 1}
        if batch is not None:
            values["batch"] = batch + 1
        try:
            return self.filepath.format(**{**values, **logs})
        except KeyError as error:
            raise KeyError(
                f"`filepath` of ModelCheckpoint, {self.filepath!r}, names {error}, "
                f"which is not there. Available: {', '.join([*values, *logs])}."
            ) from error

    def _is_best(self, epoch, logs):
        current = logs.get(self.monitor)
        if current is None:
            self._warn_missing("tell which model is best, and saves each", logs)
            return True
        if np.ndim(current) > 0:
            warnings.warn(
                f"ModelCheckpoint needs one number to compare, but `{self.monitor}` "
                f"is {current}. It saves every model.",
                stacklevel=4,
            )
            return True
        best = "None" if self.best is None else f"{self.best:.5f}"
        if not self._is_improvement(current, self.best):
            self._say(epoch, f"{self.monitor} did not improve from {best}")
            return False
        self._say(epoch, f"{self.monitor} improved from {best} to {current:.5f}")
        self.best = current
        return True

    def _say(self, epoch, text):
        if self.verbose > 0:
            # A progress bar may be waiting in the line.
            print_message(f"\nEpoch {epoch + 1}: {text}")
