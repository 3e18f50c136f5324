"""Calls of every function of the NumPy family, as data: `{name: [(args, kwargs)]}`.

NumPy arrays among the arguments stand for tensors (the symbolic tests turn them into
symbolic ones); lists and numbers are passed as they are. The first calls of each name
are the most telling: the quick tests run only these.
"""

import numpy as np

# How many calls of each name the quick tests run.
QUICK = 4


def call(*args, **kwargs):
    return args, kwargs


# One array of shape (2, 3) in each dtype; few shapes, so that little is compiled.
F = np.array([[-1.5, 0.0, 0.5], [2.0, -0.25, 3.5]], "float32")
ARRAYS = {
    "float32": F,
    "float16": F.astype("float16"),
    "int32": np.array([[-3, 0, 2], [5, -1, 4]], "int32"),
    "int8": np.array([[-3, 0, 2], [5, -1, 4]], "int8"),
    "uint8": np.array([[3, 0, 2], [5, 1, 4]], "uint8"),
    "bool": np.array([[True, False, True], [False, False, True]]),
}
G = np.array([[2.0, -0.5, 0.0], [1.0, 4.0, 3.5]], "float32")
OTHERS = {name: G.astype(name) for name in ("float32", "float16", "int32", "int8")} | {
    "uint8": np.abs(G).astype("uint8"),
    "bool": np.array([[True, True, False], [False, True, False]]),
}
N = ARRAYS["int32"]
U = ARRAYS["uint8"]
B = ARRAYS["bool"]
H = ARRAYS["float16"]
C = (F + 1j * G).astype("complex64")
NAN = np.array([[np.nan, 0.5, -2.0], [1.0, np.inf, np.nan]], "float32")
V = np.array([3.0, 1.0, 2.0], "float32")
W = np.array([1, 2, 1], "int32")
SQUARE = np.array([[2.0, 1.0, 0.0], [1.0, 3.0, 1.0], [0.0, 1.0, 4.0]], "float32")
CUBE = np.arange(24, dtype="float32").reshape(2, 3, 4)

ALL = ("float32", "int32", "bool", "float16", "uint8", "int8")
REAL = ALL[:-1]
PAIRS = [
    ("float32", "float32"),
    ("int32", "float16"),
    ("bool", "int32"),
    ("float16", "float16"),
    ("int32", "int32"),
    ("uint8", "int8"),
    ("bool", "bool"),
    ("float16", "float32"),
]


def _unary(*dtypes, extra=()):
    return [call(ARRAYS[d]) for d in dtypes] + [call(x) for x in extra]


def _binary(pairs=PAIRS):
    calls = [call(ARRAYS[a], OTHERS[b]) for a, b in pairs]
    calls += [call(H, 2.0), call(N, 2.0), call(H, 2), call(2.0, U), call(2, F)]
    return [*calls, call(F, V), call([1.0, 2.0, 3.0], F), call(F, np.float64(2.0))]


def _reduction(dtypes=REAL):
    calls = [call(F, axis=0), call(N, axis=1, keepdims=True)]
    calls += [call(ARRAYS[d]) for d in reversed(dtypes)]
    calls += [call(F, axis=axis) for axis in (-1, (0, 1), [1])]
    return [
        *calls,
        call(F, keepdims=True),
        call(F, 0, True),
        call([[1.0, 2.0]], axis=0),
    ]


_INTEGERS = [("int32", "int32"), ("uint8", "int8"), ("bool", "bool"), ("bool", "int32")]
CASES = {}

for _name in (
    "arccos arccosh arcsin arcsinh arctan arctanh cbrt ceil cos cosh deg2rad exp exp2 "
    "expm1 floor i0 isfinite isinf isnan log log10 log1p log2 rad2deg sin sinc sinh "
    "sqrt tan tanh trunc sign signbit isneginf isposinf reciprocal fabs negative "
    "nan_to_num"
).split():
    CASES[_name] = _unary(*ALL, extra=(NAN, 2.0, 3, [1.0, 2.0], np.float64(0.5)))
for _name in (
    "abs absolute angle conj conjugate imag isreal real square logical_not round "
    "copy ones_like zeros_like ravel array"
).split():
    CASES[_name] = _unary(*ALL, extra=(C, 2.0, 3, [1.0, 2.0], [[1], [0]], True))
for _name in "bitwise_invert bitwise_not".split():
    CASES[_name] = _unary(*ALL, extra=(3,))

for _name in (
    "add subtract multiply divide true_divide divide_no_nan floor_divide mod fmod "
    "maximum minimum fmax fmin arctan2 hypot heaviside logaddexp logaddexp2 "
    "equal not_equal greater greater_equal less less_equal logical_and logical_or "
    "logical_xor nextafter isclose allclose isin"
).split():
    CASES[_name] = _binary()
CASES["power"] = _binary(PAIRS[:1] + [("float16", "float32")]) + [
    call(U, W.astype("uint8")),
    call(N, 3),
    call(N, np.float32(0.5)),
    call(2, N),
]
for _name in (
    "bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift "
    "left_shift right_shift gcd lcm"
).split():
    CASES[_name] = [call(ARRAYS[a], OTHERS[b]) for a, b in _INTEGERS] + [
        call(N, 2),
        call(2, U),
        call(F, 2),
        call(U, 1),
    ]
CASES["ldexp"] = [call(F, N), call(N, W), call(H, 2), call(F, F), call(3, W)]
CASES["isclose"] += [
    call(F, F + 1e-3, rtol=1e-2),
    call(F, F + 1e-3, 0.0, 1e-2),
    call(NAN, NAN, equal_nan=True),
]
CASES["allclose"] += [call(F, F + 1e-3, atol=1e-2), call(NAN, NAN, equal_nan=True)]
CASES["isin"] += [call(N, [2, 5], invert=True), call(N, [2, 5], assume_unique=True)]
CASES["nan_to_num"] += [call(NAN, nan=1.0, posinf=2.0, neginf=-2.0)]
CASES["round"] += [call(F, 1), call(F, decimals=-1), call(N, -1), call(U, decimals=-1)]
CASES["array"] += [call([1, 2], "float16"), call(F, dtype="int32")]
CASES["ones_like"] += [call(F, "int32"), call(N, dtype=float)]
CASES["zeros_like"] += [call(F, "int32"), call(N, dtype=float)]
CASES["empty_like"] = [call(F), call(F, "int32"), call([1, 2])]
CASES["full_like"] = [call(F, 2), call(N, 2.5), call(N, 2.5, "float32"), call(F, V)]

for _name in "sum mean var std all any amax amin ptp median".split():
    CASES[_name] = _reduction()
CASES["prod"] = _reduction() + [call(N, dtype="float32"), call(U, 0, False, "int8")]
for _name in "max min".split():
    CASES[_name] = _reduction() + [call(F, initial=1.0), call(F, 0, True, 9.0)]
CASES["count_nonzero"] = [call(ARRAYS[d]) for d in REAL] + [
    call(F, axis=0),
    call(F, (0, 1)),
]
for _name in "mean var std sum".split():
    CASES[_name] += [call(np.full((2, 3), 6e4, "float16"), axis=1)]
for _name in "argmax argmin".split():
    CASES[_name] = [call(ARRAYS[d]) for d in REAL] + [
        call(F, axis=0),
        call(F, -1, True),
        call(F, keepdims=True),
        call(NAN, axis=1),
        call(N, 1),
        call([3, 1]),
    ]
for _name in "nansum nanprod nanmean nanvar nanstd nanmax nanmin nanmedian".split():
    CASES[_name] = [call(ARRAYS[d]) for d in REAL] + [
        call(NAN),
        call(NAN, axis=0),
        call(NAN, axis=(0, 1)),
        call(NAN, 1, True),
        call(NAN, keepdims=True),
    ]
for _name in "nanargmax nanargmin".split():
    CASES[_name] = [call(NAN), call(NAN, 0), call(F, 1, True), call(N), call(N, -1)]
for _name in "cumsum cumprod nancumsum nancumprod".split():
    CASES[_name] = [call(ARRAYS[d]) for d in REAL] + [
        call(F, axis=0),
        call(NAN, axis=-1),
        call(N, 1, "float32"),
        call(U, dtype="int32"),
    ]
for _name, _q in (
    ("quantile", [0.25, 0.5]),
    ("nanquantile", [0.25, 0.5]),
    ("percentile", [25.0, 50.0]),
    ("nanpercentile", [25.0, 50.0]),
):
    CASES[_name] = [
        call(F, _q[0]),
        call(F, _q, axis=0),
        call(F, _q, axis=1, keepdims=True),
        call(F, _q[1], (0, 1)),
        call(F, _q, keepdims=True),
        call(H, _q[0], axis=-1),
        call(N, _q[0]),
        call(N, _q, axis=1),
        call(B, _q[0]),
        call(NAN, _q, axis=1),
    ] + [call(F, _q[0], -1, m) for m in "lower higher midpoint nearest".split()]
CASES["average"] = [call(ARRAYS[d]) for d in REAL] + [
    call(F, 0),
    call(F, weights=G),
    call(F, 1, V),
    call(N, axis=1, weights=W),
    call(H, axis=1, weights=W),
    call(N, axis=-1, weights=[1.0, 2.0, 0.0]),
    call(N, weights=H),
    call(U, weights=H),
]
CASES["diff"] = [call(ARRAYS[d]) for d in REAL] + [call(F, 2), call(F, axis=0)]
CASES["trapezoid"] = [
    call(F),
    call(F, dx=2.0),
    call(F, V),
    call(F, axis=0),
    call(N),
    call(H),
    call(B),
]
CASES["bincount"] = [
    call(W),
    call(U[0]),
    call(W, minlength=5),
    call(W, weights=V),
    call(W, weights=W),
    call(np.array([[1, 1], [0, 1]])),
    call(np.array([[1, 1], [0, 1]]), weights=np.array([[1.0, 2.0], [3.0, 4.0]], "f")),
]
CASES["histogram"] = [
    call(V),
    call(V, 3),
    call(V, bins=4, range=(0.0, 4.0)),
    call(W, 2),
    call(V, 2.5),
    call(V, -1),
    call(V, 2, (3.0, 1.0)),
    call(F),
]
CASES["digitize"] = [
    call(F, [0.0, 1.0]),
    call(N, [0, 2]),
    call(N, [0.0, 2.5]),
    call(H, np.array([0.0, 1.0], "float16")),
]
CASES["corrcoef"] = [call(F), call(N), call(H), call(V)]
CASES["correlate"] = [
    call(V, V),
    call(V, V[:2], "full"),
    call(V, V[:2], mode="same"),
    call(W, W[:2]),
    call(V.astype("float16"), W),
]

for _name in "dot inner vdot outer kron".split():
    CASES[_name] = [
        call(F[0], V),
        call(F[0], W),
        call(U[0], W.astype("int8")),
        call(W, W),
        call(H[0], V),
        call([1, 2], [3, 4]),
    ]
CASES["dot"] += [call(F, V), call(F, SQUARE), call(CUBE, CUBE[0].T), call(2.0, F)]
CASES["inner"] += [call(F, G), call(F, V)]
CASES["outer"] += [call(F, V)]
CASES["kron"] += [call(F, G)]
CASES["vdot"] += [call(F, G), call(C, C)]
CASES["matmul"] = [
    call(F, SQUARE),
    call(F, V),
    call(V, SQUARE),
    call(CUBE, CUBE[0].T),
    call(N, SQUARE.astype("int32")),
    call(ARRAYS["int8"], SQUARE.astype("int8")),
    call(U, SQUARE.astype("uint8")),
    call(H, SQUARE.astype("float16")),
    call(H, SQUARE),
    call(N, SQUARE.astype("float16")),
    call(F, F),
]
CASES["tensordot"] = [
    call(F, G),
    call(F, SQUARE, 1),
    call(F, G, axes=0),
    call(CUBE, F, axes=[[0, 1], [0, 1]]),
    call(CUBE, CUBE, axes=([2], [2])),
    call(N, W, axes=1),
]
CASES["einsum"] = [
    call("ij,jk->ik", F, SQUARE),
    call("ij,j->i", F, V),
    call("ij->j", F),
    call("ij", F),
    call("...i,i", CUBE[..., :3], V),
    call("ij,ij->", N, N),
    call("ij,ij->i", ARRAYS["int8"], ARRAYS["int8"]),
    call("ij,ij->i", ARRAYS["int8"], H),
    call("ii->i", SQUARE),
]
CASES["cross"] = [
    call(F, V),
    call(F, G),
    call(N, W),
    call(F.T, G.T, axis=0),
    call(F[:, :2], G[:, :2]),
    call(F[:, :2], G),
    call(F.T, G, axisa=0, axisc=0),
]

CASES["zeros"] = CASES["ones"] = [call((2, 3)), call((2,), "int32"), call(2), call([2])]
CASES["empty"] = CASES["zeros"]
CASES["full"] = [
    call((2, 3), 1),
    call((2, 3), 1.5, "int32"),
    call(2, True),
    call([2], V[:1]),
]
CASES["arange"] = [
    call(3),
    call(3.0),
    call(1, 4),
    call(1, 4, 2),
    call(0, 1, 0.25),
    call(5, 1, -2),
    call(3, dtype="float32"),
    call(0, 3, 1, "int8"),
    call(np.int64(3)),
    call(np.float16(3)),
    call(np.uint8(3)),
    call(0, np.float32(2), 1),
]
CASES["linspace"] = [
    call(0, 1),
    call(0, 1, 5),
    call(0.0, 2.0, 4, endpoint=False),
    call(0, 10, 3, dtype="int32"),
    call(0, 1, 3, retstep=True),
    call(F[0], V, 3),
    call(F[0], V, 3, axis=-1),
    call(H, 2, 3),
    call(W, 5, 3),
]
CASES["logspace"] = [
    call(0, 1, 5),
    call(0.0, 2.0, 4, endpoint=False),
    call(0, 3, 3, base=2),
    call(0, 3, 4, dtype="int32"),
    call(F[0], V, 3, axis=-1),
    call(H, 2, 3),
]
CASES["geomspace"] = [
    call(1, 8, 4),
    call(1.0, 8.0, 3, endpoint=False),
    call(1, 8, 4, dtype="float16"),
    call(V, V + 1, 3, axis=-1),
]
CASES["meshgrid"] = [
    call(V, W),
    call(V, W, indexing="ij"),
    call(V, W, V[:2]),
    call([1, 2], [3.0]),
    call(F, V),
]
CASES["identity"] = [call(3), call(2, "int32"), call(2, dtype="bool")]
CASES["eye"] = [call(2), call(2, 3), call(3, k=1), call(2, 3, -1, "int32"), call(2.0)]
CASES["eye"] += [call(2, 3.0)]
CASES["tri"] = [call(2), call(2, 3), call(3, k=1), call(2, 3, -1, "int32")]
for _name in "tril triu".split():
    CASES[_name] = _unary(*REAL) + [call(F, 1), call(CUBE, k=-1)]
CASES["diag"] = [call(V), call(V, 1), call(F), call(N, k=-1), call(B), call(H)]
CASES["diagflat"] = [call(V), call(V, 1), call(F), call(N, k=-1)]
CASES["diagonal"] = [
    call(F),
    call(N, 1),
    call(CUBE),
    call(CUBE, axis1=1, axis2=2),
    call(CUBE, -1, 0, -1),
    call(F, axis1=0, axis2=-2),
]
CASES["trace"] = [
    call(F),
    call(N, 1),
    call(U),
    call(B),
    call(H),
    call(CUBE),
    call(CUBE, -1, 1, 2),
]
CASES["vander"] = [
    call(V),
    call(V, 2),
    call(W, N=4, increasing=True),
    call(V, N=0),
    call(F),
    call(V, N=2.0),
    call(V, N=-1),
    call(V, increasing=1),
]
CASES["slogdet"] = [call(SQUARE), call(np.stack([SQUARE, -SQUARE]))]
for _name in "bartlett blackman hamming hanning".split():
    CASES[_name] = [call(5), call(1), call(0)]
CASES["kaiser"] = [call(5, 2.0), call(4, 0), call(1, 1.0), call(4, 1.5)]

CASES["reshape"] = [
    call(F, (3, 2)),
    call(F, (-1,)),
    call(F, -1),
    call(F, 6),
    call(F, [6, 1]),
    call(F, (3, -1)),
    call(CUBE, (-1, 12)),
    call(CUBE, (2, -1, 2)),
    call(F, (-1, -1)),
    call(F, (-2, 3)),
    call(F, (4, 2)),
    call(F, (4, -1)),
    call([1, 2], (2, 1)),
]
CASES["expand_dims"] = [call(F, 0), call(F, -1), call(F, (0, 2)), call(2.0, 0)]
CASES["expand_dims"] += [call(F, [0, 1]), call(F, 5)]
CASES["squeeze"] = [
    call(F[:, None]),
    call(F[:, None], 1),
    call(F[None, :, None], (0, 2)),
    call(F[:, None], axis=-2),
    call(F, 0),
    call(F),
]
CASES["transpose"] = [call(F), call(CUBE), call(CUBE, (0, 2, 1)), call(CUBE, [2, 0, 1])]
CASES["transpose"] += [call(CUBE, (0, 1)), call(CUBE, axes=(-1, 0, 1))]
CASES["swapaxes"] = [call(CUBE, 0, 2), call(CUBE, -1, 1), call(F, 0, 1)]
CASES["moveaxis"] = [call(CUBE, 0, 2), call(CUBE, (0, 1), (1, 2)), call(CUBE, -1, 0)]
CASES["broadcast_to"] = [
    call(V, (2, 3)),
    call(F, (2, 2, 3)),
    call(2.0, (2,)),
    call(F, 2),
]
for _name in "flip".split():
    CASES[_name] = [call(F), call(F, 0), call(F, axis=(0, 1)), call(N, -1)]
for _name in "fliplr flipud".split():
    CASES[_name] = [call(F), call(CUBE), call(N)]
CASES["rot90"] = [
    call(F),
    call(F, 2),
    call(CUBE, -1, (1, 2)),
    call(F, k=3, axes=(1, 0)),
    call(V),
    call(F, axes=(0, 0)),
    call(F, axes=(0, 1, 2)),
]
CASES["roll"] = [
    call(F, 1),
    call(F, 1, 0),
    call(N, -2, axis=1),
    call(F, (1, 2), (0, 1)),
    call(F, [1, 2], axis=[0, 1]),
]
CASES["view"] = [
    call(F, "int32"),
    call(F, "float16"),
    call(F, "uint8"),
    call(U[:, :2], "uint16"),
    call(F),
    call(U, "uint16"),
]
CASES["ndim"] = CASES["size"] = [
    call(F),
    call(CUBE),
    call(2.0),
    call([[1, 2]]),
    call(V),
]
CASES["concatenate"] = [
    call([F, G]),
    call([F, G], -1),
    call((F, N), axis=1),
    call([F, V]),
    call([F, CUBE]),
    call([H, N]),
    call([[1, 2], [3.0]]),
    call([F, G], axis=None),
]
CASES["stack"] = [
    call([F, G]),
    call([F, G], -1),
    call((F, N), axis=1),
    call([H, U]),
    call([1, 2]),
    call([F, V]),
]
for _name in "hstack vstack dstack".split():
    CASES[_name] = [call([F, G]), call([V, W]), call([F, N]), call([CUBE, CUBE])]
    CASES[_name] += [call([[1, 2], [3, 4]])]
CASES["append"] = [call(F, G), call(F, G, 0), call(F, N, axis=-1), call(V, 2.0)]
CASES["split"] = [
    call(CUBE, 2),
    call(CUBE, 3, axis=1),
    call(CUBE, [1, 3], -1),
    call(CUBE, (1,), 1),
    call(F, 3, 1),
    call(CUBE, 5),
    call(V, np.array([1])),
]
CASES["array_split"] = [
    call(CUBE, 2),
    call(CUBE, 3, axis=-1),
    call(V, 2),
    call(V, 4),
    call(V, [1]),
    call(V, 0),
    call(V, 2, axis=0.0),
]
CASES["hsplit"] = [call(CUBE, 3), call(CUBE, [1]), call(V, 3), call(CUBE, 2)]
CASES["vsplit"] = [call(CUBE, 2), call(CUBE, [1]), call(V, 3)]
CASES["dsplit"] = [call(CUBE, 2), call(CUBE, [1]), call(F, 3)]
CASES["repeat"] = [
    call(F, 2),
    call(F, 2, 0),
    call(F, 2, axis=-1),
    call(F, [1, 2], 0),
    call(F, np.array([1, 0, 2]), axis=1),
]
CASES["tile"] = [call(F, 2), call(F, (2, 1)), call(F, [2, 1, 2]), call(V, (2, 2))]
CASES["pad"] = [
    call(F, 1),
    call(F, (1, 2)),
    call(F, ((1, 0), (0, 2))),
    call(F, [[1, 1], [0, 0]], "constant", 2.0),
    call(N, 1, constant_values=3),
    call(F, 1, mode="reflect"),
    call(F, 1, mode="symmetric"),
    call(F, 1, mode="edge"),
    call(F, 1, "reflect", 2.0),
    call(CUBE, ((0, 0), (1, 1), (2, 0))),
]

CASES["get_item"] = [
    call(F, 0),
    call(F, -1),
    call(F, (0, 1)),
    call(F, slice(None)),
    call(F, (slice(None), slice(0, 2))),
    call(F, (..., None)),
    call(F, (None, slice(None, None, 2))),
    call(CUBE, (slice(None), 1, slice(None, None, -1))),
    call(CUBE, (..., 0)),
]
CASES["take"] = [
    call(F, [0, 1], 0),
    call(F, 1, axis=1),
    call(F, [[0, 5]]),
    call(F, [-1], 1),
    call(N, [7], 1),
    call(CUBE, W, axis=1),
    call(F, [0.5], 0),
]
CASES["take_along_axis"] = [
    call(F, [[0], [2]], 1),
    call(F, [[1, 0, 1]], axis=0),
    call(F, [0, 5]),
    call(F, np.array([[0, 1, 2], [2, 1, 0]]), axis=-1),
]
CASES["where"] = [
    call(B, F, G),
    call(B, F, 0.0),
    call(B, 1, N),
    call(B, H, N),
    call(B, U, ARRAYS["int8"]),
    call(B),
    call(V > 1, F, 2),
    call(B, F),
    call(N, F, G),
    call(B, 1, 2.0),
]
CASES["select"] = [
    call([B, ~B], [F, G]),
    call([B], [F], 2.0),
    call([B, F > 0], [N, G], default=1),
    call((B,), (V,)),
    call([], []),
    call(B, F),
    call([B], [H], 1),
]
CASES["nonzero"] = [call(F), call(B), call(W)]
CASES["unravel_index"] = [
    call(W, (2, 3)),
    call([5], (2, 3)),
    call(3, (2, 2)),
    call(9, (2,)),
]
CASES["sort"] = [call(ARRAYS[d]) for d in REAL] + [call(F, 0), call(NAN, axis=1)]
CASES["argsort"] = [call(ARRAYS[d]) for d in REAL] + [
    call(F, 0),
    call(2.0),
    call(F, None),
]
CASES["argpartition"] = [call(F, 1), call(F, 1, 0), call(N, 2, axis=None), call(V, -1)]
CASES["searchsorted"] = [
    call([1.0, 2.0, 4.0], F),
    call([1, 2, 4], N, "right"),
    call([1, 2, 2], 2),
    call(W.cumsum().astype("int32"), F),
    call(F, 2.0),
    call([1.0, 2.0], F, side="left"),
]
CASES["unique"] = [
    call(N),
    call(W, return_counts=True),
    call(W, return_index=True, return_inverse=True),
    call(F, axis=0),
    call(NAN),
    call(W, size=4, fill_value=9),
    call(W, size=1),
    call([3, 1, 3], sorted=False),
]
CASES["clip"] = [call(ARRAYS[d], 0, 1) for d in ALL] + [
    call(F, 0.5, 1),
    call(N, 0.5, 2.5),
    call(H, -1.0, 1.0),
    call(F, V - 2, 2.0),
    call(F, None, 1.0),
    call(2, 0, 1),
]
CASES["vectorize"] = []  # A function of functions: tested by itself.
