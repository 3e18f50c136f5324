"""Layers: the parts that models are made of."""

import importlib
import typing

from ranvier.core import _errors, _registry
from ranvier.layers._activations import (
    ELU,
    Activation,
    LeakyReLU,
    Mish,
    ReLU,
    Softmax,
)
from ranvier.layers._batch_norm import BatchNormalization
from ranvier.layers._concatenate import Concatenate, concatenate
from ranvier.layers._core import (
    Identity,
    Lambda,
    Masking,
    Wrapper,
    deserialize,
    serialize,
)
from ranvier.layers._cropping import Cropping1D, Cropping2D, Cropping3D
from ranvier.layers._dense import Dense
from ranvier.layers._dot import Dot, dot
from ranvier.layers._dropout import (
    Dropout,
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
)
from ranvier.layers._einsum_dense import EinsumDense
from ranvier.layers._embedding import Embedding
from ranvier.layers._input import Input, InputLayer
from ranvier.layers._input_spec import InputSpec
from ranvier.layers._layer import Layer
from ranvier.layers._merging import (
    Add,
    Average,
    Maximum,
    Minimum,
    Multiply,
    Subtract,
    add,
    average,
    maximum,
    minimum,
    multiply,
    subtract,
)
from ranvier.layers._norms import (
    GroupNormalization,
    LayerNormalization,
    RMSNormalization,
    UnitNormalization,
)
from ranvier.layers._regularization import (
    ActivityRegularization,
    AlphaDropout,
    GaussianDropout,
    GaussianNoise,
)
from ranvier.layers._reshaping import Flatten, Permute, RepeatVector, Reshape
from ranvier.layers._slopes import PReLU, RReLU
from ranvier.layers._spectral_norm import SpectralNormalization
from ranvier.layers._up_sampling import UpSampling1D, UpSampling2D, UpSampling3D
from ranvier.layers._zero_padding import ZeroPadding1D, ZeroPadding2D, ZeroPadding3D

if typing.TYPE_CHECKING:
    from ranvier.layers.preprocessing import (
        CategoryEncoding,
        Discretization,
        HashedCrossing,
        Hashing,
        IntegerLookup,
        MelSpectrogram,
        Normalization,
        Pipeline,
        Rescaling,
        STFTSpectrogram,
        StringLookup,
        TextVectorization,
    )
    from ranvier.layers.preprocessing.images import (
        AugMix,
        AutoContrast,
        CenterCrop,
        ContrastLimitedAdaptiveHistogramEqualization,
        CutMix,
        Equalization,
        MaxNumBoundingBoxes,
        MixUp,
        RandAugment,
        RandomBrightness,
        RandomColorDegeneration,
        RandomColorJitter,
        RandomContrast,
        RandomCrop,
        RandomElasticTransform,
        RandomErasing,
        RandomFlip,
        RandomGaussianBlur,
        RandomGrayscale,
        RandomHue,
        RandomInvert,
        RandomPerspective,
        RandomPosterization,
        RandomRotation,
        RandomSaturation,
        RandomSharpness,
        RandomShear,
        RandomTranslation,
        RandomZoom,
        Resizing,
        Solarization,
    )

# Layers that prepare data bring much code along, which most models do without: the
# packages are imported when one of their layers is first named.
_LATER = ("preprocessing", "preprocessing.images")


def __getattr__(name):
    if name == "preprocessing":
        return importlib.import_module(f"{__name__}.{name}")
    for package in _LATER if name in __all__ else ():
        module = importlib.import_module(f"{__name__}.{package}")
        if name in module.__all__:
            return getattr(module, name)
    raise AttributeError(
        f"module '{__name__}' has no attribute '{name}'."
        + _errors.close_names(name, __all__)
    )


def __dir__():
    return sorted({*globals(), *__all__})


@_registry.set_loader
def _load_later():
    for package in _LATER:
        importlib.import_module(f"{__name__}.{package}")


__all__ = [
    "ELU",
    "Activation",
    "ActivityRegularization",
    "Add",
    "AlphaDropout",
    "AugMix",
    "AutoContrast",
    "Average",
    "BatchNormalization",
    "CategoryEncoding",
    "CenterCrop",
    "Concatenate",
    "ContrastLimitedAdaptiveHistogramEqualization",
    "Cropping1D",
    "Cropping2D",
    "Cropping3D",
    "CutMix",
    "Dense",
    "Discretization",
    "Dot",
    "Dropout",
    "EinsumDense",
    "Embedding",
    "Equalization",
    "Flatten",
    "GaussianDropout",
    "GaussianNoise",
    "GroupNormalization",
    "HashedCrossing",
    "Hashing",
    "Identity",
    "Input",
    "InputLayer",
    "InputSpec",
    "IntegerLookup",
    "Lambda",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "Masking",
    "MaxNumBoundingBoxes",
    "Maximum",
    "MelSpectrogram",
    "Minimum",
    "Mish",
    "MixUp",
    "Multiply",
    "Normalization",
    "PReLU",
    "Permute",
    "Pipeline",
    "RMSNormalization",
    "RReLU",
    "RandAugment",
    "RandomBrightness",
    "RandomColorDegeneration",
    "RandomColorJitter",
    "RandomContrast",
    "RandomCrop",
    "RandomElasticTransform",
    "RandomErasing",
    "RandomFlip",
    "RandomGaussianBlur",
    "RandomGrayscale",
    "RandomHue",
    "RandomInvert",
    "RandomPerspective",
    "RandomPosterization",
    "RandomRotation",
    "RandomSaturation",
    "RandomSharpness",
    "RandomShear",
    "RandomTranslation",
    "RandomZoom",
    "ReLU",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "Resizing",
    "STFTSpectrogram",
    "Softmax",
    "Solarization",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
    "SpectralNormalization",
    "StringLookup",
    "Subtract",
    "TextVectorization",
    "UnitNormalization",
    "UpSampling1D",
    "UpSampling2D",
    "UpSampling3D",
    "Wrapper",
    "ZeroPadding1D",
    "ZeroPadding2D",
    "ZeroPadding3D",
    "add",
    "average",
    "concatenate",
    "deserialize",
    "dot",
    "maximum",
    "minimum",
    "multiply",
    "serialize",
    "subtract",
]
