"""Dtypes: standard names, families, and the promotion rule.

The rule is JAX's lattice with 64-bit results narrowed to 32 bits and Python numbers
weak, which is also what Keras 3 does on JAX.
"""

import functools

import jax
import jax.numpy as jnp
import numpy as np

from ranvier.core import _config

_PYTHON_TYPES = {bool: "bool", int: "int32", str: "string"}

FLOAT_TYPES = ("bfloat16", "float16", "float32", "float64")
INT_TYPES = ("uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64")
COMPLEX_TYPES = ("complex64", "complex128")
ALLOWED_DTYPES = frozenset(
    {
        *FLOAT_TYPES,
        *INT_TYPES,
        *COMPLEX_TYPES,
        "bool",
        "string",
        "float8_e4m3fn",
        "float8_e5m2",
        "int4",
        "uint4",
    }
)


def standardize_dtype(dtype) -> str:
    """Returns the canonical name of a dtype.

    Args:
        dtype: a string, a NumPy or JAX dtype, a Python type, or None for `floatx()`.

    Raises:
        ValueError: if it is no dtype that ranvier knows.

    Example:
        >>> import numpy as np
        >>> standardize_dtype(np.float32), standardize_dtype(int)
        ('float32', 'int32')
    """
    if dtype is None:
        return _config.floatx()
    if type(dtype) is str and dtype in ALLOWED_DTYPES:
        return dtype
    if dtype is float:
        return _config.floatx()
    name = _PYTHON_TYPES.get(dtype) if isinstance(dtype, type) else None
    if name is None:
        name = _dtype_name(dtype)
    if name not in ALLOWED_DTYPES:
        raise ValueError(f"Invalid dtype: {dtype}")
    return name


def _dtype_name(dtype) -> str:
    # A tf-like dtype object carries its name; a NumPy scalar type must be asked.
    name = getattr(dtype, "name", None)
    if isinstance(name, str):
        return name
    try:
        return np.dtype(dtype).name
    except TypeError:
        return str(dtype)


def is_float_dtype(dtype) -> bool:
    """Tells whether a dtype is a real floating type."""
    return standardize_dtype(dtype).startswith(("float", "bfloat"))


def is_int_dtype(dtype) -> bool:
    """Tells whether a dtype is an integer type, signed or not."""
    return standardize_dtype(dtype).startswith(("int", "uint"))


def dtype_of(x) -> str:
    """Returns the canonical dtype of a tensor-like value."""
    dtype = getattr(x, "dtype", None)
    if dtype is None:
        dtype = np.asarray(x).dtype
    return standardize_dtype(dtype)


def result_type(*dtypes) -> str:
    """Returns the dtype that an operation on these dtypes results in.

    Args:
        *dtypes: dtypes, or Python types (`int`, `float`), which are weak: they do
            not widen an array of the same kind.

    Example:
        >>> result_type("int32", "float16"), result_type("int32", float)
        ('float16', 'float32')
    """
    if not dtypes:
        return _config.floatx()
    return _result_type(tuple(_lattice_entry(d) for d in dtypes))


def _lattice_entry(dtype):
    if dtype is None:
        return standardize_dtype(dtype)
    # `isinstance` first: NumPy's dtypes compare equal to Python types.
    if isinstance(dtype, type) and dtype in (int, float, bool):
        return dtype
    if not isinstance(dtype, str) and hasattr(dtype, "dtype"):
        dtype = dtype.dtype
    return standardize_dtype(dtype)


@functools.cache
def _result_type(dtypes: tuple) -> str:
    def canonical(dtype):
        if dtype in (int, float, bool):
            return dtype
        return {"int64": "int32", "uint64": "uint32", "float64": "float32"}.get(
            dtype, dtype
        )

    python_types = [d for d in dtypes if isinstance(d, type)]
    narrowed = [canonical(d) for d in dtypes]
    if len(python_types) == len(dtypes):
        # Weak types alone: the widest of them, in the default width.
        if float in python_types:
            return _config.floatx()
        return "int32" if int in python_types else "bool"
    values = [
        d(0) if isinstance(d, type) else jnp.dtype(d)  # weak scalar or strong dtype
        for d in narrowed
    ]
    return jnp.result_type(*values).name


def narrow(x):
    """Returns a NumPy array in the width that the device computes in.

    Strings and objects are left alone; 64-bit numbers become 32-bit unless JAX's
    local 64-bit scope is on.
    """
    if x.dtype.kind in "OSU":
        return x
    dtype = jax.dtypes.canonicalize_dtype(x.dtype)
    return x if x.dtype == dtype else x.astype(dtype)
