"""Users' functions of one element, run on whole blocks.

A function that can be traced (`_purity`, and tracing succeeds) is compiled once for
each signature of its arguments and vectorised over the block. Blocks are padded to few
sizes, so that a program serves them all. Any other function is called for each
element, on threads if asked. Values and order are the same.
"""

import concurrent.futures
import contextlib
import functools
import os

import jax
import jax.numpy as jnp
import numpy as np

from ranvier.core._scope import StateScope
from ranvier.data import _columns, _spec, _structure
from ranvier.data._block import MOST, Block, concat
from ranvier.data._purity import is_pure

AUTOTUNE = -1

_SIZES = (16, 256, MOST)
# A function of values of many shapes is not compiled for each of them.
_MOST_SIGNATURES = 4


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
        self.parallel = _threads(parallel, label)
        self._traced = traced
        self._programs: dict = {}

    @functools.cached_property
    def _traceable(self):
        return self._traced and is_pure(self.function)

    def __call__(self, block, position) -> Block:
        """Returns the block of results.

        Args:
            block: the arguments.
            position: number of the first of them, for messages and random draws.
        """
        if self._traceable:
            columns = _structure.flatten(block.columns)
            if any(isinstance(column, _columns.Objects) for column in columns):
                return self._by_shapes(block, position)
            program = self._program(block.columns)
            if program is not None:
                return program(block, position)
        return self._each(block, position)

    def _by_shapes(self, block, position):
        """Runs one program for each run of elements of one shape."""
        parts, start = [], 0
        elements = list(block.elements())
        signatures = [_signature(_structure.flatten(e)) for e in elements]
        for stop in range(1, block.count + 1):
            if stop == block.count or signatures[stop] != signatures[start]:
                if signatures[start] is None:
                    return self._each(block, position)
                part = Block.of(elements[start:stop])
                program = self._program(part.columns)
                if program is None:
                    return self._each(block, position)
                parts.append(program(part, position + start))
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
            self._programs[signature] = _Program.trace(self, columns)
        return self._programs[signature]

    def _each(self, block, position):
        elements = block.elements()
        numbered = zip(range(position, position + block.count), elements)
        if self.parallel > 1 and block.count > 1:
            results = list(_pool(self.parallel).map(self._one, numbered))
        else:
            results = [self._one(item) for item in numbered]
        try:
            return Block.of(results)
        except (TypeError, ValueError) as error:
            error.add_note(
                f"In `{self.label}`: {_title(self.function)} gave results "
                "of different structures."
            )
            raise

    def _one(self, numbered):
        position, element = numbered
        try:
            with wide_scope(_structure.flatten(element)):
                return self.result(self.call(element))
        except Exception as error:
            error.add_note(
                f"In `{self.label}` ({_title(self.function)}), at element {position}."
            )
            raise

    def call(self, element):
        """Calls the function with an element: a tuple gives several arguments."""
        shown = _structure.map_values(self.face.wrap, element)
        return self.function(*shown) if type(shown) is tuple else self.function(shown)

    def result(self, result):
        """Returns what the function gave as a structure of values."""
        if isinstance(result, list):
            result = tuple(result)
        return _structure.map_values(self.face.unwrap, result)

    def spec(self, spec):
        """Returns the specs of results for specs of arguments, None if unknown."""
        return _traced_spec(self, spec) if self._traceable else None


def _threads(parallel, label):
    if parallel is None:
        return 1
    if parallel == AUTOTUNE:
        return os.cpu_count() or 1
    if not isinstance(parallel, (int, np.integer)) or parallel < 1:
        raise ValueError(
            f"`num_parallel_calls` of `{label}` must be a positive integer or "
            f"AUTOTUNE. Received: num_parallel_calls={parallel}"
        )
    return int(parallel)


@functools.cache
def _pool(threads):
    return concurrent.futures.ThreadPoolExecutor(threads, "ranvier-map")


def _title(function):
    name = getattr(function, "__name__", type(function).__name__)
    code = getattr(function, "__code__", None)
    if code is None:
        return f"`{name}`"
    return f"`{name}` of {os.path.basename(code.co_filename)}:{code.co_firstlineno}"


def _signature(values):
    """Returns shapes and dtypes of values, None if there are strings or objects."""
    signature = []
    for value in values:
        dtype = _columns.dtype_of(value)
        if dtype is None or _columns.is_text(dtype):
            return None
        signature.append((value.shape, dtype))
    return tuple(signature)


def is_wide(dtype) -> bool:
    """Tells whether a dtype needs JAX's 64-bit mode."""
    return dtype is not None and dtype.name in (
        "int64",
        "uint64",
        "float64",
        "complex128",
    )


def wide_scope(values):
    """Returns a context in which JAX computes with 64 bits if a value has them."""
    if any(is_wide(_columns.dtype_of(value)) for value in values):
        return jax.enable_x64(True)
    return contextlib.nullcontext()


@functools.cache
def _host():
    """Returns the device for programs on data: the CPU, also next to a GPU."""
    if jax.default_backend() == "cpu":
        return None
    try:
        return jax.local_devices(backend="cpu")[0]
    except RuntimeError:
        return None


class _Program:
    """A function compiled for one signature."""

    def __init__(self, wide, variables, seeds, run, structure):
        self.wide = wide
        self.variables = variables
        self.seeds = seeds
        self.run = run
        self.structure = structure

    @classmethod
    def trace(cls, owner, columns):
        """Returns the program of an `ElementFunction`, or None if it has none."""
        wide = any(is_wide(column.dtype) for column in _structure.flatten(columns))
        try:
            try:
                return cls._traced(owner, columns, wide)
            except _WideError:
                return cls._traced(owner, columns, True)
        except Exception:
            # Whatever it is that tracing does not like: calling the function with
            # an element shows whether it is an error of the user's.
            return None

    @classmethod
    def _traced(cls, owner, columns, wide):
        leaves = _structure.flatten(columns)
        found: dict = {"structure": None, "variables": []}

        def one(state, key, *values):
            pairs = zip(found["variables"], state)
            seeds = [
                (v, jax.random.fold_in(key, i).astype(np.uint32))
                for i, v in enumerate(found.get("seeds", ()))
            ]
            with StateScope([*pairs, *seeds], note_strays=True) as scope:
                element = _structure.pack(columns, list(values))
                result = owner.call(element)
                if isinstance(result, list):
                    result = tuple(result)
                result = _structure.map_values(
                    lambda v: _traced_value(owner.face.unwrap_traced(v)), result
                )
                found["strays"] = list(scope.strays.values())
            found["structure"] = result
            return _structure.flatten(result)

        run = jax.jit(jax.vmap(one, in_axes=(None, 0, *(0 for _ in leaves))))
        shapes = [jax.ShapeDtypeStruct((2, *c.shape[1:]), c.dtype) for c in leaves]
        key = jax.ShapeDtypeStruct((2, 2), np.uint32)
        with _scope(wide):
            jax.eval_shape(run, [], key, *shapes)
        if found["strays"]:
            found["seeds"] = [v for v in found["strays"] if _is_seed(v)]
            found["variables"] = [v for v in found["strays"] if not _is_seed(v)]
            run = jax.jit(jax.vmap(one, in_axes=(None, 0, *(0 for _ in leaves))))
        structure = _structure.map_values(lambda _: 0, found["structure"])
        return cls(wide, found["variables"], found.get("seeds"), run, structure)

    def __call__(self, block, position):
        size = next(size for size in _SIZES if size >= block.count)
        leaves = [_padded(column, size) for column in _structure.flatten(block.columns)]
        keys = _keys(position, size) if self.seeds else np.zeros((size, 2), np.uint32)
        state = [variable.value for variable in self.variables]
        with _scope(self.wide):
            results = self.run(state, keys, *leaves)
        arrays = [np.asarray(result)[: block.count] for result in results]
        return Block(_structure.pack(self.structure, arrays), block.count)


@contextlib.contextmanager
def _scope(wide):
    with contextlib.ExitStack() as stack:
        if wide:
            stack.enter_context(jax.enable_x64(True))
        if _host() is not None:
            stack.enter_context(jax.default_device(_host()))
        yield


def _is_seed(variable):
    return variable.name == "seed_generator_state"


_draws = iter(range(2**62))


def _keys(position, size):
    """Returns a raw key for each element; others at each pass."""
    keys = np.empty((size, 2), np.uint32)
    keys[:, 0] = next(_draws) & 0xFFFFFFFF
    keys[:, 1] = np.arange(position, position + size) & 0xFFFFFFFF
    return keys


def _padded(column, size):
    if len(column) == size:
        return column
    # The last element again: made-up values might lead to warnings.
    rest = np.broadcast_to(column[-1:], (size - len(column), *column.shape[1:]))
    return np.concatenate([column, rest])


class _WideError(Exception):
    """A constant has 64 bits, no column has."""


def _traced_value(value):
    """Returns the array of what a traced function gave as one value."""
    if isinstance(value, jax.core.Tracer):
        return value
    if isinstance(value, list) and any(
        isinstance(item, jax.core.Tracer) for item in value
    ):
        return jnp.stack(value)
    value = _columns.to_value(value)
    dtype = _columns.dtype_of(value)
    if dtype is None or _columns.is_text(dtype):
        raise TypeError("Only numbers can be traced.")
    if is_wide(dtype) and not jax.config.jax_enable_x64:
        raise _WideError
    return jnp.asarray(value)


def _traced_spec(owner, spec):
    def sized(size):
        def column(value):
            known = _spec.sizes(value)
            if not isinstance(value, _spec.TensorSpec) or known is None:
                raise _Unknown
            if value.dtype == "string":
                raise _Unknown
            shape = tuple(size if n is None else n for n in known)
            return jax.ShapeDtypeStruct((1, *shape), value.dtype.as_numpy_dtype)

        columns = _structure.map_values(column, spec)
        leaves = _structure.flatten(columns)
        program = _Program.trace(owner, columns)
        if program is None:
            raise _Unknown
        key = jax.ShapeDtypeStruct((1, 2), np.uint32)
        with _scope(program.wide):
            state = [variable.value for variable in program.variables]
            results = jax.eval_shape(program.run, state, key, *leaves)
        return _structure.pack(
            program.structure, [_spec.tensor(r.shape[1:], r.dtype) for r in results]
        )

    try:
        if _spec.is_static(spec):
            return sized(1)
        return _spec.merge(sized(3), sized(5))
    except (_Unknown, ValueError, TypeError):
        return None


class _Unknown(Exception):
    """A spec cannot be told from specs alone."""
