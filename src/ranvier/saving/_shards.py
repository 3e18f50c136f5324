"""Weights spread over several HDF5 files, with a list of what lies where.

The list, `<name>.weights.json`, maps each group of variables to the file that holds
it, or to several of them. The files lie beside it. The layout is Keras's.
"""

import json
import pathlib

import h5py
import numpy as np

from ranvier.core._files import atomic_path
from ranvier.saving import _safety, _weights

_GIB = 2**30


def save_shards(model, filepath, max_shard_size, skip=None) -> None:
    """Writes the weights of a model to shards, and the list of them.

    Args:
        model: the model.
        filepath: the list's name, ending in `.weights.json`.
        max_shard_size: the size of the variables in one shard, in GiB.
        skip: objects to leave out.

    Raises:
        ValueError: for a variable larger than a shard.
    """
    path = pathlib.Path(filepath)
    limit = float(max_shard_size) * _GIB
    shards: list = [[]]  # of (path, object, key, value)
    total = size = 0
    for place, saved, variables in _weights.to_store(model, skip):
        for key, value in variables.items():
            nbytes = np.asarray(value).nbytes
            if nbytes > limit:
                raise ValueError(
                    f"The variable '{key}' of {saved} has {nbytes:,} bytes, more than "
                    f"a shard may have. Received: max_shard_size={max_shard_size} GiB."
                )
            if size + nbytes > limit:
                shards.append([])
                size = 0
            shards[-1].append((place, saved, key, value))
            total, size = total + nbytes, size + nbytes
    places: dict = {}
    for number, entries in enumerate(shards):
        base = path.name.removesuffix(".weights.json")
        shard = path.with_name(f"{base}_{number:05}.weights.h5")
        with atomic_path(shard) as temporary:
            _write_shard(temporary, entries)
        for place, *_ in entries:
            files = places.setdefault(f"/{place}/vars".replace("//", "/"), [])
            if shard.name not in files:
                files.append(shard.name)
    index = {
        "metadata": {"total_size": total},
        "weight_map": {k: v if len(v) > 1 else v[0] for k, v in places.items()},
    }
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(index, indent=4))


def _write_shard(path, entries):
    groups: dict = {}
    with h5py.File(path, "w") as h5:
        for place, saved, key, value in entries:
            if place not in groups:
                groups[place] = _weights.make_group(h5, place, saved)
            _weights.write_variable(groups[place], key, value)


def load_shards(model, filepath, skip_mismatch=False, skip=None) -> None:
    """Reads the weights of a model from the shards that a list names.

    Args:
        model: the model.
        filepath: the list.
        skip_mismatch: as for `load_weights`.
        skip: objects to leave alone.

    Raises:
        ValueError: for objects that do not fit, and for unsafe or damaged files.
    """
    path = pathlib.Path(filepath)
    places = _read_index(path)
    opened: dict = {}

    def open_shard(name):
        if name not in opened:
            opened[name] = _safety.open_h5(path.with_name(name))
        return opened[name]

    def find(place):
        names = places.get(f"/{place}/vars".replace("//", "/"), [])
        groups = [_safety.find_group(open_shard(n), f"{place}/vars") for n in names]
        return _weights.StoredVariables([g for g in groups if g is not None])

    try:
        _weights.read_objects(model, find, skip_mismatch, skip)
    finally:
        for h5 in opened.values():
            h5.close()


def _read_index(path):
    with open(path, "rb") as file:
        text = file.read(_safety.get_limits().config_bytes + 1)
    index = _safety.parse_json(text, "The list of shards")
    places = index.get("weight_map") if isinstance(index, dict) else None
    if not isinstance(places, dict):
        raise ValueError("The list of shards has no 'weight_map'.")
    places = {k: [v] if isinstance(v, str) else v for k, v in places.items()}
    for place, names in places.items():
        if not isinstance(names, list) or not all(map(_is_shard, names)):
            raise ValueError(
                f"The list of shards gives '{place[:100]}' the files {names!r:.200}. "
                "Expected names of `.weights.h5` files beside it."
            )
    return places


def _is_shard(name):
    return (
        isinstance(name, str)
        and "/" not in name
        and name.endswith(".weights.h5")
        and _safety.is_plain_name(name)
    )
