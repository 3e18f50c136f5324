"""CIFAR-10 and CIFAR-100 from archives in their own format, beside Keras's loader."""

import dataclasses
import hashlib
import importlib
import io
import os
import pickle
import struct
import tarfile

import keras
import numpy as np
import pytest

from ranvier.core import _config
from ranvier.datasets import cifar10, cifar100

KINDS = {
    cifar10: ("cifar-10-python.tar.gz", "cifar-10-batches-py"),
    cifar100: ("cifar-100-python.tar.gz", "cifar-100-python"),
}


class Python2Pickler(pickle._Pickler):
    """Writes strings and names as Python 2 and the NumPy of its time did."""

    dispatch = dict(pickle._Pickler.dispatch)

    def save_string(self, text):
        content = text.encode() if isinstance(text, str) else text
        self.write(pickle.BINSTRING + struct.pack("<i", len(content)) + content)
        self.memoize(text)

    dispatch[str] = dispatch[bytes] = save_string


def python2_pickle(batch):
    file = io.BytesIO()
    Python2Pickler(file, protocol=2).dump(batch)
    return file.getvalue().replace(b"cnumpy._core.", b"cnumpy.core.")


def batch(seed, count=4):
    rng = np.random.default_rng(seed)
    return {
        "batch_label": f"batch {seed}",
        "data": rng.integers(0, 256, (count, 3072), dtype=np.uint8),
        "labels": rng.integers(0, 10, count).tolist(),
        "fine_labels": rng.integers(0, 100, count).tolist(),
        "coarse_labels": rng.integers(0, 20, count).tolist(),
        "filenames": [f"{number}.png" for number in range(count)],
    }


def small_batches(module):
    if module is cifar10:
        names = [f"data_batch_{number}" for number in range(1, 6)] + ["test_batch"]
    else:
        names = ["test", "train"]
    return {name: batch(seed) for seed, name in enumerate(names)}


def archive(folder, members):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(f"{folder}/{name}")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return file.getvalue()


def pickled(module):
    return {name: python2_pickle(b) for name, b in small_batches(module).items()}


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def check_small(module, result):
    batches = small_batches(module)
    test = batches.pop("test_batch" if module is cifar10 else "test")
    label = "labels" if module is cifar10 else "fine_labels"
    (x_train, y_train), (x_test, y_test) = result
    rows = np.concatenate([b["data"] for b in batches.values()])
    # Row by row: 1,024 red values, then green, then blue.
    np.testing.assert_array_equal(x_train[..., 0].reshape(-1, 1024), rows[:, :1024])
    np.testing.assert_array_equal(x_train[..., 2].reshape(-1, 1024), rows[:, 2048:])
    assert x_train.shape == (len(rows), 32, 32, 3) and x_train.dtype == np.uint8
    assert x_test.shape == (4, 32, 32, 3)
    assert y_train.ravel().tolist() == sum((b[label] for b in batches.values()), [])
    assert y_test.tolist() == [[value] for value in test[label]]


@pytest.mark.parametrize("module", KINDS)
def test_archive(module, tmp_path):
    name, folder = KINDS[module]
    write(tmp_path / name, archive(folder, pickled(module)))
    check_small(module, module.load_data(data_home=tmp_path))
    assert os.listdir(tmp_path) == [name]  # nothing was unpacked


@pytest.mark.parametrize("module", KINDS)
@pytest.mark.parametrize("place", ["{folder}", "", "{folder}-target/{folder}"])
def test_unpacked_folder(module, place, tmp_path):
    place = tmp_path / place.format(folder=KINDS[module][1])
    for name, content in pickled(module).items():
        write(place / name, content)
    check_small(module, module.load_data(data_home=tmp_path))


@pytest.mark.parametrize("module", KINDS)
@pytest.mark.parametrize("name", ["{folder}-target_archive", "{folder}.tar.gz"])
def test_archive_that_keras_downloaded(module, name, folders):
    folder = KINDS[module][1]
    name = name.format(folder=folder)
    write(folders["keras"] / name, archive(folder, pickled(module)))
    check_small(module, module.load_data())


@pytest.mark.parametrize("module", KINDS)
def test_download(module, server, monkeypatch):
    name, folder = KINDS[module]
    content = archive(folder, pickled(module))
    server.files[name] = content
    remote = dataclasses.replace(
        module._FILE, url=server.url(name), sha256=hashlib.sha256(content).hexdigest()
    )
    monkeypatch.setattr(module, "_FILE", remote)
    for _ in range(2):
        check_small(module, module.load_data())
    assert server.asked == [name]


@pytest.mark.parametrize("module", KINDS)
def test_channels_first(module, tmp_path, monkeypatch):
    name, folder = KINDS[module]
    write(tmp_path / name, archive(folder, pickled(module)))
    (x_last, _), _ = module.load_data(data_home=tmp_path)
    monkeypatch.setitem(_config._settings, "image_data_format", "channels_first")
    (x_first, _), _ = module.load_data(data_home=tmp_path)
    np.testing.assert_array_equal(x_first, x_last.transpose(0, 3, 1, 2))


def same_as_keras(module, folder, monkeypatch, *args):
    """Both read the unpacked batches in `folder`."""
    name = module.__name__.rpartition(".")[2]
    reference = importlib.import_module(f"keras.src.datasets.{name}")
    monkeypatch.setattr(reference, "get_file", lambda **_: str(folder))
    theirs = getattr(keras.datasets, name).load_data(*args)
    ours = module.load_data(*args, data_home=folder)
    for our_part, their_part in zip(ours, theirs, strict=True):
        for our_array, their_array in zip(our_part, their_part, strict=True):
            assert our_array.dtype == their_array.dtype
            np.testing.assert_array_equal(our_array, their_array)


@pytest.mark.parametrize("label_mode", ["fine", "coarse"])
def test_cifar100_same_as_keras(label_mode, tmp_path, monkeypatch):
    for name, content in pickled(cifar100).items():
        write(tmp_path / "cifar-100-python" / name, content)
    same_as_keras(cifar100, tmp_path, monkeypatch, label_mode)


@pytest.mark.slow  # Keras's loader wants the full 60,000 pictures.
def test_cifar10_same_as_keras(tmp_path, monkeypatch):
    for seed, name in enumerate(small_batches(cifar10)):
        write(
            tmp_path / "cifar-10-batches-py" / name,
            python2_pickle(batch(seed, count=10_000)),
        )
    same_as_keras(cifar10, tmp_path, monkeypatch)


def test_label_mode_is_checked():
    with pytest.raises(ValueError, match="`label_mode` must be 'fine' or 'coarse'"):
        cifar100.load_data("medium")


class Bomb:
    def __reduce__(self):
        return os.mkdir, ("exploded",)


def object_array():
    return batch(0) | {"data": np.array([[b"x"]], dtype=object)}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (pickle.dumps({b"data": Bomb(), b"fine_labels": []}), "posix.mkdir"),
        (pickle.dumps({"data": 1}, protocol=2), "data"),
        (python2_pickle(object_array()), "arrays of type b'O8' are not expected"),
        (python2_pickle(batch(0) | {"fine_labels": [1]}), "not 1 rows of 3072 bytes"),
        (python2_pickle(batch(0))[:-50], ""),
        (b"", ""),
    ],
    ids=["code", "keys", "objects", "lengths", "cut", "empty"],
)
@pytest.mark.parametrize("unpacked", [True, False])
def test_bad_batch_is_refused(content, reason, unpacked, tmp_path):
    members = pickled(cifar100) | {"train": content}
    if unpacked:
        for name, member in members.items():
            write(tmp_path / name, member)
    else:
        write(
            tmp_path / "cifar-100-python.tar.gz", archive("cifar-100-python", members)
        )
    with pytest.raises(ValueError, match="or it is damaged") as caught:
        cifar100.load_data(data_home=tmp_path)
    assert reason in str(caught.value)
    assert not (tmp_path / "exploded").exists()


def test_archive_without_a_member(tmp_path):
    members = pickled(cifar10)
    del members["data_batch_3"]
    folder = KINDS[cifar10][1]
    write(tmp_path / KINDS[cifar10][0], archive(folder, members))
    with pytest.raises(ValueError, match=f"it lacks {folder}/data_batch_3"):
        cifar10.load_data(data_home=tmp_path)


def test_link_in_the_place_of_a_member(tmp_path):
    name, folder = KINDS[cifar100]
    with tarfile.open(tmp_path / name, "w:gz") as tar:
        for member in ("train", "test"):
            info = tarfile.TarInfo(f"{folder}/{member}")
            info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
            tar.addfile(info)
    with pytest.raises(ValueError, match="or it is damaged"):
        cifar100.load_data(data_home=tmp_path)


def test_folder_without_a_batch(tmp_path):
    for name, content in pickled(cifar10).items():
        if name != "data_batch_3":
            write(tmp_path / "cifar-10-batches-py" / name, content)
    with pytest.raises(FileNotFoundError, match="data_batch_3 is missing"):
        cifar10.load_data(data_home=tmp_path)
