"""More pipelines, see `cases`: empty datasets, odd values, nesting, wrong arguments."""

import collections

import numpy as np

from tests.data.golden.cases import Point, case, family

# Values.
ODD = [
    np.int64(3),
    np.float64(2.5),
    np.zeros((0,), "int32"),
    np.zeros((2, 0, 3)),
    np.array("text"),
    np.array([["a"], ["b"]]),
    np.array(["a", None], object),
    np.array([1, 2], "uint64"),
    np.array([1, 2], "uint32"),
    np.array([1, 2], "float16"),
    np.array(True),
    [],
    [[]],
    [[], []],
    [True, False],
    [True, 2],
    [1, 2.0, 3],
    [2**31],
    [2**31 - 1],
    [2**63],
    [-(2**31) - 1],
    [1.0, float("inf"), float("nan")],
    [1e300],
    ["a", b"b"],
    ["é", "日本"],
    [1, "a"],
    [1, None],
    [[1, 2], [3]],
    [[1], 2],
    [np.int8(1), np.int8(2)],
    [np.float32(1), 2.0],
    [np.arange(2), np.arange(2)],
    [np.arange(2), np.arange(3)],
    (np.arange(2), None),
    {"a": None, "b": [1, 2]},
    {"a": {}, "b": [1, 2]},
    ((), [1, 2]),
    {1: [1, 2], 0: [3, 4]},
    {"x": (np.arange(2), {"y": [5.0, 6.0]})},
    Point([1, 2], Point(["a", "b"], [[1], [2]])),
    collections.OrderedDict([("b", [1]), ("a", [2])]),
    1 + 2j,
    [1 + 2j, 3],
    range(3),
    None,
    {},
    (),
    object(),
    {1, 2},
]
family(
    "odd_tensors", [(v,) for v in ODD], lambda d, value: d.Dataset.from_tensors(value)
)
family(
    "odd_slices",
    [(v,) for v in ODD],
    lambda d, value: d.Dataset.from_tensor_slices(value),
)
family(
    "odd_batches",
    [(v,) for v in ODD],
    lambda d, value: d.Dataset.from_tensors(value).repeat(3).batch(2),
)

# Every transformation of nothing.
EMPTY = {
    "map": lambda ds: ds.map(lambda x: x + 1),
    "map_tuple": lambda ds: ds.map(lambda x: (x, {"y": x * 2})),
    "filter": lambda ds: ds.filter(lambda x: x > 1),
    "batch": lambda ds: ds.batch(2),
    "batch_drop": lambda ds: ds.batch(2, drop_remainder=True),
    "padded": lambda ds: ds.padded_batch(2),
    "ragged": lambda ds: ds.ragged_batch(2),
    "unbatch": lambda ds: ds.batch(2).unbatch(),
    "rebatch": lambda ds: ds.batch(2).rebatch(3),
    "repeat": lambda ds: ds.repeat(3),
    "forever": lambda ds: ds.repeat(),
    "take": lambda ds: ds.take(2),
    "skip": lambda ds: ds.skip(2),
    "shuffle": lambda ds: ds.shuffle(3),
    "cache": lambda ds: ds.cache().repeat(2),
    "prefetch": lambda ds: ds.prefetch(2),
    "enumerate": lambda ds: ds.enumerate(),
    "window": lambda ds: ds.window(2),
    "unique": lambda ds: ds.unique(),
    "take_while": lambda ds: ds.take_while(lambda x: x > 1),
    "scan": lambda ds: ds.scan(np.int64(0), lambda s, x: (s + x, x)),
    "shard": lambda ds: ds.shard(2, 1),
    "concatenate": lambda ds: ds.concatenate(ds),
    "ignore_errors": lambda ds: ds.ignore_errors(),
    "group": lambda ds: ds.group_by_window(lambda x: x, lambda k, g: g.batch(2), 2),
}
for _name, _function in EMPTY.items():
    family(f"empty_{_name}", [0], lambda d, _, f=_function: f(d.Dataset.range(0)))
    family(
        f"skipped_{_name}", [0], lambda d, _, f=_function: f(d.Dataset.range(3).skip(5))
    )
family(
    "empty_flat_map",
    [0, 1],
    lambda d, n: d.Dataset.range(n).flat_map(
        lambda x: d.Dataset.from_tensor_slices(np.zeros((0, 3), "float32"))
    ),
)
family(
    "empty_interleave",
    [0, 3],
    lambda d, n: d.Dataset.range(n).interleave(
        lambda x: d.Dataset.range(0), cycle_length=2
    ),
)
family(
    "empty_zip",
    [0],
    lambda d, n: d.Dataset.zip(d.Dataset.range(n), d.Dataset.range(2)),
)
family(
    "empty_reduce",
    [7],
    lambda d, n: d.Dataset.from_tensors(
        d.Dataset.range(0).reduce(np.int64(n), lambda s, x: s + x)
    ),
)
family(
    "empty_choose",
    [True, False],
    lambda d, stop: d.Dataset.choose_from_datasets(
        [d.Dataset.range(0), d.Dataset.range(2)],
        d.Dataset.from_tensor_slices(np.array([1, 0, 1])),
        stop,
    ),
)

# Chains, for their specs and cardinalities.
CHAINS = {
    "batch_repeat": lambda ds: ds.batch(4).repeat(2),
    "repeat_forever_batch": lambda ds: ds.repeat().batch(4),
    "repeat_forever_drop": lambda ds: ds.repeat().batch(4, drop_remainder=True),
    "repeat_none_take_0": lambda ds: ds.repeat().take(0),
    "repeat_0_batch": lambda ds: ds.repeat(0).batch(2),
    "skip_forever": lambda ds: ds.skip(-1),
    "skip_infinite": lambda ds: ds.repeat().skip(5).take(3),
    "take_more": lambda ds: ds.take(100),
    "shard_batch": lambda ds: ds.shard(3, 1).batch(2),
    "shard_infinite": lambda ds: ds.repeat().shard(3, 1).take(5),
    "concatenate_infinite": lambda ds: ds.repeat().concatenate(ds).take(13),
    "concatenate_batches": lambda ds: ds.batch(2).concatenate(ds.batch(3)),
    "concatenate_full_batches": lambda ds: ds.batch(2, True).concatenate(
        ds.batch(2, True)
    ),
    "concatenate_other_full": lambda ds: ds.batch(2, True).concatenate(
        ds.batch(3, True)
    ),
    "concatenate_filter": lambda ds: ds.concatenate(ds.filter(lambda x: x > 3)),
    "filter_infinite": lambda ds: ds.repeat().filter(lambda x: x > 3).take(4),
    "unbatch_full": lambda ds: ds.batch(3, True).unbatch(),
    "unbatch_uneven": lambda ds: ds.batch(3).unbatch(),
    "unbatch_infinite": lambda ds: ds.batch(3, True).repeat().unbatch().take(11),
    "batch_batch_unbatch": lambda ds: ds.batch(2, True).batch(2).unbatch(),
    "window_batch": lambda ds: ds.window(3, 2).flat_map(lambda w: w.batch(2)),
    "window_infinite": lambda ds: ds.repeat().window(2).take(2),
    "window_drop": lambda ds: ds.window(20, drop_remainder=True),
    "window_reduce": lambda ds: ds.window(3).map(
        lambda w: w.reduce(np.int64(0), lambda s, x: s + x)
    ),
    "window_skip": lambda ds: ds.window(4).flat_map(lambda w: w.skip(1)),
    "window_repeat": lambda ds: ds.window(4).flat_map(lambda w: w.repeat(2)),
    "window_shuffle_one": lambda ds: ds.window(4).flat_map(lambda w: w.shuffle(1)),
    "window_take": lambda ds: ds.window(4).take(1).flat_map(lambda w: w),
    "window_of_batches": lambda ds: ds.batch(2).window(2).flat_map(lambda w: w),
    "window_of_windows": lambda ds: (
        ds.window(2).window(2).flat_map(lambda w: w.flat_map(lambda v: v.batch(2)))
    ),
    "enumerate_batch": lambda ds: ds.enumerate(3).batch(3),
    "enumerate_infinite": lambda ds: ds.repeat().enumerate().skip(9).take(3),
    "cache_take": lambda ds: ds.cache().take(3).repeat(2),
    "prefetch_infinite": lambda ds: ds.repeat().prefetch(2).take(12),
    "scan_batch": lambda ds: ds.scan(np.int64(1), lambda s, x: (s * 2, s)).batch(3),
    "scan_infinite": lambda ds: (
        ds.repeat().scan(np.int64(0), lambda s, x: (s + x, s)).take(9)
    ),
    "unique_repeat": lambda ds: ds.repeat(3).unique(),
    "take_while_infinite": lambda ds: ds.repeat().take_while(lambda x: x < 7),
    "take_while_batch": lambda ds: ds.take_while(lambda x: x < 7).batch(3),
    "rebatch_full": lambda ds: ds.batch(4).rebatch(2, drop_remainder=True),
    "rebatch_infinite": lambda ds: ds.batch(4).repeat().rebatch(3).take(4),
    "rebatch_list_drop": lambda ds: ds.batch(4).rebatch([2, 3], drop_remainder=True),
    "rebatch_one_of_list": lambda ds: ds.batch(4).rebatch([3]),
    "padded_infinite": lambda ds: ds.repeat().padded_batch(3).take(2),
    "padded_drop": lambda ds: ds.padded_batch(3, drop_remainder=True),
    "ragged_drop": lambda ds: ds.ragged_batch(3, drop_remainder=True),
    "flat_map_take": lambda ds: ds.flat_map(lambda x: type(ds).range(3)).take(5),
    "reduce_min": lambda ds: type(ds).from_tensors(
        ds.reduce(np.int64(99), lambda s, x: s * 0 + x)
    ),
    "map_batch_map": lambda ds: (
        ds.map(lambda x: (x, x * 2)).batch(3).map(lambda a, b: {"sum": a, "half": b})
    ),
}
for _name, _function in CHAINS.items():
    family(f"chained_{_name}", [10], lambda d, n, f=_function: f(d.Dataset.range(n)))

# Elements with structure, through everything that moves elements.
MOVES = {
    "batch": lambda ds: ds.batch(2),
    "batch_drop": lambda ds: ds.batch(2, drop_remainder=True),
    "batch_batch": lambda ds: ds.batch(2, drop_remainder=True).batch(1),
    "shuffle": lambda ds: ds.shuffle(1),
    "repeat": lambda ds: ds.repeat(2),
    "take": lambda ds: ds.take(2),
    "cache": lambda ds: ds.cache().repeat(2),
    "prefetch": lambda ds: ds.prefetch(1),
    "concatenate": lambda ds: ds.concatenate(ds.skip(1)),
    "zip": lambda ds: type(ds).zip((ds, ds.enumerate())),
    "enumerate": lambda ds: ds.enumerate(),
    "unbatch": lambda ds: ds.batch(2).unbatch(),
    "rebatch": lambda ds: ds.batch(2).rebatch(3),
    "ragged": lambda ds: ds.ragged_batch(2),
    "padded": lambda ds: ds.padded_batch(2),
    "flat_map": lambda ds: type(ds).range(2).flat_map(lambda x: ds),
    "interleave": lambda ds: (
        type(ds).range(2).interleave(lambda x: ds, cycle_length=2, block_length=2)
    ),
    "window": lambda ds: ds.window(2),
    "unique": lambda ds: ds.unique(),
    "shard": lambda ds: ds.shard(2, 0),
    "choose": lambda ds: type(ds).choose_from_datasets(
        [ds, ds.take(1)], type(ds).from_tensor_slices(np.array([1, 0, 0]))
    ),
}
STRUCTURES = {
    "pair": lambda d: ([1, 2, 3], ["a", "b", "c"]),
    "dict": lambda d: {"b": [1.0, 2.0, 3.0], "a": [[1], [2], [3]]},
    "nested": lambda d: (([1, 2, 3], {"x": [True, False, True]}), [[1, 2]] * 3),
    "named": lambda d: Point([1, 2, 3], ["x", "y", ""]),
    "with_none": lambda d: ([1, 2, 3], None),
    "ragged": lambda d: d.ragged([[1], [], [2, 3]]),
    "ragged_strings": lambda d: {"t": d.ragged([["a"], [], ["b", "c"]])},
    "ragged_pair": lambda d: (d.ragged([[1.5], [], [2.5, 3.5]]), [1, 2, 3]),
    "ragged_matrices": lambda d: d.ragged([[[1, 2]], [], [[3, 4], [5, 6]]], 1),
    "ragged_twice": lambda d: d.ragged([[[1], []], [], [[2, 3]]]),
    "sparse": lambda d: d.sparse([[0, 1], [2, 0]], [1, 2], [3, 4]),
    "sparse_pair": lambda d: (d.sparse([[0, 1], [2, 0]], ["a", "b"], [3, 4]), [1] * 3),
    "cubes": lambda d: np.arange(12, dtype="int16").reshape(3, 2, 2),
}
for _kind, _values in STRUCTURES.items():
    for _name, _function in MOVES.items():
        if _name == "unique":
            continue  # tf.data's knows vectors of integers and strings only
        family(
            f"moved_{_kind}_{_name}",
            [0],
            lambda d, _, f=_function, v=_values: f(d.Dataset.from_tensor_slices(v(d))),
        )

# Generators.
SIGNATURES = {
    "scalar": ((), "int32"),
    "vector": ((None,), "float32"),
    "fixed": ((2,), "int64"),
    "matrix": ((None, 2), "int32"),
    "string": ((), "string"),
    "bool": ((), "bool"),
    "unknown": (None, "float32"),
    "double": ((), "float64"),
}
YIELDED = [
    1,
    1.5,
    True,
    "a",
    b"a",
    [1, 2],
    [1.5, 2.5],
    (1, 2),
    [[1, 2], [3, 4]],
    [[1, 2, 3]],
    [],
    np.int64(1),
    np.float32(1),
    np.arange(2),
    np.arange(2.0),
    np.arange(3),
    np.ones((2, 2)),
    ["a", "b"],
    {"a": 1},
    [1, "a"],
]
for _kind, (_shape, _dtype) in SIGNATURES.items():
    family(
        f"yields_{_kind}",
        [(value,) for value in YIELDED],
        lambda d, value, s=_shape, t=_dtype: d.Dataset.from_generator(
            lambda: iter([value, value]), output_signature=d.TensorSpec(s, d.dtype(t))
        ),
    )
PAIRS = [(1, 2.0), [1, 2.0], (1,), (1, 2.0, 3), 1, {"a": 1}, ((1, 2), 3), ("x", 2.0)]
family(
    "yields_pairs",
    [(value,) for value in PAIRS],
    lambda d, value: d.Dataset.from_generator(
        lambda: iter([value]),
        output_signature=(
            d.TensorSpec((), d.dtype("int32")),
            d.TensorSpec((), d.dtype("float32")),
        ),
    ),
)
DICTS = [{"a": 1, "b": [2.0]}, {"b": [2.0], "a": 1}, {"a": 1}, {"a": 1, "c": 2}, (1, 2)]
family(
    "yields_dicts",
    [(value,) for value in DICTS],
    lambda d, value: d.Dataset.from_generator(
        lambda: iter([value]),
        output_signature={
            "a": d.TensorSpec((), d.dtype("int32")),
            "b": d.TensorSpec((None,), d.dtype("float32")),
        },
    ),
)


@case
def yields_nested(d):
    signature = (
        {"x": d.TensorSpec((2,), d.dtype("float32"))},
        (d.TensorSpec((), d.dtype("string")), d.TensorSpec((), d.dtype("int64"))),
    )
    return d.Dataset.from_generator(
        lambda: iter([({"x": [1, 2]}, ("s", 3))]), output_signature=signature
    )


@case
def yields_ragged(d):
    return d.Dataset.from_generator(
        lambda: iter([d.ragged([[1], [2, 3]]), d.ragged([[4]])]),
        output_signature=d.RaggedTensorSpec([None, None], d.dtype("int32")),
    )


@case
def yields_ragged_with_label(d):
    signature = (
        d.RaggedTensorSpec([None, None], d.dtype("int32")),
        d.TensorSpec((), d.dtype("int32")),
    )
    return d.Dataset.from_generator(
        lambda: iter([(d.ragged([[1], [2, 3]]), 1)]), output_signature=signature
    )


@case
def yields_sparse(d):
    return d.Dataset.from_generator(
        lambda: iter([d.sparse([[0, 1]], [5], [2, 3])]),
        output_signature=d.SparseTensorSpec([2, 3], d.dtype("int32")),
    )


@case
def yields_no_specs(d):
    return d.Dataset.from_generator(lambda: iter([1]), output_signature=((), "int32"))


family(
    "yields_typed",
    [
        ("int32", None, 1),
        ("int32", (), 1),
        ("float32", (None,), [1, 2]),
        (("int32", "string"), None, (1, "a")),
        (("int32", "string"), ((), ()), (1, "a")),
        (("int32", "string"), ((), (2,)), (1, ["a", "b"])),
        ({"a": "int64"}, None, {"a": 3}),
        ({"a": "int64"}, {"a": ()}, {"a": 3}),
        ("int32", (2,), [1, 2, 3]),
        (("int32", "int32"), None, 1),
    ],
    lambda d, types, shapes, value: d.Dataset.from_generator(
        lambda: iter([value, value]),
        output_types=_dtypes(d, types),
        output_shapes=shapes,
    ),
)


def _dtypes(d, types):
    if isinstance(types, tuple):
        return tuple(_dtypes(d, t) for t in types)
    if isinstance(types, dict):
        return {key: _dtypes(d, t) for key, t in types.items()}
    return d.dtype(types)


@case
def yields_nothing_at_all(d):
    return d.Dataset.from_generator(
        lambda: iter([]), output_signature=d.TensorSpec((3,), d.dtype("float32"))
    ).batch(2)


@case
def yields_and_fails(d):
    def numbers():
        yield 1
        raise KeyError("over")

    return d.Dataset.from_generator(
        numbers, output_signature=d.TensorSpec((), d.dtype("int32"))
    )


@case
def yields_a_class(d):
    class Numbers:
        def __iter__(self):
            return iter([1, 2])

    return d.Dataset.from_generator(Numbers, output_types=d.dtype("int32"))


# Padding.
PAIR_OF_ROWS = [
    (None, None),
    (([None], [None]), None),
    (([5], [None]), None),
    (([None], []), None),
    (None, (np.int64(1), np.float32(2))),
    (None, np.int64(1)),
    (([4], [4]), (np.int64(1), None)),
    ({"a": [3]}, None),
    ([None], None),
]
family(
    "padded_pairs",
    PAIR_OF_ROWS,
    lambda d, shapes, values: (
        d.Dataset.range(5)
        .map(lambda n: (d.fill(n), d.cast(d.fill(n + 1), "float32")))
        .padded_batch(2, shapes, values)
    ),
)
family(
    "padded_ragged",
    [0],
    lambda d, _: d.Dataset.from_tensor_slices(d.ragged([[1], [2, 3]])).padded_batch(2),
)
family(
    "padded_values",
    [np.int32(3), 3, 3.0, "x", np.int64(3), [3]],
    lambda d, value: (
        d.Dataset.range(4).map(d.fill).padded_batch(2, padding_values=value)
    ),
)
family(
    "padded_matrices",
    [None, [None, None], [3, 3], [3, None], [None, -1], [1, 1]],
    lambda d, shape: d.Dataset.from_generator(
        lambda: iter([np.ones((1, 2)), np.ones((2, 1)), np.ones((3, 3))]),
        output_signature=d.TensorSpec((None, None), d.dtype("float64")),
    ).padded_batch(2, shape),
)
BUCKETS = [
    ([2, 4], [2, 2, 2], {}),
    ([2, 4], [2, 2, 2], {"drop_remainder": True}),
    ([2, 4], [2, 2, 2], {"padded_shapes": [None]}),
    ([2, 4], [2, 2, 2], {"padded_shapes": [9]}),
    ([2, 4, 8], [3, 2, 1, 1], {"pad_to_bucket_boundary": True}),
    (
        [2, 4, 8],
        [3, 2, 1, 1],
        {"pad_to_bucket_boundary": True, "padding_values": np.int64(7)},
    ),
    ([2, 4], [2, 2, 2], {"no_padding": True}),
    ([2, 4], [1, 1, 1], {"no_padding": True}),
    ([2, 4], [2, 2], {}),
    ([], [2], {}),
    ([4], [100, 100], {}),
]
LENGTHS = np.array([1, 5, 3, 2, 0, 7, 3, 1, 1, 6])
family(
    "buckets",
    BUCKETS,
    lambda d, boundaries, sizes, more: (
        d.Dataset.from_tensor_slices(LENGTHS)
        .map(d.fill)
        .bucket_by_sequence_length(d.length, boundaries, sizes, **more)
    ),
)
family(
    "buckets_of_pairs",
    BUCKETS[:2] + BUCKETS[4:6],
    lambda d, boundaries, sizes, more: (
        d.Dataset.from_tensor_slices((LENGTHS, LENGTHS * 10))
        .map(lambda n, label: (d.fill(n), label))
        .bucket_by_sequence_length(
            lambda x, label: d.length(x), boundaries, sizes, **more
        )
    ),
)
family(
    "buckets_of_dicts",
    [0],
    lambda d, _: (
        d.Dataset.from_tensor_slices(LENGTHS)
        .map(lambda n: {"x": d.fill(n), "n": n})
        .bucket_by_sequence_length(
            lambda row: d.length(row["x"]),
            [2, 4],
            [2, 2, 2],
            padded_shapes={"x": [None], "n": []},
            padding_values={"x": np.int64(-1), "n": np.int64(0)},
        )
    ),
)
GROUPS = {
    "pairs": lambda ds: ds.batch(2),
    "one_by_one": lambda ds: ds,
    "first": lambda ds: ds.take(1),
    "none": lambda ds: ds.take(0),
    "sums": lambda ds: ds.map(lambda x: x * 10),
    "doubled": lambda ds: ds.concatenate(ds),
}
for _name, _function in GROUPS.items():
    family(
        f"groups_{_name}",
        [1, 3],
        lambda d, size, f=_function: d.Dataset.range(8).group_by_window(
            lambda x: x % 3, lambda key, group: f(group), window_size=size
        ),
    )
family(
    "groups_wrong",
    [
        {"window_size": 0},
        {"window_size": -1},
        {"window_size": 2, "window_size_func": lambda key: 2},
        {},
    ],
    lambda d, more: d.Dataset.range(8).group_by_window(
        lambda x: x % 3, lambda key, group: group.batch(2), **more
    ),
)


@case
def groups_no_dataset(d):
    return d.Dataset.range(4).group_by_window(lambda x: x, lambda k, g: k, 2)


@case
def groups_of_dicts(d):
    return (
        d.Dataset.from_tensor_slices({"k": [1, 2, 1, 1], "v": "a b c d".split()})
        .map(lambda row: {"k": d.cast(row["k"], "int64"), "v": row["v"]})
        .group_by_window(lambda row: row["k"], lambda k, g: g.batch(2), 2)
    )


# Wrong arguments.
WRONG = {
    "batch_float": lambda ds: ds.batch(2.5),
    "batch_text": lambda ds: ds.batch("a"),
    "batch_none": lambda ds: ds.batch(None),
    "batch_array": lambda ds: ds.batch(np.int64(2)),
    "take_float": lambda ds: ds.take(2.0),
    "take_none": lambda ds: ds.take(None),
    "skip_text": lambda ds: ds.skip("a"),
    "repeat_float": lambda ds: ds.repeat(1.5),
    "shuffle_none": lambda ds: ds.shuffle(None),
    "shuffle_float": lambda ds: ds.shuffle(2.5),
    "shard_float": lambda ds: ds.shard(2.0, 1),
    "window_float": lambda ds: ds.window(2.0),
    "filter_none": lambda ds: ds.filter(None),
    "filter_int": lambda ds: ds.filter(lambda x: 1),
    "filter_true": lambda ds: ds.filter(lambda x: True),
    "filter_pair": lambda ds: ds.filter(lambda x: (x > 1, x > 2)),
    "take_while_int": lambda ds: ds.take_while(lambda x: x),
    "map_two": lambda ds: ds.map(lambda x, y: x),
    "map_none": lambda ds: ds.map(lambda x: None),
    "map_calls": lambda ds: ds.map(lambda x: x, num_parallel_calls=0),
    "map_calls_negative": lambda ds: ds.map(lambda x: x, num_parallel_calls=-3),
    "map_raises": lambda ds: ds.map(lambda x: [][0]),
    "concatenate_list": lambda ds: ds.concatenate([1]),
    "enumerate_text": lambda ds: ds.enumerate("a"),
    "unbatch_scalar": lambda ds: ds.unbatch(),
    "rebatch_scalar": lambda ds: ds.rebatch(2),
    "rebatch_empty": lambda ds: ds.batch(2).rebatch([]),
    "rebatch_float": lambda ds: ds.batch(2).rebatch(2.0),
    "ragged_0": lambda ds: ds.ragged_batch(0),
    "padded_0": lambda ds: ds.padded_batch(0),
    "sparse_scalars": lambda ds: ds.sparse_batch(2, [3]),
    "reduce_dtype": lambda ds: ds.reduce(np.int32(0), lambda s, x: s + 1.5),
    "reduce_structure": lambda ds: ds.reduce(0, lambda s, x: (s, s)),
    "scan_list": lambda ds: ds.scan(np.int64(0), lambda s, x: [s, x]),
    "apply_none": lambda ds: ds.apply(None),
    "prefetch_none": lambda ds: ds.prefetch(None),
    "cache_number": lambda ds: ds.cache(3),
    "zip_mixed": lambda ds: type(ds).zip(ds, 3),
    "range_float": lambda ds: type(ds).range(2.5),
    "range_text": lambda ds: type(ds).range("a"),
    "choose_empty": lambda ds: type(ds).choose_from_datasets([], ds),
    "choose_other_dtypes": lambda ds: type(ds).choose_from_datasets(
        [ds, ds.map(lambda x: x * 1.5)], ds
    ),
    "choose_other_shapes": lambda ds: type(ds).choose_from_datasets(
        [ds.batch(2), ds.batch(3, drop_remainder=True)], type(ds).range(2)
    ),
    "choose_other_ranks": lambda ds: type(ds).choose_from_datasets(
        [ds, ds.batch(3)], type(ds).range(2)
    ),
    "choose_floats": lambda ds: type(ds).choose_from_datasets(
        [ds, ds], ds.map(lambda x: x * 1.5)
    ),
    "sample_other_dtypes": lambda ds: type(ds).sample_from_datasets(
        [ds, type(ds).from_tensor_slices(["a"])]
    ),
    "sample_other_structure": lambda ds: type(ds).sample_from_datasets(
        [ds, type(ds).zip(ds, ds)]
    ),
    "options_text": lambda ds: ds.with_options("a"),
    "options_value": lambda ds: ds.with_options(None),
    "interleave_none": lambda ds: ds.interleave(lambda x: None),
    "interleave_number": lambda ds: ds.interleave(lambda x: 3),
    "interleave_float": lambda ds: ds.interleave(lambda x: ds, cycle_length=2.5),
    "bucket_unsorted": lambda ds: ds.batch(2).bucket_by_sequence_length(
        lambda x: 2, [4, 2], [1, 1, 1]
    ),
    "unique_rows": lambda ds: ds.batch(2, drop_remainder=True).unique(),
    "load_missing": lambda ds: type(ds).load("/no/such/folder"),
    "list_files_none": lambda ds: type(ds).list_files([]),
}
for _name, _function in WRONG.items():

    def _run(d, _, f=_function):
        result = f(d.Dataset.range(6))
        if hasattr(result, "element_spec"):
            return result
        return d.Dataset.from_tensors(result)

    family(f"wrong_{_name}", [0], _run)

# tf.data.experimental.
EXPERIMENTAL = {
    "assert_cardinality": lambda ds, e: ds.apply(e.assert_cardinality(6)),
    "assert_cardinality_wrong": lambda ds, e: ds.apply(e.assert_cardinality(7)),
    "assert_cardinality_short": lambda ds, e: ds.apply(e.assert_cardinality(5)),
    "assert_cardinality_infinite": lambda ds, e: ds.repeat().apply(
        e.assert_cardinality(e.INFINITE_CARDINALITY)
    ),
    "dense_to_ragged_batch": lambda ds, e: ds.apply(e.dense_to_ragged_batch(4)),
    "dense_to_sparse_batch": lambda ds, e: ds.batch(2, drop_remainder=True).apply(
        e.dense_to_sparse_batch(2, [3])
    ),
    "enumerate": lambda ds, e: ds.apply(e.enumerate_dataset(5)),
    "map_and_batch": lambda ds, e: ds.apply(e.map_and_batch(lambda x: x * 2, 4)),
    "map_and_batch_drop": lambda ds, e: ds.apply(
        e.map_and_batch(lambda x: (x, x), 4, drop_remainder=True)
    ),
    "pad_to_cardinality": lambda ds, e: ds.map(lambda x: {"x": x}).apply(
        e.pad_to_cardinality(8)
    ),
    "pad_to_cardinality_mask": lambda ds, e: ds.map(lambda x: {"x": x}).apply(
        e.pad_to_cardinality(8, mask_key="real")
    ),
    "pad_to_cardinality_less": lambda ds, e: ds.map(lambda x: {"x": x}).apply(
        e.pad_to_cardinality(3)
    ),
    "shuffle_and_repeat": lambda ds, e: ds.apply(e.shuffle_and_repeat(1, 2)),
    "parallel_interleave": lambda ds, e: ds.take(3).apply(
        e.parallel_interleave(lambda x: type(ds).range(x + 1), 2)
    ),
    "scan": lambda ds, e: ds.apply(e.scan(np.int64(0), lambda s, x: (s + x, s))),
    "unbatch": lambda ds, e: ds.batch(4).apply(e.unbatch()),
    "unique": lambda ds, e: ds.repeat(2).apply(e.unique()),
    "ignore_errors": lambda ds, e: ds.apply(e.ignore_errors()),
    "take_while": lambda ds, e: ds.apply(e.take_while(lambda x: x < 3)),
    "group_by_window": lambda ds, e: ds.apply(
        e.group_by_window(lambda x: x % 2, lambda k, g: g.batch(2), 2)
    ),
    "group_by_reducer": lambda ds, e: ds.apply(
        e.group_by_reducer(
            lambda x: x % 2,
            e.Reducer(lambda k: np.int64(0), lambda s, x: s + x, lambda s: s * 10),
        )
    ),
    "prefetch_to_device": lambda ds, e: ds.apply(e.prefetch_to_device("/cpu:0")),
    "copy_to_device": lambda ds, e: ds.apply(e.copy_to_device("/cpu:0")),
    "counter": lambda ds, e: e.Counter(3, 2).take(4),
    "random": lambda ds, e: e.RandomDataset(3).take(0),
    "from_list": lambda ds, e: e.from_list([1, 5, 3]),
    "from_list_pairs": lambda ds, e: e.from_list([(1, "a"), (2, "b")]),
    "from_list_empty": lambda ds, e: e.from_list([]),
    "at": lambda ds, e: type(ds).from_tensors(e.at(ds, 2)),
    "at_end": lambda ds, e: type(ds).from_tensors(e.at(ds, 9)),
    "cardinality": lambda ds, e: type(ds).from_tensors(e.cardinality(ds)),
    "get_single_element": lambda ds, e: type(ds).from_tensors(
        e.get_single_element(ds.take(1))
    ),
    "choose": lambda ds, e: e.choose_from_datasets([ds, ds], type(ds).range(2)),
    "sample": lambda ds, e: e.sample_from_datasets([ds, ds], [1.0, 0.0]),
    "bucket": lambda ds, e: ds.batch(2).apply(
        e.bucket_by_sequence_length(lambda x: 2, [1], [1, 2])
    ),
}
for _name, _function in EXPERIMENTAL.items():
    family(
        f"experimental_{_name}",
        [0],
        lambda d, _, f=_function: f(d.Dataset.range(6), d.data.experimental),
    )
