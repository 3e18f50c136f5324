"""Programs: functions of one element, compiled for blocks.

Strings cannot be traced. A function that reads them by an operation which can work on
many at once (`decode_csv`, `parse_example`: see `Text.host_call`) is compiled all the
same: the results of the operation are further inputs of the program, and for each
block the operation runs ahead of it.
"""

import contextlib
import functools

import jax
import jax.numpy as jnp
import numpy as np
from jax._src.config import explicit_x64_dtypes

from ranvier.core._scope import StateScope
from ranvier.data import _columns, _draws, _spec, _structure
from ranvier.data._block import MOST, Block

_SIZES = (16, 256, MOST)
_MOST_CALLS = 8
_TRACED = -1


def is_wide(dtype) -> bool:
    """Tells whether a dtype needs JAX's 64-bit mode."""
    return dtype is not None and dtype.name in (
        "int64",
        "uint64",
        "float64",
        "complex128",
    )


def wide_scope(values):
    """Returns a context in which JAX computes with 64 bits if a value has them.

    In others it does where a function names such a dtype, as NumPy does.
    """
    return wide_scope_if(any(is_wide(_columns.dtype_of(value)) for value in values))


def wide_scope_if(wide):
    """Returns a context in which JAX has 64 bits everywhere, or where asked for."""
    return jax.enable_x64(True) if wide else explicit_x64_dtypes("allow")


@functools.cache
def _host():
    """Returns the device for programs on data: the CPU, also next to a GPU."""
    if jax.default_backend() == "cpu":
        return None
    try:
        return jax.local_devices(backend="cpu")[0]
    except RuntimeError:
        return None


@contextlib.contextmanager
def _scope(wide):
    with contextlib.ExitStack() as stack:
        stack.enter_context(wide_scope_if(wide))
        if _host() is not None:
            stack.enter_context(jax.default_device(_host()))
        yield


class Text:
    """Stands for the strings of an element in a trace.

    It can be compared with a string. Whatever else Python would answer for an object
    of any kind, such as its truth, is an error: the function is then not traced.

    Args:
        trace: the `_Trace` it belongs to.
        number: the number of their column.
        shape: shape of one element's strings.
    """

    dtype = np.dtype(object)

    def __init__(self, trace, number, shape):
        self._trace = trace
        self._number = number
        self.shape = shape

    def __array__(self, dtype=None, copy=None):
        raise TypeError("There are no strings yet while a function is traced.")

    def host_call(self, function, sizes_vary=False):
        """Returns what stands for the results of a function of strings.

        Args:
            function: takes a vector of strings; returns an array, or a structure of
                arrays (a list counts as a tuple), with a row for each string.
            sizes_vary: whether the shape of a row depends on the strings.
        """
        return self._trace.call(function, self._number, sizes_vary)

    def __eq__(self, other):
        if not isinstance(other, (str, bytes)):
            raise TypeError(_NO_NUMBER)
        content = other.encode() if isinstance(other, str) else bytes(other)
        return self.host_call(lambda texts: texts == content)

    def __ne__(self, other):
        return jnp.logical_not(self == other)

    __hash__ = None

    def __bool__(self):
        raise TypeError(_NO_NUMBER)

    __str__ = __repr__ = __bool__


_NO_NUMBER = "Strings are not known while a function is traced."


class _HostCall:
    """A function of strings that runs ahead of the program.

    Args:
        function: the function.
        number: the number of the column it reads.
        texts: that column, of a block to learn from what comes out.
    """

    def __init__(self, function, number, texts):
        self._function = function
        self._number = number
        self._structure = None
        self.columns = self.run([None] * number + [texts])
        self.kinds = [_kind(column) for column in self.columns]

    def run(self, columns):
        """Returns the columns of results."""
        texts = columns[self._number]
        results = self._function(texts.reshape(-1))
        if isinstance(results, list):
            results = tuple(results)
        self._structure = _structure.map_values(lambda _: 0, results)
        found = []
        for result in _structure.flatten(results):
            result = _columns.to_value(result)
            if _columns.is_opaque(result):
                raise TypeError("Ragged and sparse results are made one by one.")
            found.append(result.reshape(*texts.shape, *result.shape[1:]))
        return found

    def pack(self, values):
        """Returns values in the structure of the results."""
        results = _structure.pack(self._structure, values)
        return list(results) if type(results) is tuple else results


class HostCallError(Exception):
    """A function of strings failed for some element of a block."""


class _NewCallError(BaseException):
    """A host call was met that the trace has no inputs for yet."""


class _Trace:
    """One try to trace.

    Args:
        calls: the host calls known.
        kinds: of the columns: those of the arguments and of the results of calls.
        values: what is traced for the columns of numbers.
    """

    def __init__(self, calls, kinds, values):
        values = iter(values)
        self.values = [
            Text(self, i, shape) if text else next(values)
            for i, (text, shape) in enumerate(kinds)
        ]
        self._calls = iter(calls)
        self._next = len(kinds) - sum(len(call.kinds) for call in calls)

    def call(self, function, number, sizes_vary):
        """Returns what stands for the results of a host call."""
        known = next(self._calls, None)
        if known is None:
            raise _NewCallError(function, number, sizes_vary)
        start = self._next
        self._next += len(known.kinds)
        return known.pack(self.values[start : self._next])


def _kind(column):
    return _columns.is_text(column.dtype), column.shape[1:]


class Program:
    """A function of one element, compiled for a signature of its arguments.

    Args:
        owner: the `ElementFunction`.
        columns: structure of columns with the signature.
        wide: whether JAX computes with 64 bits.

    Attributes:
        sizes_vary: whether results may have another shape for another element.
    """

    def __init__(self, owner, columns, wide):
        self._owner = owner
        self._wide = wide
        self._arguments = _structure.map_values(lambda _: 0, columns)
        self._calls: list = []
        self._variables: list = []
        self._seeds: list = []
        self._results = None
        self.sizes_vary = False
        columns = _structure.flatten(columns)
        self._kinds = [_kind(column) for column in columns]
        while True:
            try:
                self._trace(columns)
                return
            except _NewCallError as new:
                function, number, sizes_vary = new.args
                self.sizes_vary |= sizes_vary
                if len(self._calls) == _MOST_CALLS:
                    raise TypeError("Too many operations on strings.") from None
                call = _HostCall(function, number, columns[number])
                if not wide and any(is_wide(c.dtype) for c in call.columns):
                    raise _WideError from None
                self._calls.append(call)
                self._kinds += call.kinds
                columns += call.columns

    @classmethod
    def trace(cls, owner, columns):
        """Returns the program of a function, or None if it cannot be traced."""
        wide = any(is_wide(column.dtype) for column in _structure.flatten(columns))
        try:
            try:
                return cls(owner, columns, wide)
            except _WideError:
                return cls(owner, columns, True)
        except Exception:
            # Whatever it is that tracing does not like: calling the function with
            # an element shows whether it is an error of the user's.
            return None

    @property
    def is_constant(self):
        """Whether results depend on the arguments alone."""
        return not self._variables and not self._seeds

    def _trace(self, columns):
        numbers = [c for c in columns if not _columns.is_text(c.dtype)]
        self._run = self._compiled(numbers)
        self.result_shapes(numbers)
        if self._strays:
            # Variables that the function reads become inputs. Seeds get a key of its
            # own for each element.
            self._seeds = [v for v in self._strays if _is_seed(v)]
            self._variables = [v for v in self._strays if not _is_seed(v)]
            self._run = self._compiled(numbers)

    def _compiled(self, inputs):
        return jax.jit(jax.vmap(self._one, in_axes=(None, 0, *(0 for _ in inputs))))

    def result_shapes(self, numbers):
        """Returns the structure of results as `jax.ShapeDtypeStruct`s of two rows."""
        shapes = [jax.ShapeDtypeStruct((2, *c.shape[1:]), c.dtype) for c in numbers]
        keys = jax.ShapeDtypeStruct((2, max(1, len(self._seeds)), 2), np.uint32)
        with _scope(self._wide):
            state = [variable.value for variable in self._variables]
            found = iter(jax.eval_shape(self._run, state, keys, *shapes))
        return _structure.map_values(
            lambda number: next(found) if number == _TRACED else None, self._results
        )

    def _one(self, state, keys, *values):
        pairs = list(zip(self._variables, state))
        pairs += [(variable, keys[i]) for i, variable in enumerate(self._seeds)]
        trace = _Trace(self._calls, self._kinds, values)
        with StateScope(pairs, note_strays=True) as scope:
            result = self._owner.call(_structure.pack(self._arguments, trace.values))
            if isinstance(result, list):
                result = tuple(result)
            result = _structure.map_values(self._traced_value, result)
            self._strays = list(scope.strays.values())
            if not all(map(_is_seed, scope.written.values())):
                raise TypeError("The function writes variables: call it each time.")
        self._results = _structure.map_values(
            lambda v: v._number if isinstance(v, Text) else _TRACED, result
        )
        return [v for v in _structure.flatten(result) if not isinstance(v, Text)]

    def _traced_value(self, value):
        value = self._owner.face.unwrap_traced(value)
        return value if isinstance(value, Text) else _as_array(value)

    def __call__(self, block, position, index):
        """Returns the block of results.

        Args:
            block: the arguments.
            position: number of the first of them.
            index: number of the pass.
        """
        columns = _structure.flatten(block.columns)
        for call in self._calls:
            try:
                columns += call.run(columns)
            except Exception as error:
                raise HostCallError from error
        size = next(size for size in _SIZES if size >= block.count)
        numbers = [_padded(c, size) for c in columns if not _columns.is_text(c.dtype)]
        keys = self._keys(index, position, size)
        with _scope(self._wide):
            state = [variable.value for variable in self._variables]
            found = iter(self._run(state, keys, *numbers))
        results = _structure.map_values(
            lambda number: (
                np.asarray(next(found))[: block.count]
                if number == _TRACED
                else columns[number]
            ),
            self._results,
        )
        return Block(results, block.count)

    def _keys(self, index, position, size):
        """Returns raw keys: for each element one for each seed generator."""
        if not self._seeds:
            return np.zeros((size, 1, 2), np.uint32)
        states = [variable.value for variable in self._seeds]
        found = [_draws.keys(state, index, position, size) for state in states]
        return np.stack(found, axis=1)


def _is_seed(variable):
    return variable.name == "seed_generator_state"


def _padded(column, size):
    if len(column) == size:
        return column
    # The last element again: made-up values might lead to warnings.
    rest = np.broadcast_to(column[-1:], (size - len(column), *column.shape[1:]))
    return np.concatenate([column, rest])


class _WideError(Exception):
    """A constant has 64 bits, no column has."""


def _as_array(value):
    """Returns the array of what a traced function gave as one value."""
    if isinstance(value, jax.core.Tracer):
        return value
    if isinstance(value, list) and value:
        traced = all(isinstance(item, jax.core.Tracer) for item in value)
        if traced and len({item.dtype for item in value}) == 1:
            return jnp.stack(value)
    value = _columns.to_value(value)
    dtype = _columns.dtype_of(value)
    if dtype is None or _columns.is_text(dtype):
        raise TypeError("Only numbers can be traced.")
    if is_wide(dtype) and not jax.config.jax_enable_x64:
        raise _WideError
    return jnp.asarray(value)


def traced_spec(owner, spec):
    """Returns the specs of results for specs of arguments, None if unknown."""

    def sized(size):
        def column(value):
            known = _spec.sizes(value)
            if not isinstance(value, _spec.TensorSpec) or known is None:
                raise _UnknownError
            if value.dtype == "string":
                raise _UnknownError
            shape = tuple(size if n is None else n for n in known)
            return jax.ShapeDtypeStruct((2, *shape), value.dtype.as_numpy_dtype)

        columns = _structure.map_values(column, spec)
        program = Program.trace(owner, columns)
        if program is None:
            raise _UnknownError
        results = program.result_shapes(_structure.flatten(columns))
        return _structure.map_values(
            lambda r: _spec.tensor(r.shape[1:], r.dtype), results
        )

    try:
        if _spec.is_static(spec):
            return sized(1)
        return _spec.merge(sized(3), sized(5))
    except (_UnknownError, ValueError, TypeError):
        return None


class _UnknownError(Exception):
    """A spec cannot be told from specs alone."""
