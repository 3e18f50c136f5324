"""Variable: a named, typed, mutable box around one array.

Life of a value: *created* by an initialiser when the object that owns the variable
is built (while a file is loaded: when it is first read); *read* through `value` (or by
any op); *assigned* by the user or an optimizer. Inside a state scope (see `_scope`)
reads and writes go to the scope: a program lifts the values of its variables into
arguments, runs object code under a scope, and returns the new values. *Write back*: the
caller of a program stores the results in the variables with `put`.

Programs donate the buffers they are given, so a buffer that someone else may still
hold must not be handed over. A variable knows when its array was given out or came
from outside (`_borrowed`) and then lends a copy (`take`).
"""

import contextlib

import jax
import jax.numpy as jnp
import numpy as np

from ranvier.core import _dtypes, _naming, _registry, _scope

_AGGREGATIONS = ("none", "mean", "sum", "only_first_replica")
_SYNCHRONIZATIONS = ("none", "on_read", "on_write", "auto")


@contextlib.contextmanager
def deferred_initialization():
    """Scope in which initial values are drawn when they are first read, if at all.

    A file that is loaded brings the values: drawing others first would take time, and
    memory for whatever shapes the file asks for.

    Example:
        >>> with deferred_initialization():
        ...     v = Variable("ones", shape=(2,), name="v")
        >>> v.assign([3.0, 4.0]).tolist()  # no ones were ever made
        [3.0, 4.0]
    """
    _scope.stacks.deferring += 1
    try:
        yield
    finally:
        _scope.stacks.deferring -= 1


def standardize_shape(shape) -> tuple:
    """Returns a shape as a tuple of ints (or None), checked.

    Raises:
        ValueError: for what is no sequence, and entries that are no integers, or
            negative.
    """
    if shape is None:
        raise ValueError("Undefined shapes are not supported.")
    if hasattr(shape, "as_list"):
        shape = shape.as_list()
    if not hasattr(shape, "__iter__"):
        raise ValueError(f"Cannot convert '{shape}' to a shape. Expected a tuple.")
    result = []
    for entry in shape:
        if entry is None:
            result.append(None)
            continue
        try:
            size = entry.__index__()
        except AttributeError:
            raise ValueError(
                f"Cannot convert {tuple(shape)!r} to a shape. Found invalid entry "
                f"{entry!r} of type {type(entry)}."
            ) from None
        if size < 0:
            raise ValueError(
                f"Cannot convert {tuple(shape)!r} to a shape. Negative dimensions "
                "are not allowed."
            )
        result.append(size)
    return tuple(result)


class Variable:
    """A named, typed array that can be assigned.

    Args:
        initializer: the initial value, or a callable `(shape, dtype) -> array`, or
            the name of an initialiser.
        shape: tuple; needed when `initializer` is a callable.
        dtype: the dtype; defaults to that of the value, or `floatx()`.
        trainable: whether optimizers may change it.
        autocast: whether a layer of lower precision reads it in its compute dtype.
        aggregation: `"none"`, `"mean"`, `"sum"` or `"only_first_replica"`: a note
            for distributed training.
        synchronization: a note for distributed training, as in Keras.
        name: without `/`; automatic if None.

    Raises:
        ValueError: for an invalid name, shape or aggregation.

    Example:
        >>> v = Variable([1.0, 2.0], name="v")
        >>> _ = v.assign_add([1.0, 1.0])
        >>> v.numpy().tolist()
        [2.0, 3.0]
    """

    def __init__(
        self,
        initializer,
        shape=None,
        dtype=None,
        trainable=True,
        autocast=True,
        aggregation="none",
        synchronization="auto",
        name=None,
        layout=None,
    ):
        name = name or _naming.auto_name(type(self).__name__)
        if not isinstance(name, str) or "/" in name:
            raise ValueError(
                "Argument `name` must be a string and cannot contain character `/`. "
                f"Received: name={name}"
            )
        aggregation = "none" if aggregation is None else aggregation
        synchronization = "none" if synchronization is None else synchronization
        _check_choice("aggregation", aggregation, _AGGREGATIONS)
        _check_choice("synchronization", synchronization, _SYNCHRONIZATIONS)
        parent = _naming.current_path()
        self._name = name
        self._path = f"{parent}/{name}" if parent else name
        self._trainable = bool(trainable)
        self._autocast = bool(autocast)
        self._aggregation = aggregation
        self._synchronization = synchronization
        self._layout = layout
        self._regularizer = None
        self._constraint = None
        self._overwrite_with_gradient = False
        self._borrowed = False
        if isinstance(initializer, str):
            initializer = _registry.get("initializers", initializer)
        # Under a trace the initial value is still computed at once: a variable holds
        # arrays, never tracers.
        with jax.ensure_compile_time_eval():
            if callable(initializer):
                self._initialize_by_call(initializer, shape, dtype)
            else:
                self._initialize_by_value(initializer, dtype)
        for scope in _scope.stacks.state:
            scope.note_new(self)

    def _initialize_by_call(self, initializer, shape, dtype):
        if shape is None:
            raise ValueError(
                "When creating a Variable from an initializer, the `shape` argument "
                f"should be specified. Received: initializer={initializer} and "
                f"shape={shape}"
            )
        shape = standardize_shape(shape)
        if None in shape:
            raise ValueError(
                "Shapes used to initialize variables must be fully-defined (no "
                f"`None` dimensions). Received: shape={shape} for variable "
                f"path='{self._path}'"
            )
        self._dtype = _dtypes.standardize_dtype(dtype)
        self._shape = shape
        if _scope.stacks.deferring:
            self._initializer = initializer
        else:
            self._value = self._draw(initializer)

    def _draw(self, initializer):
        value = _to_array(initializer(self._shape, dtype=self._dtype), self._dtype)
        if value.shape != self._shape:
            raise ValueError(
                f"The initializer of variable '{self._path}' returned an array of "
                f"shape {value.shape}. Expected shape {self._shape}. "
                f"Initializer: {initializer}"
            )
        return value

    def __getattr__(self, name):
        # Python comes here for what is not set: a value whose drawing was deferred.
        if name == "_value" and "_initializer" in self.__dict__:
            with jax.ensure_compile_time_eval():
                self._value = self._draw(self.__dict__.pop("_initializer"))
            return self._value
        raise AttributeError(
            f"'{type(self).__name__}' object has no attribute '{name}'"
        )

    def _initialize_by_value(self, value, dtype):
        if dtype is None:
            dtype = getattr(value, "dtype", None)
        if dtype is None:
            dtype = _dtypes.result_type(
                *{type(leaf) for leaf in jax.tree.leaves(value)} & {bool, int, float}
            )
        self._dtype = _dtypes.standardize_dtype(dtype)
        self._value = _to_array(value, self._dtype)
        self._borrowed = isinstance(value, jax.Array)
        self._shape = self._value.shape

    # Reading.

    @property
    def value(self):
        """The current array (inside a program: the traced one)."""
        value = _scope.read(self) if _scope.stacks.state else None
        if value is None:
            value = self._value
            self._borrowed = True
        if _scope.stacks.reader is not None:
            value = _scope.stacks.reader(self, value)
        dtype = _scope.autocast_dtype()
        if dtype is not None and self._autocast and value.dtype != dtype:
            if jnp.issubdtype(value.dtype, jnp.floating):
                return value.astype(dtype)
        return value

    def numpy(self):
        """Returns a NumPy copy of the current value."""
        value = _scope.read(self) if _scope.stacks.state else None
        return np.array(self._value if value is None else value)

    @property
    def dtype(self):
        """The dtype, as a string; that of reading, where a layer casts."""
        dtype = _scope.autocast_dtype()
        if dtype is not None and self._autocast and _dtypes.is_float_dtype(self._dtype):
            return dtype
        return self._dtype

    @property
    def shape(self):
        """The shape, a tuple of ints."""
        return self._shape

    @property
    def ndim(self):
        """The number of axes."""
        return len(self._shape)

    @property
    def size(self):
        """The number of entries."""
        return int(np.prod(self._shape, dtype=np.int64))

    # Writing.

    def assign(self, value):
        """Replaces the value; returns the new one.

        Raises:
            ValueError: if the shape differs from the variable's.
        """
        new = self.check_value(value)
        if _scope.stacks.state:
            _scope.write(self, new)
        else:
            self._value = new
            self._borrowed = isinstance(value, (jax.Array, Variable))
        return new

    def assign_add(self, value):
        """Adds to the value; returns the new one."""
        return self.assign(self.value + _operand(value))

    def assign_sub(self, value):
        """Subtracts from the value; returns the new one."""
        return self.assign(self.value - _operand(value))

    def check_value(self, value):
        """Returns `value` as an array of this variable's dtype and shape."""
        given = getattr(getattr(value, "dtype", None), "kind", None)
        if given == "c" and not self._dtype.startswith("complex"):
            raise ValueError(
                f"Variable '{self._path}' of dtype {self._dtype} cannot hold complex "
                f"numbers. Received: an array of {value.dtype}. Assign its real part."
            )
        new = _to_array(value, self._dtype)
        if new.shape != self._shape:
            raise ValueError(
                "The shape of the target variable and the shape of the target value "
                f"in `variable.assign(value)` must match. variable.shape="
                f"{self._shape}, Received: value.shape={new.shape}. "
                f"Target variable: {self._path}"
            )
        return new

    # Programs.

    def take(self):
        """Returns an array that nobody else holds, to be donated."""
        if self._borrowed:
            self._value = jnp.copy(self._value)
            self._borrowed = False
        return self._value

    def put(self, value) -> None:
        """Stores the array that a program returned, unchecked."""
        self._value = value
        self._borrowed = False

    def put_later(self, fetch) -> None:
        """Lets the array be fetched when somebody reads it.

        Args:
            fetch: function without arguments that returns an array nobody else holds.
        """
        self.__dict__.pop("_value", None)
        self._initializer = lambda shape, dtype: fetch()
        self._borrowed = False

    @property
    def is_fetched(self) -> bool:
        """Whether the array is here: not so after `put_later`, until it is read."""
        return "_value" in self.__dict__

    # Description.

    @property
    def name(self):
        """The variable's name."""
        return self._name

    @property
    def path(self):
        """The name with those of the enclosing scopes."""
        return self._path

    @property
    def trainable(self):
        """Whether optimizers may change it."""
        return self._trainable

    @trainable.setter
    def trainable(self, value):
        self._trainable = bool(value)

    @property
    def autocast(self):
        """Whether layers of lower precision read it in their dtype."""
        return self._autocast

    @property
    def aggregation(self):
        """The note for distributed training given at creation."""
        return self._aggregation

    @property
    def synchronization(self):
        """The note for distributed training given at creation."""
        return self._synchronization

    @property
    def regularizer(self):
        """Callable that maps the value to a penalty, or None."""
        return self._regularizer

    @regularizer.setter
    def regularizer(self, value):
        self._regularizer = _check_callable("regularizer", value)

    @property
    def constraint(self):
        """Callable applied to the value after each update, or None."""
        return self._constraint

    @constraint.setter
    def constraint(self, value):
        self._constraint = _check_callable("constraint", value)

    @property
    def overwrite_with_gradient(self):
        """Whether the gradient itself becomes the value (float8 scales)."""
        return self._overwrite_with_gradient

    @overwrite_with_gradient.setter
    def overwrite_with_gradient(self, value):
        if not isinstance(value, bool):
            raise TypeError(
                f"`overwrite_with_gradient` must be a boolean. Received: {value}"
            )
        self._overwrite_with_gradient = value

    def __repr__(self):
        return (
            f"<Variable path={self.path}, shape={self.shape}, dtype={self.dtype}, "
            f"value={np.asarray(self._value)}>"
        )

    # Protocols of NumPy, JAX and Python. Operators are installed by `ops`.

    def __array__(self, dtype=None, copy=None):
        return np.array(self.numpy(), dtype=dtype)

    def __jax_array__(self):
        return self.value

    def __len__(self):
        if not self._shape:
            raise TypeError("len() of unsized object")
        return self._shape[0]

    def __iter__(self):
        return iter(self.value)

    def __bool__(self):
        raise TypeError(
            "A Variable cannot be used as a boolean. Use its value: `bool(v.value)`."
        )

    def __int__(self):
        return int(self.value)

    def __float__(self):
        return float(self.value)

    def __index__(self):
        return self.value.__index__()

    def __format__(self, spec):
        return format(self.value, spec) if spec else str(self)

    def __deepcopy__(self, memo):
        copied = object.__new__(type(self))
        memo[id(self)] = copied
        copied.__dict__.update(self.__dict__)
        copied._value = jnp.copy(self._value)
        copied._borrowed = False
        return copied

    def __getstate__(self):
        value = np.asarray(self._value)
        state = {**self.__dict__, "_value": value}
        state.pop("_initializer", None)
        return state

    def __setstate__(self, state):
        self.__dict__.update(state)
        self._value = jnp.array(self._value)

    def __setitem__(self, key, value):
        raise TypeError(
            "'Variable' object does not support item assignment. "
            "Use `variable.assign(...)`."
        )

    # Identity, not value: variables are keys. `==` is elementwise through ops.
    __hash__ = object.__hash__


def _to_array(value, dtype):
    if isinstance(value, Variable):
        value = value.value
    if isinstance(value, jax.Array):
        return value if value.dtype == dtype else value.astype(_storage(dtype))
    if hasattr(value, "__jax_array__"):
        return value.__jax_array__().astype(_storage(dtype))
    # Copied: the buffer must not alias the caller's memory.
    if isinstance(value, np.ndarray):
        storage = _storage(dtype)
        if value.dtype.kind == "f" or value.dtype == storage:
            # JAX would compile its own copy once for each shape.
            with np.errstate(all="ignore"):
                return jax.device_put(np.array(value, dtype=storage))
    return jnp.array(value, dtype=_storage(dtype))


def _storage(dtype):
    return jax.dtypes.canonicalize_dtype(dtype)


def _operand(value):
    if isinstance(value, (list, tuple)):
        return jnp.asarray(value)
    return value.value if isinstance(value, Variable) else value


def _check_choice(argument, value, known):
    if value not in known:
        raise ValueError(
            f"Invalid value for argument `{argument}`. Expected one of {known}. "
            f"Received: {argument}={value}"
        )


def _check_callable(attribute, value):
    if value is not None and not callable(value):
        raise ValueError(
            f"Invalid value for attribute `{attribute}`. Expected a callable or "
            f"`None`. Received: {attribute}={value}"
        )
    return value
