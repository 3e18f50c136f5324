"""Linear algebra."""

from ranvier.ops._decompositions import (
    cholesky,
    eig,
    eigh,
    lu_factor,
    qr,
    svd,
)
from ranvier.ops._linalg import (
    cholesky_inverse,
    det,
    inv,
    jvp,
    lstsq,
    matrix_rank,
    norm,
    pinv,
    solve,
    solve_triangular,
)

__all__ = [
    "cholesky",
    "cholesky_inverse",
    "det",
    "eig",
    "eigh",
    "inv",
    "jvp",
    "lstsq",
    "lu_factor",
    "matrix_rank",
    "norm",
    "pinv",
    "qr",
    "solve",
    "solve_triangular",
    "svd",
]
