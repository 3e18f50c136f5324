"""The TensorFlow face's variable, and slices of rows (`IndexedSlices`)."""

import jax
import jax.numpy as jnp
import numpy as np

from ranvier.core import _naming
from ranvier.core import _variable as core
from ranvier.ops._dispatch import op
from ranvier.tensors._calls import _nothing, call_on_tensors
from ranvier.tensors._constant import convert_to_tensor
from ranvier.tensors._dtype import as_dtype
from ranvier.tensors._errors import InvalidArgumentError, ValueNotKnown
from ranvier.tensors._operators import get_item, install_tensor_operators
from ranvier.tensors._shape import TensorShape
from ranvier.tensors._tensor import Reference, Tensor, is_traced


class IndexedSlices:
    """Rows of a tensor, and which rows they are.

    Args:
        values: the rows.
        indices: their numbers.
        dense_shape: the shape of the whole, or None.

    Example:
        >>> from ranvier.tensors import constant
        >>> rows = IndexedSlices(constant([[1.0, 2.0]]), constant([1]))
        >>> rows.dtype, rows.indices.numpy().tolist()
        (tf.float32, [1])
    """

    def __init__(self, values, indices, dense_shape=None):
        self.values = convert_to_tensor(values)
        self.indices = convert_to_tensor(indices)
        self.dense_shape = (
            None if dense_shape is None else convert_to_tensor(dense_shape)
        )

    @property
    def dtype(self):
        """The dtype of the rows."""
        return self.values.dtype

    @property
    def shape(self) -> TensorShape:
        """The shape of the whole; its first size is None if not told."""
        if self.dense_shape is None:
            return TensorShape([None, *self.values.shape[1:]])
        return TensorShape(self.dense_shape.numpy().tolist())

    def __neg__(self):
        return IndexedSlices(-self.values, self.indices, self.dense_shape)


class Variable(core.Variable):
    """A tensor that can be assigned.

    Args:
        initial_value: a tensor or Python value, or a callable without arguments.
        trainable: whether gradient tapes watch it by themselves; yes by default.
        validate_shape: accepted as in TensorFlow.
        caching_device: accepted as in TensorFlow.
        name: its name.
        variable_def: accepted as in TensorFlow.
        dtype: the dtype; by default that of the value.
        import_scope: accepted as in TensorFlow.
        constraint: callable applied after each update by an optimizer, or None.
        synchronization: a note for distributed training.
        aggregation: a note for distributed training.
        shape: accepted as in TensorFlow.

    Example:
        >>> v = Variable([[1.0, 2.0], [3.0, 4.0]])
        >>> _ = v[0, 1].assign(42.0)
        >>> v.assign_add([[1.0, 0.0], [0.0, 0.0]]).numpy().tolist()
        [[2.0, 42.0], [3.0, 4.0]]
    """

    # A tape's gradients by it are tensors.
    _is_tensor_face = True

    def __init__(
        self,
        initial_value=None,
        trainable=None,
        validate_shape=True,
        caching_device=None,
        name=None,
        variable_def=None,
        dtype=None,
        import_scope=None,
        constraint=None,
        synchronization="auto",
        aggregation="none",
        shape=None,
    ):
        if initial_value is None:
            raise ValueError("initial_value must be specified.")
        if callable(initial_value):
            initial_value = initial_value()
        if isinstance(initial_value, core.Variable):
            initial_value = initial_value.numpy()
        tensor = initial_value
        if not isinstance(tensor, Tensor) or dtype is not None:
            tensor = convert_to_tensor(initial_value, dtype=dtype)
        self._kind = tensor.dtype
        if self._kind.name == "string":
            raise TypeError(
                "A variable holds numbers or truth values, which programs change. Keep "
                "strings in an attribute of Python, a `tf.lookup` table or a queue. "
                f"Variable: {name or 'Variable'!r}, initial value: {tensor}"
            )
        if is_traced(tensor._value):
            raise ValueNotKnown(
                "The initial value of a variable that is made inside a function must "
                "be known while it is traced. This one is computed in the program, of "
                "arguments or random numbers. Make the variable before, or begin with "
                f"zeros and `assign`. Variable: {name or 'Variable'!r}"
            )
        with self._scope():
            super().__init__(
                tensor._device(),
                dtype=tensor.dtype.name,
                trainable=trainable is None or trainable,
                autocast=False,
                synchronization=synchronization,
                aggregation=aggregation,
                name=(name or "Variable").replace("/", "_"),
            )
        scope = _naming.current_path()
        self._given_name = (f"{scope}/" if scope else "") + (name or "Variable")
        self.constraint = constraint

    def _scope(self):
        return jax.enable_x64(True) if self._kind.is_wide else _nothing

    # Description.

    @property
    def dtype(self):
        """The dtype, an object such as `tf.float32`."""
        return as_dtype(self._dtype)

    @property
    def shape(self) -> TensorShape:
        """The shape."""
        return TensorShape(self._shape)

    @property
    def name(self):
        """The name, with TensorFlow's `:0`."""
        return f"{self._given_name}:0"

    @property
    def device(self) -> str:
        """The name of the device."""
        return Tensor(self._value).device

    def get_shape(self) -> TensorShape:
        """Returns the shape."""
        return self.shape

    def ref(self):
        """Returns an object that stands for this variable in sets and dictionaries."""
        return Reference(self)

    def is_initialized(self, name=None):
        """Returns true: a variable always has a value."""
        return convert_to_tensor(True)

    def __repr__(self):
        value = repr(self.numpy()) if self._shape else str(self.numpy())
        newline = "\n" if "\n" in value else ""
        return (
            f"<tf.Variable {self.name!r} shape={tuple(self._shape)} "
            f"dtype={self.dtype.name}, numpy={newline}{value}>"
        )

    __str__ = __repr__

    # Reading.

    def numpy(self):
        """Returns the value: a NumPy array, or a scalar."""
        return super().numpy()[()]

    def read_value(self):
        """Returns the value as a tensor."""
        return Tensor(self.value)

    def sparse_read(self, indices, name=None):
        """Returns some rows, told by their numbers."""
        from ranvier.tensors._shaping import gather

        return gather(self.read_value(), indices)

    def gather_nd(self, indices, name=None):
        """Returns the entries, or slices, at some places."""
        from ranvier.tensors._shaping import gather_nd

        return gather_nd(self.read_value(), convert_to_tensor(indices))

    def __getitem__(self, key):
        return VariableSlice(self, key)

    def __iter__(self):
        return iter(self.read_value())

    def __bool__(self):
        return bool(self.read_value())

    def __format__(self, spec):
        return format(self.numpy(), spec) if spec else repr(self)

    # Writing.

    def assign(self, value, use_locking=False, name=None, read_value=True):
        """Replaces the value; returns the variable.

        Raises:
            ValueError: if the shape or the dtype differs.
        """
        tensor = self._operand(value)
        with self._scope():
            super().assign(tensor._device())
        return self

    def assign_add(self, delta, use_locking=False, name=None, read_value=True):
        """Adds to the value; returns the variable."""
        return self.assign(self.read_value() + self._same_shape(delta))

    def assign_sub(self, delta, use_locking=False, name=None, read_value=True):
        """Subtracts from the value; returns the variable."""
        return self.assign(self.read_value() - self._same_shape(delta))

    def _same_shape(self, value):
        value = self._operand(value)
        if tuple(value.shape) != tuple(self._shape):
            raise InvalidArgumentError(
                f"Cannot update variable with shape {list(self._shape)} using a Tensor "
                f"with shape {list(value.shape)}, shapes must be equal."
            )
        return value

    def _operand(self, value):
        if isinstance(value, jax.Array) and value.dtype == self._dtype:
            return Tensor(value)
        return convert_to_tensor(value, dtype=self.dtype)

    def _write(self, function, places, updates):
        """Replaces the value by `function(value, places, updates)`."""
        updates = self._operand(updates)
        with self._scope():
            return self.assign(
                call_on_tensors(function, (self.read_value(), places, updates), {})
            )

    def __setitem__(self, key, value):
        raise TypeError(
            "'ResourceVariable' object does not support item assignment. Use "
            "`v[...].assign(...)`."
        )

    __hash__ = core.Variable.__hash__


@op(path="tf.scatter_rows")
def _scatter_rows(array, indices, updates, how):
    return getattr(array.at[jnp.asarray(indices)], how)(updates)


@op(path="tf.scatter_places")
def _scatter_places(array, indices, updates, how):
    return getattr(array.at[tuple(jnp.moveaxis(jnp.asarray(indices), -1, 0))], how)(
        updates
    )


@op(path="tf.scatter_key")
def _scatter_key(array, key, updates, how):
    return getattr(array.at[key], how)(updates)


def _scatterer(how, what):
    def scatter(self, sparse_delta, use_locking=False, name=None):
        if not isinstance(sparse_delta, IndexedSlices):
            raise TypeError(
                f"sparse_delta is not IndexedSlices: {type(sparse_delta).__name__}"
            )
        return self._write(
            lambda array, indices, updates: _scatter_rows(array, indices, updates, how),
            sparse_delta.indices,
            sparse_delta.values,
        )

    scatter.__doc__ = f"""{what} rows; returns the variable.

        Args:
            sparse_delta: an `IndexedSlices`.
            use_locking: accepted as in TensorFlow.
            name: accepted as in TensorFlow.

        Raises:
            TypeError: if it is none.
        """
    return scatter


def _place_scatterer(how, what):
    def scatter(self, indices, updates, name=None):
        return self._write(
            lambda array, places, values: _scatter_places(array, places, values, how),
            convert_to_tensor(indices),
            updates,
        )

    scatter.__doc__ = f"""{what} the entries at some places; returns the variable.

        Args:
            indices: rows of indices, one a place.
            updates: the new entries.
            name: accepted as in TensorFlow.
        """
    return scatter


for _name, _how, _what in (
    ("update", "set", "Replaces"),
    ("add", "add", "Adds to"),
    ("mul", "multiply", "Multiplies"),
    ("div", "divide", "Divides"),
    ("max", "max", "Raises, where larger,"),
    ("min", "min", "Lowers, where smaller,"),
):
    setattr(Variable, f"scatter_{_name}", _scatterer(_how, _what))
    setattr(Variable, f"scatter_nd_{_name}", _place_scatterer(_how, _what))


def _scatter_sub(self, sparse_delta, use_locking=False, name=None):
    """Subtracts from rows; returns the variable."""
    return self.scatter_add(-sparse_delta)


def _scatter_nd_sub(self, indices, updates, name=None):
    """Subtracts from the entries at some places; returns the variable."""
    return self.scatter_nd_add(indices, -self._operand(updates))


def _in_place(sign, method):
    """Refuses `v += x`: it would make a tensor of what the reader holds a variable."""

    def refuse(self, other):
        raise RuntimeError(
            f"`variable {sign}= value` with `tf.Variable`s is not supported. Use "
            f"{method}to get a new tensor write `out = variable {sign} value`."
        )

    return refuse


_own_getitem = Variable.__getitem__
install_tensor_operators(Variable)
Variable.__iadd__ = _in_place("+", "`variable.assign_add(value)`; ")
Variable.__isub__ = _in_place("-", "`variable.assign_sub(value)`; ")
Variable.__imul__ = _in_place("*", "`variable.assign(variable * value)`; ")
Variable.__itruediv__ = _in_place("/", "`variable.assign(variable / value)`; ")
Variable.__ipow__ = _in_place("**", "`variable.assign(variable ** value)`; ")
Variable.scatter_sub = _scatter_sub
Variable.scatter_nd_sub = _scatter_nd_sub
Variable.__getitem__ = _own_getitem
Variable.__hash__ = core.Variable.__hash__


class VariableSlice(Tensor):
    """A part of a variable: a tensor that can be assigned.

    Args:
        variable: the variable.
        key: what stood in the brackets.
    """

    def __init__(self, variable, key):
        part = get_item(variable.read_value(), key)
        super().__init__(part._value)
        self._variable = variable
        self._key = key

    def assign(self, value, use_locking=False, name=None, read_value=True):
        """Replaces this part of the variable; returns the variable."""
        return self._assign(value, "set")

    def assign_add(self, delta, use_locking=False, name=None, read_value=True):
        """Adds to this part of the variable; returns the variable."""
        return self._assign(delta, "add")

    def assign_sub(self, delta, use_locking=False, name=None, read_value=True):
        """Subtracts from this part of the variable; returns the variable."""
        return self._assign(-self._variable._operand(delta), "add")

    def _assign(self, value, how):
        from ranvier.tensors._operators import _index

        key = self._key if isinstance(self._key, tuple) else (self._key,)
        key = tuple(_index(entry) for entry in key)
        return self._variable._write(
            lambda array, places, updates: _scatter_key(array, key, updates, how),
            np.int32(0),
            value,
        )

    __hash__ = Tensor.__hash__


def is_variable(x) -> bool:
    """Tells whether a value is a variable."""
    return isinstance(x, core.Variable)
