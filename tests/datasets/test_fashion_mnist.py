"""Fashion-MNIST from idx files, beside Keras's own loader."""

import dataclasses
import gzip
import hashlib
import struct
import subprocess
from pathlib import Path

import keras
import numpy as np
import pytest

from ranvier.datasets import _fetch, fashion_mnist

NAMES = [Path(remote.name).name for remote in fashion_mnist._FILES]
INSTALLED = Path("/usr/share/datasets/fashion-mnist")


def idx(array):
    shape = struct.pack(f">{array.ndim}I", *array.shape)
    return bytes([0, 0, 8, array.ndim]) + shape + array.tobytes()


def small_files():
    rng = np.random.default_rng(0)
    files = {}
    for name in NAMES:
        count = 12 if name.startswith("train") else 7
        shape = (count, 28, 28) if "images" in name else (count,)
        files[name] = idx(rng.integers(0, 10, shape, dtype=np.uint8))
    return files


def write(folder, files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(gzip.compress(content))


def test_same_as_keras(folders, monkeypatch):
    home = folders["keras"].parent
    write(folders["keras"] / "fashion-mnist", small_files())
    monkeypatch.setattr("keras.src.backend.config._KERAS_DIR", str(home))
    theirs = keras.datasets.fashion_mnist.load_data()
    for our_part, their_part in zip(fashion_mnist.load_data(), theirs, strict=True):
        for ours, their in zip(our_part, their_part, strict=True):
            assert ours.dtype == their.dtype
            np.testing.assert_array_equal(ours, their)
            assert ours.flags.writeable


@pytest.mark.parametrize("sub_folder", ["", "fashion-mnist"])
def test_data_home(tmp_path, sub_folder):
    write(tmp_path / "home" / sub_folder, small_files())
    (x_train, _), (_, y_test) = fashion_mnist.load_data(data_home=tmp_path / "home")
    assert x_train.shape == (12, 28, 28) and y_test.shape == (7,)


def test_download(server, monkeypatch):
    files = small_files()
    server.files = {name: gzip.compress(files[name]) for name in NAMES}
    remotes = [
        dataclasses.replace(
            remote,
            url=server.url(name),
            sha256=hashlib.sha256(files[name]).hexdigest(),
        )
        for name, remote in zip(NAMES, fashion_mnist._FILES, strict=True)
    ]
    monkeypatch.setattr(fashion_mnist, "_FILES", remotes)
    for _ in range(2):
        (x_train, y_train), _ = fashion_mnist.load_data()
    assert x_train.shape == (12, 28, 28) and y_train.shape == (12,)
    assert server.asked == NAMES


def damaged_files():
    images = small_files()[NAMES[0]]
    return {
        "short": gzip.compress(images[:-1]),
        "another type": gzip.compress(images[:2] + b"\x0d" + images[3:]),
        "empty": gzip.compress(b""),
        "not zipped": images,
        "cut": gzip.compress(images)[:-20],
    }


@pytest.mark.parametrize("damage", damaged_files())
def test_damaged_file_is_named(tmp_path, damage):
    write(tmp_path, small_files())
    (tmp_path / NAMES[0]).write_bytes(damaged_files()[damage])
    with pytest.raises(ValueError, match=f"{NAMES[0]} is not a gzipped IDX file"):
        fashion_mnist.load_data(data_home=tmp_path)


@pytest.mark.skipif(not INSTALLED.is_dir(), reason="dataset-fashion-mnist is missing")
def test_debian_package(monkeypatch):
    """The installed files are found where the package says, and are the real ones."""
    listed = subprocess.run(
        ["dpkg", "-L", "dataset-fashion-mnist"], capture_output=True, text=True
    )
    if listed.returncode == 0:
        assert str(INSTALLED) in listed.stdout.splitlines()
    monkeypatch.setattr(_fetch, "SYSTEM_FOLDER", INSTALLED.parent)
    (x_train, y_train), (x_test, y_test) = fashion_mnist.load_data()
    assert x_train.shape == (60_000, 28, 28) and x_test.shape == (10_000, 28, 28)
    assert y_train[:5].tolist() == [9, 0, 0, 3, 0]
    assert np.bincount(y_train).tolist() == [6000] * 10
    assert np.bincount(y_test).tolist() == [1000] * 10
    for remote in fashion_mnist._FILES:
        _fetch._check(remote, INSTALLED.parent / remote.name)
