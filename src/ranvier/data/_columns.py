"""Values and columns of values.

A *value* is one component of one element: a NumPy array or scalar (strings are
`bytes`, in arrays of dtype object), a ragged or sparse tensor, or a dataset.

A *column* holds that component of many elements:

- an array, stacked along a first axis, where all values have one shape;
- `Objects` otherwise: one value an entry.
"""

import jax
import numpy as np

from ranvier.tensors import RaggedTensor, SparseTensor

_PYTHON_DTYPES = {bool: np.bool_, int: np.int32, float: np.float32}


class NoDataError(TypeError, ValueError):
    """Something is given that cannot be part of an element."""


class Objects:
    """A column of values of different shapes, or of values that are no arrays.

    Args:
        values: a list of values.
    """

    __slots__ = ("values",)

    def __init__(self, values):
        if not isinstance(values, np.ndarray):
            array = np.empty(len(values), object)
            for i, value in enumerate(values):
                array[i] = value
            values = array
        self.values = values

    def __len__(self):
        return len(self.values)

    def __getitem__(self, key):
        if isinstance(key, (int, np.integer)):
            return self.values[key]
        return Objects(self.values[key])

    @property
    def nbytes(self):
        """Size in bytes, about."""
        return sum(getattr(value, "nbytes", 100) for value in self.values)


def to_value(value):
    """Returns what a user gave as a value: Python floats become float32, ints int32.

    Raises:
        ValueError: for nested lists that are no rectangular array, and for objects that
            are no data.
    """
    kind = type(value)
    if kind is np.ndarray or isinstance(value, np.generic):
        return _plain(value)
    if kind in _PYTHON_DTYPES:
        if kind is int and not -(2**31) <= value < 2**31:
            return np.int64(value)
        return _PYTHON_DTYPES[kind](value)
    if kind is bytes:
        return value
    if isinstance(value, bytes):
        return bytes(value)
    if kind is str:
        return value.encode()
    if isinstance(value, jax.Array):
        return np.asarray(value)
    if is_opaque(value):
        return value
    if hasattr(value, "numpy") and callable(value.numpy):
        return _plain(value.numpy())
    if hasattr(value, "to_numpy"):
        return _plain(value.to_numpy())
    return _from_python(value)


def is_opaque(value) -> bool:
    """Tells whether a value is kept as it is: ragged, sparse, or a dataset."""
    return hasattr(value, "_data_node") or isinstance(
        value, (RaggedTensor, SparseTensor)
    )


def _plain(value):
    """Returns an array or scalar of numbers, or of bytes."""
    if isinstance(value, bytes):
        return bytes(value)
    if isinstance(value, str):
        return value.encode()
    kind = value.dtype.kind
    if kind == "U":
        if value.ndim == 0:
            return str(value).encode()
        return np.char.encode(value, "utf-8").astype(object)
    if kind == "S":
        return value.astype(object) if value.ndim else bytes(value[()])
    if kind == "O":
        return _from_objects(value)
    if kind in "Mm":
        raise TypeError(
            "Expected numbers, booleans or strings. Received an array of "
            f"{value.dtype}: convert it first, for example with `.astype('int64')`."
        )
    return value


def _from_objects(value):
    flat = value.ravel()
    if all(type(item) is bytes for item in flat):
        return value if value.ndim else value[()]
    if all(isinstance(item, (str, bytes)) for item in flat):
        encoded = np.empty(flat.shape, object)
        encoded[:] = [x.encode() if isinstance(x, str) else bytes(x) for x in flat]
        return encoded.reshape(value.shape) if value.ndim else encoded[0]
    return _from_python(value.tolist())


def _from_python(value):
    if isinstance(value, range):
        value = list(value)
    leaf = value
    while isinstance(leaf, (list, tuple)) and len(leaf):
        leaf = leaf[0]
    if isinstance(leaf, (list, tuple)):  # nothing in it
        return np.zeros(np.shape(value), np.float32)
    if hasattr(leaf, "__array__") and not isinstance(leaf, (np.ndarray, np.generic)):
        value = _inner_arrays(value)
        leaf = None
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(
            "Can't convert non-rectangular Python sequence to Tensor. Expected rows of "
            f"equal length; use a RaggedTensor for others. Received: {_shorten(value)}"
        ) from error
    if array.dtype.kind == "O":
        if array.ndim and all(isinstance(x, (str, bytes)) for x in array.ravel()):
            return _from_objects(array)
        raise NoDataError(
            "Expected numbers, booleans, strings or arrays of them. Received: "
            f"{_shorten(value)} (of type {type(value).__name__})"
        )
    if array.dtype.kind in "US":
        objects = np.asarray(value, object)
        if not all(isinstance(item, (str, bytes)) for item in objects.ravel()):
            raise ValueError(
                "Can't convert a Python sequence with mixed types to Tensor. Received: "
                f"{_shorten(value)}"
            )
        return _from_objects(objects)
    if isinstance(leaf, (bool, int, float, complex, np.generic)):
        return _numbers(array, value, leaf)
    return _plain(array)


def _numbers(array, value, first):
    """Returns nested lists of numbers with the dtype that TensorFlow gives them.

    Args:
        array: NumPy's idea of it.
        value: the lists.
        first: the first number, whose precision counts if it is a float of NumPy's.
    """
    kinds = _types_in(value)
    if kinds & {bool, np.bool_}:
        if kinds - {bool, np.bool_}:
            raise ValueError(
                "Can't convert a Python sequence with mixed types to Tensor. Received: "
                f"{_shorten(value)}"
            )
        return array
    if array.dtype.kind == "c":
        return array.astype(np.complex128)
    if array.dtype.kind == "f":
        dtype = first.dtype if isinstance(first, np.floating) else np.dtype(np.float32)
        with np.errstate(over="ignore"):
            result = array.astype(dtype)
        if not np.array_equal(np.isinf(result), np.isinf(array)):
            raise ValueError(
                f"Can't convert a Python sequence with a value out of range of {dtype} "
                f"to Tensor. Received: {_shorten(value)}"
            )
        return result
    if array.dtype == np.uint64 and array.size and array.max() >= 2**63:
        raise ValueError(
            "Can't convert a Python sequence with an out-of-range integer to Tensor. "
            f"Received: {_shorten(value)}"
        )
    limits = np.iinfo(np.int32)
    fits = not array.size or (array.min() >= limits.min and array.max() <= limits.max)
    return array.astype(np.int32 if fits else np.int64)


def _types_in(value):
    if not isinstance(value, (list, tuple)):
        return {type(value)}
    kinds = set(map(type, value))
    if kinds & {list, tuple}:
        return set().union(*map(_types_in, value))
    return kinds


def _inner_arrays(value):
    if isinstance(value, (list, tuple)):
        return [_inner_arrays(item) for item in value]
    return to_value(value)


def _shorten(value):
    text = repr(value)
    return text if len(text) < 200 else text[:200] + "..."


def is_text(dtype) -> bool:
    """Tells whether a dtype is that of strings."""
    return dtype is not None and dtype.kind == "O"


def dtype_of(value) -> np.dtype | None:
    """Returns the dtype of a value (object for strings), None for opaque ones."""
    if isinstance(value, bytes):
        return np.dtype(object)
    return getattr(value, "dtype", None) if not is_opaque(value) else None


def shape_of(value):
    """Returns the shape of a value; None for opaque ones."""
    if isinstance(value, bytes):
        return ()
    return None if is_opaque(value) else value.shape


def stack(values):
    """Returns the column of a list of values."""
    first = values[0]
    if isinstance(first, bytes):
        column = np.empty(len(values), object)
        column[:] = values
        return column
    if is_opaque(first) or any(is_opaque(value) for value in values):
        return Objects(values)
    shape = first.shape
    if any(getattr(value, "shape", ()) != shape for value in values):
        return Objects(values)
    if shape == ():
        dtype = first.dtype
        if all(value.dtype == dtype for value in values):
            return np.array(values, dtype)
    return np.stack(values)


def repeat(value, count):
    """Returns a column with the same value `count` times."""
    if is_opaque(value):
        return Objects([value] * count)
    if isinstance(value, bytes):
        return np.full(count, value, object)
    return np.broadcast_to(value, (count, *np.shape(value)))


def concat(columns):
    """Returns one column of several."""
    if len(columns) == 1:
        return columns[0]
    if all(isinstance(c, np.ndarray) for c in columns):
        shape = columns[0].shape[1:]
        if all(c.shape[1:] == shape for c in columns):
            return np.concatenate(columns)
    values = np.empty(sum(map(len, columns)), object)
    i = 0
    for column in columns:
        for j in range(len(column)):
            values[i] = column[j]
            i += 1
    return Objects(values)


def size_of(column) -> int:
    """Returns the size of a column in bytes, about."""
    if isinstance(column, np.ndarray) and column.dtype == object:
        some = column.ravel()[:8]
        each = 8 + sum(49 + len(x) for x in some) // max(len(some), 1)
        return each * column.size
    return column.nbytes
