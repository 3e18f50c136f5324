"""What users see of tf.data's behaviour beyond pipelines: calls, structures, errors."""

import collections
import dataclasses

import numpy as np
import pytest

import ranvier.tf as tf
from ranvier.data import Dataset as Arrays
from ranvier.data import experimental

Dataset = tf.data.Dataset


def int64(*values):
    return tf.constant(values, tf.int64)


def listed(dataset):
    return [np.asarray(x).tolist() for x in dataset]


class TestFunctionsWithEffects:
    """Each element is seen once, also where somebody asks for the specs before."""

    @pytest.fixture(params=[False, True], ids=["", "specs asked for"])
    def look(self, request):
        def look(dataset):
            if request.param:
                assert dataset.element_spec is not None
            return dataset

        return look

    def test_a_queue_loses_nothing(self, look):
        queue = tf.queue.FIFOQueue(10, tf.int64, shapes=[])
        queue.enqueue_many(tf.range(6, dtype=tf.int64))
        taken = Dataset.range(3).map(lambda _: queue.dequeue())
        assert listed(look(taken)) == [0, 1, 2]
        assert listed(look(taken)) == [3, 4, 5]

    def test_neither_does_an_iterator(self, look):
        numbers = iter(Dataset.range(10))
        assert listed(look(Dataset.range(3).map(lambda x: x * next(numbers)))) == [
            0,
            1,
            4,
        ]
        products = Dataset.range(3).map(lambda x: x * numbers.get_next())
        assert listed(look(products)) == [0, 4, 10]

    def test_variables_are_counted_up_once_an_element(self, look):
        count = tf.Variable(0, dtype=tf.int64)
        dataset = look(Dataset.range(3).map(lambda _: count.assign_add(1)).batch(3))
        assert listed(dataset) == [[1, 2, 3]]
        assert listed(dataset) == [[4, 5, 6]]

    def test_calls_in_a_chain(self, look):
        calls = collections.Counter()

        def first(x):
            calls.update(["first"])
            return x

        def second(x):
            calls.update(["second"])
            return x

        dataset = Arrays.range(5).shuffle(5).map(first).map(second).batch(2)
        assert sorted(np.concatenate(list(look(dataset))).tolist()) == [0, 1, 2, 3, 4]
        assert calls == {"first": 5, "second": 5}


def test_variables_that_are_read_have_their_value_of_the_pass():
    factor = tf.Variable(2)
    dataset = Dataset.range(3).map(lambda x: tf.cast(x, tf.int32) * factor)
    assert dataset.element_spec.dtype == tf.int32
    assert listed(dataset) == [0, 2, 4]
    factor.assign(5)
    assert listed(dataset) == [0, 5, 10]


def test_tables_that_change_are_looked_up_anew():
    table = tf.lookup.experimental.MutableHashTable(tf.string, tf.int64, -1)
    table.insert(["a"], [5])
    found = Dataset.from_tensor_slices(["a", "b"]).map(table.lookup)
    assert listed(found) == [5, -1]
    table.insert(["b"], [6])
    assert listed(found) == [5, 6]


@dataclasses.dataclass
class Pair:
    """A class of the user's that says what it holds."""

    one: object
    two: object

    def __tf_flatten__(self):
        return ("rest",), (self.one, self.two)

    @classmethod
    def __tf_unflatten__(cls, rest, values):
        assert rest == ("rest",)
        return cls(*values)


def test_classes_that_say_what_they_hold_are_containers():
    dataset = Dataset.from_tensor_slices(Pair([1, 2, 3], ["a", "b", "c"]))
    assert isinstance(dataset.element_spec, Pair)
    assert [(int(p.one), p.two.numpy()) for p in dataset.skip(1)] == [
        (2, b"b"),
        (3, b"c"),
    ]
    (batch,) = dataset.batch(3).map(lambda p: Pair(p.one * 2, p.two))
    assert batch.one.numpy().tolist() == [2, 4, 6]
    assert listed(Dataset.range(2).map(lambda x: Pair(x, x + 1)).map(lambda p: p.two))


def test_classes_of_attrs_are_containers():
    attr = pytest.importorskip("attr")

    @attr.s
    class Point:
        x = attr.ib()
        y = attr.ib()

    dataset = Dataset.range(2).map(lambda v: Point(v, {"a": v * 2}))
    assert [(int(p.x), int(p.y["a"])) for p in dataset] == [(0, 0), (1, 2)]


def test_dictionaries_with_defaults_stay_what_they_are():
    dataset = Dataset.range(2).map(
        lambda x: collections.defaultdict(int, {"b": x, "a": x})
    )
    (first, _) = dataset
    assert type(first) is collections.defaultdict
    assert list(first) == ["b", "a"]


def test_named_tuples_keep_known_sizes():
    Row = collections.namedtuple("Row", "label image")
    rows = Dataset.from_tensor_slices(([1, 2], [[1, 2], [3, 4]])).map(Row)
    assert rows.element_spec.image.shape.as_list() == [2]


class Thing:
    """No data."""


@pytest.mark.parametrize("result", [Thing(), Thing, {1, 2}, (1, Thing())])
def test_results_that_are_no_data_are_a_type_error(result):
    with pytest.raises(TypeError):
        list(Dataset.range(2).map(lambda x: result))


def test_stop_iteration_in_a_function_is_an_error():
    def stop(x):
        if x == 2:
            raise StopIteration
        return x

    iterator = iter(Arrays.range(4).map(stop))
    assert [int(next(iterator)), int(next(iterator))] == [0, 1]
    with pytest.raises(tf.errors.InvalidArgumentError, match="take_while"):
        next(iterator)
    assert int(next(iterator)) == 3
    with pytest.raises(tf.errors.InvalidArgumentError):
        list(Arrays.range(4).scan(np.int64(0), lambda s, x: (s, stop(x))))


def test_specs_are_known_behind_errors_that_are_left_out():
    def positive(x):
        if x < 2:
            raise ValueError("too small")
        return str(x)

    dataset = Arrays.range(4).map(positive).apply(experimental.ignore_errors())
    assert dataset.element_spec.dtype == "string"
    assert [len(x) for x in dataset.map(len).batch(2)] == [2]


PADDED = {
    "one size": (5, None, [[1, 0, 0, 0, 0], [2, 2, 0, 0, 0]]),
    "a list with a tensor": ([tf.constant(3)], None, [[1, 0, 0], [2, 2, 0]]),
    "a vector": (tf.constant([3], tf.int64), -1, [[1, -1, -1], [2, 2, -1]]),
    "a shape": (tf.TensorShape([None]), -1, [[1, -1], [2, 2]]),
    "the shape of anything": (None, None, [[1, 0], [2, 2]]),
}


def rows():
    return Dataset.range(1, 3).map(lambda n: tf.fill([n], n))


@pytest.mark.parametrize("name", list(PADDED))
def test_shapes_to_pad_to(name):
    shapes, values, expected = PADDED[name]
    (batch,) = rows().padded_batch(2, shapes, values)
    assert batch.numpy().tolist() == expected


@pytest.mark.parametrize(
    "shapes, error",
    [
        (["a"], TypeError),
        ([1.5], TypeError),
        (tf.constant([1.5]), TypeError),
        ([[1, 1], [1, 1]], ValueError),
        ([1, 1], ValueError),
        (([None], [None]), (TypeError, ValueError)),
        ({"a": [None]}, (TypeError, ValueError)),
    ],
)
def test_shapes_that_cannot_be_padded_to(shapes, error):
    with pytest.raises(error):
        rows().padded_batch(2, padded_shapes=shapes)


def test_structures_of_padding():
    ds = Dataset.range(1, 3).map(
        lambda n: (n, {"s": tf.strings.as_string(tf.fill([n], n))})
    )
    (batch,) = ds.padded_batch(2, padding_values=(None, {"s": "-"}))
    assert batch[1]["s"].numpy().tolist() == [[b"1", b"-"], [b"2", b"2"]]
    (batch,) = ds.padded_batch(2, padding_values=(np.int64(0), None))
    assert batch[1]["s"].numpy().tolist() == [[b"1", b""], [b"2", b"2"]]
    for values in ((None, {"t": "-"}), (None,), (None, None, None)):
        with pytest.raises(ValueError, match="structure"):
            ds.padded_batch(2, padding_values=values)
    with pytest.raises(ValueError, match="not compatible"):
        Dataset.from_tensors([1, 2, 3]).padded_batch(2, padded_shapes=[1])


def test_rows_of_unknown_rank_are_padded_to_a_shape():
    ds = Dataset.from_generator(lambda: iter([[1], [2, 3]]), output_types=tf.int32)
    padded = ds.padded_batch(2, padded_shapes=[None])
    assert padded.element_spec.shape.as_list() == [None, None]
    assert listed(padded) == [[[1, 0], [2, 3]]]


def test_keys_may_be_python_integers():
    ds = Dataset.range(5).group_by_window(lambda x: 0, lambda k, w: w.batch(3), 3)
    assert listed(ds) == [[0, 1, 2], [3, 4]]
    with pytest.raises(ValueError, match="None"):
        list(Dataset.range(5).group_by_window(lambda x: None, lambda k, w: w, 3))


def test_groups_of_a_dataset_without_end_have_none():
    groups = (
        Dataset.range(3)
        .repeat()
        .group_by_window(lambda x: x % 2, lambda key, window: window.batch(2), 2)
    )
    assert int(groups.cardinality()) == tf.data.INFINITE_CARDINALITY
    assert int(groups.take(4).cardinality()) == 4


def test_states_that_are_lists_or_grow():
    fibonacci = Dataset.range(5).scan([0, 1], lambda s, _: ([s[1], s[0] + s[1]], s[1]))
    assert listed(fibonacci) == [1, 1, 2, 3, 5]
    growing = Dataset.range(3).scan(
        tf.zeros([0]), lambda s, x: (tf.concat([s, [1.0]], 0), s)
    )
    assert growing.element_spec.shape.as_list() == [None]
    assert listed(growing) == [[], [1.0], [1.0, 1.0]]


class TestDatasetsInFunctions:
    """A `tf.function` sees the elements of each call, not those of its first."""

    def test_reduce(self):
        total = tf.function(lambda ds: ds.reduce(np.int64(0), lambda s, x: s + x))
        assert [int(total(Dataset.range(n))) for n in (5, 6)] == [10, 15]

    def test_single_element(self):
        only = tf.function(lambda ds: ds.get_single_element())
        assert [int(only(Dataset.range(n, n + 1))) for n in (0, 7)] == [0, 7]

    def test_sizes_and_values_that_are_arguments(self):
        @tf.function
        def total(n):
            result = tf.constant(0, tf.int64)
            for x in Dataset.range(n):
                result += x
            return result

        assert [int(total(n)) for n in int64(3, 5)] == [3, 10]

        @tf.function
        def doubled(x):
            ds = Dataset.from_tensor_slices(x).map(lambda v: v * 2)
            return ds.batch(10).get_single_element()

        assert doubled(tf.constant([1, 2])).numpy().tolist() == [2, 4]


def test_a_single_result_may_stand_for_a_list_of_one():
    def turned(image, label):
        shape = image.shape
        [image] = tf.py_function(lambda x: np.rot90(x), [image], [tf.float32])
        image.set_shape(shape)
        return image, label

    pictures = np.arange(12, dtype="float32").reshape(3, 2, 2)
    dataset = Dataset.from_tensor_slices((pictures, [0, 1, 2])).map(turned)
    for (found, _), picture in zip(dataset, pictures):
        assert found.numpy().tolist() == np.rot90(picture).tolist()


def test_a_numpy_function_without_results():
    seen = []
    assert tf.numpy_function(seen.append, [tf.constant(1)], []) == []
    assert len(seen) == 1


class TestDamagedFiles:
    @pytest.fixture
    def files(self, tmp_path):
        paths = []
        for name, records in (("a", [b"one", b"two", b"three"]), ("b", [b"x", b"y"])):
            paths.append(tmp_path / name)
            with tf.io.TFRecordWriter(str(paths[-1])) as writer:
                for record in records:
                    writer.write(record)
        data = bytearray(paths[0].read_bytes())
        data[31] ^= 1  # within the second record
        paths[0].write_bytes(data)
        return [str(path) for path in paths]

    def test_a_file_ends_where_it_is_damaged(self, files):
        iterator, found = iter(tf.data.TFRecordDataset(files)), []
        while True:
            try:
                found.append(next(iterator).numpy())
            except tf.errors.DataLossError:
                found.append("lost")
            except StopIteration:
                break
        assert found == [b"one", "lost", b"x", b"y"]

    def test_the_others_are_read_where_errors_are_left_out(self, files):
        plain = tf.data.TFRecordDataset(files).ignore_errors()
        assert listed(plain) == [b"one", b"x", b"y"]
        names = Dataset.from_tensor_slices(files)
        in_turn = names.interleave(tf.data.TFRecordDataset, cycle_length=2)
        assert listed(in_turn.ignore_errors()) == [b"one", b"x", b"y"]

    def test_a_folder_is_no_file(self, tmp_path):
        for dataset in (tf.data.TFRecordDataset, tf.data.TextLineDataset):
            with pytest.raises(tf.errors.FailedPreconditionError):
                dataset(str(tmp_path))

    def test_rows_before_one_at_fault_come_first(self, tmp_path):
        path = tmp_path / "a.csv"
        path.write_text("a,b\n1,2\n3,4\n5,\n7,8\n9,10\n")
        wanted = [tf.int32, tf.int32]
        table = tf.data.experimental.make_csv_dataset(
            str(path), 1, column_defaults=wanted, num_epochs=1, shuffle=False
        )
        batches = iter(table)
        assert [int(next(batches)["a"][0]) for _ in range(2)] == [1, 3]
        with pytest.raises(tf.errors.InvalidArgumentError, match="line 4"):
            next(batches)
        assert [int(batch["a"][0]) for batch in batches] == [7, 9]

    def test_an_empty_table_has_no_columns(self, tmp_path):
        (tmp_path / "a.csv").write_text("")
        with pytest.raises(ValueError, match="empty file"):
            tf.data.experimental.make_csv_dataset(str(tmp_path / "a.csv"), 1)


def test_names_that_begin_with_a_dot_are_listed(tmp_path):
    for name in (".h.txt", "a.txt"):
        (tmp_path / name).write_text("")
    names = Dataset.list_files(str(tmp_path / "*.txt"), shuffle=False)
    assert [name[len(str(tmp_path)) + 1 :] for name in listed(names)] == [
        b".h.txt",
        b"a.txt",
    ]


def test_a_name_may_be_a_tensor(tmp_path):
    ds = Dataset.range(3).cache(tf.constant(str(tmp_path / "kept")))
    assert listed(ds) == listed(ds) == [0, 1, 2]


def test_no_window_at_all():
    windows = Dataset.range(3).window(5, drop_remainder=True)
    batches = windows.flat_map(lambda window: window.batch(5))
    assert batches.element_spec.shape.as_list() == [None]
    assert listed(batches) == []
