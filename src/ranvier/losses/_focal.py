"""Focal crossentropies: easy entries weigh less (https://arxiv.org/abs/1708.02002)."""

import numpy as np

from ranvier import ops
from ranvier.core import _config
from ranvier.core._arguments import (
    optional,
    require_axes,
    require_fraction,
    require_integer,
    require_nonnegative,
)
from ranvier.core._dynamic import Dynamic
from ranvier.core._registry import builtin
from ranvier.losses._crossentropy import as_probabilities, check_classes, smoothed
from ranvier.losses._loss import BuiltinLoss


@builtin("keras.losses")
def binary_focal_crossentropy(
    y_true,
    y_pred,
    apply_class_balancing=False,
    alpha=0.25,
    gamma=2.0,
    from_logits=False,
    label_smoothing=0.0,
    axis=-1,
):
    """Computes binary crossentropy times `(1 - p)^gamma`, `p` of the true class.

    Args:
        y_true: targets, 0 or 1.
        y_pred: probabilities (or logits) of the same shape.
        apply_class_balancing: whether to weigh the classes by `alpha`.
        alpha: weight of class 1; class 0 has `1 - alpha`.
        gamma: how much less easy entries weigh.
        from_logits: whether `y_pred` holds logits.
        label_smoothing: moves targets towards 1/2.
        axis: axis of the mean.

    Example:
        >>> from ranvier import losses
        >>> losses.binary_focal_crossentropy([[1.0]], [[0.5]]).round(3).tolist()
        [0.1730000078678131]
    """
    y_true, y_pred = as_probabilities(y_true, y_pred)
    y_true = smoothed(y_true, label_smoothing, 2)
    if from_logits:
        y_pred = ops.sigmoid(y_pred)
    entropy = ops.binary_crossentropy(y_true, y_pred)
    of_true_class = y_true * y_pred + (1 - y_true) * (1 - y_pred)
    focal = ops.power(1.0 - of_true_class, gamma) * entropy
    if apply_class_balancing:
        focal = (y_true * alpha + (1 - y_true) * (1 - alpha)) * focal
    return ops.mean(focal, axis=axis)


@builtin("keras.losses")
def categorical_focal_crossentropy(
    y_true,
    y_pred,
    alpha=0.25,
    gamma=2.0,
    from_logits=False,
    label_smoothing=0.0,
    axis=-1,
):
    """Computes `-sum(alpha * (1 - p)^gamma * y log(p))` over the classes.

    Args:
        y_true: probabilities of the classes, usually one-hot rows.
        y_pred: probabilities (or logits) of the same shape.
        alpha: weight of the classes: a number, or one for each class.
        gamma: how much less easy entries weigh.
        from_logits: whether `y_pred` holds logits.
        label_smoothing: moves targets towards equal probabilities.
        axis: axis of the classes.

    Raises:
        ValueError: if `axis` is a boolean.

    Example:
        >>> from ranvier import losses
        >>> loss = losses.categorical_focal_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])
        >>> loss.round(3).tolist()
        [0.0430000014603138]
    """
    y_true, y_pred = as_probabilities(y_true, y_pred)
    check_classes("categorical_focal_crossentropy", y_pred, axis)
    y_true = smoothed(y_true, label_smoothing, y_true.shape[-1])
    if from_logits:
        y_pred = ops.softmax(y_pred, axis=axis)
    epsilon = _config.epsilon()
    p = y_pred / ops.sum(y_pred, axis=axis, keepdims=True)
    p = ops.clip(p, epsilon, 1.0 - epsilon)
    weight = ops.multiply(ops.power(1.0 - p, gamma), alpha)
    return -ops.sum(weight * y_true * ops.log(p), axis=axis)


@builtin("keras.losses")
class BinaryFocalCrossentropy(BuiltinLoss):
    """Focal crossentropy of yes/no targets.

    Args:
        apply_class_balancing: whether to weigh the classes by `alpha`.
        alpha: weight of class 1; class 0 has `1 - alpha`.
        gamma: how much less easy entries weigh.
        from_logits: whether predictions are logits rather than probabilities.
        label_smoothing: moves targets towards 1/2.
        axis: axis of the mean.
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Raises:
        ValueError: for an argument that has no meaning.

    Example:
        >>> round(float(BinaryFocalCrossentropy()([[1.0]], [[0.5]])), 3)
        0.173
    """

    alpha = Dynamic()
    gamma = Dynamic()
    label_smoothing = Dynamic()

    def __init__(
        self,
        apply_class_balancing=False,
        alpha=0.25,
        gamma=2.0,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="binary_focal_crossentropy",
        dtype=None,
    ):
        require_fraction(alpha=alpha)
        require_nonnegative(gamma=gamma)
        optional(require_fraction, label_smoothing=label_smoothing)
        optional(require_axes, axis=axis)
        super().__init__(
            binary_focal_crossentropy,
            reduction,
            name,
            dtype,
            apply_class_balancing=apply_class_balancing,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


@builtin("keras.losses")
class CategoricalFocalCrossentropy(BuiltinLoss):
    """Focal crossentropy of one-hot targets.

    Args:
        alpha: weight of the classes: a number, or one for each class.
        gamma: how much less easy entries weigh.
        from_logits: whether predictions are logits rather than probabilities.
        label_smoothing: moves targets towards equal probabilities.
        axis: axis of the classes.
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Raises:
        ValueError: for an argument that has no meaning.

    Example:
        >>> loss = CategoricalFocalCrossentropy()
        >>> round(float(loss([[0.0, 1.0]], [[0.5, 0.5]])), 3)
        0.043
    """

    gamma = Dynamic()
    label_smoothing = Dynamic()

    def __init__(
        self,
        alpha=0.25,
        gamma=2.0,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="categorical_focal_crossentropy",
        dtype=None,
    ):
        for weight in alpha if np.ndim(alpha) == 1 else [alpha]:
            require_nonnegative(alpha=weight)
        require_nonnegative(gamma=gamma)
        optional(require_fraction, label_smoothing=label_smoothing)
        require_integer(axis=axis)
        super().__init__(
            categorical_focal_crossentropy,
            reduction,
            name,
            dtype,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )
