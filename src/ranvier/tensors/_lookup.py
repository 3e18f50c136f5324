"""Tables from keys to values: `tf.lookup`."""

import numpy as np

from ranvier.core._hash_bins import hash_bins
from ranvier.tensors._constant import convert_to_tensor
from ranvier.tensors._dtype import as_dtype
from ranvier.tensors._errors import FailedPreconditionError, InvalidArgumentError
from ranvier.tensors._ragged import RaggedTensor
from ranvier.tensors._sparse import SparseTensor
from ranvier.tensors._tensor import Tensor


class TextFileIndex:
    """What of a line of a file a key or value is."""

    WHOLE_LINE = -2
    LINE_NUMBER = -1


class KeyValueTensorInitializer:
    """Keys and values of a table.

    Args:
        keys: the keys, all different.
        values: their values.
        key_dtype: dtype of the keys.
        value_dtype: dtype of the values.
        name: accepted as in TensorFlow.
    """

    def __init__(self, keys, values, key_dtype=None, value_dtype=None, name=None):
        self._keys = convert_to_tensor(keys, dtype=key_dtype)
        self._values = convert_to_tensor(values, dtype=value_dtype)

    @property
    def key_dtype(self):
        """The dtype of the keys."""
        return self._keys.dtype

    @property
    def value_dtype(self):
        """The dtype of the values."""
        return self._values.dtype

    def read(self):
        """Returns keys and values as arrays."""
        return self._keys._host(), self._values._host()


class TextFileInitializer:
    """Keys and values of a table, from the lines of a file.

    Args:
        filename: the file.
        key_dtype: dtype of the keys.
        key_index: a column, `TextFileIndex.WHOLE_LINE` or `.LINE_NUMBER`.
        value_dtype: dtype of the values.
        value_index: likewise.
        vocab_size: accepted as in TensorFlow.
        delimiter: what stands between columns.
        name: accepted as in TensorFlow.
        value_index_offset: added to line numbers that are values.
    """

    def __init__(
        self,
        filename,
        key_dtype,
        key_index,
        value_dtype,
        value_index,
        vocab_size=None,
        delimiter="\t",
        name=None,
        value_index_offset=0,
    ):
        self._filename = filename
        self._delimiter = delimiter
        self._offset = value_index_offset
        self.key_dtype, self.value_dtype = as_dtype(key_dtype), as_dtype(value_dtype)
        self._columns = (key_index, value_index)

    def read(self):
        """Returns keys and values as arrays."""
        with open(self._filename, "rb") as file:
            lines = file.read().splitlines()
        key, value = self._columns
        values = self._column(lines, value, self.value_dtype)
        if value == TextFileIndex.LINE_NUMBER:
            values = values + self._offset
        return self._column(lines, key, self.key_dtype), values

    def _column(self, lines, index, dtype):
        if index == TextFileIndex.LINE_NUMBER:
            return np.arange(len(lines), dtype=dtype.as_numpy_dtype)
        column = lines
        if index != TextFileIndex.WHOLE_LINE:
            column = [line.split(self._delimiter.encode())[index] for line in lines]
        if dtype.name == "string":
            array = np.empty(len(column), object)
            array[:] = column
            return array
        return np.array([float(x) for x in column]).astype(dtype.as_numpy_dtype)


class StaticHashTable:
    """A table that never changes.

    Args:
        initializer: a `KeyValueTensorInitializer` or `TextFileInitializer`.
        default_value: what keys that are not in it get.
        name: accepted as in TensorFlow.
        experimental_is_anonymous: accepted as in TensorFlow.

    Raises:
        FailedPreconditionError: for a key with two different values.

    Example:
        >>> table = StaticHashTable(
        ...     KeyValueTensorInitializer(["a", "b"], [10, 20]), default_value=-1)
        >>> table.lookup(convert_to_tensor(["b", "x"])).numpy().tolist()
        [20, -1]
    """

    def __init__(
        self, initializer, default_value, name=None, experimental_is_anonymous=False
    ):
        self._name = name or "hash_table"
        self.key_dtype = initializer.key_dtype
        self.value_dtype = initializer.value_dtype
        default = np.asarray(
            convert_to_tensor(default_value, dtype=self.value_dtype)._host()
        )
        if default.ndim:
            raise ValueError("`default_value` must be a scalar.")
        self._default = default[()]
        keys, values = initializer.read()
        self._table: dict = {}
        for key, value in zip(keys.ravel().tolist(), values.ravel().tolist()):
            if self._table.setdefault(key, value) != value:
                raise FailedPreconditionError(
                    "HashTable has different value for same key. Key "
                    f"{_shown(key)} has {self._table[key]} and trying to add value "
                    f"{value}"
                )

    @property
    def name(self):
        """The name."""
        return self._name

    @property
    def default_value(self):
        """What keys that are not in the table get."""
        return convert_to_tensor(self._default, dtype=self.value_dtype)

    def size(self, name=None):
        """Returns the number of keys."""
        return Tensor(np.asarray(len(self._table), np.int64))

    def lookup(self, keys, name=None):
        """Returns the values of keys: a tensor, ragged or sparse like them.

        Raises:
            TypeError: for keys of another dtype.
        """
        if isinstance(keys, SparseTensor):
            return keys.with_values(self.lookup(keys.values))
        if isinstance(keys, RaggedTensor):
            return keys.with_flat_values(self.lookup(keys.flat_values))
        keys = convert_to_tensor(keys)
        if keys.dtype is not self.key_dtype:
            raise TypeError(
                f"Dtype of argument `keys` must be {self.key_dtype}, received: "
                f"{keys.dtype}"
            )
        array = keys._host()
        found = np.empty(array.size, self.value_dtype.dtype)
        found[:] = [self._table.get(k, self._default) for k in array.ravel().tolist()]
        return Tensor(found.reshape(array.shape))

    __getitem__ = lookup

    def export(self, name=None):
        """Returns all keys and all values."""
        keys = np.empty(len(self._table), self.key_dtype.dtype)
        keys[:] = list(self._table)
        values = np.empty(len(self._table), self.value_dtype.dtype)
        values[:] = list(self._table.values())
        return Tensor(keys), Tensor(values)


def _shown(key):
    return key.decode() if isinstance(key, bytes) else key


class StaticVocabularyTable:
    """A table from strings (or integers) to numbers, with buckets for the others.

    Args:
        initializer: keys and their numbers, int64; or None for buckets only.
        num_oov_buckets: number of buckets, numbered after the keys.
        lookup_key_dtype: dtype of the keys.
        name: accepted as in TensorFlow.
        experimental_is_anonymous: accepted as in TensorFlow.

    Example:
        >>> keys = KeyValueTensorInitializer(["a", "b"], np.arange(2))
        >>> table = StaticVocabularyTable(keys, num_oov_buckets=2)
        >>> table.lookup(convert_to_tensor(["b", "x"])).numpy().tolist()
        [1, 2]
    """

    def __init__(
        self,
        initializer,
        num_oov_buckets,
        lookup_key_dtype=None,
        name=None,
        experimental_is_anonymous=False,
    ):
        if num_oov_buckets <= 0:
            raise ValueError(
                "`num_oov_buckets` must be positive: use a StaticHashTable instead. "
                f"Received: {num_oov_buckets}"
            )
        if initializer is not None and initializer.value_dtype.name != "int64":
            raise TypeError(
                "Invalid `value_dtype`: expected int64, received "
                f"{initializer.value_dtype.name}."
            )
        self._buckets = num_oov_buckets
        self._name = name or "table"
        self._inner = None
        if initializer is not None:
            self._inner = StaticHashTable(initializer, -1)
            lookup_key_dtype = lookup_key_dtype or initializer.key_dtype
        self.key_dtype = as_dtype(lookup_key_dtype or "string")
        self.value_dtype = as_dtype("int64")

    @property
    def name(self):
        """The name."""
        return self._name

    def size(self, name=None):
        """Returns the number of keys and buckets."""
        known = 0 if self._inner is None else int(self._inner.size())
        return Tensor(np.asarray(known + self._buckets, np.int64))

    def lookup(self, keys, name=None):
        """Returns the numbers of keys: a tensor, ragged or sparse like them."""
        if isinstance(keys, SparseTensor):
            return keys.with_values(self.lookup(keys.values))
        if isinstance(keys, RaggedTensor):
            return keys.with_flat_values(self.lookup(keys.flat_values))
        keys = convert_to_tensor(keys)
        if keys.dtype is not self.key_dtype:
            raise TypeError(
                f"Dtype of argument `keys` must be {self.key_dtype}, received: "
                f"{keys.dtype}"
            )
        array = keys._host()
        flat = array.ravel()
        known = 0 if self._inner is None else len(self._inner._table)
        numbers = hash_bins(flat, self._buckets) + known if flat.size else flat
        numbers = np.asarray(numbers, np.int64)
        if self._inner is not None:
            found = self._inner.lookup(Tensor(flat))._host()
            numbers = np.where(found >= 0, found, numbers)
        return Tensor(numbers.reshape(array.shape))

    __getitem__ = lookup


class MutableHashTable:
    """A table that can change: `tf.lookup.experimental`.

    Args:
        key_dtype: dtype of the keys.
        value_dtype: dtype of the values.
        default_value: what keys that are not in it get.
        name: accepted as in TensorFlow.
        checkpoint: accepted as in TensorFlow.
        experimental_is_anonymous: accepted as in TensorFlow.

    Example:
        >>> table = MutableHashTable("string", "int64", -1)
        >>> table.insert(["a"], convert_to_tensor([5], dtype="int64"))
        >>> table.lookup(["a", "b"]).numpy().tolist()
        [5, -1]
    """

    def __init__(
        self,
        key_dtype,
        value_dtype,
        default_value,
        name="MutableHashTable",
        checkpoint=True,
        experimental_is_anonymous=False,
    ):
        self.key_dtype, self.value_dtype = as_dtype(key_dtype), as_dtype(value_dtype)
        self._default = convert_to_tensor(default_value, dtype=self.value_dtype)._host()
        self.name = name
        self._table: dict = {}

    def size(self, name=None):
        """Returns the number of keys."""
        return Tensor(np.asarray(len(self._table), np.int64))

    def insert(self, keys, values, name=None):
        """Sets the values of keys.

        Raises:
            InvalidArgumentError: if there are more or fewer values than keys.
        """
        keys = convert_to_tensor(keys, dtype=self.key_dtype)._host()
        values = convert_to_tensor(values, dtype=self.value_dtype)._host()
        if values.shape[: keys.ndim] != keys.shape:
            raise InvalidArgumentError(
                f"Shapes of keys and values do not fit: {keys.shape}, {values.shape}"
            )
        rows = values.reshape(-1, *self._default.shape)
        for key, value in zip(keys.ravel().tolist(), rows):
            self._table[key] = value

    def remove(self, keys, name=None):
        """Takes keys out; those that are not in it do not matter."""
        for key in (
            convert_to_tensor(keys, dtype=self.key_dtype)._host().ravel().tolist()
        ):
            self._table.pop(key, None)

    def lookup(self, keys, dynamic_default_values=None, name=None):
        """Returns the values of keys."""
        array = convert_to_tensor(keys, dtype=self.key_dtype)._host()
        default = self._default
        rows = [self._table.get(key, default) for key in array.ravel().tolist()]
        found = np.empty((len(rows), *default.shape), self.value_dtype.dtype)
        for i, row in enumerate(rows):
            found[i] = row
        return Tensor(found.reshape(array.shape + default.shape))

    __getitem__ = lookup

    def export(self, name=None):
        """Returns all keys and all values."""
        keys = np.empty(len(self._table), self.key_dtype.dtype)
        keys[:] = list(self._table)
        shape = (len(self._table), *self._default.shape)
        values = np.empty(shape, self.value_dtype.dtype)
        for i, row in enumerate(self._table.values()):
            values[i] = row
        return Tensor(keys), Tensor(values)


class DenseHashTable(MutableHashTable):
    """`MutableHashTable` with keys that stand for empty and deleted places.

    Args:
        key_dtype: dtype of the keys.
        value_dtype: dtype of the values.
        default_value: what keys that are not in it get.
        empty_key: a key that is never used.
        deleted_key: another one.
        initial_num_buckets: accepted as in TensorFlow.
        name: accepted as in TensorFlow.
        checkpoint: accepted as in TensorFlow.
        experimental_is_anonymous: accepted as in TensorFlow.
    """

    def __init__(
        self,
        key_dtype,
        value_dtype,
        default_value,
        empty_key,
        deleted_key,
        initial_num_buckets=None,
        name="MutableDenseHashTable",
        checkpoint=True,
        experimental_is_anonymous=False,
    ):
        super().__init__(key_dtype, value_dtype, default_value, name)
