"""Matrices of a pattern, and the diagonals and triangles of matrices."""

import jax.numpy as jnp

from ranvier.ops._convert import as_array, dtype_or_floatx
from ranvier.ops._dispatch import op
from ranvier.ops._specs import infer, infer_at, output_spec


@op
def identity(n, dtype=None):
    """Makes a square matrix with ones on the diagonal.

    Args:
        n: number of rows.
        dtype: dtype; None for `floatx()`.

    Returns:
        A tensor of shape `(n, n)`.

    Example:
        >>> from ranvier import ops
        >>> ops.identity(2)
        Array([[1., 0.],
               [0., 1.]], dtype=float32)
    """
    return jnp.identity(n, dtype_or_floatx(dtype))


@op
def eye(N, M=None, k=0, dtype=None):
    """Makes a matrix with ones on one diagonal.

    Args:
        N: number of rows.
        M: number of columns; None for `N`.
        k: which diagonal; positive ones lie above the main one.
        dtype: dtype; None for `floatx()`.

    Returns:
        A tensor of shape `(N, M)`.

    Raises:
        TypeError: if `N` or `M` is a float.

    Example:
        >>> from ranvier import ops
        >>> ops.eye(2, 3, k=1)
        Array([[0., 1., 0.],
               [0., 0., 1.]], dtype=float32)
    """
    for name, size in (("N", N), ("M", M)):
        if size is not None and jnp.issubdtype(as_array(size).dtype, jnp.floating):
            raise TypeError(
                f"Argument `{name}` of `eye` must be an integer. "
                f"Received: {name}={size}"
            )
    return jnp.eye(N, M, k=k, dtype=dtype_or_floatx(dtype))


@op
def tri(N, M=None, k=0, dtype=None):
    """Makes a matrix with ones at and below one diagonal.

    Args:
        N: number of rows.
        M: number of columns; None for `N`.
        k: which diagonal; positive ones lie above the main one.
        dtype: dtype; None for `floatx()`.

    Returns:
        A tensor of shape `(N, M)`.

    Example:
        >>> from ranvier import ops
        >>> ops.tri(2)
        Array([[1., 0.],
               [1., 1.]], dtype=float32)
    """
    return jnp.tri(N, M, k=k, dtype=dtype_or_floatx(dtype))


@op
def tril(x, k=0):
    """Keeps the lower triangle of matrices, zeros elsewhere.

    Args:
        x: tensor; its last two axes are matrices.
        k: the last diagonal kept; positive ones lie above the main one.

    Returns:
        A tensor of the same shape and dtype.

    Example:
        >>> from ranvier import ops
        >>> ops.tril([[1, 2], [3, 4]])
        Array([[1, 0],
               [3, 4]], dtype=int32)
    """
    return jnp.tril(as_array(x), k=k)


@op
def triu(x, k=0):
    """Keeps the upper triangle of matrices, zeros elsewhere.

    Args:
        x: tensor; its last two axes are matrices.
        k: the first diagonal kept; positive ones lie above the main one.

    Returns:
        A tensor of the same shape and dtype.

    Example:
        >>> from ranvier import ops
        >>> ops.triu([[1, 2], [3, 4]])
        Array([[1, 2],
               [0, 4]], dtype=int32)
    """
    return jnp.triu(as_array(x), k=k)


@op
def diag(x, k=0):
    """Takes the diagonal of a matrix, or makes a matrix of a diagonal.

    Args:
        x: tensor with one or two axes.
        k: which diagonal; positive ones lie above the main one.

    Returns:
        A matrix if `x` has one axis, else its diagonal.

    Example:
        >>> from ranvier import ops
        >>> ops.diag([1, 2])
        Array([[1, 0],
               [0, 2]], dtype=int32)
    """
    return jnp.diag(as_array(x), k=k)


@output_spec(diag)
def _diag_spec(x, k=0):
    return _diagonal_outputs(diag, (x, k))


def _diagonal_outputs(op, args):
    try:
        # An unknown axis may be shorter than the other: size 1 shows the difference.
        return infer_at((1, 89), op.raw, args, {})
    except (TypeError, ValueError):
        return infer(op.raw, args, {})


@op
def diagflat(x, k=0):
    """Makes a matrix with a tensor's entries, flattened, as diagonal.

    Args:
        x: tensor of any shape.
        k: which diagonal; positive ones lie above the main one.

    Returns:
        A square matrix.

    Example:
        >>> from ranvier import ops
        >>> ops.diagflat([[1], [2]])
        Array([[1, 0],
               [0, 2]], dtype=int32)
    """
    return jnp.diagflat(as_array(x), k=k)


@op
def diagonal(x, offset=0, axis1=0, axis2=1):
    """Takes the diagonals of the matrices in two axes.

    Args:
        x: tensor with at least two axes.
        offset: which diagonal; positive ones lie above the main one.
        axis1: axis of the rows.
        axis2: axis of the columns.

    Returns:
        A tensor with the other axes first and the diagonals last.

    Raises:
        ValueError: if the two axes are the same.

    Example:
        >>> from ranvier import ops
        >>> ops.diagonal([[1, 2], [3, 4]])
        Array([1, 4], dtype=int32)
    """
    x = as_array(x)
    if axis1 % x.ndim == axis2 % x.ndim:
        raise ValueError(
            "`axis1` and `axis2` cannot be the same. "
            f"Received: axis1={axis1}, axis2={axis2}"
        )
    return jnp.diagonal(x, offset=offset, axis1=axis1, axis2=axis2)


@output_spec(diagonal)
def _diagonal_spec(x, offset=0, axis1=0, axis2=1):
    return _diagonal_outputs(diagonal, (x, offset, axis1, axis2))


@op
def trace(x, offset=0, axis1=0, axis2=1):
    """Sums the diagonals of the matrices in two axes.

    Args:
        x: tensor with at least two axes.
        offset: which diagonal; positive ones lie above the main one.
        axis1: axis of the rows.
        axis2: axis of the columns.

    Returns:
        A tensor of the other axes.

    Example:
        >>> from ranvier import ops
        >>> ops.trace([[1, 2], [3, 4]])
        Array(5, dtype=int32)
    """
    return jnp.trace(as_array(x), offset=offset, axis1=axis1, axis2=axis2)


@op
def vander(x, N=None, increasing=False):
    """Makes the Vandermonde matrix: the powers of a vector's entries.

    Args:
        x: tensor with one axis.
        N: number of columns; None for the number of entries.
        increasing: whether powers grow from left to right.

    Returns:
        A tensor of shape `(len(x), N)`.

    Raises:
        ValueError: if `x` has not one axis, or `N` is negative.
        TypeError: if `N` is no integer or `increasing` no boolean.

    Example:
        >>> from ranvier import ops
        >>> ops.vander([2, 3], 3)
        Array([[4, 2, 1],
               [9, 3, 1]], dtype=int32)
    """
    x = as_array(x)
    if x.ndim != 1:
        raise ValueError(
            f"`vander` expects a tensor with one axis. Received: x.shape={x.shape}"
        )
    if N is not None and not isinstance(N, int):
        raise TypeError(f"Argument `N` must be an integer or None. Received: N={N}")
    if N is not None and N < 0:
        raise ValueError(f"Argument `N` must not be negative. Received: N={N}")
    if not isinstance(increasing, bool):
        raise TypeError(
            f"Argument `increasing` must be a bool. Received: increasing={increasing}"
        )
    return jnp.vander(x, N=N, increasing=increasing)


@op
def slogdet(x):
    """Computes sign and logarithm of the absolute value of determinants.

    Args:
        x: tensor; its last two axes are square matrices.

    Returns:
        The pair of signs and logarithms: `det(x) == sign * exp(logarithm)`.

    Example:
        >>> from ranvier import ops
        >>> [float(part) for part in ops.slogdet([[2.0, 0.0], [0.0, 0.5]])]
        [1.0, 0.0]
    """
    return tuple(jnp.linalg.slogdet(as_array(x)))
