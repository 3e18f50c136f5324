"""Specs: shape and dtype of values, without the values."""

import numpy as np

from ranvier.tensors._dtype import as_dtype
from ranvier.tensors._ragged import RaggedTensor
from ranvier.tensors._shape import TensorShape
from ranvier.tensors._sparse import SparseTensor
from ranvier.tensors._tensor import Tensor


class TypeSpec:
    """Base of the specs. Two are equal if all that they hold is equal."""

    def _key(self) -> tuple:
        raise NotImplementedError

    def is_compatible_with(self, spec_or_value) -> bool:
        """Tells whether a value, or the values of another spec, may stand for this."""
        other = spec_or_value
        if not isinstance(other, TypeSpec):
            other = spec_of(other)
        return (
            type(other) is type(self)
            and self.dtype == other.dtype
            and self.shape.is_compatible_with(other.shape)
        )

    def is_subtype_of(self, other) -> bool:
        """Tells whether all values of this spec also belong to another one."""
        return (
            type(other) is type(self)
            and self.dtype == other.dtype
            and self.shape.is_subtype_of(other.shape)
        )

    def most_specific_compatible_type(self, other):
        """Returns the spec of what the values of both have in common.

        Raises:
            ValueError: if the kinds or dtypes differ.
        """
        if type(other) is not type(self) or other.dtype != self.dtype:
            raise ValueError(f"No TypeSpec is compatible with both {self} and {other}")
        return self._with_shape(self.shape.most_specific_compatible_shape(other.shape))

    def most_specific_common_supertype(self, others):
        """Returns the spec that holds the values of this and others, or None."""
        spec = self
        for other in others:
            try:
                spec = spec.most_specific_compatible_type(other)
            except ValueError:
                return None
        return spec

    def _with_shape(self, shape):
        raise NotImplementedError

    def _batch(self, size):
        """Returns the spec of batches of `size` (None: unknown) such values."""
        return self._with_shape(TensorShape([size]).concatenate(self.shape))

    def _unbatch(self):
        """Returns the spec of the entries along the first axis."""
        return self._with_shape(self.shape[1:])

    def __eq__(self, other):
        return type(self) is type(other) and self._key() == other._key()

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash((type(self).__name__, self._key()))

    def __reduce__(self):
        return type(self), self._key()


class TensorSpec(TypeSpec):
    """Shape and dtype of a tensor.

    Args:
        shape: a shape, with None for unknown sizes; None for an unknown rank.
        dtype: a dtype.
        name: the name of an argument.

    Example:
        >>> TensorSpec([None, 3], "float32")
        TensorSpec(shape=(None, 3), dtype=tf.float32, name=None)
    """

    value_type = Tensor

    def __init__(self, shape, dtype="float32", name=None):
        self._shape = TensorShape(shape)
        self._dtype = as_dtype(dtype)
        self._name = name

    @property
    def shape(self) -> TensorShape:
        """The shape."""
        return self._shape

    @property
    def dtype(self):
        """The dtype."""
        return self._dtype

    @property
    def name(self):
        """The name, or None."""
        return self._name

    @property
    def ndim(self):
        """The number of axes, or None."""
        return self._shape.rank

    @classmethod
    def from_tensor(cls, tensor, name=None):
        """Returns the spec of a tensor."""
        return cls(tensor.shape, tensor.dtype, name)

    @classmethod
    def from_spec(cls, spec, name=None):
        """Returns a copy of a spec, perhaps under another name."""
        return cls(spec.shape, spec.dtype, name or getattr(spec, "name", None))

    def _with_shape(self, shape):
        return TensorSpec(shape, self._dtype)

    def _key(self):
        return (self._shape, self._dtype, self._name)

    def __repr__(self):
        return (
            f"TensorSpec(shape={self._shape}, dtype={self._dtype!r}, "
            f"name={self._name!r})"
        )


class RaggedTensorSpec(TypeSpec):
    """Shape, dtype and number of ragged axes of a ragged tensor.

    Args:
        shape: a shape, None for ragged axes; None for an unknown one.
        dtype: dtype of the values.
        ragged_rank: the number of ragged axes; by default all but the outermost.
        row_splits_dtype: dtype of the splits.
        flat_values_spec: accepted as in TensorFlow.

    Example:
        >>> RaggedTensorSpec([2, None], "int32")
        RaggedTensorSpec(TensorShape([2, None]), tf.int32, 1, tf.int64)
    """

    value_type = RaggedTensor

    def __init__(
        self,
        shape=None,
        dtype="float32",
        ragged_rank=None,
        row_splits_dtype="int64",
        flat_values_spec=None,
    ):
        self._shape = TensorShape(shape)
        self._dtype = as_dtype(dtype)
        self._row_splits_dtype = as_dtype(row_splits_dtype)
        self._flat_values_spec = flat_values_spec
        rank = self._shape.rank
        if ragged_rank is None:
            if rank is None:
                raise ValueError(
                    "Must specify ragged_rank or a shape with a known rank."
                )
            ragged_rank = rank - 1
        if rank is not None and ragged_rank >= max(rank, 1):
            raise ValueError(
                f"Argument `ragged_rank` ({ragged_rank}) must be less than rank "
                f"({rank})."
            )
        self._ragged_rank = ragged_rank

    @property
    def shape(self) -> TensorShape:
        """The shape."""
        return self._shape

    @property
    def dtype(self):
        """The dtype of the values."""
        return self._dtype

    @property
    def ragged_rank(self) -> int:
        """The number of ragged axes."""
        return self._ragged_rank

    @property
    def row_splits_dtype(self):
        """The dtype of the splits."""
        return self._row_splits_dtype

    @property
    def flat_values_spec(self):
        """The spec of the values, if one was given."""
        return self._flat_values_spec

    @classmethod
    def from_value(cls, value):
        """Returns the spec of a ragged tensor."""
        return cls(value.shape, value.dtype, value.ragged_rank, value.row_splits.dtype)

    def _with_shape(self, shape):
        rank = self._ragged_rank + TensorShape(shape).rank - self._shape.rank
        return RaggedTensorSpec(
            shape, self._dtype, max(rank, 0), self._row_splits_dtype
        )

    def _unbatch(self):
        if self._ragged_rank == 1:
            return TensorSpec(self._shape[1:], self._dtype)
        return super()._unbatch()

    def _key(self):
        return (self._shape, self._dtype, self._ragged_rank, self._row_splits_dtype)

    def __repr__(self):
        return (
            f"RaggedTensorSpec({self._shape!r}, {self._dtype!r}, {self._ragged_rank}, "
            f"{self._row_splits_dtype!r})"
        )


class SparseTensorSpec(TypeSpec):
    """Shape and dtype of a sparse tensor.

    Args:
        shape: a shape, or None for an unknown one.
        dtype: dtype of the entries.

    Example:
        >>> SparseTensorSpec([2, 3], "int64")
        SparseTensorSpec(TensorShape([2, 3]), tf.int64)
    """

    value_type = SparseTensor

    def __init__(self, shape=None, dtype="float32"):
        self._shape = TensorShape(shape)
        self._dtype = as_dtype(dtype)

    @property
    def shape(self) -> TensorShape:
        """The shape."""
        return self._shape

    @property
    def dtype(self):
        """The dtype of the entries."""
        return self._dtype

    @property
    def rank(self):
        """The number of axes, or None."""
        return self._shape.rank

    @classmethod
    def from_value(cls, value):
        """Returns the spec of a sparse tensor."""
        return cls(value.shape, value.dtype)

    def _with_shape(self, shape):
        return SparseTensorSpec(shape, self._dtype)

    def _key(self):
        return (self._shape, self._dtype)

    def __repr__(self):
        return f"SparseTensorSpec({self._shape!r}, {self._dtype!r})"


def spec_of(value):
    """Returns the spec of a tensor, ragged or sparse tensor, or of an array.

    Args:
        value: a tensor of any kind, an array, or a Python value.

    Raises:
        TypeError: if it is none of these.
    """
    spec = getattr(value, "_type_spec", None)
    if isinstance(spec, TypeSpec):
        return spec
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return TensorSpec(value.shape, value.dtype)
    if isinstance(value, (bool, int, float, complex, str, bytes, list, np.generic)):
        from ranvier.tensors._constant import convert_to_tensor

        return TensorSpec.from_tensor(convert_to_tensor(value))
    raise TypeError(f"Could not build a TypeSpec for {value!r}.")
