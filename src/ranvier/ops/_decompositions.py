"""Matrices as products of simpler ones."""

import jax
import jax.numpy as jnp
import jax.scipy
from jax.core import Tracer

from ranvier.ops._dispatch import op
from ranvier.ops._linalg import matrices, square_matrices


@op
def cholesky(x, upper=False):
    """Computes the lower triangle `L` with `x = L L'`.

    Args:
        x: symmetric positive definite matrices.
        upper: whether to return `L'` instead.

    Raises:
        ValueError: if `x` is not square or, outside of a program, not positive
            definite. (Inside, the result is NaN.)

    Example:
        >>> from ranvier import ops
        >>> ops.cholesky([[4.0, 2.0], [2.0, 2.0]]).tolist()
        [[2.0, 0.0], [1.0, 1.0]]
    """
    x = square_matrices(x)
    factor = jnp.linalg.cholesky(x, upper=upper)
    if not isinstance(factor, Tracer) and bool(jnp.isnan(factor).any()):
        raise ValueError(
            "Cholesky decomposition failed: the input might not be symmetric and "
            "positive definite."
        )
    return factor


@op
def eig(x):
    """Computes eigenvalues and right eigenvectors, on CPU only.

    Args:
        x: square matrices.

    Returns:
        A tuple `(values, vectors)`, complex; a column is a vector.

    Raises:
        ValueError: if `x` is not square.

    Example:
        >>> from ranvier import ops
        >>> ops.eig([[2.0, 0.0], [0.0, 1.0]])[0].tolist()
        [(2+0j), (1+0j)]
    """
    return tuple(jnp.linalg.eig(square_matrices(x)))


@op
def eigh(x):
    """Computes eigenvalues and eigenvectors of symmetric (Hermitian) matrices.

    Args:
        x: symmetric matrices.

    Returns:
        A tuple `(values, vectors)`, in rising order; a column is a vector.

    Raises:
        ValueError: if `x` is not square.

    Example:
        >>> from ranvier import ops
        >>> ops.eigh([[2.0, 0.0], [0.0, 1.0]])[0].tolist()
        [1.0, 2.0]
    """
    return tuple(jnp.linalg.eigh(square_matrices(x)))


@op
def lu_factor(x):
    """Computes the LU decomposition with row exchanges.

    Args:
        x: matrices.

    Returns:
        A tuple: both triangles in one matrix, and the row exchanges.

    Example:
        >>> from ranvier import ops
        >>> ops.lu_factor([[2.0, 1.0], [1.0, 1.0]])[0].tolist()
        [[2.0, 1.0], [0.5, 0.5]]
    """
    x = matrices(x)
    factor = jax.scipy.linalg.lu_factor
    for _ in range(x.ndim - 2):
        factor = jax.vmap(factor)
    return tuple(factor(x))


@op
def qr(x, mode="reduced"):
    """Computes the decomposition `x = Q R`, Q orthogonal and R an upper triangle.

    Args:
        x: matrices.
        mode: `"reduced"` for as many columns in Q as needed, `"complete"` for all.

    Returns:
        A tuple `(Q, R)`.

    Raises:
        ValueError: for another `mode`.

    Example:
        >>> from ranvier import ops
        >>> [part.shape for part in ops.qr(ops.ones((3, 2)))]
        [(3, 2), (2, 2)]
    """
    if mode not in ("reduced", "complete"):
        raise ValueError(
            "`mode` argument value not supported. Expected one of {'reduced', "
            f"'complete'}}. Received: mode={mode}"
        )
    return tuple(jnp.linalg.qr(matrices(x), mode=mode))


@op
def svd(x, full_matrices=True, compute_uv=True):
    """Computes the singular value decomposition `x = U diag(s) V`.

    Args:
        x: matrices.
        full_matrices: whether U and V are square.
        compute_uv: whether to compute U and V at all.

    Returns:
        A tuple `(U, s, V)`, or `s` alone.

    Example:
        >>> from ranvier import ops
        >>> ops.svd([[3.0, 0.0], [0.0, 2.0]], compute_uv=False).tolist()
        [3.0, 2.0]
    """
    result = jnp.linalg.svd(
        matrices(x), full_matrices=full_matrices, compute_uv=compute_uv
    )
    return tuple(result) if compute_uv else result
