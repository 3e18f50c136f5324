"""Values and gradients of the NumPy family against NumPy and finite differences."""

import jax
import numpy as np
import pytest

from ranvier import ops
from tests.helpers import check_op

S = (2, 3)
# Intervals of inputs on which the functions are smooth.
POSITIVE = {"low": 0.5, "high": 2.0}
INSIDE = {"low": -0.9, "high": 0.9}
UNARY = [
    ("abs", np.abs, {}),
    ("arccos", np.arccos, INSIDE),
    ("arccosh", np.arccosh, {"low": 1.2, "high": 3.0}),
    ("arcsin", np.arcsin, INSIDE),
    ("arcsinh", np.arcsinh, {}),
    ("arctan", np.arctan, {}),
    ("arctanh", np.arctanh, INSIDE),
    ("cbrt", np.cbrt, POSITIVE),
    ("cos", np.cos, {}),
    ("cosh", np.cosh, {}),
    ("deg2rad", np.deg2rad, {}),
    ("exp", np.exp, {}),
    ("exp2", np.exp2, {}),
    ("expm1", np.expm1, {}),
    ("i0", np.i0, {}),
    ("log", np.log, POSITIVE),
    ("log10", np.log10, POSITIVE),
    ("log1p", np.log1p, POSITIVE),
    ("log2", np.log2, POSITIVE),
    ("negative", np.negative, {}),
    ("reciprocal", np.reciprocal, POSITIVE),
    ("sin", np.sin, {}),
    ("sinc", np.sinc, {}),
    ("sinh", np.sinh, {}),
    ("sqrt", np.sqrt, POSITIVE),
    ("square", np.square, {}),
    ("tan", np.tan, INSIDE),
    ("tanh", np.tanh, {}),
]
BINARY = [
    ("add", np.add, {}),
    ("arctan2", np.arctan2, POSITIVE),
    ("divide", np.divide, POSITIVE),
    ("divide_no_nan", np.divide, POSITIVE),
    ("fmax", np.fmax, {}),
    ("hypot", np.hypot, POSITIVE),
    ("logaddexp", np.logaddexp, {}),
    ("logaddexp2", np.logaddexp2, {}),
    ("maximum", np.maximum, {}),
    ("minimum", np.minimum, {}),
    ("mod", np.mod, POSITIVE),
    ("multiply", np.multiply, {}),
    ("power", np.power, POSITIVE),
    ("subtract", np.subtract, {}),
]


def _along(name, **options):
    ours, theirs = getattr(ops, name), getattr(np, name)
    return (
        f"{name} {options}",
        lambda x: ours(x, **options),
        lambda x: theirs(x, **options),
    )


ALONG_AXES = [
    _along("amax", axis=1),
    _along("average", axis=0),
    _along("cumprod", axis=1),
    _along("cumsum", axis=0),
    _along("diff", axis=1),
    _along("flip", axis=1),
    _along("max", axis=0, keepdims=True),
    _along("mean"),
    _along("mean", axis=1, keepdims=True),
    _along("median", axis=1),
    _along("min", axis=-1),
    _along("prod", axis=1),
    _along("quantile", q=0.3, axis=1),
    _along("roll", shift=2, axis=1),
    _along("sort", axis=1),
    _along("std", axis=1),
    _along("sum", axis=(0, 1)),
    _along("trace"),
    _along("var", axis=0),
]
SEVERAL = [
    ("matmul", ops.matmul, np.matmul, [(2, 3), (3, 2)]),
    ("matmul of batches", ops.matmul, np.matmul, [(2, 2, 3), (3, 2)]),
    ("dot", ops.dot, np.dot, [(3,), (3,)]),
    ("outer", ops.outer, np.outer, [(2,), (3,)]),
    ("inner", ops.inner, np.inner, [(2, 3), (2, 3)]),
    ("kron", ops.kron, np.kron, [(2, 2), (2, 1)]),
    ("cross", ops.cross, np.cross, [(2, 3), (3,)]),
    (
        "tensordot",
        lambda a, b: ops.tensordot(a, b, axes=1),
        lambda a, b: np.tensordot(a, b, axes=1),
        [(2, 3), (3, 2)],
    ),
    (
        "einsum",
        lambda a, b: ops.einsum("bij,jk->bik", a, b),
        lambda a, b: np.einsum("bij,jk->bik", a, b),
        [(2, 2, 3), (3, 2)],
    ),
    (
        "concatenate",
        lambda a, b: ops.concatenate([a, b], axis=1),
        lambda a, b: np.concatenate([a, b], axis=1),
        [(2, 3), (2, 1)],
    ),
    (
        "stack",
        lambda a, b: ops.stack([a, b], axis=1),
        lambda a, b: np.stack([a, b], axis=1),
        [(2, 3), (2, 3)],
    ),
    (
        "where",
        lambda a, b: ops.where(ops.greater(a, b), a, b * b),
        lambda a, b: np.where(a > b, a, b * b),
        [(2, 3), (2, 3)],
    ),
    (
        "take",
        lambda a: ops.take(a, [0, 2, 2], axis=1),
        lambda a: np.take(a, [0, 2, 2], axis=1),
        [(2, 3)],
    ),
    ("get_item", lambda a: ops.get_item(a, (0, [2, 0])), lambda a: a[0, [2, 0]], [S]),
    (
        "pad",
        lambda a: ops.pad(a, 1, mode="reflect"),
        lambda a: np.pad(a, 1, mode="reflect"),
        [(2, 3)],
    ),
    ("repeat", lambda a: ops.repeat(a, 2, 1), lambda a: np.repeat(a, 2, 1), [S]),
    ("clip", lambda a: ops.clip(a, -0.5, 0.7), lambda a: np.clip(a, -0.5, 0.7), [S]),
    ("trapezoid", ops.trapezoid, np.trapezoid, [S]),
    (
        "slogdet",
        lambda a: ops.slogdet(a)[1],
        lambda a: np.linalg.slogdet(a)[1],
        [(3, 3)],
    ),
]


@pytest.mark.parametrize("name, reference, options", UNARY)
def test_unary(name, reference, options):
    check_op(getattr(ops, name), reference, [S], **options)


@pytest.mark.parametrize("name, reference, options", BINARY)
def test_binary(name, reference, options):
    check_op(getattr(ops, name), reference, [S, (3,)], **options)


@pytest.mark.parametrize("name, ours, reference", ALONG_AXES)
def test_along_axes(name, ours, reference):
    check_op(ours, reference, [S])


@pytest.mark.parametrize("name, ours, reference, shapes", SEVERAL)
def test_several(name, ours, reference, shapes):
    check_op(ours, reference, shapes)


def test_integers_and_half_precision_keep_their_dtypes():
    check_op(
        ops.sin, np.sin, [S], dtype="int32", result_dtype="float32", gradient=False
    )
    # Half precision has 11 bits.
    check_op(
        ops.sum, np.sum, [S], dtype="float16", gradient=False, rtol=2e-3, atol=2e-3
    )


def test_check_op_finds_wrong_gradients():
    wrong = jax.custom_jvp(lambda x: x * x)
    wrong.defjvp(lambda x, t: (x[0] * x[0], x[0] * t[0]))
    with pytest.raises(AssertionError):
        check_op(wrong, np.square, [S])
