"""Exponentials, logarithms, powers with a fixed exponent and their inverses."""

import jax.numpy as jnp

from ranvier.ops._convert import as_array, as_float, as_floats
from ranvier.ops._dispatch import op


@op
def exp(x):
    """Computes the exponential: `e ** x`.

    Args:
        x: tensor; integers count as floats.

    Returns:
        A floating tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.exp([0.0, 1.0])
        Array([1.       , 2.7182817], dtype=float32)
    """
    return jnp.exp(as_float(x))


@op
def exp2(x):
    """Computes the power of two: `2 ** x`.

    Args:
        x: tensor; integers count as floats.

    Returns:
        A floating tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.exp2([0, 3])
        Array([1., 8.], dtype=float32)
    """
    return jnp.exp2(as_float(x))


@op
def expm1(x):
    """Computes `e ** x - 1`, exact for small `x`.

    Args:
        x: tensor; integers count as floats.

    Returns:
        A floating tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.expm1([0.0, 1e-10])
        Array([0.e+00, 1.e-10], dtype=float32)
    """
    return jnp.expm1(as_float(x))


@op
def log(x):
    """Computes the natural logarithm.

    Args:
        x: tensor; integers count as floats.

    Returns:
        A floating tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.log([1.0, 0.0])
        Array([  0., -inf], dtype=float32)
    """
    return jnp.log(as_float(x))


@op
def log2(x):
    """Computes the logarithm with base 2.

    Args:
        x: tensor; integers count as floats.

    Returns:
        A floating tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.log2([1, 8])
        Array([0., 3.], dtype=float32)
    """
    return jnp.log2(as_float(x))


@op
def log10(x):
    """Computes the logarithm with base 10.

    Args:
        x: tensor; integers count as floats.

    Returns:
        A floating tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.log10([1, 100])
        Array([0., 2.], dtype=float32)
    """
    return jnp.log10(as_float(x))


@op
def log1p(x):
    """Computes `log(1 + x)`, exact for small `x`.

    Args:
        x: tensor; integers count as floats.

    Returns:
        A floating tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.log1p([0.0, 1e-10])
        Array([0.e+00, 1.e-10], dtype=float32)
    """
    return jnp.log1p(as_float(x))


@op
def logaddexp(x1, x2):
    """Computes `log(exp(x1) + exp(x2))` without overflow.

    Args:
        x1: tensor or number.
        x2: tensor or number; shapes broadcast, dtypes promote.

    Returns:
        A floating tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.logaddexp([0.0, 1000.0], [0.0, 0.0])
        Array([6.931472e-01, 1.000000e+03], dtype=float32)
    """
    return jnp.logaddexp(*as_floats(x1, x2))


@op
def logaddexp2(x1, x2):
    """Computes `log2(2 ** x1 + 2 ** x2)` without overflow.

    Args:
        x1: tensor or number.
        x2: tensor or number; shapes broadcast, dtypes promote.

    Returns:
        A floating tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.logaddexp2([0.0, 1000.0], [0.0, 0.0])
        Array([   1., 1000.], dtype=float32)
    """
    return jnp.logaddexp2(*as_floats(x1, x2))


@op
def sqrt(x):
    """Computes the square root.

    Args:
        x: tensor; integers count as floats.

    Returns:
        A floating tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.sqrt([4, 9])
        Array([2., 3.], dtype=float32)
    """
    return jnp.sqrt(as_float(x))


@op
def cbrt(x):
    """Computes the cube root, also of negative numbers.

    Args:
        x: tensor; integers count as floats.

    Returns:
        A floating tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.cbrt([8, -27]).round(4)
        Array([ 2., -3.], dtype=float32)
    """
    return jnp.cbrt(as_float(x))


@op
def square(x):
    """Computes `x * x`.

    Args:
        x: tensor of numbers.

    Returns:
        A tensor of the same shape; booleans give int32.

    Example:
        >>> from ranvier import ops
        >>> ops.square([3, -2])
        Array([9, 4], dtype=int32)
    """
    return jnp.square(as_array(x))


@op
def reciprocal(x):
    """Computes `1 / x`.

    Args:
        x: tensor; integers count as floats.

    Returns:
        A floating tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.reciprocal([2.0, 4.0])
        Array([0.5 , 0.25], dtype=float32)
    """
    return jnp.reciprocal(as_float(x))


@op
def ldexp(x1, x2):
    """Computes `x1 * 2 ** x2`.

    Args:
        x1: tensor; integers count as floats.
        x2: tensor of integers.

    Returns:
        A floating tensor.

    Raises:
        TypeError: if `x2` does not hold integers.

    Example:
        >>> from ranvier import ops
        >>> ops.ldexp([0.75, 1.5], [1, 2])
        Array([1.5, 6. ], dtype=float32)
    """
    x2 = as_array(x2)
    if not jnp.issubdtype(x2.dtype, jnp.integer):
        raise TypeError(
            "The exponent `x2` of `ldexp` must hold integers. "
            f"Received: x2 with dtype {x2.dtype}"
        )
    return jnp.ldexp(as_array(x1), x2)
