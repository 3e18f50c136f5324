"""CIFAR-100: colour pictures of a hundred kinds of things, 32 by 32 pixels."""

import os

import numpy as np

from ranvier.datasets._cifar import load_batches, to_pictures
from ranvier.datasets._fetch import Remote

_FILE = Remote(
    name="cifar-100-python.tar.gz",
    url="https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz",
    sha256="85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
)


def load_data(label_mode="fine", *, data_home: str | os.PathLike | None = None):
    """Loads 50,000 training and 10,000 test pictures of a hundred kinds of things.

    A copy on this machine is used where there is one; otherwise the archive is
    downloaded to ranvier's cache, once. It is read where it lies, and the pickles in it
    cannot run code.

    Args:
        label_mode: `"fine"` for the hundred kinds, `"coarse"` for the twenty groups
            they belong to.
        data_home: a folder to look in first; it holds `cifar-100-python.tar.gz`, or the
            unpacked files `train` and `test`.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: pictures as `uint8` arrays of shape
        `(count, 32, 32, 3)` with values from 0 to 255, and labels as `int64` arrays of
        shape `(count, 1)`, the type Keras gives them. With the image data format
        `channels_first`, pictures have the shape `(count, 3, 32, 32)`.

    Raises:
        ValueError: if `label_mode` is neither of the two, or the file is damaged.
        FileNotFoundError: if no copy is found and the download fails.
        OSError: if the download has the wrong checksum.

    Example:
        >>> from ranvier.datasets import cifar100
        >>> (x_train, y_train), test = cifar100.load_data()  # doctest: +SKIP
        >>> x_train.shape, y_train.max()  # doctest: +SKIP
        ((50000, 32, 32, 3), np.int64(99))
    """
    if label_mode not in ("fine", "coarse"):
        raise ValueError(
            f"`label_mode` must be 'fine' or 'coarse'. Received: {label_mode!r}"
        )
    (x_train, y_train), (x_test, y_test) = load_batches(
        _FILE, "cifar-100-python", ("train", "test"), f"{label_mode}_labels", data_home
    )
    return (
        (to_pictures(x_train), _column(y_train)),
        (to_pictures(x_test), _column(y_test)),
    )


def _column(labels) -> np.ndarray:
    return np.asarray(labels, np.int64).reshape(-1, 1)
