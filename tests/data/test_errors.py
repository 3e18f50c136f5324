"""Errors tell the transformation, the element, the file and the line."""

import numpy as np
import pytest

from ranvier.data import Dataset, TextLineDataset, TFRecordDataset, io
from ranvier.data.experimental import CsvDataset
from ranvier.tensors._errors import DataLossError


def notes(error):
    return " ".join(getattr(error.value, "__notes__", ()))


def fail_at_7(x):
    if int(x) == 7:
        raise KeyError("seven")
    return x


@pytest.mark.parametrize("threads", [None, 3])
@pytest.mark.parametrize("name", ["map", "filter", "flat_map"])
def test_functions_name_the_element(name, threads):
    more = {"num_parallel_calls": threads} if name == "map" else {}
    dataset = getattr(Dataset.range(20), name)(
        {
            "map": fail_at_7,
            "filter": lambda x: bool(fail_at_7(x)) or True,
            "flat_map": lambda x: Dataset.range(int(fail_at_7(x)) * 0 + 1),
        }[name],
        **more,
    )
    with pytest.raises(KeyError, match="seven") as error:
        list(dataset)
    assert f"`{name}`" in notes(error)
    assert "element 7" in notes(error)


@pytest.mark.parametrize("end", [lambda ds: ds, lambda ds: ds.prefetch(2)])
def test_elements_before_the_error_come_first(end):
    iterator = iter(end(Dataset.range(20).map(fail_at_7)))
    assert [int(next(iterator)) for _ in range(7)] == list(range(7))
    with pytest.raises(KeyError):
        next(iterator)


def test_shape_errors_are_the_users_own():
    dataset = Dataset.from_tensor_slices(np.ones((4, 3))).map(lambda x: x + np.ones(2))
    with pytest.raises(ValueError, match="broadcast") as error:
        list(dataset)
    assert "element 0" in notes(error)


def test_lines_that_cannot_be_decoded(tmp_path):
    (tmp_path / "a.csv").write_text("1,2\n3,4\n5,oops\n")
    lines = TextLineDataset(tmp_path / "a.csv")
    with pytest.raises(ValueError, match="oops") as error:
        list(lines.map(lambda line: io.decode_csv(line, [0, 0])))
    assert "element 2" in notes(error)


def test_csv_names_file_line_and_field(tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n1,2\n3,4\n5,oops\n")
    with pytest.raises(ValueError, match=r"a\.csv, line 4: Field 1.*oops"):
        list(CsvDataset(tmp_path / "a.csv", [0, 0], header=True))


def test_csv_counts_lines_of_quoted_fields(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('x,y\n"one\ntwo",2\n"three\nfour",4\nsix,oops\n')
    with pytest.raises(ValueError, match=r"a\.csv, line 6: Field 1.*oops"):
        list(CsvDataset(path, ["", 0], header=True))
    iterator = iter(CsvDataset(path, ["", 0], header=True))
    next(iterator)
    other = iter(CsvDataset(path, ["", 0], header=True))
    other.set_state(iterator.get_state())
    assert next(other) == (b"three\nfour", 4)
    with pytest.raises(ValueError, match=r"line 6"):
        next(other)


def test_damaged_record_names_file_and_offset(tmp_path):
    path = tmp_path / "a.tfrecord"
    with io.TFRecordWriter(str(path)) as writer:
        for word in (b"one", b"two"):
            writer.write(word)
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)
    iterator = iter(TFRecordDataset(path))
    assert next(iterator) == b"one"
    with pytest.raises(DataLossError, match=r"at 19 of .*a\.tfrecord"):
        next(iterator)


@pytest.mark.parametrize("make", [TextLineDataset, TFRecordDataset])
def test_missing_files_fail_at_once(make, tmp_path):
    with pytest.raises(FileNotFoundError, match="nothing"):
        make([tmp_path / "nothing"])


def test_side_effects_happen_for_each_element():
    seen = []

    def look(x):
        seen.append(int(x))
        return x

    list(Dataset.range(5).map(look))
    assert seen == [0, 1, 2, 3, 4]


def test_random_numbers_differ_for_each_element():
    import ranvier

    generators = {
        "numpy": lambda x: np.random.rand(),
        "ranvier": lambda x: ranvier.random.uniform(()),
        "layer": lambda x: dropout(x, training=True),
    }
    dropout = ranvier.layers.Dropout(0.5, seed=1)
    for name, draw in generators.items():
        dataset = Dataset.from_tensor_slices(np.ones((20, 3), "float32")).map(draw)
        assert len({np.asarray(x).tobytes() for x in dataset}) > 3, name


def test_variables_are_read_anew():
    import ranvier

    variable = ranvier.Variable(2.0)
    dataset = Dataset.from_tensor_slices([1.0, 2.0]).map(lambda x: x * variable)
    assert [float(x) for x in dataset] == [2.0, 4.0]
    variable.assign(3.0)
    assert [float(x) for x in dataset] == [3.0, 6.0]


def test_compiled_once():
    """Blocks of many sizes need few compilations, passes none."""
    dataset = Dataset.range(10_001).map(lambda x: x * x)
    list(dataset)
    program = next(iter(dataset._data_node.function._programs.values()))
    before = program._run._cache_size()
    list(dataset)
    list(dataset.take(5))
    assert 1 <= before <= program._run._cache_size() <= before + 1 <= 4


def test_operations_on_strings_run_for_whole_blocks():
    lines = np.array([f"{i},{i + 1}" for i in range(3000)])
    dataset = Dataset.from_tensor_slices(lines).map(
        lambda line: sum(io.decode_csv(line, [0, 0]))
    )
    expected = [2 * i + 1 for i in range(3000)]
    assert [int(x) for x in dataset] == expected
    program = next(iter(dataset._data_node.function._programs.values()))
    assert program._run._cache_size() >= 1


def test_variables_that_a_function_writes_are_written_each_time():
    import ranvier

    metric = ranvier.metrics.Mean()

    def measure(x):
        metric.update_state(x)
        return x

    list(Dataset.from_tensor_slices([1.0, 2.0, 6.0]).map(measure))
    assert float(metric.result()) == 3.0


@pytest.mark.parametrize("values", [[1, "a"], [[1], ["a"]], [b"a", 2.5]])
def test_numbers_and_strings_do_not_mix(values):
    with pytest.raises(ValueError, match="mixed types"):
        Dataset.from_tensor_slices(values)
