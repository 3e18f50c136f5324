"""Functions that bring their own gradient."""

import contextlib
import functools
import inspect

import jax
import jax.numpy as jnp

from ranvier.autodiff import _lazy
from ranvier.autodiff._lazy import Lazy, local
from ranvier.core import _scope, _tree
from ranvier.core._scope import StateScope
from ranvier.core._variable import Variable
from ranvier.ops._dispatch import wrappers


def custom_gradient(f=None):
    """Decorates a function that brings its own gradient.

    Args:
        f: takes tensors; returns its result and a function that maps the gradient
            with respect to the result to those with respect to the arguments. If `f`
            uses trainable variables, that function takes them as `variables=` and
            returns the pair of the arguments' gradients and the variables'.

    Raises:
        TypeError: when it is called, if `f` uses variables and its gradient takes none.
        ValueError: if the gradient function returns another number of gradients.

    Example:
        >>> import ranvier.tf as tf
        >>> @tf.custom_gradient
        ... def log1pexp(x):
        ...     e = tf.exp(x)
        ...     return tf.math.log(1 + e), lambda upstream: upstream * (1 - 1 / (1 + e))
        >>> x = tf.constant(100.0)
        >>> with tf.GradientTape() as tape:
        ...     tape.watch(x)
        ...     y = log1pexp(x)
        >>> float(tape.gradient(y, x))
        1.0
    """
    if f is None:
        return custom_gradient

    @functools.wraps(f)
    def decorated(*args, **kwargs):
        face = _face_of(args)
        arrays = [_plain(arg) for arg in args]
        count, variables = len(arrays), []

        def on_arrays(*arrays):
            values = dict(zip(map(id, variables), arrays[count:], strict=True))
            arrays = [_faced(a, face) for a in arrays[:count]]
            with _holding(variables, values):
                result, backward = f(*arrays, **kwargs)
            takes_variables = _takes_variables(backward)
            if variables and not takes_variables:
                raise TypeError(
                    "The gradient function of a function with @custom_gradient must "
                    "take the keyword argument `variables`, since the function uses "
                    f"variables: {variables}"
                )

            def pullback(*upstream):
                upstream, others = [_faced(u, face) for u in upstream], []
                with _holding(variables, values):
                    if variables:
                        gradients, others = backward(*upstream, variables=variables)
                    else:
                        gradients = backward(*upstream)
                gradients = [*_as_list(gradients, count), *_as_list(others)]
                return [None if g is None else _plain(g) for g in gradients]

            return _tree.map_structure(_plain, result), pullback

        with _lazy._not_recording():
            variables += _variables_read(lambda *a: on_arrays(*a)[0], arrays)
        arrays += [v.value for v in variables]
        pure = _with_gradient(on_arrays)
        recorder = local.recorder
        if recorder is not None and any(isinstance(a, Lazy) for a in arrays):
            known = f.__closure__ is None and not kwargs and not variables
            result = recorder.add(("custom", f) if known else None, pure, arrays)
        else:
            with _lazy._not_recording():
                result = pure(*arrays)
        return _tree.map_structure(lambda x: _faced(x, face), result)

    return decorated


def _variables_read(function, arrays):
    """Returns the trainable variables that a function of arrays reads."""
    found: dict = {}

    def note(variable, array):
        if variable.trainable:
            found[id(variable)] = variable
        return array

    reader, _scope.stacks.reader = _scope.stacks.reader, note
    try:
        jax.eval_shape(function, *[_lazy._shape_struct(_value_of(a)) for a in arrays])
    finally:
        _scope.stacks.reader = reader
    return list(found.values())


def _value_of(array):
    return array.value if isinstance(array, Lazy) else array


@contextlib.contextmanager
def _holding(variables, values):
    """Context in which some variables have given values, and no tape sees them read."""
    if not variables:
        yield
        return
    reader, _scope.stacks.reader = _scope.stacks.reader, None
    try:
        with StateScope([(v, values[id(v)]) for v in variables]):
            yield
    finally:
        _scope.stacks.reader = reader


def _takes_variables(function):
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # something that is not written in Python
        return False
    return any(p.name == "variables" or p.kind is p.VAR_KEYWORD for p in parameters)


def _as_list(gradients, count=None):
    """Returns gradients as a list, a single one too; checks how many there are."""
    gradients = list(gradients) if isinstance(gradients, (tuple, list)) else [gradients]
    if count is not None and len(gradients) != count:
        raise ValueError(
            f"A gradient function of @custom_gradient must return {count} gradients, "
            f"one for each argument. Received: {len(gradients)}"
        )
    return gradients


def _with_gradient(function):
    """Returns a function of arrays whose gradient, at every order, is its own.

    Args:
        function: returns its result and the function that maps gradients back.
    """

    @jax.custom_vjp
    def primal(*arrays):
        return function(*arrays)[0]

    def forward(*arrays):
        # By `primal`, not `function`: what depends on the result, a gradient's
        # gradient included, goes through the gradient given.
        return primal(*arrays), arrays

    def backward(arrays, upstream):
        upstream = upstream if isinstance(upstream, (tuple, list)) else (upstream,)
        gradients = function(*arrays)[1](*upstream)
        pairs = zip(gradients, arrays, strict=True)
        return tuple([g if _is_real(a) else None for g, a in pairs])

    primal.defvjp(forward, backward)
    return primal


def _is_real(array):
    return jnp.issubdtype(jnp.result_type(array), jnp.inexact)


def _face_of(args):
    """Returns the class of tensors among arguments, or None."""
    for arg in args:
        for cls in wrappers:
            if isinstance(arg, cls) or getattr(arg, "_is_tensor_face", False):
                return cls
    return None


def _plain(value):
    if isinstance(value, Variable):
        return value.value
    return value._device() if isinstance(value, tuple(wrappers)) else value


def _faced(value, face):
    return face(value) if face and isinstance(value, jax.Array) else value
