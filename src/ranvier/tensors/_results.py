"""Results of layers, metrics and losses as tensors, also where they took arrays.

In a program in which `ranvier.tf` stands for TensorFlow these are what TensorFlow
gives: `ArrayTensor`s, which have the methods of the array they hold too, so that code
that computes with JAX or NumPy goes on.
"""

import jax
import numpy as np

from ranvier.core import _aliases, _mask, _results, _tree
from ranvier.tensors._tensor import Tensor, is_traced


class ArrayTensor(Tensor):
    """A tensor with the methods of the array it holds.

    Args:
        value: an array of JAX or NumPy.

    Example:
        >>> t = ArrayTensor(np.array([1.0, 3.0]))
        >>> float(t.mean()), t
        (2.0, <tf.Tensor: shape=(2,), dtype=float64, numpy=array([1., 3.])>)
    """

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(
                f"{type(self).__name__!r} object has no attribute {name!r}"
            )
        return getattr(self._value, name)

    __hash__ = Tensor.__hash__


def present(value, wide):
    """Returns a structure with tensors in place of arrays.

    Where nothing stands for TensorFlow, arrays stay arrays: whether a module has been
    imported somewhere must not change what layers return.

    Args:
        value: an array, or a structure of arrays. Values of a program that is being
            traced stay as they are.
        wide: whether integers become ones of 64 bits.
    """
    if not _aliases.stood_in_for("tensorflow"):
        return value
    if _tree.is_nested(value):
        return _tree.map_structure(lambda leaf: _present(leaf, wide), value)
    return _present(value, wide)


def _present(value, wide):
    if not isinstance(value, (jax.Array, np.ndarray, np.generic)) or is_traced(value):
        return value
    tensor = ArrayTensor(_widened(value) if wide else value)
    mask = _mask.get_mask(value)
    if mask is not None:
        tensor._keras_mask = mask
    return tensor


def _widened(value):
    if value.dtype == np.int32:
        return np.asarray(value).astype(np.int64)
    return value


def install() -> None:
    """Shows results of layers, metrics and losses as tensors from now on.

    Example:
        >>> from ranvier import layers
        >>> install()
        >>> isinstance(layers.Flatten()(np.zeros((2, 3, 4))), jax.Array)
        True
    """
    _results.install(present)
