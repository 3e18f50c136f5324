"""Embeddings for TensorBoard's projector: its configuration and the vectors."""

import os

import numpy as np

from ranvier.core import _files
from ranvier.core._errors import require
from ranvier.layers import Embedding


def configure_projector(folder, model, metadata):
    """Writes the projector's configuration: where the vectors and labels are.

    Args:
        folder: the log folder.
        model: a model with `Embedding` layers.
        metadata: name of the file with labels for all layers, a dictionary from names
            of layers to such names, or None.

    Raises:
        ValueError: if the dictionary names a layer that is not there.
    """
    config = require(
        "tensorboard.plugins.projector.projector_config_pb2", "tensorboard"
    ).ProjectorConfig()
    left = dict(metadata) if isinstance(metadata, dict) else {}
    for layer in _embeddings(model):
        entry = config.embeddings.add()
        entry.tensor_name = f"{layer.name}/embeddings"
        entry.tensor_path = _vectors_name(layer)
        if isinstance(metadata, dict):
            if layer.name in left:
                entry.metadata_path = os.fspath(left.pop(layer.name))
        elif metadata is not None:
            entry.metadata_path = os.fspath(metadata)
    if left:
        raise ValueError(
            "Unrecognized `Embedding` layer names passed to "
            "`keras.callbacks.TensorBoard` `embeddings_metadata` argument: "
            f"{left.keys()}. The model has: {[e.name for e in _embeddings(model)]}"
        )
    from google.protobuf import text_format

    os.makedirs(folder, exist_ok=True)
    text = text_format.MessageToString(config)
    _write(os.path.join(folder, "projector_config.pbtxt"), text)


def write_vectors(folder, model):
    """Writes the vectors of all `Embedding` layers, a line each."""
    for layer in _embeddings(model):
        lines = (
            "\t".join(map(repr, vector)) + "\n"
            for vector in np.asarray(layer.embeddings.value, float).tolist()
        )
        _write(os.path.join(folder, _vectors_name(layer)), "".join(lines))


def _embeddings(model):
    return [layer for layer in model.layers if isinstance(layer, Embedding)]


def _vectors_name(layer):
    return f"{layer.name.replace('/', '_')}_vectors.tsv"


def _write(path, text):
    with _files.atomic_path(path) as temporary:
        temporary.write_text(text)
