"""Names of `tf.data.experimental`: optionals, tables, parsed messages, records."""

import numpy as np
import pytest

import ranvier.tf as tf
from ranvier.data import io

Dataset, experimental = tf.data.Dataset, tf.data.experimental


def message(i):
    def ints(*values):
        return io.Feature(int64_list=io.Int64List(value=values))

    features = {"n": ints(i), "label": ints(10 * i), "many": ints(*range(i))}
    return io.Example(features=io.Features(feature=features)).SerializeToString()


@pytest.fixture
def records(tmp_path):
    path = str(tmp_path / "messages.tfrecord")
    writer = experimental.TFRecordWriter(path)
    writer.write(Dataset.from_tensor_slices([message(i) for i in range(5)]))
    return path


NUMBER = tf.io.FixedLenFeature([], tf.int64)


def test_messages_are_parsed_in_batches(records):
    batches = experimental.make_batched_features_dataset(
        records, 2, {"n": NUMBER}, num_epochs=1, shuffle=False
    )
    assert batches.element_spec == {"n": tf.TensorSpec([None], tf.int64)}
    assert [b["n"].numpy().tolist() for b in batches] == [[0, 1], [2, 3], [4]]


def test_a_label_comes_apart_and_there_is_no_end_by_default(records):
    features = {"n": NUMBER, "label": NUMBER}
    batches = experimental.make_batched_features_dataset(
        records, 2, features, label_key="label", shuffle_seed=1
    )
    assert int(batches.cardinality()) == tf.data.INFINITE_CARDINALITY
    spec = tf.TensorSpec([2], tf.int64)
    assert batches.element_spec == ({"n": spec}, spec)
    for row, label in batches.take(20):
        np.testing.assert_array_equal(label, 10 * row["n"])


def test_labels_and_files_must_be_there(records, tmp_path):
    make = experimental.make_batched_features_dataset
    with pytest.raises(ValueError, match="label_key"):
        make(records, 2, {"n": NUMBER}, label_key="x")
    with pytest.raises(ValueError, match="No files match"):
        make(str(tmp_path / "*.no"), 2, {"n": NUMBER})


FEATURES = {
    "sparse": tf.io.VarLenFeature(tf.int64),
    "ragged": tf.io.RaggedFeature(tf.int64),
    "filled": tf.io.FixedLenSequenceFeature([], tf.int64, allow_missing=True),
}


@pytest.mark.parametrize("kind", FEATURES)
def test_specs_of_parsed_messages_are_those_of_the_values(kind):
    keys = {"sparse": "many", "ragged": "many", "filled": "many"}
    strings = Dataset.from_tensor_slices([message(i) for i in range(4)]).batch(3)
    parse = experimental.parse_example_dataset({keys[kind]: FEATURES[kind]})
    parsed = strings.apply(parse)
    for batch in parsed:
        assert parsed.element_spec["many"].is_compatible_with(batch["many"])


@pytest.mark.parametrize(
    ("dataset", "features", "error"),
    [
        (Dataset.range(3), FEATURES, TypeError),
        (Dataset.from_tensor_slices(["x"]), FEATURES, TypeError),
        (Dataset.from_tensor_slices(["x"]).batch(1), None, ValueError),
    ],
)
def test_only_batches_of_strings_are_parsed(dataset, features, error):
    with pytest.raises(error):
        dataset.apply(experimental.parse_example_dataset(features))


def test_only_strings_are_written(tmp_path):
    writer = experimental.TFRecordWriter(str(tmp_path / "x"))
    for wrong in (Dataset.range(2), Dataset.from_tensors(["a", "b"]), ["a"]):
        with pytest.raises(TypeError):
            writer.write(wrong)


def test_optionals():
    optional = tf.experimental.Optional.from_value({"a": 1.0, "b": (2, "x")})
    assert bool(optional.has_value())
    assert optional.get_value()["b"][1].numpy() == b"x"
    assert optional.element_spec["a"] == tf.TensorSpec([], tf.float32)
    empty = experimental.Optional.empty(optional.element_spec)
    assert not bool(empty.has_value())
    with pytest.raises(tf.errors.InvalidArgumentError, match="does not have a value"):
        empty.get_value()


def test_tables_of_datasets():
    keys = Dataset.from_tensor_slices(["a", "b", "c"])
    table = experimental.index_table_from_dataset(keys, vocab_size=2)
    assert table.lookup(tf.constant(["b", "c"])).numpy().tolist() == [1, -1]
    buckets = experimental.index_table_from_dataset(keys, num_oov_buckets=1)
    assert buckets.lookup(tf.constant(["c", "z"])).numpy().tolist() == [2, 3]
    pairs = Dataset.zip(keys, Dataset.range(5, 8))
    table = experimental.table_from_dataset(pairs, default_value=9)
    assert table.lookup(tf.constant(["a", "z"])).numpy().tolist() == [5, 9]
    with pytest.raises(ValueError, match="pairs"):
        experimental.table_from_dataset(keys)


def test_queries_go_on_in_the_middle(tmp_path):
    import sqlite3

    path = str(tmp_path / "numbers.sqlite")
    database = sqlite3.connect(path)
    database.execute("create table t (n integer)")
    database.executemany("insert into t values (?)", [(i,) for i in range(20)])
    database.commit()
    database.close()

    def rows():
        query = "select n, n * n from t order by n"
        return experimental.SqlDataset("sqlite", path, query, ("int32", "int64"))

    iterator = iter(rows().batch(3))
    next(iterator)
    state = iterator.get_state()
    rest = [b[1].numpy().tolist() for b in iterator]
    other = iter(rows().batch(3))
    other.set_state(state)
    assert [b[1].numpy().tolist() for b in other] == rest


@pytest.mark.parametrize("name", ["check_numerics", "assert_positive"])
def test_checks_inside_map_are_made_for_each_element(name):
    check = getattr(tf.debugging, name)

    def checked(x):
        if name == "check_numerics":
            return check(1.0 / x, "a division")
        check(x)
        return x

    dataset = Dataset.from_tensor_slices([1.0, 0.0, 2.0]).map(checked)
    with pytest.raises(tf.errors.InvalidArgumentError):
        list(dataset)
    assert len(list(dataset.ignore_errors())) == 2
