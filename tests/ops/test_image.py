"""Operations on images, compared with Keras's."""

import keras
import numpy as np
import pytest

from ranvier import ops
from tests.ops.comparing import (
    T,
    call,
    differences,
    gradient_differences,
    run_eagerly,
    symbolic_differences,
)

RNG = np.random.default_rng(0)
BATCH = RNG.uniform(size=(2, 7, 6, 3)).astype("float32")
ONE = BATCH[0]
BYTES = (BATCH * 255).astype("uint8")
CHANNELS = BATCH.transpose(0, 3, 1, 2)
HALVES = BATCH.astype("float16")
VOLUMES = RNG.uniform(size=(1, 4, 5, 6, 2)).astype("float32")
LAST, FIRST = {"data_format": "channels_last"}, {"data_format": "channels_first"}
MAPS = np.array(
    [[1, 0.1, -0.5, 0, 0.9, 1, 0, 0], [0, 1.1, 0.3, -1, 0.2, 5, 0, 0]], "float32"
)
START = np.array([[0.0, 0], [5, 0], [0, 6], [5, 6]], "float32")
END = START + np.array([[1.0, 0], [-1, 1], [0, -1], [1, 1]], "float32")
PLACES = RNG.uniform(-2, 8, size=(2, 4, 5)).astype("float32")

CASES = {
    "rgb_to_grayscale": [
        call(BATCH),
        call(BYTES),
        call(CHANNELS, **FIRST),
        call(ONE[..., :1]),
        call(BATCH[..., :2]),
        call(ONE[0]),
    ],
    "rgb_to_hsv": [
        call(BATCH),
        call(HALVES, **LAST),
        call(CHANNELS, "channels_first"),
        call(np.array([[[0, 0, 0], [1, 1, 1], [0, 1, 0], [1, 0, 1]]], "float32")),
        call(BYTES),
    ],
    "hsv_to_rgb": [
        call(3 * BATCH - 1),
        call(HALVES, **LAST),
        call(CHANNELS, "channels_first"),
        call(BYTES),
    ],
    "resize": [
        call(BATCH, (4, 9)),
        call(ONE, (14, 3), "nearest"),
        call(BATCH, (5, 5), "bicubic", antialias=True),
        call(BATCH, (3, 9), interpolation="lanczos3"),
        call(BYTES, (4, 9)),
        call(BYTES, (4, 9), "nearest"),
        call(HALVES, (4, 9)),
        call(CHANNELS, (4, 9), **FIRST),
        call(BATCH, (4, 8), crop_to_aspect_ratio=True),
        call(CHANNELS, (9, 3), crop_to_aspect_ratio=True, **FIRST),
        call(BATCH, (4, 8), pad_to_aspect_ratio=True, fill_value=0.5),
        call(CHANNELS, (9, 3), pad_to_aspect_ratio=True, **FIRST),
        call(BYTES, (4, 8), pad_to_aspect_ratio=True, fill_value=9),
        call(BATCH, (4, 8), "linear"),
        call(BATCH, (4, 8), fill_mode="reflect"),
        call(BATCH, (4, 8), crop_to_aspect_ratio=True, pad_to_aspect_ratio=True),
        call(BATCH, (4, 0)),
        call(BATCH, (4,)),
        call(ONE[0], (4, 4)),
    ],
    "scale_and_translate": [
        call(BATCH, (2, 5, 9, 3), [0.5, 1.5], [0.3, -1.0], (1, 2), "linear"),
        call(ONE, (7, 6, 3), [2.0, 2.0], [1.0, 0.0], (0, 1), "cubic", antialias=False),
        call(ONE, (7, 6, 3), [2.0, 2.0], [1.0, 0.0], (0, 1), "nearest"),
    ],
    "pad_images": [
        call(BATCH, 1, 2, 3, 4),
        call(ONE, 1, 2, target_height=12, target_width=9),
        call(
            CHANNELS,
            bottom_padding=1,
            right_padding=0,
            target_height=9,
            target_width=9,
            **FIRST,
        ),
        call(BATCH, 1, 2, 3),
        call(BATCH, 1, 2, 3, 4, 20, 20),
        call(BATCH, 1, 2, target_height=7, target_width=9),
        call(BATCH, -1, 2, 3, 4),
    ],
    "crop_images": [
        call(BATCH, 1, 2, 3, 1),
        call(ONE, 1, 2, target_height=3, target_width=4),
        call(
            CHANNELS,
            bottom_cropping=1,
            right_cropping=0,
            target_height=3,
            target_width=2,
            **FIRST,
        ),
        call(BATCH, 1, 2, 3),
        call(BATCH, 1, 2, target_height=-1, target_width=9),
        call(BATCH, -1, 2, 3, 4),
    ],
    "map_coordinates": [
        *(
            call(ONE[..., 0], PLACES, order, mode, 0.5)
            for order in (0, 1)
            for mode in ("constant", "nearest", "wrap", "mirror", "reflect")
        ),
        call(BYTES[0, ..., 0], PLACES, 1),
        call(ONE, PLACES, 1),
        call(ONE[..., 0], PLACES, 2),
        call(ONE[..., 0], PLACES, 1, "edge"),
        call(ONE[0, :, 0], PLACES[0, :1, 0], 1),
    ],
    "affine_transform": [
        call(BATCH, MAPS),
        call(BATCH, MAPS, "nearest", "reflect"),
        call(ONE, MAPS[1], "bilinear", "constant", 0.5),
        call(CHANNELS, MAPS, fill_mode="wrap", **FIRST),
        call(BYTES, MAPS),
        call(BATCH, MAPS, "bicubic"),
        call(BATCH, MAPS, fill_mode="edge"),
        call(BATCH, MAPS[None]),
    ],
    "perspective_transform": [
        call(ONE, START, END),
        call(BATCH, np.stack([START, END]), np.stack([END, START]), "nearest", 0.5),
        call(CHANNELS, np.stack([START, END]), np.stack([END, START]), **FIRST),
        call(ONE, START[:3], END[:3]),
        call(ONE, START, END[None]),
    ],
    "gaussian_blur": [
        call(BATCH, **LAST),
        call(ONE, (5, 3), (0.5, 2.0), "channels_last"),
        call(CHANNELS, (4, 4), **FIRST),
        call(ONE[0], **LAST),
    ],
    "sobel_edges": [call(BATCH), call(CHANNELS, "channels_first"), call(BATCH, **LAST)],
    "ssim": [
        call(BATCH, BATCH[::-1], filter_size=5),
        call(ONE, BATCH[1], 1.0, 3, 0.5, 0.02, 0.05),
        call(CHANNELS, CHANNELS * 0.9, filter_size=4, **FIRST),
        call(HALVES, HALVES[::-1], filter_size=5),
        call(ONE[0], ONE[0]),
    ],
    "extract_patches": [
        call(BATCH, 3),
        call(ONE, (3, 2), (2, 1)),
        call(BATCH, (3, 2), 1, 2),
        call(CHANNELS, (3, 2), padding="same", **FIRST),
        call(BATCH, 4, padding="same"),
        call(VOLUMES, (2, 2, 3), padding="same"),
        call(BATCH, "3"),
        call(BATCH, (2, 2, 2, 2)),
    ],
    "extract_patches_3d": [
        call(VOLUMES, 2),
        call(VOLUMES[0], (2, 1, 3), strides=(1, 2, 2)),
        call(VOLUMES.transpose(0, 4, 1, 2, 3), (2, 2, 3), padding="same", **FIRST),
    ],
}


@pytest.mark.parametrize("name", CASES)
def test_values_are_those_of_keras(name):
    # Pixels are weighted in another order; distances of rays vary by 1e-5 pixels.
    ours, theirs = getattr(ops.image, name), getattr(keras.ops.image, name)
    assert not differences(ours, theirs, CASES[name], rtol=1e-5, atol=2e-5)


ELASTIC = [
    call(BATCH, seed=1),
    call(ONE, 5.0, 1.0, "nearest", "constant", 0.5, seed=2),
    call(BATCH, fill_mode="edge", seed=1),
    call(CHANNELS, sigma=2.0, fill_mode="wrap", seed=3, **FIRST),
]


@pytest.mark.slow
def test_elastic_transform_is_that_of_keras():
    # Keras cannot run inside a program.
    ours, theirs = ops.image.elastic_transform, keras.ops.image.elastic_transform
    assert not differences(ours, theirs, ELASTIC, 1e-4, 1e-4, run_eagerly)


B = T((None, 8, 8, 3))
FREE = T((None, None, None, 3))
C = T((None, 3, 8, 8))
SYMBOLIC = {
    "rgb_to_grayscale": [call(B), call(C, **FIRST), call(T((None, 8, 8, 2)))],
    "rgb_to_hsv": [call(FREE), call(T((8, 8, 3), "uint8"))],
    "hsv_to_rgb": [call(FREE), call(T((8, 8, 2)))],
    "resize": [
        call(FREE, (4, 5)),
        call(C, (4, 5), **FIRST),
        call(B, (4, 5), pad_to_aspect_ratio=True),
    ],
    "scale_and_translate": [
        call(T((2, 8, 8, 3)), (2, 4, 4, 3), T((2,)), T((2,)), (1, 2), "linear"),
    ],
    "pad_images": [
        call(B, 1, 2, 3, 4),
        call(FREE, 1, 2, 3, 4),
        call(B, 1, 2),
        call(C, 1, 2, 3, 4, **FIRST),
        call(FREE, 2, 3, target_height=20, target_width=30),
        call(FREE, bottom_padding=2, target_height=20, left_padding=1, right_padding=1),
        call(T((None, None, 3)), 2, 3, target_height=20, target_width=30),
    ],
    "crop_images": [call(B, 1, 2, 3, 4), call(B, 1, 2), call(C, 1, 2, 3, 4, **FIRST)],
    "map_coordinates": [
        call(T((8, 8)), T((2, 5, 4)), 1),
        call(T((8, 8)), T((3, 5)), 1),
    ],
    "affine_transform": [call(B, T((None, 8))), call(C, T((None, 8)), **FIRST)],
    "perspective_transform": [call(B, T((None, 4, 2)), T((None, 4, 2)))],
    "elastic_transform": [call(B, seed=1)],
    "gaussian_blur": [call(B), call(C, **FIRST)],
    "sobel_edges": [call(B), call(T((8, 8, 3)))],
    "ssim": [
        call(T((None, 16, 16, 3)), T((None, 16, 16, 3))),
        call(*(T((16, 16, 3)),) * 2),
    ],
    "extract_patches": [
        call(B, 3),
        call(FREE, (3, 2), 1, padding="same"),
        call(C, 3, **FIRST),
    ],
    "extract_patches_3d": [call(T((None, 8, 8, 8, 2)), 2)],
}


@pytest.mark.parametrize("name", SYMBOLIC)
def test_symbolic_shapes_are_those_of_keras(name):
    ours, theirs = getattr(ops.image, name), getattr(keras.ops.image, name)
    assert not symbolic_differences(ours, theirs, SYMBOLIC[name])


GRADIENTS = {
    "rgb_to_hsv": [call(BATCH)],
    "resize": [call(BATCH, (4, 9))],
    "affine_transform": [call(BATCH, MAPS.tolist())],
    "gaussian_blur": [call(BATCH, **LAST)],
    "extract_patches": [call(BATCH, 3)],
}


@pytest.mark.parametrize("name", GRADIENTS)
def test_gradients_are_those_of_keras(name):
    ours, theirs = getattr(ops.image, name), getattr(keras.ops.image, name)
    assert not gradient_differences(ours, theirs, GRADIENTS[name], 1e-4, 1e-4)


def test_one_transform_serves_a_batch():
    each = ops.image.affine_transform(BATCH, MAPS[[1, 1]])
    np.testing.assert_array_equal(ops.image.affine_transform(BATCH, MAPS[1]), each)
    points = np.stack([START, START]), np.stack([END, END])
    each = ops.image.perspective_transform(BATCH, *points)
    shared = ops.image.perspective_transform(BATCH, START, END)
    np.testing.assert_allclose(shared, each, atol=1e-6)


def test_blur_takes_bytes_and_the_configured_layout():
    blurred = ops.image.gaussian_blur(np.full((9, 9, 3), 255, "uint8"))
    assert blurred.dtype == "uint8" and bool((blurred[2:-2, 2:-2] == 255).all())
    np.testing.assert_array_equal(
        ops.image.gaussian_blur(BATCH), ops.image.gaussian_blur(BATCH, **LAST)
    )


def test_patches_keep_integers():
    patches = ops.image.extract_patches(BYTES, 2)
    assert patches.dtype == "uint8"
    np.testing.assert_array_equal(patches[0, 0, 0], BYTES[0, :2, :2].ravel())
