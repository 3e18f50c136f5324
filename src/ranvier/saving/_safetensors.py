"""The safetensors format: named arrays behind a header of JSON.

A file is the header's length (8 bytes, little-endian), the header, and the bytes of
the arrays without gaps. The header gives each array's `dtype`, `shape` and
`data_offsets`, and texts under `__metadata__`. Nothing in it can run.
"""

import json
import math
import os
import sys

import ml_dtypes
import numpy as np

from ranvier.core._files import atomic_path
from ranvier.saving import _safety

_METADATA = "__metadata__"

_TYPES = {
    "BOOL": np.bool_,
    "U8": np.uint8,
    "I8": np.int8,
    "F8_E4M3": ml_dtypes.float8_e4m3fn,
    "F8_E5M2": ml_dtypes.float8_e5m2,
    "U16": np.uint16,
    "I16": np.int16,
    "F16": np.float16,
    "BF16": ml_dtypes.bfloat16,
    "U32": np.uint32,
    "I32": np.int32,
    "F32": np.float32,
    "U64": np.uint64,
    "I64": np.int64,
    "F64": np.float64,
    "C64": np.complex64,
}
_TYPES = {name: np.dtype(dtype) for name, dtype in _TYPES.items()}
_NAMES = {dtype: name for name, dtype in _TYPES.items()}


def write_tensors(filepath, arrays: dict, metadata: dict | None = None) -> None:
    """Writes named arrays to a file, whole or not at all.

    Args:
        filepath: the file.
        arrays: arrays by name.
        metadata: texts by name.

    Raises:
        ValueError: for a dtype that the format does not have.

    Example:
        >>> import tempfile
        >>> path = tempfile.mkdtemp() + "/weights.safetensors"
        >>> write_tensors(path, {"kernel": np.eye(2, dtype="float32")})
        >>> read_tensors(path)[0]["kernel"].tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """
    with atomic_path(filepath) as temporary, open(temporary, "wb") as file:
        write_stream(file, arrays, metadata)


def write_stream(file, arrays: dict, metadata: dict | None = None) -> None:
    """Writes named arrays to an open file.

    Args:
        file: a writable binary file.
        arrays: arrays by name.
        metadata: texts by name.

    Raises:
        ValueError: for a dtype that the format does not have.
    """
    arrays = {name: np.asarray(array) for name, array in arrays.items()}
    for name, array in arrays.items():
        if array.dtype not in _NAMES:
            raise ValueError(
                f"'{name}' has dtype {array.dtype}, which safetensors files do not "
                f"know. They hold {', '.join(str(dtype) for dtype in _NAMES)}."
            )
    # Wide types first, so that every array starts at a multiple of its own size.
    order = sorted(arrays, key=lambda name: -arrays[name].dtype.itemsize)
    header: dict = {_METADATA: metadata} if metadata else {}
    start = 0
    for name in order:
        array = arrays[name]
        header[name] = {
            "dtype": _NAMES[array.dtype],
            "shape": list(array.shape),
            "data_offsets": [start, start + array.nbytes],
        }
        start += array.nbytes
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    file.write(len(text).to_bytes(8, "little"))
    file.write(text)
    for name in order:
        file.write(_to_bytes(arrays[name]))


def read_tensors(filepath):
    """Returns the arrays of a file by name, and its texts.

    The arrays are views of the file: they are read when they are used.

    Raises:
        ValueError: naming the entry that is wrong.
    """
    # An empty file cannot be mapped.
    empty = os.path.getsize(filepath) == 0
    return parse_tensors(
        np.zeros(0, np.uint8) if empty else np.memmap(filepath, np.uint8, "r")
    )


def parse_tensors(data):
    """Returns arrays and texts like `read_tensors`, from an array of bytes.

    Raises:
        ValueError: naming the entry that is wrong.
    """
    size = len(data)
    if size < 8:
        raise ValueError(f"It has {size} bytes; a safetensors file has 8 at least.")
    length = int.from_bytes(data[:8].tobytes(), "little")
    if length > size - 8:
        raise ValueError(
            f"It declares a header of {length:,} bytes, but has {size:,} bytes."
        )
    header = _parse(data[8 : 8 + length].tobytes())
    metadata = header.pop(_METADATA, {})
    _check_metadata(metadata)
    entries = {name: _Entry(name, fields) for name, fields in header.items()}
    data = data[8 + length :]
    _check_places(entries.values(), len(data))
    return {name: entry.view(data) for name, entry in entries.items()}, metadata


class _Entry:
    """One array of a header, checked by itself."""

    def __init__(self, name, fields):
        self.name = name
        if not isinstance(fields, dict) or set(fields) != {
            "dtype",
            "shape",
            "data_offsets",
        }:
            raise ValueError(
                f"The entry '{name}' should have a dtype, a shape and data_offsets. "
                f"Found: {_shorten(fields)}"
            )
        dtype = fields["dtype"]
        if not isinstance(dtype, str) or dtype not in _TYPES:
            raise ValueError(
                f"The entry '{name}' has the unknown dtype {_shorten(dtype)}. "
                f"Known: {', '.join(_TYPES)}."
            )
        self.dtype = _TYPES[dtype]
        self.shape = _naturals(name, "shape", fields["shape"])
        offsets = _naturals(name, "data_offsets", fields["data_offsets"])
        if len(offsets) != 2 or offsets[0] > offsets[1]:
            raise ValueError(
                f"The entry '{name}' should begin before it ends. "
                f"Found: data_offsets={list(offsets)}"
            )
        self.start, self.stop = offsets
        declared = math.prod(self.shape) * self.dtype.itemsize
        if declared != self.stop - self.start:
            raise ValueError(
                f"The entry '{name}' of shape {self.shape} and dtype {self.dtype} "
                f"takes {declared:,} bytes, but has {self.stop - self.start:,}."
            )

    def view(self, data):
        """Returns the array that lies in the data."""
        array = data[self.start : self.stop].view(self.dtype.newbyteorder("<"))
        return array.reshape(self.shape)


def _naturals(name, field, value):
    if not isinstance(value, list) or any(type(n) is not int or n < 0 for n in value):
        raise ValueError(
            f"The entry '{name}' should have a list of natural numbers as `{field}`. "
            f"Found: {_shorten(value)}"
        )
    # NumPy's own limit, by which reshaping would otherwise fail in other words.
    if field == "shape" and (len(value) > 64 or any(n >= 2**63 for n in value)):
        raise ValueError(f"The entry '{name}' has an impossible shape.")
    return tuple(value)


def _check_places(entries, size):
    """Raises unless the arrays follow one another from first to last byte."""
    end, before = 0, None
    for entry in sorted(entries, key=lambda entry: (entry.start, entry.stop)):
        if entry.stop > size:
            raise ValueError(
                f"The entry '{entry.name}' ends at byte {entry.stop:,}, but the file "
                f"holds {size:,} bytes of data."
            )
        if entry.start != end:
            kind = "overlaps" if entry.start < end else "leaves a gap after"
            other = "the beginning" if before is None else f"'{before.name}'"
            raise ValueError(f"The entry '{entry.name}' {kind} {other}.")
        end, before = entry.stop, entry
    if end != size:
        raise ValueError(f"{size - end:,} bytes at the end belong to no entry.")


def _check_metadata(metadata):
    if not isinstance(metadata, dict) or not all(
        isinstance(value, str) for value in metadata.values()
    ):
        raise ValueError(
            f"The entry '{_METADATA}' should map names to texts. "
            f"Found: {_shorten(metadata)}"
        )


def _parse(text):
    if not text.startswith(b"{"):
        raise ValueError("The header should begin with '{'.")
    return _safety.parse_json(text, "The header")


def _to_bytes(array):
    if sys.byteorder == "big":
        array = array.astype(array.dtype.newbyteorder("<"))
    # Not the array itself: types that NumPy does not know have no buffer.
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8)


def _shorten(value):
    text = repr(value)
    return text if len(text) < 100 else f"{text[:100]}..."
