"""How much bounding boxes overlap."""

import math

from ranvier import ops
from ranvier.core import _config
from ranvier.core._errors import ShapeError
from ranvier.layers.preprocessing.images._box_formats import convert_format


def compute_iou(
    boxes1,
    boxes2,
    bounding_box_format,
    use_masking=False,
    mask_val=-1,
    image_shape=None,
):
    """Computes the intersection over union of each box with each.

    Args:
        boxes1: array of shape `(n, 4)` or `(batch, n, 4)`.
        boxes2: array of shape `(m, 4)` or `(batch, m, 4)`.
        bounding_box_format: of both; see `convert_format`.
        use_masking: whether to mask boxes whose numbers are all negative.
        mask_val: the result where a box is masked.
        image_shape: `(height, width, channels)`; needed for relative formats.

    Returns:
        Array of shape `(n, m)` or `(batch, n, m)`.

    Raises:
        ShapeError: for arrays of other ranks.
        ValueError: for relative formats without `image_shape`.

    Example:
        >>> compute_iou([[0, 0, 4, 4]], [[0, 0, 4, 2], [9, 9, 10, 10]], "xyxy").tolist()
        [[0.5, 0.0]]
    """
    ranks = len(ops.shape(boxes1)), len(ops.shape(boxes2))
    for name, rank in zip(("boxes1", "boxes2"), ranks, strict=True):
        if rank not in (2, 3):
            raise ShapeError(
                f"compute_iou() expects {name} to be batched, or to be unbatched, of "
                f"rank 3 or 2. Received: len(boxes1.shape)={ranks[0]}, "
                f"len(boxes2.shape)={ranks[1]}"
            )
    height, width = _size(bounding_box_format, image_shape)
    first, second = (
        convert_format(boxes, bounding_box_format, "xyxy", height, width)
        for boxes in (boxes1, boxes2)
    )
    first, second = first[..., :, None, :], second[..., None, :, :]
    shared = _area(
        ops.maximum(first[..., :2], second[..., :2]),
        ops.minimum(first[..., 2:], second[..., 2:]),
    )
    union = _area(first[..., :2], first[..., 2:]) - shared
    union = union + _area(second[..., :2], second[..., 2:])
    overlap = ops.divide(shared, union + _config.epsilon())
    if not use_masking:
        return overlap
    masked = ops.logical_or(ops.max(first, -1) < 0, ops.max(second, -1) < 0)
    return ops.where(masked, ops.cast(mask_val, overlap.dtype), overlap)


def _size(bounding_box_format, image_shape):
    if "rel" in bounding_box_format.lower() and image_shape is None:
        raise ValueError(
            "Relative formats of bounding boxes need the `image_shape` argument. "
            f"Received: bounding_box_format={bounding_box_format!r}, image_shape=None"
        )
    return (None, None) if image_shape is None else image_shape[:2]


def _area(low, high):
    sides = ops.maximum(high - low, 0.0)
    return sides[..., 0] * sides[..., 1]


def compute_ciou(boxes1, boxes2, bounding_box_format, image_shape=None):
    """Computes the complete intersection over union of pairs of boxes.

    The overlap, less a penalty for the distance of the centres and one for other
    proportions. (Zheng et al., 2020)

    Args:
        boxes1: array of shape `(..., 4)`.
        boxes2: array of shape `(..., 4)`.
        bounding_box_format: of both; see `convert_format`.
        image_shape: `(height, width, channels)`; needed for relative formats.

    Example:
        >>> round(float(compute_ciou([0, 0, 4, 4], [0, 0, 4, 4], "xyxy")), 4)
        1.0
    """
    height, width = _size(bounding_box_format, image_shape)
    first, second = (
        convert_format(boxes, bounding_box_format, "xyxy", height, width)
        for boxes in (boxes1, boxes2)
    )
    tiny = _config.epsilon()
    sides1, sides2 = first[..., 2:] - first[..., :2], second[..., 2:] - second[..., :2]
    width1, height1 = sides1[..., 0], sides1[..., 1] + tiny
    width2, height2 = sides2[..., 0], sides2[..., 1] + tiny
    shared = _area(
        ops.maximum(first[..., :2], second[..., :2]),
        ops.minimum(first[..., 2:], second[..., 2:]),
    )
    union = width1 * height1 + width2 * height2 - shared + tiny
    overlap = shared / (union + tiny)
    hull = ops.maximum(first[..., 2:], second[..., 2:])
    hull = hull - ops.minimum(first[..., :2], second[..., :2])
    centres = (first[..., :2] + first[..., 2:] - second[..., :2] - second[..., 2:]) / 2
    distance = ops.sum(ops.square(centres), -1) / (ops.sum(ops.square(hull), -1) + tiny)
    angles = ops.arctan(width2 / height2) - ops.arctan(width1 / height1)
    proportions = (4 / math.pi**2) * ops.square(angles)
    weight = proportions / (proportions - overlap + (1 + tiny))
    return overlap - (distance + proportions * weight)
