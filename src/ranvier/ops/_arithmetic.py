"""Arithmetic: the operations behind `+ - * / // % **`, and signs."""

import jax.numpy as jnp

from ranvier.ops._convert import as_array
from ranvier.ops._dispatch import op


@op
def add(x1, x2):
    """Adds two tensors: `x1 + x2`.

    Args:
        x1: tensor or number.
        x2: tensor or number; shapes broadcast, dtypes promote.

    Returns:
        The sum.

    Example:
        >>> from ranvier import ops
        >>> ops.add([1, 2], [0.5, 0.5])
        Array([1.5, 2.5], dtype=float32)
    """
    return jnp.add(as_array(x1), as_array(x2))


@op
def subtract(x1, x2):
    """Subtracts the second tensor from the first: `x1 - x2`.

    Args:
        x1: tensor or number.
        x2: tensor or number; shapes broadcast, dtypes promote.

    Returns:
        The difference.

    Example:
        >>> from ranvier import ops
        >>> ops.subtract([5, 7], [1, 2])
        Array([4, 5], dtype=int32)
    """
    return jnp.subtract(as_array(x1), as_array(x2))


@op
def multiply(x1, x2):
    """Multiplies two tensors: `x1 * x2`.

    Args:
        x1: tensor or number.
        x2: tensor or number; shapes broadcast, dtypes promote.

    Returns:
        The elementwise product.

    Example:
        >>> from ranvier import ops
        >>> ops.multiply([[1], [2]], [3, 4])
        Array([[3, 4],
               [6, 8]], dtype=int32)
    """
    return jnp.multiply(as_array(x1), as_array(x2))


@op
def divide(x1, x2):
    """Divides the first tensor by the second: `x1 / x2`; integers give floats.

    Args:
        x1: dividend.
        x2: divisor; shapes broadcast, dtypes promote.

    Returns:
        The quotient.

    Example:
        >>> from ranvier import ops
        >>> ops.divide([1, 3], [2, 2])
        Array([0.5, 1.5], dtype=float32)
    """
    return jnp.divide(as_array(x1), as_array(x2))


# Another name of the same operation.
true_divide = divide


@op
def divide_no_nan(x1, x2):
    """Divides the first tensor by the second, with 0 where the divisor is 0.

    Args:
        x1: dividend.
        x2: divisor; shapes broadcast, dtypes promote.

    Returns:
        The quotient. Its gradient is 0 where the divisor is 0.

    Example:
        >>> from ranvier import ops
        >>> ops.divide_no_nan([1.0, 3.0], [0.0, 2.0])
        Array([0. , 1.5], dtype=float32)
    """
    x1, x2 = as_array(x1), as_array(x2)
    is_zero = x2 == 0
    # The divisor is replaced, not only the quotient: a NaN in the branch that is
    # not taken would still reach the gradient.
    return jnp.where(is_zero, 0, jnp.divide(x1, jnp.where(is_zero, 1, x2)))


@op
def floor_divide(x1, x2):
    """Divides and rounds towards minus infinity: `x1 // x2`.

    Args:
        x1: dividend.
        x2: divisor; shapes broadcast, dtypes promote.

    Returns:
        The rounded quotient; integers stay integers.

    Example:
        >>> from ranvier import ops
        >>> ops.floor_divide([-7, 7], 2)
        Array([-4,  3], dtype=int32)
    """
    return jnp.floor_divide(as_array(x1), as_array(x2))


@op
def mod(x1, x2):
    """Computes the remainder with the sign of the divisor: `x1 % x2`.

    Args:
        x1: dividend.
        x2: divisor; shapes broadcast, dtypes promote.

    Returns:
        The remainder of `floor_divide`.

    Example:
        >>> from ranvier import ops
        >>> ops.mod([-7, 7], 3)
        Array([2, 1], dtype=int32)
    """
    return jnp.mod(as_array(x1), as_array(x2))


@op
def fmod(x1, x2):
    """Computes the remainder with the sign of the dividend, as C's `fmod`.

    Args:
        x1: dividend.
        x2: divisor; shapes broadcast, dtypes promote.

    Returns:
        The remainder of a division rounded towards zero.

    Example:
        >>> from ranvier import ops
        >>> ops.fmod([-7, 7], 3)
        Array([-1,  1], dtype=int32)
    """
    return jnp.fmod(as_array(x1), as_array(x2))


@op
def power(x1, x2):
    """Raises the first tensor to the power of the second: `x1 ** x2`.

    Args:
        x1: base.
        x2: exponent; shapes broadcast, dtypes promote.

    Returns:
        The power; integers stay integers.

    Example:
        >>> from ranvier import ops
        >>> ops.power([2, 3], [3.0, 2.0])
        Array([8., 9.], dtype=float32)
    """
    return jnp.power(as_array(x1), as_array(x2))


@op
def negative(x):
    """Changes the sign: `-x`.

    Args:
        x: tensor of numbers.

    Returns:
        A tensor of the same shape and dtype.

    Example:
        >>> from ranvier import ops
        >>> ops.negative([1, -2])
        Array([-1,  2], dtype=int32)
    """
    return jnp.negative(as_array(x))


@op
def absolute(x):
    """Computes the absolute value: `|x|`.

    Args:
        x: tensor; complex numbers give their modulus.

    Returns:
        A tensor of the same shape.

    Example:
        >>> from ranvier import ops
        >>> ops.absolute([-1.5, 2.0])
        Array([1.5, 2. ], dtype=float32)
    """
    return jnp.absolute(as_array(x))


# The short name of the same operation.
abs = absolute


@op
def fabs(x):
    """Computes the absolute value as a float.

    Args:
        x: tensor of real numbers.

    Returns:
        A floating tensor of the same shape.

    Raises:
        TypeError: if `x` is complex.

    Example:
        >>> from ranvier import ops
        >>> ops.fabs([-1, 2])
        Array([1., 2.], dtype=float32)
    """
    x = as_array(x)
    if jnp.iscomplexobj(x):
        raise TypeError(
            "`fabs` expects real numbers. "
            f"Received: x with dtype {x.dtype}. Use `absolute` for a modulus."
        )
    return jnp.fabs(x)


@op
def sign(x):
    """Computes the sign: -1, 0 or 1.

    Args:
        x: tensor of numbers.

    Returns:
        A tensor of the same shape and dtype.

    Example:
        >>> from ranvier import ops
        >>> ops.sign([-3.0, 0.0, 2.0])
        Array([-1.,  0.,  1.], dtype=float32)
    """
    return jnp.sign(as_array(x))
