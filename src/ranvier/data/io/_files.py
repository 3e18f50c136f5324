"""Whole files, and names of files."""

import glob
import os

import numpy as np

from ranvier.data.io._streams import open_file
from ranvier.data.io._texts import one_by_one
from ranvier.data.io._values import to_bytes, to_path, to_strings


@one_by_one
def read_file(filename, name=None):
    """Returns the bytes of a file.

    Args:
        filename: its path.
        name: ignored.

    Raises:
        NotFoundError: if there is none.
    """
    with open_file(filename) as file:
        return file.read()


def write_file(filename, contents, name=None):
    """Writes a file, and the folders it lies in.

    Args:
        filename: its path.
        contents: bytes, text or a scalar tensor.
        name: ignored.

    Example:
        >>> import os, tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "new", "hello.txt")
        >>> write_file(path, "hello")
        >>> read_file(path)
        b'hello'
    """
    path = to_path(filename)
    contents = to_bytes(contents, "contents")
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open_file(path, "wb") as file:
        file.write(contents)


def matching_files(pattern, name=None):
    """Returns the names of files that match a pattern, in order.

    Args:
        pattern: a pattern with `*`, `?` and `[...]`, or a list or tensor of patterns.
        name: ignored.

    Returns:
        An array of bytes.
    """
    found = set()
    for one in to_strings(pattern, "pattern").flat:
        found.update(map(os.fsencode, glob.glob(os.fsdecode(one), include_hidden=True)))
    names = np.empty(len(found), object)
    names[:] = sorted(found)
    return names


def match_filenames_once(pattern, name=None):
    """Returns the names of files that match a pattern, see `matching_files`.

    Args:
        pattern: a pattern, or a list or tensor of patterns.
        name: ignored.
    """
    return matching_files(pattern)
