"""Tensor: the eager value of the TensorFlow face.

A tensor holds one array and never changes. The array is NumPy's where it came from
outside (strings always are: objects of bytes) and JAX's where it was computed; one
that NumPy holds goes to the device when it is first computed with. Inside a compiled
program the array is a tracer, which has no value yet.
"""

import jax
import numpy as np

from ranvier.tensors._dtype import as_dtype
from ranvier.tensors._errors import (
    NoValueError,
    OperatorNotAllowedInGraphError,
    ValueNeededError,
)
from ranvier.tensors._shape import TensorShape

_NO_VALUE = (
    "A tensor inside a compiled program has no value to look at: the program is being "
    "traced. Compute with it through `tf` functions, print it with `tf.print`, or run "
    "the code eagerly (`run_eagerly=True`)."
)
_NO_TRUTH = (
    "Using a symbolic `tf.Tensor` as a Python `bool` is not allowed: its value is not "
    "known while a function is traced. `if`, `while` and `for` on tensors work in "
    "functions whose source AutoGraph translates: decorate with `@tf.function`, do not "
    "say `autograph=False`, and install `ranvier[tf]`. `tf.cond` works anywhere."
)


class Tensor:
    """An immutable array of numbers, truth values or strings.

    Make one with `constant` or `convert_to_tensor`; this takes an array as it is.

    Args:
        value: a NumPy array (strings as objects of bytes) or an array of JAX.

    Example:
        >>> from ranvier.tensors import constant
        >>> t = constant([[1.0, 2.0], [3.0, 4.0]])
        >>> t[:, 1] * 10
        <tf.Tensor: shape=(2,), dtype=float32, numpy=array([20., 40.], dtype=float32)>
    """

    # NumPy's arrays, on the left, leave the operation to us.
    __array_priority__ = 1000

    # What an argument of a traced function is called there.
    _graph_name = ""

    def __init__(self, value):
        self._value = value

    # Description.

    @property
    def shape(self) -> TensorShape:
        """The shape."""
        return TensorShape(self._value.shape)

    @property
    def dtype(self):
        """The dtype, an object such as `tf.float32`."""
        return as_dtype(self._value.dtype)

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self._value.shape)

    @property
    def device(self) -> str:
        """The name of the device, as TensorFlow writes it."""
        kind = "CPU"
        if isinstance(self._value, jax.Array) and not is_traced(self._value):
            platform = next(iter(self._value.devices())).platform.upper()
            kind = "GPU" if platform in ("CUDA", "ROCM") else platform
        return f"/job:localhost/replica:0/task:0/device:{kind}:0"

    backing_device = device

    def get_shape(self) -> TensorShape:
        """Returns the shape."""
        return self.shape

    def set_shape(self, shape) -> None:
        """Checks that the tensor has a shape.

        Raises:
            ValueError: if it has another one.
        """
        if not self.shape.is_compatible_with(shape):
            raise ValueError(
                f"Tensor's shape {self.shape} is not compatible with supplied shape "
                f"{TensorShape(shape)}"
            )

    def ref(self):
        """Returns an object that stands for this tensor in sets and dictionaries."""
        return Reference(self)

    # Values.

    def numpy(self):
        """Returns the value: a NumPy array, or a scalar (bytes for a string).

        Raises:
            NoValueError: inside a compiled program; it is a `NotImplementedError`,
                `AttributeError` and `TypeError`.
        """
        value = self._seen()
        return value[()] if value.ndim == 0 else np.array(value)

    def _host(self):
        if is_traced(self._value):
            raise ValueNeededError(_NO_VALUE)
        return np.asarray(self._value)

    def _seen(self):
        """Returns the value for the user's own code, which a program has none for."""
        if is_traced(self._value):
            raise NoValueError(_NO_VALUE)
        return np.asarray(self._value)

    def _device(self):
        """Returns the array to compute with."""
        value = self._value
        if isinstance(value, np.ndarray) and value.dtype != object:
            with jax.ensure_compile_time_eval(), jax.enable_x64(True):
                value = self._value = jax.numpy.asarray(value)
        return value

    def __array__(self, dtype=None, copy=None):
        value = self._host()
        if dtype is not None:
            dtype = np.dtype(dtype)
        return np.array(value, dtype=dtype)

    def __jax_array__(self):
        return self._device()

    def __bool__(self):
        if is_traced(self._value):
            raise OperatorNotAllowedInGraphError(_NO_TRUTH)
        return bool(self._host())

    def __int__(self):
        return int(self._seen()[()])

    def __float__(self):
        return float(self._seen()[()])

    def __complex__(self):
        return complex(self._seen()[()])

    def __index__(self):
        if is_traced(self._value):
            return self._value.__index__()
        return self._host()[()].__index__()

    def __len__(self):
        if not self.ndim:
            raise TypeError("Scalar tensor has no `len()`")
        return self._value.shape[0]

    def __iter__(self):
        if not self.ndim:
            raise TypeError("Cannot iterate over a scalar tensor.")
        return (self[i] for i in range(len(self)))

    def __hash__(self):
        raise TypeError("Tensor is unhashable. Instead, use tensor.ref() as the key.")

    def __format__(self, spec):
        if is_traced(self._value) and not spec:
            return str(self)
        return format(self.numpy(), spec)

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __reduce__(self):
        return Tensor, (self._host(),)

    def __setitem__(self, key, value):
        raise TypeError(
            "'Tensor' object does not support item assignment: tensors never change. "
            "Use `tf.tensor_scatter_nd_update`, or a `tf.Variable`."
        )

    # Printed forms.

    def __repr__(self):
        head = f"shape={tuple(self.shape)}, dtype={self.dtype.name}"
        if is_traced(self._value):
            if self._graph_name:
                tail = f"shape={self.shape} dtype={self.dtype.name}"
                return f"<tf.Tensor {self._graph_name!r} {tail}>"
            return f"<tf.Tensor: {head}>"
        value = repr(self.numpy()) if self.ndim else _scalar(self.numpy())
        newline = "\n" if "\n" in value else ""
        return f"<tf.Tensor: {head}, numpy={newline}{value}>"

    def __str__(self):
        tail = f"shape={tuple(self.shape)}, dtype={self.dtype.name}"
        if is_traced(self._value):
            name = f'"{self._graph_name}", ' if self._graph_name else ""
            return f"Tensor({name}{tail})"
        value = str(self.numpy())
        newline = "\n" if "\n" in value else ""
        return f"tf.Tensor({newline}{value}, {tail})"


def _scalar(value) -> str:
    """Writes a scalar without the name of its type."""
    return repr(bytes(value)) if isinstance(value, bytes) else str(value)


def is_traced(value) -> bool:
    """Tells whether an array is a tracer of a program."""
    # The lazy arrays of gradient tapes are tracers that do have a value.
    return isinstance(value, jax.core.Tracer) and not getattr(value, "is_eager", False)


class Reference:
    """A hashable stand-in for a tensor or variable, equal only for the same object.

    Args:
        target: the tensor or variable.

    Example:
        >>> from ranvier.tensors import constant
        >>> t = constant(1.0)
        >>> t.ref() == t.ref(), t.ref().deref() is t
        (True, True)
    """

    def __init__(self, target):
        self._target = target

    def deref(self):
        """Returns the tensor or variable."""
        return self._target

    def __eq__(self, other):
        return isinstance(other, Reference) and self._target is other._target

    def __hash__(self):
        return id(self._target)

    def __repr__(self):
        return f"<Reference wrapping {self._target!r}>"
