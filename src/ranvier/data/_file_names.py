"""Names of files, as users pass them."""

import glob
import os

import numpy as np

from ranvier.tensors._errors import FailedPreconditionError, NotFoundError


def file_names(names) -> list:
    """Returns names of files as a list of strings.

    Raises:
        TypeError: for anything but names.
    """
    if isinstance(names, (str, bytes, os.PathLike)):
        return [os.fsdecode(names)]
    if hasattr(names, "numpy"):
        names = names.numpy()
    if isinstance(names, np.ndarray):
        names = names.ravel().tolist()
    if isinstance(names, bytes):
        return [os.fsdecode(names)]
    try:
        return [file_names(name)[0] for name in names]
    except TypeError:
        raise TypeError(
            "`filenames` must be a string, a path, or a list (or dataset) of them. "
            f"Received: {names!r}"
        ) from None


def existing(names) -> list:
    """Returns names of files that are there.

    Raises:
        NotFoundError: for a file that is not.
        FailedPreconditionError: for a folder.
    """
    names = file_names(names)
    for name in names:
        if not os.path.exists(name):
            raise NotFoundError(f"{name}; No such file or directory")
        if os.path.isdir(name):
            raise FailedPreconditionError(f"{name}; Is a directory")
    return names


def matches(pattern) -> list:
    """Returns what a pattern matches, sorted; names that begin with a dot as well."""
    return sorted(glob.glob(pattern, include_hidden=True))


def matching(file_pattern) -> list:
    """Returns the files that a pattern, or one of several, matches.

    Raises:
        ValueError: if there is none.
    """
    paths = [path for pattern in file_names(file_pattern) for path in matches(pattern)]
    if not paths:
        raise ValueError(f"No files match `file_pattern` {file_pattern}.")
    return paths
