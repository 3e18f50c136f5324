"""Datasets in folders: `save`, `load`, `snapshot`, `cache(filename)`.

A folder holds `dataset.json` (structure and specs of the elements, number of blocks)
and one `.npz` file a block.
"""

import json
import os
import pathlib
import shutil
import tempfile

import numpy as np

from ranvier.data import _spec, _structure
from ranvier.data._block import Block
from ranvier.data._node import Node, Stream
from ranvier.data._stored_columns import arrays_of, column_of
from ranvier.tensors._errors import NotFoundError

_INDEX = "dataset.json"
_VERSION = 1


def write(path, blocks, spec, compressed=False) -> None:
    """Writes blocks to a folder, which is there whole or not at all.

    Args:
        path: the folder; one that exists is replaced.
        blocks: an iterable of blocks.
        spec: the structure of specs of the elements.
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
                for part, array in arrays_of(column).items()
            }
            save = np.savez_compressed if compressed else np.savez
            save(folder / f"{len(counts)}.npz", **arrays)
            counts.append(block.count)
        index = {
            "version": _VERSION,
            "counts": counts,
            "structure": structure,
            "spec": _describe(spec, _describe_spec),
        }
        (folder / _INDEX).write_text(json.dumps(index))
        if path.exists():
            shutil.rmtree(path)
        os.replace(folder, path)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _describe(structure, leaf=lambda value: "value"):
    if structure is None:
        return None
    if isinstance(structure, dict):
        return {"dict": [[key, _describe(structure[key], leaf)] for key in structure]}
    if isinstance(structure, tuple):
        return {"tuple": [_describe(child, leaf) for child in structure]}
    return leaf(structure)


def _describe_spec(spec):
    shape, dtype = _spec.sizes(spec), spec.dtype.name
    if isinstance(spec, _spec.RaggedTensorSpec):
        return ["ragged", shape, dtype, spec.ragged_rank, spec.row_splits_dtype.name]
    kind = "sparse" if isinstance(spec, _spec.SparseTensorSpec) else "tensor"
    return [kind, shape, dtype]


def _spec_of(description):
    kind, *arguments = description
    return _spec.KINDS[kind](*arguments)


def _structure_of(description, leaf=lambda description: 0):
    if description is None:
        return None
    if not isinstance(description, dict):
        return leaf(description)
    if "dict" in description:
        return {key: _structure_of(child, leaf) for key, child in description["dict"]}
    return tuple(_structure_of(child, leaf) for child in description["tuple"])


class Stored(Node):
    """The elements in a folder.

    Args:
        path: the folder.

    Raises:
        NotFoundError: if there is none.
        ValueError: if it holds something else.
    """

    name = "load"

    def __init__(self, path):
        self.path = pathlib.Path(path)
        try:
            index = json.loads((self.path / _INDEX).read_text())
            version = index["version"]
            if version == _VERSION:
                self.counts = [int(count) for count in index["counts"]]
                self.structure = _structure_of(index["structure"])
                described = index.get("spec")
                self._spec = described and _structure_of(described, _spec_of)
        except FileNotFoundError:
            raise NotFoundError(
                f"There is no saved dataset in {os.fspath(path)!r}: expected a folder "
                "written by `Dataset.save`."
            ) from None
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"Cannot read {self.path / _INDEX}: {error}") from error
        if version != _VERSION:
            raise ValueError(f"{self.path} was written by a later release.")

    def stream(self):
        return _StoredStream(self)

    def spec(self):
        if self._spec is not None:
            return self._spec
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
            with open(file, "rb") as opened, np.load(opened) as arrays:
                for name in arrays:
                    i, _, part = name.partition(".")
                    leaves.setdefault(int(i), {})[part] = arrays[name]
            columns = [column_of(leaves[i]) for i in sorted(leaves)]
            packed = _structure.pack(self.structure, columns)
        except Exception as error:  # zipfile, zlib and NumPy raise many kinds
            raise ValueError(f"Cannot read {file}: {error!r}") from error
        count = self.counts[number]
        if any(len(column) != count for column in columns):
            raise ValueError(f"{file} does not hold {count} elements: it is damaged.")
        return Block(packed, count)


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
