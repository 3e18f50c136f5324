"""Losses watched as metrics: averages over all batches."""

from ranvier import losses
from ranvier.core._arguments import optional, require_fraction, require_integer
from ranvier.core._registry import builtin
from ranvier.metrics._reduction import BuiltinMetric


@builtin("keras.metrics")
class BinaryCrossentropy(BuiltinMetric):
    """Mean crossentropy of yes/no targets.

    Args:
        name: see `Metric`.
        dtype: see `Metric`.
        from_logits: whether predictions are logits rather than probabilities.
        label_smoothing: moves targets towards 1/2.

    Raises:
        ValueError: for an argument that has no meaning.

    Example:
        >>> round(float(BinaryCrossentropy()([[1.0]], [[0.5]])), 3)
        0.693
    """

    _direction = "down"

    def __init__(
        self,
        name="binary_crossentropy",
        dtype=None,
        from_logits=False,
        label_smoothing=0,
    ):
        optional(require_fraction, label_smoothing=label_smoothing)
        super().__init__(
            losses.binary_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
        )


@builtin("keras.metrics")
class CategoricalCrossentropy(BuiltinMetric):
    """Mean crossentropy of one-hot targets.

    Args:
        name: see `Metric`.
        dtype: see `Metric`.
        from_logits: whether predictions are logits rather than probabilities.
        label_smoothing: moves targets towards equal probabilities.
        axis: axis of the classes.

    Raises:
        ValueError: for an argument that has no meaning.

    Example:
        >>> round(float(CategoricalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 3)
        0.693
    """

    _direction = "down"

    def __init__(
        self,
        name="categorical_crossentropy",
        dtype=None,
        from_logits=False,
        label_smoothing=0,
        axis=-1,
    ):
        optional(require_fraction, label_smoothing=label_smoothing)
        require_integer(axis=axis)
        super().__init__(
            losses.categorical_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


@builtin("keras.metrics")
class SparseCategoricalCrossentropy(BuiltinMetric):
    """Mean crossentropy of integer targets.

    Args:
        name: see `Metric`.
        dtype: see `Metric`.
        from_logits: whether predictions are logits rather than probabilities.
        ignore_class: a class whose entries cost nothing, or None.
        axis: axis of the classes in the predictions.

    Raises:
        ValueError: for an argument that has no meaning.

    Example:
        >>> round(float(SparseCategoricalCrossentropy()([1], [[0.5, 0.5]])), 3)
        0.693
    """

    _direction = "down"

    def __init__(
        self,
        name="sparse_categorical_crossentropy",
        dtype=None,
        from_logits=False,
        ignore_class=None,
        axis=-1,
    ):
        optional(require_integer, ignore_class=ignore_class)
        require_integer(axis=axis)
        super().__init__(
            losses.sparse_categorical_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            ignore_class=ignore_class,
            axis=axis,
        )


@builtin("keras.metrics")
class KLDivergence(BuiltinMetric):
    """Mean Kullback-Leibler divergence of the predictions from the targets.

    Args:
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> float(KLDivergence()([[0.5, 0.5]], [[0.5, 0.5]]))
        0.0
    """

    _direction = "down"

    def __init__(self, name="kl_divergence", dtype=None):
        super().__init__(losses.kl_divergence, name, dtype)


@builtin("keras.metrics")
class Poisson(BuiltinMetric):
    """Mean negative log likelihood of counts, up to a constant.

    Args:
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> float(Poisson()([[0.0, 0.0]], [[1.0, 2.0]]))
        1.5
    """

    _direction = "down"

    def __init__(self, name="poisson", dtype=None):
        super().__init__(losses.poisson, name, dtype)


@builtin("keras.metrics")
class Hinge(BuiltinMetric):
    """Mean of `max(1 - y_true * y_pred, 0)`.

    Args:
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> float(Hinge()([[1.0, -1.0]], [[0.5, 0.5]]))
        1.0
    """

    _direction = "down"

    def __init__(self, name="hinge", dtype=None):
        super().__init__(losses.hinge, name, dtype)


@builtin("keras.metrics")
class SquaredHinge(BuiltinMetric):
    """Mean of `max(1 - y_true * y_pred, 0)²`.

    Args:
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> float(SquaredHinge()([[1.0, -1.0]], [[0.5, 0.5]]))
        1.25
    """

    _direction = "down"

    def __init__(self, name="squared_hinge", dtype=None):
        super().__init__(losses.squared_hinge, name, dtype)


@builtin("keras.metrics")
class CategoricalHinge(BuiltinMetric):
    """Mean margin between the true class and the best other one.

    Args:
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> float(CategoricalHinge()([[0.0, 1.0]], [[0.75, 0.25]]))
        1.5
    """

    _direction = "down"

    def __init__(self, name="categorical_hinge", dtype=None):
        super().__init__(losses.categorical_hinge, name, dtype)
