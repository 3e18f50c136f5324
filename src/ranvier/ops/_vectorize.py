"""Functions of vectors made into functions of tensors."""

import jax.numpy as jnp


def vectorize(pyfunc, *, excluded=None, signature=None):
    """Makes a function of numbers (or small tensors) work on tensors of any shape.

    Args:
        pyfunc: the function; it is traced once, not called for each entry.
        excluded: set of positions and names of arguments to hand over whole.
        signature: axes that the function itself consumes and makes, as
            `"(m,n),(n)->(m)"`; None if it takes and returns numbers.

    Returns:
        A function of tensors whose leading axes broadcast.

    Raises:
        ValueError: if `pyfunc` is not callable.

    Example:
        >>> from ranvier import ops
        >>> dot = ops.vectorize(lambda a, b: (a * b).sum(), signature="(n),(n)->()")
        >>> ops.dot(ops.ones((4, 3)), ops.ones(3))
        Array([3., 3., 3., 3.], dtype=float32)
    """
    if not callable(pyfunc):
        raise ValueError(
            f"Argument `pyfunc` must be callable. Received: pyfunc={pyfunc}"
        )
    return jnp.vectorize(pyfunc, excluded=excluded or set(), signature=signature)
