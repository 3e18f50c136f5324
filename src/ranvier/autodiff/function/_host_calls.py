"""Python functions called from programs, while they run."""

import contextlib

import jax
import jax.experimental
import numpy as np
from jax._src import core as jax_core

from ranvier.autodiff import _lazy
from ranvier.autodiff.function import _failures
from ranvier.autodiff.function._state import state as tracing_state
from ranvier.core import _scope
from ranvier.tensors._constant import convert_to_tensor
from ranvier.tensors._dtype import as_dtype
from ranvier.tensors._specs import TensorSpec
from ranvier.tensors._tensor import Tensor, is_traced


def py_function(func=None, inp=None, Tout=None, name=None):
    """Calls a Python function on tensors, also from inside a program.

    Args:
        func: takes tensors with values; returns tensors or numbers.
        inp: the arguments.
        Tout: the dtype of the result, or a list of dtypes; specs tell shapes too. A
            result whose shape is not told has that of the first argument.
        name: accepted as in TensorFlow.

    Example:
        >>> import ranvier.tf as tf
        >>> tf.py_function(lambda x: x.numpy() + 1, [tf.constant(1.0)], tf.float32)
        <tf.Tensor: shape=(), dtype=float32, numpy=2.0>
    """
    return _call(func, inp, Tout, lambda a: Tensor(np.asarray(a)))


def numpy_function(func=None, inp=None, Tout=None, stateful=True, name=None):
    """Calls a function of NumPy's arrays on tensors, also from inside a program.

    Args:
        func: takes arrays; returns arrays or numbers.
        inp: the arguments.
        Tout: as for `py_function`.
        stateful: accepted as in TensorFlow.
        name: accepted as in TensorFlow.

    Example:
        >>> import numpy as np
        >>> import ranvier.tf as tf
        >>> tf.numpy_function(np.square, [tf.constant(3.0)], tf.float32)
        <tf.Tensor: shape=(), dtype=float32, numpy=9.0>
    """
    return _call(func, inp, Tout, np.asarray)


def _call(func, inp, outputs, shown):
    tensors = [convert_to_tensor(x) for x in inp]
    single = not isinstance(outputs, (list, tuple))
    wanted = [] if outputs is None else [outputs] if single else list(outputs)

    def run(*values):
        found = func(*[shown(v) for v in values])
        if not wanted:
            return []
        several = not single and isinstance(found, (list, tuple))
        found = list(found) if several else [found]
        return [
            np.asarray(convert_to_tensor(x)._host(), _dtype(w))
            for x, w in zip(found, wanted, strict=bool(wanted))
            if w is not None
        ]

    if not any(is_traced(t._value) for t in tensors) and not tracing_state.tracing:
        results = [Tensor(x) for x in run(*[t._host() for t in tensors])]
        return _packed(results, single)
    shapes = [_struct(w, tensors) for w in wanted]

    def guarded(*values):
        try:
            found = run(*values)
        except Exception as error:
            # The program goes on to its end, and the call raises then.
            _failures.note(error)
            found = [np.zeros(s.shape, s.dtype) for s in shapes]
        return [_halved(array) for array in found]

    with jax.enable_x64(True):
        arrays = jax.experimental.io_callback(
            guarded,
            [jax.eval_shape(_halved, shape) for shape in shapes],
            *[t._device() for t in tensors],
            ordered=True,
        )
        whole = [_whole(a, s.dtype) for a, s in zip(arrays, shapes)]
    return _packed([Tensor(a) for a in whole], single)


def _halved(array):
    """Returns numbers of 64 bits as pairs of halves.

    JAX would shorten what comes from a call in a process that has 32 bits.
    """
    if array.dtype.itemsize != 8 or array.dtype.kind not in "iuf":
        return array
    if isinstance(array, np.ndarray):
        return array.copy().reshape(*array.shape, 1).view(np.uint32)
    return jax.lax.bitcast_convert_type(array, np.uint32)


def _whole(array, dtype):
    return array if array.dtype == dtype else jax.lax.bitcast_convert_type(array, dtype)


def _dtype(wanted):
    return as_dtype(getattr(wanted, "dtype", wanted)).dtype


def _struct(wanted, tensors):
    shape = tuple(tensors[0].shape) if tensors else ()
    if isinstance(wanted, TensorSpec):
        shape = tuple(wanted.shape)
    return jax.ShapeDtypeStruct(shape, _dtype(wanted))


def _packed(results, single):
    if single:
        return results[0] if results else None
    return results


@contextlib.contextmanager
def init_scope():
    """Context outside of all functions that are being traced: code runs at once.

    Example:
        >>> import ranvier.tf as tf
        >>> @tf.function
        ... def f():
        ...     with tf.init_scope():
        ...         return tf.executing_eagerly()
        >>> bool(f())
        True
    """
    open_traces, tracing_state.tracing = tracing_state.tracing, []
    scopes, _scope.stacks.state = _scope.stacks.state, []
    recorder, _lazy.local.recorder = _lazy.local.recorder, None
    reader, _scope.stacks.reader = _scope.stacks.reader, None
    try:
        with jax_core.set_current_trace(jax_core.eval_trace):
            yield
    finally:
        tracing_state.tracing = open_traces
        _scope.stacks.state = scopes
        _lazy.local.recorder, _scope.stacks.reader = recorder, reader
