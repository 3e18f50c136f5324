"""EarlyStopping: stop when a metric no longer gets better."""

from ranvier.callbacks._monitor import MonitorCallback
from ranvier.callbacks._output import print_message
from ranvier.core._arguments import optional, require_nonnegative, require_number


class EarlyStopping(MonitorCallback):
    """Stops training when a metric has not improved for some epochs.

    Args:
        monitor: name of the metric to watch.
        min_delta: an improvement smaller than this does not count.
        patience: number of epochs without improvement after which training stops.
        verbose: 1 prints when it acts.
        mode: `"min"`, `"max"` or `"auto"` (by the metric).
        baseline: the waiting starts anew only for values better than this one too.
        restore_best_weights: whether the model ends with the weights of its best
            epoch rather than with the last ones.
        start_from_epoch: number of epochs to let pass before watching.

    Raises:
        ValueError: for a bad number, or when training begins, if `mode="auto"` cannot
            be decided.

    Example:
        >>> import numpy as np, ranvier
        >>> model = ranvier.Sequential([ranvier.layers.Dense(1)])
        >>> model.compile(optimizer="sgd", loss="mse")
        >>> stop = EarlyStopping("loss", patience=3, min_delta=1e9)
        >>> history = model.fit(
        ...     np.ones((8, 2)), np.ones(8), epochs=10, verbose=0, callbacks=[stop]
        ... )
        >>> history.epoch
        [0, 1, 2, 3]
    """

    _state_names = ("wait", "stopped_epoch", "best", "best_epoch", "best_weights")

    def __init__(
        self,
        monitor="val_loss",
        min_delta=0,
        patience=0,
        verbose=0,
        mode="auto",
        baseline=None,
        restore_best_weights=False,
        start_from_epoch=0,
    ):
        super().__init__(monitor, mode, min_delta=min_delta)
        require_nonnegative(patience=patience, start_from_epoch=start_from_epoch)
        optional(require_number, baseline=baseline)
        self.patience = patience
        self.verbose = verbose
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch
        self._reset()

    def _reset(self):
        self.wait = 0
        self.stopped_epoch = 0
        self.best = None
        self.best_epoch = 0
        self.best_weights = None

    def on_train_begin(self, logs=None):
        self._reset()

    def on_epoch_end(self, epoch, logs=None):
        self._set_monitor_op()
        current = self.get_monitor_value(logs)
        if current is None or epoch < self.start_from_epoch:
            return
        self.wait += 1
        if self._is_improvement(current, self.best):
            self.best = current
            self.best_epoch = epoch
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
            if self.baseline is None or self._is_improvement(current, self.baseline):
                self.wait = 0
        # The very first epoch is never the last.
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def get_monitor_value(self, logs):
        """Returns the watched metric, or None with a warning if it is missing."""
        logs = logs or {}
        if self.monitor not in logs:
            self._warn_missing("watch for improvements", logs)
        return logs.get(self.monitor)

    def on_train_end(self, logs=None):
        if self.stopped_epoch > 0 and self.verbose > 0:
            print_message(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose > 0:
                print_message(
                    f"Restoring the weights of the best epoch: {self.best_epoch + 1}."
                )
            self.model.set_weights(self.best_weights)
