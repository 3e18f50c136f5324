"""Complex numbers from pairs of real ones, and back."""

import jax
import jax.numpy as jnp

from ranvier.ops._dispatch import op


@op
def polar(abs_, angle):
    """Makes complex numbers of magnitudes and angles.

    Args:
        abs_: magnitudes, floats.
        angle: angles in radians, floats of the same shape.

    Raises:
        ValueError: if the shapes differ.

    Example:
        >>> from ranvier import ops
        >>> ops.polar([2.0], [0.0]).tolist()
        [(2+0j)]
    """
    abs_, angle = jnp.asarray(abs_), jnp.asarray(angle)
    return complex_of((abs_ * jnp.cos(angle), abs_ * jnp.sin(angle)))


@op
def view_as_complex(x):
    """Makes complex numbers of pairs of real and imaginary parts.

    Args:
        x: a tensor whose last axis holds the two parts.

    Raises:
        ValueError: if the last axis has not length 2.

    Example:
        >>> from ranvier import ops
        >>> ops.view_as_complex([[1.0, 2.0]]).tolist()
        [(1+2j)]
    """
    x = jnp.asarray(x)
    if x.ndim < 1 or x.shape[-1] != 2:
        raise ValueError(
            "The last dimension of the input must be 2 (real and imaginary part). "
            f"Received: x.shape={x.shape}"
        )
    parts = x.astype(jnp.promote_types(x.dtype, "float32"))
    return jax.lax.complex(parts[..., 0], parts[..., 1])


@op
def view_as_real(x):
    """Splits complex numbers into pairs of real and imaginary parts.

    Args:
        x: a tensor of complex numbers.

    Returns:
        A tensor of floats with one more axis, of length 2.

    Example:
        >>> from ranvier import ops
        >>> ops.view_as_real([1 + 2j]).tolist()
        [[1.0, 2.0]]
    """
    x = jnp.asarray(x)
    return jnp.stack([jnp.real(x), jnp.imag(x)], axis=-1)


def complex_of(parts):
    """Returns complex numbers from a pair of tensors: real and imaginary parts.

    Raises:
        ValueError: if it is no pair, or the two differ in shape, or hold no floats.
    """
    if not isinstance(parts, (tuple, list)) or len(parts) != 2:
        raise ValueError(
            "Input `x` should be a tuple of two tensors - real and imaginary. "
            f"Received: x={parts}"
        )
    real, imaginary = (jnp.asarray(part) for part in parts)
    if real.shape != imaginary.shape:
        raise ValueError(
            "Both the real and imaginary parts should have the same shape. "
            f"Received: {real.shape} and {imaginary.shape}"
        )
    for part in (real, imaginary):
        if not jnp.issubdtype(part.dtype, jnp.floating):
            raise ValueError(
                "Real and imaginary parts must be floats. "
                f"Received: {real.dtype} and {imaginary.dtype}"
            )
    return jax.lax.complex(real, imaginary)
