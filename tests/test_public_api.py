"""The public names are Keras 3's: what is missing is listed, with its reason."""

import importlib
import subprocess
import sys
import types

import keras
import keras_tuner
import pytest

import ranvier

LATER = "convolutional, recurrent and attention layers come later"
FILES = "needs files or servers that come with exact resume"
QUANTIZED = "quantisation is out of scope"

LATER_LAYERS = """
AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D
AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D AdditiveAttention
Attention AveragePooling1D AveragePooling2D AveragePooling3D AvgPool1D AvgPool2D
AvgPool3D Bidirectional Conv1D Conv1DTranspose Conv2D Conv2DTranspose Conv3D
Conv3DTranspose ConvLSTM1D ConvLSTM2D ConvLSTM3D Convolution1D
Convolution1DTranspose Convolution2D Convolution2DTranspose Convolution3D
Convolution3DTranspose DepthwiseConv1D DepthwiseConv2D FlaxLayer GRU GRUCell
GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D GlobalAvgPool1D
GlobalAvgPool2D GlobalAvgPool3D GlobalMaxPool1D GlobalMaxPool2D GlobalMaxPool3D
GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D GroupQueryAttention
JaxLayer LSTM LSTMCell MaxPool1D MaxPool2D MaxPool3D MaxPooling1D MaxPooling2D
MaxPooling3D MultiHeadAttention RNN ReversibleEmbedding SeparableConv1D
SeparableConv2D SeparableConvolution1D SeparableConvolution2D SimpleRNN
SimpleRNNCell StackedRNNCells TFSMLayer TimeDistributed TorchModuleWrapper
""".split()

# Names that Keras has and ranvier does not, by namespace.
MISSING = {
    "": {
        "Quantizer": QUANTIZED,
    },
    "callbacks": {
        "OrbaxCheckpoint": FILES,
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
    "layers": dict.fromkeys(LATER_LAYERS, LATER),
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
    "wrappers",
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


@pytest.mark.parametrize("path", ["", "engine", "errors", "oracles", "tuners"])
def test_names_of_keras_tuner_exist(path):
    theirs, ours = namespace(keras_tuner, path), namespace(ranvier.tuner, path)
    assert {name for name in members(theirs) if not hasattr(ours, name)} == set()


@pytest.mark.parametrize(
    "path", [*NAMESPACES, "tuner", "tuner.errors", "tuner.oracles", "tuner.tuners"]
)
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


FIRST_MODEL = """
import sys
import ranvier as rv

model = rv.Sequential([rv.Input((4,)), rv.layers.Dense(1)])
model.compile("sgd", "mse")
families = "layers.preprocessing", "models._fold", "autodiff._tape", "tensors", "data"
loaded = {f"ranvier.{family}" for family in families} & set(sys.modules)
assert not loaded, loaded
"""

NAMED_LATER = """
import ranvier as rv

config = {"module": "keras.layers", "class_name": "Resizing"}
config["config"] = {"height": 2, "width": 3}
layer = rv.layers.deserialize(config)
assert layer.width == 3 and type(layer) is rv.layers.Resizing
assert rv.layers.preprocessing.images.Resizing is rv.layers.Resizing
"""


@pytest.mark.parametrize("code", [FIRST_MODEL, NAMED_LATER])
def test_families_of_layers_are_imported_when_named(code):
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", ["layers", "models", "training", "autodiff"])
def test_all_names_are_found(name):
    package = importlib.import_module(f"ranvier.{name}")
    assert set(package.__all__) <= set(dir(package))
    assert all(hasattr(package, name) for name in package.__all__)
    with pytest.raises(AttributeError, match=f"{name}' has no attribute 'Nothing'"):
        package.Nothing  # noqa: B018
