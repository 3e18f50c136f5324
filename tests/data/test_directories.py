"""Datasets of folders, windows over series, and parts of datasets."""

import os

import numpy as np
import pytest

from ranvier.data import Dataset, io
from ranvier.utils import (
    image_dataset_from_directory,
    split_dataset,
    text_dataset_from_directory,
    timeseries_dataset_from_array,
)


@pytest.fixture
def texts(tmp_path):
    for name, count in (("a", 3), ("b", 5)):
        (tmp_path / name).mkdir()
        for i in range(count):
            (tmp_path / name / f"{i}.txt").write_text(f"{name} number {i}")
        (tmp_path / name / "other.dat").write_text("no text")
    return tmp_path


@pytest.fixture
def images(tmp_path):
    for name, level in (("dark", 10), ("light", 200)):
        (tmp_path / name).mkdir()
        for i in range(2):
            picture = np.full((6 + i, 8, 3), level, np.uint8)
            data = np.asarray(io.encode_png(picture)).item()
            (tmp_path / name / f"{i}.png").write_bytes(data)
    return tmp_path


def gathered(dataset):
    return [np.concatenate(parts) for parts in zip(*dataset)]


def test_texts_and_labels(texts, capsys):
    dataset = text_dataset_from_directory(texts, batch_size=3, shuffle=False)
    assert "Found 8 files belonging to 2 classes." in capsys.readouterr().out
    found, labels = gathered(dataset)
    expected = [f"a number {i}" for i in range(3)] + [f"b number {i}" for i in range(5)]
    assert [text.decode() for text in found] == expected
    assert labels.tolist() == [0] * 3 + [1] * 5
    assert dataset.class_names == ["a", "b"]
    assert [os.path.basename(p) for p in dataset.file_paths[:2]] == ["0.txt", "1.txt"]


@pytest.mark.parametrize(
    "mode, shape, dtype",
    [
        ("int", (), "int32"),
        ("binary", (1,), "float32"),
        ("categorical", (2,), "float32"),
    ],
)
def test_label_modes(texts, mode, shape, dtype):
    dataset = text_dataset_from_directory(texts, label_mode=mode, verbose=False)
    _, labels = gathered(dataset)
    assert labels.shape == (8, *shape)
    assert labels.dtype == dtype


def test_texts_alone_and_cut(texts):
    dataset = text_dataset_from_directory(
        texts, labels=None, max_length=3, batch_size=None, verbose=False, shuffle=False
    )
    assert list(dataset)[0] == b"a n"


def test_split_has_no_overlap_and_shuffles_as_keras(texts):
    train, valid = text_dataset_from_directory(
        texts, validation_split=0.25, subset="both", seed=5, verbose=False
    )
    paths = sorted(train.file_paths + valid.file_paths)
    assert len(train.file_paths) == 6 and len(set(paths)) == 8
    np.random.RandomState(5).shuffle(paths)
    assert train.file_paths + valid.file_paths == paths
    alone = text_dataset_from_directory(
        texts, validation_split=0.25, subset="validation", seed=5, verbose=False
    )
    assert alone.file_paths == valid.file_paths


def test_pictures(images):
    dataset = image_dataset_from_directory(
        images, image_size=(4, 5), batch_size=3, shuffle=False, verbose=False
    )
    pictures, labels = gathered(dataset)
    assert pictures.shape == (4, 4, 5, 3) and pictures.dtype == "float32"
    np.testing.assert_allclose(pictures[labels == 0], 10)
    np.testing.assert_allclose(pictures[labels == 1], 200)
    gray = image_dataset_from_directory(
        images, labels=None, color_mode="grayscale", image_size=4, verbose=False
    )
    assert next(iter(gray)).shape == (4, 4, 4, 1)


WRONG = [
    ({"label_mode": "other"}, "label_mode"),
    ({"validation_split": 0.5}, "subset"),
    ({"validation_split": 2, "subset": "both"}, "between 0 and 1"),
    ({"validation_split": 0.5, "subset": "both"}, "seed"),
    ({"labels": [1, 2]}, "lengths of `labels`"),
    ({"class_names": ["c"]}, "class_names"),
    ({"label_mode": "binary", "class_names": ["a"]}, "exactly 2"),
]


@pytest.mark.parametrize("arguments, message", WRONG)
def test_wrong_arguments(texts, arguments, message):
    with pytest.raises(ValueError, match=message):
        text_dataset_from_directory(texts, verbose=False, **arguments)


SERIES = [
    {},
    {"sequence_stride": 3},
    {"sampling_rate": 2},
    {"start_index": 4, "end_index": 20},
    {"batch_size": None},
    {"sequence_stride": 2, "sampling_rate": 3, "start_index": 5},
]


@pytest.mark.parametrize("arguments", SERIES)
def test_windows(arguments):
    data, targets = np.arange(30) * 10, np.arange(30) + 0.5
    dataset = timeseries_dataset_from_array(
        data, targets, 4, **{"batch_size": 3, **arguments}
    )
    if arguments.get("batch_size", 3) is None:
        dataset = dataset.batch(100)
    windows, found = gathered(dataset)
    rate = arguments.get("sampling_rate", 1)
    first = arguments.get("start_index", 0)
    last = arguments.get("end_index", 30)
    starts = [
        start
        for start in range(first, last, arguments.get("sequence_stride", 1))
        if start + 3 * rate < last
    ]
    assert windows.tolist() == [
        [data[start + i * rate] for i in range(4)] for start in starts
    ]
    assert found.tolist() == [targets[start] for start in starts]


def test_windows_shuffled():
    dataset = timeseries_dataset_from_array(
        np.arange(20), None, 3, shuffle=True, seed=1
    )
    windows = np.concatenate(list(dataset))
    assert sorted(windows[:, 0]) == list(range(18))
    assert windows[:, 0].tolist() != list(range(18))


@pytest.mark.parametrize("argument", ["sampling_rate", "sequence_stride"])
def test_windows_wrong(argument):
    with pytest.raises(ValueError, match=argument):
        timeseries_dataset_from_array(np.arange(5), None, 2, **{argument: 0})


@pytest.mark.parametrize(
    "left, right, sizes",
    [(0.8, None, (8, 2)), (None, 0.3, (7, 3)), (4, None, (4, 6)), (3, 0.5, (3, 5))],
)
def test_split(left, right, sizes):
    for data in (np.arange(10), Dataset.range(10)):
        one, other = split_dataset(data, left, right)
        assert (len(one), len(other)) == sizes
        assert [int(x) for x in one] == list(range(sizes[0]))
        assert [int(x) for x in other] == list(range(10 - sizes[1], 10))


def test_split_shuffled():
    one, other = split_dataset((np.arange(10), np.arange(10)), 5, shuffle=True, seed=1)
    pairs = [*one, *other]
    assert all(a == b for a, b in pairs)
    assert sorted(int(a) for a, _ in pairs) == list(range(10))


@pytest.mark.parametrize("left, right", [(None, None), (2.0, None), (11, None), (6, 6)])
def test_split_wrong(left, right):
    with pytest.raises(ValueError, match="size"):
        split_dataset(np.arange(10), left, right)
