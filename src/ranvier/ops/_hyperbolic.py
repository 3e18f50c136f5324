"""Hyperbolic functions and their inverses."""

import jax.numpy as jnp

from ranvier.ops._convert import as_float
from ranvier.ops._dispatch import op


@op
def sinh(x):
    """Computes the hyperbolic sine: `(exp(x) - exp(-x)) / 2`.

    Args:
        x: tensor; integers count as floats.

    Returns:
        A floating tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.sinh([0.0])
        Array([0.], dtype=float32)
    """
    return jnp.sinh(as_float(x))


@op
def cosh(x):
    """Computes the hyperbolic cosine: `(exp(x) + exp(-x)) / 2`.

    Args:
        x: tensor; integers count as floats.

    Returns:
        A floating tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.cosh([0.0])
        Array([1.], dtype=float32)
    """
    return jnp.cosh(as_float(x))


@op
def tanh(x):
    """Computes the hyperbolic tangent: `sinh(x) / cosh(x)`.

    Args:
        x: tensor; integers count as floats.

    Returns:
        A floating tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.tanh([0.0, 100.0])
        Array([0., 1.], dtype=float32)
    """
    return jnp.tanh(as_float(x))


@op
def arcsinh(x):
    """Computes the number whose hyperbolic sine is `x`.

    Args:
        x: tensor; integers count as floats.

    Returns:
        A floating tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.arcsinh([0.0])
        Array([0.], dtype=float32)
    """
    return jnp.arcsinh(as_float(x))


@op
def arccosh(x):
    """Computes the number whose hyperbolic cosine is `x`; NaN below 1.

    Args:
        x: tensor; integers count as floats.

    Returns:
        A floating tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.arccosh([1.0])
        Array([0.], dtype=float32)
    """
    return jnp.arccosh(as_float(x))


@op
def arctanh(x):
    """Computes the number whose hyperbolic tangent is `x`; NaN outside [-1, 1].

    Args:
        x: tensor; integers count as floats.

    Returns:
        A floating tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.arctanh([0.0, 1.0])
        Array([ 0., inf], dtype=float32)
    """
    return jnp.arctanh(as_float(x))
