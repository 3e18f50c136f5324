"""F-scores: precision and recall in one number."""

from ranvier import ops
from ranvier.core import _config
from ranvier.core._errors import ShapeError
from ranvier.core._registry import builtin
from ranvier.metrics._metric import Metric

_AVERAGES = (None, "micro", "macro", "weighted")


@builtin("keras.metrics")
class FBetaScore(Metric):
    """Computes `(1 + beta²) * p * r / (beta² * p + r)` of precision and recall.

    Args:
        average: None for one score for each class, `"macro"` for their mean,
            `"weighted"` for their mean weighted by how often a class occurs,
            `"micro"` for one score over all classes together.
        beta: how many times recall counts as much as precision; a float.
        threshold: what a prediction must exceed to mean yes; if None the largest
            prediction of a row does.
        name: see `Metric`.
        dtype: see `Metric`.

    Raises:
        ValueError: for an unknown average, or a beta or threshold that is no float
            or out of range.

    Example:
        >>> metric = FBetaScore(beta=2.0, threshold=0.5)
        >>> metric([[1, 0], [1, 1]], [[0.9, 0.1], [0.8, 0.7]]).round(3).tolist()
        [1.0, 1.0]
    """

    _direction = "up"

    def __init__(
        self, average=None, beta=1.0, threshold=None, name="fbeta_score", dtype=None
    ):
        super().__init__(name=name, dtype=dtype)
        if average not in _AVERAGES:
            raise ValueError(
                f"Invalid `average` argument value. Expected one of: {_AVERAGES}. "
                f"Received: average={average}"
            )
        if not isinstance(beta, float) or beta <= 0.0:
            raise ValueError(
                "Invalid `beta` argument value. It should be > 0, a Python float. "
                f"Received: beta={beta} (of type {type(beta).__name__})"
            )
        if threshold is not None and not (
            isinstance(threshold, float) and 0.0 < threshold <= 1.0
        ):
            raise ValueError(
                "Invalid `threshold` argument value. It should be a Python float that "
                "verifies 0 < threshold <= 1. "
                f"Received: threshold={threshold} (of type {type(threshold).__name__})"
            )
        self.average = average
        self.beta = beta
        self.threshold = threshold
        self._built = False

    def _build(self, y_true, y_pred):
        if len(y_true.shape) != 2 or len(y_pred.shape) != 2:
            raise ShapeError(
                f"{type(self).__name__} expects inputs of shape (batch_size, "
                f"num_classes). Received: y_true of shape {tuple(y_true.shape)}, "
                f"y_pred of shape {tuple(y_pred.shape)}"
            )
        shape = () if self.average == "micro" else (y_pred.shape[-1],)
        for name in (
            "true_positives",
            "false_positives",
            "false_negatives",
            "intermediate_weights",
        ):
            variable = self.add_variable(shape, "zeros", dtype=self.dtype, name=name)
            setattr(self, name, variable)
        self._built = True

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Takes a batch into the counts.

        Args:
            y_true: targets, 0 or 1, of shape `(batch_size, num_classes)`.
            y_pred: predictions from 0 to 1, of the same shape.
            sample_weight: one weight for each sample, or None.
        """
        y_true = ops.convert_to_tensor(y_true, dtype=self.dtype)
        y_pred = ops.convert_to_tensor(y_pred, dtype=self.dtype)
        if not self._built:
            self._build(y_true, y_pred)
        if self.threshold is None:
            largest = ops.max(y_pred, axis=-1, keepdims=True)
            # A row of zeros means no for every class.
            is_yes = ops.logical_and(
                ops.greater_equal(y_pred, largest), ops.greater(ops.abs(y_pred), 1e-9)
            )
        else:
            is_yes = ops.greater(y_pred, self.threshold)
        y_pred = ops.cast(is_yes, self.dtype)
        axis = None if self.average == "micro" else 0

        def total(counts):
            if sample_weight is not None:
                weights = ops.convert_to_tensor(sample_weight, dtype=self.dtype)
                counts = counts * ops.expand_dims(weights, 1)
            return ops.sum(counts, axis=axis)

        self.true_positives.assign_add(total(y_pred * y_true))
        self.false_positives.assign_add(total(y_pred * (1 - y_true)))
        self.false_negatives.assign_add(total((1 - y_pred) * y_true))
        self.intermediate_weights.assign_add(total(y_true))

    def result(self):
        epsilon = _config.epsilon()
        right = self.true_positives.value
        precision = right / (right + self.false_positives.value + epsilon)
        recall = right / (right + self.false_negatives.value + epsilon)
        square = self.beta**2
        mean = precision * recall / (square * precision + recall + epsilon)
        scores = mean * (1 + square)
        if self.average == "weighted":
            weights = self.intermediate_weights.value
            return ops.sum(scores * (weights / (ops.sum(weights) + epsilon)))
        return scores if self.average is None else ops.mean(scores)

    def get_config(self):
        return {
            **super().get_config(),
            "average": self.average,
            "beta": self.beta,
            "threshold": self.threshold,
        }


@builtin("keras.metrics")
class F1Score(FBetaScore):
    """Computes `2 * p * r / (p + r)` of precision and recall.

    Args:
        average: None for one score for each class, `"macro"` for their mean,
            `"weighted"` for their mean weighted by how often a class occurs,
            `"micro"` for one score over all classes together.
        threshold: what a prediction must exceed to mean yes; if None the largest
            prediction of a row does.
        name: see `Metric`.
        dtype: see `Metric`.

    Raises:
        ValueError: for an unknown average, or a threshold that is no float or out of
            range.

    Example:
        >>> metric = F1Score(threshold=0.5)
        >>> metric([[1, 0], [1, 1]], [[0.9, 0.1], [0.8, 0.7]]).round(3).tolist()
        [1.0, 1.0]
    """

    def __init__(self, average=None, threshold=None, name="f1_score", dtype=None):
        super().__init__(
            average=average, beta=1.0, threshold=threshold, name=name, dtype=dtype
        )

    def get_config(self):
        config = super().get_config()
        del config["beta"]
        return config
