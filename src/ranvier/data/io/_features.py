"""What features to read from examples: the configurations of `parse_example`."""

from typing import Any, NamedTuple

from ranvier.tensors._dtype import as_dtype

DTYPES = ("int64", "float32", "string")


class FixedLenFeature(NamedTuple):
    """A feature with the same shape in every example.

    Args:
        shape: the shape of the values of one example.
        dtype: int64, float32 or string.
        default_value: values for examples without the feature, of that shape; without
            it such an example is an error.

    Example:
        >>> FixedLenFeature([28, 28], "float32")
        FixedLenFeature(shape=[28, 28], dtype='float32', default_value=None)
    """

    shape: Any
    dtype: Any
    default_value: Any = None


class VarLenFeature(NamedTuple):
    """A feature with any number of values; the result is a sparse tensor.

    Args:
        dtype: int64, float32 or string.

    Example:
        >>> VarLenFeature("string").dtype
        'string'
    """

    dtype: Any


class FixedLenSequenceFeature(NamedTuple):
    """A feature with any number of items of one shape.

    A batch is padded to the largest number. In a `SequenceExample` the items are the
    steps of a list of features.

    Args:
        shape: the shape of an item.
        dtype: int64, float32 or string.
        allow_missing: whether examples may lack the feature.
        default_value: what a batch is padded with: 0 or an empty string by default.

    Example:
        >>> FixedLenSequenceFeature([2], "int64", allow_missing=True).shape
        [2]
    """

    shape: Any
    dtype: Any
    allow_missing: bool = False
    default_value: Any = None


class SparseFeature(NamedTuple):
    """A sparse tensor kept in several features: positions and values.

    Args:
        index_key: the int64 feature with positions, or a list of such, one an axis.
        value_key: the feature with values.
        dtype: the dtype of the values.
        size: the size of the axis, or a list of sizes.
        already_sorted: True if positions are in order, so that nothing is sorted.

    Example:
        >>> SparseFeature(["row", "column"], "value", "float32", [100, 3]).size
        [100, 3]
    """

    index_key: Any
    value_key: str
    dtype: Any
    size: Any
    already_sorted: bool = False


class RowSplits(NamedTuple):
    """Rows begin and end at these positions: `[0, 2, 5]` are two rows."""

    key: str


class RowLengths(NamedTuple):
    """Rows have these lengths."""

    key: str


class RowStarts(NamedTuple):
    """Rows begin at these positions."""

    key: str


class RowLimits(NamedTuple):
    """Rows end before these positions."""

    key: str


class ValueRowIds(NamedTuple):
    """Each value belongs to the row of this number."""

    key: str


class UniformRowLength(NamedTuple):
    """Rows have one length."""

    length: int


_PARTITIONS = (
    RowSplits,
    RowLengths,
    RowStarts,
    RowLimits,
    ValueRowIds,
    UniformRowLength,
)


class _Ragged(NamedTuple):
    dtype: Any
    value_key: str | None
    partitions: tuple
    row_splits_dtype: Any
    validate: bool


class RaggedFeature(_Ragged):
    """A feature with any number of values; the result is a ragged tensor.

    Args:
        dtype: int64, float32 or string.
        value_key: the feature with the values; by default that of the same name.
        partitions: how the values of an example are cut into rows, from the outermost
            to the innermost: `RaggedFeature.RowSplits(key)`, `RowLengths`,
            `RowStarts`, `RowLimits` or `ValueRowIds`, whose `key` names an int64
            feature, or `UniformRowLength(length)`.
        row_splits_dtype: int32 or int64, the dtype of the result's row splits.
        validate: kept for compatibility: partitions are always checked.

    Raises:
        ValueError: for another dtype or an empty key.
        TypeError: if `partitions` holds something else.

    Example:
        >>> rows = RaggedFeature("int64", partitions=[RaggedFeature.RowLengths("n")])
        >>> rows.partitions[0].key
        'n'
    """

    __slots__ = ()

    RowSplits = RowSplits
    RowLengths = RowLengths
    RowStarts = RowStarts
    RowLimits = RowLimits
    ValueRowIds = ValueRowIds
    UniformRowLength = UniformRowLength

    def __new__(
        cls,
        dtype,
        value_key=None,
        partitions=(),
        row_splits_dtype="int32",
        validate=False,
    ):
        if value_key is not None and not (isinstance(value_key, str) and value_key):
            raise ValueError(
                "Argument `value_key` must be a string that is not empty; got "
                f"{value_key!r}"
            )
        _require_dtype("dtype", dtype, DTYPES)
        _require_dtype("row_splits_dtype", row_splits_dtype, ("int32", "int64"))
        if not isinstance(partitions, (list, tuple)):
            raise TypeError(
                "Argument `partitions` must be a list or tuple. Received: "
                f"partitions={partitions!r}"
            )
        for partition in partitions:
            if not isinstance(partition, _PARTITIONS):
                raise TypeError(
                    "Argument `partitions` must hold partitions, such as "
                    f"`RaggedFeature.RowSplits(key)`; got {partition!r}"
                )
        if not isinstance(validate, bool):
            raise TypeError(f"Argument `validate` must be a bool; got {validate!r}")
        return super().__new__(
            cls, dtype, value_key, tuple(partitions), row_splits_dtype, validate
        )


def _require_dtype(name, dtype, allowed):
    if as_dtype(dtype).name not in allowed:
        raise ValueError(
            f"Argument `{name}` must be {' or '.join(allowed)}; got {dtype!r}"
        )
