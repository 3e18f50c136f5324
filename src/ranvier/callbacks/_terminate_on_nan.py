"""TerminateOnNaN: stop at the first loss that is NaN or infinite."""

import math

from ranvier.callbacks._callback import Callback
from ranvier.callbacks._output import print_message


class TerminateOnNaN(Callback):
    """Stops training right after the first batch whose loss is NaN or infinite.

    The compiled epoch watches the loss itself, so this costs no speed.

    Args:
        raise_error: whether to raise an error instead of ending `fit` as usual. The
            other callbacks' `on_train_end` is then not called.

    Raises:
        RuntimeError: while training, for such a loss where `raise_error` is set.

    Example:
        >>> import numpy as np, ranvier
        >>> model = ranvier.Sequential([ranvier.layers.Dense(1)])
        >>> model.compile(optimizer="sgd", loss="mse")
        >>> history = model.fit(
        ...     np.full((8, 2), np.nan), np.ones(8), epochs=3, verbose=0,
        ...     callbacks=[TerminateOnNaN()],
        ... )
        Batch 0: the loss is not finite, training stops
        >>> history.epoch
        [0]
    """

    stop_on_nonfinite = True

    def __init__(self, raise_error: bool = False):
        super().__init__()
        self.raise_error = raise_error
        self._terminated_on_nan = False

    def needs_batches(self, mode):
        return False

    def on_train_begin(self, logs=None):
        self._terminated_on_nan = False

    def on_nonfinite_loss(self, batch):
        if self._terminated_on_nan:
            return
        self._terminated_on_nan = True
        if self.raise_error:
            raise RuntimeError(
                f"NaN or Inf loss encountered in batch {batch}. Look at the inputs "
                "for NaN, or try a smaller learning rate."
            )
        print_message(f"Batch {batch}: the loss is not finite, training stops")
        self.model.stop_training = True

    def on_batch_end(self, batch, logs=None):
        # For training loops of the user's own: `fit` watches each loss by itself.
        loss = (logs or {}).get("loss")
        if loss is not None and not math.isfinite(loss):
            self.on_nonfinite_loss(batch)
