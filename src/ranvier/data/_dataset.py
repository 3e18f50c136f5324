"""Dataset: a pipeline of data, with tf.data's names.

A dataset is a node (`_node`) and a face (`_face`). Methods return new datasets around
new nodes; they stand in `_making`, `_selection_methods`, `_function_methods`,
`_batch_methods`.
"""

import copy
import functools
import hashlib

import numpy as np

from ranvier.core import _aliases
from ranvier.data import _spec, _storage, _structure
from ranvier.data._batch_methods import Batches
from ranvier.data._columns import Objects
from ranvier.data._face import NUMPY
from ranvier.data._function_methods import Functions
from ranvier.data._iterator import NumpyIterator
from ranvier.data._making import Making
from ranvier.data._node import INFINITE, UNKNOWN
from ranvier.data._options import Options
from ranvier.data._selection_methods import Selection
from ranvier.data._table_methods import Tables
from ranvier.tensors._errors import InvalidArgumentError

AUTOTUNE = -1
INFINITE_CARDINALITY = INFINITE
UNKNOWN_CARDINALITY = UNKNOWN


def in_current_face(dataset):
    """Returns a dataset as programs expect it for which nobody chose a face.

    Its elements are tensors where `ranvier.tf` stands in TensorFlow's place.
    """
    if not _aliases.stood_in_for("tensorflow"):
        return dataset
    from ranvier.data import _tensor_face

    return _tensor_face.Dataset(dataset._data_node)


class Dataset(Making, Tables, Selection, Functions, Batches):
    """A sequence of elements, read and transformed in blocks.

    The names, arguments and defaults are those of `tf.data.Dataset`. Elements are NumPy
    values, or structures (tuples, dictionaries) of them: what tf.data's
    `as_numpy_iterator` would give, with the same dtypes; strings are `bytes`. Make one
    with `from_tensor_slices`, `range`, `list_files` and so on, transform it, and
    iterate over it or pass it to `fit`.

    Example:
        >>> ds = Dataset.range(6).map(lambda x: x * 10).batch(4)
        >>> for batch in ds:
        ...     print(batch)
        [ 0 10 20 30]
        [40 50]
    """

    _face = NUMPY
    _options = None

    def __init__(self, node):
        self._data_node = node

    @classmethod
    def _of(cls, node):
        """Returns a dataset of this class around a source."""
        return cls(node)

    def _then(self, node):
        """Returns a dataset of this class around a transformation of this one."""
        dataset = self._of(node)
        dataset._options = self._options
        return dataset

    def __iter__(self):
        return self._face.iterator(self._data_node)

    def as_numpy_iterator(self):
        """Returns an iterator over the elements as NumPy values.

        Example:
            >>> list(Dataset.range(2).as_numpy_iterator())
            [np.int64(0), np.int64(1)]
        """
        for spec in _structure.flatten(self.element_spec):
            if isinstance(spec, _spec.DatasetSpec):
                raise TypeError(
                    "`Dataset.as_numpy_iterator()` is not supported for datasets that "
                    "produce values of type Dataset: flatten them with `flat_map`."
                )
        return NumpyIterator(self._data_node, NUMPY)

    def get_single_element(self, name=None):
        """Returns the only element.

        Raises:
            InvalidArgumentError: if there is none, or more than one.

        Example:
            >>> Dataset.from_tensors([1, 2]).get_single_element().tolist()
            [1, 2]
        """
        iterator = iter(self)
        missing = object()
        element = next(iterator, missing)
        if element is missing:
            raise InvalidArgumentError("Dataset was empty: expected one element.")
        if next(iterator, missing) is not missing:
            raise InvalidArgumentError("Dataset had more than one element.")
        return element

    @functools.cached_property
    def element_spec(self):
        """The structure of `TensorSpec`s of an element.

        For a `map` function that cannot be compiled they are those of the first
        element, which is made for that.

        Example:
            >>> Dataset.range(3).batch(2).element_spec
            TensorSpec(shape=(None,), dtype=tf.int64, name=None)
        """
        return self._data_node.spec()

    @property
    def _type_spec(self):
        return _spec.DatasetSpec(self.element_spec)

    def cardinality(self):
        """Returns the number of elements, `INFINITE_CARDINALITY` (-1), or
        `UNKNOWN_CARDINALITY` (-2).

        Example:
            >>> int(Dataset.range(5).batch(2).cardinality())
            3
        """
        return self._face.wrap(np.int64(self._data_node.cardinality()))

    def __len__(self):
        count = self._data_node.cardinality()
        if count == INFINITE:
            raise TypeError("The dataset is infinite.")
        if count == UNKNOWN:
            raise TypeError("The dataset length is unknown.")
        return count

    def __bool__(self):
        return True

    __nonzero__ = __bool__

    def __repr__(self):
        name = self._data_node.name
        try:
            spec = repr(self.element_spec)
        except Exception as error:
            spec = f"unknown: {error}"
        return f"<Dataset of `{name}`, element_spec={spec}>"

    def options(self):
        """Returns the options.

        Example:
            >>> Dataset.range(3).options().deterministic is None
            True
        """
        return copy.deepcopy(self._options) or Options()

    def with_options(self, options, name=None):
        """Returns the dataset with options set over its own.

        Example:
            >>> options = Options()
            >>> options.deterministic = True
            >>> Dataset.range(3).with_options(options).options().deterministic
            True
        """
        dataset = self._of(self._data_node)
        dataset._options = self.options().merge(options)
        return dataset

    def fingerprint(self):
        """Returns a number (uint64) that is equal for pipelines of equal steps.

        Example:

        """
        digest = hashlib.blake2b(_describe(self._data_node).encode(), digest_size=8)
        value = np.frombuffer(digest.digest(), np.uint64)[0]
        return self._face.wrap(value)

    def save(self, path, compression=None, shard_func=None, checkpoint_args=None):
        """Writes the elements to a folder, for `Dataset.load`.

        Args:
            path: the folder; it is replaced whole.
            compression: None or `"GZIP"`.
            shard_func: ignored: there is one shard.
            checkpoint_args: ignored.

        Example:
            >>> import tempfile
            >>> folder = tempfile.mkdtemp() + "/squares"
            >>> Dataset.range(3).map(lambda x: x * x).save(folder)
            >>> [int(x) for x in Dataset.load(folder)]
            [0, 1, 4]
        """
        blocks, spec = _blocks(self._data_node), self.element_spec
        _storage.write(path, blocks, spec, _compressed(compression))

    def snapshot(
        self, path, compression="AUTO", reader_func=None, shard_func=None, name=None
    ):
        """Keeps the elements in a folder in the first pass, and reads them from there.

        Args:
            path: the folder.
            compression: `"AUTO"`, `"GZIP"`, `"SNAPPY"` or None.
            reader_func: called with a dataset of datasets (one here); returns the
                dataset to use.
            shard_func: ignored: there is one shard.
            name: ignored.

        Example:
            >>> import tempfile
            >>> ds = Dataset.range(3).snapshot(tempfile.mkdtemp() + "/numbers")
            >>> [int(x) for x in ds] == [int(x) for x in ds]
            True
        """
        _compressed(compression)
        dataset = self.cache(path)
        if reader_func is None:
            return dataset
        from ranvier.data._sources import Rows

        return reader_func(self._of(Rows(Objects([dataset]), 1)))


def _blocks(node):
    stream = node.stream()
    while (block := stream.next()) is not None:
        yield block


def _compressed(compression):
    known = (None, "NONE", "AUTO", "GZIP", "SNAPPY")
    if compression not in known:
        raise ValueError(
            f"`compression` must be one of {known}. Received: {compression!r}"
        )
    return compression == "GZIP"


def _describe(node):
    parts = [type(node).__name__]
    for name, value in sorted(vars(node).items()):
        if isinstance(value, (int, str, bool, float, tuple)) and name != "inputs":
            parts.append(f"{name}={value!r}")
        elif hasattr(value, "columns"):
            parts += [_digest(c) for c in _structure.flatten(value.columns)]
        elif hasattr(value, "function"):
            parts.append(_code(value.function))
    inputs = "; ".join(_describe(source) for source in node.inputs)
    return f"{' '.join(parts)} ({inputs})"


def _digest(column):
    if isinstance(column, np.ndarray) and column.dtype != object:
        return hashlib.blake2b(np.ascontiguousarray(column).tobytes()).hexdigest()
    return repr([column[i] for i in range(len(column))])


def _code(function):
    code = getattr(function, "__code__", None)
    return repr(function) if code is None else f"{code.co_code.hex()}{code.co_consts}"
