"""Users' functions of one element, run on whole blocks.

A function that can be traced (`_purity`, and tracing succeeds) is compiled once for
each signature of its arguments and vectorised over the block. Blocks are padded to few
sizes, so that a program serves them all. Any other function is called for each
element, on threads if asked. Values and order are the same.
"""

import collections
import concurrent.futures
import functools
import itertools
import os
import time

import numpy as np

from ranvier.core import _scope
from ranvier.data import _columns, _structure
from ranvier.data._block import Block, concat
from ranvier.data._draws import drawing
from ranvier.data._held import Held
from ranvier.data._node import PATIENCE, first_of
from ranvier.data._program import HostCallError, Program, traced_spec, wide_scope
from ranvier.data._purity import is_pure
from ranvier.tensors._errors import InvalidArgumentError

AUTOTUNE = -1

# A function of values of many shapes is not compiled for each of them.
_MOST_SIGNATURES = 4


_debugging: list = []


def enable_debug_mode():
    """Lets functions of datasets made from now on run element by element.

    So a debugger or `print` sees each element.

    Example:
        >>> enable_debug_mode()
        >>> _debugging.clear()
    """
    _debugging.append(True)


class ElementFunction:
    """A user's function, applied to the elements of blocks.

    Args:
        function: what the user gave.
        face: how values are shown to it.
        label: what messages call the transformation.
        parallel: number of threads for a function that is called for each element.
        nested: whether the result is a structure of values (else it is returned as
            it is, in an `Objects` column).
        traced: False for functions that return datasets.
    """

    def __init__(self, function, face, label, parallel=None, traced=True):
        if not callable(function):
            raise TypeError(
                f"`{label}` takes a function. Received: {function!r} (of type "
                f"{type(function).__name__})"
            )
        self.function = function
        self.face = face
        self.label = label
        self.parallel = threads(parallel, label)
        self._traced = traced and not _debugging
        self._programs: dict = {}

    @functools.cached_property
    def has_effects(self):
        """Whether it may do something outside, or give another result next time."""
        return not is_pure(self.function)

    @functools.cached_property
    def _traceable(self):
        return self._traced and not self.has_effects

    def __call__(self, block, position, index=0, patience=None) -> Block:
        """Returns the block of results.

        Args:
            block: the arguments.
            position: number of the first of them, for messages and random draws.
            index: number of the pass, for random draws.
            patience: seconds after which the results so far will do: those of the
                first elements, at least one.
        """
        if self._traceable:
            columns = _structure.flatten(block.columns)
            if any(isinstance(column, _columns.Objects) for column in columns):
                return self._by_shapes(block, position, index, patience)
            program = self._program(block.columns)
            if program is not None:
                return self._run(program, block, position, index)
        return self._each(block, position, index, patience)

    def _run(self, program, block, position, index):
        try:
            return program(block, position, index)
        except HostCallError:
            # Element by element, the error tells which one it is.
            return self._each(block, position, index)

    def _by_shapes(self, block, position, index, patience):
        """Runs one program for each run of elements of one shape."""
        parts, start = [], 0
        elements = list(block.elements())
        signatures = [_signature(_structure.flatten(e)) for e in elements]
        for stop in range(1, block.count + 1):
            if stop == block.count or signatures[stop] != signatures[start]:
                if signatures[start] is None:
                    return self._each(block, position, index, patience)
                part = Block.of(elements[start:stop])
                program = self._program(part.columns)
                if program is None:
                    return self._each(block, position, index, patience)
                parts.append(self._run(program, part, position + start, index))
                start = stop
        return concat(parts)

    def _program(self, columns):
        leaves = _structure.flatten(columns)
        signature = _signature([column[0] for column in leaves])
        if signature is None:
            return None
        if signature not in self._programs:
            if len(self._programs) >= _MOST_SIGNATURES:
                return None
            # As far as can be told from one element: a program, or None.
            self._programs[signature] = Program.trace(self, columns)
        return self._programs[signature]

    def _each(self, block, position, index, patience=None):
        numbered = zip(itertools.count(position), block.elements())
        results = self._results(functools.partial(self._one, index), numbered, patience)
        try:
            return Block.of(results)
        except (TypeError, ValueError) as error:
            error.add_note(
                f"In `{self.label}`: {_title(self.function)} gave results "
                "of different structures."
            )
            raise

    def _results(self, one, numbered, patience):
        """Returns the results of a function for numbered elements, in order.

        With patience an error ends them, unless it comes first.
        """
        deadline = time.monotonic() + (patience or float("inf"))
        results: list = []
        try:
            for result in self._in_order(one, numbered, deadline):
                results.append(result)
        except Exception:
            if patience is None or not results:
                raise
        return results

    def _in_order(self, one, numbered, deadline):
        if self.parallel == 1:
            for item in numbered:
                yield one(item)
                if time.monotonic() > deadline:
                    return
            return
        submit = functools.partial(pool(self.parallel).submit, one)
        first = itertools.islice(numbered, self.parallel)
        running = collections.deque(map(submit, first))
        try:
            while running:
                result = running.popleft().result()
                if time.monotonic() < deadline:
                    running.extend(map(submit, itertools.islice(numbered, 1)))
                yield result
        finally:
            # After an error: nothing goes on behind the caller's back.
            concurrent.futures.wait(running)

    def _one(self, index, numbered):
        position, element = numbered
        try:
            with wide_scope(_structure.flatten(element)), drawing(index, position):
                return self.result(self.call(element))
        except StopIteration as error:
            raise stopped(self.label, position) from error
        except Exception as error:
            error.add_note(
                f"In `{self.label}` ({_title(self.function)}), at element {position}."
            )
            raise

    def call(self, element):
        """Calls the function with an element: a tuple gives several arguments."""
        shown = _structure.map_values(self.face.hand, element)
        arguments = shown if type(shown) is tuple else (shown,)
        stacks = _scope.stacks
        before, stacks.in_pipeline = stacks.in_pipeline, True
        try:
            return self.function(*arguments)
        finally:
            stacks.in_pipeline = before

    def result(self, result):
        """Returns what the function gave as a structure of values."""
        if isinstance(result, list):
            result = tuple(result)
        return _structure.map_values(self.face.unwrap, result)

    def tells_sizes(self, block):
        """Tells whether all results have the shapes of those of a block."""
        if not self._traceable:
            return False
        columns = _structure.flatten(block.columns)
        if any(isinstance(column, _columns.Objects) for column in columns):
            return False
        program = self._program(block.columns)
        return program is not None and not program.sizes_vary

    def is_constant(self, node):
        """Tells whether an element of a node has the same result each time.

        So it is for a compiled function that reads no variables and draws nothing.
        """
        if not self._traceable:
            return False
        try:
            block = first_of(node)
        except Exception:
            return False  # a pass over it will tell what is wrong
        program = block and self._program(block.columns)
        return program is not None and program.is_constant

    def spec(self, spec):
        """Returns the specs of results for specs of arguments, None if unknown."""
        return traced_spec(self, spec) if self._traceable else None


def stopped(label, position):
    """Returns the error for a function that raises StopIteration: no data ends so."""
    return InvalidArgumentError(
        f"The function of `{label}` raised StopIteration at element {position}. Use "
        "`take_while` to end a dataset."
    )


def threads(parallel, label):
    """Returns the number of threads that `num_parallel_calls` means.

    Raises:
        InvalidArgumentError: if it is none.
    """
    if parallel is None:
        return 1
    if parallel == AUTOTUNE:
        return os.cpu_count() or 1
    if not isinstance(parallel, (int, np.integer)) or parallel < 1:
        raise InvalidArgumentError(
            f"`num_parallel_calls` of `{label}` must be a positive integer or "
            f"AUTOTUNE. Received: num_parallel_calls={parallel}"
        )
    return int(parallel)


class Calls:
    """The calls of a function with the elements of a stream, in one pass.

    A consumer does not wait for a whole block of slow calls: what there is after some
    milliseconds is handed on.

    Args:
        node: the transformation, which counts its passes and keeps its first call.
        function: an `ElementFunction`.
        source: stream of the arguments.

    Attributes:
        source: that stream.
    """

    def __init__(self, node, function, source):
        self.source = source
        self._node = node
        self._function = function
        self._held = Held(source)
        self._index = node.passes
        node.passes += 1
        self._position = 0

    def next(self, limit):
        """Returns blocks of up to `limit` elements and of their results, or None."""
        count = min(self._held.fill(1, limit), limit)
        if not count:
            return None
        block = self._held.peek(count)
        done = count  # also after an error: the element at fault is left out
        try:
            results = self._results(block)
            done = results.count
        finally:
            self._held.drop(done)
            self._position += done
        return (block if done == count else block[:done]), results

    def _results(self, block):
        """Calls the function; not again for an element it was called with already.

        Whoever asks for the specs of a function with effects makes its first call.
        """
        is_first = (self._index, self._position) == (0, 0)
        if is_first and self._node.first_call is not None:
            argument, result = self._node.first_call
            if _are_same(argument, block[:1]):
                return result
        results = self._function(block, self._position, self._index, PATIENCE)
        if is_first and self._function.has_effects:
            self._node.first_call = _copied(block[:1]), _copied(results[:1])
        return results

    def leave_out(self, count):
        """Goes on behind elements that somebody else has called the function with."""
        self._held.drop(count)
        self._position += count

    def get_state(self):
        """Returns the position."""
        here = [self._position, self._index, self._node.passes]
        return {"held": self._held.get_state(), "here": here}

    def set_state(self, state):
        """Goes to a position."""
        self._held.set_state(state["held"])
        self._position, self._index, self._node.passes = state["here"]


def _copied(block):
    """Returns a block that keeps no larger arrays alive."""
    return Block(
        _structure.map_values(
            lambda c: c.copy() if isinstance(c, np.ndarray) else c, block.columns
        ),
        block.count,
    )


def _are_same(one, other):
    """Tells whether two blocks of one element hold the same."""
    pairs = zip(_structure.flatten(one.columns), _structure.flatten(other.columns))
    return all(
        np.array_equal(a, b) if isinstance(a, np.ndarray) else a[0] is b[0]
        for a, b in pairs
    )


@functools.cache
def pool(threads):
    """Returns the threads that functions and readers of the process share."""
    return concurrent.futures.ThreadPoolExecutor(threads, "ranvier-map")


def _title(function):
    name = getattr(function, "__name__", type(function).__name__)
    code = getattr(function, "__code__", None)
    if code is None:
        return f"`{name}`"
    return f"`{name}` of {os.path.basename(code.co_filename)}:{code.co_firstlineno}"


def _signature(values):
    """Returns shapes and dtypes of values, None if there are objects."""
    signature = []
    for value in values:
        dtype = _columns.dtype_of(value)
        if dtype is None:
            return None
        signature.append((_columns.shape_of(value), dtype))
    return tuple(signature)
