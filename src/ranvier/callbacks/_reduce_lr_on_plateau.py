"""ReduceLROnPlateau: a smaller learning rate when a metric no longer gets better."""

import numpy as np

from ranvier.callbacks._learning_rates import (
    learning_rate_of,
    optimizers_of,
    record_learning_rates,
)
from ranvier.callbacks._monitor import MonitorCallback
from ranvier.callbacks._output import print_message
from ranvier.core._arguments import require_below_one, require_nonnegative


class ReduceLROnPlateau(MonitorCallback):
    """Multiplies the learning rate by `factor` when a metric stagnates.

    The rate of each epoch also goes into the logs, as `learning_rate`.

    Args:
        monitor: name of the metric to watch.
        factor: a number below 1.
        patience: number of epochs without improvement after which it reduces.
        verbose: 1 prints when it does.
        mode: `"min"`, `"max"` or `"auto"` (by the metric).
        min_delta: an improvement smaller than this does not count.
        cooldown: number of epochs to pause after a reduction.
        min_lr: the learning rate is not made smaller than this.

    Raises:
        ValueError: if `factor` is not below 1, or another number is negative.

    Example:
        >>> import numpy as np, ranvier
        >>> model = ranvier.Sequential([ranvier.layers.Dense(1)])
        >>> model.compile(ranvier.optimizers.SGD(0.5), loss="mse")
        >>> reduce = ReduceLROnPlateau("loss", factor=0.5, patience=2, min_delta=1e9)
        >>> history = model.fit(
        ...     np.ones((8, 2)), np.ones(8), epochs=5, verbose=0, callbacks=[reduce]
        ... )
        >>> history.history["learning_rate"]
        [0.5, 0.5, 0.5, 0.25, 0.25]
    """

    _state_names = ("best", "wait", "cooldown_counter")

    def __init__(
        self,
        monitor="val_loss",
        factor=0.1,
        patience=10,
        verbose=0,
        mode="auto",
        min_delta=1e-4,
        cooldown=0,
        min_lr=0.0,
    ):
        super().__init__(monitor, mode, min_delta=min_delta)
        require_below_one(factor=factor)
        require_nonnegative(patience=patience, cooldown=cooldown, min_lr=min_lr)
        self.factor = factor
        self.patience = patience
        self.verbose = verbose
        self.cooldown = cooldown
        self.min_lr = min_lr
        self._reset()

    def _reset(self):
        self.best = None
        self.wait = 0
        self.cooldown_counter = 0

    def on_train_begin(self, logs=None):
        self._reset()

    def on_epoch_end(self, epoch, logs=None):
        self._set_monitor_op()
        logs = {} if logs is None else logs
        record_learning_rates(self.model, logs)
        current = logs.get(self.monitor)
        if current is None:
            self._warn_missing("watch for a plateau", logs)
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self._is_improvement(current, self.best):
            self.best = current
            self.wait = 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience and self._reduce(epoch):
                self.cooldown_counter = self.cooldown
                self.wait = 0

    def in_cooldown(self) -> bool:
        """Tells whether it pauses after a reduction."""
        return self.cooldown_counter > 0

    def _reduce(self, epoch):
        reduced = False
        for name, optimizer in optimizers_of(self.model).items():
            old_rate = learning_rate_of(optimizer)
            # The optimizer holds 32 bits: the bound must be rounded as it was.
            if old_rate <= np.float32(self.min_lr):
                continue
            new_rate = max(old_rate * self.factor, self.min_lr)
            optimizer.learning_rate = new_rate
            reduced = True
            if self.verbose > 0:
                print_message(
                    f"\nEpoch {epoch + 1}: ReduceLROnPlateau sets {name} to {new_rate}."
                )
        return reduced
