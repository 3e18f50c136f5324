"""The names and signatures of `ranvier.layers`, compared with Keras's."""

import inspect

import keras
import pytest

from ranvier import layers

# Convolution, recurrence, attention: later work.
LATER = (
    "AdaptiveAveragePooling AdaptiveMaxPooling AdditiveAttention Attention AugMix "
    "AveragePooling AvgPool Bidirectional Conv Convolution CutMix DepthwiseConv "
    "FlaxLayer GRU GlobalAveragePooling GlobalAvgPool GlobalMaxPool "
    "GroupQueryAttention JaxLayer LSTM MaxPool MelSpectrogram MixUp "
    "MultiHeadAttention RNN RandAugment ReversibleEmbedding STFTSpectrogram "
    "SeparableConv SimpleRNN StackedRNNCells TFSMLayer TimeDistributed "
    "TorchModuleWrapper"
).split()

# Preprocessing of categories, text and images.
PREPROCESSING = (
    "AutoContrast CategoryEncoding CenterCrop ContrastLimitedAdaptiveHistogram "
    "Discretization Equalization HashedCrossing Hashing IntegerLookup "
    "MaxNumBoundingBoxes Pipeline Random Resizing Solarization StringLookup "
    "TextVectorization"
).split()

# Arguments for quantisation and low rank adaptation, which `drop_unsupported` takes.
UNSUPPORTED = {
    "gptq_unpacked_column_size",
    "lora_alpha",
    "lora_rank",
    "quantization_config",
}

NAMES = [
    name
    for name in dir(keras.layers)
    if not name.startswith(("_", *LATER, *PREPROCESSING))
]


@pytest.mark.parametrize("name", NAMES)
def test_name_exists(name):
    assert name in layers.__all__


def parameters(member):
    signature = inspect.signature(member)
    return [
        (p.name, p.default)
        for p in signature.parameters.values()
        if p.kind is p.POSITIONAL_OR_KEYWORD and p.name not in UNSUPPORTED
    ]


@pytest.mark.parametrize("name", NAMES)
def test_arguments(name):
    ours, theirs = getattr(layers, name), getattr(keras.layers, name)
    assert parameters(ours) == parameters(theirs)


@pytest.mark.parametrize("name", NAMES)
def test_public_path(name):
    # Files name a class by its public module.
    if inspect.isclass(getattr(layers, name)) and name != "InputSpec":
        assert getattr(layers, name)._public_module == "keras.layers"
