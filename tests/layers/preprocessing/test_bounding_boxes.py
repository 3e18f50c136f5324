"""Bounding boxes: formats, overlap, and what layers that move pixels do to them."""

import numpy as np
import pytest

import ranvier as rv
from ranvier import tf
from ranvier.utils import bounding_boxes

FORMATS = ["xyxy", "yxyx", "xywh", "center_xywh", "center_yxhw"]
RELATIVE = ["rel_xyxy", "rel_yxyx", "rel_xywh", "rel_center_xywh"]
BOXES = np.array([[[2.0, 1.0, 6.0, 9.0], [0.0, 4.0, 8.0, 6.0]]])


@pytest.mark.parametrize("target", FORMATS + RELATIVE)
@pytest.mark.parametrize("source", FORMATS + RELATIVE)
def test_formats_there_and_back(source, target):
    size = {"height": 10, "width": 8}
    given = bounding_boxes.convert_format(BOXES, "xyxy", source, **size)
    there = bounding_boxes.convert_format(given, source, target, **size)
    back = bounding_boxes.convert_format(there, target, "xyxy", **size)
    np.testing.assert_allclose(back, BOXES, atol=1e-5)


@pytest.mark.parametrize(
    "target, expected",
    [
        ("yxyx", [1, 2, 9, 6]),
        ("xywh", [2, 1, 4, 8]),
        ("center_xywh", [4, 5, 4, 8]),
        ("center_yxhw", [5, 4, 8, 4]),
        ("rel_xyxy", [0.25, 0.1, 0.75, 0.9]),
        ("rel_xywh", [0.25, 0.1, 0.5, 0.8]),
        ("rel_center_xywh", [0.5, 0.5, 0.5, 0.8]),
    ],
)
def test_formats(target, expected):
    found = bounding_boxes.convert_format(BOXES, "xyxy", target, 10, 8)
    np.testing.assert_allclose(found[0, 0], expected, rtol=1e-6)


def test_formats_that_are_none():
    with pytest.raises(ValueError, match="Invalid source or target format"):
        bounding_boxes.convert_format(BOXES, "xyxy", "zzz")
    with pytest.raises(ValueError, match="`height` and `width`"):
        bounding_boxes.convert_format(BOXES, "xyxy", "rel_xyxy")
    with pytest.raises(ValueError, match="last dimension of 4"):
        bounding_boxes.convert_format(BOXES[..., :3], "xyxy", "xywh")


def test_overlap():
    found = bounding_boxes.compute_iou(BOXES, BOXES[0], "xyxy")
    np.testing.assert_allclose(found, [[[1.0, 0.2], [0.2, 1.0]]], atol=1e-6)
    masked = bounding_boxes.compute_iou(
        [[-1.0] * 4], BOXES[0], "xyxy", use_masking=True
    )
    assert masked.tolist() == [[-1.0, -1.0]]
    complete = bounding_boxes.compute_ciou(BOXES, BOXES, "xyxy")
    np.testing.assert_allclose(complete, [[1.0, 1.0]], atol=1e-5)


def moved(layer, boxes=BOXES, labels=((1, 2),), shape=(1, 10, 8, 3)):
    images = np.random.default_rng(0).uniform(size=shape).astype("float32")
    data = {"images": images, "bounding_boxes": {"boxes": boxes, "labels": labels}}
    found = layer(data)["bounding_boxes"]
    return np.asarray(found["boxes"]), np.asarray(found["labels"])


XYXY = {"bounding_box_format": "xyxy"}


@pytest.mark.parametrize(
    "layer, expected",
    [
        (rv.layers.Resizing(20, 8, **XYXY), [[2, 2, 6, 18], [0, 8, 8, 12]]),
        (
            rv.layers.Resizing(8, 8, pad_to_aspect_ratio=True, **XYXY),
            [[1.6, 0.8, 4.8, 7.2], [0, 3.2, 6.4, 4.8]],
        ),
        (
            rv.layers.Resizing(8, 8, crop_to_aspect_ratio=True, **XYXY),
            [[2, 0, 6, 8], [0, 3, 8, 5]],
        ),
        (rv.layers.CenterCrop(4, 4, **XYXY), [[0, 0, 4, 4], [0, 1, 4, 3]]),
        (
            rv.layers.RandomTranslation((0.2, 0.2), (-0.25, -0.25), **XYXY),
            [[0, 3, 4, 10], [0, 6, 6, 8]],
        ),
        (
            rv.layers.RandomRotation((0.0, 0.0), **XYXY),
            [[2, 1, 6, 9], [0, 4, 8, 6]],
        ),
        (rv.layers.RandomShear(0.0, 0.0, **XYXY), BOXES[0]),
        (rv.layers.RandomPerspective(scale=0.0, **XYXY), BOXES[0]),
        (rv.layers.RandomContrast(0.5, **XYXY), BOXES[0]),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_layers_move_boxes(layer, expected):
    boxes, labels = moved(layer)
    np.testing.assert_allclose(boxes[0], expected, atol=1e-5)
    assert labels.tolist() == [[1, 2]]


def test_mirrored_boxes_follow_the_image():
    layer = rv.layers.RandomFlip("horizontal", seed=1, **XYXY)
    images = np.zeros((16, 6, 8, 1), "float32")
    images[:, 1:3, 5:8] = 1.0
    boxes = {"boxes": np.array([[[5.0, 1, 8, 3]]] * 16), "labels": np.ones((16, 1))}
    found = layer({"images": images, "bounding_boxes": boxes})
    lit = np.asarray(found["images"])
    edges = np.asarray(found["bounding_boxes"]["boxes"])[:, 0].astype(int)
    assert {edge[0] for edge in edges} == {0, 5}
    for image, (left, top, right, bottom) in zip(lit, edges, strict=True):
        assert image[top:bottom, left:right].sum() == image.sum() == 6


def test_rotated_boxes_follow_the_image():
    layer = rv.layers.RandomRotation((0.25, 0.25), fill_mode="constant", **XYXY)
    images = np.zeros((1, 9, 9, 1), "float32")
    images[:, 1, 6] = 1.0
    boxes = {"boxes": np.array([[[6.0, 1, 6, 1]]]), "labels": [[1]]}
    found = layer({"images": images, "bounding_boxes": boxes})
    row, column = np.argwhere(np.asarray(found["images"])[0, ..., 0] > 0.5)[0]
    left, top = np.asarray(found["bounding_boxes"]["boxes"])[0, 0, :2]
    np.testing.assert_allclose([left, top], [column, row], atol=1e-3)


def test_boxes_that_are_cut_away_lose_their_labels():
    far = np.array([[[0.0, 0, 1, 1], [4, 4, 6, 6]]])
    _, labels = moved(rv.layers.CenterCrop(4, 4, **XYXY), far)
    assert labels.tolist() == [[-1, 2]]


def test_boxes_of_one_image_ragged_boxes_and_lists():
    layer = rv.layers.Resizing(20, 16, **XYXY)
    boxes, labels = moved(layer, BOXES[0], np.array([1, 2]), (10, 8, 3))
    assert boxes.shape == (2, 4) and labels.tolist() == [1, 2]
    ragged = tf.ragged.constant(
        [[[2.0, 1.0, 6.0, 9.0]], [[0.0, 0.0, 1.0, 1.0], [1.0, 1.0, 2.0, 2.0]]],
        ragged_rank=1,
    )
    numbers = tf.ragged.constant([[1], [2, 3]])
    for given in (
        (ragged, numbers),
        ([[[2, 1, 6, 9]], [[0, 0, 1, 1], [1, 1, 2, 2]]], [[1], [2, 3]]),
    ):
        boxes, labels = moved(layer, *given, (2, 10, 8, 3))
        assert labels.tolist() == [[1, -1], [2, 3]]
        assert boxes[0].tolist() == [[4, 2, 12, 18], [0, 0, 0, 0]]


def test_boxes_that_are_none():
    with pytest.raises(ValueError, match="bounding_box_format"):
        moved(rv.layers.RandomFlip())
    with pytest.raises(ValueError, match="'boxes' and 'labels'"):
        rv.layers.RandomFlip(**XYXY)(
            {"images": np.ones((1, 4, 4, 3)), "bounding_boxes": {"boxes": BOXES}}
        )
    with pytest.raises(ValueError, match="rank"):
        moved(rv.layers.RandomFlip(**XYXY), labels=np.ones(2))


def test_boxes_in_a_dataset():
    layer = rv.layers.Resizing(20, 16, **XYXY)
    data = {
        "images": np.ones((4, 10, 8, 3), "float32"),
        "bounding_boxes": {
            "boxes": np.repeat(BOXES, 4, 0).astype("float32"),
            "labels": np.ones((4, 2), "int32"),
        },
    }
    dataset = rv.data.Dataset.from_tensor_slices(data).batch(2).map(layer)
    for batch in dataset:
        found = np.asarray(batch["bounding_boxes"]["boxes"])
        np.testing.assert_allclose(found[0, 0], [4, 2, 12, 18])
