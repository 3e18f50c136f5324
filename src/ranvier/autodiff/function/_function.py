"""`function`: Python functions, traced once per signature and compiled."""

import functools
import types
import weakref

import jax
import numpy as np

from ranvier.autodiff import _lazy
from ranvier.autodiff.function import _state
from ranvier.autodiff.function._concrete import ConcreteFunction
from ranvier.autodiff.function._failures import DYNAMIC, ShapeNotKnown
from ranvier.autodiff.function._host import holds_loops
from ranvier.autodiff.function._signature import (
    ByIdentity,
    Call,
    Parameters,
    fit_to_signature,
    fits,
    widened,
)
from ranvier.tensors._errors import ValueNotKnown


def function(
    func=None,
    input_signature=None,
    autograph=True,
    jit_compile=None,
    reduce_retracing=False,
    experimental_implements=None,
    experimental_autograph_options=None,
    experimental_attributes=None,
    experimental_relax_shapes=None,
    experimental_compile=None,
    experimental_follow_type_hints=None,
):
    """Turns a Python function on tensors into a compiled one.

    The Python code runs once for each new combination of the tensors' dtypes and
    shapes and of Python values; what it computes is compiled, and later calls run the
    program. `if`, `while` and `for` on tensors become part of the program (AutoGraph).
    Variables are read and written at each call, random numbers drawn anew.

    Args:
        func: the function. Without it, returns a decorator.
        input_signature: a `TensorSpec` for each argument, None where a size may vary:
            the function is traced once, for these.
        autograph: whether control flow on tensors is translated.
        jit_compile: accepted as in TensorFlow; functions are always compiled by XLA.
        reduce_retracing: whether a second shape of an argument leads to a trace that
            serves all.
        experimental_implements: accepted as in TensorFlow.
        experimental_autograph_options: accepted as in TensorFlow.
        experimental_attributes: accepted as in TensorFlow.
        experimental_relax_shapes: older name of `reduce_retracing`.
        experimental_compile: older name of `jit_compile`.
        experimental_follow_type_hints: accepted as in TensorFlow.

    Returns:
        A `Function`, or a decorator.

    Example:
        >>> import ranvier.tf as tf
        >>> @tf.function
        ... def f(x):
        ...     if x > 0:
        ...         return x * 2
        ...     return -x
        >>> f(tf.constant(3.0)), f(tf.constant(-1.0))
        (<tf.Tensor: shape=(), dtype=float32, numpy=6.0>, \
<tf.Tensor: shape=(), dtype=float32, numpy=1.0>)
        >>> f.experimental_get_tracing_count()
        1
    """

    def decorate(inner):
        made = Function(
            inner,
            input_signature=input_signature,
            autograph=autograph,
            jit_compile=jit_compile or experimental_compile,
            reduce_retracing=bool(reduce_retracing or experimental_relax_shapes),
        )
        return functools.update_wrapper(made, inner, updated=())

    return decorate if func is None else decorate(func)


class Function:
    """A Python function that is traced and compiled when it is called.

    Made by `tf.function`.

    Args:
        python_function: the function.
        input_signature: specs of its arguments, or None.
        autograph: whether control flow on tensors is translated.
        jit_compile: accepted as in TensorFlow.
        reduce_retracing: whether traces are made to serve many shapes.
    """

    def __init__(
        self,
        python_function,
        input_signature=None,
        autograph=True,
        jit_compile=None,
        reduce_retracing=False,
    ):
        if not callable(python_function):
            raise TypeError(
                "`function` takes a function. Received: "
                f"{python_function!r} (of type {type(python_function).__name__})"
            )
        self._python_function = python_function
        self._input_signature = (
            None if input_signature is None else tuple(input_signature)
        )
        self._autograph = autograph
        self._jit_compile = jit_compile
        self._reduce_retracing = reduce_retracing
        self._parameters = Parameters(python_function)
        self._name = getattr(python_function, "__name__", "function")
        self._concrete: dict = {}
        self._open: list = []  # pairs of a key and a trace whose sizes may vary
        self._count = 0
        self._hosts_by_identity = False
        self._needs_python = False
        self._made_variables = False
        self._bound: dict = {}

    # Methods.

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        key = ByIdentity(instance)
        bound = self._bound.get(key)
        if bound is None:
            bound = self._bound[key] = _BoundFunction(self, instance)
            _forget_with(instance, self._bound, key)
        return bound

    # Calling.

    def __call__(self, *args, **kwargs):
        if _state.functions_run_eagerly():
            return self.python_function(*args, **kwargs)
        args, kwargs, call = self._prepare(args, kwargs)
        if call.needs_host or self._needs_python:
            return self._run_python(args, kwargs)
        try:
            concrete = self._find(call, args, kwargs)
        except (*DYNAMIC, ValueNotKnown) as error:
            if not self._may_run_python(error):
                raise
            return self._run_python(args, kwargs)
        if _lazy.local.recorder is not None and not _state.state.tracing:
            if holds_loops(concrete._traced.jaxpr):
                # A tape cannot look into a loop over a data set.
                return self._run_python(args, kwargs)
        return concrete._run(call)

    def _may_run_python(self, error):
        """Tells whether this function can do as Python what it cannot in a program.

        One that reads an iterator, say, or makes tensors of sizes that only the call
        knows, always can. One that makes variables can at
        its first call; from the second on it finds them made.
        """
        if _state.state.tracing:
            return False  # the function that is being traced as a whole has to
        if isinstance(error, DYNAMIC):
            self._needs_python = True
            return True
        first, self._made_variables = not self._made_variables, True
        return first and not self._concrete

    def _prepare(self, args, kwargs):
        args, kwargs = self._parameters.bind(args, kwargs)
        if self._input_signature is not None:
            args = self._fit(args)
        call = Call(self._hosts_by_identity)
        parts = [call.add(value) for value in args]
        if kwargs:
            parts.append(call.add(kwargs))
        call.key = tuple(parts)
        return args, kwargs, call

    def _find(self, call, args, kwargs):
        """Returns the trace that serves a call, made if there is none."""
        concrete = self._concrete.get(call.key)
        if concrete is not None:
            return concrete
        for key, concrete in self._open:
            if fits(call.key, key):
                self._concrete[call.key] = concrete
                return concrete
        signature, arrays = call, None
        if not any(isinstance(a, jax.ShapeDtypeStruct) for a in call.arrays):
            arrays = call.arrays
        if self._input_signature is not None:
            args = (*self._input_signature, *args[len(self._input_signature) :])
            signature = self._call_of(args, kwargs)
        elif self._reduce_retracing:
            signature, args, kwargs = self._widen(call, args, kwargs)
        concrete = self._trace(signature, args, kwargs, arrays)
        if concrete._is_open:
            self._open.append((signature.key, concrete))
        self._concrete[call.key] = concrete
        return concrete

    def _call_of(self, args, kwargs):
        call = Call(self._hosts_by_identity)
        parts = [call.add(value) for value in args]
        if kwargs:
            parts.append(call.add(kwargs))
        call.key = tuple(parts)
        return call

    def _widen(self, call, args, kwargs):
        """Returns a signature that also serves an earlier one, if there is such."""
        for key in self._concrete:
            wide = widened(call.key, key)
            if wide is None or wide == call.key:
                continue
            found = Call()
            found.key, found.variables = wide, call.variables
            shapes = iter(_shapes_in(wide))
            found.arrays = [
                jax.ShapeDtypeStruct(next(shapes), a.dtype) for a in call.arrays
            ]
            return found, args, kwargs
        return call, args, kwargs

    def _fit(self, args):
        specs = self._input_signature
        fitted = [
            fit_to_signature(value, spec, self._name)
            for value, spec in zip(args, specs, strict=False)
        ]
        return (*fitted, *args[len(specs) :])

    def _trace(self, call, args, kwargs, arrays):
        allow_new = not self._concrete
        self._count += 1
        concrete = ConcreteFunction(self, call, args, kwargs, arrays, allow_new)
        if concrete._traced.created:
            # Variables were made. They must be made once only: a second run has to do
            # without.
            concrete = ConcreteFunction(self, call, args, kwargs, arrays, False)
        return concrete

    def _run_python(self, args, kwargs):
        function = self.python_function
        if self._autograph:
            from ranvier.autodiff.function._autograph import converted

            function = converted(function)
        return function(*args, **kwargs)

    # Looking inside.

    @property
    def python_function(self):
        """The Python function."""
        return self._python_function

    @property
    def input_signature(self):
        """The specs given for the arguments, or None."""
        return self._input_signature

    def experimental_get_tracing_count(self) -> int:
        """Returns how often the Python function was traced."""
        return self._count

    def get_concrete_function(self, *args, **kwargs):
        """Returns the trace for a signature, tracing if it is new.

        Args:
            *args: arguments, or specs in place of tensors.
            **kwargs: keyword arguments.

        Raises:
            ShapeNotKnown: if the function cannot be one program (it is a ValueError).
        """
        if self._input_signature is not None and not args and not kwargs:
            args = self._input_signature
        args, kwargs, call = self._prepare(args, kwargs)
        try:
            return self._find(call, args, kwargs)
        except DYNAMIC as error:
            raise ShapeNotKnown(
                "A concrete function is one program, but this function needs numbers "
                f"that only a call knows, as for shapes: call it instead. {error}"
            ) from error

    def pretty_printed_concrete_signatures(self, verbose=True) -> str:
        """Returns the signatures traced so far, as text.

        Args:
            verbose: accepted as in TensorFlow.
        """
        concrete = {id(c): c for c in self._concrete.values()}
        return "\n\n".join(c._pretty() for c in concrete.values())


class _BoundFunction(Function):
    """A traced method of one object.

    Args:
        parent: the `Function` of the class.
        instance: the object; it is not kept alive.
    """

    def __init__(self, parent, instance):
        method = types.MethodType(parent._python_function, instance)
        super().__init__(
            method,
            parent._input_signature,
            parent._autograph,
            parent._jit_compile,
            parent._reduce_retracing,
        )
        # Only the class's function is kept: a method would keep the object.
        self._python_function = parent._python_function
        self._reference = weakref.ref(instance)

    @property
    def python_function(self):
        """The Python method."""
        return types.MethodType(self._python_function, self._reference())


def _forget_with(instance, table, key):
    weakref.finalize(instance, table.pop, key, None)


def _shapes_in(key):
    """Yields the shapes of the tensors in a key, in order."""
    if isinstance(key, tuple):
        if len(key) == 2 and isinstance(key[1], np.dtype):
            yield key[0]
        else:
            for part in key:
                yield from _shapes_in(part)
