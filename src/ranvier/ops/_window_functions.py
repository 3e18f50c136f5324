"""Window functions of signal processing: weights that fade out at both ends."""

import operator

import jax
import jax.numpy as jnp

from ranvier.core import _config
from ranvier.ops._dispatch import op


@op
def bartlett(x):
    """Makes the triangular window.

    Its entries are `1 - |2 i / (n - 1) - 1|`.

    Args:
        x: number of entries `n`, an integer.

    Returns:
        A tensor with one axis, of dtype `floatx()`.

    Raises:
        TypeError: if `x` is symbolic.

    Example:
        >>> from ranvier import ops
        >>> ops.bartlett(3).shape
        (3,)
    """
    return jnp.bartlett(_length(x)).astype(_config.floatx())


@op
def hanning(x):
    """Makes the Hann window, one arch of a cosine.

    Its entries are `0.5 - 0.5 cos(2 pi i / (n - 1))`.

    Args:
        x: number of entries `n`, an integer.

    Returns:
        A tensor with one axis, of dtype `floatx()`.

    Raises:
        TypeError: if `x` is symbolic.

    Example:
        >>> from ranvier import ops
        >>> ops.hanning(3).shape
        (3,)
    """
    return jnp.hanning(_length(x)).astype(_config.floatx())


@op
def hamming(x):
    """Makes the Hamming window, a cosine that does not fall to zero.

    Its entries are `0.54 - 0.46 cos(2 pi i / (n - 1))`.

    Args:
        x: number of entries `n`, an integer.

    Returns:
        A tensor with one axis, of dtype `floatx()`.

    Raises:
        TypeError: if `x` is symbolic.

    Example:
        >>> from ranvier import ops
        >>> ops.hamming(3).shape
        (3,)
    """
    return jnp.hamming(_length(x)).astype(_config.floatx())


@op
def blackman(x):
    """Makes the Blackman window, a sum of two cosines.

    Its entries are `0.42 - 0.5 cos(2 pi i / (n - 1)) + 0.08 cos(4 pi i / (n - 1))`.

    Args:
        x: number of entries `n`, an integer.

    Returns:
        A tensor with one axis, of dtype `floatx()`.

    Raises:
        TypeError: if `x` is symbolic.

    Example:
        >>> from ranvier import ops
        >>> ops.blackman(3).shape
        (3,)
    """
    return jnp.blackman(_length(x)).astype(_config.floatx())


@op
def kaiser(x, beta):
    """Makes the Kaiser window, a Bessel function of adjustable width.

    Its entries are `i0(beta sqrt(1 - (2 i / (n - 1) - 1) ** 2)) / i0(beta)`.

    Args:
        x: number of entries `n`, an integer.
        beta: shape: 0 gives a rectangle, larger values a narrower window.

    Returns:
        A tensor with one axis, of dtype `floatx()`.

    Raises:
        TypeError: if `x` is symbolic.

    Example:
        >>> from ranvier import ops
        >>> ops.kaiser(3, 0.0)
        Array([1., 1., 1.], dtype=float32)
    """
    return jnp.kaiser(_length(x), beta).astype(_config.floatx())


def _length(x):
    try:
        return operator.index(x)
    except (TypeError, jax.errors.TracerIntegerConversionError) as error:
        raise TypeError(
            "The length of a window must be an integer known beforehand, not a "
            f"symbolic tensor. Received: x={x!r} (of type {type(x)})"
        ) from error
