"""Guards: what is read from a file that anybody may have made.

Loading goes by data alone. Members of an archive are read by their exact names, HDF5
objects through hard links in the file itself; sizes are compared with what is really
stored before memory is asked for. `_limits` has the numbers.
"""

import contextlib
import json
import math
import os
import posixpath
import stat
import zipfile

import h5py
import ml_dtypes
import numpy as np

from ranvier.core._errors import ArgumentError
from ranvier.saving._limits import get_limits

# Filters of HDF5 that come with h5py. For others, HDF5 would load a plug-in.
_FILTERS = {
    h5py.h5z.FILTER_DEFLATE,
    h5py.h5z.FILTER_SHUFFLE,
    h5py.h5z.FILTER_FLETCHER32,
    h5py.h5z.FILTER_SZIP,
    h5py.h5z.FILTER_NBIT,
    h5py.h5z.FILTER_SCALEOFFSET,
    h5py.h5z.FILTER_LZF,
}


# Of arrays that JAX takes over as they are, on CPUs; how much is read at once.
_ALIGNMENT = 64
_PIECE = 2**20


@contextlib.contextmanager
def naming(filepath):
    """Says in errors from inside which file was being read.

    Whatever a damaged file makes go wrong is a ValueError or a TypeError outside.
    """
    try:
        yield
    except (ImportError, Warning):
        raise
    except OSError as error:
        if error.errno is not None:  # the disk's fault, not the content's
            raise
        raise ValueError(f"Cannot load '{filepath}'. {error}") from error
    except TypeError as error:
        kind = ArgumentError if isinstance(error, ValueError) else TypeError
        raise kind(f"Cannot load '{filepath}'. {error}") from error
    except Exception as error:
        text = error if isinstance(error, ValueError) else repr(error)
        raise ValueError(f"Cannot load '{filepath}'. {text}") from error


def check_size(what, declared, stored):
    """Refuses what would grow out of proportion when it is read.

    Args:
        what: what an error calls it.
        declared: the bytes it says it has.
        stored: the bytes it takes in the file.

    Raises:
        ValueError: if `declared` is beyond the limits.
    """
    limits = get_limits()
    if declared > max(limits.free_bytes, limits.expansion * stored):
        raise ValueError(
            f"{what} declares {declared:,} bytes, but only {stored:,} bytes are "
            "stored in the file. It is refused: reading it could exhaust the memory. "
            "See `saving.set_limits` if you trust it."
        )


# Texts.


def parse_json(text, what: str):
    """Returns the content of a JSON text, checked.

    Args:
        text: a string or bytes.
        what: what an error calls it.

    Raises:
        ValueError: if it is no JSON, too long, nested too deeply, has a key twice in
            one dictionary, or a number that is not finite.
    """
    limits = get_limits()
    if len(text) > limits.config_bytes:
        raise ValueError(
            f"{what} has {len(text):,} bytes, more than the limit of "
            f"{limits.config_bytes:,}. See `saving.set_limits(config_bytes=...)`."
        )
    try:
        content = json.loads(text, object_pairs_hook=_without_twins)
    except RecursionError as error:
        raise ValueError(
            f"{what} is no valid JSON: it is nested too deeply."
        ) from error
    except ValueError as error:
        raise ValueError(f"{what} is no valid JSON: {error}") from error
    check_values(content, what)
    return content


def _without_twins(pairs):
    result = dict(pairs)
    if len(result) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice[:100]!r} stands twice in one dictionary")
    return result


def check_values(content, what: str) -> None:
    """Refuses a structure that is nested too deeply or holds numbers not finite.

    Args:
        content: lists, dictionaries and plain values.
        what: what an error calls it.

    Raises:
        ValueError: naming the object of the structure that is at fault.
    """
    limits = get_limits()
    waiting = [(content, 1, what, limits.nan)]
    while waiting:
        node, depth, place, any_number = waiting.pop()
        if isinstance(node, float):
            if not (any_number or math.isfinite(node)):
                raise ValueError(
                    f"{place} holds the number {node}. Numbers of a config must be "
                    "finite. See `saving.set_limits(nan=True)`."
                )
            continue
        if isinstance(node, dict):
            if isinstance(node.get("name"), str):
                place = f"The config of '{node['name'][:100]}'"
            data = any_number or node.get("class_name") in ("__numpy__", "__tensor__")
            items = [(v, data or k == "inbound_nodes") for k, v in node.items()]
        elif isinstance(node, (list, tuple)):
            items = [(value, any_number) for value in node]
        else:
            continue
        if depth > limits.depth:
            raise ValueError(
                f"{place} is nested more than {limits.depth} levels deep. See "
                "`saving.set_limits(depth=...)`."
            )
        waiting += [
            (value, depth + 1, place, data)
            for value, data in items
            if isinstance(value, (float, dict, list, tuple))
        ]


# Archives.


def open_archive(file):
    """Opens a zip archive for reading.

    Raises:
        ValueError: if it is none, names a member twice or outside of its folder, holds
            links, or would grow out of proportion.
    """
    _require_regular(file)
    try:
        archive = zipfile.ZipFile(file)
    except (FileNotFoundError, PermissionError):
        raise
    except Exception as error:
        raise ValueError(f"It is no zip archive, or a broken one: {error}") from error
    infos = archive.infolist()
    names = [info.filename for info in infos]
    if len(set(names)) != len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ValueError(f"The archive has several members of one name: {twice}.")
    for info in infos:
        if not is_plain_name(info.filename.removesuffix("/")):
            raise ValueError(f"The member '{info.filename}' would leave its folder.")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise ValueError(f"The member '{info.filename}' is a link.")
        check_size(f"The member '{info.filename}'", info.file_size, info.compress_size)
    size = archive.fp.seek(0, os.SEEK_END)
    stored = sum(info.compress_size for info in infos)
    if stored > size:
        raise ValueError(
            f"The members of the archive overlap: they declare {stored:,} bytes, the "
            f"file has {size:,}."
        )
    check_size("The archive", sum(info.file_size for info in infos), stored)
    return archive


def read_member(archive, name: str) -> bytes:
    """Returns the content of the member of exactly this name.

    Raises:
        ValueError: if there is none, or it is damaged.
    """
    if name not in archive.NameToInfo:
        raise ValueError(f"The archive has no member '{name}'.")
    try:
        return archive.read(name)
    except Exception as error:  # of zipfile, or of any of its decompressors
        raise ValueError(f"The member '{name}' cannot be read: {error}") from error


def read_aligned(archive, name: str) -> np.ndarray:
    """Returns the content of a member as bytes in an array.

    It starts where the device can use it without a copy.

    Raises:
        ValueError: if there is none, or it is damaged.
    """
    if name not in archive.NameToInfo:
        raise ValueError(f"The archive has no member '{name}'.")
    size = archive.NameToInfo[name].file_size
    buffer = np.empty(size + _ALIGNMENT, np.uint8)
    start = -buffer.ctypes.data % _ALIGNMENT
    content = buffer[start : start + size]
    try:
        with archive.open(name) as member:
            count = 0
            while read := member.readinto(memoryview(content[count : count + _PIECE])):
                count += read
            if count != size or member.read(1):
                raise ValueError(f"it has not the {size:,} bytes that it declares")
    except Exception as error:  # of zipfile, or of any of its decompressors
        raise ValueError(f"The member '{name}' cannot be read: {error}") from error
    return content


def is_plain_name(name: str) -> bool:
    """Tells whether a relative path stays in its folder on every system."""
    parts = name.split("/")
    return not any(
        part in ("", ".", "..") or len(part) > 255 or set(part) & set('\\:"\0')
        for part in parts
    )


# HDF5.


def _require_regular(file):
    """Refuses pipes and devices, whose reading may never end."""
    if isinstance(file, (str, os.PathLike)) and os.path.exists(file):
        if not os.path.isfile(file):
            raise ValueError(f"'{file}' is not a regular file.")


def open_h5(file):
    """Opens an HDF5 file for reading.

    Args:
        file: a path or a readable binary file.

    Raises:
        ValueError: if it is none, or a broken one.
        FileNotFoundError: if there is no such file.
    """
    _require_regular(file)
    try:
        return h5py.File(file, "r")
    except (FileNotFoundError, PermissionError):
        raise
    except Exception as error:
        raise ValueError(f"It is no HDF5 file, or a broken one: {error}") from error


def find_group(parent, path: str):
    """Returns the group at a path, or None; follows hard links only.

    Raises:
        ValueError: if the path leads through a soft or an external link.
    """
    for name in filter(None, path.split("/")):
        parent = find_member_of(parent, name)
        if parent is None:
            return None
        _require_kind(parent, h5py.Group)
    return parent


def find_dataset(group, name: str):
    """Returns the dataset of a name in a group, or None.

    Raises:
        ValueError: if it is a link, lies in other files, has a type that is no
            number, or declares far more than it stores.
    """
    folder, _, name = name.rpartition("/")
    group = find_group(group, folder)
    dataset = None if group is None else find_member_of(group, name)
    if dataset is None:
        return None
    _require_kind(dataset, h5py.Dataset)
    what = f"The dataset '{dataset.name}'"
    with _reading(what):
        plan = dataset.id.get_create_plist()
        if plan.get_layout() == h5py.h5d.VIRTUAL or plan.get_external_count():
            raise ValueError(f"{what} takes its values from other files.")
        filters = {plan.get_filter(i)[0] for i in range(plan.get_nfilters())}
        if filters - _FILTERS:
            raise ValueError(f"{what} needs the plug-ins {sorted(filters - _FILTERS)}.")
        numeric = dataset.dtype.kind in "biufc" or is_bfloat16(dataset)
        if dataset.shape is None or not numeric:
            raise ValueError(f"{what} holds no numbers: its type is {dataset.dtype}.")
        itemsize = dataset.dtype.itemsize
        stored = dataset.id.get_storage_size()
        check_size(what, math.prod(dataset.shape) * itemsize, stored)
        check_size(what, math.prod(dataset.chunks or ()) * itemsize, stored)
    return dataset


def read_dataset(dataset, content: np.ndarray | None = None) -> np.ndarray:
    """Returns the values of a dataset of `find_dataset`.

    Args:
        dataset: the dataset.
        content: the content of its file, if it is in memory. Values that lie there in
            one piece are then not copied.
    """
    with _reading(f"'{dataset.name}'"):
        start = None
        if content is not None and dataset.file.userblock_size == 0:
            start = dataset.id.get_offset()  # None for a dataset in several pieces
        end = (start or 0) + dataset.nbytes
        if content is None or start is None or end > len(content):
            values = np.asarray(dataset[()])
        else:
            values = content[start:end].view(dataset.dtype).reshape(dataset.shape)
    return values.view(ml_dtypes.bfloat16) if is_bfloat16(dataset) else values


def read_attribute(item, name: str):
    """Returns the value of an attribute of a group or dataset, or None.

    Raises:
        ValueError: if it is larger than the limits allow.
    """
    with _reading(f"The attribute '{name}' of '{item.name}'"):
        if name not in item.attrs:
            return None
        attribute = item.attrs.get_id(name)
        size = math.prod(attribute.shape or ()) * attribute.dtype.itemsize
        if size > get_limits().config_bytes:
            raise ValueError(f"It declares {size:,} bytes.")
        return item.attrs[name]


def is_bfloat16(dataset) -> bool:
    """Tells whether a dataset holds bfloat16.

    HDF5 has no such type: Keras stores the two bytes and says so in an attribute.
    """
    return dataset.dtype.str == "|V2" and read_attribute(dataset, "dtype") == "bfloat16"


def find_member_of(parent, name: str):
    """Returns a group or dataset directly below a group, or None.

    Raises:
        ValueError: if it is a link to somewhere else.
    """
    path = posixpath.join(parent.name, name)
    with _reading(f"'{path}'"):
        if "\0" in name:
            raise ValueError("Its name has a zero byte.")
        link = parent.get(name, getlink=True)
        if link is None:
            return None
        if not isinstance(link, h5py.HardLink):
            raise ValueError(
                f"It is a {type(link).__name__}. Only the file itself is read; links "
                "are refused."
            )
        return parent[name]


def _require_kind(member, kind):
    if not isinstance(member, kind):
        raise ValueError(
            f"'{member.name}' should be a {kind.__name__.lower()}, but is a "
            f"{type(member).__name__.lower()}."
        )


@contextlib.contextmanager
def _reading(what):
    """Names the entry in whatever HDF5 says about a broken one."""
    try:
        yield
    except Exception as error:
        text = str(error)
        if isinstance(error, ValueError) and text.startswith(what):
            raise
        raise ValueError(f"{what} cannot be read. {text}") from error
