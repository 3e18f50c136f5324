"""Datasets in folders: `save`, `load`, `snapshot`, `cache(filename)`.

A folder holds `dataset.json` (structure of the elements, number of blocks) and one
`.npz` file a block. Strings are bytes and offsets, values of different shapes are
their entries and shapes: nothing is pickled.
"""

import json
import os
import pathlib
import shutil
import tempfile

import numpy as np

from ranvier.data import _columns, _spec, _structure
from ranvier.data._block import Block
from ranvier.data._node import Node, Stream

_INDEX = "dataset.json"
_VERSION = 1


def write(path, blocks, compressed=False) -> None:
    """Writes blocks to a folder, which is there whole or not at all.

    Args:
        path: the folder; one that exists is replaced.
        blocks: an iterable of blocks.
        compressed: whether to compress.

    Raises:
        TypeError: for elements that cannot be written.
    """
    path = pathlib.Path(os.path.abspath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix=path.name + ".", dir=path.parent))
    try:
        counts, structure = [], None
        for block in blocks:
            structure = _describe(block.columns)
            leaves = _structure.flatten(block.columns)
            arrays = {
                f"{i}.{part}": array
                for i, column in enumerate(leaves)
                for part, array in _parts(column).items()
            }
            save = np.savez_compressed if compressed else np.savez
            save(folder / f"{len(counts)}.npz", **arrays)
            counts.append(block.count)
        index = {"version": _VERSION, "counts": counts, "structure": structure}
        (folder / _INDEX).write_text(json.dumps(index))
        if path.exists():
            shutil.rmtree(path)
        os.replace(folder, path)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _describe(structure):
    if structure is None:
        return None
    if isinstance(structure, dict):
        return {"dict": [[key, _describe(structure[key])] for key in structure]}
    if isinstance(structure, tuple):
        return {"tuple": [_describe(child) for child in structure]}
    return "value"


def _structure_of(description):
    if description is None:
        return None
    if description == "value":
        return 0
    if "dict" in description:
        return {key: _structure_of(child) for key, child in description["dict"]}
    return tuple(_structure_of(child) for child in description["tuple"])


def _parts(column):
    """Returns the arrays that a column is written as."""
    if isinstance(column, np.ndarray) and column.dtype.kind != "O":
        return {"data": column}
    if isinstance(column, np.ndarray):
        return {"shape": np.array(column.shape), **_text_parts(column.ravel())}
    values = list(column.values)
    if any(_columns.is_opaque(value) for value in values):
        raise TypeError(
            f"Elements with values of type {type(values[0]).__name__} cannot be "
            "written to files: turn them into arrays first."
        )
    arrays = [np.asarray(value) for value in values]
    shapes = {
        "ranks": np.array([a.ndim for a in arrays]),
        "shapes": np.array([n for a in arrays for n in a.shape], np.int64),
    }
    flat = np.concatenate([a.ravel() for a in arrays])
    if flat.dtype.kind == "O":
        return {**shapes, **_text_parts(flat)}
    return {**shapes, "data": flat}


def _text_parts(flat):
    offsets = np.cumsum([0, *map(len, flat)])
    return {"text": np.frombuffer(b"".join(flat), np.uint8), "offsets": offsets}


def _column(parts):
    data = parts.get("data")
    if data is None:
        text, offsets = parts["text"].tobytes(), parts["offsets"].tolist()
        data = np.empty(len(offsets) - 1, object)
        data[:] = [text[a:b] for a, b in zip(offsets[:-1], offsets[1:])]
    if "shape" in parts:
        return data.reshape(parts["shape"])
    if "ranks" not in parts:
        return data
    values, sizes, start = [], iter(parts["shapes"].tolist()), 0
    for rank in parts["ranks"].tolist():
        shape = [next(sizes) for _ in range(rank)]
        stop = start + int(np.prod(shape, dtype=np.int64))
        values.append(data[start:stop].reshape(shape)[()])
        start = stop
    return _columns.Objects(values)


class Stored(Node):
    """The elements in a folder.

    Args:
        path: the folder.

    Raises:
        FileNotFoundError: if there is none.
        ValueError: if it holds something else.
    """

    name = "load"

    def __init__(self, path):
        self.path = pathlib.Path(path)
        try:
            index = json.loads((self.path / _INDEX).read_text())
            version = index["version"]
        except FileNotFoundError:
            raise FileNotFoundError(
                f"There is no saved dataset in {os.fspath(path)!r}: expected a folder "
                "written by `Dataset.save`."
            ) from None
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"Cannot read {self.path / _INDEX}: {error}") from error
        if version != _VERSION:
            raise ValueError(f"{self.path} was written by a later release.")
        self.counts = index["counts"]
        self.structure = _structure_of(index["structure"])

    def stream(self):
        return _StoredStream(self)

    def spec(self):
        if not self.counts:
            return ()
        return _spec.of_block(self.read(0))

    def cardinality(self):
        return sum(self.counts)

    def read(self, number):
        """Returns one block."""
        file = self.path / f"{number}.npz"
        leaves: dict = {}
        try:
            with np.load(file, allow_pickle=False) as arrays:
                for name in arrays:
                    i, part = name.split(".")
                    leaves.setdefault(int(i), {})[part] = arrays[name]
            columns = [_column(leaves[i]) for i in sorted(leaves)]
        except (ValueError, KeyError, OSError, EOFError) as error:
            raise ValueError(f"Cannot read {file}: {error}") from error
        return Block(_structure.pack(self.structure, columns), self.counts[number])


class _StoredStream(Stream):
    counters = ("number", "offset")

    def __init__(self, node):
        self.node = node
        self.number = 0
        self.offset = 0
        self._block = (None, None)

    def produce(self, limit):
        while self.number < len(self.node.counts):
            if self._block[0] != self.number:
                self._block = (self.number, self.node.read(self.number))
            block = self._block[1]
            if self.offset < block.count:
                stop = min(self.offset + limit, block.count)
                part = block[self.offset : stop]
                self.offset = stop
                return part
            self.number += 1
            self.offset = 0
        return None
