"""ProgbarLogger: the progress lines of fit, evaluate and predict."""

from ranvier.callbacks._callback import Callback
from ranvier.callbacks._output import print_message
from ranvier.callbacks._progbar import Progbar

_REDRAW_SECONDS = 0.1


class ProgbarLogger(Callback):
    """Prints the epochs and a progress bar with metrics.

    A terminal or notebook shows a living bar with the steps, the time left, samples per
    second and metrics. A file gets one line an epoch.

    `fit`, `evaluate` and `predict` add it unless `verbose=0`.

    Example:
        >>> logger = ProgbarLogger()
        >>> logger.set_params({"verbose": 2, "epochs": 3, "steps": 10})
        >>> logger.on_epoch_begin(0)
        Epoch 1/3
        >>> logger.on_epoch_end(0, {"loss": 0.5})  # doctest: +ELLIPSIS
        10/10 - 0s - ...s/step - loss: 0.5000
    """

    batch_granularity = "chunk"

    def __init__(self):
        super().__init__()
        self.seen = 0
        self.progbar = None
        self.target = None
        self.verbose = 1
        self.epochs = 1
        self.batch_size = None  # told by the engine, where it is known
        self._in_fit = False

    def set_params(self, params):
        self.params = params
        verbose = params.get("verbose", 1)
        self.verbose = 1 if verbose == "auto" else verbose
        self.epochs = params.get("epochs", 1)
        self.target = params.get("steps")

    def on_train_begin(self, logs=None):
        self._in_fit = True  # the validations inside are silent

    def on_epoch_begin(self, epoch, logs=None):
        self._start_bar()
        if self.verbose and self.epochs > 1:
            label = f"Epoch {epoch + 1}/{self.epochs}"
            if self.progbar.is_one_line:
                self.progbar.label = label
            else:
                print_message(label)

    def on_train_end(self, logs=None):
        self._in_fit = False

    def on_train_batch_end(self, batch, logs=None):
        self._update(batch, logs)

    def on_epoch_end(self, epoch, logs=None):
        self._finish(logs)

    def on_test_begin(self, logs=None):
        if not self._in_fit:
            self._start_bar()

    def on_test_batch_end(self, batch, logs=None):
        if not self._in_fit:
            self._update(batch, logs)

    def on_test_end(self, logs=None):
        if not self._in_fit:
            self._finish(logs)

    def on_predict_begin(self, logs=None):
        self._start_bar()

    def on_predict_batch_end(self, batch, logs=None):
        self._update(batch, None)  # the logs are outputs, not metrics

    def on_predict_end(self, logs=None):
        self._finish(None)

    def _start_bar(self):
        self.seen = 0
        self.progbar = Progbar(
            self.target,
            verbose=self.verbose,
            interval=_REDRAW_SECONDS,
            stateless_metrics=(),
        )
        self.progbar.samples_per_step = self.batch_size

    def _update(self, batch, logs):
        if self.progbar is None:
            self._start_bar()
        self.seen = batch + 1
        # Logs may have to be read from the device: only for a line that is shown.
        if self.progbar.due():
            self.progbar.update(self.seen, list((logs or {}).items()), finalize=False)

    def _finish(self, logs):
        if self.progbar is None:
            self._start_bar()
        if self.target is None:
            self.target = self.progbar.target = self.seen
        if self.verbose:
            # An epoch that was stopped has not seen all its steps.
            steps = self.seen or self.target
            self.progbar.update(steps, list((logs or {}).items()), finalize=True)
