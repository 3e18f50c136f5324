"""Sums and means over batches, and metrics that average a function."""

from ranvier import ops
from ranvier.core import _mask, _registry
from ranvier.core._arguments import require
from ranvier.core._errors import returned, title
from ranvier.core._registry import builtin
from ranvier.core._serialization import deserialize_object, serialize_object
from ranvier.losses._loss import Loss
from ranvier.losses._reduction import apply_mask, squeeze_or_expand_to_same_rank
from ranvier.metrics._metric import Metric


def reduce_to_samplewise_values(values, sample_weight, reduce_fn, dtype):
    """Returns weighted values and weights with one entry for each sample.

    Args:
        values: a tensor whose first axis is that of the samples.
        sample_weight: weights that broadcast to the leading axes of `values`, or
            None.
        reduce_fn: `ops.mean` or `ops.sum`, applied over the other axes.
        dtype: dtype of the results.
    """
    mask = _mask.get_mask(values)
    values = ops.cast(values, dtype)
    if sample_weight is not None:
        # As in Keras, a mask of the values counts only beside weights.
        sample_weight = apply_mask(sample_weight, mask, dtype, reduction="sum")
        sample_weight = ops.convert_to_tensor(sample_weight, dtype=dtype)
        values, sample_weight = squeeze_or_expand_to_same_rank(values, sample_weight)
        weight_rank = len(sample_weight.shape)
        values = _reduce_from(values, weight_rank, reduce_fn)
        sample_weight = ops.broadcast_to(sample_weight, ops.shape(values))
        values = values * sample_weight
        if weight_rank > 1:
            sample_weight = _reduce_from(sample_weight, 1, reduce_fn)
    return _reduce_from(values, 1, reduce_fn), sample_weight


def _reduce_from(x, axis, reduce_fn):
    rank = len(x.shape)
    return reduce_fn(x, axis=tuple(range(axis, rank))) if rank > axis else x


@builtin("keras.metrics")
class Sum(Metric):
    """Weighted sum of all values.

    Args:
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> metric = Sum()
        >>> metric.update_state([1.0, 3.0])
        >>> metric.update_state([5.0])
        >>> float(metric.result())
        9.0
    """

    def __init__(self, name="sum", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", dtype=self.dtype, name="total")

    def update_state(self, values, sample_weight=None):
        """Adds the values of a batch.

        Args:
            values: a tensor.
            sample_weight: weights that broadcast to its leading axes, or None.
        """
        values, _ = reduce_to_samplewise_values(
            values, sample_weight, ops.sum, self.dtype
        )
        self.total.assign_add(ops.sum(values))

    def result(self):
        return self.total.value


@builtin("keras.metrics")
class Mean(Metric):
    """Weighted mean of all values.

    Args:
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> metric = Mean()
        >>> metric.update_state([1.0, 3.0])
        >>> metric.update_state([5.0], sample_weight=2.0)
        >>> float(metric.result())
        3.5
    """

    def __init__(self, name="mean", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", dtype=self.dtype, name="total")
        self.count = self.add_variable((), "zeros", dtype=self.dtype, name="count")

    def update_state(self, values, sample_weight=None):
        """Takes the values of a batch into the mean.

        Args:
            values: a tensor.
            sample_weight: weights that broadcast to its leading axes, or None.
        """
        values, sample_weight = reduce_to_samplewise_values(
            values, sample_weight, ops.mean, self.dtype
        )
        self.total.assign_add(ops.sum(values))
        if sample_weight is not None:
            self.count.assign_add(ops.sum(sample_weight))
        elif len(values.shape) and values.shape[0] is None:
            self.count.assign_add(ops.sum(ops.ones_like(values)))
        else:
            self.count.assign_add(values.shape[0] if len(values.shape) else 1)

    def result(self):
        return ops.divide_no_nan(self.total, self.count)


@builtin("keras.metrics")
class MeanMetricWrapper(Mean):
    """Weighted mean of a function of targets and predictions.

    Args:
        fn: function of `y_true`, `y_pred` and `kwargs` that returns a value for each
            entry; a loss object will do.
        name: see `Metric`.
        dtype: see `Metric`.
        **kwargs: further arguments of `fn`.

    Raises:
        ValueError: for an argument that has no meaning.

    Example:
        >>> from ranvier import metrics
        >>> metric = MeanMetricWrapper(metrics.binary_accuracy, threshold=0.7)
        >>> float(metric([1.0, 1.0], [0.6, 0.8]))
        0.5
    """

    def __init__(self, fn, name=None, dtype=None, **kwargs):
        require("callable", callable, {"fn": fn})
        super().__init__(name=name, dtype=dtype)
        self._fn = fn
        self._fn_kwargs = kwargs
        is_loss = _registry.public_module_of_function(fn) == "keras.losses"
        if self._direction is None and (is_loss or isinstance(fn, Loss)):
            self._direction = "down"

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Takes a batch into the mean.

        Args:
            y_true: targets.
            y_pred: predictions. A mask attached to them is applied.
            sample_weight: weights that broadcast to the values of `fn`, or None.
        """
        mask = _mask.get_mask(y_pred)
        values = self._fn(y_true, y_pred, **self._arguments())
        returned(values, f"Metric function {title(self._fn)}", "values, a tensor")
        sample_weight = apply_mask(sample_weight, mask, self.dtype, reduction="sum")
        super().update_state(values, sample_weight=sample_weight)

    def _arguments(self):
        return self._fn_kwargs

    def get_config(self):
        return {
            **super().get_config(),
            "fn": serialize_object(self._fn),
            **serialize_object(self._arguments()),
        }

    @classmethod
    def from_config(cls, config):
        if "fn" in config:
            config = deserialize_object(config)
        return cls(**config)


class BuiltinMetric(MeanMetricWrapper):
    """Base of the averages of this package: arguments of `fn` are attributes."""

    # Arguments that Keras's own config lacks, with their defaults. They are written
    # only when they differ, so that nothing is lost and the rest stays equal.
    _omitted: dict = {}

    def __init__(self, fn, name, dtype, **kwargs):
        super().__init__(fn, name=name, dtype=dtype, **kwargs)
        for key, value in kwargs.items():
            setattr(self, key, value)

    def _arguments(self):
        return {key: getattr(self, key) for key in self._fn_kwargs}

    def get_config(self):
        config = Metric.get_config(self)
        for key, value in self._arguments().items():
            if key not in self._omitted or value != self._omitted[key]:
                config[key] = value
        return config
