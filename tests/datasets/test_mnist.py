"""MNIST from npz files, beside Keras's own loader."""

import dataclasses
import hashlib
import io
import pickle

import keras
import numpy as np
import pytest

from ranvier.datasets import mnist

NAMES = ("x_train", "y_train", "x_test", "y_test")


def small_mnist():
    rng = np.random.default_rng(0)

    def part(count):
        return (
            rng.integers(0, 256, (count, 28, 28), dtype=np.uint8),
            rng.integers(0, 10, count, dtype=np.uint8),
        )

    return dict(zip(NAMES, (*part(20), *part(5)), strict=True))


def npz(**arrays):
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def same(ours, theirs):
    for our_part, their_part in zip(ours, theirs, strict=True):
        for our_array, their_array in zip(our_part, their_part, strict=True):
            assert our_array.dtype == their_array.dtype
            np.testing.assert_array_equal(our_array, their_array)


def test_same_as_keras(folders, monkeypatch):
    folders["keras"].mkdir(parents=True)
    file = folders["keras"] / "mnist.npz"
    file.write_bytes(npz(**small_mnist()))
    module = __import__("keras.src.datasets.mnist", fromlist=["get_file"])
    monkeypatch.setattr(module, "get_file", lambda **_: str(file))
    same(mnist.load_data(), keras.datasets.mnist.load_data())


def test_download(folders, server, monkeypatch):
    content = npz(**small_mnist())
    server.files["mnist.npz"] = content
    file = dataclasses.replace(
        mnist._FILE,
        url=server.url("mnist.npz"),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    monkeypatch.setattr(mnist, "_FILE", file)
    for _ in range(2):
        (x_train, y_train), (x_test, y_test) = mnist.load_data()
    assert x_train.shape == (20, 28, 28) and x_test.shape == (5, 28, 28)
    assert y_train.shape == (20,) and y_test.shape == (5,)
    assert server.asked == ["mnist.npz"]


def test_path_and_data_home(tmp_path):
    file = tmp_path / "digits" / "mnist.npz"
    file.parent.mkdir()
    file.write_bytes(npz(**small_mnist()))
    same(mnist.load_data(file), mnist.load_data(data_home=file.parent))


def test_object_arrays_are_not_unpickled(tmp_path):
    class Bomb:
        def __reduce__(self):
            return pytest.fail, ("a pickle in the file was run",)

    arrays = small_mnist() | {"y_test": np.array([Bomb()], dtype=object)}
    file = tmp_path / "bomb.npz"
    file.write_bytes(npz(**arrays))
    with pytest.raises(ValueError, match="bomb.npz is not an npz file"):
        mnist.load_data(file)
    file.write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(ValueError, match="bomb.npz is not an npz file"):
        mnist.load_data(file)


def test_missing_array(tmp_path):
    arrays = small_mnist()
    del arrays["y_test"]
    file = tmp_path / "three.npz"
    file.write_bytes(npz(**arrays))
    with pytest.raises(ValueError, match="y_test"):
        mnist.load_data(file)
