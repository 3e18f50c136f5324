"""Guards: what is read from a file that anybody may have made.

Loading goes by data alone. Members of an archive are read by their exact names, HDF5
objects through hard links in the file itself; sizes are compared with what is really
stored before memory is asked for.
"""

import contextlib
import math
import posixpath
import zipfile

import h5py
import ml_dtypes
import numpy as np

# Up to this size nothing is suspicious; above it, what a file declares must be stored
# in it to at least a hundredth. Keras and ranvier store without compression.
_SMALL = 64 * 2**20
_MAX_EXPANSION = 100


def _check_size(what, declared, stored):
    if declared > _SMALL and declared > _MAX_EXPANSION * stored:
        raise ValueError(
            f"{what} declares {declared:,} bytes, but only {stored:,} bytes are "
            "stored in the file. It is refused: reading it could exhaust the memory."
        )


@contextlib.contextmanager
def naming(filepath):
    """Says in errors from inside which file was being read."""
    try:
        yield
    except (ValueError, TypeError) as error:
        kind = ValueError if isinstance(error, ValueError) else TypeError
        raise kind(f"Cannot load '{filepath}'. {error}") from error


# Archives.


def open_archive(file):
    """Opens a zip archive for reading.

    Raises:
        ValueError: if it is none, or names a member twice.
    """
    try:
        archive = zipfile.ZipFile(file)
    except zipfile.BadZipFile as error:
        raise ValueError(f"It is no zip archive, or a broken one: {error}") from error
    names = archive.namelist()
    if len(set(names)) != len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ValueError(f"The archive has several members of one name: {twice}.")
    return archive


def read_member(archive, name: str) -> bytes:
    """Returns the content of the member of exactly this name.

    Raises:
        ValueError: if there is none, it is damaged, or grows out of proportion.
    """
    try:
        info = archive.getinfo(name)
    except KeyError:
        raise ValueError(f"The archive has no member '{name}'.") from None
    _check_size(f"The member '{name}'", info.file_size, info.compress_size)
    try:
        return archive.read(info)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise ValueError(f"The member '{name}' cannot be read: {error}") from error


def is_plain_name(name: str) -> bool:
    """Tells whether a relative path stays in its folder on every system."""
    parts = name.split("/")
    return not any(part in ("", ".", "..") or set(part) & set('\\:"') for part in parts)


# HDF5.


def find_group(parent, path: str):
    """Returns the group at a path, or None; follows hard links only.

    Raises:
        ValueError: if the path leads through a soft or an external link.
    """
    for name in filter(None, path.split("/")):
        parent = _member(parent, name, h5py.Group)
        if parent is None:
            return None
    return parent


def find_dataset(group, name: str):
    """Returns the dataset of a name in a group, or None.

    Raises:
        ValueError: if it is a link, lies in other files, has a type that is no
            number, or declares far more than it stores.
    """
    folder, _, name = name.rpartition("/")
    group = find_group(group, folder)
    dataset = None if group is None else _member(group, name, h5py.Dataset)
    if dataset is None:
        return None
    what = f"The dataset '{dataset.name}'"
    if dataset.is_virtual or dataset.external:
        raise ValueError(f"{what} takes its values from other files. It is refused.")
    numeric = dataset.dtype.kind in "biufc" or _is_bfloat16(dataset)
    if dataset.shape is None or not numeric:
        raise ValueError(f"{what} holds no numbers: its type is {dataset.dtype}.")
    declared = math.prod(dataset.shape) * dataset.dtype.itemsize
    _check_size(what, declared, dataset.id.get_storage_size())
    return dataset


def read_dataset(dataset) -> np.ndarray:
    """Returns the values of a dataset of `find_dataset`."""
    try:
        values = dataset[()]
    except (OSError, RuntimeError) as error:
        raise ValueError(f"'{dataset.name}' cannot be read: {error}") from error
    values = np.asarray(values)
    return values.view(ml_dtypes.bfloat16) if _is_bfloat16(dataset) else values


def _is_bfloat16(dataset):
    # HDF5 has no such type: Keras stores the two bytes and says so in an attribute.
    return dataset.dtype.str == "|V2" and dataset.attrs.get("dtype") == "bfloat16"


def _member(parent, name, kind):
    link = parent.get(name, getlink=True)
    if link is None:
        return None
    path = posixpath.join(parent.name, name)
    if not isinstance(link, h5py.HardLink):
        raise ValueError(
            f"'{path}' is a {type(link).__name__}. Only the file itself "
            "is read; links are refused."
        )
    member = parent[name]
    if not isinstance(member, kind):
        raise ValueError(
            f"'{path}' should be a {kind.__name__.lower()}, but is a "
            f"{type(member).__name__.lower()}."
        )
    return member
