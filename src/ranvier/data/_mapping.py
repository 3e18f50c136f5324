"""Functions of elements: map, filter, take_while, scan."""

import time
import warnings

import numpy as np

from ranvier.data import _columns, _spec, _structure
from ranvier.data._block import Block
from ranvier.data._functions import Calls, stopped
from ranvier.data._held import Held
from ranvier.data._node import (
    PATIENCE,
    UNKNOWN,
    Stream,
    Transformation,
    first_of,
    pull,
)
from ranvier.data._passes import get_passes, set_passes
from ranvier.tensors._errors import InvalidArgumentError


class Map(Transformation):
    """The results of a function.

    Args:
        source: the input.
        function: an `ElementFunction`.
        spec: the specs of results, where the function alone does not tell them.
    """

    name = "map"
    passes = 0
    first_call = None

    def __init__(self, source, function, spec=None):
        super().__init__(source)
        self.function = function
        self._spec = spec

    def stream(self):
        return _MapStream(self)

    def spec(self):
        if self._spec is None:
            self._spec = self._found_spec()
        return self._spec

    def _found_spec(self):
        found = self.function.spec(self.source.spec())
        if found is not None:
            return found
        block, results = self._called_once()
        spec = _spec.of_block(_not_nothing(results))
        static = _spec.is_static(self.source.spec())
        if static and self.function.tells_sizes(block):
            return spec
        return _unsized(spec, static)

    def _called_once(self):
        """Returns blocks of one element and its result."""
        if self.first_call is not None:
            return self.first_call
        passes = get_passes(self)
        try:
            called = Calls(self, self.function, self.source.stream()).next(1)
        finally:
            set_passes(self, passes)
        if called is None:
            block = example_of(self.source)
            return block, self.function(block, 0)
        return called


class _MapStream(Stream):
    streams = ("calls",)

    def __init__(self, node):
        self.calls = Calls(node, node.function, node.source.stream())

    def produce(self, limit):
        called = self.calls.next(limit)
        return None if called is None else _not_nothing(called[1])


def _not_nothing(block):
    """Returns a block of results, which must hold something.

    Raises:
        InvalidArgumentError: if the function returns None, as without `return`.
    """
    if not _structure.flatten(block.columns):
        raise InvalidArgumentError(
            "The function of `map` must return a value or a structure of values. "
            f"Received: {block.columns!r}. Is its `return` missing?"
        )
    return block


def _unsized(spec, static):
    """Returns specs without sizes: one element does not tell those of the others.

    Ragged and sparse results of arguments of one shape (`static`) keep theirs.
    """

    def unsized(value):
        if isinstance(value, _spec.DatasetSpec) or not _spec.sizes(value):
            return value
        if static and not isinstance(value, _spec.TensorSpec):
            return value
        shape = [None] * value.shape.rank
        if isinstance(value, _spec.RaggedTensorSpec):
            ragged = (value.ragged_rank, value.row_splits_dtype)
            return _spec.RaggedTensorSpec(shape, value.dtype, *ragged)
        return type(value)(shape, value.dtype)

    return _structure.map_values(unsized, spec)


def first_block(node):
    """Returns a block of the first element; of a made-up one if there is none.

    Raises:
        TypeError: if there is none, and none can be made up.
    """
    block = first_of(node)
    return example_of(node) if block is None else block


def example_of(node):
    """Returns a block of one element of zeros and empty strings.

    Raises:
        TypeError: for elements with ragged or sparse values.
    """
    return Block.of([_structure.map_values(_spec.example, node.spec())])


def peek(node):
    """Returns the specs of the first element."""
    return _spec.of_block(first_block(node))


class Filter(Transformation):
    """The elements for which a predicate holds."""

    name = "filter"
    passes = 0
    first_call = None

    def __init__(self, source, predicate):
        super().__init__(source)
        self.predicate = predicate

    def stream(self):
        return _FilterStream(self)

    def cardinality(self):
        return UNKNOWN


class _FilterStream(Stream):
    streams = ("calls",)

    def __init__(self, node):
        self.calls = Calls(node, node.predicate, node.source.stream())

    def produce(self, limit):
        while (called := self.calls.next(limit)) is not None:
            block, results = called
            keep = _truth(results, "filter")
            if keep.all():
                return block
            if keep.any():
                return block[keep]
        return None


class TakeWhile(Transformation):
    """The elements before the first for which a predicate does not hold."""

    name = "take_while"
    passes = 0
    first_call = None

    def __init__(self, source, predicate):
        super().__init__(source)
        self.predicate = predicate

    def stream(self):
        return _TakeWhileStream(self)

    def cardinality(self):
        return UNKNOWN


class _TakeWhileStream(Stream):
    counters = ("ended",)
    streams = ("calls",)

    def __init__(self, node):
        self.calls = Calls(node, node.predicate, node.source.stream())
        self.ended = False

    def produce(self, limit):
        called = None if self.ended else self.calls.next(limit)
        if called is None:
            return None
        block, results = called
        keep = _truth(results, "take_while")
        if keep.all():
            return block
        self.ended = True
        first = int(np.argmin(keep))
        return block[:first] if first else None


def _truth(block, label):
    column = block.columns
    if not isinstance(column, np.ndarray) or column.ndim != 1:
        raise ValueError(
            f"The function of `{label}` must return a scalar boolean. Received: "
            f"{_spec.of_block(block)!r}"
        )
    if column.dtype != bool:
        raise ValueError(
            f"The function of `{label}` must return a boolean. Received one of dtype "
            f"{_spec.name_of(column.dtype)}: compare it with something."
        )
    return column


class Scan(Transformation):
    """The outputs of a function that also hands a state from element to element.

    Args:
        source: the input.
        initial: structure of values, the first state.
        function: called with state and element; returns the new state and an output.
        face: how values are shown to it.
    """

    name = "scan"

    def __init__(self, source, initial, function, face):
        super().__init__(source)
        self.initial = initial
        self.function = function
        self.face = face
        self._spec = None

    def stream(self):
        return _ScanStream(self)

    def spec(self):
        if self._spec is None:
            self._spec = self._found_spec()
        return self._spec

    def _found_spec(self):
        passes = get_passes(self)
        try:
            # Two, as the state may grow.
            first = pull(self.stream(), 2)
        finally:
            set_passes(self, passes)
        if first is None:
            element = example_of(self.source).element(0)
            _, output = scanned(self, self.initial, element, 0)
            first = Block.of([output])
        return _spec.of_block(first)


class _ScanStream(Stream):
    """The state holds the number of elements read; the carry is found by reading."""

    counters = ("position",)

    def __init__(self, node):
        self.node = node
        self._restart()

    def _restart(self):
        self.held = Held(self.node.source.stream())
        self.carry = self.node.initial
        self.position = 0

    def produce(self, limit):
        count = min(self.held.fill(1, limit), limit)
        if not count:
            return None
        deadline = time.monotonic() + PATIENCE
        outputs: list = []
        for element in self.held.peek(count).elements():
            self.held.drop(1)
            self.carry, output = scanned(self.node, self.carry, element, self.position)
            outputs.append(output)
            self.position += 1
            if time.monotonic() > deadline:
                break
        return Block.of(outputs)

    def set_state(self, state):
        self._restart()
        self.skip(state["position"])


def scanned(node, carry, element, position):
    """Returns the new state and the output for an element.

    Raises:
        TypeError: if the function gave something else.
    """
    result = call_with_state(node, carry, element, position)
    if not isinstance(result, (tuple, list)) or len(result) != 2:
        raise TypeError(
            "The scan function must return a pair comprising the new state and "
            f"the output value. Received: {result!r}"
        )
    output = _structure.map_values(node.face.unwrap, result[1])
    return conform(carry, result[0], node), output


def call_with_state(node, carry, element, position):
    """Calls a function of state and element."""
    wrap = node.face.hand
    carry = _structure.map_values(wrap, carry)
    element = _structure.map_values(wrap, element)
    try:
        return node.function(carry, element)
    except StopIteration as error:
        raise stopped(node.name, position) from error
    except Exception as error:
        error.add_note(f"In `{node.name}`, at element {position}.")
        raise


def conform(carry, new, node):
    """Returns the new state as values of the dtypes of the old one.

    Raises:
        TypeError: if a value has another dtype, or the structure is another.
    """
    if isinstance(new, list) and _structure.is_container(carry):
        new = tuple(new)

    def value(old, given):
        if _structure.is_container(given):
            raise TypeError(
                f"The new state of `{node.name}` must have the structure of the "
                f"initial state. Expected one value, received {given!r}."
            )
        result = node.face.unwrap(given)
        before, after = _columns.dtype_of(old), _columns.dtype_of(result)
        if before != after:
            if type(given) in (bool, int, float) and not _columns.is_text(before):
                return np.asarray(given).astype(before)[()]
            raise TypeError(
                f"The element types for the new state of `{node.name}` must match the "
                f"initial state. Expected {_spec.name_of(before)}, received "
                f"{_spec.name_of(after)}."
            )
        return result

    return _structure.map_values(value, carry, new)


def reduce(node, carry):
    """Returns the last state of a `Scan` whose function returns the state alone."""
    stream, position = node.source.stream(), 0
    while (block := stream.next()) is not None:
        for element in block.elements():
            result = call_with_state(node, carry, element, position)
            carry = conform(carry, result, node)
            position += 1
    return carry


class IgnoreErrors(Transformation):
    """The elements that can be made.

    Args:
        source: the input.
        warn: whether to warn of the others.
    """

    name = "ignore_errors"

    def __init__(self, source, warn):
        super().__init__(source)
        self.warn = warn

    def stream(self):
        return _IgnoreStream(self)

    def spec(self):
        try:
            return self.source.spec()
        except Exception:  # of the first element, whose error does not count here
            first = first_of(self)
            if first is None:
                raise
            return _unsized(_spec.of_block(first), False)

    def cardinality(self):
        return UNKNOWN


class _IgnoreStream(Stream):
    """Elements are made one by one, as an error ends the block it comes in."""

    streams = ("source",)

    def __init__(self, node):
        self.warn = node.warn
        self.source = node.source.stream()

    def produce(self, limit):
        while True:
            before = self.source.get_state()
            try:
                return self.source.next(limit)
            except Exception as error:
                if limit > 1:
                    self.source.set_state(before)
                    limit = 1
                    continue
                if self.source.get_state() == before:
                    return None  # the source itself cannot go on
                if self.warn:
                    warnings.warn(f"An element is left out: {error}", stacklevel=2)
