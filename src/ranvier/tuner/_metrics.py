"""What was measured in a trial: values by metric, step and execution."""

import numpy as np

from ranvier.core import _errors
from ranvier.tuner._direction import infer_metric_direction


class MetricObservation:
    """The values of one metric at one step, one for each execution.

    Args:
        value: a number or a list of numbers.
        step: the step, for example the epoch.
    """

    def __init__(self, value, step):
        self.value = _as_list(value)
        self.step = step

    def append(self, value):
        """Adds the value of another execution (or a list of them)."""
        self.value = self.value + _as_list(value)

    def mean(self):
        """Returns the mean over the executions."""
        return np.mean(self.value)

    def get_config(self):
        """Returns the arguments of the constructor."""
        return {"value": self.value, "step": self.step}

    @classmethod
    def from_config(cls, config):
        """Builds an observation from `get_config`."""
        return cls(**config)

    def __eq__(self, other):
        return (
            isinstance(other, MetricObservation)
            and self.value == other.value
            and self.step == other.step
        )

    __hash__ = None

    def __repr__(self):
        return f"MetricObservation(value={self.value}, step={self.step})"


class MetricHistory:
    """The observations of one metric, by step.

    Args:
        direction: `"min"` or `"max"`: which values are better.

    Raises:
        ValueError: for another direction.
    """

    def __init__(self, direction="min"):
        if direction not in ("min", "max"):
            raise ValueError(
                "`direction` should be one of 'min' and 'max'. Received: "
                f"direction={direction!r}"
            )
        self.direction = direction
        self._observations = {}

    def update(self, value, step):
        """Adds a value at a step."""
        if step in self._observations:
            self._observations[step].append(value)
        else:
            self._observations[step] = MetricObservation(value, step)

    def get_best_value(self):
        """Returns the best mean of all steps, or None."""
        means = [observation.mean() for observation in self._observations.values()]
        if not means:
            return None
        if np.isnan(means).all():
            return np.float64("nan")
        return np.nanmin(means) if self.direction == "min" else np.nanmax(means)

    def get_best_step(self):
        """Returns the first step with the best value, or None."""
        best = self.get_best_value()
        for observation in self._observations.values():
            if observation.mean() == best:
                return observation.step
        return None

    def get_history(self):
        """Returns the observations in the order of their steps."""
        return sorted(self._observations.values(), key=lambda o: o.step)

    def set_history(self, observations):
        """Adds a list of observations."""
        for observation in observations:
            self.update(observation.value, step=observation.step)

    def get_statistics(self):
        """Returns min, max, mean, median, var and std of the steps' means."""
        means = [observation.mean() for observation in self.get_history()]
        if not means:
            return {}
        return {
            name: float(getattr(np, f"nan{name}")(means))
            for name in ("min", "max", "mean", "median", "var", "std")
        }

    def get_last_value(self):
        """Returns the mean at the last step, or None."""
        history = self.get_history()
        return history[-1].mean() if history else None

    def get_config(self):
        """Returns direction and observations, ready for JSON."""
        return {
            "direction": self.direction,
            "observations": [o.get_config() for o in self.get_history()],
        }

    @classmethod
    def from_config(cls, config):
        """Builds a history from `get_config`."""
        history = cls(config["direction"])
        history.set_history(
            [MetricObservation.from_config(o) for o in config["observations"]]
        )
        return history


class MetricsTracker:
    """The histories of all metrics of a trial.

    Args:
        metrics: optional list of metric objects to begin with.

    Example:
        >>> tracker = MetricsTracker()
        >>> improved = tracker.update("val_loss", 0.5, step=0)
        >>> tracker.get_best_value("val_loss").item()
        0.5
    """

    def __init__(self, metrics=None):
        self.metrics = {}
        self.register_metrics(metrics)

    def exists(self, name):
        """Tells whether there is such a metric."""
        return name in self.metrics

    def register_metrics(self, metrics=None):
        """Adds metric objects by their names."""
        for metric in metrics or ():
            self.register(metric.name)

    def register(self, name, direction=None):
        """Adds a metric; its direction is inferred from the name, else `"min"`.

        Raises:
            ValueError: if it is there already.
        """
        if self.exists(name):
            raise ValueError(f"Metric already exists: {name}")
        direction = direction or infer_metric_direction(name) or "min"
        self.metrics[name] = MetricHistory(direction)

    def update(self, name, value, step=0):
        """Adds a value and tells whether the best one changed."""
        if not self.exists(name):
            self.register(name)
        history = self.metrics[name]
        before = history.get_best_value()
        history.update(float(value), step=step)
        return history.get_best_value() != before

    def get_history(self, name):
        """Returns the list of observations of a metric."""
        return self._find(name).get_history()

    def set_history(self, name, observations):
        """Adds a list of observations to a metric."""
        if not self.exists(name):
            self.register(name)
        self.metrics[name].set_history(observations)

    def get_best_value(self, name):
        """Returns the best value of a metric."""
        return self._find(name).get_best_value()

    def get_best_step(self, name):
        """Returns the step of the best value of a metric."""
        return self._find(name).get_best_step()

    def get_statistics(self, name):
        """Returns min, max, mean, median, var and std of a metric."""
        return self._find(name).get_statistics()

    def get_last_value(self, name):
        """Returns the value of a metric at its last step."""
        return self._find(name).get_last_value()

    def get_direction(self, name):
        """Returns `"min"` or `"max"`."""
        return self._find(name).direction

    def get_config(self):
        """Returns all histories, ready for JSON."""
        return {"metrics": {n: h.get_config() for n, h in self.metrics.items()}}

    @classmethod
    def from_config(cls, config):
        """Builds a tracker from `get_config`."""
        tracker = cls()
        tracker.metrics = {
            name: MetricHistory.from_config(history)
            for name, history in config["metrics"].items()
        }
        return tracker

    def _find(self, name):
        if name not in self.metrics:
            raise ValueError(
                f"Unknown metric: {name}."
                f"{_errors.close_names(name, self.metrics)} "
                f"Available: {', '.join(self.metrics)}."
            )
        return self.metrics[name]


def _as_list(value):
    return list(value) if isinstance(value, list) else [value]
