"""Operations of `ops` through ONNX, primitive by primitive."""

import jax
import numpy as np
import pytest

import ranvier as rv
from ranvier import ops
from tests.export.exporting import assert_same, exported, rows

_rng = np.random.default_rng(0)


def normal(*shape):
    return _rng.normal(size=shape).astype("float32")


class Calls(rv.Model):
    """A model that calls a function."""

    def __init__(self, function):
        super().__init__(name="calls")
        self.function = function

    def call(self, *args):
        return self.function(*args)


def served_and_model(function, arrays, folder, **kwargs):
    model = Calls(function)
    model.built = True
    return exported(model, folder, "onnx", input_signature=arrays, **kwargs), model


X, Y = normal(4, 5), normal(4, 5)
POSITIVE = np.abs(X) + 0.1
UNIT = np.tanh(X) * 0.9
STEPS = normal(3, 6, 4)
IMAGES = normal(2, 8, 9, 3)
INTEGERS = _rng.integers(-9, 9, (4, 5)).astype("int32")
PLACES = _rng.integers(0, 5, (4, 2)).astype("int32")
SIGNS = np.array([[-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.0, 3.0]], "float32")
ODD = np.array([[np.inf, -np.inf, np.nan, 1.0, 0.0]], "float32")

UNARY = {
    "abs": X,
    "arccos": UNIT,
    "arccosh": POSITIVE + 1,
    "arcsin": UNIT,
    "arcsinh": X,
    "arctan": X,
    "arctanh": UNIT,
    "cbrt": X,
    "ceil": SIGNS,
    "cos": X,
    "cosh": X,
    "erf": X,
    "exp": X,
    "exp2": X,
    "expm1": np.concatenate([X, X * 1e-4]),
    "floor": SIGNS,
    "isfinite": ODD,
    "isinf": ODD,
    "isnan": ODD,
    "log": POSITIVE,
    "log10": POSITIVE,
    "log1p": np.concatenate([POSITIVE - 1.0, X * 1e-4, POSITIVE * 1e6]),
    "log2": POSITIVE,
    "logical_not": X > 0,
    "nan_to_num": ODD,
    "negative": INTEGERS,
    "reciprocal": POSITIVE,
    "round": SIGNS,
    "rsqrt": POSITIVE,
    "sign": SIGNS,
    "sin": X,
    "sinh": X,
    "sqrt": POSITIVE,
    "square": INTEGERS,
    "tan": UNIT,
    "tanh": X,
    "trunc": SIGNS,
}
BINARY = {
    "add": (X, Y),
    "arctan2": (np.r_[X, 0 * X[:1], X[:1]], np.r_[Y, Y[:1], 0 * Y[:1]]),
    "bitwise_and": (INTEGERS, INTEGERS[::-1]),
    "bitwise_or": (INTEGERS, INTEGERS[::-1]),
    "bitwise_xor": (INTEGERS, INTEGERS[::-1]),
    "divide": (X, POSITIVE),
    "equal": (INTEGERS, INTEGERS[::-1]),
    "floor_divide": (INTEGERS, np.abs(INTEGERS) + 1),
    "greater": (X, Y),
    "greater_equal": (INTEGERS, INTEGERS[::-1]),
    "less": (X, Y),
    "less_equal": (X, Y),
    "logaddexp": (X, Y),
    "logical_and": (X > 0, Y > 0),
    "logical_or": (X > 0, Y > 0),
    "logical_xor": (X > 0, Y > 0),
    "maximum": (X, Y),
    "minimum": (INTEGERS, INTEGERS[::-1]),
    "mod": (X, POSITIVE),
    "multiply": (X, Y),
    "not_equal": (X, Y),
    "power": (POSITIVE, Y),
    "subtract": (X, Y[:, :1]),
    "matmul": (STEPS, normal(3, 4, 2)),
    "cross": (normal(4, 3), normal(4, 3)),
}
OTHERS = {
    "uint8": (
        lambda x: ops.cast(x, "uint8") + ops.cast(200, "uint8"),
        np.abs(INTEGERS),
    ),
    "bool_to_float": (lambda x: ops.cast(x > 0, "float32") * 2.0, X),
    "float_to_int": (lambda x: ops.cast(x * 3.0, "int32"), X),
    "where_of_bools": (lambda x: ops.where(x > 0, x > 1, x < -1), X),
    "where_of_uint32": (
        lambda x: ops.where(x > 0, ops.cast(x, "uint32"), ops.cast(7, "uint32")),
        INTEGERS,
    ),
    "clip": (lambda x: ops.clip(x, -0.5, 0.5), X),
    "broadcast_to": (lambda x: ops.broadcast_to(x[:, None, :], (4, 3, 5)), X),
    "ones_like": (ops.ones_like, X),
    "arange_of_rows": (lambda x: x + ops.cast(ops.arange(5), "float32"), X),
    "max": (lambda x: ops.max(x, axis=1), X),
    "min_all": (lambda x: ops.min(x), X),
    "mean": (lambda x: ops.mean(x, axis=(1, 2), keepdims=True), IMAGES),
    "mean_of_batch": (lambda x: x - ops.mean(x, axis=0), X),
    "var": (lambda x: ops.var(x, axis=-1), X),
    "std": (lambda x: ops.std(x, axis=-1), X),
    "prod": (lambda x: ops.prod(x, axis=1), X),
    "any": (lambda x: ops.any(x > 1, axis=1), X),
    "all": (lambda x: ops.all(x > -1, axis=1), X),
    "sum_of_ints": (lambda x: ops.sum(x, axis=1), INTEGERS),
    "count_nonzero": (lambda x: ops.count_nonzero(x > 0, axis=1), X),
    "argmax": (lambda x: ops.argmax(x, axis=-1), X),
    "argmin": (lambda x: ops.argmin(x, axis=1), INTEGERS),
    "cumsum": (lambda x: ops.cumsum(x, axis=1), X),
    "cumprod": (lambda x: ops.cumprod(x, axis=1), STEPS),
    "cummax": (lambda x: jax.lax.cummax(x, 1, reverse=True), STEPS),
    "cummin_of_ints": (lambda x: jax.lax.cummin(x, 0), INTEGERS),
    "sort": (lambda x: ops.sort(x, axis=-1), X),
    "sort_ints": (lambda x: ops.sort(x, axis=-1), INTEGERS),
    "argsort": (lambda x: ops.argsort(x, axis=-1), X),
    "top_k": (lambda x: list(ops.top_k(x, 2)), X),
    "in_top_k": (lambda x: ops.in_top_k(ops.argmax(x, axis=1), x, 1), X),
    "logsumexp": (lambda x: ops.logsumexp(x, axis=-1), X),
    "one_hot": (lambda x: ops.one_hot(x, 5), PLACES),
    "concatenate": (lambda x: ops.concatenate([x, x * 2.0, x[:, :1]], axis=-1), X),
    "stack": (lambda x: ops.stack([x, x * 2.0], axis=1), X),
    "split": (lambda x: ops.split(x, 3, axis=1), STEPS),
    "flip": (lambda x: ops.flip(x, axis=(1, 2)), STEPS),
    "roll": (lambda x: ops.roll(x, 2, axis=1), STEPS),
    "repeat": (lambda x: ops.repeat(x, 3, axis=1), STEPS),
    "tile": (lambda x: ops.tile(x, (1, 2, 3)), STEPS),
    "pad": (lambda x: ops.pad(x, ((0, 0), (1, 2), (0, 1)), constant_values=3.0), STEPS),
    "pad_reflect": (lambda x: ops.pad(x, ((0, 0), (1, 2)), mode="reflect"), X),
    "transpose": (lambda x: ops.transpose(x, (2, 0, 1)), STEPS),
    "swapaxes": (lambda x: ops.swapaxes(x, 1, 2), STEPS),
    "reshape": (lambda x: ops.reshape(x, (-1, 3, 8)), STEPS),
    "merge_with_batch": (lambda x: ops.reshape(x, (-1, 4)), STEPS),
    "split_off_batch": (lambda x: ops.reshape(x, (-1, 3, 2, 4)), STEPS),
    "slices": (lambda x: x[:, 1:-1, ::2], STEPS),
    "strided_back": (lambda x: x[:, ::-2], STEPS),
    "an_entry": (lambda x: x[:, -1], STEPS),
    "rows_after_the_first": (lambda x: x[1:], STEPS),
    "numbered_rows": (lambda x: ops.arange(x.shape[0]), X),
    "entries_of_rows": (lambda x: x[ops.arange(ops.shape(x)[0]), 1], X),
    "mean_by_size": (lambda x: ops.sum(x, axis=0) / ops.shape(x)[0], X),
    "zeros_of_size": (lambda x: ops.zeros((ops.shape(x)[0], 3)) + 1.0, X),
    "tiled_to_size": (lambda x: ops.tile(np.ones((1, 3)), (x.shape[0], 1)), X),
    "eye_of_size": (lambda x: ops.eye(x.shape[0]), X),
    "flat_by_size": (lambda x: ops.reshape(x, (ops.shape(x)[0], -1)), STEPS),
    "softmax_over_rows": (lambda x: ops.softmax(x, axis=0), X),
    "sorted_rows": (lambda x: ops.sort(x, axis=0), X),
    "rolled_rows": (lambda x: ops.roll(x, 1, axis=0), X),
    "products_of_rows": (lambda x: ops.matmul(x, ops.transpose(x)), X),
    "median": (lambda x: ops.median(x, axis=1), STEPS),
    "quantile": (lambda x: ops.quantile(x, 0.3, axis=1), STEPS),
    "new_axis": (lambda x: x[:, None, :, None], X),
    "triu": (lambda x: ops.triu(x), STEPS),
    "diagonal": (lambda x: ops.diagonal(x, axis1=1, axis2=2), STEPS),
    "einsum": (lambda x: ops.einsum("bij,bkj->bik", x, x), STEPS),
    "tensordot": (
        lambda x: ops.tensordot(x, np.ones((6, 2), "float32"), [[1], [0]]),
        STEPS,
    ),
    "outer_of_rows": (lambda x: x[:, :, None] * x[:, None, :], X),
    "normalize": (lambda x: ops.normalize(x, axis=-1), X),
    "moments": (lambda x: list(ops.moments(x, axes=[1])), X),
    "take": (lambda x: ops.take(x, [0, 2, -1], axis=1), STEPS),
    "take_beyond": (lambda x: ops.take(np.arange(10.0, dtype="float32"), x), INTEGERS),
    "take_rows": (lambda i: ops.take(np.eye(5, dtype="float32"), i, axis=0), PLACES),
    "take_along_axis": (lambda x: ops.take_along_axis(x, ops.argsort(x), axis=-1), X),
    "gather_by_list": (lambda x: x[:, [0, 2], [1, 3]], STEPS),
    "segment_sum": (
        lambda x: ops.segment_sum(ops.transpose(x), np.array([0, 1, 0, 2, 1]), 3),
        X,
    ),
    "scatter_update": (
        lambda x: ops.scatter_update(
            ops.transpose(x), [[0], [3]], ops.transpose(x)[:2]
        ),
        X,
    ),
    "slice_dynamic": (lambda x: ops.slice(x, (0, ops.argmax(x[0]) * 0 + 1), (1, 2)), X),
    "slice_update": (lambda x: ops.slice_update(x, (0, 1), x[:1, :2] * 0.0), X),
    "searchsorted": (lambda x: ops.searchsorted(np.array([-1.0, 0.0, 1.0]), x[0]), X),
    "digitize": (lambda x: ops.digitize(x, np.array([-1.0, 0.0, 1.0])), X),
    "cond": (lambda x: ops.cond(ops.sum(x) > 0, lambda: x, lambda: -x * 2.0), X),
    "switch": (lambda x: ops.switch(2, [lambda: x, lambda: -x, lambda: x + 1.0]), X),
    "while_loop": (
        lambda x: ops.while_loop(
            lambda i, v: i < 3, lambda i, v: (i + 1, v * 2.0), (0, x)
        )[1],
        X,
    ),
    "fori_loop": (lambda x: ops.fori_loop(0, 4, lambda i, v: v + x * i, x), X),
    "scan": (
        lambda x: list(
            ops.scan(lambda c, v: (c + v, c * v), x[:, 0] * 0, ops.transpose(x))
        ),
        X,
    ),
    "scan_in_reverse": (
        lambda x: list(
            ops.scan(
                lambda c, v: (c * 0.5 + v, c - v),
                x[:, 0],
                ops.transpose(x),
                reverse=True,
            )
        ),
        X,
    ),
    "associative_scan": (lambda x: ops.associative_scan(ops.add, x, axis=1), X),
    "vectorized_map": (lambda x: ops.vectorized_map(lambda r: r * ops.sum(r), x), X),
    "map": (lambda x: ops.map(lambda r: r * ops.sum(r), x), X),
    "unstack": (lambda x: ops.unstack(x, axis=1), X),
    "conv": (
        lambda x: ops.conv(x, KERNEL, strides=2, padding="same"),
        IMAGES,
    ),
    "conv_dilated": (
        lambda x: ops.conv(x, KERNEL, padding="valid", dilation_rate=2),
        IMAGES,
    ),
    "conv_of_groups": (
        lambda x: ops.conv(ops.repeat(x, 2, axis=-1), normal_kernel(3, 3, 3, 4)),
        IMAGES,
    ),
    "conv_1d": (lambda x: ops.conv(x, normal_kernel(3, 4, 5)), STEPS),
    "depthwise_conv": (
        lambda x: ops.depthwise_conv(x, normal_kernel(3, 3, 3, 2), padding="same"),
        IMAGES,
    ),
    "separable_conv": (
        lambda x: ops.separable_conv(
            x, normal_kernel(3, 3, 3, 2), normal_kernel(1, 1, 6, 4)
        ),
        IMAGES,
    ),
    "conv_transpose": (
        lambda x: ops.conv_transpose(x, normal_kernel(3, 3, 2, 3), 2, padding="same"),
        IMAGES,
    ),
    "max_pool": (lambda x: ops.max_pool(x, 2, 2), IMAGES),
    "max_pool_same": (lambda x: ops.max_pool(x, 3, 2, padding="same"), IMAGES),
    "average_pool": (lambda x: ops.average_pool(x, (2, 3)), IMAGES),
    "average_pool_same": (lambda x: ops.average_pool(x, 3, 2, padding="same"), IMAGES),
    "max_pool_1d": (lambda x: ops.max_pool(x, 2), STEPS),
    "adaptive_average_pool": (lambda x: ops.adaptive_average_pool(x, 3), IMAGES),
    "resize_bilinear": (lambda x: ops.image.resize(x, (5, 12)), IMAGES),
    "resize_nearest": (
        lambda x: ops.image.resize(x, (16, 18), interpolation="nearest"),
        IMAGES,
    ),
    "extract_patches": (lambda x: ops.image.extract_patches(x, 3), IMAGES),
    "rgb_to_grayscale": (ops.image.rgb_to_grayscale, IMAGES),
    "dot_product_attention": (
        lambda x: ops.dot_product_attention(
            x[:, :, None], x[:, :, None], x[:, :, None]
        ),
        STEPS,
    ),
    "relu6": (ops.relu6, X),
    "gelu_exact": (lambda x: ops.gelu(x, approximate=False), X),
    "softmax": (lambda x: ops.softmax(x, axis=(1, 2)), STEPS),
    "sparse_categorical_crossentropy": (
        lambda x: ops.sparse_categorical_crossentropy(ops.argmin(x, axis=-1), x, True),
        X,
    ),
}


def normal_kernel(*shape):
    return np.random.default_rng(1).normal(size=shape).astype("float32")


KERNEL = normal_kernel(3, 3, 3, 4)


@pytest.mark.parametrize("name", UNARY)
def test_unary(name, tmp_path):
    function, x = getattr(ops, name), UNARY[name]
    served, model = served_and_model(function, [x], tmp_path)
    assert_same(served(x), model(x))


@pytest.mark.parametrize("name", BINARY)
def test_binary(name, tmp_path):
    function, arrays = getattr(ops, name), BINARY[name]
    served, model = served_and_model(function, list(arrays), tmp_path)
    assert_same(served(*arrays), model(*arrays))


@pytest.mark.parametrize("name", OTHERS)
def test_others(name, tmp_path):
    function, x, *_ = OTHERS[name]
    fixed = name in FIXED
    signature = [rv.InputSpec(shape=x.shape, dtype=x.dtype)] if fixed else [x]
    served, model = served_and_model(function, signature, tmp_path)
    x = x if fixed else rows(x, 3)
    assert_same(served(x), model(x))


# They ask for the number of rows.
FIXED = {
    "cummin_of_ints",
    "broadcast_to",
    "segment_sum",
    "slice_update",
    "split_off_batch",
}
