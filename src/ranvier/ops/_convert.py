"""How the arguments of ops become arrays.

A Python number stays *weak*: it takes the dtype of the array it meets. Where a
result must be a float, integers and booleans become `floatx()`.
"""

import jax
import jax.numpy as jnp

from ranvier.core import _config, _dtypes
from ranvier.core._errors import PositionError


def as_array(x):
    """Returns `x` as an array; a Python number stays weak."""
    return x if isinstance(x, jax.Array) else jnp.asarray(x)


def as_float(x):
    """Returns `x` as an array of a floating or complex dtype."""
    x = as_array(x)
    return x if is_inexact(x) else x.astype(_config.floatx())


def as_floats(x1, x2):
    """Returns two arrays in the floating or complex dtype that they promote to.

    Here, as in Keras, a Python number counts as an array of its own dtype.
    """
    x1, x2 = as_array(x1), as_array(x2)
    dtype = jnp.promote_types(x1.dtype, x2.dtype)
    if not jnp.issubdtype(dtype, jnp.inexact):
        dtype = _config.floatx()
    return x1.astype(dtype), x2.astype(dtype)


def is_inexact(x) -> bool:
    """Tells whether an array holds floats or complex numbers."""
    return jnp.issubdtype(x.dtype, jnp.inexact)


def dtype_or_floatx(dtype) -> str:
    """Returns the dtype to create an array with; `floatx()` for None."""
    return _dtypes.standardize_dtype(dtype)


def dtype_or_none(dtype) -> str | None:
    """Returns the standard name of a dtype; None stays None."""
    return None if dtype is None else _dtypes.standardize_dtype(dtype)


def require_axes_of(x, *axes) -> None:
    """Raises unless axes are among those of an array; JAX does not name them."""
    for axis in axes:
        if isinstance(axis, int) and not -x.ndim <= axis < x.ndim:
            raise PositionError(
                f"axis {axis} is out of bounds for a tensor of shape {x.shape}"
            )


def as_axes(axis):
    """Returns an axis or axes as JAX takes them: a list becomes a tuple."""
    return tuple(axis) if isinstance(axis, list) else axis
