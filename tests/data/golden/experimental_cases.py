"""Pipelines of `tf.data.experimental`, what is refused, specs; see `cases`."""

import sqlite3

import numpy as np

from tests.data.golden.cases import case, family


def numbers(d, stop=4):
    """Returns a dataset of growing vectors."""
    return d.Dataset.range(stop).map(lambda n: d.fill(n))


# What is refused.
family(
    "row_shape_too_small",
    [([1],), ([2],)],
    lambda d, shape: numbers(d).sparse_batch(2, shape),
)
family(
    "interleave_parallel",
    [-3, -1, 2, 4],
    lambda d, n: d.Dataset.range(3).interleave(
        lambda x: d.Dataset.from_tensors(x).repeat(2), 2, num_parallel_calls=n
    ),
)
family(
    "unique_of",
    [([1, 1, 2],), (["a", "a"],), ([1.0, 1.0],), ([True],), (([1], [1]),)],
    lambda d, rows: d.Dataset.from_tensor_slices(rows).unique(),
)
family(
    "range_of",
    ["string", "bool", "int8", "float16"],
    lambda d, dtype: d.Dataset.range(3, output_type=d.dtype(dtype)),
)
family(
    "size_is_a_list",
    ["batch", "take", "repeat", "shuffle"],
    lambda d, name: getattr(d.Dataset.range(4), name)([2]),
)
family(
    "whole_weights",
    [([1, 1],), (np.array([1, 0], "int64"),)],
    lambda d, weights: d.Dataset.sample_from_datasets(
        [d.Dataset.range(2)] * 2, weights
    ).take(0),
)


@case
def choices_are_a_list(d):
    return d.Dataset.choose_from_datasets([d.Dataset.range(3)] * 2, [0, 1])


@case
def padded_ragged_rows(d):
    rows = d.Dataset.from_tensor_slices(d.ragged([[1], [2, 3]]))
    return rows.padded_batch(2)


@case
def ragged_rows_in_batches(d):
    return d.Dataset.from_tensor_slices(d.ragged([[1], [2, 3], []])).batch(2)


# Records of fixed length.
family(
    "whole_pieces",
    [(b"", 0, 0), (b"abcdef", 0, 0), (b"abcdef", 1, 2), (b"a", 1, 2), (b"abc", -1, 0)],
    lambda d, data, header, footer: d.data.FixedLengthRecordDataset(
        write(d, "pieces-of", data), 3, header, footer
    ),
)


def write(d, name, data):
    """Returns the path of a file with some content."""
    path = d.folder / "written" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return str(path)


# Lists, options, places.
family(
    "list_of",
    [([],), ([1, 2],), ([[1], [2, 3]],), ([(1, "a"), (2, "b")],), ([{"x": 1}],), (3,)],
    lambda d, elements: d.data.experimental.from_list(elements),
)
family(
    "place",
    [0, 3, 4, -1],
    lambda d, i: int(d.data.experimental.at(d.Dataset.range(4), i)),
)
family(
    "counted",
    [2, 3, 4, -1],
    lambda d, n: d.Dataset.range(3).apply(d.data.experimental.assert_cardinality(n)),
)
OPTIONS = [
    ("deterministic", True),
    ("deterministic", "yes"),
    ("experimental_deterministic", False),
    ("experimental_slack", True),
    ("dataset_name", "rows"),
    ("dataset_name", 3),
    ("no_such_option", 1),
]


def with_option(d, name, value):
    """Returns a number telling whether an option can be set, after it was."""
    options = d.data.Options()
    setattr(options, name, value)
    return int(getattr(options, name) == value)


family("option", OPTIONS, with_option)
family(
    "option_of_threads",
    [("private_threadpool_size", 3), ("private_threadpool_size", "x"), ("threads", 1)],
    lambda d, name, value: setattr(d.data.Options().threading, name, value) or 1,
)


def deterministic(d, value):
    """Returns a dataset with an option."""
    options = d.data.Options()
    options.deterministic = value
    return d.Dataset.range(2).with_options(options)


@case
def options_of_zipped(d):
    both = d.Dataset.zip((deterministic(d, True), deterministic(d, False)))
    return int(both.options().deterministic is False)


@case
def options_of_concatenated(d):
    joined = d.Dataset.range(1).concatenate(deterministic(d, True))
    return int(joined.options().deterministic is True)


@case
def policies(d):
    policy = d.data.Options().experimental_distribute.auto_shard_policy
    return int(policy == d.data.experimental.AutoShardPolicy.AUTO)


# Databases.
ROWS = [(1, "a", 1.5, None), (-2, "b", -0.5, b"xy"), (300, None, None, b"")]


def database(d):
    """Returns the path of a database."""
    path = d.folder / "rows.sqlite"
    if not path.exists():
        connection = sqlite3.connect(path)
        connection.execute("create table r (i integer, t text, f real, b blob)")
        connection.executemany("insert into r values (?, ?, ?, ?)", ROWS)
        connection.commit()
        connection.close()
    return str(path)


family(
    "query",
    [
        ("select i, t, f from r", ("int32", "string", "float64")),
        ("select i from r order by i desc", ("int64",)),
        ("select i, i, i from r", ("int8", "uint8", "bool")),
        ("select i, f from r where i < 3", ("float64", "int16")),
        ("select t, b from r", ("int32", "string")),
        ("select i from r where i > 999", ("int32",)),
        ("select i, t from r", ("int32",)),
        ("select i from r", ("float32",)),
        ("select nothing from r", ("int32",)),
    ],
    lambda d, query, kinds: d.data.experimental.SqlDataset(
        "sqlite", database(d), query, tuple(map(d.dtype, kinds))
    ),
)


@case
def query_elsewhere(d):
    kinds = (d.dtype("int32"),)
    return d.data.experimental.SqlDataset("mysql", database(d), "select 1", kinds)


# Reductions of groups.
def reduced(d, start, step, end):
    """Returns the sums, or the like, of the even and of the odd numbers."""
    reducer = d.data.experimental.Reducer(start, step, end)
    return d.Dataset.range(10).apply(
        d.data.experimental.group_by_reducer(lambda x: x % 2, reducer)
    )


family(
    "reducer",
    [
        (lambda _: np.int64(0), lambda s, x: s + x, lambda s: s),
        (lambda key: key * 100, lambda s, x: s + x, lambda s: s),
        (
            lambda _: (np.int64(0), np.int64(0)),
            lambda s, x: (s[0] + x, s[1] + 1),
            lambda total, count: total // count,
        ),
    ],
    reduced,
)


@case
def older_choices_pass_over_empty_datasets(d):
    parts = [d.Dataset.range(1), d.Dataset.range(10, 13)]
    order = d.Dataset.from_tensor_slices(np.array([0, 0, 1, 1]))
    return d.data.experimental.choose_from_datasets(parts, order)


@case
def older_interleave(d):
    return d.Dataset.range(3).apply(
        d.data.experimental.parallel_interleave(
            lambda x: d.Dataset.from_tensors(x).repeat(2),
            cycle_length=2,
            sloppy=False,
            buffer_output_elements=1,
            prefetch_input_elements=1,
        )
    )


@case
def rows_that_are_datasets(d):
    parts = [d.Dataset.range(2), d.Dataset.range(3)]
    return d.Dataset.from_tensor_slices(parts).flat_map(lambda part: part)


# Tables whose columns are told by their fields, and rows that do not fit.
TABLES = {
    "empty_column": b"x,y\n1,\n2,\n",
    "no_rows": b"x,y\n",
    "large": b"x,y\n3000000000,1e39\n1,2\n",
    "too_large": b"x,y\n99999999999999999999,1e400\n1,2\n",
}
family(
    "table",
    list(TABLES),
    lambda d, name: d.data.experimental.make_csv_dataset(
        write(d, f"{name}.csv", TABLES[name]), 2, num_epochs=1, shuffle=False
    ),
)
family(
    "columns",
    [([2, 0],), ([0, 0],), ([0, -1],), ([0],), ([0, 2],)],
    lambda d, columns: d.data.experimental.CsvDataset(
        str(d.folder / "numbers.csv"), [d.dtype("int32")] * 2, select_cols=columns
    ),
)


@case
def rows_behind_a_wrong_one(d):
    path = write(d, "one-wrong.csv", b"1,2\nx,3\n5,6\n")
    kinds = [d.dtype("int32")] * 2
    return d.data.experimental.CsvDataset(path, kinds).ignore_errors()


@case
def empty_line_of_one_column(d):
    path = write(d, "gap.csv", b"1\n\n3\n")
    return d.data.experimental.CsvDataset(path, [[7.0]])


@case
def defaults_for_other_columns(d):
    path = write(d, "two.csv", b"x,y\n1,2\n")
    return d.data.experimental.make_csv_dataset(
        path, 1, column_defaults=[0, 0], select_columns=["x"], num_epochs=1
    )
