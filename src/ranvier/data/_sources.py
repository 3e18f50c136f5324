"""Sources in memory: arrays, ranges, generators, random numbers."""

import itertools
import time

import numpy as np

from ranvier.core._seeds import make_default_seed
from ranvier.data import _columns, _composite, _spec, _structure
from ranvier.data._block import MOST, Block
from ranvier.data._node import INFINITE, UNKNOWN, Node, Stream, first_of
from ranvier.tensors import spec_of
from ranvier.tensors._errors import InvalidArgumentError


class Rows(Node):
    """The rows of columns.

    Args:
        columns: structure of columns.
        count: number of rows.
        spec: the structure of their specs; default: what the columns tell.
    """

    name = "from_tensor_slices"

    def __init__(self, columns, count, spec=None):
        self.block = Block(columns, count)
        self._spec = spec

    def stream(self):
        return _RowsStream(self.block)

    def spec(self):
        if self._spec is not None:
            return self._spec
        if not self.block.count:
            return _structure.map_values(
                lambda c: _spec.tensor(c.shape[1:], c.dtype), self.block.columns
            )
        return _spec.of_block(self.block)

    def cardinality(self):
        return self.block.count

    def whole(self):
        return self.block


class _RowsStream(Stream):
    counters = ("position",)

    def __init__(self, block):
        self.block = block
        self.position = 0
        if block.count:
            self._cap = block.room()

    def produce(self, limit):
        start, stop = self.position, min(self.position + limit, self.block.count)
        if start >= stop:
            return None
        self.position = stop
        return self.block[start:stop]

    def skip(self, count):
        start = self.position
        self.position = min(start + count, self.block.count)
        return self.position - start


def rows_of(tensors) -> Rows:
    """Returns the node of the rows of what a user passed.

    Raises:
        ValueError: without any array, for scalars, or for other numbers of rows.
    """
    if isinstance(tensors, list) and all(hasattr(t, "_data_node") for t in tensors):
        if tensors:
            return Rows(_columns.Objects(tensors), len(tensors))
    if hasattr(tensors, "_data_node"):
        raise ValueError(
            "Slicing dataset elements is not supported for rank 0: a dataset has no "
            "rows. Use it as it is."
        )
    tensors = as_structure(tensors)
    values = _structure.map_values(_columns.to_value, tensors)
    columns = _structure.map_values(_column_of, values)
    leaves = _structure.flatten(columns)
    if not leaves:
        raise ValueError(
            "Invalid `tensors`. `tensors` should not be empty: expected an array or a "
            f"structure of arrays. Received: {tensors!r}"
        )
    counts = [len(leaf) for leaf in leaves]
    if len(set(counts)) > 1:
        raise ValueError(
            "Dimensions of the first axes are not compatible: all components must have "
            f"the same number of rows. Received: {counts}"
        )
    specs = [
        _spec.row_of(spec_of(value)) if _columns.is_opaque(value) else _row_spec(column)
        for value, column in zip(_structure.flatten(values), leaves)
    ]
    return Rows(columns, counts[0], _structure.pack(columns, specs))


def _row_spec(column):
    return _spec.tensor(column.shape[1:], column.dtype)


def _column_of(value):
    if _columns.is_opaque(value):
        return _columns.Objects(_composite.rows_of(value))
    if np.ndim(value) == 0:
        raise ValueError(
            "Unbatching a tensor is only supported for rank >= 1: cannot slice a "
            f"scalar. Received: {value!r}; use `from_tensors` for a single element."
        )
    column = value.view()
    column.flags.writeable = False  # elements are views: they must not change it
    return column


def as_structure(tensors):
    """Returns tables (data frames) as dictionaries of columns, anything else as is."""
    if _structure.is_container(tensors):
        return tensors
    if hasattr(tensors, "column_names") and hasattr(tensors, "to_pydict"):  # Arrow
        return {name: tensors[name].to_numpy() for name in tensors.column_names}
    return tensors


class Range(Node):
    """Numbers from `start` to `stop` by `step`; no end if `stop` is None."""

    name = "range"

    def __init__(self, start, stop, step, dtype):
        self.start, self.stop, self.step = int(start), stop, int(step)
        self.dtype = np.dtype(dtype)

    def stream(self):
        return _RangeStream(self)

    def spec(self):
        return _spec.TensorSpec((), self.dtype)

    def cardinality(self):
        if self.stop is None:
            return INFINITE
        return len(range(self.start, int(self.stop), self.step))

    def whole(self):
        if self.stop is None or self.cardinality() > 2**22:
            return None
        numbers = np.arange(self.start, int(self.stop), self.step, dtype=np.int64)
        return Block(numbers.astype(self.dtype), len(numbers))


class _RangeStream(Stream):
    counters = ("position",)
    _cap = MOST

    def __init__(self, node):
        self.node = node
        self.position = 0
        self.count = node.cardinality()

    def produce(self, limit):
        start, stop = self.position, self.position + limit
        if self.count != INFINITE:
            stop = min(stop, self.count)
        if start >= stop:
            return None
        self.position = stop
        numbers = np.arange(start, stop, dtype=np.int64) * self.node.step
        numbers += self.node.start
        return Block(numbers.astype(self.node.dtype), stop - start)

    def skip(self, count):
        if self.count != INFINITE:
            count = min(count, self.count - self.position)
        self.position += count
        return count


class Random(Node):
    """Random numbers of 64 bits without end, between 0 and 2**32 - 1."""

    name = "random"

    def __init__(self, seed, rerandomize):
        self.seed = make_default_seed() if seed is None else int(seed)
        self.rerandomize = rerandomize
        self.passes = 0

    def stream(self):
        stream = _RandomStream(self, self.passes if self.rerandomize else 0)
        self.passes += 1
        return stream

    def spec(self):
        return _spec.TensorSpec((), np.int64)

    def cardinality(self):
        return INFINITE


class _RandomStream(Stream):
    counters = ("index", "position")
    _cap = MOST

    def __init__(self, node, index):
        self.node = node
        self.index = index
        self.position = 0
        self._generator = None

    def produce(self, limit):
        if self._generator is None:
            key = [self.node.seed % 2**64, self.index]
            self._generator = np.random.Generator(np.random.Philox(key=key))
            self._generator.random(self.position)
        draws = self._generator.random(limit) * 2**32
        self.position += limit
        return Block(draws.astype(np.int64), limit)

    def get_state(self):
        return {**super().get_state(), "passes": self.node.passes}

    def set_state(self, state):
        super().set_state(state)
        self._generator = None
        self.node.passes = state["passes"]


class Generated(Node):
    """What an iterable gives, made anew for each pass.

    Args:
        make: function that returns an iterable.
        spec: the structure of specs that elements must have, or None.
    """

    name = "from_generator"

    def __init__(self, make, spec):
        self.make = make
        self._spec = spec
        self._found = None  # the specs of the first element

    def stream(self):
        return _GeneratedStream(self)

    def spec(self):
        if self._spec is not None:
            return self._spec
        if self._found is None:
            first = first_of(self)
            if first is None:
                raise ValueError("The generator gave no element to tell the specs by.")
            self._found = _spec.of_block(first)
        return self._found

    def cardinality(self):
        return UNKNOWN


# How long to wait for more elements of a generator before handing on what there is.
_PATIENCE = 0.005


class _GeneratedStream(Stream):
    counters = ("position",)

    def __init__(self, node):
        self.node = node
        self.position = 0
        self._iterator = None

    def produce(self, limit):
        if self._iterator is None:
            self._iterator = iter(self.node.make())
            for _ in itertools.islice(self._iterator, self.position):
                pass
        elements = []
        deadline = time.monotonic() + _PATIENCE
        for item in itertools.islice(self._iterator, limit):
            elements.append(self._checked(item))
            self.position += 1
            if time.monotonic() > deadline:
                break
        return Block.of(elements) if elements else None

    def set_state(self, state):
        super().set_state(state)
        self._iterator = None

    def _checked(self, item):
        spec = self.node._spec
        try:
            if spec is None:
                return _structure.map_values(_columns.to_value, _tuple(item))
            return _conform(item, spec)
        except (TypeError, ValueError) as error:
            error.add_note(
                f"In `from_generator`, at element {self.position}: expected values of "
                f"{spec!r}."
            )
            raise


def _tuple(item):
    return item


def _conform(item, spec):
    """Returns the values of what a generator gave, checked against its specs."""

    def value(spec, given):
        if not isinstance(spec, _spec.TensorSpec):
            return given
        result = _converted(given, spec)
        _check_shape(spec, np.shape(result))
        return result

    if not _structure.same_structure(spec, _placeholder(item, spec)):
        raise InvalidArgumentError(
            "`generator` yielded an element that did not match the expected structure. "
            f"The expected structure was {spec!r}, but the yielded element was "
            f"{item!r}."
        )
    return _structure.map_values(value, spec, item)


def _placeholder(item, spec):
    # A tuple given for a single value is a list of numbers.
    if not _structure.is_container(spec):
        return 0
    if isinstance(spec, tuple) and isinstance(item, tuple) and len(item) == len(spec):
        return tuple(_placeholder(i, s) for i, s in zip(item, spec))
    if isinstance(spec, dict) and isinstance(item, dict) and set(item) == set(spec):
        return {key: _placeholder(item[key], spec[key]) for key in spec}
    return item


def _converted(given, spec):
    """Returns what a generator gave for one spec, in its dtype, as NumPy casts.

    Raises:
        InvalidArgumentError: if that is impossible.
    """
    wanted = spec.dtype.as_numpy_dtype
    try:
        if spec.dtype == "string":
            result = _columns.to_value(given)
            if _columns.is_text(_columns.dtype_of(result)):
                return result
            if np.size(result):
                raise TypeError
            return np.asarray(result, object)
        if hasattr(given, "numpy"):
            given = given.numpy()
        return np.asarray(given, wanted)[()]
    except (TypeError, ValueError, OverflowError):
        raise InvalidArgumentError(
            "`generator` yielded an element that could not be converted to the "
            f"expected type. The expected type was {spec.dtype.name}, but the yielded "
            f"element was {given!r}."
        ) from None


def _check_shape(spec, shape):
    if not spec.shape.is_compatible_with(shape):
        raise InvalidArgumentError(
            "`generator` yielded an element of shape "
            f"{shape} where an element of shape {spec.shape} was expected."
        )
