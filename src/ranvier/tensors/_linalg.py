"""Linear algebra of the TensorFlow face: `tf.linalg`, on matrices and batches."""

import jax
import jax.numpy as jnp
import jax.scipy.linalg as jsp
import numpy as np

from ranvier.tensors._constant import convert_to_tensor
from ranvier.tensors._errors import FailedPreconditionError, InvalidArgumentError
from ranvier.tensors._functions import FLOATS, compute, one_dtype, static, unsaved
from ranvier.tensors._math import cast
from ranvier.tensors._tensor import Tensor


def _run(name, function, *values):
    """Calls a function of arrays of one floating dtype; misfits name the operation."""
    registered = unsaved(function)
    try:
        return one_dtype(name, lambda v: registered(*v), list(values), FLOATS)
    except InvalidArgumentError:
        raise
    except (TypeError, ValueError) as error:
        raise InvalidArgumentError(f"{error} [Op:{name}]") from error


def _square(x):
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        raise ValueError(f"Input matrix must be square, got shape {x.shape}")
    return x


def _adjoint(x):
    return jnp.conj(jnp.swapaxes(x, -1, -2))


# Parts and shapes.


def adjoint(matrix, name=None):
    """Transposes matrices and conjugates them."""
    return compute(unsaved(_adjoint), matrix)


def matrix_transpose(a, name="matrix_transpose", conjugate=False):
    """Transposes matrices."""

    def transposed(x):
        x = jnp.swapaxes(x, -1, -2)
        return jnp.conj(x) if conjugate else x

    return compute(unsaved(transposed), a)


def diag(
    diagonal,
    name="diag",
    k=0,
    num_rows=-1,
    num_cols=-1,
    padding_value=0,
    align="RIGHT_LEFT",
):
    """Makes matrices with a diagonal; `k` tells which, by default the main one."""
    k, rows, columns = static(k), static(num_rows), static(num_cols)
    if not isinstance(k, int):
        raise InvalidArgumentError("Bands of several diagonals are not supported.")

    def made(x):
        size = x.shape[-1]
        least = (size + max(-k, 0), size + max(k, 0))
        height, width = rows, columns
        if rows == columns == -1:
            height = width = max(least)
        height = least[0] if height == -1 else height
        width = least[1] if width == -1 else width
        result = jnp.full((*x.shape[:-1], height, width), padding_value, x.dtype)
        places = np.arange(size)
        return result.at[..., places + max(-k, 0), places + max(k, 0)].set(x)

    return compute(unsaved(made), diagonal)


def diag_part(input, name="diag_part", k=0, padding_value=0, align="RIGHT_LEFT"):
    """Takes a diagonal of matrices."""
    k = static(k)
    if not isinstance(k, int):
        raise InvalidArgumentError("Bands of several diagonals are not supported.")

    def taken(x):
        return jnp.diagonal(x, offset=k, axis1=-2, axis2=-1)

    return compute(unsaved(taken), input)


def set_diag(input, diagonal, name="set_diag", k=0, align="RIGHT_LEFT"):
    """Replaces a diagonal of matrices."""
    k = static(k)

    def replaced(x, values):
        places = np.arange(values.shape[-1])
        return x.at[..., places + max(-k, 0), places + max(k, 0)].set(values)

    return compute(unsaved(replaced), input, diagonal)


def tensor_diag(diagonal, name=None):
    """Lays a tensor out along the diagonal of one of twice the rank."""

    def made(x):
        flat = jnp.diag(x.reshape(-1))
        return flat.reshape(x.shape + x.shape)

    return compute(unsaved(made), diagonal)


def tensor_diag_part(input, name=None):
    """Undoes `tensor_diag`."""

    def taken(x):
        shape = x.shape[: x.ndim // 2]
        size = int(np.prod(shape))
        return jnp.diagonal(x.reshape(size, size)).reshape(shape)

    return compute(unsaved(taken), input)


def band_part(input, num_lower, num_upper, name=None):
    """Keeps the diagonals of a band; a negative number keeps all on that side."""
    lower, upper = static(num_lower), static(num_upper)

    def kept(x):
        rows, columns = np.indices(x.shape[-2:])
        inside = (lower < 0) | (rows - columns <= lower)
        inside &= (upper < 0) | (columns - rows <= upper)
        return jnp.where(inside, x, 0)

    return compute(unsaved(kept), input)


def trace(x, name=None):
    """Adds up the diagonals of matrices."""
    return compute(unsaved(lambda a: jnp.trace(a, axis1=-2, axis2=-1)), x)


def cross(a, b, name=None):
    """Computes cross products of vectors of three entries."""
    for value in (a, b):
        if np.shape(value)[-1:] != (3,):
            raise FailedPreconditionError(
                f"inputs must have 3 components, but got shape {list(np.shape(value))}"
            )
    return one_dtype("Cross", lambda v: unsaved(jnp.cross)(*v), [a, b])


def matvec(
    a,
    b,
    transpose_a=False,
    adjoint_a=False,
    a_is_sparse=False,
    b_is_sparse=False,
    name=None,
):
    """Multiplies matrices by vectors."""

    def product(x, y):
        x = _adjoint(x) if adjoint_a else jnp.swapaxes(x, -1, -2) if transpose_a else x
        return jnp.einsum("...ij,...j->...i", x, y)

    return one_dtype("MatVec", lambda v: unsaved(product)(*v), [a, b])


# Determinants, inverses, equations.


def det(input, name=None):
    """Computes determinants."""
    return _run("MatrixDeterminant", lambda x: jnp.linalg.det(_square(x)), input)


def slogdet(input, name=None):
    """Returns sign and logarithm of the size of determinants."""
    result = _run("LogMatrixDeterminant", lambda x: tuple(jnp.linalg.slogdet(x)), input)
    return tuple(result)


def logdet(matrix, name=None):
    """Returns logarithms of determinants of positive matrices."""

    def run(x):
        lower = jnp.linalg.cholesky(_square(x))
        diagonal = jnp.diagonal(lower, axis1=-2, axis2=-1)
        return 2 * jnp.sum(jnp.log(jnp.real(diagonal)), axis=-1)

    return _run("Logdet", run, matrix)


def inv(input, adjoint=False, name=None):
    """Inverts matrices.

    Raises:
        InvalidArgumentError: for matrices that are not square, or have no inverse.
    """
    result = _run(
        "MatrixInverse",
        lambda x: jnp.linalg.inv(_adjoint(_square(x)) if adjoint else _square(x)),
        input,
    )
    return _finite(result, "Input is not invertible. [Op:MatrixInverse]")


def _finite(result, message):
    if isinstance(result, Tensor):
        value = result._value
        traced = isinstance(value, jax.core.Tracer)
        if not traced and not np.all(np.isfinite(np.asarray(value))):
            raise InvalidArgumentError(message)
    return result


def pinv(a, rcond=None, validate_args=False, name=None):
    """Computes pseudo-inverses."""

    def run(x):
        limit = rcond
        if limit is None:
            limit = 10 * max(x.shape[-2:]) * jnp.finfo(x.dtype).eps
        return jnp.linalg.pinv(x, rtol=limit)

    return _run("Pinv", run, a)


def solve(matrix, rhs, adjoint=False, name=None):
    """Solves linear equations.

    Raises:
        InvalidArgumentError: if shapes do not fit, or there is no solution.
    """

    def run(a, b):
        a = _adjoint(_square(a)) if adjoint else _square(a)
        if b.ndim != a.ndim or a.shape[-2] != b.shape[-2]:
            raise ValueError(f"Shapes do not fit: {a.shape} and {b.shape}")
        return jnp.linalg.solve(a, b)

    result = _run("MatrixSolve", run, matrix, rhs)
    return _finite(result, "Input matrix is not invertible. [Op:MatrixSolve]")


def triangular_solve(matrix, rhs, lower=True, adjoint=False, name=None):
    """Solves linear equations of triangular matrices."""

    def run(a, b):
        return jax.lax.linalg.triangular_solve(
            *_broadcast(a, b),
            left_side=True,
            lower=lower,
            transpose_a=adjoint,
            conjugate_a=adjoint,
        )

    return _run("MatrixTriangularSolve", run, matrix, rhs)


def _broadcast(a, b):
    batch = jnp.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    a = jnp.broadcast_to(a, batch + a.shape[-2:])
    return a, jnp.broadcast_to(b, batch + b.shape[-2:])


def cholesky_solve(chol, rhs, name=None):
    """Solves linear equations from the Cholesky factor of their matrix."""

    return _run("CholeskySolve", _solve_by_factor, chol, rhs)


def _solve_by_factor(a, b):
    a, b = _broadcast(a, b)
    solve = jax.lax.linalg.triangular_solve
    y = solve(a, b, left_side=True, lower=True)
    return solve(a, y, left_side=True, lower=True, transpose_a=True, conjugate_a=True)


def _solve_positive(a, b):
    return _solve_by_factor(jnp.linalg.cholesky(a), b)


def lstsq(matrix, rhs, l2_regularizer=0.0, fast=True, name=None):
    """Solves linear equations by least squares, with a penalty if asked for."""

    def run(a, b):
        if l2_regularizer == 0.0 and not fast:
            return jnp.linalg.pinv(a) @ b
        adjoint_a = _adjoint(a)
        if a.shape[-2] >= a.shape[-1]:
            eye_ = jnp.eye(a.shape[-1], dtype=a.dtype)
            gram = adjoint_a @ a + l2_regularizer * eye_
            return _solve_positive(gram, adjoint_a @ b)
        eye_ = jnp.eye(a.shape[-2], dtype=a.dtype)
        gram = a @ adjoint_a + l2_regularizer * eye_
        return adjoint_a @ _solve_positive(gram, b)

    return _run("MatrixSolveLs", run, matrix, rhs)


# Decompositions.


@jax.custom_vjp
def _with_symmetric_gradient(x):
    return x


_with_symmetric_gradient.defvjp(
    lambda x: (x, None), lambda _, g: ((g + _adjoint(g)) / 2,)
)


def cholesky(input, name=None):
    """Computes lower Cholesky factors; NaN for matrices that have none."""

    def run(x):
        # Only the lower half counts, but the gradient is symmetric.
        lower = jnp.tril(_with_symmetric_gradient(_square(x)))
        full = lower + _adjoint(jnp.tril(lower, -1))
        return jnp.linalg.cholesky(full)

    return _run("Cholesky", run, input)


def qr(input, full_matrices=False, name=None):
    """Returns orthogonal and upper triangular factors."""
    mode = "complete" if full_matrices else "reduced"
    return tuple(_run("Qr", lambda x: tuple(jnp.linalg.qr(x, mode)), input))


def svd(tensor, full_matrices=False, compute_uv=True, name=None):
    """Returns singular values, and left and right vectors if asked for."""

    def run(x):
        if not compute_uv:
            return jnp.linalg.svd(x, compute_uv=False)
        u, s, vh = jnp.linalg.svd(x, full_matrices=full_matrices)
        return s, u, _adjoint(vh)

    return _run("Svd", run, tensor)


def eigh(tensor, name=None):
    """Returns eigenvalues and vectors of matrices that equal their adjoints."""
    return tuple(_run("SelfAdjointEigV2", lambda x: tuple(_eigh(x)), tensor))


def _eigh(x):
    lower = jnp.tril(_square(x))
    return jnp.linalg.eigh(lower + _adjoint(jnp.tril(lower, -1)))


def eigvalsh(tensor, name=None):
    """Returns eigenvalues of matrices that equal their adjoints."""
    return _run("SelfAdjointEigV2", lambda x: _eigh(x)[0], tensor)


def _eig(tensor):
    tensor = convert_to_tensor(tensor)
    wide = tensor.dtype.name in ("float64", "complex128")
    array = tensor._host().astype("complex128" if wide else "complex64")
    values, vectors = np.linalg.eig(array)
    return Tensor(values.astype(array.dtype)), Tensor(vectors.astype(array.dtype))


def eig(tensor, name=None):
    """Returns eigenvalues and vectors, complex ones."""
    return _eig(tensor)


def eigvals(tensor, name=None):
    """Returns eigenvalues, complex ones."""
    return _eig(tensor)[0]


def lu(input, output_idx_type="int32", name=None):
    """Returns the factors `L` and `U` in one matrix, and the order of rows."""

    def run(x):
        packed, _, order = jax.lax.linalg.lu(_square(x))
        return packed, order

    packed, order = _run("Lu", run, input)
    return packed, cast(order, output_idx_type)


def lu_reconstruct(lower_upper, perm, validate_args=False, name=None):
    """Undoes `lu`."""

    def run(x, order):
        lower = jnp.tril(x, -1) + jnp.eye(x.shape[-1], dtype=x.dtype)
        product = lower @ jnp.triu(x)
        inverse = jnp.argsort(order, axis=-1)
        return jnp.take_along_axis(product, inverse[..., None], axis=-2)

    return compute(unsaved(run), lower_upper, perm)


def lu_solve(lower_upper, perm, rhs, validate_args=False, name=None):
    """Solves linear equations from `lu`."""
    return solve(lu_reconstruct(lower_upper, perm), rhs)


def lu_matrix_inverse(lower_upper, perm, validate_args=False, name=None):
    """Inverts matrices from `lu`."""
    return inv(lu_reconstruct(lower_upper, perm))


# Functions of matrices, norms.


def expm(input, name=None):
    """Computes exponentials of matrices."""
    return _run("MatrixExponential", lambda x: jsp.expm(_square(x)), input)


def sqrtm(input, name=None):
    """Computes square roots of matrices."""

    def run(x):
        root = jsp.sqrtm(_square(x))
        return root if jnp.iscomplexobj(x) else jnp.real(root).astype(x.dtype)

    return _run("MatrixSquareRoot", run, input)


def matrix_rank(a, tol=None, validate_args=False, name=None):
    """Computes ranks."""

    def run(x):
        s = jnp.linalg.svd(x, compute_uv=False)
        limit = tol
        if limit is None:
            eps = jnp.finfo(x.dtype).eps
            limit = eps * max(x.shape[-2:]) * jnp.max(s, axis=-1, keepdims=True)
        return jnp.sum(s > limit, axis=-1, dtype="int32")

    return _run("MatrixRank", run, a)


def norm(tensor, ord="euclidean", axis=None, keepdims=None, name=None):
    """Computes norms of vectors or matrices.

    Args:
        tensor: a tensor.
        ord: `"euclidean"`, `"fro"`, 1, 2, infinity, or another positive number.
        axis: an axis (vectors), a pair (matrices), or None: all entries as a vector.
        keepdims: whether reduced axes stay, with size 1.
        name: accepted as in TensorFlow.

    Raises:
        ValueError: for orders that are not defined.
    """
    axis = static(axis)
    if isinstance(axis, tuple) and len(axis) == 1:
        axis = axis[0]
    is_matrix = isinstance(axis, tuple)
    known = ("euclidean", "fro", 1, 2, np.inf)
    named = isinstance(ord, str)
    if (ord == "fro" and not is_matrix) or (
        ord not in known and (named or is_matrix or ord <= 0)
    ):
        raise ValueError(
            f"`ord` must be 'euclidean', 1, 2 or infinity, 'fro' for matrices, or a "
            f"positive number for vectors. Received: {ord!r}"
        )

    def run(x):
        if named or ord == 2 and not is_matrix:
            total = jnp.sum(jnp.square(jnp.abs(x)), axis=axis, keepdims=bool(keepdims))
            return jnp.sqrt(total)
        if axis is None:
            result = jnp.linalg.norm(x.reshape(-1), ord)
            return result.reshape((1,) * x.ndim) if keepdims else result
        return jnp.linalg.norm(x, ord, axis, keepdims=bool(keepdims))

    return _run("Norm", run, tensor)


def normalize(tensor, ord="euclidean", axis=None, name=None):
    """Returns a tensor over its norm, and the norm."""
    size = norm(tensor, ord, axis, keepdims=True)
    return convert_to_tensor(tensor) / size, size
