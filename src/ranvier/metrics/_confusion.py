"""Counts of yes/no decisions, precision and recall."""

from ranvier import ops
from ranvier.core._arguments import optional, require_count, require_integer
from ranvier.core._registry import builtin
from ranvier.metrics import _counts
from ranvier.metrics._metric import Metric


class _CountsMetric(Metric):
    """Base: sums some of the counts at thresholds given by the user."""

    # Names of the counts, and of the variables.
    _counted: tuple = ()

    def __init__(self, thresholds, name, dtype, top_k=None, class_id=None):
        optional(require_count, top_k=top_k)
        optional(require_integer, class_id=class_id)
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.top_k = top_k
        self.class_id = class_id
        default = 0.5 if top_k is None else _counts.NOT_IN_TOP_K
        self.thresholds = _counts.parse_thresholds(thresholds, default)
        self._even = _counts.are_even(self.thresholds)

    def _add_count(self, name):
        return self.add_variable((len(self.thresholds),), "zeros", name=name)

    def _count(self, y_true, y_pred, sample_weight):
        return _counts.count_decisions(
            y_true,
            y_pred,
            self.thresholds,
            dtype=self.variables[0].dtype,
            even=self._even,
            sample_weight=sample_weight,
            top_k=self.top_k,
            class_id=self.class_id,
        )

    def _unless_single(self, values):
        return values[0] if len(self.thresholds) == 1 else values


class _SingleCount(_CountsMetric):
    """Base of the four plain counts."""

    _name_of_count: str

    def __init__(self, thresholds=None, name=None, dtype=None):
        super().__init__(thresholds, name, dtype)
        self.accumulator = self._add_count("accumulator")

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Takes a batch into the count.

        Args:
            y_true: targets, 0 or 1.
            y_pred: predictions from 0 to 1, of the same shape.
            sample_weight: weights that broadcast to the predictions, or None.
        """
        counts = self._count(y_true, y_pred, sample_weight)
        self.accumulator.assign_add(getattr(counts, self._name_of_count))

    def result(self):
        return self._unless_single(self.accumulator.value)

    def get_config(self):
        return {**super().get_config(), "thresholds": self.init_thresholds}


@builtin("keras.metrics")
class TruePositives(_SingleCount):
    """Number of entries that are predicted yes and are yes.

    Args:
        thresholds: what a prediction must exceed to mean yes: a number or a list;
            0.5 if None.
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> float(TruePositives()([0, 1, 1, 1], [0.1, 0.2, 0.8, 0.9]))
        2.0
    """

    _name_of_count = "true_positives"


@builtin("keras.metrics")
class TrueNegatives(_SingleCount):
    """Number of entries that are predicted no and are no.

    Args:
        thresholds: what a prediction must exceed to mean yes: a number or a list;
            0.5 if None.
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> float(TrueNegatives()([0, 1, 1, 1], [0.1, 0.2, 0.8, 0.9]))
        1.0
    """

    _name_of_count = "true_negatives"


@builtin("keras.metrics")
class FalsePositives(_SingleCount):
    """Number of entries that are predicted yes and are no.

    Args:
        thresholds: what a prediction must exceed to mean yes: a number or a list;
            0.5 if None.
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> float(FalsePositives()([0, 1, 1, 1], [0.1, 0.2, 0.8, 0.9]))
        0.0
    """

    _name_of_count = "false_positives"


@builtin("keras.metrics")
class FalseNegatives(_SingleCount):
    """Number of entries that are predicted no and are yes.

    Args:
        thresholds: what a prediction must exceed to mean yes: a number or a list;
            0.5 if None.
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> float(FalseNegatives()([0, 1, 1, 1], [0.1, 0.2, 0.8, 0.9]))
        1.0
    """

    _name_of_count = "false_negatives"


class _Share(_CountsMetric):
    """Base of precision and recall: right ones as a share of a larger count."""

    _direction = "up"
    _wrong: str

    def __init__(
        self, thresholds=None, top_k=None, class_id=None, name=None, dtype=None
    ):
        super().__init__(thresholds, name, dtype, top_k=top_k, class_id=class_id)
        self.true_positives = self._add_count("true_positives")
        setattr(self, self._wrong, self._add_count(self._wrong))

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Takes a batch into the counts.

        Args:
            y_true: targets, 0 or 1.
            y_pred: predictions from 0 to 1, of the same shape.
            sample_weight: weights that broadcast to the predictions, or None.
        """
        counts = self._count(y_true, y_pred, sample_weight)
        self.true_positives.assign_add(counts.true_positives)
        getattr(self, self._wrong).assign_add(getattr(counts, self._wrong))

    def result(self):
        right, wrong = self.true_positives.value, getattr(self, self._wrong).value
        return self._unless_single(ops.divide_no_nan(right, right + wrong))

    def get_config(self):
        return {
            **super().get_config(),
            "thresholds": self.init_thresholds,
            "top_k": self.top_k,
            "class_id": self.class_id,
        }


@builtin("keras.metrics")
class Precision(_Share):
    """Share of the entries predicted yes that are yes.

    Args:
        thresholds: what a prediction must exceed to mean yes: a number or a list;
            0.5 if None, or none at all with `top_k`.
        top_k: take only the `k` largest predictions of a row for yes.
        class_id: look at this class only.
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> round(float(Precision()([0, 1, 1, 1], [0.9, 0.2, 0.8, 0.9])), 3)
        0.667
    """

    _wrong = "false_positives"


@builtin("keras.metrics")
class Recall(_Share):
    """Share of the entries that are yes that are predicted yes.

    Args:
        thresholds: what a prediction must exceed to mean yes: a number or a list;
            0.5 if None, or none at all with `top_k`.
        top_k: take only the `k` largest predictions of a row for yes.
        class_id: look at this class only.
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> round(float(Recall()([0, 1, 1, 1], [0.9, 0.2, 0.8, 0.9])), 3)
        0.667
    """

    _wrong = "false_negatives"
