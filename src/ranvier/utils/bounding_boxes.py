"""Keras's `utils.bounding_boxes`: names only."""

from ranvier.layers.preprocessing.images._box_deltas import (
    decode_deltas_to_boxes,
    encode_box_to_deltas,
)
from ranvier.layers.preprocessing.images._box_formats import (
    affine_transform,
    clip_to_image_size,
    convert_format,
    crop,
    pad,
)
from ranvier.layers.preprocessing.images._box_overlap import compute_ciou, compute_iou

__all__ = [
    "affine_transform",
    "clip_to_image_size",
    "compute_ciou",
    "compute_iou",
    "convert_format",
    "crop",
    "decode_deltas_to_boxes",
    "encode_box_to_deltas",
    "pad",
]
