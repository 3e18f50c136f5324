"""Whole models in `.h5` files: what Keras 2 wrote, and Keras 3 still can.

The configs are JSON in the attributes `model_config` and `training_config`; the weights
lie in the group `model_weights`, those of the optimizer in `optimizer_weights`.
"""

import itertools
import json
import warnings

import h5py

from ranvier import losses, metrics
from ranvier.core._registry import CustomObjectScope
from ranvier.core._serialization import (
    SharedObjects,
    deserialize_object,
    serialize_object,
)
from ranvier.core._variable import deferred_initialization
from ranvier.saving import _hdf5_weights, _old_config, _safety

_CONFIG = "model_config"
_TRAINING = "training_config"
_WEIGHTS = "model_weights"
_OPTIMIZER = "optimizer_weights"
# Names of metrics that depend on the shape of the outputs.
_BY_SHAPE = ("accuracy", "acc", "crossentropy", "ce")


def write_model(model, file, include_optimizer=True) -> None:
    """Writes a model to an HDF5 file.

    Args:
        model: the model.
        file: a path.
        include_optimizer: whether to write how the model was compiled, and the
            optimizer's variables.
    """
    with SharedObjects():
        config = serialize_object(model)
    training = config.pop("compile_config", None)
    name = config["registered_name"] or config["class_name"]
    with h5py.File(file, "w") as h5:
        h5.attrs["keras_version"] = "3.15.1"
        h5.attrs["backend"] = "jax"
        h5.attrs[_CONFIG] = json.dumps({**config, "class_name": name})
        _hdf5_weights.write_layers(h5.create_group(_WEIGHTS), model)
        if training is None or not include_optimizer:
            return
        h5.attrs[_TRAINING] = json.dumps(_training_config(training))
        group = h5.create_group(_OPTIMIZER)
        _hdf5_weights.write_variables(group, model.optimizer.variables)


def _training_config(config):
    """Returns a compile config in the form of these files.

    Keras does not resolve all names of losses and metrics here, so they are written as
    the functions they stand for.
    """
    config = dict(config)
    config["optimizer_config"] = config.pop("optimizer")
    for key, spell in (
        ("loss", _loss),
        ("metrics", _metric),
        ("weighted_metrics", _metric),
    ):
        config[key] = _map_names(spell, config.get(key))
    return config


def _map_names(spell, config):
    if isinstance(config, str):
        return spell(config)
    if isinstance(config, (list, tuple)):
        return [_map_names(spell, item) for item in config]
    if isinstance(config, dict) and "class_name" not in config:
        return {key: _map_names(spell, value) for key, value in config.items()}
    return config


def _loss(name):
    return serialize_object(losses.get(name))


def _metric(name):
    if name in _BY_SHAPE:
        return name
    found = metrics.get(name)
    if not isinstance(found, metrics.Metric):
        found = metrics.MeanMetricWrapper(found)
    config = serialize_object(found)
    config["config"]["name"] = name  # it is logged under the name that was given
    return config


def read_model(filepath, custom_objects=None, compile=True, safe_mode=True):
    """Returns the model of an HDF5 file.

    Args:
        filepath: a path.
        custom_objects: as for `load_model`.
        compile: as for `load_model`.
        safe_mode: as for `load_model`.

    Raises:
        ValueError: for unsafe or damaged files, and files without a model.
        TypeError: for names that are not known.
    """
    with _safety.open_h5(filepath) as h5:
        config = _read_config(h5, _CONFIG)
        if config is None:
            raise ValueError(
                "It has no attribute 'model_config', so it holds no model. Weights "
                "alone are read with `model.load_weights(...)`."
            )
        config = _old_config.modernize_model(config, custom_objects)
        with deferred_initialization(), SharedObjects():
            model = deserialize_object(config, custom_objects, safe_mode)
        group = _safety.find_group(h5, _WEIGHTS)
        if group is None:
            raise ValueError(f"It has no group '{_WEIGHTS}'.")
        _hdf5_weights.read_layers(group, model)
        training = _read_config(h5, _TRAINING) if compile else None
        if training is not None:
            with CustomObjectScope(custom_objects):
                config = _old_config.modernize_training(training, custom_objects)
                model.compile_from_config(config)
            if model.compiled and _OPTIMIZER in h5:
                _read_optimizer(h5, model.optimizer)
    return model


def _read_config(h5, name):
    text = _safety.read_attribute(h5, name)
    if text is None:
        return None
    if not isinstance(text, (str, bytes)):
        raise ValueError(f"The attribute '{name}' is no text.")
    config = _safety.parse_json(text, f"The attribute '{name}'")
    if not isinstance(config, dict):
        raise ValueError(f"The attribute '{name}' does not describe an object.")
    return config


def _read_optimizer(h5, optimizer):
    datasets = _hdf5_weights.read_datasets(h5, _OPTIMIZER)
    variables = optimizer.variables
    if all(dataset.name.endswith(":0") for dataset in datasets):
        # Keras 2, where the learning rate was no variable.
        variables = [v for v in variables if v is not optimizer._learning_rate]
        datasets = _in_order(optimizer, variables, datasets)
    shapes = [v.shape for v in variables]
    if shapes != [dataset.shape for dataset in datasets]:
        warnings.warn(
            f"The state of the optimizer '{optimizer.name}' is not restored: the file "
            f"has {len(datasets)} variables for it, expected {len(shapes)} of the "
            f"shapes {shapes}.",
            stacklevel=5,
        )
        return
    for variable, dataset in zip(variables, datasets, strict=True):
        variable.assign(_safety.read_dataset(dataset))


def _in_order(optimizer, variables, datasets):
    """Returns the datasets of an optimizer of Keras 2 in the order of variables."""
    ordered = datasets[:1]
    weights = [w.path.replace("/", "_") for w in optimizer._trainable_variables]
    groups = _old_config.by_weight(datasets[1:])
    left = dict(zip(weights, map(iter, groups), strict=False))
    for variable in variables[1:]:
        known = [w for w in left if variable.name.startswith(w)]
        if known:
            ordered += itertools.islice(left[max(known, key=len)], 1)
    return ordered
