"""Linear algebra on the last two axes, and directional derivatives."""

import jax
import jax.numpy as jnp
import jax.scipy

from ranvier.core import _dtypes
from ranvier.ops._dispatch import op


def matrices(x):
    """Returns `x` as an array of rank 2 or more."""
    x = jnp.asarray(x)
    if x.ndim < 2:
        raise ValueError(
            f"Expected input to have rank >= 2. Received input with shape {x.shape}."
        )
    return x


def square_matrices(x):
    """Returns `x` as an array of square matrices."""
    x = matrices(x)
    if x.shape[-2] != x.shape[-1]:
        raise ValueError(
            f"Expected a square matrix. Received non-square input with shape {x.shape}"
        )
    return x


@op
def cholesky_inverse(x, upper=False):
    """Computes the inverse of a matrix from its Cholesky factor.

    Args:
        x: triangular factors, as `cholesky` returns them.
        upper: whether they are upper triangles.

    Raises:
        ValueError: if `x` is not square.

    Example:
        >>> from ranvier import ops
        >>> ops.cholesky_inverse([[2.0, 0.0], [0.0, 1.0]]).tolist()
        [[0.25, 0.0], [0.0, 1.0]]
    """
    x = square_matrices(x)
    identity = jnp.broadcast_to(jnp.eye(x.shape[-1], dtype=x.dtype), x.shape)
    inverse = jax.scipy.linalg.solve_triangular(x, identity, lower=not upper)
    transposed = jnp.swapaxes(inverse, -1, -2)
    return inverse @ transposed if upper else transposed @ inverse


@op
def det(x):
    """Computes the determinant.

    Args:
        x: square matrices.

    Raises:
        ValueError: if `x` is not square.

    Example:
        >>> from ranvier import ops
        >>> ops.det([[2.0, 0.0], [0.0, 3.0]]).item()
        6.0
    """
    return jnp.linalg.det(square_matrices(x))


@op
def logdet(x):
    """Computes the logarithm of the absolute determinant.

    Args:
        x: square matrices.

    Example:
        >>> from ranvier import ops
        >>> ops.logdet([[1.0, 0.0], [0.0, 1.0]]).item()
        0.0
    """
    return jnp.linalg.slogdet(square_matrices(x))[1]


@op
def inv(x):
    """Computes the inverse.

    Args:
        x: square matrices.

    Raises:
        ValueError: if `x` is not square.

    Example:
        >>> from ranvier import ops
        >>> ops.inv([[2.0, 0.0], [0.0, 4.0]]).tolist()
        [[0.5, 0.0], [0.0, 0.25]]
    """
    return jnp.linalg.inv(square_matrices(x))


@op
def pinv(x, rcond=None):
    """Computes the Moore-Penrose inverse.

    Args:
        x: matrices.
        rcond: singular values below `rcond` times the largest count as zero.

    Example:
        >>> from ranvier import ops
        >>> ops.pinv([[2.0], [0.0]]).tolist()
        [[0.5, 0.0]]
    """
    return jnp.linalg.pinv(matrices(x), rcond=rcond)


@op
def matrix_rank(x, tol=None):
    """Computes the rank, by counting singular values.

    Args:
        x: matrices.
        tol: singular values below it count as zero; by default a bound on the
            rounding error.

    Returns:
        Integers (int32).

    Example:
        >>> from ranvier import ops
        >>> ops.matrix_rank([[1.0, 1.0], [1.0, 1.0]]).item()
        1
    """
    return jnp.linalg.matrix_rank(matrices(x), tol=tol).astype("int32")


@op
def norm(x, ord=None, axis=None, keepdims=False):
    """Computes a norm of vectors or matrices.

    Args:
        x: a tensor.
        ord: which norm: `"fro"`, `"nuc"`, infinity, or a number, as in NumPy; None
            for the root of the sum of squares.
        axis: an axis for vectors, two for matrices; None for all.
        keepdims: whether the reduced axes stay, with length 1.

    Raises:
        ValueError: if there is no such norm for so many axes.

    Example:
        >>> from ranvier import ops
        >>> ops.norm([3.0, 4.0]).item()
        5.0
    """
    x = jnp.asarray(x)
    x = x.astype(_dtypes.result_type(x.dtype, float))
    axis = tuple(axis) if isinstance(axis, list) else axis
    return jnp.linalg.norm(x, ord=ord, axis=axis, keepdims=keepdims)


@op
def solve(a, b):
    """Solves `a x = b`.

    Args:
        a: square matrices.
        b: vectors or matrices of right sides.

    Raises:
        ValueError: if `a` is not square, or the shapes do not fit.

    Example:
        >>> from ranvier import ops
        >>> ops.solve([[2.0, 0.0], [0.0, 4.0]], [2.0, 2.0]).tolist()
        [1.0, 0.5]
    """
    return jnp.linalg.solve(*_system(a, b))


@op
def solve_triangular(a, b, lower=False):
    """Solves `a x = b` for triangles `a`.

    Args:
        a: triangular matrices; the other triangle is not read.
        b: vectors or matrices of right sides.
        lower: whether `a` holds lower triangles.

    Raises:
        ValueError: if `a` is not square, or the shapes do not fit.

    Example:
        >>> from ranvier import ops
        >>> ops.solve_triangular([[2.0, 1.0], [0.0, 1.0]], [3.0, 1.0]).tolist()
        [1.0, 1.0]
    """
    return jax.scipy.linalg.solve_triangular(*_system(a, b), lower=lower)


def _system(a, b):
    a, b = square_matrices(a), jnp.asarray(b)
    if b.ndim < 1:
        raise ValueError("Expected `b` to have rank >= 1. Received a scalar.")
    axis = -2 if a.ndim == b.ndim else -1
    if b.ndim in (a.ndim, a.ndim - 1) and a.shape[-2] != b.shape[axis]:
        raise ValueError(
            f"Incompatible shapes between `a` and `b`: expected b.shape[{axis}] == "
            f"{a.shape[-2]}. Received: a.shape={a.shape}, b.shape={b.shape}"
        )
    return a, b


@op
def lstsq(a, b, rcond=None):
    """Finds the `x` with the smallest `||a x - b||`.

    Args:
        a: a matrix.
        b: a vector, or a matrix of right sides.
        rcond: singular values of `a` below `rcond` times the largest count as zero.

    Raises:
        ValueError: if the shapes do not fit.

    Example:
        >>> from ranvier import ops
        >>> ops.lstsq([[1.0], [1.0]], [1.0, 3.0]).round(3).tolist()
        [2.0]
    """
    a, b = jnp.asarray(a), jnp.asarray(b)
    if a.ndim != 2 or b.ndim not in (1, 2) or a.shape[0] != b.shape[0]:
        raise ValueError(
            "Expected a matrix `a`, and a vector or matrix `b` with as many rows. "
            f"Received: a.shape={a.shape}, b.shape={b.shape}"
        )
    return jnp.linalg.lstsq(a, b, rcond=rcond)[0]


@op
def jvp(fun, primals, tangents, has_aux=False):
    """Computes a function and its derivative in one direction.

    Args:
        fun: a callable.
        primals: where: a tuple or list of the arguments of `fun`.
        tangents: the direction: one tensor for each argument.
        has_aux: whether `fun` returns a pair of its value and something else that is
            passed on.

    Returns:
        A tuple: value, derivative, and what `has_aux` announces.

    Example:
        >>> from ranvier import ops
        >>> [part.item() for part in ops.jvp(ops.square, (3.0,), (1.0,))]
        [9.0, 6.0]
    """
    return jax.jvp(fun, tuple(primals), tuple(tangents), has_aux=has_aux)
