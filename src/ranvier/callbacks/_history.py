"""History: the metrics of every epoch, which `fit` returns."""

import html

import numpy as np

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

    def plot(self, metrics=None, axes=None):
        """Draws losses and metrics over the epochs; see `ranvier.plots.history`.

        Args:
            metrics: names without `val_`; default: all of them.
            axes: matplotlib axes, one for each metric; new ones if None.

        Returns:
            The array of axes.

        Raises:
            ImportError: if matplotlib is missing.
        """
        from ranvier import plots  # a picture costs nothing until it is asked for

        return plots.history(self, metrics, axes)

    def _repr_html_(self):
        """What a notebook shows: the first, best and last value of each curve."""
        rows = [
            f"<tr><td>{html.escape(name)}</td>"
            + "".join(f"<td>{value:.4g}</td>" for value in (values[0], *_range(values)))
            + f"<td>{values[-1]:.4g}</td></tr>"
            for name, values in (
                (name, [float(v) for v in values])
                for name, values in self.history.items()
                if values and not np.ndim(values[0])
            )
        ]
        heads = "".join(f"<th>{h}</th>" for h in ("", *_HEADS))
        return (
            f"<p>History of {len(self.epoch)} epochs</p>"
            f"<table><tr>{heads}</tr>{''.join(rows)}</table>"
        )


_HEADS = ("first", "lowest", "highest", "last")


def _range(values):
    finite = [v for v in values if v == v] or values
    return min(finite), max(finite)
