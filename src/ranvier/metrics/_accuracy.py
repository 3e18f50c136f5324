"""How often predictions are right."""

from ranvier import ops
from ranvier.core import _config
from ranvier.core._arguments import require_count, require_fraction
from ranvier.core._registry import builtin
from ranvier.losses._reduction import squeeze_or_expand_to_same_rank
from ranvier.metrics._reduction import BuiltinMetric


def accuracy(y_true, y_pred):
    """Tells for each entry whether prediction and target are equal, as 1 or 0.

    Args:
        y_true: targets.
        y_pred: predictions of the same shape.

    Example:
        >>> accuracy([1, 2], [1, 3]).tolist()
        [1.0, 0.0]
    """
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.convert_to_tensor(y_true, dtype=y_pred.dtype)
    y_true, y_pred = squeeze_or_expand_to_same_rank(y_true, y_pred)
    return ops.cast(ops.equal(y_true, y_pred), _config.floatx())


@builtin("keras.metrics")
def binary_accuracy(y_true, y_pred, threshold=0.5):
    """Tells for each entry whether `y_pred > threshold` agrees with the target.

    Args:
        y_true: targets, 0 or 1.
        y_pred: predictions of the same shape.
        threshold: what a prediction must exceed to mean 1.

    Example:
        >>> from ranvier import metrics
        >>> metrics.binary_accuracy([1, 1], [0.2, 0.8]).tolist()
        [0.0, 1.0]
    """
    y_true, y_pred = squeeze_or_expand_to_same_rank(
        ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    )
    y_pred = ops.cast(ops.greater(y_pred, threshold), y_true.dtype)
    return ops.cast(ops.equal(y_true, y_pred), _config.floatx())


@builtin("keras.metrics")
def categorical_accuracy(y_true, y_pred):
    """Tells for each row whether the largest prediction is at the true class.

    Args:
        y_true: one-hot rows.
        y_pred: probabilities or logits of the same shape.

    Example:
        >>> from ranvier import metrics
        >>> metrics.categorical_accuracy([[0, 1], [1, 0]], [[0.3, 0.7]] * 2).tolist()
        [1.0, 0.0]
    """
    y_pred = ops.convert_to_tensor(y_pred)
    classes = ops.argmax(y_true, axis=-1)
    extra_axis = len(classes.shape) == len(y_pred.shape)
    if extra_axis:
        classes = ops.squeeze(classes, -1)
    matches = ops.equal(classes, ops.argmax(y_pred, axis=-1))
    matches = ops.cast(matches, _config.floatx())
    return ops.expand_dims(matches, -1) if extra_axis else matches


@builtin("keras.metrics")
def sparse_categorical_accuracy(y_true, y_pred):
    """Tells for each row whether the largest prediction is at the true class.

    Args:
        y_true: integer classes.
        y_pred: probabilities or logits, with one more axis.

    Example:
        >>> from ranvier import metrics
        >>> metrics.sparse_categorical_accuracy([1, 0], [[0.3, 0.7]] * 2).tolist()
        [1.0, 0.0]
    """
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    squeezed = len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] == 1
    if squeezed:
        y_true = ops.squeeze(y_true, -1)
    matches = ops.equal(y_true, ops.argmax(y_pred, axis=-1))
    matches = ops.cast(matches, _config.floatx())
    if not squeezed and len(matches.shape) > 1 and matches.shape[-1] == 1:
        matches = ops.squeeze(matches, -1)
    return matches


@builtin("keras.metrics")
def top_k_categorical_accuracy(y_true, y_pred, k=5):
    """Tells for each row whether the true class is among the `k` largest.

    Args:
        y_true: one-hot rows.
        y_pred: probabilities or logits of the same shape.
        k: how many predictions to look at.

    Example:
        >>> from ranvier import metrics
        >>> metrics.top_k_categorical_accuracy([[0, 0, 1]], [[0.1, 0.7, 0.2]], k=2)[0]
        Array(1., dtype=float32)
    """
    return sparse_top_k_categorical_accuracy(ops.argmax(y_true, axis=-1), y_pred, k=k)


@builtin("keras.metrics")
def sparse_top_k_categorical_accuracy(y_true, y_pred, k=5, from_sorted_ids=False):
    """Tells for each row whether the true class is among the `k` largest.

    Args:
        y_true: integer classes.
        y_pred: probabilities or logits, with one more axis; or the classes in order
            of their scores, best first.
        k: how many predictions to look at.
        from_sorted_ids: whether `y_pred` holds classes rather than scores.

    Example:
        >>> from ranvier import metrics
        >>> metric = metrics.sparse_top_k_categorical_accuracy
        >>> metric([2], [[0.1, 0.7, 0.2]], k=2).tolist()
        [1.0]
    """
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.convert_to_tensor(
        y_true, dtype=y_pred.dtype if from_sorted_ids else "int32"
    )
    shape = ops.shape(y_true)
    y_true = ops.reshape(y_true, (-1,))
    y_pred = ops.reshape(y_pred, (-1, y_pred.shape[-1]))
    if from_sorted_ids:
        hits = ops.equal(ops.expand_dims(y_true, axis=1), y_pred[:, :k])
        matches = ops.any(hits, axis=1)
    else:
        matches = ops.in_top_k(y_true, y_pred, k=k)
    return ops.reshape(ops.cast(matches, _config.floatx()), shape)


@builtin("keras.metrics")
class Accuracy(BuiltinMetric):
    """Share of predictions equal to their target.

    Args:
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> float(Accuracy()([1, 2, 3, 4], [0, 2, 3, 4]))
        0.75
    """

    _direction = "up"

    def __init__(self, name="accuracy", dtype=None):
        super().__init__(accuracy, name, dtype)


@builtin("keras.metrics")
class BinaryAccuracy(BuiltinMetric):
    """Share of yes/no predictions that are right.

    Args:
        name: see `Metric`.
        dtype: see `Metric`.
        threshold: what a prediction must exceed to mean yes.

    Raises:
        ValueError: for an argument that has no meaning.

    Example:
        >>> float(BinaryAccuracy()([1, 1, 0, 0], [0.9, 0.2, 0.1, 0.4]))
        0.75
    """

    _direction = "up"

    def __init__(self, name="binary_accuracy", dtype=None, threshold=0.5):
        require_fraction(threshold=threshold)
        super().__init__(binary_accuracy, name, dtype, threshold=threshold)


@builtin("keras.metrics")
class CategoricalAccuracy(BuiltinMetric):
    """Share of rows whose largest prediction is at the true class (one-hot).

    Args:
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> float(CategoricalAccuracy()([[0, 1], [1, 0]], [[0.3, 0.7]] * 2))
        0.5
    """

    _direction = "up"

    def __init__(self, name="categorical_accuracy", dtype=None):
        super().__init__(categorical_accuracy, name, dtype)


@builtin("keras.metrics")
class SparseCategoricalAccuracy(BuiltinMetric):
    """Share of rows whose largest prediction is at the true class (integer).

    Args:
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> float(SparseCategoricalAccuracy()([1, 0], [[0.3, 0.7]] * 2))
        0.5
    """

    _direction = "up"

    def __init__(self, name="sparse_categorical_accuracy", dtype=None):
        super().__init__(sparse_categorical_accuracy, name, dtype)


@builtin("keras.metrics")
class TopKCategoricalAccuracy(BuiltinMetric):
    """Share of rows whose true class (one-hot) is among the `k` largest.

    Args:
        k: how many predictions to look at.
        name: see `Metric`.
        dtype: see `Metric`.

    Raises:
        ValueError: for an argument that has no meaning.

    Example:
        >>> float(TopKCategoricalAccuracy(k=2)([[0, 0, 1]], [[0.1, 0.7, 0.2]]))
        1.0
    """

    _direction = "up"

    def __init__(self, k=5, name="top_k_categorical_accuracy", dtype=None):
        require_count(k=k)
        super().__init__(top_k_categorical_accuracy, name, dtype, k=k)


@builtin("keras.metrics")
class SparseTopKCategoricalAccuracy(BuiltinMetric):
    """Share of rows whose true class (integer) is among the `k` largest.

    Args:
        k: how many predictions to look at.
        name: see `Metric`.
        dtype: see `Metric`.
        from_sorted_ids: whether predictions are classes, best first.

    Raises:
        ValueError: for an argument that has no meaning.

    Example:
        >>> float(SparseTopKCategoricalAccuracy(k=2)([2], [[0.1, 0.7, 0.2]]))
        1.0
    """

    _direction = "up"
    _omitted = {"from_sorted_ids": False}

    def __init__(
        self,
        k=5,
        name="sparse_top_k_categorical_accuracy",
        dtype=None,
        from_sorted_ids=False,
    ):
        require_count(k=k)
        super().__init__(
            sparse_top_k_categorical_accuracy,
            name,
            dtype,
            k=k,
            from_sorted_ids=from_sorted_ids,
        )
