"""Datasets of folders, windows over series, and parts of datasets."""

import os

import numpy as np
import pytest

from ranvier import tf
from ranvier.data import Dataset, io
from ranvier.data.io._wav import decode_wav, encode_wav
from ranvier.utils import (
    audio_dataset_from_directory,
    image_dataset_from_directory,
    load_img,
    save_img,
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
    ({"label_mode": "binary", "labels": [0] * 8}, "exactly 2"),
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


def test_batches_are_split_between_rows_and_batched_again():
    ds = Dataset.range(10).batch(4)
    one, other = split_dataset(ds, 0.5)
    assert [x.tolist() for x in one] == [[0, 1, 2, 3], [4]]
    assert [x.tolist() for x in other] == [[5, 6, 7, 8], [9]]
    one, other = split_dataset(ds.prefetch(1), 2)
    assert [x.tolist() for x in one] == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert [x.tolist() for x in other] == [[8, 9]]


def test_split_shuffled():
    one, other = split_dataset((np.arange(10), np.arange(10)), 5, shuffle=True, seed=1)
    pairs = [*one, *other]
    assert all(a == b for a, b in pairs)
    assert sorted(int(a) for a, _ in pairs) == list(range(10))


@pytest.mark.parametrize("left, right", [(None, None), (2.0, None), (11, None), (6, 6)])
def test_split_wrong(left, right):
    with pytest.raises(ValueError, match="size"):
        split_dataset(np.arange(10), left, right)


@pytest.fixture
def sounds(tmp_path):
    for name, count in (("high", 2), ("low", 3)):
        (tmp_path / name).mkdir()
        for i in range(count):
            audio = np.full((20 + 10 * i, 1), 0.25 * (i + 1), np.float32)
            (tmp_path / name / f"{i}.wav").write_bytes(encode_wav(audio, 1000))
    return tmp_path


def test_sounds_are_padded_in_batches(sounds):
    dataset = audio_dataset_from_directory(sounds, batch_size=5, shuffle=False)
    audio, labels = next(iter(dataset))
    assert audio.shape == (5, 40, 1) and audio.dtype == np.float32
    assert labels.tolist() == [0, 0, 1, 1, 1]
    assert audio[3, 29, 0] == 0.5 and audio[3, 30, 0] == 0.0


def test_sounds_of_one_length(sounds):
    dataset = audio_dataset_from_directory(
        sounds, None, batch_size=None, output_sequence_length=25, shuffle=False
    )
    found = list(dataset)
    assert {audio.shape for audio in found} == {(25, 1)}
    dataset = audio_dataset_from_directory(
        sounds, None, batch_size=5, sampling_rate=500, shuffle=False
    )
    assert next(iter(dataset)).shape == (5, 20, 1)


def test_ragged_sounds(sounds):
    dataset = audio_dataset_from_directory(
        sounds, batch_size=5, ragged=True, shuffle=False
    )
    audio, _ = next(iter(dataset))
    assert audio.row_lengths().numpy().tolist() == [20, 30, 20, 30, 40]


def test_some_of_the_classes(sounds):
    ds = audio_dataset_from_directory(sounds, class_names=["low"], verbose=False)
    assert ds.class_names == ["low"]
    folders = [os.path.basename(os.path.dirname(path)) for path in ds.file_paths]
    assert set(folders) == {"low"}


@pytest.mark.parametrize(
    "arguments, shape",
    [
        ({}, [None, 4, 5, 3]),
        ({"color_mode": "grayscale"}, [None, 4, 5, 1]),
        ({"data_format": "channels_first"}, [None, 3, 4, 5]),
        ({"batch_size": None}, [4, 5, 3]),
    ],
)
def test_sizes_of_pictures_are_known(images, arguments, shape):
    ds = image_dataset_from_directory(images, image_size=(4, 5), **arguments)
    assert ds.element_spec[0].shape.as_list() == shape
    assert [None, *next(iter(ds))[0].shape][-len(shape) :][1:] == shape[1:]


def test_sounds_for_validation(sounds):
    training, validation = audio_dataset_from_directory(
        sounds, validation_split=0.4, subset="both", seed=1
    )
    assert len(training.file_paths) == 3 and len(validation.file_paths) == 2
    assert training.class_names == ["high", "low"]


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"ragged": True, "output_sequence_length": 3}, "Cannot set both"),
        ({"sampling_rate": 0}, "higher than 0"),
        ({"sampling_rate": 1.5}, "integer value"),
        ({"labels": "other"}, "`labels` argument should be"),
        ({"class_names": ["high", "deep"]}, "did not match"),
        ({"label_mode": "other"}, "`label_mode` argument must be"),
        ({"validation_split": 0.2, "subset": "training"}, "must provide a `seed`"),
    ],
)
def test_arguments_of_sounds(sounds, arguments, message):
    with pytest.raises(ValueError, match=message):
        audio_dataset_from_directory(sounds, **arguments)


def test_wav_channels_and_samples():
    audio = np.array([[0.5, -1.0], [2.0, 0.25]], np.float32)
    sound = encode_wav(audio, 8000)
    decoded, rate = decode_wav(sound)
    largest = 1.0 - 2.0**-15
    assert decoded.tolist() == [[0.5, -1.0], [largest, 0.25]] and rate == 8000
    assert decode_wav(sound, desired_channels=1).audio.shape == (2, 1)
    assert decode_wav(sound, 3).audio[0].tolist() == [0.5, -1.0, -1.0]
    assert decode_wav(sound, desired_samples=1).audio.shape == (1, 2)
    wrapped, _ = tf.audio.decode_wav(tf.audio.encode_wav(tf.constant(audio), 8000))
    assert wrapped.shape == (2, 2)


def test_wav_that_is_damaged():
    sound = encode_wav(np.zeros((100, 1), np.float32), 8000)
    generator = np.random.default_rng(0)
    for _ in range(200):
        bad = bytearray(sound[: generator.integers(len(sound))])
        for place in generator.integers(0, max(len(bad), 1), 3):
            if bad:
                bad[place] = generator.integers(256)
        try:
            decode_wav(bytes(bad))
        except tf.errors.InvalidArgumentError:
            pass


def test_jpeg_by_another_name(tmp_path):
    picture = np.zeros((4, 6, 4))
    for arguments in ({}, {"file_format": "jpg"}):
        with pytest.warns(UserWarning, match="no transparency"):
            save_img(tmp_path / "a.jpg", picture, **arguments)
        assert load_img(tmp_path / "a.jpg").size == (6, 4)
