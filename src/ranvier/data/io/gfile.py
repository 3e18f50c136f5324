"""Files and folders by the names of `tf.io.gfile`, on the machine's own disks."""

import glob as _glob
import os
import shutil
from typing import NamedTuple

from ranvier.data.io._gfile import GFile
from ranvier.data.io._values import to_path
from ranvier.tensors._errors import (
    AlreadyExistsError,
    FailedPreconditionError,
    InvalidArgumentError,
    NotFoundError,
)

__all__ = [
    "GFile",
    "copy",
    "exists",
    "get_registered_schemes",
    "glob",
    "isdir",
    "join",
    "listdir",
    "makedirs",
    "mkdir",
    "remove",
    "rename",
    "rmtree",
    "stat",
    "walk",
]


class FileStatistics(NamedTuple):
    """What `stat` returns.

    Attributes:
        length: number of bytes.
        mtime_nsec: time of the last change, in nanoseconds.
        is_directory: whether it is a folder.
    """

    length: int
    mtime_nsec: int
    is_directory: bool


def _existing(path):
    path = to_path(path)
    if not os.path.lexists(path):
        raise NotFoundError(f"{path}; No such file or directory")
    return path


def _free(path, overwrite):
    path = to_path(path)
    if os.path.exists(path) and not overwrite:
        raise AlreadyExistsError(f"file already exists: {path}")
    return path


def copy(src, dst, overwrite=False):
    """Copies a file.

    Args:
        src: the file.
        dst: the path of the copy.
        overwrite: whether it may replace another one.

    Raises:
        NotFoundError: if there is no file.
        AlreadyExistsError: if the path is taken.
    """
    source = _existing(src)
    target = _free(dst, overwrite)
    if os.path.isdir(source):
        raise InvalidArgumentError(f"{source} is a folder: only files are copied.")
    shutil.copyfile(source, target)


def exists(path):
    """Tells whether there is a file or folder."""
    return os.path.exists(to_path(path))


def get_registered_schemes():
    """Returns the kinds of paths that are understood: those of this machine."""
    return [""]


def glob(pattern):
    """Returns the files that match a pattern, or one of several."""
    patterns = pattern if isinstance(pattern, (list, tuple)) else [pattern]
    return [
        name
        for one in patterns
        for name in sorted(_glob.glob(to_path(one), include_hidden=True))
    ]


def isdir(path):
    """Tells whether there is a folder."""
    return os.path.isdir(to_path(path))


def join(path, *paths):
    """Joins parts of a path."""
    return os.path.join(to_path(path), *map(to_path, paths))


def listdir(path):
    """Returns the names in a folder.

    Raises:
        NotFoundError: if there is no such folder.
    """
    path = to_path(path)
    if not os.path.isdir(path):
        raise NotFoundError(f"Could not find directory {path}")
    return sorted(os.listdir(path))


def makedirs(path):
    """Makes a folder and those it lies in, where they do not exist yet."""
    path = to_path(path)
    try:
        os.makedirs(path, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise FailedPreconditionError(f"{path} is not a directory") from error


def mkdir(path):
    """Makes a folder, if it does not exist yet.

    Raises:
        NotFoundError: if the folder it would lie in does not exist.
    """
    path = to_path(path)
    try:
        os.mkdir(path)
    except FileNotFoundError as error:
        raise NotFoundError(f"{path}; No such file or directory") from error
    except FileExistsError as error:
        if not os.path.isdir(path):
            raise FailedPreconditionError(f"{path} is not a directory") from error


def remove(path):
    """Deletes a file.

    Raises:
        NotFoundError: if there is none.
        FailedPreconditionError: if it is a folder.
    """
    path = _existing(path)
    if os.path.isdir(path):
        raise FailedPreconditionError(f"{path}; Is a directory")
    os.remove(path)


def rename(src, dst, overwrite=False):
    """Renames a file or folder.

    Args:
        src: its path.
        dst: its new path.
        overwrite: whether it may replace another one.

    Raises:
        NotFoundError: if there is none.
        AlreadyExistsError: if the new path is taken.
    """
    os.replace(_existing(src), _free(dst, overwrite))


def rmtree(path):
    """Deletes a folder with all that is in it, or a file.

    Raises:
        NotFoundError: if there is none.
    """
    path = _existing(path)
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        os.remove(path)


def stat(path):
    """Returns size, time of the last change, and whether it is a folder.

    Raises:
        NotFoundError: if there is no file or folder.
    """
    path = _existing(path)
    found = os.stat(path)
    return FileStatistics(found.st_size, found.st_mtime_ns, os.path.isdir(path))


def walk(top, topdown=True, onerror=None):
    """Yields `(folder, names of folders, names of files)` for a folder and all in it.

    Args:
        top: the folder.
        topdown: whether a folder comes before those in it.
        onerror: a function that is called with errors; they are passed over else.
    """
    return os.walk(to_path(top), topdown, onerror)
