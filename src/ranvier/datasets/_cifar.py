"""Reads the batches of CIFAR-10 and CIFAR-100 in their "python version".

A batch is a pickled dictionary, written by Python 2: the pixels as an array of bytes, a
row a picture, and the labels as a list. Unpickling runs what the file says, so the
reader here knows three names only, those an array of bytes is rebuilt with.
"""

import io
import os
import pickle
import tarfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ranvier.core._config import image_data_format
from ranvier.datasets._fetch import Remote, find, find_or_fetch, reading

_PIXELS = 3 * 32 * 32


def load_batches(
    remote: Remote,
    folder: str,
    members: Sequence[str],
    label: str,
    data_home: str | os.PathLike | None,
) -> list[tuple[np.ndarray, list[int]]]:
    """Returns pixels and labels of each member, in order.

    The data may be the archive, under its public name or one that Keras gives it, or
    the `folder` that comes out of it.
    """
    names = [
        remote.name,
        f"{folder}/{members[0]}",
        # What Keras's cache holds, by its present and by its older naming.
        f"{folder}-target_archive",
        f"{folder}-target/{folder}/{members[0]}",
        f"{folder}.tar.gz",
    ]
    path = find(names, data_home) or find_or_fetch([remote], data_home)[0]
    if path.name == members[0]:
        return [_read_file(path.with_name(name), label) for name in members]
    with reading(path, f"a gzipped tar archive with {', '.join(members)}"):
        return _read_archive(path, [f"{folder}/{name}" for name in members], label)


def to_pictures(rows: np.ndarray) -> np.ndarray:
    """Makes rows of pixels (all red, all green, all blue) into pictures."""
    pictures = rows.reshape(-1, 3, 32, 32)
    if image_data_format() == "channels_last":
        pictures = pictures.transpose(0, 2, 3, 1)
    return np.ascontiguousarray(pictures)


def _read_file(path: Path, label: str) -> tuple[np.ndarray, list[int]]:
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is missing beside its other batches. Unpack the archive again, or "
            f"remove {path.parent}."
        )
    with reading(path, "a pickled CIFAR batch"):
        return _read_batch(path.read_bytes(), label)


def _read_archive(
    path: Path, members: Sequence[str], label: str
) -> list[tuple[np.ndarray, list[int]]]:
    """Reads the members, each by its exact name; nothing is unpacked to disk."""
    batches = {}
    with tarfile.open(path, "r:gz") as archive:
        # In the order of the archive: going back would mean to decompress it again.
        for info in archive:
            if info.name in members:
                file = archive.extractfile(info)
                if file is None:
                    raise ValueError(f"{info.name} is not a plain file")
                batches[info.name] = _read_batch(file.read(), label)
    missing = [name for name in members if name not in batches]
    if missing:
        raise ValueError(f"it lacks {', '.join(missing)}")
    return [batches[name] for name in members]


def _read_batch(content: bytes, label: str) -> tuple[np.ndarray, list[int]]:
    batch = _BatchUnpickler(io.BytesIO(content), encoding="bytes").load()
    pixels, labels = batch[b"data"], batch[label.encode()]
    if not (
        isinstance(pixels, np.ndarray)
        and pixels.dtype == np.uint8
        and pixels.shape == (len(labels), _PIXELS)
    ):
        raise ValueError(f"its pixels are not {len(labels)} rows of {_PIXELS} bytes")
    return pixels, labels


def _byte_type(name, *details) -> np.dtype:
    if name not in (b"u1", "u1"):
        raise pickle.UnpicklingError(f"arrays of type {name!r} are not expected here")
    return np.dtype(np.uint8)


_NEW_ARRAY = np.empty(0, np.uint8).__reduce__()[0]

_KNOWN_NAMES = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): _byte_type,
    ("numpy.core.multiarray", "_reconstruct"): _NEW_ARRAY,
    ("numpy._core.multiarray", "_reconstruct"): _NEW_ARRAY,
}


class _BatchUnpickler(pickle.Unpickler):
    """Rebuilds dictionaries, lists, numbers, strings and arrays of bytes."""

    def find_class(self, module_name, global_name):
        try:
            return _KNOWN_NAMES[module_name, global_name]
        except KeyError:
            raise pickle.UnpicklingError(
                f"it asks for {module_name}.{global_name}, which no CIFAR batch needs"
            ) from None
