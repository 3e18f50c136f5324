"""Structures of tensors, taken apart into arrays and put together again."""

import jax
import numpy as np

from ranvier.core import _tree
from ranvier.core._variable import Variable
from ranvier.tensors._constant import convert_to_tensor
from ranvier.tensors._errors import ValueNeededError
from ranvier.tensors._ragged import RaggedTensor
from ranvier.tensors._sparse import SparseTensor
from ranvier.tensors._tensor import Tensor
from ranvier.tensors._tensor_array import TensorArray
from ranvier.tensors._variable import IndexedSlices


class Slot:
    """Where an array stands in a structure."""

    __slots__ = ("number",)

    def __init__(self, number):
        self.number = number


class Parts:
    """A value that consists of several tensors.

    Args:
        make: makes the value from tensors.
        parts: a slot, or a constant, for each of them.
    """

    __slots__ = ("make", "parts")

    def __init__(self, make, parts):
        self.make = make
        self.parts = parts


def take_apart(structure, arrays):
    """Returns a structure with slots in place of tensors, whose arrays join a list.

    Python's numbers and other objects stay as they are.

    Args:
        structure: nested lists, tuples and dictionaries.
        arrays: the list to extend.
    """

    def slot(tensor):
        if isinstance(tensor._value, np.ndarray) and tensor._value.dtype == object:
            return tensor  # strings
        arrays.append(tensor._device())
        return Slot(len(arrays) - 1)

    def leaf(value):
        if isinstance(value, Tensor):
            return slot(value)
        if isinstance(value, (jax.Array, np.ndarray, np.generic)):
            return slot(convert_to_tensor(value))
        if isinstance(value, IndexedSlices):
            parts = [value.values, value.indices, value.dense_shape]
            return Parts(IndexedSlices, [leaf(part) for part in parts])
        if isinstance(value, SparseTensor):
            parts = [value.indices, value.values, value.dense_shape]
            return Parts(SparseTensor, [leaf(part) for part in parts])
        if isinstance(value, TensorArray) and value._buffer is not None:
            return Parts(value._maker(), [leaf(value._buffer)])
        return value

    if not _tree.is_nested(structure):
        return leaf(structure)
    return _tree.map_structure(leaf, structure)


def put_together(template, arrays):
    """Returns the structure of `take_apart` with tensors around arrays."""
    if type(template) is Slot:
        return Tensor(arrays[template.number])

    def leaf(value):
        if type(value) is Slot:
            return Tensor(arrays[value.number])
        if type(value) is Parts:
            return value.make(*map(leaf, value.parts))
        return value

    if not _tree.is_nested(template):
        return leaf(template)
    return _tree.map_structure(leaf, template)


def as_tensors(structure):
    """Returns what a function returned with tensors in place of numbers and variables.

    Raises:
        TypeError: for values that are no tensors.
    """

    def leaf(value):
        if value is None or isinstance(value, (Tensor, RaggedTensor, SparseTensor)):
            return value
        if isinstance(value, Variable):
            return Tensor(value.value)
        if isinstance(value, IndexedSlices):
            return value
        try:
            return convert_to_tensor(value)
        except ValueNeededError:
            raise
        except (TypeError, ValueError) as error:
            raise TypeError(
                "A function returns tensors, and structures of them. Received: "
                f"{value!r} (of type {type(value).__name__})"
            ) from error

    return _tree.map_structure(leaf, structure)


def struct_of(array) -> jax.ShapeDtypeStruct:
    """Returns the type of an array, as an argument of a trace."""
    return jax.ShapeDtypeStruct(array.shape, array.dtype)
