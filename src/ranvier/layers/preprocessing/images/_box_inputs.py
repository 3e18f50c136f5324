"""Bounding boxes as users give them: arrays, lists, ragged tensors."""

from ranvier import ops
from ranvier.core._errors import ShapeError
from ranvier.layers.preprocessing._composite import is_ragged

_PADDING = {"boxes": 0, "labels": -1}


def dense_boxes(boxes) -> dict:
    """Returns bounding boxes as a dictionary of arrays.

    Images with fewer boxes than others get boxes of zeros, with labels of -1.

    Args:
        boxes: a dictionary with `"boxes"` and `"labels"`: arrays, ragged tensors, or
            lists with one for each image.

    Raises:
        ValueError: if there are others, or these do not belong together.
    """
    if not isinstance(boxes, dict) or not {"boxes", "labels"} <= set(boxes):
        raise ValueError(
            "Expected `bounding_boxes` to be a dict with keys 'boxes' and 'labels'. "
            f"Received: bounding_boxes={boxes}"
        )
    kinds = [is_ragged(boxes[key]) for key in _PADDING]
    if any(kinds) and not all(kinds):
        raise ValueError(
            "If one of bounding_boxes['boxes'] and bounding_boxes['labels'] is a "
            "ragged tensor, both must be. Received: "
            f"{[type(boxes[key]).__name__ for key in _PADDING]}"
        )
    dense = {key: _dense(boxes[key], fill) for key, fill in _PADDING.items()}
    dense["boxes"] = ops.cast(dense["boxes"], "float32")
    shapes = {key: tuple(value.shape) for key, value in dense.items()}
    rank = len(shapes["boxes"])
    if rank not in (2, 3):
        raise ShapeError(
            "Expected bounding_boxes['boxes'] to have rank 2 or 3: (boxes, 4) or "
            f"(batch, boxes, 4). Received: {shapes['boxes']}"
        )
    if len(shapes["labels"]) not in (rank - 1, rank):
        raise ShapeError(
            f"Found bounding_boxes['boxes'].shape={shapes['boxes']} and expected "
            f"bounding_boxes['labels'] to have rank {rank - 1} or {rank}. Received: "
            f"{shapes['labels']}"
        )
    return {**boxes, **dense}


def _dense(values, fill):
    if is_ragged(values):
        tail = values.shape[2:]
        inner = [] if fill != 0 else [4] if len(tail) == 1 else list(tail)
        shape = None if not inner else [None] * (values.ndim - 1) + inner
        values = values.to_tensor(default_value=fill, shape=shape)
        return ops.convert_to_tensor(values)
    if isinstance(values, list) and len({len(v) for v in values if _is_list(v)}) > 1:
        longest = max(map(len, values))
        none = [fill] * 4 if fill == 0 else fill
        values = [[*v, *[none] * (longest - len(v))] for v in values]
    return ops.convert_to_tensor(values)


def _is_list(value):
    return isinstance(value, list)
