"""Crossentropies between targets and predicted probabilities."""

import warnings

from ranvier import ops
from ranvier.core import _mask
from ranvier.core._arguments import (
    optional,
    require_axes,
    require_fraction,
    require_integer,
)
from ranvier.core._dynamic import Dynamic, is_zero
from ranvier.core._registry import builtin
from ranvier.losses._loss import BuiltinLoss
from ranvier.losses._reduction import require_broadcastable


def as_probabilities(y_true, y_pred):
    """Returns both as tensors of one dtype, that of `y_pred`."""
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.cast(y_true, y_pred.dtype)
    require_broadcastable(y_true=y_true, y_pred=y_pred)
    return y_true, y_pred


def smoothed(y_true, label_smoothing, num_classes):
    """Returns targets moved towards `1 / num_classes` by `label_smoothing`."""
    if label_smoothing is None or is_zero(label_smoothing):
        return y_true
    return y_true * (1.0 - label_smoothing) + label_smoothing / num_classes


def check_classes(name, y_pred, axis):
    """Raises for an axis that is no integer, warns where there is only one class."""
    if isinstance(axis, bool):
        raise ValueError(
            f"Argument `axis` of `{name}` must be an integer. Received: axis={axis}"
        )
    if y_pred.shape[-1] == 1:
        warnings.warn(
            f"`{name}` expects `y_pred` of shape (batch_size, num_classes) with at "
            f"least two classes. Received: y_pred of shape {tuple(y_pred.shape)}. "
            "For two classes in one column use 'binary_crossentropy'.",
            SyntaxWarning,
            stacklevel=3,
        )


@builtin("keras.losses")
def binary_crossentropy(
    y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1
):
    """Computes the mean of `-y log(p) - (1 - y) log(1 - p)` over an axis.

    Args:
        y_true: targets, 0 or 1.
        y_pred: probabilities (or logits) of the same shape.
        from_logits: whether `y_pred` holds logits.
        label_smoothing: moves targets towards 1/2: 0.1 turns 1 into 0.95.
        axis: axis of the mean.

    Example:
        >>> from ranvier import losses
        >>> losses.binary_crossentropy([[1.0]], [[0.5]]).round(3).tolist()
        [0.6930000185966492]
    """
    y_true, y_pred = as_probabilities(y_true, y_pred)
    y_true = smoothed(y_true, label_smoothing, 2)
    entropy = ops.binary_crossentropy(y_true, y_pred, from_logits=from_logits)
    return ops.mean(entropy, axis=axis)


@builtin("keras.losses")
def categorical_crossentropy(
    y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1
):
    """Computes `-sum(y log(p))` over the axis of the classes.

    Args:
        y_true: probabilities of the classes, usually one-hot rows.
        y_pred: probabilities (or logits) of the same shape.
        from_logits: whether `y_pred` holds logits.
        label_smoothing: moves targets towards equal probabilities.
        axis: axis of the classes.

    Raises:
        ValueError: if `axis` is a boolean, or the shapes differ.

    Example:
        >>> from ranvier import losses
        >>> loss = losses.categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])
        >>> loss.round(3).tolist()
        [0.6930000185966492]
    """
    y_true, y_pred = as_probabilities(y_true, y_pred)
    check_classes("categorical_crossentropy", y_pred, axis)
    y_true = smoothed(y_true, label_smoothing, y_true.shape[-1])
    return ops.categorical_crossentropy(
        y_true, y_pred, from_logits=from_logits, axis=axis
    )


@builtin("keras.losses")
def sparse_categorical_crossentropy(
    y_true, y_pred, from_logits=False, ignore_class=None, axis=-1
):
    """Computes `-log(p[y])` for integer classes `y`.

    Args:
        y_true: classes, of the shape of `y_pred` without the axis of the classes.
        y_pred: probabilities (or logits).
        from_logits: whether `y_pred` holds logits.
        ignore_class: a class whose entries cost nothing and do not count, or None.
        axis: axis of the classes in `y_pred`.

    Raises:
        ValueError: if the shapes do not fit.

    Example:
        >>> from ranvier import losses
        >>> losses.sparse_categorical_crossentropy([1], [[0.5, 0.5]]).round(3).tolist()
        [0.6930000185966492]
    """
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[axis] == 1:
        y_true = ops.squeeze(y_true, axis=axis)
    if ignore_class is None:
        return ops.sparse_categorical_crossentropy(
            y_true, y_pred, from_logits=from_logits, axis=axis
        )
    counts = ops.not_equal(y_true, ops.cast(ignore_class, y_true.dtype))
    losses = ops.sparse_categorical_crossentropy(
        ops.where(counts, y_true, 0),
        ops.where(ops.expand_dims(counts, axis), y_pred, 0),
        from_logits=from_logits,
        axis=axis,
    )
    losses = ops.where(counts, losses, 0.0)
    _mask.set_mask(losses, counts)
    return losses


@builtin("keras.losses")
class BinaryCrossentropy(BuiltinLoss):
    """Crossentropy of yes/no targets.

    Args:
        from_logits: whether predictions are logits rather than probabilities.
        label_smoothing: moves targets towards 1/2.
        axis: axis of the mean.
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Raises:
        ValueError: for an argument that has no meaning.

    Example:
        >>> round(float(BinaryCrossentropy()([[1.0]], [[0.5]])), 3)
        0.693
    """

    label_smoothing = Dynamic()

    def __init__(
        self,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="binary_crossentropy",
        dtype=None,
    ):
        optional(require_fraction, label_smoothing=label_smoothing)
        optional(require_axes, axis=axis)
        super().__init__(
            binary_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


@builtin("keras.losses")
class CategoricalCrossentropy(BuiltinLoss):
    """Crossentropy of one-hot targets.

    Args:
        from_logits: whether predictions are logits rather than probabilities.
        label_smoothing: moves targets towards equal probabilities.
        axis: axis of the classes.
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Raises:
        ValueError: for an argument that has no meaning.

    Example:
        >>> round(float(CategoricalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 3)
        0.693
    """

    label_smoothing = Dynamic()

    def __init__(
        self,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="categorical_crossentropy",
        dtype=None,
    ):
        optional(require_fraction, label_smoothing=label_smoothing)
        require_integer(axis=axis)
        super().__init__(
            categorical_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


@builtin("keras.losses")
class SparseCategoricalCrossentropy(BuiltinLoss):
    """Crossentropy of integer targets.

    Args:
        from_logits: whether predictions are logits rather than probabilities.
        ignore_class: a class whose entries do not count, or None.
        reduction: see `Loss`.
        axis: axis of the classes in the predictions.
        name: see `Loss`.
        dtype: see `Loss`.

    Raises:
        ValueError: for an argument that has no meaning.

    Example:
        >>> round(float(SparseCategoricalCrossentropy()([1], [[0.5, 0.5]])), 3)
        0.693
    """

    _omitted = {"axis": -1}

    def __init__(
        self,
        from_logits=False,
        ignore_class=None,
        reduction="sum_over_batch_size",
        axis=-1,
        name="sparse_categorical_crossentropy",
        dtype=None,
    ):
        optional(require_integer, ignore_class=ignore_class)
        require_integer(axis=axis)
        super().__init__(
            sparse_categorical_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            ignore_class=ignore_class,
            axis=axis,
        )
