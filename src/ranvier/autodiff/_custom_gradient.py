"""Functions that bring their own gradient."""

import functools

import jax

from ranvier.autodiff import _lazy
from ranvier.autodiff._lazy import Lazy, local
from ranvier.core import _tree
from ranvier.core._variable import Variable
from ranvier.ops._dispatch import wrappers


def custom_gradient(f=None):
    """Decorates a function that brings its own gradient.

    Args:
        f: takes tensors; returns its result and a function that maps the gradient
            with respect to the result to those with respect to the arguments.

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

        def on_arrays(*arrays):
            result, backward = f(*[_faced(a, face) for a in arrays], **kwargs)

            def pullback(*upstream):
                gradients = backward(*[_faced(u, face) for u in upstream])
                return _tree.map_structure(_plain, gradients)

            return _tree.map_structure(_plain, result), pullback

        pure = _with_gradient(on_arrays)
        recorder = local.recorder
        if recorder is not None and any(isinstance(a, Lazy) for a in arrays):
            key = ("custom", f) if f.__closure__ is None and not kwargs else None
            result = recorder.add(key, pure, arrays)
        else:
            with _lazy._not_recording():
                result = pure(*arrays)
        return _tree.map_structure(lambda x: _faced(x, face), result)

    return decorated


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
        if not isinstance(gradients, (tuple, list)):
            gradients = (gradients,)
        return tuple(gradients)

    primal.defvjp(forward, backward)
    return primal


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
