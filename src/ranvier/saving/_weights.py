"""Weights in HDF5 files of Keras 3's layout.

The variables of each object lie in the group `<path>/vars`, named `0`, `1`, ... or as
the object's own `save_own_variables` names them; `_state` tells the paths.
"""

import collections
import warnings

import h5py
import jax
import numpy as np

from ranvier.layers import Layer
from ranvier.optimizers import Optimizer
from ranvier.saving import _safety, _state
from ranvier.saving._members import Buffer

WEIGHTS = "model.weights.h5"


def write_weights(root, file, skip=None) -> None:
    """Writes the variables of a model and all it contains.

    Args:
        root: the model.
        file: a path, or a file object.
        skip: objects to leave out.
    """
    with h5py.File(file, "w", alignment_threshold=2**16, alignment_interval=64) as h5:
        for path, saved, variables in to_store(root, skip):
            group = make_group(h5, path, saved)
            for key, value in variables.items():
                write_variable(group, key, value)


def to_store(root, skip=None):
    """Yields path, object and `{key: array}` for all that is to be written.

    Args:
        root: the model.
        skip: objects to leave out.
    """
    for path, saved in _state.walk(root, set(map(id, skip or ()))):
        if type(saved).save_own_variables is Layer.save_own_variables:
            # The same without copies.
            own = _own_variables(saved)
            variables = {str(i): v.take() for i, v in enumerate(own)}
        else:
            variables = {}
            saved.save_own_variables(variables)
        yield path, saved, variables


def make_group(h5, path, saved):
    """Makes the group of an object's variables."""
    group = h5.create_group(f"{path}/vars")
    group.attrs["name"] = saved.name
    return group


def write_variable(group, key, value) -> None:
    """Writes one array; bfloat16, which HDF5 does not know, as Keras does."""
    value = np.asarray(value)
    dataset = group.create_dataset(key, data=value)
    if value.dtype.name == "bfloat16":
        dataset.attrs["dtype"] = "bfloat16"


def _own_variables(layer):
    return [*layer._trainable_variables, *layer._non_trainable_variables]


class StoredVariables(collections.abc.Mapping):
    """The variables of one object in files, read when asked for.

    Args:
        groups: the HDF5 groups that hold them, none if the files do not know the
            object.
        content: the content of the file, where it is in memory.
    """

    def __init__(self, groups, content=None):
        self.groups = groups
        self.content = content

    def __getitem__(self, key):
        return _safety.read_dataset(self.dataset(key), self.content)

    def __iter__(self):
        for group in self.groups:
            yield from group

    def __len__(self):
        return sum(map(len, self.groups))

    def dataset(self, key):
        """Returns the dataset of a key, unread.

        Raises:
            KeyError: if there is none.
        """
        for group in self.groups:
            found = _safety.find_dataset(group, key)
            if found is not None:
                return found
        raise KeyError(key)


def read_weights(root, file, skip_mismatch=False, skip=None, assets=None) -> None:
    """Reads the variables of a model and all it contains.

    Args:
        root: the model.
        file: a path, or the content of a file as an array of bytes.
        skip_mismatch: whether objects that do not fit give a warning, not an error.
        skip: objects to leave alone.
        assets: `path -> folder or None`, where objects find files of their own.

    Raises:
        ValueError: for objects that do not fit, and for unsafe or damaged files.
    """
    content = file if isinstance(file, np.ndarray) else None
    with _safety.open_h5(file if content is None else Buffer(content)) as h5:

        def find(path):
            group = _safety.find_group(h5, f"{path}/vars")
            return StoredVariables([] if group is None else [group], content)

        read_objects(root, find, skip_mismatch, skip, assets)


def read_objects(root, find, skip_mismatch=False, skip=None, assets=None) -> None:
    """Reads the variables of a model and all it contains, wherever they are.

    Args:
        root: the model.
        find: `path -> StoredVariables`.
        skip_mismatch: as for `read_weights`.
        skip: as for `read_weights`.
        assets: as for `read_weights`.

    Raises:
        ValueError: for objects that do not fit, and for unsafe or damaged files.
    """
    failures: dict = {}
    visited = set(map(id, skip or ()))
    for path, saved in _state.walk(root, visited):
        try:
            _load(saved, find(path))
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
    if isinstance(saved, Optimizer):
        if _is_unbuilt_state(stored, saved.variables):
            for key in stored:
                saved.variables[int(key)].assign(stored[key])
            return
        if len(stored) == len(saved.variables):
            _check_shapes(saved.variables, stored)
    elif type(saved).load_own_variables is Layer.load_own_variables:
        _check_variables(saved, stored)
        for index, variable in enumerate(_own_variables(saved)):
            variable.assign(_taken_over(stored[str(index)], variable.dtype))
        return
    saved.load_own_variables(stored)


def _taken_over(value, dtype):
    """Returns an array that was just read, on the device; not copied where possible.

    Assigned as an array of JAX's, it counts as borrowed, so nothing writes into it.
    """
    return jax.device_put(value) if value.dtype == np.dtype(dtype) else value


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
    _check_shapes(own, stored)


def _check_shapes(variables, stored):
    for index, variable in enumerate(variables):
        shape = stored.dataset(str(index)).shape
        if shape != variable.shape:
            raise ValueError(
                f"The variable '{variable.path}' has shape {variable.shape}, the file "
                f"has shape {shape} for it: shapes must match."
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
