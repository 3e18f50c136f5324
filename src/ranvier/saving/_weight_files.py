"""Files of weights, each kind by the ending of its name."""

import warnings

from ranvier.core._files import atomic_path
from ranvier.saving import (
    _files,
    _hdf5_weights,
    _named_weights,
    _safety,
    _shards,
    _weights,
)

_H5, _SHARDS, _TENSORS = ".weights.h5", ".weights.json", ".safetensors"
_OLD = (".h5", ".hdf5")


def save_weights(model, filepath, overwrite=True, max_shard_size=None, **kwargs):
    """Writes the weights of a model, and the state of its optimizer, to a file.

    A `.safetensors` file has the weights alone, named by their paths.

    Args:
        model: a built model or layer.
        filepath: a path ending in `.weights.h5` or `.safetensors`; for shards in
            `.weights.json`.
        overwrite: whether an existing file is replaced without asking.
        max_shard_size: if given, the weights are spread over several HDF5 files of at
            most so many GiB, and the file named lists them.
        **kwargs: `objects_to_skip`, layers or optimizers to leave out.

    Raises:
        ValueError: if the path has another ending, the model is not built, or a weight
            is larger than a shard.
    """
    skip = kwargs.pop("objects_to_skip", None)
    _check_arguments("save_weights", kwargs, model)
    name = str(filepath)
    if max_shard_size is not None:
        if not name.endswith((_H5, _SHARDS)):
            raise ValueError(
                "With `max_shard_size`, the name of a file of weights must end in "
                f"`{_SHARDS}`. Received: filepath={filepath}"
            )
        if not name.endswith(_SHARDS):
            filepath = name.removesuffix(".h5") + ".json"
            warnings.warn(f"Shards are listed in '{filepath}'.", stacklevel=2)
    elif not name.endswith((_H5, _TENSORS)):
        raise ValueError(
            f"The name of a file of weights must end in `{_H5}` or `{_TENSORS}`. "
            f"Received: filepath={filepath}"
        )
    if not _files.may_write(filepath, overwrite):
        return
    if max_shard_size is not None:
        _shards.save_shards(model, filepath, max_shard_size, skip)
    elif name.endswith(_TENSORS):
        _named_weights.save_tensors(model, filepath, skip)
    else:
        with atomic_path(filepath) as temporary:
            _weights.write_weights(model, temporary, skip)


def load_weights(model, filepath, skip_mismatch=False, **kwargs):
    """Reads weights into a model that has the same layers.

    In `.weights.h5`, `.weights.json` and `.keras` files, objects are found by their
    place in the model (`layers/dense_1`); in `.safetensors` files weights are found by
    their paths; in `.h5` files, those of Keras 2 and before, layers go by their order.

    Args:
        model: a built model or layer.
        filepath: the file.
        skip_mismatch: whether layers whose weights differ in number or shape are left
            as they are, with a warning.
        **kwargs: `objects_to_skip`, layers or optimizers to leave alone. `by_name`, for
            `.h5` files: layers go by their names, and others are left alone.

    Raises:
        ValueError: if the file does not fit the model, or is damaged or unsafe. Layers
            that fit are then already loaded.
    """
    skip = kwargs.pop("objects_to_skip", None)
    by_name = kwargs.pop("by_name", None)
    _check_arguments("load_weights", kwargs, model)
    name = str(filepath)
    old = name.endswith(_OLD) and not name.endswith(_H5)
    if not (old or name.endswith((_H5, _SHARDS, ".keras", _TENSORS))):
        raise ValueError(
            f"File format not supported: weights can be read from `{_H5}`, "
            f"`{_SHARDS}`, `.keras`, `.h5` and `.hdf5` files, and from `{_TENSORS}` "
            f"files. Received: filepath={filepath}"
        )
    if by_name is not None and not old:
        raise ValueError(
            "`by_name` only supports loading legacy '.h5' or '.hdf5' files. "
            f"Received: filepath={filepath}"
        )
    if skip is not None and old:
        raise ValueError(
            "`objects_to_skip` is not for legacy files; it supports '.weights.h5' "
            f"files. Received: filepath={filepath}"
        )
    with _safety.naming(filepath):
        if old:
            _hdf5_weights.load_old_weights(model, filepath, skip_mismatch, by_name)
        elif name.endswith(_TENSORS):
            _named_weights.load_tensors(model, filepath, skip_mismatch, skip)
        elif name.endswith(_SHARDS):
            _shards.load_shards(model, filepath, skip_mismatch, skip)
        elif name.endswith(".keras"):
            with _safety.open_archive(filepath) as archive:
                content = _safety.read_aligned(archive, _weights.WEIGHTS)
            _weights.read_weights(model, content, skip_mismatch, skip)
        else:
            _weights.read_weights(model, filepath, skip_mismatch, skip)


def _check_arguments(function, kwargs, model):
    if kwargs:
        raise ValueError(
            f"Invalid keyword arguments: `{function}()` does not support "
            f"{sorted(kwargs)}."
        )
    if not model.built:
        raise ValueError(
            f"`{function}()` needs weights, but the model '{model.name}' has not yet "
            "been built. Call it on some data or use `model.build(input_shape)` first."
        )
