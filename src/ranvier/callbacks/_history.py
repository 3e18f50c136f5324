"""History: the metrics of every epoch, which `fit` returns."""

from ranvier.callbacks._callback import Callback


class History(Callback):
    """Records the logs of every epoch. `fit` adds it and returns it.

    Attributes:
        history: dictionary from the name of a metric to its values, one an epoch.
        epoch: list of the epochs' indices.

    Example:
        >>> history = History()
        >>> history.on_train_begin()
        >>> history.on_epoch_end(0, {"loss": 0.5})
        >>> history.epoch, history.history
        ([0], {'loss': [0.5]})
    """

    _state_names = ("epoch", "history")

    def __init__(self):
        super().__init__()
        self.epoch = []
        self.history = {}

    def on_train_begin(self, logs=None):
        self.epoch = []

    def on_epoch_end(self, epoch, logs=None):
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
        if self.model is not None:
            self.model.history = self
