"""The coefficient of determination."""

import warnings

import jax

from ranvier import ops
from ranvier.core._arguments import require_count
from ranvier.core._errors import ShapeError
from ranvier.core._registry import builtin
from ranvier.losses._reduction import squeeze_or_expand_to_same_rank
from ranvier.metrics._metric import Metric

_AGGREGATIONS = (None, "uniform_average", "variance_weighted_average")


@builtin("keras.metrics")
class R2Score(Metric):
    """Computes `1 - sum((y_true - y_pred)²) / sum((y_true - mean)²)`.

    It is 1 for perfect predictions, 0 for those no better than the mean.

    Args:
        class_aggregation: `"uniform_average"` for the mean over the outputs,
            `"variance_weighted_average"` for their mean weighted by variance, None
            for one score for each.
        num_regressors: number of independent variables of the model; if above 0 the
            adjusted score is computed.
        name: see `Metric`.
        dtype: see `Metric`.

    Raises:
        ValueError: for an unknown aggregation or a negative number of regressors.

    Example:
        >>> round(float(R2Score()([[1.0], [4.0], [3.0]], [[2.0], [4.0], [4.0]])), 4)
        0.5714
    """

    _direction = "up"

    def __init__(
        self,
        class_aggregation="uniform_average",
        num_regressors=0,
        name="r2_score",
        dtype=None,
    ):
        super().__init__(name=name, dtype=dtype)
        if class_aggregation not in _AGGREGATIONS:
            raise ValueError(
                "Invalid value for argument `class_aggregation`. Expected one of "
                f"{_AGGREGATIONS}. "
                f"Received: class_aggregation={class_aggregation}"
            )
        require_count(0, num_regressors=num_regressors)
        self.class_aggregation = class_aggregation
        self.num_regressors = num_regressors
        self.num_samples = self.add_variable((), "zeros", name="num_samples")
        self._built = False

    def _build(self, y_true, y_pred):
        if len(y_true.shape) != 2 or len(y_pred.shape) != 2:
            raise ShapeError(
                "R2Score expects inputs of shape (batch_size, num_outputs). "
                f"Received: y_true of shape {tuple(y_true.shape)}, y_pred of shape "
                f"{tuple(y_pred.shape)}"
            )
        shape = (y_pred.shape[-1],)
        self.squared_sum = self.add_variable(shape, "zeros", name="squared_sum")
        self.sum = self.add_variable(shape, "zeros", name="sum")
        self.total_mse = self.add_variable(shape, "zeros", name="residual")
        self.count = self.add_variable(shape, "zeros", name="count")
        self._built = True

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Takes a batch into the sums.

        Args:
            y_true: targets of shape `(batch_size, num_outputs)`.
            y_pred: predictions of the same shape.
            sample_weight: weights of the samples or the entries, or None.
        """
        y_true, y_pred = squeeze_or_expand_to_same_rank(
            ops.convert_to_tensor(y_true, dtype=self.dtype),
            ops.convert_to_tensor(y_pred, dtype=self.dtype),
        )
        if not self._built:
            self._build(y_true, y_pred)
        weights = 1 if sample_weight is None else sample_weight
        weights = ops.convert_to_tensor(weights, dtype=self.dtype)
        if len(weights.shape) == 1:
            weights = ops.expand_dims(weights, axis=1)
        weights = ops.broadcast_to(weights, ops.shape(y_true))
        weighted = y_true * weights
        errors = ops.square(y_true - y_pred) * weights
        self.sum.assign_add(ops.sum(weighted, axis=0))
        self.squared_sum.assign_add(ops.sum(y_true * weighted, axis=0))
        self.total_mse.assign_add(ops.sum(errors, axis=0))
        self.count.assign_add(ops.sum(weights, axis=0))
        self.num_samples.assign_add(ops.size(y_true))

    def result(self):
        mean = self.sum.value / self.count.value
        total = self.squared_sum.value - self.sum.value * mean
        scores = 1 - self.total_mse.value / total
        scores = ops.where(ops.isinf(scores), 0.0, scores)
        if self.class_aggregation == "uniform_average":
            scores = ops.mean(scores)
        elif self.class_aggregation == "variance_weighted_average":
            scores = ops.sum(total * scores) / ops.sum(total)
        return self._adjusted(scores) if self.num_regressors else scores

    def _adjusted(self, scores):
        samples = self.num_samples.value
        freedom = samples - self.num_regressors - 1.0
        if not isinstance(freedom, jax.core.Tracer) and freedom <= 0:
            warnings.warn(
                f"R2Score '{self.name}' cannot be adjusted: num_regressors="
                f"{self.num_regressors} needs more than {int(samples)} values. The "
                "standard score is returned.",
                stacklevel=3,
            )
        adjusted = 1.0 - (1.0 - scores) * (samples - 1.0) / freedom
        return ops.where(ops.greater(freedom, 0), adjusted, scores)

    def get_config(self):
        return {
            **super().get_config(),
            "class_aggregation": self.class_aggregation,
            "num_regressors": self.num_regressors,
        }
