"""Products of vectors, matrices and tensors."""

import jax.numpy as jnp

from ranvier.ops._convert import as_array
from ranvier.ops._dispatch import op


@op
def matmul(x1, x2):
    """Multiplies matrices: `x1 @ x2`.

    Args:
        x1: tensor; its last axis is summed over.
        x2: tensor; its last axis but one (or only axis) is summed over. Other leading
            axes broadcast.

    Returns:
        The product; two int8 tensors give int32.

    Example:
        >>> from ranvier import ops
        >>> ops.matmul([[1, 2], [3, 4]], [[1], [1]])
        Array([[3],
               [7]], dtype=int32)
    """
    x1, x2 = as_array(x1), as_array(x2)
    return jnp.matmul(x1, x2, preferred_element_type=_accumulator(x1, x2))


@op
def dot(x1, x2):
    """Multiplies the last axis of `x1` with the last but one of `x2`.

    Args:
        x1: tensor or number.
        x2: tensor or number.

    Returns:
        The dot product: of vectors a number, of matrices their product; leading axes
        of both stand side by side in the result.

    Example:
        >>> from ranvier import ops
        >>> ops.dot([1, 2], [3, 4])
        Array(11, dtype=int32)
    """
    return jnp.dot(as_array(x1), as_array(x2))


@op
def inner(x1, x2):
    """Multiplies and sums over the last axes of both tensors.

    Args:
        x1: tensor or number.
        x2: tensor or number with a last axis of the same size.

    Returns:
        The inner product.

    Example:
        >>> from ranvier import ops
        >>> ops.inner([1, 2], [3, 4])
        Array(11, dtype=int32)
    """
    return jnp.inner(as_array(x1), as_array(x2))


@op
def vdot(x1, x2):
    """Computes the dot product of two tensors flattened, the first conjugated.

    Args:
        x1: tensor.
        x2: tensor of the same number of entries.

    Returns:
        A scalar tensor.

    Example:
        >>> from ranvier import ops
        >>> ops.vdot([[1, 2]], [3, 4])
        Array(11, dtype=int32)
    """
    return jnp.vdot(as_array(x1), as_array(x2))


@op
def outer(x1, x2):
    """Computes all products of entries of two tensors, flattened.

    Args:
        x1: tensor of `m` entries.
        x2: tensor of `n` entries.

    Returns:
        A tensor of shape `(m, n)`.

    Example:
        >>> from ranvier import ops
        >>> ops.outer([1, 2], [3, 4])
        Array([[3, 4],
               [6, 8]], dtype=int32)
    """
    return jnp.outer(as_array(x1), as_array(x2))


@op
def tensordot(x1, x2, axes=2):
    """Multiplies and sums over chosen axes.

    Args:
        x1: tensor.
        x2: tensor.
        axes: how many of the last axes of `x1` and the first of `x2` to sum over; or
            a pair of lists, the axes of each.

    Returns:
        The other axes of `x1`, then those of `x2`.

    Example:
        >>> from ranvier import ops
        >>> ops.tensordot([[1, 2], [3, 4]], [1, 1], axes=1)
        Array([3, 7], dtype=int32)
    """
    return jnp.tensordot(as_array(x1), as_array(x2), axes=axes)


@op
def einsum(subscripts, *operands, **kwargs):
    """Computes sums of products in Einstein's notation.

    Args:
        subscripts: axes of the operands and of the result, as `"ij,jk->ik"`; `...`
            stands for leading axes.
        *operands: tensors.
        **kwargs: further arguments of `jax.numpy.einsum`, such as `precision`.

    Returns:
        The result; int8 tensors alone give int32.

    Example:
        >>> from ranvier import ops
        >>> ops.einsum("ij,j->i", [[1, 2], [3, 4]], [1, 1])
        Array([3, 7], dtype=int32)
    """
    operands = [as_array(x) for x in operands]
    kwargs.setdefault("preferred_element_type", _accumulator(*operands))
    return jnp.einsum(subscripts, *operands, **kwargs)


@op
def kron(x1, x2):
    """Computes the Kronecker product: `x1` with each entry times the whole of `x2`.

    Args:
        x1: tensor.
        x2: tensor.

    Returns:
        A tensor whose sizes are the products of those of the two.

    Example:
        >>> from ranvier import ops
        >>> ops.kron([1, 2], [1, 1])
        Array([1, 1, 2, 2], dtype=int32)
    """
    return jnp.kron(as_array(x1), as_array(x2))


@op
def cross(x1, x2, axisa=-1, axisb=-1, axisc=-1, axis=None):
    """Computes the cross product of vectors of 2 or 3 components.

    Args:
        x1: tensor.
        x2: tensor.
        axisa: axis of `x1` that holds the components.
        axisb: axis of `x2` that holds the components.
        axisc: axis of the result that holds the components.
        axis: one axis for all three.

    Returns:
        The cross product; of vectors in the plane, its third component alone.

    Example:
        >>> from ranvier import ops
        >>> ops.cross([1, 0, 0], [0, 1, 0])
        Array([0, 0, 1], dtype=int32)
    """
    return jnp.cross(
        as_array(x1), as_array(x2), axisa=axisa, axisb=axisb, axisc=axisc, axis=axis
    )


def _accumulator(*xs):
    """Returns the dtype of a sum of products, where it is not the promoted one."""
    # int8 products overflow int8 at once, and devices add them in int32 anyway.
    return "int32" if {x.dtype.name for x in xs} == {"int8"} else None
