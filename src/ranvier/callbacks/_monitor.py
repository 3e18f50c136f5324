"""What callbacks that watch one metric share: which values are better."""

import operator
import warnings

from ranvier.callbacks._callback import Callback
from ranvier.core import _errors
from ranvier.core._arguments import require, require_number

_MODES = ("auto", "min", "max")


class MonitorCallback(Callback):
    """Base of the callbacks that compare a metric with its best value so far.

    Args:
        monitor: name of the metric in the logs.
        mode: `"min"`, `"max"`, or `"auto"`: smaller is better for losses, and the
            metric knows for itself otherwise.
        baseline: the best value to start from; None takes the first one.
        min_delta: by how much a value must be better to count.
    """

    def __init__(self, monitor="val_loss", mode="auto", baseline=None, min_delta=0):
        super().__init__()
        if mode not in _MODES:
            warnings.warn(
                f"{type(self).__name__} mode {mode!r} is unknown; taking 'auto'. "
                f"Expected one of {_MODES}.",
                stacklevel=3,
            )
            mode = "auto"
        require("a string", lambda name: isinstance(name, str), {"monitor": monitor})
        require_number(min_delta=min_delta)
        self.monitor = monitor
        self.mode = mode
        self.best = baseline
        self.min_delta = abs(min_delta)
        self.monitor_op = None

    def _set_monitor_op(self):
        """Settles the direction; the metrics exist only once training has begun."""
        if self.monitor_op is None:
            direction = self.mode if self.mode != "auto" else self._find_direction()
            self.monitor_op = operator.gt if direction == "max" else operator.lt

    def _find_direction(self):
        name = self.monitor.removeprefix("val_")
        if _names(name, "loss"):
            return "min"
        for metric in _all_metrics(self.model):
            direction = getattr(metric, "_direction", None)
            if direction is not None and _names(name, metric.name):
                return "max" if direction == "up" else "min"
        known = [metric.name for metric in _all_metrics(self.model)]
        raise ValueError(
            f"{type(self).__name__} cannot tell whether `{self.monitor}` should be "
            "large or small. Pass mode='max' or mode='min'. Received: "
            f"monitor={self.monitor!r}, mode='auto'."
            f"{_errors.close_names(name, [*known, 'loss'])}"
        )

    def _is_improvement(self, value, reference):
        if reference is None:
            return True
        self._set_monitor_op()
        margin = self.min_delta if self.monitor_op is operator.gt else -self.min_delta
        return bool(self.monitor_op(value - margin, reference))

    def _warn_missing(self, action, logs):
        warnings.warn(
            f"{type(self).__name__} cannot {action}: there is no metric "
            f"`{self.monitor}`.{_errors.close_names(self.monitor, logs)} "
            f"Available: {', '.join(logs)}.",
            stacklevel=4,
        )


def _names(log_name, metric_name):
    # The logs of a model with several outputs put the output's name in front.
    return log_name == metric_name or log_name.endswith(f"_{metric_name}")


def _all_metrics(model):
    found = []
    for metric in getattr(model, "metrics", None) or ():
        found.extend(getattr(metric, "metrics", None) or [metric])
    return found
