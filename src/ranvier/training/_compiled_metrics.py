"""The metrics of `compile`, matched to the outputs."""

import collections

import jax
import jax.numpy as jnp

from ranvier.core import _tree
from ranvier.core._errors import returned
from ranvier.metrics import Metric
from ranvier.ops._symbolic import infer_outputs
from ranvier.training._outputs import align, leaf_names, per_output
from ranvier.training._resolve import check_metric, resolve_metric

# One metric of one output (an index in flat order) and its name in the logs.
Entry = collections.namedtuple("Entry", ["index", "metric", "weighted", "log"])


class CompiledMetrics(Metric):
    """The metrics of each output.

    Args:
        metrics: what `compile` got: a list, or one entry per output.
        weighted_metrics: likewise; these see sample weights.
        output_names: the model's output names, or None.

    Attributes:
        entries: the metrics, once they are matched to outputs.
    """

    def __init__(self, metrics, weighted_metrics, output_names=None):
        super().__init__(name="compile_metrics")
        given = {"metrics": metrics, "weighted_metrics": weighted_metrics}
        for argument, value in given.items():
            if value and not isinstance(value, (list, tuple, dict)):
                raise ValueError(
                    f"Expected `{argument}` argument to be a list, tuple, or dict. "
                    f"Received instead: {argument}={value} of type {type(value)}"
                )
            for leaf in _tree.flatten(value or []):
                check_metric(leaf)
        # Past the base's tracking: the metrics here are listed by `metrics`.
        self.__dict__.update(given=given, output_names=output_names, entries=None)

    @property
    def built(self):
        """Whether the metrics were matched to outputs."""
        return self.entries is not None

    @property
    def metrics(self):
        """All metric objects."""
        return [entry.metric for entry in self.entries or []]

    def build(self, y_true, y_pred):
        """Matches metrics to outputs and tries them on symbolic tensors.

        Raises:
            ValueError: if names, counts or shapes do not fit. Nothing is built then.
        """
        self._match(y_true, y_pred)
        try:
            infer_outputs(self.update_state, (y_true, y_pred), {})
        except Exception:
            self.__dict__["entries"] = None
            raise

    def _match(self, y_true, y_pred):
        flat_pred = _tree.flatten(y_pred)
        flat_true = self._targets(y_true, y_pred)
        prefixes = self._prefixes(y_pred)
        entries, used = [], collections.Counter()
        for argument, given in self.given.items():
            weighted = argument == "weighted_metrics"
            for i, group in enumerate(self._groups(given, y_pred, argument)):
                for identifier in group:
                    metric = resolve_metric(identifier, flat_true[i], flat_pred[i])
                    log = prefixes[i] + metric.name
                    if weighted and log in used:
                        log = f"{prefixes[i]}weighted_{metric.name}"
                    count = used[log]
                    used[log] += 1
                    log = f"{log}_{count}" if count else log
                    entries.append(Entry(i, metric, weighted, log))
        self.__dict__["entries"] = entries

    def _prefixes(self, y_pred):
        """Returns what begins the log names of each output's metrics."""
        count = len(_tree.flatten(y_pred))
        if count == 1:
            return [""]
        if len(y_pred) == count:
            names = leaf_names(y_pred, self.output_names)
        else:  # deeper structures: as in Keras, not the paths that name the losses
            names = self.output_names or [None] * count
        return [f"{name}_" if name else "" for name in names]

    def _groups(self, given, y_pred, argument):
        """Returns the list of metrics of each output."""
        count = len(_tree.flatten(y_pred))
        if not given:
            return [[] for _ in range(count)]
        if count == 1:
            return [_present(given)]

        aligned = align(given, y_pred, self.output_names, argument)
        return [_present(group) for group in aligned]

    def _targets(self, y_true, y_pred):
        count = len(_tree.flatten(y_pred))
        if y_true is None:
            return [None] * count
        if isinstance(y_true, (list, tuple)) and len(y_true) < count:
            return [*y_true, *[None] * (count - len(y_true))]
        return align(y_true, y_pred, self.output_names, "y")

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Updates all metrics with one batch."""
        if not self.built:
            self._match(y_true, y_pred)
        flat_pred = _tree.flatten(y_pred)
        flat_true = self._targets(y_true, y_pred)
        weights = per_output(sample_weight, y_pred, self.output_names, "sample_weight")
        for i, metric, weighted, _ in self.entries:
            weight = (weights[i],) if weighted else ()
            metric.update_state(flat_true[i], flat_pred[i], *weight)

    def reset_state(self):
        """Resets all metrics."""
        for metric in self.metrics:
            metric.reset_state()

    def result(self):
        """Returns the results by log name."""
        return {entry.log: _result(entry.metric) for entry in self.entries or []}

    @property
    def variables(self):
        """The variables of all metrics."""
        return [v for metric in self.metrics for v in metric.variables]


def _result(metric):
    """Returns a metric's result as arrays: its class may compute with tensors."""
    result = returned(
        metric.result(), f"`{type(metric).__name__}.result`", "a number or a tensor"
    )
    return jax.tree.map(jnp.asarray, result)


def _present(group):
    return [metric for metric in _tree.flatten(group) if metric is not None]
