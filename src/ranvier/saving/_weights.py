"""Weights in HDF5 files of Keras 3's layout.

The variables of each object lie in the group `<path>/vars`, named `0`, `1`, ... or as
the object's own `save_own_variables` names them; `_state` tells the paths.
"""

import collections
import io
import warnings

import h5py
import numpy as np

from ranvier.core._files import atomic_path
from ranvier.layers import Layer
from ranvier.optimizers import Optimizer
from ranvier.saving import _files, _safety, _state

WEIGHTS = "model.weights.h5"


def save_weights(model, filepath, overwrite=True, max_shard_size=None, **kwargs):
    """Writes the weights of a model, and the state of its optimizer, to a file.

    A `.safetensors` file has the weights alone, named by their paths.

    Args:
        model: a built model or layer.
        filepath: a path ending in `.weights.h5` or `.safetensors`.
        overwrite: whether an existing file is replaced without asking.
        max_shard_size: accepted as in Keras; only None is supported.
        **kwargs: `objects_to_skip`, layers or optimizers to leave out.

    Raises:
        ValueError: if the path has another ending or the model is not built.
    """
    skip = kwargs.pop("objects_to_skip", None)
    _check_arguments("save_weights", kwargs, model)
    if max_shard_size is not None:
        raise ValueError(
            "Weights are written to one file. Received: "
            f"max_shard_size={max_shard_size}. Leave it at None."
        )
    if not str(filepath).endswith((".weights.h5", ".safetensors")):
        raise ValueError(
            "The name of a file of weights must end in `.weights.h5` or "
            f"`.safetensors`. Received: filepath={filepath}"
        )
    if not _files.may_write(filepath, overwrite):
        return
    if str(filepath).endswith(".safetensors"):
        _named_weights().save_tensors(model, filepath, skip)
    else:
        with atomic_path(filepath) as temporary:
            write_weights(model, temporary, skip)


def load_weights(model, filepath, skip_mismatch=False, **kwargs):
    """Reads weights into a model that has the same layers.

    Objects are found by their place in the model (`layers/dense_1`), not by name.

    Args:
        model: a built model or layer.
        filepath: a `.weights.h5`, `.keras` or `.safetensors` file. In the last,
            weights are found by their paths.
        skip_mismatch: whether layers whose weights differ in number or shape are left
            as they are, with a warning.
        **kwargs: `objects_to_skip`, layers or optimizers to leave alone.

    Raises:
        ValueError: if the file does not fit the model, or is damaged or unsafe. Layers
            that fit are then already loaded.
    """
    skip = kwargs.pop("objects_to_skip", None)
    _check_arguments("load_weights", kwargs, model)
    name = str(filepath)
    if not name.endswith((".weights.h5", ".keras", ".safetensors")):
        raise ValueError(
            "Weights can be read from `.weights.h5` and `.keras` files, and from "
            f"`.safetensors` files. Received: filepath={filepath}"
        )
    with _safety.naming(filepath):
        if name.endswith(".safetensors"):
            _named_weights().load_tensors(model, filepath, skip_mismatch, skip)
        elif name.endswith(".keras"):
            with _safety.open_archive(filepath) as archive:
                file = io.BytesIO(_safety.read_member(archive, WEIGHTS))
            read_weights(model, file, skip_mismatch, skip)
        else:
            read_weights(model, filepath, skip_mismatch, skip)


def _named_weights():
    from ranvier.saving import _named_weights  # it uses this module

    return _named_weights


def _check_arguments(function, kwargs, model):
    if kwargs:
        raise ValueError(f"`{function}()` does not know {sorted(kwargs)}.")
    if not model.built:
        raise ValueError(
            f"`{function}()` needs a built model, and '{model.name}' has no weights "
            "yet. Call it on some data or use `model.build(input_shape)` first."
        )


def write_weights(root, file, skip=None) -> None:
    """Writes the variables of a model and all it contains.

    Args:
        root: the model.
        file: a path, or a file object.
        skip: objects to leave out.
    """
    with h5py.File(file, "w") as h5:
        for path, saved in _state.walk(root, set(map(id, skip or ()))):
            variables = _to_store(saved)
            group = h5.create_group(f"{path}/vars")
            group.attrs["name"] = saved.name
            for key, value in variables.items():
                value = np.asarray(value)
                dataset = group.create_dataset(key, data=value)
                if value.dtype.name == "bfloat16":
                    dataset.attrs["dtype"] = "bfloat16"


def _to_store(saved) -> dict:
    """Returns what an object wants stored, by name."""
    if type(saved).save_own_variables is Layer.save_own_variables:
        # The same without copies.
        return {str(i): v.take() for i, v in enumerate(_own_variables(saved))}
    variables: dict = {}
    saved.save_own_variables(variables)
    return variables


def _own_variables(layer):
    return [*layer._trainable_variables, *layer._non_trainable_variables]


class StoredVariables(collections.abc.Mapping):
    """The variables of one object in a file, read when asked for.

    Args:
        group: the HDF5 group, or None if the file does not know the object.
    """

    def __init__(self, group):
        self.group = group

    def __getitem__(self, key):
        return _safety.read_dataset(self.dataset(key))

    def __iter__(self):
        return iter(() if self.group is None else self.group)

    def __len__(self):
        return 0 if self.group is None else len(self.group)

    def dataset(self, key):
        """Returns the dataset of a key, unread.

        Raises:
            KeyError: if there is none.
        """
        found = None if self.group is None else _safety.find_dataset(self.group, key)
        if found is None:
            raise KeyError(key)
        return found


def read_weights(root, file, skip_mismatch=False, skip=None, assets=None) -> None:
    """Reads the variables of a model and all it contains.

    Args:
        root: the model.
        file: a path, or a file object.
        skip_mismatch: whether objects that do not fit give a warning, not an error.
        skip: objects to leave alone.
        assets: `path -> folder or None`, where objects find files of their own.

    Raises:
        ValueError: for objects that do not fit, and for unsafe or damaged files.
    """
    failures: dict = {}
    visited = set(map(id, skip or ()))
    try:
        h5 = h5py.File(file, "r")
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ValueError(f"It is no HDF5 file, or a broken one: {error}") from error
    with h5:
        for path, saved in _state.walk(root, visited):
            try:
                _load(saved, StoredVariables(_safety.find_group(h5, f"{path}/vars")))
                if assets is not None and hasattr(saved, "load_assets"):
                    saved.load_assets(assets(path))
            except Exception as error:
                # It may be found elsewhere: files of other releases of Keras order
                # the attributes of a model in other ways.
                visited.discard(id(saved))
                failures[id(saved)] = (path, saved, error)
            else:
                failures.pop(id(saved), None)
    if failures:
        _report(list(failures.values()), skip_mismatch)


def _load(saved, stored):
    if isinstance(saved, Optimizer) and _is_unbuilt_state(stored, saved.variables):
        for key in stored:
            saved.variables[int(key)].assign(stored[key])
        return
    if type(saved).load_own_variables is Layer.load_own_variables:
        _check_variables(saved, stored)
    saved.load_own_variables(stored)


def _is_unbuilt_state(stored, variables):
    """Tells whether an optimizer was saved before its first step, without its slots."""
    if not 0 < len(stored) < len(variables):
        return False
    keys = [str(index) for index in range(len(stored))]
    scalars = all(key in stored and stored.dataset(key).shape == () for key in keys)
    return scalars and stored["0"] == 0


def _check_variables(layer, stored):
    """Compares a layer's variables with those stored, before any is read."""
    own = _own_variables(layer)
    if len(stored) != len(own):
        hint = "" if layer.built else " The layer is not built: call the model first."
        raise ValueError(
            f"The layer has {len(own)} variables {[v.name for v in own]}, the file has "
            f"{len(stored)} for it.{hint}"
        )
    for index, variable in enumerate(own):
        shape = stored.dataset(str(index)).shape
        if shape != variable.shape:
            raise ValueError(
                f"The variable '{variable.path}' has shape {variable.shape}, the file "
                f"has shape {shape} for it."
            )


def _report(failures, skip_mismatch):
    path, saved, error = failures[0]
    message = (
        f"{len(failures)} objects could not be loaded. The first is {saved} at "
        f"'{path}': {error}\nAll of them: "
        f"{[f'{path}: {saved.name}' for path, saved, _ in failures]}"
    )
    if not skip_mismatch:
        raise ValueError(message) from error
    warnings.warn(message, stacklevel=4)
