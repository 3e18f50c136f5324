"""Programs: pure functions of the state, compiled once per structure.

A program is traced for one model, but compiled only if no program with the same
trace exists in the process: two models of one structure share the executable. The
key is the traced program itself (its jaxpr, its constants, the shapes and the tree
of its arguments), so the sharing is right by construction, whatever Python objects
the model is made of.
"""

import collections
import concurrent.futures
import hashlib
import os
import re
import sys
import threading

import jax
import numpy as np

from ranvier.core import _interrupts as interrupts
from ranvier.core._scope import StateScope

# Futures of executables by key; the oldest unused ones are dropped beyond this many.
_LIMIT = 256
_executables: collections.OrderedDict = collections.OrderedDict()
_lock = threading.Lock()

# How often the process traced and compiled: tests and `diagnostics` read it.
counts = collections.Counter()


class Program:
    """A function of `(state, *inputs)` written with objects, compiled.

    Args:
        function: called under a state scope as `function(*inputs)`.
        variables: the state: what the function reads and writes.
        donate: whether the old state's buffers may be reused for the new one.

    The state is taken from the variables at each call and put back after it.
    """

    def __init__(self, function, variables, donate=True):
        self._function = function
        self.variables = list({id(v): v for v in variables}.values())
        self._donate = donate
        self._compiled: dict = {}

    def __call__(self, *inputs):
        """Runs the program; returns the function's result."""
        key = _key(inputs)
        compiled = self._compiled.get(key)
        if isinstance(compiled, concurrent.futures.Future):
            compiled = self._compiled[key] = compiled.result()
        if compiled is None:
            compiled = self._compiled[key] = executable(
                self._trace(inputs), self._donate, inputs
            )
        if not self._donate:
            return compiled([v._value for v in self.variables], *inputs)
        with interrupts.deferred:
            # The old buffers are gone once the program starts: an interrupt must not
            # come between taking them and storing the new ones.
            state = [v.take() for v in self.variables]
            new_state, result = compiled(state, *inputs)
            for variable, value in zip(self.variables, new_state, strict=True):
                variable.put(value)
        return result

    def prepare(self, *inputs):
        """Traces the program for inputs like these; it is compiled in a thread."""
        key = _key(inputs)
        if key in self._compiled:
            return
        traced = self._trace(inputs)
        future = self._compiled[key] = concurrent.futures.Future()

        def work():
            try:
                future.set_result(executable(traced, self._donate, inputs))
            except Exception as error:  # whoever calls the program gets it
                future.set_exception(error)

        threading.Thread(target=work, name="ranvier-compile").start()

    def _trace(self, inputs):
        # Variables read although nobody listed them become part of the state, so
        # that a program never bakes in a value that may change.
        while True:
            strays: dict = {}

            def pure(state, *arguments, strays=strays):
                pairs = zip(self.variables, state, strict=True)
                with StateScope(pairs, note_strays=True) as scope:
                    result = self._function(*arguments)
                    strays.update(scope.strays)
                    if not self._donate:
                        return result
                    return [scope.get(v) for v in self.variables], result

            donated = (0,) if self._donate else ()
            jitted = jax.jit(pure, donate_argnums=donated)
            state = [v._value for v in self.variables]
            counts["traces"] += 1
            traced = jitted.trace(state, *inputs)
            new = [v for v in strays.values() if id(v) not in map(id, self.variables)]
            if not new:
                return traced
            self.variables += new


def _key(inputs):
    leaves, tree = jax.tree.flatten(inputs)
    return tree, tuple(map(_signature, leaves))


def _signature(leaf):
    if isinstance(leaf, (jax.Array, np.ndarray)):
        return leaf.shape, leaf.dtype
    return type(leaf)


def executable(traced, donate, inputs):
    """Returns the executable of a trace, compiled unless the process has one."""
    # Lists and tuples of the same arrays have one trace, but an executable takes one.
    key = key_of(traced, donate), jax.tree.structure(inputs)
    with _lock:
        found = _executables.get(key)
        if found is None:
            mine = _executables[key] = concurrent.futures.Future()
            counts["compilations"] += 1
        else:
            _executables.move_to_end(key)
        while len(_executables) > _LIMIT:
            _executables.popitem(last=False)
    if found is not None:  # there, or being compiled by another thread
        return found.result()
    try:
        enable_persistent_cache()
        mine.set_result(_compile(traced))
    except BaseException as error:
        with _lock:
            _executables.pop(key, None)
        mine.set_exception(error)
        raise
    return mine.result()


# XLA keeps a second copy of each weight that a loop over steps updates, unless it looks
# closer at when the old one is read last: 5 to 10% of a step on CPU.
_CPU_OPTIONS = {"xla_cpu_copy_insertion_use_region_analysis": True}


def _compile(traced):
    lowered = traced.lower()
    # Where a loop is in a loop, the closer look (jaxlib 0.10) lets the outer one write
    # a number over the old one that the inner one still reads.
    if jax.default_backend() != "cpu" or _nests_loops(traced.jaxpr.jaxpr):
        return lowered.compile()
    try:
        return lowered.compile(compiler_options=_CPU_OPTIONS)
    except jax.errors.JaxRuntimeError as error:
        if "compile option" not in str(error):
            raise
        _CPU_OPTIONS.clear()  # another release of XLA, which has no such option
        return lowered.compile()


def _nests_loops(jaxpr, inside=False) -> bool:
    """Tells whether a program has a loop in a loop."""
    for equation in jaxpr.eqns:
        is_loop = equation.primitive.name in ("while", "scan")
        if is_loop and inside:
            return True
        for inner in _programs_in(equation):
            if _nests_loops(getattr(inner, "jaxpr", inner), inside or is_loop):
                return True
    return False


_ADDRESS = re.compile(r"0x[0-9a-f]+")


def key_of(traced, donate):
    """Returns the key of a trace: equal for programs that do the same."""
    with np.printoptions(threshold=sys.maxsize, floatmode="unique"):
        text = str(traced.jaxpr)
    # Rules of differentiation print as addresses; they were applied in the trace.
    text = _ADDRESS.sub("", text)
    digest = hashlib.sha256(text.encode())
    if "callback" in text:
        # Which function of Python is called does not show in the text. The executable
        # keeps it, so that no other can have its address.
        digest.update(str(list(_callbacks(traced.jaxpr))).encode())
    for const in _constants(traced.jaxpr):
        array = np.asarray(const)
        digest.update(f"{array.dtype}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.digest(), str(traced.out_info), donate


def _constants(closed):
    """Yields the constants of a traced program and of the programs inside it."""
    for program in _programs(closed):
        yield from getattr(program, "consts", ())


def _callbacks(closed):
    """Yields what tells the functions of Python apart that a program calls."""
    for program in _programs(closed):
        for equation in getattr(program, "jaxpr", program).eqns:
            callback = equation.params.get("callback")
            if callback is not None:
                yield id(getattr(callback, "callback_func", callback))


def _programs(closed):
    """Yields a traced program and the programs inside it."""
    stack = [closed]
    while stack:
        program = stack.pop()
        yield program
        for equation in getattr(program, "jaxpr", program).eqns:
            stack.extend(_programs_in(equation))


def _programs_in(equation) -> list:
    """Returns the programs inside an equation, with constants of their own or not."""
    from jax.extend.core import ClosedJaxpr, Jaxpr  # not needed before a first program

    kinds = (ClosedJaxpr, Jaxpr)
    values = jax.tree.leaves(
        list(equation.params.values()), is_leaf=lambda v: isinstance(v, kinds)
    )
    return [v for v in values if isinstance(v, kinds)]


def clear_programs() -> None:
    """Forgets all executables of the process."""
    with _lock:
        _executables.clear()


def enable_persistent_cache() -> None:
    """Lets JAX keep compiled programs on disk, unless the user decided otherwise.

    `RANVIER_COMPILATION_CACHE` is `0` to turn it off, or a folder; the default is
    `ranvier/programs` in the user's cache folder. A cache already configured for JAX
    is left alone.
    """
    global _persistent_cache_decided
    if _persistent_cache_decided:
        return
    _persistent_cache_decided = True
    choice = os.environ.get("RANVIER_COMPILATION_CACHE", "")
    if choice == "0" or jax.config.jax_compilation_cache_dir is not None:
        return
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = choice or os.path.join(base, "ranvier", "programs")
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError:
        return  # no writable home: run without
    jax.config.update("jax_compilation_cache_dir", folder)
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.1)


_persistent_cache_decided = False
