"""Rounding, parts of numbers, and repair of special values."""

import jax.numpy as jnp

from ranvier.core import _config
from ranvier.ops._convert import as_array, as_float, is_inexact
from ranvier.ops._dispatch import op


@op
def ceil(x):
    """Rounds up to an integer.

    Args:
        x: tensor of real numbers.

    Returns:
        A floating tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.ceil([-1.5, 1.2])
        Array([-1.,  2.], dtype=float32)
    """
    return jnp.ceil(as_float(x))


@op
def floor(x):
    """Rounds down to an integer.

    Args:
        x: tensor of real numbers.

    Returns:
        A floating tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.floor([-1.5, 1.2])
        Array([-2.,  1.], dtype=float32)
    """
    return jnp.floor(as_float(x))


@op
def trunc(x):
    """Rounds towards zero to an integer.

    Args:
        x: tensor of real numbers.

    Returns:
        A tensor of the same shape and dtype.

    Example:
        >>> from ranvier import ops
        >>> ops.trunc([-1.5, 1.2])
        Array([-1.,  1.], dtype=float32)
    """
    x = as_array(x)
    return jnp.trunc(x) if is_inexact(x) else x


@op
def round(x, decimals=0):
    """Rounds to a number of decimals, halves to the even neighbour.

    Args:
        x: tensor of numbers.
        decimals: how many; negative ones round to tens, hundreds and so on.

    Returns:
        A tensor of the same shape and dtype.

    Example:
        >>> from ranvier import ops
        >>> ops.round([1.3, 0.5]), ops.round([15, 26], -1)
        (Array([1., 0.], dtype=float32), Array([20, 30], dtype=int32))
    """
    x = as_array(x)
    if is_inexact(x) or decimals >= 0:
        return jnp.round(x, decimals)
    return jnp.round(x.astype(_config.floatx()), decimals).astype(x.dtype)


@op
def signbit(x):
    """Tells where the sign bit is set: negative numbers and -0.0.

    Args:
        x: tensor of real numbers.

    Returns:
        A boolean tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.signbit([-0.0, 1.0])
        Array([ True, False], dtype=bool)
    """
    return jnp.signbit(as_array(x))


@op
def nextafter(x1, x2):
    """Finds the next representable number in a direction.

    Args:
        x1: tensor of real numbers to start from.
        x2: tensor of real numbers to go towards; shapes broadcast, dtypes promote.

    Returns:
        A floating tensor.

    Example:
        >>> from ranvier import ops
        >>> float(ops.nextafter(1.0, 2.0)) - 1.0
        1.1920928955078125e-07
    """
    return jnp.nextafter(as_array(x1), as_array(x2))


@op
def heaviside(x1, x2):
    """Computes the step function: 0 below zero, 1 above, `x2` at zero.

    Args:
        x1: tensor of real numbers.
        x2: tensor of values at zero; shapes broadcast, dtypes promote.

    Returns:
        A floating tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.heaviside([-1.0, 0.0, 2.0], 0.5)
        Array([0. , 0.5, 1. ], dtype=float32)
    """
    return jnp.heaviside(as_array(x1), as_array(x2))


@op
def nan_to_num(x, nan=0.0, posinf=None, neginf=None):
    """Replaces NaN and infinities by numbers.

    Args:
        x: tensor of numbers.
        nan: what replaces NaN.
        posinf: what replaces plus infinity; None for the largest number.
        neginf: what replaces minus infinity; None for the smallest number.

    Returns:
        A tensor of the same shape and dtype.

    Example:
        >>> from ranvier import ops
        >>> ops.nan_to_num([1.0, float("nan"), float("inf")], posinf=9.0)
        Array([1., 0., 9.], dtype=float32)
    """
    return jnp.nan_to_num(as_array(x), nan=nan, posinf=posinf, neginf=neginf)


@op
def real(x):
    """Takes the real part.

    Args:
        x: tensor of numbers.

    Returns:
        A real tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.real([1 + 2j])
        Array([1.], dtype=float32)
    """
    return jnp.real(as_array(x))


@op
def imag(x):
    """Takes the imaginary part; zeros for real numbers.

    Args:
        x: tensor of numbers.

    Returns:
        A real tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.imag([1 + 2j])
        Array([2.], dtype=float32)
    """
    return jnp.imag(as_array(x))


@op
def conjugate(x):
    """Changes the sign of the imaginary part.

    Args:
        x: tensor of numbers.

    Returns:
        A tensor of the same shape and dtype.

    Example:
        >>> from ranvier import ops
        >>> ops.conjugate([1 + 2j])
        Array([1.-2.j], dtype=complex64)
    """
    return jnp.conjugate(as_array(x))


# The short name of the same operation.
conj = conjugate
