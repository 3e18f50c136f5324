"""Weights by name, for files that other tools read too.

A weight is named by its path in the model (`encoder/dense/kernel`); of several of one
path, the later ones are numbered.
"""

import itertools
import json
import warnings

from ranvier._version import __version__
from ranvier.core._errors import close_names
from ranvier.layers import Layer
from ranvier.saving import _safetensors, _state
from ranvier.saving._weights import _own_variables

_ORDER = "ranvier_order"


def save_tensors(model, filepath, skip=None) -> None:
    """Writes the weights of a model (not its optimizer's) to a safetensors file.

    Args:
        model: the model.
        filepath: the file.
        skip: layers to leave out.
    """
    arrays = {}
    for layer, places in _places(model, skip):
        stored: dict = {}
        layer.save_own_variables(stored)
        arrays.update((places[key], value) for key, value in stored.items())
    metadata = {
        "format": "np",
        "ranvier_version": __version__,
        _ORDER: json.dumps(list(arrays)),
    }
    _safetensors.write_tensors(filepath, arrays, metadata)


def load_tensors(model, filepath, skip_mismatch=False, skip=None) -> None:
    """Reads weights by name into a model.

    A file of ranvier's also fits a model whose layers got other automatic names, if
    the weights are as many and have the same last names in the same order.

    Args:
        model: the model.
        filepath: the file.
        skip_mismatch: whether layers that do not fit give a warning, not an error.
        skip: layers to leave alone.

    Raises:
        ValueError: for weights that are missing, left over or of another shape.
    """
    arrays, metadata = _safetensors.read_tensors(filepath)
    layers = list(_places(model, skip))
    names = [name for _, places in layers for name in places.values()]
    if set(names) != set(arrays):
        arrays = _renamed(arrays, metadata, names)
    faults = {}
    fitting = []
    for layer, places in layers:
        fault = _fault(layer, places, arrays)
        if fault:
            faults[layer.name] = fault
        else:
            fitting.append((layer, places))
    left = [name for name in arrays if name not in set(names)]
    if left and not skip and not skip_mismatch:
        faults["(none)"] = f"No weight of the model is named {left}."
    message = "\n".join(f"{name}: {fault}" for name, fault in faults.items())
    if faults and not skip_mismatch:
        raise ValueError(f"The weights do not fit the model.\n{message}")
    for layer, places in fitting:
        layer.load_own_variables({key: arrays[n] for key, n in places.items()})
    if faults:
        warnings.warn(f"Some layers were not loaded.\n{message}", stacklevel=4)


def _places(model, skip):
    """Yields each layer with the names of what it stores: `{key: name}`."""
    taken: set = set()
    for _, layer in _state.walk(model, set(map(id, skip or ()))):
        if not isinstance(layer, Layer):
            continue
        own = {str(i): v.path for i, v in enumerate(_own_variables(layer))}
        if type(layer).save_own_variables is not Layer.save_own_variables:
            stored: dict = {}
            layer.save_own_variables(stored)
            own = {key: own.get(key, f"{layer.path}/{key}") for key in stored}
        yield layer, {key: _unused(name, taken) for key, name in own.items()}


def _unused(name, taken):
    candidates = (f"{name}_{i}" if i else name for i in itertools.count())
    found = next(candidate for candidate in candidates if candidate not in taken)
    taken.add(found)
    return found


def _variables(layer):
    """Returns a layer's variables by key; none where it stores in its own way."""
    if type(layer).load_own_variables is not Layer.load_own_variables:
        return {}
    return {str(i): v for i, v in enumerate(_own_variables(layer))}


def _renamed(arrays, metadata, names):
    """Returns the arrays under the model's names, if they match one by one in order."""
    try:
        order = json.loads(metadata.get(_ORDER, "[]"))
    except (ValueError, RecursionError):
        return arrays
    if not isinstance(order, list) or not all(isinstance(n, str) for n in order):
        return arrays
    if len(order) != len(names) or set(order) != set(arrays):
        return arrays
    for old, new in zip(order, names, strict=True):
        if old.rpartition("/")[2] != new.rpartition("/")[2]:
            return arrays
    return {new: arrays[old] for old, new in zip(order, names, strict=True)}


def _fault(layer, places, arrays):
    """Returns what is wrong with the arrays for a layer, or None."""
    missing = [name for name in places.values() if name not in arrays]
    if missing:
        hint = close_names(missing[0], arrays)
        return f"The file has no {missing}.{hint}"
    for key, variable in _variables(layer).items():
        shape = arrays[places[key]].shape
        if shape != variable.shape:
            return (
                f"'{places[key]}' has shape {variable.shape} in the model, and "
                f"{shape} in the file."
            )
    return None
