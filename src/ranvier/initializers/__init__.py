"""Initialisers: the first values of weights."""

from ranvier.initializers._constant import (
    STFT,
    Constant,
    Identity,
    Ones,
    Zeros,
)
from ranvier.initializers._constant import STFT as STFTInitializer
from ranvier.initializers._constant import STFT as stft
from ranvier.initializers._constant import Constant as constant
from ranvier.initializers._constant import Identity as IdentityInitializer
from ranvier.initializers._constant import Identity as identity
from ranvier.initializers._constant import Ones as ones
from ranvier.initializers._constant import Zeros as zeros
from ranvier.initializers._get import deserialize, get, serialize
from ranvier.initializers._initializer import Initializer
from ranvier.initializers._random import (
    Orthogonal,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
)
from ranvier.initializers._random import Orthogonal as OrthogonalInitializer
from ranvier.initializers._random import Orthogonal as orthogonal
from ranvier.initializers._random import RandomNormal as random_normal
from ranvier.initializers._random import RandomUniform as random_uniform
from ranvier.initializers._random import TruncatedNormal as truncated_normal
from ranvier.initializers._scaling import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    VarianceScaling,
)
from ranvier.initializers._scaling import GlorotNormal as glorot_normal
from ranvier.initializers._scaling import GlorotUniform as glorot_uniform
from ranvier.initializers._scaling import HeNormal as he_normal
from ranvier.initializers._scaling import HeUniform as he_uniform
from ranvier.initializers._scaling import LecunNormal as lecun_normal
from ranvier.initializers._scaling import LecunUniform as lecun_uniform
from ranvier.initializers._scaling import VarianceScaling as variance_scaling

__all__ = [
    "STFT",
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "IdentityInitializer",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "OrthogonalInitializer",
    "RandomNormal",
    "RandomUniform",
    "STFTInitializer",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "constant",
    "deserialize",
    "get",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "identity",
    "lecun_normal",
    "lecun_uniform",
    "ones",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "serialize",
    "stft",
    "truncated_normal",
    "variance_scaling",
    "zeros",
]
