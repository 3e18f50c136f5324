"""Weights in HDF5 files as Keras 2 wrote them, and Keras 3 still does in `.h5`.

A group for each layer, in the order of the attribute `layer_names`; in it the weights,
in the order of `weight_names`: those that are trained first. Layers are matched by
order, or by name.
"""

import warnings

import numpy as np

from ranvier.saving import _safety
from ranvier.saving._weights import write_variable

# HDF5 keeps attributes in an object's header, which has 64 KiB.
_HEADER = 64_512
_TOP = "top_level_model_weights"
_TEXT = {"keras_version": "3.15.1", "backend": "jax"}


def write_layers(group, model) -> None:
    """Writes the weights of a model's layers into a group.

    Args:
        group: the HDF5 group.
        model: the model.
    """
    _write_names(group, "layer_names", [layer.name for layer in model.layers])
    for key, value in _TEXT.items():
        group.attrs[key] = value
    for layer in sorted(model.layers, key=lambda layer: layer.name):
        write_variables(group.create_group(layer.name), _weights_of(layer))
    write_variables(group.create_group(_TOP), _own_weights(model))


def write_variables(group, variables) -> None:
    """Writes variables into a group, under their paths.

    Args:
        group: the HDF5 group.
        variables: the variables.
    """
    names: list = []
    for variable in variables:
        name, count = variable.path, 0
        while name in names:
            count += 1
            name = f"{variable.path}_{count}"
        names.append(name)
    _write_names(group, "weight_names", names)
    for name, variable in zip(names, variables, strict=True):
        write_variable(group, name, variable.numpy())


def _write_names(group, key, names):
    names = np.array([name.encode() for name in names], dtype="S")
    parts = -(-names.nbytes // _HEADER)
    if parts <= 1:
        group.attrs[key] = names
        return
    for number, part in enumerate(np.array_split(names, parts + 1)):
        group.attrs[f"{key}{number}"] = part


def load_old_weights(model, filepath, skip_mismatch=False, by_name=False) -> None:
    """Reads weights from an old file of weights, or of a whole model.

    Args:
        model: the model.
        filepath: the file.
        skip_mismatch: whether what does not fit gives a warning, not an error.
        by_name: whether layers are matched by name.

    Raises:
        ValueError: for layers that do not fit, and for unsafe or damaged files.
    """
    with _safety.open_h5(filepath) as h5:
        group = h5
        if "layer_names" not in h5.attrs and "layer_names0" not in h5.attrs:
            group = _safety.find_group(h5, "model_weights")
            if group is None:
                raise ValueError("The file has no weights of layers.")
        read_layers(group, model, skip_mismatch, by_name)


def read_layers(group, model, skip_mismatch=False, by_name=False) -> None:
    """Reads the weights of a model's layers from a group.

    Args:
        group: the HDF5 group.
        model: the model.
        skip_mismatch: whether what does not fit gives a warning, not an error.
        by_name: whether layers are matched by name, and others left alone.

    Raises:
        ValueError: for layers that do not fit.
    """
    names = _read_names(group, "layer_names")
    stored = {name: read_datasets(group, name) for name in names}
    if by_name:
        pairs = [(x, stored[x.name]) for x in model.layers if x.name in stored]
    else:
        layers = [layer for layer in model.layers if _weights_of(layer)]
        found = [datasets for datasets in stored.values() if datasets]
        if len(layers) != len(found):
            raise ValueError(
                f"Layer count mismatch: the model has {len(layers)} layers with "
                f"weights, {[layer.name for layer in layers]}, the file has "
                f"{len(found)}, {[name for name in names if stored[name]]}."
            )
        pairs = list(zip(layers, found, strict=True))
    for layer, datasets in pairs:
        _assign(layer, _weights_of(layer), datasets, skip_mismatch)
    if _TOP in group:
        own = _own_weights(model)
        _assign(model, own, read_datasets(group, _TOP), skip_mismatch)


def read_datasets(group, name):
    """Returns the datasets of a group below a group, unread, in their order."""
    inner = _safety.find_group(group, name)
    if inner is None:
        raise ValueError(f"The file lists '{name}', but has no such group.")
    datasets = []
    for key in _read_names(inner, "weight_names"):
        dataset = _safety.find_dataset(inner, key)
        if dataset is None:
            raise ValueError(f"The file has no '{key}' in '{inner.name}'.")
        datasets.append(dataset)
    return datasets


def _assign(layer, variables, datasets, skip_mismatch):
    fault = _fault(variables, datasets)
    if fault is None:
        for variable, dataset in zip(variables, datasets, strict=True):
            variable.assign(_safety.read_dataset(dataset))
        if hasattr(layer, "finalize_state"):
            layer.finalize_state()
        return
    message = f"The weights of {layer} do not fit. {fault}"
    if not skip_mismatch:
        raise ValueError(message)
    warnings.warn(message, stacklevel=6)


def _fault(variables, datasets):
    """Returns what does not fit, or None; compares shapes before any is read."""
    if len(variables) != len(datasets):
        return f"It has {len(variables)} of them, the file has {len(datasets)}."
    for variable, dataset in zip(variables, datasets, strict=True):
        if variable.shape != dataset.shape:
            return (
                f"'{variable.path}' has shape {variable.shape}, the file has shape "
                f"{dataset.shape} for it: shapes must match."
            )
    return None


def _weights_of(layer):
    return [*layer.trainable_weights, *layer.non_trainable_weights]


def _own_weights(model):
    """The weights that belong to no layer of the model."""
    known = {id(v) for v in model.weights}
    own = [*model._trainable_variables, *model._non_trainable_variables]
    return [v for v in own if id(v) in known]


def _read_names(group, key):
    values = _safety.read_attribute(group, key)
    if values is None:
        parts: list = []
        while f"{key}{len(parts)}" in group.attrs:
            parts.append(_safety.read_attribute(group, f"{key}{len(parts)}"))
        values = [name for part in parts for name in np.atleast_1d(part)]
    names = [n.decode() if isinstance(n, bytes) else n for n in np.atleast_1d(values)]
    if not all(isinstance(name, str) for name in names):
        raise ValueError(
            f"The attribute '{key}' of '{group.name}' is no list of names."
        )
    return names
