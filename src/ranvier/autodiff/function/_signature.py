"""Signatures: what makes two calls of a function the same to its trace.

Tensors count by dtype and shape, variables by dtype and shape too (the trace reads and
writes the one that is passed), Python's values by value, other objects by identity,
data sets by their `element_spec`.
"""

import inspect
import weakref

import jax
import numpy as np

from ranvier.core import _tree
from ranvier.core._variable import Variable
from ranvier.tensors._constant import convert_to_tensor
from ranvier.tensors._ragged import RaggedTensor
from ranvier.tensors._shape import TensorShape
from ranvier.tensors._sparse import SparseTensor
from ranvier.tensors._specs import TensorSpec, TypeSpec, spec_of
from ranvier.tensors._tensor import Tensor
from ranvier.tensors._variable import IndexedSlices

_ARRAYS = (np.ndarray, np.generic, jax.Array)
_WIDE = frozenset(map(np.dtype, ("int64", "uint64", "float64", "complex128")))
_LITERALS = (bool, int, float, complex, str, bytes, type(None), type, np.dtype)


class ByIdentity:
    """A key that stands for one object as long as it lives."""

    __slots__ = ("__weakref__", "hash", "reference")

    def __init__(self, value):
        try:
            self.reference = weakref.ref(value)
        except TypeError:
            self.reference = lambda: value
        self.hash = id(value)

    def __hash__(self):
        return self.hash

    def __eq__(self, other):
        if type(other) is not ByIdentity or self.hash != other.hash:
            return False
        value = self.reference()
        return value is not None and value is other.reference()

    def __repr__(self):
        return repr(self.reference())


class Call:
    """One call: its key, and the arguments by kind.

    Args:
        hosts_by_identity: whether each data set has a key of its own.

    Attributes:
        key: what the call has in common with others that one trace serves.
        arrays: the arrays of tensors.
        variables: variables among the arguments.
        hosts: data sets and their iterators.
        needs_host: whether there are strings or ragged tensors, which no program
            computes with.
    """

    __slots__ = ("_by_identity", "arrays", "hosts", "key", "needs_host", "variables")

    def __init__(self, hosts_by_identity=False):
        self._by_identity = hosts_by_identity
        self.key = None
        self.arrays = []
        self.variables = []
        self.hosts = []
        self.needs_host = False

    def add(self, value):
        """Takes an argument in; returns its key."""
        kind = type(value)
        if kind is Tensor or isinstance(value, Tensor):
            return self._array(value)
        if kind in (int, float, bool, str):
            return kind, value
        if isinstance(value, _ARRAYS):
            return self._array(convert_to_tensor(value))
        if isinstance(value, Variable):
            return self._variable(value)
        if kind is list or kind is tuple:
            return kind, tuple([self.add(child) for child in value])
        if isinstance(value, dict):
            items = _tree._children(value)
            return kind, tuple([(key, self.add(child)) for key, child in items])
        if isinstance(value, (list, tuple)):
            return kind, tuple([self.add(child) for child in value])
        return self._object(value)

    def _array(self, tensor):
        array = tensor._value
        if isinstance(array, np.ndarray):
            if array.dtype == object:
                self.needs_host = True
                return "string", array.shape
            # Others go to the program as they are: taking them to the device first
            # costs more, at the first time a compilation for each shape.
            if array.dtype in _WIDE:
                array = tensor._device()
        self.arrays.append(array)
        return array.shape, array.dtype

    def _spec(self, spec):
        if spec.dtype.name == "string":
            self.needs_host = True
            return "string", spec.shape
        if spec.shape.rank is None:
            raise ValueError(
                f"The number of axes must be known: {spec!r}. Give a shape with None "
                "for sizes that may vary."
            )
        struct = jax.ShapeDtypeStruct(tuple(spec.shape), spec.dtype.dtype)
        self.arrays.append(struct)
        return struct.shape, struct.dtype

    def _variable(self, variable):
        for number, known in enumerate(self.variables):
            if known is variable:
                return "same variable", number
        self.variables.append(variable)
        shape, dtype = variable._shape, variable._dtype
        return "variable", shape, dtype, variable._trainable, type(variable)

    def _object(self, value):
        if isinstance(value, _LITERALS):
            # `0.0` and `-0.0` are equal, `nan` is not equal to itself: both as text.
            return type(value), repr(value) if isinstance(value, complex) else value
        if isinstance(value, (RaggedTensor, SparseTensor, IndexedSlices)):
            self.needs_host = True
            return type(value), repr(getattr(value, "dtype", None))
        if isinstance(value, TensorSpec):
            return self._spec(value)
        if isinstance(value, TypeSpec):
            self.needs_host = True
            return value
        if hasattr(value, "element_spec"):
            self.hosts.append(value)
            if self._by_identity:
                return ByIdentity(value)
            return "elements", type(value), repr(value.element_spec)
        try:
            weakref.ref(value)
        except TypeError:
            try:
                hash(value)
            except TypeError:
                return ByIdentity(value)
            return type(value), value
        return ByIdentity(value)


def fits(key, wide) -> bool:
    """Tells whether a call belongs to a trace whose sizes may vary.

    Args:
        key: the key of the call.
        wide: the key of the trace: None for sizes that may vary.
    """
    if not isinstance(key, tuple) or not isinstance(wide, tuple):
        return bool(key == wide)
    if len(key) != len(wide):
        return False
    if len(wide) == 2 and isinstance(wide[1], np.dtype):
        shape, dtype = key
        return (
            dtype == wide[1]
            and len(shape) == len(wide[0])
            and all(b is None or a == b for a, b in zip(shape, wide[0], strict=True))
        )
    return all(fits(a, b) for a, b in zip(key, wide, strict=True))


def widened(key, other):
    """Returns the key of a trace that serves two calls, or None.

    Args:
        key: the key of one call, or of a trace.
        other: the key of another one.
    """
    if not isinstance(key, tuple) or not isinstance(other, tuple):
        return key if key == other else None
    if len(key) != len(other):
        return None
    if len(key) == 2 and isinstance(key[1], np.dtype):
        if key[1] != other[1] or len(key[0]) != len(other[0]):
            return None
        pairs = zip(key[0], other[0], strict=True)
        return tuple([a if a == b else None for a, b in pairs]), key[1]
    parts = [widened(a, b) for a, b in zip(key, other, strict=True)]
    same = [a is None and b is None for a, b in zip(key, other, strict=True)]
    if any(p is None and not s for p, s in zip(parts, same, strict=True)):
        return None
    return tuple(parts)


class Parameters:
    """The parameters of a Python function, and how calls fill them.

    Args:
        function: the function; for a method its `self` is left out.
    """

    def __init__(self, function):
        try:
            self.signature = inspect.signature(function)
        except (TypeError, ValueError):
            self.signature = inspect.signature(lambda *args, **kwargs: None)
        values = self.signature.parameters.values()
        self.names = [p.name for p in values if p.kind is p.POSITIONAL_OR_KEYWORD]
        self._plain = all(p.kind is p.POSITIONAL_OR_KEYWORD for p in values)
        self._required = len(self.names)
        if any(p.default is not p.empty for p in values):
            self._required = -1
        self._name = getattr(function, "__name__", type(function).__name__)

    def bind(self, args, kwargs):
        """Returns `(args, kwargs)` with the defaults filled in.

        Raises:
            TypeError: if they do not fit.
        """
        if not kwargs and self._plain and len(args) == self._required:
            return args, kwargs
        try:
            bound = self.signature.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(
                "Binding inputs to tf.function failed due to `"
                f"{error}`. Received args: {args} and kwargs: {kwargs} for signature: "
                f"{self.signature}."
            ) from None
        bound.apply_defaults()
        return bound.args, bound.kwargs

    def described(self, args, kwargs):
        """Returns `(name, kind, value)` for each argument."""
        kinds = [p.kind for p in self.signature.parameters.values()]
        has_rest = inspect.Parameter.VAR_POSITIONAL in kinds
        kind = "POSITIONAL_ONLY" if has_rest else "POSITIONAL_OR_KEYWORD"
        found = [(self.name_of(i), kind, value) for i, value in enumerate(args)]
        return [*found, *[(k, "KEYWORD_ONLY", v) for k, v in kwargs.items()]]

    def name_of(self, number) -> str:
        """Returns the name of a positional argument."""
        if number < len(self.names):
            return self.names[number]
        for parameter in self.signature.parameters.values():
            if parameter.kind is parameter.VAR_POSITIONAL:
                return f"{parameter.name}_{number - len(self.names)}"
        return f"arg{number}"


def spec_of_argument(value):
    """Returns what stands for an argument in a signature: a spec, or the value.

    Args:
        value: an argument, perhaps a structure.
    """

    def leaf(value):
        if isinstance(value, (*_ARRAYS, Tensor)):
            tensor = convert_to_tensor(value)
            return TensorSpec(tensor.shape, tensor.dtype)
        if isinstance(value, (RaggedTensor, SparseTensor)):
            return spec_of(value)
        if isinstance(value, Variable):
            return VariableSpec(value.shape, value.dtype, value._trainable)
        return value

    return _tree.map_structure(leaf, value)


class VariableSpec(TypeSpec):
    """Shape and dtype of a variable.

    Args:
        shape: the shape.
        dtype: the dtype.
        trainable: whether tapes watch it.
        alias_id: accepted as in TensorFlow.
    """

    def __init__(self, shape, dtype="float32", trainable=True, alias_id=None):
        spec = TensorSpec(shape, dtype)
        self.shape, self.dtype = spec.shape, spec.dtype
        self.trainable = trainable
        self.alias_id = alias_id

    def _key(self):
        return (self.shape, self.dtype, self.trainable, self.alias_id)

    def _with_shape(self, shape):
        return VariableSpec(shape, self.dtype, self.trainable)

    def __repr__(self):
        return (
            f"VariableSpec(shape={self.shape}, dtype={self.dtype!r}, "
            f"trainable={self.trainable!r}, alias_id={self.alias_id!r})"
        )


def _cast_array(array, dtype):
    """Returns NumPy's array in a dtype, if its numbers are of that kind."""
    same = array.dtype.kind == dtype.dtype.kind or array.dtype.kind in "bui"
    return array.astype(dtype.dtype) if same and array.dtype != object else array


def fit_to_signature(value, spec, name):
    """Returns an argument as the tensor that an `input_signature` asks for.

    Args:
        value: the argument.
        spec: a spec, or a structure of specs.
        name: the function's name, for messages.

    Raises:
        TypeError: if it does not fit.
    """
    if isinstance(spec, TensorSpec):
        if isinstance(value, TensorSpec):
            fits = value.is_subtype_of(spec)
        elif isinstance(value, (RaggedTensor, SparseTensor)):
            fits = False
        else:
            try:
                if isinstance(value, (np.ndarray, np.generic)):
                    value = _cast_array(value, spec.dtype)
                python = not hasattr(value, "dtype")
                value = convert_to_tensor(value, spec.dtype if python else None)
            except (TypeError, ValueError):
                fits = False
            else:
                fits = value.dtype == spec.dtype and TensorShape(
                    value.shape
                ).is_subtype_of(spec.shape)
        if not fits:
            raise TypeError(
                f"Binding inputs to tf.function failed: `{name}` takes {spec} by its "
                f"input_signature. Received: {value!r}. Can not cast it to that."
            )
        return value
    if isinstance(spec, TypeSpec):
        if not spec.is_compatible_with(value):
            raise TypeError(
                f"`{name}` takes {spec} by its input_signature. Received: {value!r}"
            )
        return value
    if isinstance(spec, dict):
        if not isinstance(value, dict) or set(value) != set(spec):
            raise TypeError(
                f"`{name}` takes a dictionary with the keys {list(spec)} by its "
                f"input_signature. Received: {value!r}"
            )
        return {k: fit_to_signature(value[k], s, name) for k, s in spec.items()}
    if isinstance(spec, (list, tuple)):
        if not isinstance(value, (list, tuple)) or len(value) != len(spec):
            raise TypeError(
                f"`{name}` takes {len(spec)} values for {spec} by its "
                f"input_signature. Received: {value!r}"
            )
        fitted = [
            fit_to_signature(v, s, name) for v, s in zip(value, spec, strict=True)
        ]
        return _tree._rebuild(value, fitted)
    return value
