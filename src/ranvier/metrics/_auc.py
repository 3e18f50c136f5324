"""Areas under curves of rates against rates."""

import numpy as np

from ranvier import ops
from ranvier.core import _config
from ranvier.core._arguments import require_count
from ranvier.core._registry import builtin
from ranvier.core._serialization import deserialize_object
from ranvier.metrics import _counts
from ranvier.metrics._operating_point import FourCounts

_CURVES = ("ROC", "PR", "PRGAIN")
_METHODS = ("interpolation", "majoring", "minoring")


@builtin("keras.metrics")
class AUC(FourCounts):
    """Area under a curve of rates, approximated at evenly spaced thresholds.

    Args:
        num_thresholds: how many thresholds to try, ends included.
        curve: `"ROC"` (recall over false positive rate), `"PR"` (precision over
            recall) or `"PRGAIN"` (precision gain over recall gain).
        summation_method: between two thresholds the curve is replaced by their mean
            (`"interpolation"`; for PR, by the curve of
            https://www.biostat.wisc.edu/~page/rocpr.pdf), their larger (`"majoring"`)
            or their smaller value (`"minoring"`).
        name: see `Metric`.
        dtype: see `Metric`.
        thresholds: thresholds between 0 and 1 to use instead.
        multi_label: whether every column is a label with a curve of its own; the
            result is the mean of their areas.
        num_labels: number of labels, to make the variables at once.
        label_weights: weights of the labels, or None.
        from_logits: whether predictions are logits rather than probabilities.

    Raises:
        ValueError: for an unknown curve or method, fewer than two thresholds, or
            `num_labels` without `multi_label`.

    Example:
        >>> float(AUC(num_thresholds=3)([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]))
        0.75
    """

    _direction = "up"

    def __init__(
        self,
        num_thresholds=200,
        curve="ROC",
        summation_method="interpolation",
        name=None,
        dtype=None,
        thresholds=None,
        multi_label=False,
        num_labels=None,
        label_weights=None,
        from_logits=False,
    ):
        curve = _choice("curve", curve, _CURVES)
        summation_method = _choice("summation_method", summation_method, _METHODS)
        if thresholds is None:
            require_count(2, num_thresholds=num_thresholds)
        else:
            thresholds = _counts.parse_thresholds(thresholds, default=None)
        if num_labels:
            require_count(num_labels=num_labels)
        if num_labels and not multi_label:
            raise ValueError(
                "`num_labels` is for `multi_label=True` only. "
                f"Received: num_labels={num_labels}, multi_label={multi_label}"
            )
        super().__init__(name=name, dtype=dtype)
        self.curve = curve
        self.summation_method = summation_method
        self.multi_label = multi_label
        self.num_labels = num_labels
        self.label_weights = None if label_weights is None else list(label_weights)
        self._from_logits = from_logits
        self._init_from_thresholds = thresholds is not None
        if thresholds is None:
            inner = [i / (num_thresholds - 1) for i in range(1, num_thresholds - 1)]
        else:
            inner = sorted(thresholds)
        self.num_thresholds = len(inner) + 2
        self._even = thresholds is None or _counts.are_even([0.0, *inner, 1.0])
        # The ends are put outside, so that 0 is above the first threshold and 1 not
        # above the last.
        epsilon = _config.epsilon()
        self._thresholds = np.array([-epsilon, *inner, 1.0 + epsilon])
        self._built = False
        if not multi_label:
            self._build((self.num_thresholds,))
        elif num_labels:
            self._build((self.num_thresholds, num_labels))

    @property
    def thresholds(self):
        """The thresholds, a list."""
        return list(self._thresholds)

    def _build(self, shape):
        self._add_counts(shape)
        self._built = True

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Takes a batch into the counts.

        Args:
            y_true: targets, 0 or 1.
            y_pred: predictions from 0 to 1 (or logits), of the same shape.
            sample_weight: weights that broadcast to the predictions, or None.
        """
        y_pred = ops.convert_to_tensor(y_pred)
        if not self._built:
            if len(y_pred.shape) != 2:
                raise ValueError(
                    "With `multi_label=True`, `y_pred` must have shape (batch_size, "
                    f"num_labels). Received: y_pred of shape {tuple(y_pred.shape)}"
                )
            self._build((self.num_thresholds, y_pred.shape[1]))
        if self._from_logits:
            y_pred = ops.sigmoid(y_pred)
        self._take(
            _counts.count_decisions(
                y_true,
                y_pred,
                self._thresholds,
                dtype=self.true_positives.dtype,
                even=self._even,
                sample_weight=sample_weight,
                multi_label=self.multi_label,
                label_weights=None if self.multi_label else self.label_weights,
            )
        )

    def result(self):
        if self.curve == "PR" and self.summation_method == "interpolation":
            return self.interpolate_pr_auc()
        x, y = self._points()
        if self.summation_method == "interpolation":
            heights = (y[:-1] + y[1:]) / 2.0
        elif self.summation_method == "minoring":
            heights = ops.minimum(y[:-1], y[1:])
        else:
            heights = ops.maximum(y[:-1], y[1:])
        return self._total((x[:-1] - x[1:]) * heights)

    def _points(self):
        if self.curve == "ROC":
            return self._false_positive_rate(), self._recall()
        if self.curve == "PR":
            return self._recall(), self._precision()
        return self._gains()

    def _gains(self):
        """Returns recall gain and precision gain (Flach & Kull, 2015)."""
        tp, fp, tn, fn = (getattr(self, n).value for n in _counts.Counts._fields)
        odds = ops.divide_no_nan(tp + fn, tn + fp)
        recall_gain = 1.0 - odds * ops.divide_no_nan(fn, tp)
        precision_gain = 1.0 - odds * ops.divide_no_nan(fp, tp)
        none = ops.equal(tp, 0.0)
        recall_gain = ops.maximum(ops.where(none, 0.0, recall_gain), 0.0)
        return recall_gain, ops.where(none, 1.0, precision_gain)

    def interpolate_pr_auc(self):
        """Returns the area under the precision-recall curve.

        Between two thresholds true positives are taken to grow linearly with the
        number of positive predictions, which bends the curve (Davis & Goadrich, 2006).
        """
        tp, fn = self.true_positives.value, self.false_negatives.value
        positives = tp + self.false_positives.value
        gained = tp[:-1] - tp[1:]
        slope = ops.divide_no_nan(
            gained, ops.maximum(positives[:-1] - positives[1:], 0)
        )
        intercept = tp[1:] - slope * positives[1:]
        has_both = ops.logical_and(
            ops.greater(positives[:-1], 0), ops.greater(positives[1:], 0)
        )
        ratio = ops.where(
            has_both,
            ops.divide_no_nan(positives[:-1], ops.maximum(positives[1:], 0)),
            1.0,
        )
        areas = ops.divide_no_nan(
            slope * (gained + intercept * ops.log(ratio)),
            ops.maximum(tp[1:] + fn[1:], 0),
        )
        return self._total(areas)

    def _total(self, areas):
        if not self.multi_label:
            return ops.sum(areas)
        by_label = ops.sum(areas, axis=0)
        if self.label_weights is None:
            return ops.mean(by_label)
        weights = ops.convert_to_tensor(self.label_weights, dtype=self.dtype)
        return ops.divide_no_nan(ops.sum(by_label * weights), ops.sum(weights))

    def get_config(self):
        config = {
            **super().get_config(),
            "num_thresholds": self.num_thresholds,
            "curve": self.curve,
            "summation_method": self.summation_method,
            "multi_label": self.multi_label,
            "num_labels": self.num_labels,
            "label_weights": self.label_weights,
            "from_logits": self._from_logits,
        }
        if self._init_from_thresholds:
            config["thresholds"] = [float(t) for t in self._thresholds[1:-1]]
        return config

    @classmethod
    def from_config(cls, config):
        """Rebuilds a metric from `get_config()`."""
        # Keras writes the label weights as a tensor.
        return cls(**deserialize_object(config))


def _choice(argument, value, known):
    for name in known:
        if value in (name, name.lower(), name.capitalize()):
            return name
    raise ValueError(
        f"Argument `{argument}` must be one of {known}. Received: {argument}={value!r}"
    )
