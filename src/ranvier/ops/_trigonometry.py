"""Trigonometric functions, and others of angles and waves."""

import jax.numpy as jnp

from ranvier.ops._convert import as_array, as_float, as_floats
from ranvier.ops._dispatch import op


@op
def sin(x):
    """Computes the sine of angles in radians.

    Args:
        x: tensor; integers count as floats.

    Returns:
        A floating tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.sin([0.0])
        Array([0.], dtype=float32)
    """
    return jnp.sin(as_float(x))


@op
def cos(x):
    """Computes the cosine of angles in radians.

    Args:
        x: tensor; integers count as floats.

    Returns:
        A floating tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.cos([0.0])
        Array([1.], dtype=float32)
    """
    return jnp.cos(as_float(x))


@op
def tan(x):
    """Computes the tangent of angles in radians.

    Args:
        x: tensor; integers count as floats.

    Returns:
        A floating tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.tan([0.0])
        Array([0.], dtype=float32)
    """
    return jnp.tan(as_float(x))


@op
def arcsin(x):
    """Computes the angle, in radians, whose sine is `x`; NaN outside [-1, 1].

    Args:
        x: tensor; integers count as floats.

    Returns:
        A floating tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.arcsin([0.0])
        Array([0.], dtype=float32)
    """
    return jnp.arcsin(as_float(x))


@op
def arccos(x):
    """Computes the angle, in radians, whose cosine is `x`; NaN outside [-1, 1].

    Args:
        x: tensor; integers count as floats.

    Returns:
        A floating tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.arccos([1.0])
        Array([0.], dtype=float32)
    """
    return jnp.arccos(as_float(x))


@op
def arctan(x):
    """Computes the angle, in radians, whose tangent is `x`.

    Args:
        x: tensor; integers count as floats.

    Returns:
        A floating tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.arctan([0.0])
        Array([0.], dtype=float32)
    """
    return jnp.arctan(as_float(x))


@op
def arctan2(x1, x2):
    """Computes the angle, in radians, of the point `(x2, x1)` seen from the origin.

    Args:
        x1: ordinates.
        x2: abscissas; shapes broadcast, dtypes promote.

    Returns:
        A floating tensor of angles between -pi and pi.

    Example:
        >>> from ranvier import ops
        >>> ops.arctan2([0.0, 1.0], [-1.0, 0.0])
        Array([3.1415927, 1.5707964], dtype=float32)
    """
    return jnp.arctan2(*as_floats(x1, x2))


@op
def sinc(x):
    """Computes `sin(pi * x) / (pi * x)`, and 1 at zero.

    Args:
        x: tensor; integers count as floats.

    Returns:
        A floating tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.sinc([0.0, 0.5]).round(3)
        Array([1.   , 0.637], dtype=float32)
    """
    return jnp.sinc(as_float(x))


@op
def deg2rad(x):
    """Turns degrees into radians: `x * pi / 180`.

    Args:
        x: tensor; integers count as floats.

    Returns:
        A floating tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.deg2rad([180])
        Array([3.1415927], dtype=float32)
    """
    return jnp.deg2rad(as_float(x))


@op
def rad2deg(x):
    """Turns radians into degrees: `x * 180 / pi`.

    Args:
        x: tensor; integers count as floats.

    Returns:
        A floating tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.rad2deg([0.0])
        Array([0.], dtype=float32)
    """
    return jnp.rad2deg(as_float(x))


@op
def angle(x):
    """Computes the angle of complex numbers in the plane, in radians.

    Args:
        x: tensor; real numbers have the angle 0 or pi.

    Returns:
        A real floating tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.angle([1.0 + 0j, 1j])
        Array([0.       , 1.5707964], dtype=float32)
    """
    return jnp.angle(as_float(x))


@op
def hypot(x1, x2):
    """Computes `sqrt(x1 ** 2 + x2 ** 2)` without overflow.

    Args:
        x1: tensor of real numbers.
        x2: tensor of real numbers; shapes broadcast, dtypes promote.

    Returns:
        A floating tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.hypot([3.0], [4.0])
        Array([5.], dtype=float32)
    """
    return jnp.hypot(as_array(x1), as_array(x2))


@op
def i0(x):
    """Computes the modified Bessel function of the first kind, of order zero.

    Args:
        x: tensor; integers count as floats.

    Returns:
        A floating tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.i0([0.0]).round(3)
        Array([1.], dtype=float32)
    """
    return jnp.i0(as_float(x))
