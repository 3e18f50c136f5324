"""Bounding boxes: their formats, and what becomes of them when images move.

A box is four numbers. A format tells which: `"xyxy"` (left, top, right, bottom),
`"yxyx"`, `"xywh"` (left, top, width, height), `"center_xywh"`, `"center_yxhw"`; with
`"rel_"` in front they are parts of the width and height of the image. Boxes of images
come as a dictionary with `"boxes"` and `"labels"`; a label of -1 marks a box that is
none.
"""

import math

from ranvier import ops

FORMATS = (
    "xyxy",
    "yxyx",
    "xywh",
    "center_xywh",
    "center_yxhw",
    "rel_xyxy",
    "rel_yxyx",
    "rel_xywh",
    "rel_center_xywh",
)
_RELATIVE = "rel_"


def convert_format(boxes, source, target, height=None, width=None, dtype="float32"):
    """Converts bounding boxes from one format to another.

    Args:
        boxes: array whose last axis has size 4, or a dictionary with such `"boxes"`.
        source: the format of the boxes: `"xyxy"`, `"yxyx"`, `"xywh"`,
            `"center_xywh"`, `"center_yxhw"`, `"rel_xyxy"`, `"rel_yxyx"`, `"rel_xywh"`
            or `"rel_center_xywh"`.
        target: the format of the result.
        height: of the image; needed for relative formats.
        width: of the image; needed for relative formats.
        dtype: of the result.

    Raises:
        ValueError: for unknown formats, arrays of other shapes, or if `height` and
            `width` are missing.

    Example:
        >>> convert_format([[10, 20, 30, 60]], "xyxy", "xywh").tolist()
        [[10.0, 20.0, 20.0, 40.0]]
    """
    if isinstance(boxes, dict):
        converted = convert_format(boxes["boxes"], source, target, height, width, dtype)
        return {**boxes, "boxes": converted}
    boxes = ops.cast(ops.convert_to_tensor(boxes), dtype)
    if boxes.shape[-1] != 4:
        raise ValueError(
            "`boxes` must be a tensor with the last dimension of 4. "
            f"Received: boxes.shape={tuple(boxes.shape)}"
        )
    source, target = source.lower(), target.lower()
    if source not in FORMATS or target not in FORMATS:
        raise ValueError(
            "Invalid source or target format of bounding boxes. Supported formats: "
            f"{FORMATS}. Received: source={source!r}, target={target!r}"
        )
    was_relative, is_relative = (f.startswith(_RELATIVE) for f in (source, target))
    if (was_relative or is_relative) and (width is None or height is None):
        raise ValueError(
            "convert_format() must receive `height` and `width` of the image for "
            f"relative formats. Received: source={source!r}, target={target!r}, "
            f"height={height}, width={width}"
        )
    if source == target:
        return boxes
    left, top, right, bottom = _edges(boxes, source.removeprefix(_RELATIVE))
    if was_relative != is_relative:
        height, width = ops.cast(height, dtype), ops.cast(width, dtype)
        if is_relative:
            height, width = 1 / height, 1 / width
        left, right = left * width, right * width
        top, bottom = top * height, bottom * height
    return _from_edges(left, top, right, bottom, target.removeprefix(_RELATIVE))


def _edges(boxes, layout):
    """Returns left, top, right and bottom of boxes."""
    x, y, x2, y2 = ops.split(boxes, 4, axis=-1)
    if layout.removeprefix("center_").startswith("y"):
        x, y, x2, y2 = y, x, y2, x2
    if layout in ("xyxy", "yxyx"):
        return x, y, x2, y2
    if layout == "xywh":
        return x, y, x + x2, y + y2
    half_width, half_height = x2 / 2.0, y2 / 2.0
    return x - half_width, y - half_height, x + half_width, y + half_height


def _from_edges(left, top, right, bottom, layout):
    x, y, x2, y2 = left, top, right, bottom
    if layout not in ("xyxy", "yxyx"):
        x2, y2 = right - left, bottom - top
    if layout.startswith("center_"):
        x, y = left + x2 / 2.0, top + y2 / 2.0
    if layout.removeprefix("center_").startswith("y"):
        x, y, x2, y2 = y, x, y2, x2
    return ops.concatenate([x, y, x2, y2], axis=-1)


def clip_to_image_size(
    bounding_boxes, height=None, width=None, bounding_box_format="xyxy"
):
    """Cuts off what of bounding boxes lies outside of an image.

    Args:
        bounding_boxes: a dictionary with `"boxes"` and, as a rule, `"labels"`; those
            of boxes of which nothing is left become -1.
        height: of the image.
        width: of the image.
        bounding_box_format: `"xyxy"` or `"rel_xyxy"`.

    Raises:
        NotImplementedError: for other formats.
        ValueError: if `height` or `width` are missing.

    Example:
        >>> boxes = {"boxes": [[-5.0, 0.0, 4.0, 20.0]], "labels": [3]}
        >>> clip_to_image_size(boxes, height=10, width=8)["boxes"].tolist()
        [[0.0, 0.0, 4.0, 10.0]]
    """
    if bounding_box_format not in ("xyxy", "rel_xyxy"):
        raise NotImplementedError(
            "Boxes are cut in the formats 'xyxy' and 'rel_xyxy'. Received: "
            f"bounding_box_format={bounding_box_format!r}. Use `convert_format` before."
        )
    if bounding_box_format == "rel_xyxy":
        height = width = 1
    elif height is None or width is None:
        raise ValueError(
            "`height` and `width` of the image must be given for the format 'xyxy'. "
            f"Received: height={height}, width={width}"
        )
    boxes = ops.convert_to_tensor(bounding_boxes["boxes"])
    height, width = ops.cast(height, boxes.dtype), ops.cast(width, boxes.dtype)
    left, top, right, bottom = _clipped(boxes, height, width)
    result = {
        **bounding_boxes,
        "boxes": ops.concatenate([left, top, right, bottom], axis=-1),
    }
    if bounding_boxes.get("labels") is not None:
        labels = ops.convert_to_tensor(bounding_boxes["labels"])
        is_left = ((right - left) * (bottom - top) > 0)[..., 0]
        if len(labels.shape) > len(is_left.shape):
            is_left = is_left[..., None]
        result["labels"] = ops.where(is_left, labels, ops.cast(-1, labels.dtype))
    return result


def _clipped(boxes, height, width):
    left, top, right, bottom = ops.split(boxes, 4, axis=-1)
    return (
        ops.clip(left, 0, width),
        ops.clip(top, 0, height),
        ops.clip(right, 0, width),
        ops.clip(bottom, 0, height),
    )


def crop(boxes, top, left, height, width, bounding_box_format="xyxy"):
    """Returns where bounding boxes lie in a part of an image.

    Args:
        boxes: array of shape `(..., 4)`.
        top: the upper edge of the part.
        left: the left edge of the part.
        height: of the part.
        width: of the part.
        bounding_box_format: only `"xyxy"`.

    Example:
        >>> crop([[10.0, 20.0, 50.0, 60.0]], 10, 20, height=40, width=20).tolist()
        [[0.0, 10.0, 20.0, 40.0]]
    """
    moved = pad(boxes, -top, -left, bounding_box_format=bounding_box_format)
    return ops.concatenate(_clipped(moved, height, width), axis=-1)


def pad(boxes, top, left, height=None, width=None, bounding_box_format="xyxy"):
    """Returns where bounding boxes lie once an image has got borders.

    Args:
        boxes: array of shape `(..., 4)`.
        top: the height of the border above.
        left: the width of the border to the left.
        height: accepted as in Keras.
        width: accepted as in Keras.
        bounding_box_format: only `"xyxy"`.

    Example:
        >>> pad([[1.0, 2.0, 3.0, 4.0]], top=10, left=20).tolist()
        [[21.0, 12.0, 23.0, 14.0]]
    """
    _only_edges(bounding_box_format)
    x1, y1, x2, y2 = ops.split(ops.convert_to_tensor(boxes), 4, axis=-1)
    return ops.concatenate([x1 + left, y1 + top, x2 + left, y2 + top], axis=-1)


def _only_edges(bounding_box_format):
    if bounding_box_format != "xyxy":
        raise NotImplementedError(
            "Only the format 'xyxy' is supported. Received: "
            f"bounding_box_format={bounding_box_format!r}. Use `convert_format` before."
        )


def affine_transform(
    boxes,
    angle,
    translate_x,
    translate_y,
    scale,
    shear_x,
    shear_y,
    height,
    width,
    center_x=None,
    center_y=None,
    bounding_box_format="xyxy",
):
    """Returns the boxes around bounding boxes that were rotated, moved and sheared.

    Args:
        boxes: array of shape `(batch, boxes, 4)`.
        angle: of the rotation, in degrees; one for each image, as all that follow.
        translate_x: shift to the right, as part of the width.
        translate_y: shift down, as part of the height.
        scale: factor of the size.
        shear_x: angle of the shear along the width, in degrees.
        shear_y: angle of the shear along the height, in degrees.
        height: of the images.
        width: of the images.
        center_x: the point that stays, as part of the width; the middle by default.
        center_y: likewise for the height.
        bounding_box_format: only `"xyxy"`.
    """
    _only_edges(bounding_box_format)
    degree = math.pi / 180.0
    rotation, shear_x, shear_y = (
        -ops.convert_to_tensor(x) * degree for x in (angle, shear_x, shear_y)
    )
    x = (0.5 if center_x is None else center_x) * (width - 1)
    y = (0.5 if center_y is None else center_y) * (height - 1)
    # The inverse of rotation times shear, whose determinant is 1.
    a = ops.cos(rotation - shear_y) / ops.cos(shear_y)
    b = a * ops.tan(shear_x) + ops.sin(rotation)
    c = -ops.sin(rotation - shear_y) / ops.cos(shear_y)
    d = ops.cos(rotation) - c * ops.tan(shear_x)
    a0, a1, b0, b1 = d * scale, -b * scale, -c * scale, a * scale
    moved_x, moved_y = x - translate_x * (width - 1), y - translate_y * (height - 1)
    a2 = x - a0 * moved_x - a1 * moved_y
    b2 = y - b0 * moved_x - b1 * moved_y
    return around(ops.convert_to_tensor(boxes), (a0, a1, a2, b0, b1, b2))


def around(boxes, numbers):
    """Returns the boxes around the corners of boxes that an affine map moves.

    Args:
        boxes: array of shape `(batch, boxes, 4)`, `"xyxy"`.
        numbers: `a0, a1, a2, b0, b1, b2`, each with an entry for each image: the point
            `(x, y)` comes to `(a0 x + a1 y + a2, b0 x + b1 y + b2)`.
    """
    a0, a1, a2, b0, b1, b2 = (ops.reshape(n, (-1, 1, 1)) for n in numbers)
    boxes = ops.cast(boxes, a0.dtype)
    xs, ys = corners(boxes)
    return from_corners(a0 * xs + a1 * ys + a2, b0 * xs + b1 * ys + b2)


def corners(boxes):
    """Returns the `x` and the `y` of the four corners of boxes, on the last axis."""
    left, top, right, bottom = ops.split(boxes, 4, axis=-1)
    xs = ops.concatenate([left, right, right, left], axis=-1)
    return xs, ops.concatenate([top, top, bottom, bottom], axis=-1)


def from_corners(xs, ys):
    """Returns the boxes around points."""
    edges = (ops.min(xs, -1), ops.min(ys, -1), ops.max(xs, -1), ops.max(ys, -1))
    return ops.stack(edges, axis=-1)
