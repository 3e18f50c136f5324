"""Layers: the parts that models are made of."""

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
from ranvier.layers.preprocessing import (
    CategoryEncoding,
    Discretization,
    HashedCrossing,
    Hashing,
    IntegerLookup,
    Normalization,
    Rescaling,
    StringLookup,
    TextVectorization,
)

__all__ = [
    "ELU",
    "Activation",
    "ActivityRegularization",
    "Add",
    "AlphaDropout",
    "Average",
    "BatchNormalization",
    "CategoryEncoding",
    "Concatenate",
    "Cropping1D",
    "Cropping2D",
    "Cropping3D",
    "Dense",
    "Discretization",
    "Dot",
    "Dropout",
    "EinsumDense",
    "Embedding",
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
    "Maximum",
    "Minimum",
    "Mish",
    "Multiply",
    "Normalization",
    "PReLU",
    "Permute",
    "RMSNormalization",
    "RReLU",
    "ReLU",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "Softmax",
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
