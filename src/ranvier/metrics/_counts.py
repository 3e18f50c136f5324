"""Counts of right and wrong yes/no decisions at many thresholds at once."""

from typing import NamedTuple

import numpy as np

from ranvier import ops
from ranvier.core import _config
from ranvier.core._arguments import is_number
from ranvier.core._errors import ShapeError
from ranvier.losses._reduction import (
    require_broadcastable,
    squeeze_or_expand_to_same_rank,
)

# Below every prediction: what is not among the k best never exceeds a threshold.
NOT_IN_TOP_K = -1e10


class Counts(NamedTuple):
    """Weighted counts, each of shape `(thresholds,)` or `(thresholds, labels)`."""

    true_positives: object
    false_positives: object
    true_negatives: object
    false_negatives: object


def parse_thresholds(thresholds, default) -> list:
    """Returns a list of thresholds from a number, a list or None.

    Raises:
        ValueError: for one outside of the interval from 0 to 1.
    """
    if thresholds is None:
        return [default]
    values = list(thresholds) if np.ndim(thresholds) else [thresholds]
    invalid = [v for v in values if not (is_number(v) and 0 <= v <= 1)]
    if invalid:
        raise ValueError(
            "Invalid values in argument `thresholds`. Threshold values must be in "
            f"[0, 1]. Received: {invalid}"
        )
    return values


def are_even(thresholds) -> bool:
    """Tells whether thresholds divide the interval from 0 to 1 evenly."""
    count = len(thresholds)
    if count < 3:
        return False
    even = np.arange(count, dtype="float32") / (count - 1)
    return np.allclose(thresholds, even, atol=_config.epsilon())


def count_decisions(
    y_true,
    y_pred,
    thresholds,
    *,
    dtype,
    even=False,
    sample_weight=None,
    top_k=None,
    class_id=None,
    multi_label=False,
    label_weights=None,
) -> Counts:
    """Counts decisions `y_pred > threshold`, for every threshold.

    Args:
        y_true: targets; anything but zero means yes.
        y_pred: predictions of the same shape.
        thresholds: numbers in ascending order.
        dtype: dtype of the counts.
        even: whether the thresholds divide the interval from 0 to 1 evenly: then
            predictions are sorted into buckets instead of compared with each.
        sample_weight: weights that broadcast to the predictions, or None.
        top_k: take only the `k` largest predictions of a row for yes.
        class_id: look at this class only.
        multi_label: count each label (column) by itself.
        label_weights: weights of the labels, or None.

    Raises:
        ValueError: if shapes do not fit, or `class_id` meets predictions of one axis.
    """
    y_true, y_pred = ops.cast(y_true, dtype), ops.cast(y_pred, dtype)
    y_pred, y_true = squeeze_or_expand_to_same_rank(y_pred, y_true)
    if tuple(y_true.shape) != tuple(y_pred.shape):
        raise ShapeError(
            "`y_true` and `y_pred` must have the same shape. Received: y_true of shape "
            f"{tuple(y_true.shape)}, y_pred of shape {tuple(y_pred.shape)}"
        )
    if sample_weight is not None:
        sample_weight = ops.expand_dims(ops.cast(sample_weight, dtype), axis=-1)
        _, sample_weight = squeeze_or_expand_to_same_rank(
            y_true, sample_weight, expand_rank_1=False
        )
    if top_k is not None:
        y_pred = _keep_top_k(y_pred, top_k)
    if class_id is not None:
        if len(y_pred.shape) == 1:
            raise ShapeError(
                "When class_id is provided, y_pred must be a 2D array with shape "
                f"(num_samples, num_classes). Found shape: {tuple(y_pred.shape)}"
            )
        y_true, y_pred = y_true[..., class_id, None], y_pred[..., class_id, None]

    weights = ops.ones_like(y_pred)
    factors = {"sample_weight": sample_weight, "label_weights": label_weights}
    for name, factor in factors.items():
        if factor is not None:
            factor = ops.convert_to_tensor(factor, dtype=dtype)
            require_broadcastable(**{name: factor, "y_pred": y_pred})
            weights = weights * factor
    # Everything has the shape (entries, labels) from here on.
    labels = y_pred.shape[1] if multi_label else 1
    y_pred, is_yes, weights = (
        ops.reshape(x, (-1, labels))
        for x in (y_pred, ops.cast(y_true, "bool"), weights)
    )
    split = _split_by_buckets if even else _split_by_comparing
    true_positives, false_negatives = split(
        y_pred, ops.where(is_yes, weights, 0), thresholds
    )
    false_positives, true_negatives = split(
        y_pred, ops.where(is_yes, 0, weights), thresholds
    )
    counts = Counts(true_positives, false_positives, true_negatives, false_negatives)
    return counts if multi_label else Counts(*(count[:, 0] for count in counts))


def _keep_top_k(y_pred, k):
    _, best = ops.top_k(y_pred, k)
    is_best = ops.sum(ops.one_hot(best, y_pred.shape[-1]), axis=-2)
    return ops.where(ops.greater(is_best, 0), y_pred, NOT_IN_TOP_K)


def _split_by_comparing(y_pred, weights, thresholds):
    """Returns the weight above each threshold, and that of the rest."""
    thresholds = ops.convert_to_tensor(thresholds, dtype=y_pred.dtype)
    above = ops.greater(y_pred[None], ops.reshape(thresholds, (-1, 1, 1)))
    return (
        ops.sum(ops.where(above, weights[None], 0), axis=1),
        ops.sum(ops.where(above, 0, weights[None]), axis=1),
    )


def _split_by_buckets(y_pred, weights, thresholds):
    """Returns the same for evenly spaced thresholds, without comparing with each.

    Bucket `i` holds the predictions above threshold `i` but not above the next one.
    What is above a threshold is then the sum over its bucket and all later ones.
    """
    count, labels = len(thresholds), y_pred.shape[1]
    total = ops.sum(weights, axis=0)
    bucket = ops.ceil(ops.clip(y_pred, 0.0, 1.0) * (count - 1)) - 1
    if thresholds[0] >= 0.0:
        # A prediction of zero exceeds no threshold, not even the first.
        weights = ops.where(ops.less(bucket, 0), 0, weights)
    bucket = ops.cast(ops.maximum(bucket, 0), "int32")
    sums = ops.segment_sum(
        ops.reshape(weights, (-1,)),
        ops.reshape(bucket * labels + ops.arange(labels), (-1,)),
        num_segments=count * labels,
    )
    sums = ops.reshape(sums, (count, labels))
    above = ops.flip(ops.cumsum(ops.flip(sums, axis=0), axis=0), axis=0)
    return above, total - above
