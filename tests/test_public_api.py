"""The public names are Keras 3's: what is missing is listed, with its reason."""

import importlib
import types

import keras
import pytest

import ranvier

LATER = "convolutional, recurrent and attention layers come later"
IMAGES = "image and text preprocessing comes with the data pipeline"
FILES = "needs files or servers that come with exact resume"
QUANTIZED = "quantisation is out of scope"
GRAPH = "comes with the TensorFlow face"
DEVICES = "comes with several devices"
PLOTS = "comes with plots and TensorBoard"

# Names that Keras has and ranvier does not, by namespace.
MISSING = {
    "": {
        "Quantizer": QUANTIZED,
        "RematScope": LATER,
        "remat": LATER,
        "SymbolicScope": GRAPH,
        "device": DEVICES,
    },
    "callbacks": {
        "BackupAndRestore": FILES,
        "OrbaxCheckpoint": FILES,
        "TensorBoard": PLOTS,
    },
    "dtype_policies": dict.fromkeys(
        [
            "AWQDTypePolicy",
            "GPTQDTypePolicy",
            "Int4DTypePolicy",
            "QuantizedDTypePolicy",
            "QuantizedFloat8DTypePolicy",
        ],
        QUANTIZED,
    ),
    "layers": {},
    "utils": {},
    "saving": {"KerasFileEditor": FILES},
}

NAMESPACES = [
    "",
    "activations",
    "backend",
    "callbacks",
    "config",
    "constraints",
    "dtype_policies",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "mixed_precision",
    "models",
    "ops",
    "ops.image",
    "ops.linalg",
    "ops.nn",
    "ops.numpy",
    "optimizers",
    "optimizers.schedules",
    "random",
    "regularizers",
    "saving",
    "tree",
    "utils",
]


def members(module):
    """Returns the public names of a namespace that are no modules."""
    return {
        name
        for name in dir(module)
        if not name.startswith("_")
        and not isinstance(getattr(module, name), types.ModuleType)
    }


def namespace(package, path):
    module = package
    for part in filter(None, path.split(".")):
        module = getattr(module, part)
    return module


@pytest.mark.parametrize("path", NAMESPACES)
def test_names_of_keras_exist(path):
    theirs, ours = namespace(keras, path), namespace(ranvier, path)
    missing = {name for name in members(theirs) if not hasattr(ours, name)}
    assert missing == set(MISSING.get(path, {}))


@pytest.mark.parametrize("path", NAMESPACES)
def test_all_lists_what_exists(path):
    module = namespace(ranvier, path)
    listed = getattr(module, "__all__", None)
    if listed is None:
        pytest.skip("a facade without __all__")
    assert sorted(set(listed)) == sorted(listed)
    for name in listed:
        getattr(module, name)


def test_submodules_import():
    for path in filter(None, NAMESPACES):
        importlib.import_module(f"ranvier.{path}")
