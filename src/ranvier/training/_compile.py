"""What `compile` is given, resolved against the outputs: losses and metrics."""

from ranvier import losses as losses_module
from ranvier import metrics as metrics_module
from ranvier.core import _tree
from ranvier.core._naming import to_snake_case
from ranvier.losses import Loss
from ranvier.losses._loss import LossFunctionWrapper
from ranvier.metrics import Mean, Metric
from ranvier.ops import cast
from ranvier.training._outputs import align, leaf_names


class CompiledLoss:
    """The training loss: one loss per output, weighted and added up.

    Args:
        loss: what `compile` got: one, or one per output.
        loss_weights: numbers, likewise.
        output_names: the model's output names, or None.

    Attributes:
        trackers: with several outputs, the mean of each output's loss.
    """

    def __init__(self, loss, loss_weights=None, output_names=None):
        if loss_weights is not None and not isinstance(
            loss_weights, (list, tuple, dict, float, int)
        ):
            raise ValueError(
                "Expected `loss_weights` argument to be a float (single output case) "
                "or a list, tuple, or dict (multiple output case). Received instead: "
                f"loss_weights={loss_weights} of type {type(loss_weights)}"
            )
        self.given = loss
        self.loss_weights = loss_weights
        self.output_names = output_names
        self.trackers: list = []
        self.terms: list | None = None
        for leaf in _tree.flatten(loss):  # unknown names fail in `compile` already
            if isinstance(leaf, str) and leaf.lower() not in ("crossentropy", "ce"):
                losses_module.get(leaf)

    @property
    def built(self):
        """Whether the losses were matched to outputs."""
        return self.terms is not None

    def build(self, y_true, y_pred):
        """Matches losses to outputs.

        Each term is `(output index, loss, weight, name)`.
        """
        flat_pred = _tree.flatten(y_pred)
        names = leaf_names(y_pred, self.output_names)
        given = self.given
        if not _tree.is_nested(given):
            per_output = [[given] for _ in flat_pred]
        elif len(flat_pred) == 1 and isinstance(given, (list, tuple)):
            per_output = [list(given)]  # several losses of one output
        else:
            aligned = align(given, y_pred, self.output_names, "loss")
            per_output = [[loss] for loss in aligned]
        wanted = [any(one is not None for one in group) for group in per_output]
        flat_true = self._targets(y_true, y_pred, wanted)
        weights = self._weights(y_pred, per_output)
        terms = []
        for i, group in enumerate(per_output):
            for one, weight in zip(group, weights[i], strict=True):
                if one is None:
                    continue
                resolved = _resolve_loss(one, flat_true[i], flat_pred[i])
                terms.append((i, resolved, weight, names[i] or resolved.name))
        if len(terms) > 1:
            self.trackers = [
                Mean(name=name) for name in _unique(f"{t[3]}_loss" for t in terms)
            ]
        self.wanted = wanted
        self.terms = terms

    def _weights(self, y_pred, per_output):
        weights = self.loss_weights
        if weights is None:
            return [[None] * len(group) for group in per_output]
        if len(per_output) == 1 and _tree.is_nested(weights):
            flat = _tree.flatten(weights)
            if len(flat) != len(per_output[0]):
                raise ValueError(
                    "`loss_weights` must match the number of losses, got "
                    f"{len(per_output[0])} losses and {len(flat)} weights."
                )
            return [flat]
        if not _tree.is_nested(weights):
            return [[weights] * len(group) for group in per_output]
        aligned = align(weights, y_pred, self.output_names, "loss_weights")
        return [[w] * len(g) for w, g in zip(aligned, per_output, strict=True)]

    def _targets(self, y_true, y_pred, wanted):
        """Returns the target of each output; None for outputs without a loss."""
        count = sum(wanted)
        if isinstance(y_true, (list, tuple)) and len(y_true) == count < len(wanted):
            targets = iter(y_true)
            return [next(targets) if want else None for want in wanted]
        return align(y_true, y_pred, self.output_names, "y")

    def __call__(self, y_true, y_pred, sample_weight=None):
        """Returns the weighted sum of the losses, or None if there is none."""
        if not self.built:
            self.build(y_true, y_pred)
        flat_pred = _tree.flatten(y_pred)
        flat_true = self._targets(y_true, y_pred, self.wanted)
        sample_weights = _per_output(sample_weight, y_pred, self.output_names)
        values = []
        for position, (i, loss, weight, _) in enumerate(self.terms):
            value = loss(flat_true[i], flat_pred[i], sample_weights[i])
            value = cast(value, "float32")
            if self.trackers:
                size = flat_pred[i].shape[0]
                self.trackers[position].update_state(value, sample_weight=size)
            values.append(value if weight is None else value * weight)
        return sum(values[1:], values[0]) if values else None


class CompiledMetrics(Metric):
    """The metrics of each output.

    Args:
        metrics: what `compile` got: a list, or one entry per output.
        weighted_metrics: likewise; these see sample weights.
        output_names: the model's output names, or None.
    """

    def __init__(self, metrics, weighted_metrics, output_names=None):
        super().__init__(name="compile_metrics")
        for argument, value in (
            ("metrics", metrics),
            ("weighted_metrics", weighted_metrics),
        ):
            if value and not isinstance(value, (list, tuple, dict)):
                raise ValueError(
                    f"Expected `{argument}` argument to be a list, tuple, or dict. "
                    f"Received instead: {argument}={value} of type {type(value)}"
                )
            for leaf in _tree.flatten(value or []):
                if isinstance(leaf, str) and leaf.lower() not in _INFERRED_METRICS:
                    metrics_module.get(leaf)
        # Past the base's tracking: the metrics here are listed by `metrics`.
        self.__dict__.update(
            given=metrics,
            given_weighted=weighted_metrics,
            output_names=output_names,
            entries=None,
        )

    @property
    def built(self):
        """Whether the metrics were matched to outputs."""
        return self.entries is not None

    @property
    def metrics(self):
        """All metric objects."""
        return [metric for _, metric, _, _ in self.entries or []]

    def build(self, y_true, y_pred):
        """Matches metrics to outputs.

        Each entry is `(output index, metric, weighted, log name)`.
        """
        flat_pred = _tree.flatten(y_pred)
        flat_true = _align_targets(y_true, y_pred, self.output_names)
        names = leaf_names(y_pred, self.output_names)
        entries, used = [], {}
        for given, weighted, argument in (
            (self.given, False, "metrics"),
            (self.given_weighted, True, "weighted_metrics"),
        ):
            groups = self._groups(given, y_pred, argument)
            for i, group in enumerate(groups):
                for identifier in group:
                    metric = _resolve_metric(identifier, flat_true[i], flat_pred[i])
                    name = metric.name
                    prefix = names[i] if len(flat_pred) > 1 else None
                    log = f"{prefix}_{name}" if prefix else name
                    if log in used and weighted:
                        name = f"weighted_{name}"
                        log = f"{prefix}_{name}" if prefix else name
                    index = used.get(log, 0)
                    used[log] = index + 1
                    log = f"{log}_{index}" if index else log
                    entries.append((i, metric, weighted, log))
        self.__dict__["entries"] = entries

    def _groups(self, given, y_pred, argument):
        """Returns the list of metrics of each output."""
        count = len(_tree.flatten(y_pred))
        if not given:
            return [[] for _ in range(count)]
        if count == 1:
            return [[m for m in _tree.flatten(given) if m is not None]]

        def is_leaf(value):
            return isinstance(value, (list, tuple))

        if isinstance(given, (list, tuple)) and len(given) != count:
            raise ValueError(
                f"Invalid `{argument}`: the model has {count} outputs"
                + (f" {self.output_names}" if self.output_names else "")
                + f", but {len(given)} entries were given. Give a list with one entry "
                "(a metric, or a list of metrics) for each output, or a dictionary by "
                "output name."
            )
        aligned = align(given, y_pred, self.output_names, argument, is_leaf)
        return [
            [] if group is None else [m for m in _tree.flatten(group) if m is not None]
            for group in aligned
        ]

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Updates all metrics with one batch."""
        if not self.built:
            self.build(y_true, y_pred)
        flat_pred = _tree.flatten(y_pred)
        flat_true = _align_targets(y_true, y_pred, self.output_names)
        weights = _per_output(sample_weight, y_pred, self.output_names)
        for i, metric, weighted, _ in self.entries:
            if weighted:
                metric.update_state(flat_true[i], flat_pred[i], weights[i])
            else:
                metric.update_state(flat_true[i], flat_pred[i])

    def names(self):
        """Returns the log names, in order."""
        return [log for *_, log in self.entries or []]

    def reset_state(self):
        """Resets all metrics."""
        for metric in self.metrics:
            metric.reset_state()

    def result(self):
        """Returns the results by log name."""
        return {log: metric.result() for _, metric, _, log in self.entries or []}

    @property
    def variables(self):
        """The variables of all metrics."""
        return [v for metric in self.metrics for v in metric.variables]


_INFERRED_METRICS = ("accuracy", "acc", "crossentropy", "ce")


def _align_targets(y_true, y_pred, output_names):
    count = len(_tree.flatten(y_pred))
    if y_true is None:
        return [None] * count
    if isinstance(y_true, (list, tuple)) and len(y_true) < count:
        return [*y_true, *[None] * (count - len(y_true))]
    return align(y_true, y_pred, output_names, "y")


def _per_output(sample_weight, y_pred, output_names):
    count = len(_tree.flatten(y_pred))
    if sample_weight is None:
        return [None] * count
    if not _tree.is_nested(sample_weight):
        return [sample_weight] * count
    if isinstance(sample_weight, (list, tuple)) and len(sample_weight) == 1:
        return list(sample_weight) * count
    return align(sample_weight, y_pred, output_names, "sample_weight")


def _kind_of_targets(y_true, y_pred):
    """Returns `(binary, sparse)` as told by the shapes."""
    binary = y_pred.shape[-1] == 1
    fewer_axes = len(y_true.shape) < len(y_pred.shape)
    one_column = len(y_true.shape) > 0 and y_true.shape[-1] == 1
    return binary, fewer_axes or (one_column and y_pred.shape[-1] > 1)


def _resolve_loss(identifier, y_true, y_pred):
    if isinstance(identifier, str) and identifier.lower() in ("crossentropy", "ce"):
        binary, sparse = _kind_of_targets(y_true, y_pred)
        if binary:
            found = losses_module.binary_crossentropy
        elif sparse:
            found = losses_module.sparse_categorical_crossentropy
        else:
            found = losses_module.categorical_crossentropy
    else:
        found = losses_module.get(identifier)
    if isinstance(found, Loss):
        return found
    name = identifier if isinstance(identifier, str) else _name_of(found)
    return LossFunctionWrapper(found, name=name)


def _resolve_metric(identifier, y_true, y_pred):
    if isinstance(identifier, str) and identifier.lower() in ("accuracy", "acc"):
        binary, sparse = _kind_of_targets(y_true, y_pred)
        if binary:
            found = metrics_module.BinaryAccuracy(name=identifier)
        elif sparse:
            found = metrics_module.SparseCategoricalAccuracy(name=identifier)
        else:
            found = metrics_module.CategoricalAccuracy(name=identifier)
        return found
    if isinstance(identifier, str) and identifier.lower() in ("crossentropy", "ce"):
        binary, sparse = _kind_of_targets(y_true, y_pred)
        if binary:
            return metrics_module.BinaryCrossentropy(name=identifier)
        if sparse:
            return metrics_module.SparseCategoricalCrossentropy(name=identifier)
        return metrics_module.CategoricalCrossentropy(name=identifier)
    found = metrics_module.get(identifier)
    name = identifier if isinstance(identifier, str) else _name_of(found)
    if not isinstance(found, Metric):
        found = metrics_module.MeanMetricWrapper(found, name=name)
    elif isinstance(identifier, str):
        found.name = name
    return found


def _name_of(obj):
    name = getattr(obj, "name", None)
    if name:
        return name
    return to_snake_case(getattr(obj, "__name__", type(obj).__name__))


def _unique(names):
    seen: dict = {}
    for name in names:
        count = seen.get(name, 0)
        seen[name] = count + 1
        yield f"{name}_{count}" if count else name
