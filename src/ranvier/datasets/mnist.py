"""MNIST: handwritten digits, 28 by 28 pixels."""

import os

import numpy as np

from ranvier.datasets._fetch import Remote, from_path, reading

_FILE = Remote(
    name="mnist.npz",
    url="https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
    sha256="731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
)


def load_data(path="mnist.npz", *, data_home: str | os.PathLike | None = None):
    """Loads 60,000 training and 10,000 test pictures of the digits 0 to 9.

    A copy on this machine is used where there is one; otherwise the file is downloaded
    to ranvier's cache, once.

    Args:
        path: a path to the `.npz` file, or its name in the folders looked in.
        data_home: a folder to look in first.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: `uint8` arrays, pictures of shape
        `(count, 28, 28)` with values from 0 to 255 and labels of shape `(count,)`.

    Raises:
        FileNotFoundError: if no copy is found and the download fails.
        OSError: if the download has the wrong checksum.
        ValueError: if the file found is damaged.

    Example:
        >>> from ranvier.datasets import mnist
        >>> (x_train, y_train), (x_test, y_test) = mnist.load_data()  # doctest: +SKIP
        >>> x_train.shape, y_test.shape  # doctest: +SKIP
        ((60000, 28, 28), (10000,))
    """
    file = from_path(path, _FILE, data_home)
    with (
        reading(file, "an npz file with MNIST's four arrays"),
        np.load(file, allow_pickle=False) as arrays,
    ):
        train = arrays["x_train"], arrays["y_train"]
        test = arrays["x_test"], arrays["y_test"]
    return train, test
