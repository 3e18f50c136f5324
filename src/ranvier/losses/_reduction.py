"""From a loss for each entry to one number: masks, sample weights, reductions."""

import numpy as np

from ranvier import ops
from ranvier.core._errors import ShapeError

_REDUCTIONS = (
    "sum_over_batch_size",
    "sum",
    "mean",
    "mean_with_sample_weight",
    "none",
    None,
)
_MEANS = ("sum_over_batch_size", "mean")


def standardize_reduction(reduction):
    """Returns `reduction` if it is a known one.

    Raises:
        ValueError: otherwise.
    """
    if reduction not in _REDUCTIONS:
        raise ValueError(
            "Invalid value for argument `reduction`. Expected one of "
            f"{_REDUCTIONS}. "
            f"Received: reduction={reduction}"
        )
    return reduction


def squeeze_or_expand_to_same_rank(x1, x2, expand_rank_1=True):
    """Returns two tensors with a last axis of size 1 added or removed in one.

    Nothing changes unless the ranks differ by one and the longer ends in an axis of
    size 1.

    Args:
        x1: a tensor.
        x2: a tensor.
        expand_rank_1: where the shorter has one axis, add an axis to it rather than
            remove one from the longer.

    Example:
        >>> a, b = squeeze_or_expand_to_same_rank(ops.ones((3,)), ops.ones((3, 1)))
        >>> a.shape, b.shape
        ((3, 1), (3, 1))
    """
    rank1, rank2 = len(x1.shape), len(x2.shape)
    if rank1 == rank2 + 1 and x1.shape[-1] == 1:
        if rank2 == 1 and expand_rank_1:
            return x1, ops.expand_dims(x2, axis=-1)
        return ops.squeeze(x1, axis=-1), x2
    if rank2 == rank1 + 1 and x2.shape[-1] == 1:
        if rank1 == 1 and expand_rank_1:
            return ops.expand_dims(x1, axis=-1), x2
        return x1, ops.squeeze(x2, axis=-1)
    return x1, x2


def require_broadcastable(**tensors):
    """Raises unless the shapes of two named tensors broadcast together.

    Raises:
        ShapeError: otherwise, with both names and shapes.
    """
    (name1, shape1), (name2, shape2) = (
        (name, tuple(tensor.shape)) for name, tensor in tensors.items()
    )
    if None in shape1 or None in shape2:
        return
    try:
        np.broadcast_shapes(shape1, shape2)
    except ValueError:
        raise ShapeError(
            f"The shapes of `{name1}` and `{name2}` do not fit together. Received: "
            f"{name1} of shape {shape1}, {name2} of shape {shape2}"
        ) from None


def apply_mask(sample_weight, mask, dtype, reduction):
    """Returns sample weights that are zero where the mask is.

    For the reductions that divide by the number of entries, the rest weighs more, so
    that the result is the mean over the entries that count.

    Args:
        sample_weight: weights, or None.
        mask: booleans, or None.
        dtype: dtype of the result.
        reduction: the reduction that follows.
    """
    if mask is None:
        return sample_weight
    weight = ops.cast(mask, dtype)
    if reduction in _MEANS:
        weight = weight * ops.divide_no_nan(1.0, ops.mean(weight))
    if sample_weight is None:
        return weight
    sample_weight = ops.cast(sample_weight, dtype)
    weight, sample_weight = squeeze_or_expand_to_same_rank(weight, sample_weight)
    return sample_weight * weight


def reduce_weighted_values(
    values,
    sample_weight=None,
    mask=None,
    reduction="sum_over_batch_size",
    dtype=None,
):
    """Returns weighted values, reduced to one number.

    Args:
        values: a tensor.
        sample_weight: a tensor that broadcasts to `values`, or None.
        mask: booleans, False for entries that do not count, or None.
        reduction: as in `Loss`.
        dtype: dtype to compute in; defaults to that of `values`.
    """
    reduction = standardize_reduction(reduction)
    values = ops.convert_to_tensor(values, dtype=dtype)
    sample_weight = apply_mask(sample_weight, mask, values.dtype, reduction)
    if sample_weight is not None:
        sample_weight = ops.convert_to_tensor(sample_weight, dtype=values.dtype)
        values, sample_weight = squeeze_or_expand_to_same_rank(values, sample_weight)
        require_broadcastable(losses=values, sample_weight=sample_weight)
        values = values * sample_weight
    return _reduce(values, sample_weight, reduction)


def _reduce(values, sample_weight, reduction):
    if reduction in (None, "none") or tuple(values.shape) in ((), (0,)):
        return values
    if reduction == "sum" or 0 in values.shape:
        return ops.sum(values)
    if reduction == "mean_with_sample_weight" and sample_weight is not None:
        return ops.divide_no_nan(ops.sum(values), ops.sum(sample_weight))
    return ops.mean(values)
