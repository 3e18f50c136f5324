"""Convolution, pooling, windows and attention, compared with Keras's."""

import jax
import keras
import numpy as np
import pytest

from ranvier import ops
from ranvier.ops._symbolic import KerasTensor
from tests.ops.comparing import (
    T,
    call,
    differences,
    gradient_differences,
    symbolic_differences,
)

RNG = np.random.default_rng(0)


def normal(*shape):
    return RNG.normal(size=shape).astype("float32")


LINE, PLANE, SPACE = normal(2, 7, 4), normal(2, 6, 5, 4), normal(1, 4, 5, 3, 2)
FIRST = {"data_format": "channels_first"}
K1, K2, K3 = normal(3, 4, 2), normal(3, 2, 4, 6), normal(2, 2, 2, 2, 3)
GROUPED = normal(2, 2, 2, 6)
POINT = normal(1, 1, 8, 3)
HALVES = PLANE.astype("float16")
COLUMNS = normal(2, 12, 6)

CASES = {
    "conv": [
        call(LINE, K1),
        call(LINE, K1, 2, "same"),
        call(LINE, K1, dilation_rate=2),
        call(PLANE, K2),
        call(PLANE, K2, (2, 1), "SAME", "channels_last"),
        call(PLANE, K2, 1, "valid", None, (1, 2)),
        call(PLANE.transpose(0, 3, 1, 2), K2, padding="same", **FIRST),
        call(PLANE, GROUPED),
        call(SPACE, K3, strides=2, padding="same"),
        call(HALVES, K2),
        call(PLANE, normal(2, 2, 3, 6)),
        call(PLANE, normal(7, 2, 4, 6)),
    ],
    "depthwise_conv": [
        call(LINE, normal(3, 4, 2)),
        call(PLANE, K2, 2),
        call(PLANE, K2, padding="same", dilation_rate=2),
        call(PLANE.transpose(0, 3, 1, 2), K2, **FIRST),
        call(PLANE, GROUPED),
    ],
    "separable_conv": [
        call(PLANE, K2[..., :2], POINT),
        call(PLANE, K2[..., :2], POINT, 2, "same"),
        call(PLANE.transpose(0, 3, 1, 2), K2[..., :2], POINT, **FIRST),
        call(PLANE, GROUPED, POINT),
    ],
    "conv_transpose": [
        *(
            call(LINE, normal(size, 3, 4), stride, padding, extra)
            for size, stride, padding, extra in [
                (3, 1, "valid", None),
                (3, 2, "valid", None),
                (2, 3, "valid", None),
                (3, 2, "same", None),
                (4, 3, "same", None),
                (2, 3, "same", None),
                (3, 2, "same", 1),
                (3, 3, "valid", 2),
            ]
        ),
        call(PLANE, normal(3, 2, 5, 4), (2, 1), "same", (1, 0)),
        call(PLANE, normal(3, 2, 5, 4), dilation_rate=2),
        call(PLANE.transpose(0, 3, 1, 2), normal(3, 2, 5, 4), 2, **FIRST),
        call(SPACE, normal(2, 2, 2, 3, 2), 2, "same"),
        call(PLANE, K2),
    ],
    # Keras fails where `strides` is left to be the window's size.
    "max_pool": [
        call(LINE, 2, 2),
        call(PLANE, (2, 3), 1, "same"),
        call(PLANE, 2, (1, 2)),
        call(PLANE.transpose(0, 3, 1, 2), (2, 1), (2, 1), **FIRST),
        call(SPACE, 2, 2, padding="SAME"),
        call(HALVES, 2, 2),
        call(PLANE, 2, 2, padding="full"),
    ],
    "average_pool": [
        call(LINE, 2, 2),
        call(LINE, 3, 2, "same"),
        call(PLANE, (2, 3), 1, "same"),
        call(PLANE.transpose(0, 3, 1, 2), (2, 1), (2, 1), **FIRST),
        call(SPACE, (2, 2, 1), 1, padding="SAME"),
        call(HALVES, 2, 2),
    ],
    "adaptive_max_pool": [
        call(LINE, 3),
        call(LINE, 9),
        call(PLANE, (4, 5)),
        call(PLANE, 3),
        call(PLANE.transpose(0, 3, 1, 2), (4, 2), **FIRST),
        call(SPACE, (3, 2, 2)),
    ],
    "adaptive_average_pool": [
        call(LINE, 3),
        call(LINE, 9),
        call(PLANE, (4, 5)),
        call(PLANE.transpose(0, 3, 1, 2), 2, **FIRST),
        call(SPACE, (3, 2, 2)),
    ],
    "unfold": [
        call(PLANE, 2),
        call(PLANE, (3, 2), dilation=(1, 2), padding=(0, 1), stride=2),
        call(LINE, 2),
    ],
    "fold": [
        call(COLUMNS, (3, 4), 2),
        call(COLUMNS, (3, 4), (2, 2), 1, 0, 1),
        call(normal(1, 8, 21), (6, 7), 2, dilation=2, padding=1, stride=(2, 1)),
        call(normal(12, 6), 3, 2),
    ],
    "depth_to_space": [
        call(PLANE, 2),
        call(PLANE.transpose(0, 3, 1, 2), 2, **FIRST),
        call(PLANE, 1),
    ],
    "space_to_depth": [
        call(PLANE[:, :, :4], 2),
        call(PLANE[:, :, :4].transpose(0, 3, 1, 2), 2, **FIRST),
        call(PLANE, 0),
    ],
    "dot_product_attention": [
        call(normal(2, 3, 4, 8), normal(2, 5, 4, 8), normal(2, 5, 4, 8)),
        call(PLANE, PLANE, PLANE, is_causal=True, scale=0.3, flash_attention=False),
        call(PLANE, PLANE[:, :, :1], PLANE[:, :, :1]),
        call(PLANE, PLANE, PLANE, normal(2, 5, 6, 6), normal(1, 1, 6, 6) > 0),
        call(HALVES, PLANE, HALVES),
        call(LINE, LINE, LINE),
        call(PLANE, PLANE, PLANE, attn_logits_soft_cap=1.0),
    ],
}


@pytest.mark.parametrize("name", CASES)
def test_values_are_those_of_keras(name):
    # Sums of some dozens of products, in another order.
    ours, theirs = getattr(ops, name), getattr(keras.ops, name)
    assert not differences(ours, theirs, CASES[name], rtol=1e-5, atol=1e-5)


IMAGES = T((None, 8, 8, 4))
FREE = T((None, None, None, 4))
SYMBOLIC = {
    "conv": [
        call(IMAGES, T((3, 3, 4, 6))),
        call(IMAGES, T((3, 3, 4, 6)), 2, "same"),
        call(T((None, None, 4)), T((3, 4, 6))),
        call(T((None, 4, 8)), T((3, 4, 6)), **FIRST),
        call(FREE, T((3, 3, 4, 6)), padding="same"),
    ],
    "depthwise_conv": [call(IMAGES, T((3, 3, 4, 2))), call(IMAGES, T((3, 3, 3, 2)))],
    "separable_conv": [call(IMAGES, T((3, 3, 4, 2)), T((1, 1, 8, 5)), 2, "same")],
    "conv_transpose": [
        call(IMAGES, T((3, 3, 6, 4)), 2),
        call(IMAGES, T((3, 3, 6, 4)), 2, "same"),
        call(IMAGES, T((3, 3, 6, 4)), 3, "same", 1),
    ],
    "max_pool": [call(IMAGES, 2), call(IMAGES, (3, 2), 1, "same"), call(FREE, (2, 2))],
    "average_pool": [call(IMAGES, 2), call(IMAGES, (3, 2), 1, "same")],
    # Keras gets the other layout wrong.
    "adaptive_max_pool": [call(T((None, 4, 9)), (2,), **FIRST)],
    "adaptive_average_pool": [call(T((None, 4, 9, 9)), (2, 3), **FIRST)],
    "unfold": [call(T((None, 3, 8, 8)), 3, padding=1), call(T((3, 8, 8)), 3)],
    "fold": [call(T((None, 12, 6)), (3, 4), 2), call(T((None, 13, 6)), (3, 4), 2)],
    "depth_to_space": [
        call(IMAGES, 2),
        call(T((None, 4, None, 6)), 2, **FIRST),
        call(T((None, 8, 4)), 2),
        call(T((None, 8, 8, 5)), 2),
    ],
    "space_to_depth": [call(IMAGES, 2), call(T((None, 3, 8, 8)), 2, **FIRST)],
    "dot_product_attention": [call(IMAGES, IMAGES, IMAGES)],
}


@pytest.mark.parametrize("name", SYMBOLIC)
def test_symbolic_shapes_are_those_of_keras(name):
    ours, theirs = getattr(ops, name), getattr(keras.ops, name)
    assert not symbolic_differences(ours, theirs, SYMBOLIC[name])


GRADIENTS = {
    "conv": [call(PLANE, K2, 2, "same")],
    "depthwise_conv": [call(PLANE, K2)],
    "conv_transpose": [call(PLANE, normal(3, 2, 5, 4), 2, "same")],
    "max_pool": [call(PLANE, 2, 1, "same")],
    "average_pool": [call(PLANE, 2, 1, "same")],
    "adaptive_max_pool": [call(PLANE, 4)],
    "adaptive_average_pool": [call(PLANE, 4)],
    "unfold": [call(PLANE, 2, padding=1)],
    "fold": [call(COLUMNS, (3, 4), 2)],
    "dot_product_attention": [call(PLANE, PLANE * 2, PLANE, is_causal=True)],
}


@pytest.mark.parametrize("name", GRADIENTS)
def test_gradients_are_those_of_keras(name):
    ours, theirs = getattr(ops, name), getattr(keras.ops, name)
    assert not gradient_differences(ours, theirs, GRADIENTS[name], 1e-4, 1e-5)


def test_windows_follow_one_another_by_default():
    for pool in (ops.max_pool, ops.average_pool):
        np.testing.assert_array_equal(pool(PLANE, (2, 3)), pool(PLANE, (2, 3), (2, 3)))


def test_adaptive_pooling_of_symbolic_images():
    pooled = ops.adaptive_max_pool(KerasTensor((None, 8, 8, 4)), (3, 5))
    assert pooled.shape == (None, 3, 5, 4)


def test_pooling_takes_integers():
    x = np.array([[[1], [5], [2], [4]]], "int32")
    assert ops.max_pool(x, 2).tolist() == [[[5], [4]]]
    assert ops.average_pool(x, 2).tolist() == [[[3.0], [3.0]]]
    assert ops.adaptive_max_pool(x, 2).tolist() == [[[5], [4]]]


def test_fold_reverses_unfold_up_to_the_number_of_windows():
    x = normal(1, 3, 6, 5)
    columns = ops.unfold(x, 2)
    counts = ops.fold(ops.unfold(np.ones_like(x), 2), (6, 5), 2)
    np.testing.assert_allclose(ops.fold(columns, (6, 5), 2), x * counts, rtol=1e-6)


def test_blocks_reverse_one_another():
    for kwargs in ({}, FIRST):
        x = normal(2, 4, 8, 4)
        spread = ops.depth_to_space(x, 2, **kwargs)
        np.testing.assert_array_equal(ops.space_to_depth(spread, 2, **kwargs), x)


@pytest.mark.parametrize(
    ("function", "args", "message"),
    [
        (ops.conv, (LINE, K2), "kernel of the same rank"),
        (ops.conv, (PLANE, K2, (1, 1, 1)), "`strides` must be an integer or have one"),
        (ops.conv_transpose, (PLANE, K2), "input channels must match"),
        (ops.max_pool, (PLANE, (2, 2, 2)), "`pool_size` must be an integer or have"),
        (ops.max_pool, (PLANE[0, 0], 2), "at least one more"),
        (ops.adaptive_max_pool, (normal(1, 2, 2, 2, 2, 1), 2), "1, 2 or 3 spatial"),
        (ops.fold, (COLUMNS[:, :-1], 3, 2), "divisible by the kernel's area"),
        (ops.fold, (COLUMNS, 3, 2), "have columns of shape"),
        (ops.unfold, (PLANE, 9), "does not fit"),
        (ops.depth_to_space, (PLANE, 3), "number of channels"),
        (ops.space_to_depth, (PLANE, 2), "width"),
    ],
)
def test_errors_say_what_does_not_fit(function, args, message):
    with pytest.raises(ValueError, match=message):
        function(*args)


def test_attention_hides_later_sources_and_shares_heads():
    query, key = normal(1, 4, 4, 8), normal(1, 4, 2, 8)
    causal = jax.jit(lambda q, k: ops.dot_product_attention(q, k, k, is_causal=True))
    out = causal(query, key)
    np.testing.assert_allclose(out[:, 0, :2], key[:, [0], 0].repeat(2, 1), rtol=1e-5)
    np.testing.assert_allclose(
        causal(query[:, :3], key[:, :3]), out[:, :3], rtol=1e-5, atol=1e-6
    )
