"""Fashion-MNIST: pictures of clothes, 28 by 28 pixels."""

import gzip
import math
import os
import struct
from pathlib import Path

import numpy as np

from ranvier.datasets._fetch import Remote, find_or_fetch, reading

_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"


def _remote(name: str, sha256: str) -> Remote:
    return Remote(f"fashion-mnist/{name}", _URL + name, sha256, zipped=True)


# In the order of the result. The checksums are those of the unpacked files.
_FILES = (
    _remote(
        "train-images-idx3-ubyte.gz",
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    ),
    _remote(
        "train-labels-idx1-ubyte.gz",
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    ),
    _remote(
        "t10k-images-idx3-ubyte.gz",
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    ),
    _remote(
        "t10k-labels-idx1-ubyte.gz",
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    ),
)


def load_data(*, data_home: str | os.PathLike | None = None):
    """Loads 60,000 training and 10,000 test pictures of ten kinds of clothes.

    The labels 0 to 9 are: T-shirt or top, trousers, pullover, dress, coat, sandal,
    shirt, sneaker, bag, ankle boot. A copy on this machine is used where there is one
    (Debian's package dataset-fashion-mnist is one); otherwise the files are downloaded
    to ranvier's cache, once.

    Args:
        data_home: a folder to look in first; the four files may lie in it or in its
            sub-folder `fashion-mnist`.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: `uint8` arrays, pictures of shape
        `(count, 28, 28)` with values from 0 to 255 and labels of shape `(count,)`.

    Raises:
        FileNotFoundError: if no copy is found and the download fails.
        OSError: if a download has the wrong checksum.
        ValueError: if a file found is damaged.

    Example:
        >>> from ranvier.datasets import fashion_mnist
        >>> (x_train, y_train), test = fashion_mnist.load_data()  # doctest: +SKIP
        >>> x_train.shape, y_train[0]  # doctest: +SKIP
        ((60000, 28, 28), np.uint8(9))
    """
    paths = find_or_fetch(_FILES, data_home)
    x_train, y_train, x_test, y_test = map(_read_idx, paths)
    return (x_train, y_train), (x_test, y_test)


def _read_idx(path: Path) -> np.ndarray:
    """Reads a gzipped IDX file of unsigned bytes.

    The header is two zero bytes, the type (8: unsigned byte), the number of dimensions,
    then each dimension as a big-endian 32-bit number.
    """
    with reading(path, "a gzipped IDX file of bytes"):
        with gzip.open(path, "rb") as file:
            content = file.read()
        zeros, kind, rank = struct.unpack_from(">HBB", content)
        if zeros != 0 or kind != 8:
            raise ValueError(f"its first bytes are {content[:4].hex(' ')}")
        shape = struct.unpack_from(f">{rank}I", content, 4)
        start = 4 + 4 * rank
        if len(content) - start != math.prod(shape):
            raise ValueError(f"it has {len(content) - start:,} bytes for {shape}")
        # A copy, because an array on top of `bytes` cannot be written to.
        return np.frombuffer(content, np.uint8, offset=start).reshape(shape).copy()
