"""Initialisers by name, config or array."""

import jax
import numpy as np

from ranvier import ops
from ranvier.core import _dtypes, _naming, _registry
from ranvier.core._serialization import serialize_object
from ranvier.core._variable import Variable, standardize_shape
from ranvier.initializers._constant import STFT, Constant, Identity, Ones, Zeros
from ranvier.initializers._initializer import Initializer
from ranvier.initializers._random import (
    Orthogonal,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
)
from ranvier.initializers._scaling import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    VarianceScaling,
)

_MODULE = "keras.initializers"
_CLASSES = (
    Constant,
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    Identity,
    Initializer,
    LecunNormal,
    LecunUniform,
    Ones,
    Orthogonal,
    RandomNormal,
    RandomUniform,
    STFT,
    TruncatedNormal,
    VarianceScaling,
    Zeros,
)
_family = _registry.Family(
    "an initializer",
    _MODULE,
    {
        **{cls.__name__: cls for cls in _CLASSES},
        **{_naming.to_snake_case(cls.__name__): cls for cls in _CLASSES},
        "IdentityInitializer": Identity,
        "OrthogonalInitializer": Orthogonal,
        "STFTInitializer": STFT,
        "normal": RandomNormal,
        "one": Ones,
        "uniform": RandomUniform,
        "zero": Zeros,
    },
)


def serialize(initializer):
    """Returns the configuration of an initialiser as a dictionary.

    Args:
        initializer: an initialiser object, or a registered function.

    Example:
        >>> serialize(Zeros())["class_name"]
        'Zeros'
    """
    return serialize_object(initializer)


def deserialize(config, custom_objects=None):
    """Returns the initialiser that a configuration describes.

    Args:
        config: a dictionary of `serialize`, or a name.
        custom_objects: `{name: class or function}` to look names up in first.

    Raises:
        ValueError: for an unknown name.

    Example:
        >>> deserialize({"class_name": "Constant", "config": {"value": 2.0}}).value
        2.0
    """
    with _registry.CustomObjectScope(custom_objects):
        return get(config)


def get(identifier):
    """Returns an initialiser for whatever the argument of a layer may be.

    Args:
        identifier: a name such as `"he_normal"`, a configuration, a class, an
            array (the value itself), a function `(shape, dtype) -> array`, or None.

    Returns:
        An object or function `(shape, dtype) -> array`; None for None.

    Raises:
        ValueError: if it is none of these, or an unknown name.

    Example:
        >>> get("ones")((2,)).tolist()
        [1.0, 1.0]
    """
    if isinstance(identifier, (jax.Array, Variable, np.ndarray, np.generic)):
        return _given(identifier)
    return _family.get(identifier)


def _given(array):
    def initialize(shape, dtype=None):
        if standardize_shape(shape) != tuple(array.shape):
            raise ValueError(
                f"Expected `shape` to be {tuple(array.shape)}, that of the array given "
                f"as initializer. Received: shape={tuple(shape)}"
            )
        return ops.cast(array, _dtypes.standardize_dtype(dtype))

    return initialize
