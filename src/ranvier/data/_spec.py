"""Specs: shape and dtype of the values of an element."""

import numpy as np

from ranvier.data import _columns, _structure
from ranvier.tensors import (
    RaggedTensorSpec,
    SparseTensorSpec,
    TensorSpec,
    TypeSpec,
    spec_of,
)

# As files name them.
KINDS = {
    "tensor": TensorSpec,
    "ragged": RaggedTensorSpec,
    "sparse": SparseTensorSpec,
}


class DatasetSpec(TypeSpec):
    """The spec of an element that is a dataset itself.

    Args:
        element_spec: the structure of specs of its elements.
        dataset_shape: always `()`.

    Example:
        >>> from ranvier.data import Dataset
        >>> Dataset.range(4).window(2).element_spec
        DatasetSpec(TensorSpec(shape=(), dtype=tf.int64, name=None), TensorShape([]))
    """

    shape = dtype = None
    make_empty = None  # a function that makes a dataset without elements, where known

    def __init__(self, element_spec, dataset_shape=()):
        self.element_spec = element_spec
        self.dataset_shape = tuple(dataset_shape)

    @classmethod
    def from_value(cls, value):
        """Returns the spec of a dataset."""
        return cls(value.element_spec)

    @property
    def value_type(self):
        """The class of what has this spec."""
        from ranvier.data._tensor_face import Dataset

        return Dataset

    def is_compatible_with(self, spec_or_value):
        """Tells whether a dataset, or one with a spec, could have this spec."""
        if hasattr(spec_or_value, "_data_node"):
            spec_or_value = type(self).from_value(spec_or_value)
        if not isinstance(spec_or_value, DatasetSpec):
            return False
        one, other = self.element_spec, spec_or_value.element_spec
        pairs = zip(_structure.flatten(one), _structure.flatten(other))
        return _structure.same_structure(one, other) and all(
            a.is_compatible_with(b) for a, b in pairs
        )

    def _key(self):
        return (str(self.element_spec), self.dataset_shape)

    def __repr__(self):
        return f"DatasetSpec({self.element_spec!r}, TensorShape([]))"


def tensor(shape, dtype) -> TensorSpec:
    """Returns the spec of arrays; object stands for strings."""
    return TensorSpec(shape, "string" if np.dtype(dtype).kind == "O" else dtype)


def sizes(spec):
    """Returns the shape of a spec as a tuple, None if even the rank is unknown."""
    if spec.shape is None or spec.shape.rank is None:
        return None
    return tuple(spec.shape)


def numpy_dtype(dtype) -> np.dtype:
    """Returns the NumPy dtype of what names a dtype; object for strings."""
    return np.dtype(TensorSpec((), dtype).dtype.as_numpy_dtype)


def name_of(dtype) -> str:
    """Returns a dtype's name; `string` for object."""
    return "string" if np.dtype(dtype).kind == "O" else np.dtype(dtype).name


def as_spec(spec):
    """Returns what a user gave as a spec.

    Raises:
        TypeError: if it is none.
    """
    if not isinstance(spec, TypeSpec):
        raise TypeError(
            "`output_signature` must contain specs such as `TensorSpec(shape, dtype)`. "
            f"Received: {spec!r} (of type {type(spec).__name__})"
        )
    return spec


def of_value(value):
    """Returns the spec of a value."""
    if hasattr(value, "_data_node"):
        return DatasetSpec(value.element_spec)
    if _columns.is_opaque(value):
        return spec_of(value)
    return tensor(_columns.shape_of(value), _columns.dtype_of(value))


def of_block(block):
    """Returns the specs that all elements of a block have."""

    def of_column(column):
        if isinstance(column, np.ndarray):
            return tensor(column.shape[1:], column.dtype)
        result = of_value(column[0])
        for value in column.values[1:]:
            result = _common(result, of_value(value))
        return result

    return _structure.map_values(of_column, block.columns)


def _common(one, other):
    if isinstance(one, DatasetSpec) or isinstance(other, DatasetSpec):
        return one
    if one.dtype != other.dtype:
        return one
    if type(one) is not type(other):
        return one
    return one.most_specific_compatible_type(other)


def same_kinds(one, other) -> bool:
    """Tells whether two structures of specs differ in shapes at most."""
    return _structure.same_structure(one, other) and all(
        type(a) is type(b) and a.dtype == b.dtype
        for a, b in zip(_structure.flatten(one), _structure.flatten(other))
    )


def merge(one, other):
    """Returns the structure of specs of values of either: other sizes are None."""
    return _structure.map_values(_common, one, other)


def batched(spec, size):
    """Returns the structure of specs of batches of `size` (None: unknown)."""

    def batch(value):
        if isinstance(value, DatasetSpec) or sizes(value) is None:
            return value
        return value._batch(size)

    return _structure.map_values(batch, spec)


def row_of(spec):
    """Returns the spec of a row."""
    if isinstance(spec, RaggedTensorSpec) and spec.ragged_rank == 1:
        return RaggedTensorSpec(spec.shape[1:], spec.dtype, 0, spec.row_splits_dtype)
    return spec._unbatch()


def unbatched(spec):
    """Returns the structure of specs of the rows of batches."""

    def row(value):
        if isinstance(value, DatasetSpec) or not sizes(value):
            return value
        return row_of(value)

    return _structure.map_values(row, spec)


def is_static(spec) -> bool:
    """Tells whether all shapes are known."""
    return all(
        isinstance(value, TensorSpec)
        and sizes(value) is not None
        and None not in sizes(value)
        for value in _structure.flatten(spec)
    )


def example(spec):
    """Returns a value of a spec: zeros or empty strings, unknown sizes being 0.

    Raises:
        TypeError: for ragged and sparse values.
    """
    if isinstance(spec, DatasetSpec) and spec.make_empty is not None:
        return spec.make_empty()
    if not isinstance(spec, TensorSpec) or sizes(spec) is None:
        raise TypeError(f"There is no example of {spec!r}.")
    shape = tuple(size or 0 for size in sizes(spec))
    if spec.dtype == "string":
        return np.full(shape, b"", object)[()]
    return np.zeros(shape, spec.dtype.as_numpy_dtype)[()]
