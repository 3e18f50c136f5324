"""Evidence: all that the checks may look at, measured once and only when asked for."""

import dataclasses
import functools

import jax
import numpy as np

from ranvier import losses
from ranvier.core import _tree
from ranvier.diagnostics._layers import statistics_of
from ranvier.diagnostics._learner import QuickLearner, rows_for_learning
from ranvier.diagnostics._probe import look_at
from ranvier.diagnostics._trial import Trials
from ranvier.layers import Embedding

_OF_CLASSES = (losses.categorical_crossentropy, losses.categorical_focal_crossentropy)
_BINARY = (losses.binary_crossentropy, losses.binary_focal_crossentropy)
_SPARSE = (losses.sparse_categorical_crossentropy,)
_SQUARED = (
    losses.mean_squared_error,
    losses.mean_absolute_error,
    losses.huber,
    losses.log_cosh,
)


@dataclasses.dataclass(frozen=True)
class Output:
    """One output with its loss.

    Attributes:
        name: name of the output.
        loss: the loss object.
        kind: `"categorical"`, `"sparse"`, `"binary"`, `"squared"` or `"other"`.
        from_logits: whether the loss expects values before the activation.
        activation: name of the output's activation, or None.
        layer: name of the layer the output comes from, or None.
        targets: its targets on the sample.
        all_targets: its targets, all of them.
        predictions: what the model predicts on the sample, or None.
        metrics: the metrics that watch it.
    """

    name: str
    loss: object
    kind: str
    from_logits: bool
    activation: str | None
    layer: str | None
    targets: np.ndarray
    all_targets: np.ndarray
    predictions: np.ndarray | None
    metrics: tuple = ()

    @property
    def classes(self) -> int | None:
        """The number of classes, for targets that name classes."""
        if self.kind == "sparse":
            return self.predictions.shape[-1] if self.predictions is not None else None
        if self.kind == "categorical":
            return self.targets.shape[-1]
        return 2 if self.kind == "binary" and self._is_single else None

    @property
    def _is_single(self):
        return self.targets.ndim == 1 or self.targets.shape[-1] == 1

    @property
    def is_finite(self) -> bool:
        """Whether all targets are finite numbers."""
        return bool(np.isfinite(np.asarray(self.all_targets, dtype="float64")).all())

    @functools.cached_property
    def skill(self) -> float | None:
        """The share of the targets' variance that the predictions explain."""
        if self.predictions is None:
            return None
        p = np.asarray(self.predictions, dtype="float64")
        y = np.asarray(self.targets, dtype="float64")
        if self.kind == "sparse":
            y = (
                y.reshape(len(y), -1)[:, :1].astype(int) == np.arange(p.shape[-1])
            ) * 1.0
        if self.from_logits:
            if self.kind == "binary":
                p = 1 / (1 + np.exp(-np.clip(p, -50, 50)))
            else:
                p = np.exp(p - p.max(axis=-1, keepdims=True))
                p /= p.sum(axis=-1, keepdims=True)
        p, y = p.reshape(len(p), -1), y.reshape(len(y), -1)
        if p.shape != y.shape:
            return None
        variance = ((y - y.mean(axis=0)) ** 2).sum()
        return None if variance == 0 else float(1 - ((p - y) ** 2).sum() / variance)

    def as_columns(self, targets) -> np.ndarray:
        """Returns targets as columns of numbers: classes one-hot, numbers scaled."""
        y = np.asarray(targets, dtype="float64")
        if self.kind == "sparse":
            values = y.reshape(len(y), -1)[:, 0].astype(int)
            return (values[:, None] == np.unique(values)).astype("float64")
        y = y.reshape(len(y), -1)
        deviation = y.std(axis=0)
        return (y - y.mean(axis=0)) / np.where(deviation > 0, deviation, 1)


class Evidence:
    """Everything the checks look at.

    Args:
        model: a built and compiled model.
        feed: an `ArrayFeed` with the training data.
        validation: an `ArrayFeed` with the validation data, or None.
        history: dictionary of the logs so far, or `{}`.
        samples: how many samples the look takes.
        steps: steps of a trial; 0 for none.
        quick: only what a look at the network shows.
    """

    def __init__(self, model, feed, validation, history, samples, steps, quick=False):
        self.model = model
        self.feed = feed
        self.validation = validation
        self.history = history
        self.quick = quick
        self._samples = samples
        self._steps = 0 if quick else steps

    @functools.cached_property
    def batch(self):
        """The sample, evenly spread over the training data."""
        return take(self.feed, self._samples)

    @functools.cached_property
    def look(self):
        """The `Look` at the network as it is."""
        return look_at(self.model, self.batch, self.quick)

    @functools.cached_property
    def layers(self):
        """The `LayerStatistics` of the network as it is."""
        return statistics_of(self.look)

    @functools.cached_property
    def inputs(self) -> list:
        """The sample's inputs as `(samples, features)`, in flat order."""
        return [_rows(a) for a in _tree.flatten(self.batch[0])]

    @functools.cached_property
    def outputs(self) -> list:
        """The `Output`s that have a loss."""
        compiled = self.model._compile_loss
        if compiled is None or self.feed.arrays[1] is None:
            return []
        ends = [c for c in self.look.layers if c.is_output]
        predictions = self.look.predictions
        result = []
        for term in compiled.terms or ():
            i = term.index
            if isinstance(i, tuple):
                continue  # of a structure of outputs
            function = getattr(term.loss, "fn", None)
            settings = (
                term.loss._arguments() if hasattr(term.loss, "_arguments") else {}
            )
            end = ends[i] if i < len(ends) else None
            result.append(
                Output(
                    name=term.name,
                    loss=term.loss,
                    kind=_kind(function),
                    from_logits=bool(settings.get("from_logits", False)),
                    activation=None if end is None else end.activation,
                    layer=None if end is None else end.layer.name,
                    targets=np.asarray(compiled._targets(self.batch[1])[i]),
                    all_targets=np.asarray(compiled._targets(self.feed.arrays[1])[i]),
                    predictions=None if predictions is None else predictions[i],
                    metrics=self._metrics_of(i),
                )
            )
        return result

    def _metrics_of(self, index):
        compiled = self.model._compile_metrics
        entries = () if compiled is None else compiled.entries or ()
        return tuple(entry.metric for entry in entries if entry.index == index)

    # Training on a copy.

    @functools.cached_property
    def trials(self):
        """The `Trials`, or None where none are wanted or possible."""
        model = self.model
        if not self._steps or not model.trainable_variables or not model.optimizer:
            return None
        return Trials(model, self.feed, self._steps)

    @functools.cached_property
    def trial(self):
        """The `Trial` with the model's own learning rate, or None."""
        return None if self.trials is None else self.trials.run()

    @functools.cache  # noqa: B019  evidence lives as long as one diagnosis
    def trial_with(self, factor):
        """Returns the `Trial` with the learning rate times `factor`."""
        return self.trials.run(factor)

    @property
    def has_learnt(self) -> bool:
        """Whether the training so far has brought the loss down."""
        losses = self.losses_of()
        return len(losses) > 2 and losses[-1] < 0.7 * losses[0]

    @functools.cached_property
    def layers_after(self):
        """The layers' statistics after the trial."""
        if self.trial is None:
            return self.layers
        variables = self.trials.variables
        before = [v._value for v in variables]
        try:
            for variable, value in zip(variables, self.trial.state, strict=True):
                variable._value = value
            return statistics_of(look_at(self.model, self.batch))
        finally:
            for variable, value in zip(variables, before, strict=True):
                variable._value = value

    # Is there anything to learn?

    @functools.cached_property
    def learner(self):
        """A `QuickLearner` on the inputs, or None where they are no numbers."""
        arrays = _tree.flatten(self.feed.arrays[0])
        if any(isinstance(x, Embedding) for x in self.model._flatten_layers()):
            return None  # the numbers are names
        rows = self.learning_rows
        x = np.concatenate([_rows(a[rows]) for a in arrays], axis=1)
        return QuickLearner(x) if np.isfinite(x).all() else None

    @functools.cached_property
    def learning_rows(self):
        """The rows that the quick learner looks at."""
        return rows_for_learning(self.feed.samples)

    # What it looks like elsewhere.

    @functools.cached_property
    def validation_batch(self):
        """A sample of the validation data, or None."""
        return None if self.validation is None else take(self.validation, self._samples)

    @functools.cached_property
    def gap(self):
        """The loss in inference mode on training and on validation data, or None."""
        if self.validation is None or self.quick:
            return None
        outside = look_at(self.model, self.validation_batch).inference_loss
        return self.look.inference_loss, outside

    def losses_of(self, name="loss") -> list:
        """Returns the history of one log as floats."""
        return [float(v) for v in self.history.get(name, ())]


def take(feed, count):
    """Returns evenly spread samples of an array feed."""
    if count >= feed.samples:
        return feed.arrays
    rows = np.unique(
        np.linspace(0, feed.samples - 1, min(count, feed.samples)).astype(int)
    )
    return jax.tree.map(lambda a: a[rows], feed.arrays)


def _rows(x):
    x = np.asarray(x)
    return x.reshape(len(x), -1)


def _kind(function):
    for kind, functions in (
        ("categorical", _OF_CLASSES),
        ("sparse", _SPARSE),
        ("binary", _BINARY),
        ("squared", _SQUARED),
    ):
        if function in functions:
            return kind
    return "other"
