"""CIFAR-10: colour pictures of ten kinds of things, 32 by 32 pixels."""

import os

import numpy as np

from ranvier.datasets._cifar import load_batches, to_pictures
from ranvier.datasets._fetch import Remote

_FILE = Remote(
    name="cifar-10-python.tar.gz",
    url="https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
    sha256="6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
)
_BATCHES = (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch")


def load_data(*, data_home: str | os.PathLike | None = None):
    """Loads 50,000 training and 10,000 test pictures of ten kinds of things.

    The labels 0 to 9 are: airplane, automobile, bird, cat, deer, dog, frog, horse,
    ship, truck. A copy on this machine is used where there is one; otherwise the
    archive is downloaded to ranvier's cache, once. It is read where it lies, and the
    pickles in it cannot run code.

    Args:
        data_home: a folder to look in first; it holds `cifar-10-python.tar.gz`, or the
            unpacked batches.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: `uint8` arrays, pictures of shape
        `(count, 32, 32, 3)` with values from 0 to 255 and labels of shape `(count, 1)`.
        With the image data format `channels_first`, pictures have the shape
        `(count, 3, 32, 32)`.

    Raises:
        FileNotFoundError: if no copy is found and the download fails.
        OSError: if the download has the wrong checksum.
        ValueError: if the file found is damaged.

    Example:
        >>> from ranvier.datasets import cifar10
        >>> (x_train, y_train), (x_test, y_test) = cifar10.load_data()  # doctest: +SKIP
        >>> x_train.shape, y_test.shape  # doctest: +SKIP
        ((50000, 32, 32, 3), (10000, 1))
    """
    batches = load_batches(_FILE, "cifar-10-batches-py", _BATCHES, "labels", data_home)
    *train, (x_test, y_test) = batches
    x_train = np.concatenate([pixels for pixels, _ in train])
    y_train = np.concatenate([labels for _, labels in train])
    return (
        (to_pictures(x_train), _column(y_train)),
        (to_pictures(x_test), _column(y_test)),
    )


def _column(labels) -> np.ndarray:
    return np.asarray(labels, np.uint8).reshape(-1, 1)
