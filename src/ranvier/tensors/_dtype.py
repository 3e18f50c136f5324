"""DType: the dtype objects of the TensorFlow face (`tf.float32`)."""

import ml_dtypes
import numpy as np

# Name: (NumPy's type, number in TensorFlow's files).
_TABLE = {
    "float32": (np.float32, 1),
    "float64": (np.float64, 2),
    "int32": (np.int32, 3),
    "uint8": (np.uint8, 4),
    "int16": (np.int16, 5),
    "int8": (np.int8, 6),
    "string": (np.object_, 7),
    "complex64": (np.complex64, 8),
    "int64": (np.int64, 9),
    "bool": (np.bool_, 10),
    "bfloat16": (ml_dtypes.bfloat16, 14),
    "uint16": (np.uint16, 17),
    "complex128": (np.complex128, 18),
    "float16": (np.float16, 19),
    "resource": (np.object_, 20),
    "variant": (np.object_, 21),
    "uint32": (np.uint32, 22),
    "uint64": (np.uint64, 23),
    "float8_e5m2": (ml_dtypes.float8_e5m2, 24),
    "float8_e4m3fn": (ml_dtypes.float8_e4m3fn, 25),
    "int4": (ml_dtypes.int4, 29),
    "uint4": (ml_dtypes.uint4, 30),
}
_OTHER_NAMES = {
    "float": "float32",
    "half": "float16",
    "double": "float64",
    "int": "int32",
    "str": "string",
    "bytes": "string",
    "object": "string",
}
_WIDE = frozenset({"float64", "int64", "uint64", "complex128"})


class DType:
    """The type of a tensor's entries.

    Use the ready ones (`tf.float32`), or `as_dtype`.

    Args:
        name: one of the names, such as `"float32"`.

    Example:
        >>> from ranvier.tensors import as_dtype
        >>> as_dtype("int64").is_integer, as_dtype("int64") == np.int64
        (True, True)
    """

    __slots__ = ("_enum", "_name", "_numpy")

    def __init__(self, name):
        self._name = name
        self._numpy, self._enum = _TABLE[name]

    @property
    def name(self) -> str:
        """The name, such as `"float32"`."""
        return self._name

    @property
    def as_numpy_dtype(self):
        """NumPy's scalar type; `object` for strings."""
        return self._numpy

    @property
    def dtype(self) -> np.dtype:
        """NumPy's dtype, by which NumPy and JAX understand this object."""
        return np.dtype(self._numpy)

    @property
    def as_datatype_enum(self) -> int:
        """The number of this dtype in TensorFlow's files."""
        return self._enum

    @property
    def base_dtype(self):
        """The dtype itself: there are no reference types here."""
        return self

    @property
    def real_dtype(self):
        """The dtype of the real part."""
        return as_dtype(
            {"complex64": "float32", "complex128": "float64"}.get(
                self._name, self._name
            )
        )

    @property
    def is_floating(self) -> bool:
        """Whether the numbers are real with a fraction."""
        return self._name.startswith(("float", "bfloat"))

    @property
    def is_integer(self) -> bool:
        """Whether the numbers are whole, signed or not."""
        return self._name.startswith(("int", "uint"))

    @property
    def is_unsigned(self) -> bool:
        """Whether the numbers are whole and not negative."""
        return self._name.startswith("uint")

    @property
    def is_complex(self) -> bool:
        """Whether the numbers are complex."""
        return self._name.startswith("complex")

    @property
    def is_bool(self) -> bool:
        """Whether the entries are truth values."""
        return self._name == "bool"

    @property
    def is_quantized(self) -> bool:
        """False: quantised dtypes do not exist here."""
        return False

    @property
    def is_numpy_compatible(self) -> bool:
        """Whether NumPy has such arrays."""
        return self._name not in ("resource", "variant")

    @property
    def is_wide(self) -> bool:
        """Whether computing in it needs JAX's 64-bit scope."""
        return self._name in _WIDE

    @property
    def size(self) -> int:
        """Bytes of one entry; 0 for strings, whose entries differ."""
        return 0 if self._numpy is np.object_ else np.dtype(self._numpy).itemsize

    @property
    def min(self):
        """The smallest number.

        Raises:
            TypeError: for dtypes without an order.
        """
        return self._range()[0]

    @property
    def max(self):
        """The largest number.

        Raises:
            TypeError: for dtypes without an order.
        """
        return self._range()[1]

    @property
    def limits(self):
        """The range of pixels: `(0, max)` for integers, `(0, 1)` for floats."""
        return (0, 1) if self.is_floating else (0, self.max)

    def _range(self):
        if self._name == "bool":
            return (False, True)
        if self.is_floating:
            info = ml_dtypes.finfo(self._numpy)
            return (self._numpy(info.min), self._numpy(info.max))
        if self.is_integer:
            info = ml_dtypes.iinfo(self._numpy)
            return (int(info.min), int(info.max))
        raise TypeError(f"Cannot find the smallest and largest value of {self}.")

    def is_compatible_with(self, other) -> bool:
        """Tells whether values of another dtype may stand for this one."""
        return self == other

    def __eq__(self, other):
        if self is other:
            return True
        if other is None:
            return False
        try:
            return self is as_dtype(other)
        except TypeError:
            return False

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash(self._name)

    def __repr__(self):
        return f"tf.{self._name}"

    def __str__(self):
        return f"<dtype: {self._name!r}>"

    def __int__(self):
        return self._enum

    def __reduce__(self):
        return as_dtype, (self._name,)

    def __deepcopy__(self, memo):
        return self

    def __copy__(self):
        return self


dtypes = {name: DType(name) for name in _TABLE}
_BY_NUMBER = {dtype.as_datatype_enum: dtype for dtype in dtypes.values()}
_PYTHON_TYPES = {
    float: dtypes["float32"],
    int: dtypes["int32"],
    bool: dtypes["bool"],
    complex: dtypes["complex128"],
    str: dtypes["string"],
    bytes: dtypes["string"],
    object: dtypes["string"],
}
_KNOWN: dict = {**dtypes, **_PYTHON_TYPES}


def as_dtype(value) -> DType:
    """Returns the dtype object of anything that names a dtype.

    Args:
        value: a dtype object, a name, a NumPy or JAX dtype, a Python type, or the
            number used in TensorFlow's files.

    Raises:
        TypeError: if it names none.

    Example:
        >>> as_dtype("float"), as_dtype(np.uint8), as_dtype(int)
        (tf.float32, tf.uint8, tf.int32)
    """
    if type(value) is DType:
        return value
    try:
        found = _KNOWN.get(value)
    except TypeError:  # not hashable
        found = None
    if found is None:
        found = _find(value)
    return found


def _find(value):
    if isinstance(value, int):
        found = _BY_NUMBER.get(value)
    elif isinstance(value, str):
        found = dtypes.get(_OTHER_NAMES.get(value, value))
    else:
        found = _from_numpy(value)
    if found is None:
        raise TypeError(
            f"Cannot convert {value!r} to a dtype. Expected a dtype object, such as "
            "`tf.float32`, a NumPy dtype, or one of the names "
            f"{', '.join(dtypes)}."
        )
    _KNOWN[value] = found
    return found


def _from_numpy(value):
    try:
        dtype = np.dtype(value)
    except TypeError:
        return None
    return dtypes["string"] if dtype.kind in "OSU" else dtypes.get(dtype.name)
