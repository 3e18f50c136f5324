"""Rows of files that are parsed once give what parsing them again would."""

import os

import numpy as np
import pytest

from ranvier.data import Dataset, TextLineDataset, _remembered, io
from ranvier.data.experimental import CsvDataset, make_csv_dataset

ROWS = 30


@pytest.fixture
def folder(tmp_path):
    for i in range(4):
        write(tmp_path / f"{i}.csv", 100 * i)
    return tmp_path


def write(path, first, rows=ROWS):
    lines = [f"{first + j},{j}.5" for j in range(rows)]
    path.write_text("\n".join(["a,b", *lines]) + "\n")


def parse(line):
    a, b = io.decode_csv(line, [0.0, 0.0])
    return a + b, b


def lines(path):
    return TextLineDataset(path).skip(1)


def interleaved(folder):
    files = Dataset.list_files(f"{folder}/*.csv", seed=3)
    return files.interleave(lines, cycle_length=3)


def rows_of_csv(path):
    return CsvDataset([os.fsdecode(path)], [0.0, 0.0], header=True)


def pipelines(folder):
    names = sorted(map(str, folder.glob("*.csv")))
    files = Dataset.list_files(f"{folder}/*.csv", seed=3)
    return {
        "interleave": interleaved(folder).map(parse),
        "shuffled": interleaved(folder).map(parse).shuffle(20, seed=1).batch(8),
        "flat_map": files.flat_map(lines).map(parse),
        "repeated files": files.repeat(2).interleave(lines, 3).map(parse).batch(7),
        "names": TextLineDataset(names).filter(lambda s: s != "a,b").map(parse),
        "two at a time": files.interleave(rows_of_csv, 2, 3).map(lambda a, b: a - b),
        "make_csv": make_csv_dataset(
            f"{folder}/*.csv", 8, num_epochs=2, shuffle_seed=1, num_parallel_reads=2
        ),
    }


def values(dataset):
    return repr([jsonable(element) for element in dataset])


def jsonable(element):
    if isinstance(element, dict):
        return {name: jsonable(value) for name, value in element.items()}
    if isinstance(element, tuple):
        return [jsonable(value) for value in element]
    return np.asarray(element).tolist()


KINDS = [
    "interleave",
    "shuffled",
    "flat_map",
    "repeated files",
    "names",
    "two at a time",
    "make_csv",
]


@pytest.mark.parametrize("kind", KINDS)
def test_passes_are_those_without_memory(folder, kind, monkeypatch):
    dataset = pipelines(folder)[kind]
    passes = [values(dataset) for _ in range(3)]
    monkeypatch.setattr(_remembered, "_MOST_READ", 0)
    plain = pipelines(folder)[kind]
    assert passes == [values(plain) for _ in range(3)]


def test_a_pass_reads_no_file_again(folder, monkeypatch):
    dataset = interleaved(folder).map(parse)
    first = sorted(values(dataset))
    monkeypatch.setattr("ranvier.data._files.open_file", None)
    assert sorted(values(dataset)) == first


def test_a_changed_file_is_read_again(folder):
    dataset = interleaved(folder).map(parse)
    list(dataset)
    write(folder / "1.csv", 5000, rows=3)
    found = sorted(float(a) for a, _ in dataset)
    assert len(found) == 3 * ROWS + 3
    assert found[-3:] == [5000.5, 5002.5, 5004.5]


@pytest.mark.parametrize("limit", ["_MOST_READ", "_MOST_KEPT"])
def test_nothing_is_kept_beyond_the_limit(folder, monkeypatch, limit):
    monkeypatch.setattr(_remembered, limit, 200)
    dataset = interleaved(folder).map(parse)
    assert len(list(dataset)) == len(list(dataset)) == 4 * ROWS
    memory = dataset._data_node._rows().memory
    assert not memory._blocks


def test_variables_are_read_in_each_pass(folder):
    from ranvier import Variable

    scale = Variable(1.0)
    dataset = interleaved(folder).map(lambda line: parse(line)[0] * scale)
    before = sum(map(float, dataset))
    scale.assign(2.0)
    assert sum(map(float, dataset)) == 2 * before


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("passes", [0, 1])
def test_a_new_process_goes_on_in_the_middle(folder, kind, passes):
    dataset = pipelines(folder)[kind]
    for _ in range(passes):
        list(dataset)
    iterator = iter(dataset)
    for _ in range(5):
        next(iterator)
    state = iterator.get_state()
    rest = values(iterator)
    other = iter(pipelines(folder)[kind])
    other.set_state(state)
    assert values(other) == rest


def test_errors_tell_the_number_among_all_elements(folder):
    path = folder / "2.csv"
    path.write_text(path.read_text().replace("\n205,5.5\n", "\n205,x\n"))
    files = Dataset.from_tensor_slices(sorted(map(str, folder.glob("*.csv"))))
    dataset = files.interleave(lines, cycle_length=4).map(parse)
    found = []
    with pytest.raises(ValueError, match="Field 1 in record 0") as raised:
        for element in dataset:
            found.append(element)
    assert len(found) == 22
    assert "at element 22" in "".join(raised.value.__notes__)
    rest = iter(dataset.ignore_errors())
    assert len(list(rest)) == 4 * ROWS - 1
