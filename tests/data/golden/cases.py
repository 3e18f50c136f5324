"""Small pipelines, each a function of a namespace `d`: tf.data's, or ours.

`d.Dataset`, `d.data` (the module) and a few operations that both have. A case returns a
dataset; its elements, specs and cardinality are compared, or the error that comes.
"""

import collections

import numpy as np

CASES = {}


def case(function):
    """Registers a case under its name."""
    CASES[function.__name__] = function
    return function


def family(name, variants, build):
    """Registers a case for each of several arguments."""
    for i, arguments in enumerate(variants):
        if not isinstance(arguments, tuple):
            arguments = (arguments,)

        def run(d, arguments=arguments):
            return build(d, *arguments)

        CASES[f"{name}_{i}"] = run


Point = collections.namedtuple("Point", "x y")

# Sources.
SLICES = [
    [1, 2, 3],
    [1.5, 2.5],
    [True, False],
    ["a", "bc", ""],
    [b"x", b"yz"],
    [[1, 2], [3, 4], [5, 6]],
    [["a", "b"], ["c", "d"]],
    [[[1.0], [2.0]], [[3.0], [4.0]]],
    np.arange(4),
    np.arange(4, dtype="int8"),
    np.arange(4, dtype="uint8"),
    np.arange(4, dtype="uint16"),
    np.arange(4, dtype="float64"),
    np.arange(4, dtype="float16"),
    np.arange(6, dtype="float32").reshape(3, 2),
    np.array(["u", "vv"]),
    np.array([b"u", b"vv"]),
    np.array(["u", "vv"], dtype=object),
    np.arange(4) + 1j,
    np.zeros((0, 3)),
    (range(3),),
    {"a": [1, 2], "b": [3.0, 4.0]},
    {"b": [1, 2], "a": (["x", "y"], [[1], [2]])},
    2**40,
    [2**40, 1],
]
family(
    "from_tensor_slices",
    [(value,) for value in SLICES if not isinstance(value, int)],
    lambda d, value: d.Dataset.from_tensor_slices(value),
)
family(
    "from_tensors",
    [(value,) for value in [*SLICES, 1, 1.0, "text", b"bytes", True, ([1], {"k": 2})]],
    lambda d, value: d.Dataset.from_tensors(value),
)
family(
    "range",
    [(5,), (2, 7), (1, 10, 3), (10, 0, -3), (0,), (5, 2), (-3, 3)],
    lambda d, *args: d.Dataset.range(*args),
)
family(
    "range_typed",
    ["int32", "float32", "float64", "uint8"],
    lambda d, dtype: d.Dataset.range(4, output_type=d.dtype(dtype)),
)
family(
    "range_wrong",
    [(), (1, 2, 3, 4), (0, 5, 0)],
    lambda d, *args: d.Dataset.range(*args),
)
family(
    "counter",
    [(0, 1), (5, 2), (3, -1)],
    lambda d, start, step: d.Dataset.counter(start, step).take(4),
)


@case
def counter_typed(d):
    return d.Dataset.counter(dtype=d.dtype("int32")).take(3)


@case
def counter_without_end(d):
    return d.Dataset.counter()


@case
def slices_of_different_lengths(d):
    return d.Dataset.from_tensor_slices(([1, 2], [1, 2, 3]))


@case
def slices_of_a_scalar(d):
    return d.Dataset.from_tensor_slices(3)


@case
def slices_of_nothing(d):
    return d.Dataset.from_tensor_slices(())


@case
def slices_of_a_ragged_list(d):
    return d.Dataset.from_tensor_slices([[1], [2, 3]])


@case
def slices_of_a_named_tuple(d):
    return d.Dataset.from_tensor_slices(Point([1, 2], [3.0, 4.0]))


@case
def slices_of_an_ordered_dict(d):
    return d.Dataset.from_tensor_slices(
        collections.OrderedDict([("z", [1, 2]), ("a", [3, 4])])
    )


@case
def slices_with_none(d):
    return d.Dataset.from_tensor_slices(([1, 2], None))


@case
def slices_mixed_numbers(d):
    return d.Dataset.from_tensor_slices([1, 2.5])


def _count(stop=3):
    yield from range(stop)


family(
    "from_generator_typed",
    ["int32", "int64", "float32", "float64"],
    lambda d, dtype: d.Dataset.from_generator(
        _count, output_signature=d.TensorSpec((), d.dtype(dtype))
    ),
)
family(
    "from_generator_types",
    ["int32", "float32"],
    lambda d, dtype: d.Dataset.from_generator(_count, output_types=d.dtype(dtype)),
)


@case
def from_generator_args(d):
    return d.Dataset.from_generator(
        _count, args=(2,), output_signature=d.TensorSpec((), d.dtype("int64"))
    )


@case
def from_generator_shapes(d):
    return d.Dataset.from_generator(
        lambda: [[1, 2], [3, 4]], d.dtype("int32"), output_shapes=(2,)
    )


@case
def from_generator_tuple(d):
    def pairs():
        yield "a", [1.0, 2.0]
        yield "b", [3.0]

    signature = (
        d.TensorSpec((), d.dtype("string")),
        d.TensorSpec((None,), d.dtype("float32")),
    )
    return d.Dataset.from_generator(pairs, output_signature=signature)


@case
def from_generator_dict(d):
    def rows():
        yield {"a": 1, "b": b"x"}
        yield {"a": 2, "b": b"y"}

    signature = {
        "a": d.TensorSpec((), d.dtype("int32")),
        "b": d.TensorSpec((), d.dtype("string")),
    }
    return d.Dataset.from_generator(rows, output_signature=signature)


@case
def from_generator_both_ways(d):
    return d.Dataset.from_generator(
        _count, d.dtype("int32"), output_signature=d.TensorSpec((), d.dtype("int32"))
    )


@case
def from_generator_no_function(d):
    return d.Dataset.from_generator([1, 2], output_types=d.dtype("int32"))


# Selection.
COUNTS = [0, 1, 3, 10, -1]
family("take", COUNTS, lambda d, n: d.Dataset.range(5).take(n))
family("skip", COUNTS, lambda d, n: d.Dataset.range(5).skip(n))
family("repeat", [*COUNTS[:3], None], lambda d, n: d.Dataset.range(3).repeat(n).take(8))
family("repeat_whole", [0, 1, 2, -1, None], lambda d, n: d.Dataset.range(3).repeat(n))
family("repeat_empty", [2], lambda d, n: d.Dataset.range(0).repeat(n))
family(
    "take_skip", [(2, 1), (1, 2)], lambda d, a, b: d.Dataset.range(9).skip(a).take(b)
)
family(
    "shard",
    [(2, 0), (2, 1), (3, 2), (9, 8), (9, 3), (2, 2), (0, 0), (2, -1)],
    lambda d, n, i: d.Dataset.range(7).shard(n, i),
)
family(
    "enumerate",
    [0, 5, -1],
    lambda d, start: d.Dataset.from_tensor_slices(["a", "b"]).enumerate(start),
)
family(
    "concatenate",
    [(2, 3), (0, 2), (2, 0)],
    lambda d, a, b: d.Dataset.range(a).concatenate(d.Dataset.range(b)),
)
family(
    "concatenate_infinite",
    [0],
    lambda d, _: d.Dataset.range(2).concatenate(d.Dataset.range(3).repeat()).take(7),
)
family(
    "unique",
    [([1, 2, 1, 3, 2],), (["a", "b", "a"],), (np.array([3, 3, 2]),)],
    lambda d, values: d.Dataset.from_tensor_slices(values).unique(),
)


@case
def concatenate_other_dtypes(d):
    return d.Dataset.range(2).concatenate(d.Dataset.from_tensor_slices(["a"]))


@case
def concatenate_other_structure(d):
    one = d.Dataset.range(2)
    return one.concatenate(d.Dataset.zip(one, one))


@case
def concatenate_other_shapes(d):
    one = d.Dataset.from_tensor_slices([[1, 2]])
    return one.concatenate(d.Dataset.from_tensor_slices([[1, 2, 3]]))


@case
def concatenate_on_the_class(d):
    return d.Dataset.concatenate(d.Dataset.range(2), d.Dataset.range(2))


@case
def unique_then_batch(d):
    return d.Dataset.from_tensor_slices([1, 1, 2, 1]).unique().batch(2)


# Functions.
FUNCTIONS = {
    "double": lambda x: x * 2,
    "square": lambda x: x * x,
    "negate": lambda x: -x,
    "pair": lambda x: (x, x + 1),
    "list": lambda x: [x, x + 1],
    "dict": lambda x: {"b": x, "a": x - 1},
    "nested": lambda x: (x, {"y": (x, x)}),
    "constant": lambda x: 7,
    "constants": lambda x: (x, 1.5, True),
    "array": lambda x: np.array([1.0, 2.0]),
    "compare": lambda x: x > 2,
    "mod": lambda x: x % 3,
    "floor": lambda x: x // 2,
    "divide": lambda x: x / 2,
    "power": lambda x: x**2,
}
for _dtype in ("int64", "int32", "float32", "float64"):
    for _name, _function in FUNCTIONS.items():
        CASES[f"map_{_name}_{_dtype}"] = lambda d, f=_function, t=_dtype: (
            d.Dataset.from_tensor_slices(np.arange(5).astype(t)).map(f)
        )


@case
def map_pair(d):
    return d.Dataset.from_tensor_slices(([1, 2], [3, 4])).map(lambda a, b: a + b)


@case
def map_dict(d):
    return d.Dataset.from_tensor_slices({"a": [1, 2], "b": [3, 4]}).map(
        lambda row: row["a"] * row["b"]
    )


@case
def map_named_tuple(d):
    return d.Dataset.from_tensor_slices(Point([1, 2], [3, 4])).map(lambda p: p.x - p.y)


@case
def map_nested_tuple(d):
    ds = d.Dataset.from_tensor_slices((([1, 2], [3, 4]), [5, 6]))
    return ds.map(lambda pair, c: pair[0] + pair[1] + c)


@case
def map_named_result(d):
    return d.Dataset.range(2).map(lambda x: Point(x, x + 1))


@case
def map_of_batches(d):
    return d.Dataset.range(7).batch(3).map(lambda x: x * 10)


@case
def map_sum_of_batches(d):
    return d.Dataset.range(7).batch(3).map(d.sum)


@case
def map_rows(d):
    return d.Dataset.from_tensor_slices([[1, 2, 3], [4, 5, 6]]).map(
        lambda x: (x[:-1], x[-1:])
    )


@case
def map_strings(d):
    return d.Dataset.from_tensor_slices(["a", "bc"]).map(lambda s: (s, d.strlen(s)))


@case
def map_cast(d):
    return d.Dataset.range(3).map(lambda x: d.cast(x, "float32") / 2)


@case
def map_varying_lengths(d):
    return d.Dataset.range(4).map(d.fill)


@case
def map_parallel(d):
    return d.Dataset.range(20).map(lambda x: x + 1, num_parallel_calls=4)


@case
def map_autotune(d):
    return d.Dataset.range(5).map(
        lambda x: x + 1, num_parallel_calls=d.data.AUTOTUNE, deterministic=True
    )


@case
def map_chain(d):
    return d.Dataset.range(9).map(lambda x: x + 1).map(lambda x: x * x)


@case
def map_no_function(d):
    return d.Dataset.range(3).map(5)


PREDICATES = {
    "even": lambda x: x % 2 == 0,
    "large": lambda x: x > 6,
    "all": lambda x: x >= 0,
    "none": lambda x: x < 0,
}
for _name, _function in PREDICATES.items():
    CASES[f"filter_{_name}"] = lambda d, f=_function: d.Dataset.range(10).filter(f)
    CASES[f"take_while_{_name}"] = lambda d, f=_function: d.Dataset.range(
        10
    ).take_while(f)
    CASES[f"filter_batch_{_name}"] = lambda d, f=_function: (
        d.Dataset.range(10).filter(f).batch(3)
    )


@case
def filter_pairs(d):
    return d.Dataset.from_tensor_slices(([1, 2, 3], ["a", "b", "c"])).filter(
        lambda n, s: n > 1
    )


@case
def filter_no_boolean(d):
    return d.Dataset.range(3).filter(lambda x: x)


@case
def filter_a_vector(d):
    return d.Dataset.range(4).batch(2).filter(lambda x: x > 1)


family(
    "reduce",
    [0, 10],
    lambda d, n: d.Dataset.from_tensors(
        d.Dataset.range(5).reduce(np.int64(n), lambda s, x: s + x)
    ),
)


@case
def reduce_structure(d):
    total, count = d.Dataset.range(5).reduce(
        (np.int64(0), np.int32(0)), lambda s, x: (s[0] + x, s[1] + 1)
    )
    return d.Dataset.from_tensors((total, count))


@case
def reduce_pairs(d):
    ds = d.Dataset.from_tensor_slices(([1, 2], [3, 4]))
    return d.Dataset.from_tensors(ds.reduce(0, lambda s, pair: s + pair[0] * pair[1]))


@case
def scan_sums(d):
    return d.Dataset.range(6).scan(np.int64(0), lambda s, x: (s + x, s + x))


@case
def scan_structure(d):
    return d.Dataset.range(4).scan(
        (np.int64(0), np.int64(1)), lambda s, x: ((s[1], s[0] + s[1]), (x, s[0]))
    )


@case
def scan_other_dtype(d):
    return d.Dataset.range(4).scan(np.int64(0), lambda s, x: (d.cast(x, "int32"), x))


@case
def scan_no_pair(d):
    return d.Dataset.range(4).scan(np.int64(0), lambda s, x: x)


@case
def apply_function(d):
    return d.Dataset.range(5).apply(lambda ds: ds.filter(lambda x: x < 2))


@case
def apply_no_dataset(d):
    return d.Dataset.range(5).apply(lambda ds: 3)


# Mixtures.
@case
def zip_arguments(d):
    return d.Dataset.zip(d.Dataset.range(3), d.Dataset.range(10, 15))


@case
def zip_tuple(d):
    return d.Dataset.zip((d.Dataset.range(3), d.Dataset.range(10, 15)))


@case
def zip_one(d):
    return d.Dataset.zip(d.Dataset.range(3))


@case
def zip_dict(d):
    one = d.Dataset.range(3)
    return d.Dataset.zip({"b": one, "a": (one, one.batch(2))})


@case
def zip_keyword(d):
    return d.Dataset.zip(datasets=(d.Dataset.range(3), d.Dataset.range(2)))


@case
def zip_nested(d):
    one = d.Dataset.range(2)
    return d.Dataset.zip((one, (one, one)))


@case
def zip_infinite(d):
    return d.Dataset.zip(d.Dataset.counter(), d.Dataset.from_tensor_slices(["a", "b"]))


@case
def zip_list(d):
    return d.Dataset.zip([d.Dataset.range(2), d.Dataset.range(2)])


@case
def zip_nothing(d):
    return d.Dataset.zip()


family(
    "flat_map",
    [3, 1, 0],
    lambda d, n: d.Dataset.range(n).flat_map(lambda x: d.Dataset.range(x + 1)),
)


@case
def flat_map_rows(d):
    return d.Dataset.from_tensor_slices([[1, 2], [3, 4]]).flat_map(
        d.Dataset.from_tensor_slices
    )


@case
def flat_map_no_dataset(d):
    return d.Dataset.range(3).flat_map(lambda x: x)


family(
    "interleave",
    [
        (n, cycle, block, parallel)
        for n in (1, 3, 5)
        for cycle in (1, 2, 3, 7)
        for block in (1, 2, 3)
        for parallel in (None, 2)
        if parallel is None or parallel <= cycle
    ],
    lambda d, n, cycle, block, parallel: d.Dataset.range(n).interleave(
        lambda x: d.Dataset.range(10 * x, 10 * x + 2 * x + 1),
        cycle_length=cycle,
        block_length=block,
        num_parallel_calls=parallel,
    ),
)
family(
    "interleave_long",
    [(2, 1), (3, 2), (4, 5)],
    lambda d, cycle, block: d.Dataset.range(4).interleave(
        lambda x: d.Dataset.range(100 * x, 100 * x + 40 - x),
        cycle_length=cycle,
        block_length=block,
    ),
)
family(
    "interleave_wrong",
    [(0, 1), (1, 0)],
    lambda d, cycle, block: d.Dataset.range(4).interleave(
        lambda x: d.Dataset.range(x), cycle_length=cycle, block_length=block
    ),
)
family(
    "choose",
    [
        ([0, 1, 0, 1], True),
        ([0, 0, 0, 0, 1, 1], True),
        ([0, 0, 0, 0, 1, 1], False),
        ([1, 1, 1, 1, 1, 0, 1, 0], False),
        ([], True),
    ],
    lambda d, order, stop: d.Dataset.choose_from_datasets(
        [d.Dataset.range(3), d.Dataset.range(10, 13)],
        d.Dataset.from_tensor_slices(np.array(order, np.int64)),
        stop_on_empty_dataset=stop,
    ),
)
family(
    "choose_wrong",
    [(np.array([0, 5]),), (np.array([0, 1], np.int32),), (np.array([[0], [1]]),)],
    lambda d, order: d.Dataset.choose_from_datasets(
        [d.Dataset.range(3), d.Dataset.range(10, 13)],
        d.Dataset.from_tensor_slices(order),
    ),
)
family(
    "sample_certain",
    [True, False],
    lambda d, stop: d.Dataset.sample_from_datasets(
        [d.Dataset.range(3), d.Dataset.range(10, 13)],
        weights=[0.0, 1.0],
        stop_on_empty_dataset=stop,
    ),
)
family(
    "sample_wrong",
    [([],), ([0.5],), ([0.5, 0.2, 0.3],)],
    lambda d, weights: d.Dataset.sample_from_datasets(
        [d.Dataset.range(3), d.Dataset.range(10, 13)], weights=weights
    ),
)

# Batches.
family(
    "batch",
    [
        (n, size, drop)
        for n in (0, 7)
        for size in (1, 3, 7, 9)
        for drop in (False, True)
    ],
    lambda d, n, size, drop: d.Dataset.range(n).batch(size, drop_remainder=drop),
)
family("batch_wrong", [0, -1], lambda d, n: d.Dataset.range(3).batch(n))
family(
    "batch_twice",
    [(2, 2), (3, 2)],
    lambda d, a, b: d.Dataset.range(12).batch(a).batch(b),
)
family(
    "batch_uneven_twice", [(2, 2)], lambda d, a, b: d.Dataset.range(7).batch(a).batch(b)
)


@case
def batch_structure(d):
    return d.Dataset.from_tensor_slices({"a": [1, 2, 3], "b": ["x", "y", "z"]}).batch(2)


@case
def batch_rows(d):
    return d.Dataset.from_tensor_slices([[1, 2], [3, 4], [5, 6]]).batch(2)


@case
def batch_different_shapes(d):
    return d.Dataset.range(4).map(d.fill).batch(2)


@case
def batch_parallel(d):
    return d.Dataset.range(5).batch(2, num_parallel_calls=2, deterministic=True)


PADDED = [
    (2, None, None, False),
    (3, [5], None, False),
    (2, [None], None, True),
    (2, [-1], np.int64(9), False),
    (2, None, np.int64(-1), False),
    (2, [2], None, False),
    (2, [None, None], None, False),
    (2, [], None, False),
]
family(
    "padded_batch",
    PADDED,
    lambda d, size, shapes, values, drop: (
        d.Dataset.range(5).map(d.fill).padded_batch(size, shapes, values, drop)
    ),
)


@case
def padded_batch_structure(d):
    ds = d.Dataset.range(4).map(
        lambda x: {"a": d.fill(x), "b": x, "c": (d.fill(x + 1),)}
    )
    return ds.padded_batch(
        2,
        padded_shapes={"a": [None], "b": [], "c": ([6],)},
        padding_values={"a": np.int64(7), "b": None, "c": (np.int64(8),)},
    )


@case
def padded_batch_strings(d):
    def rows():
        yield ["a"]
        yield ["b", "cc"]

    ds = d.Dataset.from_generator(
        rows, output_signature=d.TensorSpec((None,), d.dtype("string"))
    )
    return ds.padded_batch(2)


@case
def padded_batch_string_values(d):
    def rows():
        yield ["a"]
        yield ["b", "cc"]

    ds = d.Dataset.from_generator(
        rows, output_signature=d.TensorSpec((None,), d.dtype("string"))
    )
    return ds.padded_batch(2, [3], "-")


@case
def padded_batch_matrices(d):
    def rows():
        yield np.ones((1, 2), np.float32)
        yield np.ones((2, 1), np.float32)

    ds = d.Dataset.from_generator(
        rows, output_signature=d.TensorSpec((None, None), d.dtype("float32"))
    )
    return ds.padded_batch(2)


@case
def padded_batch_wrong_dtype(d):
    return d.Dataset.range(5).map(d.fill).padded_batch(2, [None], "x")


@case
def padded_batch_scalars(d):
    return d.Dataset.range(5).padded_batch(2)


RAGGED = [[1, 2], [], [3], [4, 5, 6]]


@case
def slices_of_ragged(d):
    return d.Dataset.from_tensor_slices(d.ragged(RAGGED))


@case
def slices_of_ragged_twice(d):
    return d.Dataset.from_tensor_slices(d.ragged([[[1], [2, 3]], [], [[4]]]))


@case
def batch_of_ragged(d):
    return d.Dataset.from_tensor_slices(d.ragged(RAGGED)).batch(3)


@case
def batch_of_ragged_twice(d):
    ragged = d.ragged([[[1], [2, 3]], [], [[4]]])
    return d.Dataset.from_tensor_slices(ragged).batch(2, drop_remainder=True)


@case
def tensors_of_ragged(d):
    return d.Dataset.from_tensors(d.ragged(RAGGED))


@case
def tensors_of_ragged_unbatched(d):
    return d.Dataset.from_tensors(d.ragged(RAGGED)).unbatch()


family(
    "ragged_batch",
    [(2, False), (3, True)],
    lambda d, size, drop: d.Dataset.range(5).map(d.fill).ragged_batch(size, drop),
)


@case
def ragged_batch_dense(d):
    return d.Dataset.range(5).ragged_batch(2)


@case
def ragged_batch_splits(d):
    ds = d.Dataset.range(3).map(lambda n: {"a": d.fill(n), "b": n})
    return ds.ragged_batch(2, row_splits_dtype=d.dtype("int32"))


def _sparse(d):
    return d.sparse([[0, 1], [2, 0], [2, 2]], [5, 6, 7], [4, 3])


@case
def slices_of_sparse(d):
    return d.Dataset.from_tensor_slices(_sparse(d))


@case
def batch_of_sparse(d):
    return d.Dataset.from_tensor_slices(_sparse(d)).batch(3)


@case
def tensors_of_sparse(d):
    return d.Dataset.from_tensors((_sparse(d), 1))


@case
def sparse_with_labels(d):
    ds = d.Dataset.from_tensor_slices((_sparse(d), [0, 1, 2, 3]))
    return ds.skip(1).batch(2)


family(
    "sparse_batch",
    [[4], [None], [-1]],
    lambda d, size: d.Dataset.range(4).map(d.fill).sparse_batch(2, [size]),
)
family(
    "unbatch",
    [[1, 2, 3], [[1, 2], [3, 4]], [["a", "b"]]],
    lambda d, *rows: d.Dataset.from_tensors(list(rows)).unbatch(),
)


@case
def unbatch_of_batches(d):
    return d.Dataset.range(7).batch(3).unbatch()


@case
def unbatch_structure(d):
    ds = d.Dataset.from_tensor_slices(
        {"a": [[1, 2], [3, 4]], "b": [["x", "y"], ["z", ""]]}
    )
    return ds.unbatch()


@case
def unbatch_varying(d):
    return d.Dataset.range(4).map(d.fill).unbatch()


@case
def unbatch_scalars(d):
    return d.Dataset.range(3).unbatch()


@case
def unbatch_different_lengths(d):
    return d.Dataset.range(1, 3).map(lambda x: (d.fill(x), d.fill(x + 1))).unbatch()


family(
    "rebatch",
    [(2, 3, False), (3, 2, False), (3, 2, True), (5, 4, True), (2, [1, 2], False)],
    lambda d, first, size, drop: (
        d.Dataset.range(11).batch(first).rebatch(size, drop_remainder=drop)
    ),
)
WINDOWS = [
    (size, shift, stride, drop)
    for size in (1, 3)
    for shift in (None, 1, 2, 5)
    for stride in (1, 2)
    for drop in (False, True)
]
family(
    "window",
    WINDOWS,
    lambda d, size, shift, stride, drop: (
        d.Dataset.range(8)
        .window(size, shift, stride, drop)
        .flat_map(lambda window: window.batch(size))
    ),
)
family(
    "window_alone",
    WINDOWS[:6],
    lambda d, *args: d.Dataset.range(6).window(*args),
)
family(
    "window_wrong",
    [(0, None, 1), (2, 0, 1), (2, 1, 0)],
    lambda d, *args: d.Dataset.range(6).window(*args),
)


@case
def window_of_pairs(d):
    ds = d.Dataset.from_tensor_slices(([1, 2, 3], ["a", "b", "c"]))
    return ds.window(2).flat_map(lambda n, s: d.Dataset.zip(n.batch(2), s.batch(2)))


@case
def window_of_dicts(d):
    ds = d.Dataset.from_tensor_slices({"a": [1, 2, 3]})
    return ds.window(2).flat_map(lambda row: row["a"].batch(2))


@case
def window_map(d):
    return (
        d.Dataset.range(6)
        .window(3, 1, drop_remainder=True)
        .flat_map(lambda w: w.map(lambda x: x * 2).batch(3))
    )


family(
    "group_by_window",
    [1, 2, 3, 100],
    lambda d, size: d.Dataset.range(11).group_by_window(
        lambda x: x % 3, lambda key, group: group.batch(2), window_size=size
    ),
)


@case
def group_by_window_sizes(d):
    return d.Dataset.range(11).group_by_window(
        lambda x: x % 2,
        lambda key, group: group.batch(9),
        window_size_func=lambda key: key + 2,
    )


@case
def group_by_window_key(d):
    return d.Dataset.range(6).group_by_window(
        lambda x: x % 2, lambda key, group: group.map(lambda x: x + key * 100), 2
    )


@case
def group_by_window_no_size(d):
    return d.Dataset.range(6).group_by_window(lambda x: x % 2, lambda k, g: g)


@case
def group_by_window_wrong_key(d):
    return d.Dataset.range(6).group_by_window(
        lambda x: d.cast(x, "float32"), lambda k, g: g, 2
    )


BUCKETS = [
    ([3, 5], [2, 2, 2], {}),
    ([3, 5], [1, 2, 3], {}),
    ([4], [2, 2], {"drop_remainder": True}),
    ([3, 9], [2, 2, 2], {"pad_to_bucket_boundary": True}),
    ([3, 5], [2, 2, 2], {"pad_to_bucket_boundary": True}),
    ([3], [2, 2], {"padding_values": np.int64(-1)}),
    ([3], [2], {}),
    ([3], [1, 1], {"no_padding": True}),
]
family(
    "bucket",
    BUCKETS,
    lambda d, boundaries, sizes, more: (
        d.Dataset.from_tensor_slices(np.array([1, 4, 2, 6, 3, 5, 2, 7]))
        .map(d.fill)
        .bucket_by_sequence_length(d.length, boundaries, sizes, **more)
    ),
)

# Buffers: same elements whatever happens between.
family("prefetch", [0, 1, 3, 100, -1], lambda d, n: d.Dataset.range(7).prefetch(n))
family("prefetch_wrong", [-3], lambda d, n: d.Dataset.range(7).prefetch(n))


@case
def cache_memory(d):
    return d.Dataset.range(5).map(lambda x: x + 1).cache().repeat(2)


@case
def cache_strings(d):
    return d.Dataset.from_tensor_slices(["a", "b"]).cache().repeat(2)


family(
    "shuffle_one",
    [1],
    lambda d, n: d.Dataset.range(5).shuffle(n),
)
family("shuffle_wrong", [0, -3], lambda d, n: d.Dataset.range(5).shuffle(n))


@case
def shuffle_sorted_specs(d):
    return d.Dataset.range(0).shuffle(3).batch(2)


@case
def options_deterministic(d):
    options = d.data.Options()
    options.deterministic = True
    return d.Dataset.range(3).with_options(options)


@case
def options_unknown(d):
    options = d.data.Options()
    options.no_such_option = True
    return d.Dataset.range(3).with_options(options)


@case
def single_element(d):
    return d.Dataset.from_tensors(d.Dataset.from_tensors([1, 2]).get_single_element())


@case
def single_element_of_many(d):
    return d.Dataset.range(2).get_single_element()


@case
def single_element_of_none(d):
    return d.Dataset.range(0).get_single_element()


@case
def ignore_errors(d):
    ds = d.Dataset.from_tensor_slices(["1", "x", "3"]).map(d.to_number)
    return ds.ignore_errors()


@case
def list_files_missing(d):
    return d.Dataset.list_files("/no/such/folder/*.txt")


@case
def length_of_unknown(d):
    return len(d.Dataset.range(5).filter(lambda x: x > 1))


@case
def length_of_infinite(d):
    return len(d.Dataset.range(5).repeat())


# Longer chains.
@case
def chain_batch_map_unbatch(d):
    return d.Dataset.range(10).batch(4).map(lambda x: x + 1).unbatch().skip(2).batch(3)


@case
def chain_enumerate_filter(d):
    ds = d.Dataset.from_tensor_slices([5.0, 6.0, 7.0]).enumerate()
    return ds.filter(lambda i, x: i != 1).map(lambda i, x: x)


@case
def chain_repeat_batch(d):
    return d.Dataset.range(5).repeat(3).batch(4, drop_remainder=True).take(3)


@case
def chain_take_of_infinite(d):
    return d.Dataset.range(3).repeat().map(lambda x: x * 2).batch(2).take(4)


@case
def chain_series(d):
    return (
        d.Dataset.range(10)
        .window(4, shift=1, drop_remainder=True)
        .flat_map(lambda w: w.batch(4))
        .map(lambda w: (w[:-1], w[-1]))
        .batch(2)
    )
