"""The best of one rate while another is kept: a point of a trade-off curve."""

from ranvier import ops
from ranvier.core._arguments import (
    optional,
    require_count,
    require_fraction,
    require_integer,
)
from ranvier.core._registry import builtin
from ranvier.metrics import _counts
from ranvier.metrics._metric import Metric


class FourCounts(Metric):
    """Base: sums all four counts at many thresholds."""

    def _add_counts(self, shape):
        for name in _counts.Counts._fields:
            setattr(self, name, self.add_variable(shape, "zeros", name=name))

    def _take(self, counts):
        for name, count in counts._asdict().items():
            getattr(self, name).assign_add(count)

    # Rates at each threshold.

    def _precision(self):
        return _share(self.true_positives, self.false_positives)

    def _recall(self):
        return _share(self.true_positives, self.false_negatives)

    def _specificity(self):
        return _share(self.true_negatives, self.false_positives)

    def _false_positive_rate(self):
        return _share(self.false_positives, self.true_negatives)


def _share(part, rest):
    return ops.divide_no_nan(part.value, part.value + rest.value)


class _OperatingPoint(FourCounts):
    """Base: the largest `_wanted` rate among thresholds whose `_kept` is enough."""

    _direction = "up"

    def __init__(self, argument, value, num_thresholds, class_id, name, dtype):
        require_fraction(**{argument: value})
        require_count(num_thresholds=num_thresholds)
        optional(require_integer, class_id=class_id)
        super().__init__(name=name, dtype=dtype)
        self.value = value
        self.num_thresholds = num_thresholds
        self.class_id = class_id
        self._argument = argument
        setattr(self, argument, value)
        last = num_thresholds - 1
        self.thresholds = [i / last for i in range(num_thresholds)] if last else [0.5]
        self._add_counts((num_thresholds,))

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Takes a batch into the counts.

        Args:
            y_true: targets, 0 or 1.
            y_pred: predictions from 0 to 1, of the same shape.
            sample_weight: weights that broadcast to the predictions, or None.
        """
        self._take(
            _counts.count_decisions(
                y_true,
                y_pred,
                self.thresholds,
                dtype=self.true_positives.dtype,
                even=self.num_thresholds > 1,
                sample_weight=sample_weight,
                class_id=self.class_id,
            )
        )

    def _kept(self):
        raise NotImplementedError

    def _wanted(self):
        raise NotImplementedError

    def result(self):
        enough = ops.greater_equal(self._kept(), self.value)
        return ops.max(ops.where(enough, self._wanted(), 0), initial=0)

    def get_config(self):
        return {
            **super().get_config(),
            "num_thresholds": self.num_thresholds,
            "class_id": self.class_id,
            self._argument: self.value,
        }


@builtin("keras.metrics")
class SensitivityAtSpecificity(_OperatingPoint):
    """Largest sensitivity among thresholds with at least a given specificity.

    Args:
        specificity: share of the noes that must be predicted no.
        num_thresholds: how many thresholds to try.
        class_id: look at this class only.
        name: see `Metric`.
        dtype: see `Metric`.

    Raises:
        ValueError: for a rate outside of 0 to 1, or no thresholds.

    Example:
        >>> metric = SensitivityAtSpecificity(0.5)
        >>> float(metric([0, 0, 1, 1], [0.1, 0.6, 0.4, 0.8]))
        1.0
    """

    def __init__(
        self, specificity, num_thresholds=200, class_id=None, name=None, dtype=None
    ):
        super().__init__(
            "specificity", specificity, num_thresholds, class_id, name, dtype
        )

    _kept = FourCounts._specificity
    _wanted = FourCounts._recall


@builtin("keras.metrics")
class SpecificityAtSensitivity(_OperatingPoint):
    """Largest specificity among thresholds with at least a given sensitivity.

    Args:
        sensitivity: share of the yeses that must be predicted yes.
        num_thresholds: how many thresholds to try.
        class_id: look at this class only.
        name: see `Metric`.
        dtype: see `Metric`.

    Raises:
        ValueError: for a rate outside of 0 to 1, or no thresholds.

    Example:
        >>> metric = SpecificityAtSensitivity(1.0)
        >>> float(metric([0, 0, 1, 1], [0.1, 0.6, 0.4, 0.8]))
        0.5
    """

    def __init__(
        self, sensitivity, num_thresholds=200, class_id=None, name=None, dtype=None
    ):
        super().__init__(
            "sensitivity", sensitivity, num_thresholds, class_id, name, dtype
        )

    _kept = FourCounts._recall
    _wanted = FourCounts._specificity


@builtin("keras.metrics")
class PrecisionAtRecall(_OperatingPoint):
    """Largest precision among thresholds with at least a given recall.

    Args:
        recall: share of the yeses that must be predicted yes.
        num_thresholds: how many thresholds to try.
        class_id: look at this class only.
        name: see `Metric`.
        dtype: see `Metric`.

    Raises:
        ValueError: for a rate outside of 0 to 1, or no thresholds.

    Example:
        >>> float(PrecisionAtRecall(0.5)([0, 0, 1, 1], [0.1, 0.6, 0.4, 0.8]))
        1.0
    """

    def __init__(
        self, recall, num_thresholds=200, class_id=None, name=None, dtype=None
    ):
        super().__init__("recall", recall, num_thresholds, class_id, name, dtype)

    _kept = FourCounts._recall
    _wanted = FourCounts._precision


@builtin("keras.metrics")
class RecallAtPrecision(_OperatingPoint):
    """Largest recall among thresholds with at least a given precision.

    Args:
        precision: share of the predicted yeses that must be yes.
        num_thresholds: how many thresholds to try.
        class_id: look at this class only.
        name: see `Metric`.
        dtype: see `Metric`.

    Raises:
        ValueError: for a rate outside of 0 to 1, or no thresholds.

    Example:
        >>> float(RecallAtPrecision(1.0)([0, 0, 1, 1], [0.1, 0.6, 0.4, 0.8]))
        0.5
    """

    def __init__(
        self, precision, num_thresholds=200, class_id=None, name=None, dtype=None
    ):
        super().__init__("precision", precision, num_thresholds, class_id, name, dtype)

    _kept = FourCounts._precision
    _wanted = FourCounts._recall
