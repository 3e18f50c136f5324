"""Bounding boxes told by how they differ from anchors."""

from ranvier import ops
from ranvier.core import _config
from ranvier.layers.preprocessing.images._box_formats import convert_format


def encode_box_to_deltas(
    anchors,
    boxes,
    anchor_format,
    box_format,
    encoding_format="center_yxhw",
    variance=None,
    image_shape=None,
):
    """Encodes bounding boxes by how they differ from anchors.

    Args:
        anchors: array of shape `(n, 4)`.
        boxes: array of shape `(n, 4)` or `(batch, n, 4)`.
        anchor_format: format of the anchors; see `convert_format`.
        box_format: format of the boxes.
        encoding_format: `"center_yxhw"` or `"center_xywh"`.
        variance: four numbers that the differences are divided by.
        image_shape: `(height, width, channels)`; needed for relative formats.

    Raises:
        ValueError: for other encoding formats, or another number of variances.
    """
    variance = _checked("encoding_format", encoding_format, variance)
    height, width = (None, None) if image_shape is None else image_shape[:2]
    anchors = convert_format(anchors, anchor_format, encoding_format, height, width)
    boxes = convert_format(boxes, box_format, encoding_format, height, width)
    sides = ops.maximum(anchors[..., 2:], _config.epsilon())
    shift = (boxes[..., :2] - anchors[..., :2]) / sides
    growth = ops.log(ops.maximum(boxes[..., 2:], _config.epsilon()) / sides)
    deltas = ops.concatenate([shift, growth], axis=-1)
    return deltas if variance is None else deltas / variance


def decode_deltas_to_boxes(
    anchors,
    boxes_delta,
    anchor_format,
    box_format,
    encoded_format="center_yxhw",
    variance=None,
    image_shape=None,
):
    """Decodes what `encode_box_to_deltas` returns.

    Args:
        anchors: array of shape `(n, 4)`, or a dictionary of such.
        boxes_delta: array of shape `(n, 4)` or `(batch, n, 4)`, or a dictionary with
            the keys of `anchors`.
        anchor_format: format of the anchors; see `convert_format`.
        box_format: format of the result.
        encoded_format: `"center_yxhw"` or `"center_xywh"`.
        variance: four numbers that the differences were divided by.
        image_shape: `(height, width, channels)`; needed for relative formats.

    Raises:
        ValueError: for other encoded formats, or another number of variances.

    Example:
        >>> anchors, boxes = [[0.0, 0.0, 4.0, 4.0]], [[1.0, 1.0, 3.0, 5.0]]
        >>> deltas = encode_box_to_deltas(anchors, boxes, "xyxy", "xyxy")
        >>> decode_deltas_to_boxes(anchors, deltas, "xyxy", "xyxy").tolist()
        [[1.0, 1.0, 3.0, 5.0]]
    """
    variance = _checked("encoded_format", encoded_format, variance)
    height, width = (None, None) if image_shape is None else image_shape[:2]

    def decode(anchors, deltas):
        anchors = convert_format(anchors, anchor_format, encoded_format, height, width)
        deltas = deltas if variance is None else deltas * variance
        sides = anchors[..., 2:]
        boxes = ops.concatenate(
            [
                deltas[..., :2] * sides + anchors[..., :2],
                ops.exp(deltas[..., 2:]) * sides,
            ],
            axis=-1,
        )
        return convert_format(boxes, encoded_format, box_format, height, width)

    if isinstance(anchors, dict) and isinstance(boxes_delta, dict):
        return {key: decode(anchors[key], boxes_delta[key]) for key in anchors}
    return decode(anchors, boxes_delta)


def _checked(argument, encoding, variance):
    if encoding not in ("center_xywh", "center_yxhw"):
        raise ValueError(
            f"`{argument}` should be 'center_xywh' or 'center_yxhw'. "
            f"Received: {argument}={encoding!r}"
        )
    if variance is None:
        return None
    variance = ops.convert_to_tensor(variance, "float32")
    if variance.shape[-1] != 4:
        raise ValueError(f"`variance` must be length 4. Received: {variance}")
    return variance
