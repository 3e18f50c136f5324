"""A loss of embeddings: same class near, other classes far."""

from ranvier import ops
from ranvier.core import _mask
from ranvier.core._arguments import require_fraction, require_positive
from ranvier.core._dynamic import Dynamic
from ranvier.core._registry import builtin
from ranvier.losses._loss import BuiltinLoss


@builtin("keras.losses")
def circle(
    y_true,
    y_pred,
    ref_labels=None,
    ref_embeddings=None,
    remove_diagonal=True,
    gamma=80,
    margin=0.4,
):
    """Computes the circle loss of embeddings (https://arxiv.org/abs/2002.10857).

    Args:
        y_true: integer classes of shape `(batch,)` or `(batch, 1)`.
        y_pred: embeddings of norm 1 and shape `(batch, size)`.
        ref_labels: classes of the embeddings to compare with; defaults to `y_true`.
        ref_embeddings: embeddings to compare with; default to `y_pred`.
        remove_diagonal: whether the `i`-th embedding is not compared with the
            `i`-th reference.
        gamma: scale of the distances.
        margin: how strict the loss is.

    Returns:
        A loss for each embedding. Those that are zero are masked.

    Example:
        >>> from ranvier import losses
        >>> losses.circle([0, 1], [[1.0, 0.0], [0.0, 1.0]]).tolist()
        [0.0, 0.0]
    """
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.cast(y_true, "int32")
    references = y_pred if ref_embeddings is None else ref_embeddings
    ref_labels = y_true if ref_labels is None else ops.cast(ref_labels, "int32")

    cosines = ops.matmul(y_pred, ops.transpose(references))
    distances = ops.maximum(1 - cosines, 0.0)
    rows, columns = ops.reshape(y_true, (-1, 1)), ops.reshape(ref_labels, (1, -1))
    same, other = ops.equal(rows, columns), ops.not_equal(rows, columns)
    if remove_diagonal:
        # Positions counted from ones: this works for unknown batch sizes too.
        row_number = ops.cumsum(ops.ones_like(rows), axis=0)
        column_number = ops.cumsum(ops.ones_like(columns), axis=1)
        same = ops.logical_and(same, ops.not_equal(row_number, column_number))

    attraction = -gamma * (margin + distances) * (margin - distances)
    repulsion = ops.maximum(1 + margin - distances, 0.0)
    repulsion = gamma * repulsion * (1 - margin - distances)
    nothing = float("-inf")
    losses = ops.softplus(
        ops.logsumexp(ops.where(same, attraction, nothing), axis=1)
        + ops.logsumexp(ops.where(other, repulsion, nothing), axis=1)
    )
    _mask.set_mask(losses, ops.greater(losses, 0))
    return losses


@builtin("keras.losses")
class Circle(BuiltinLoss):
    """Circle loss of embeddings of norm 1, for metric learning.

    Args:
        gamma: scale of the distances.
        margin: how strict the loss is.
        remove_diagonal: whether an embedding is not compared with itself.
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Raises:
        ValueError: for an argument that has no meaning.

    Example:
        >>> float(Circle()([0, 1], [[1.0, 0.0], [0.0, 1.0]]))
        0.0
    """

    gamma = Dynamic()
    margin = Dynamic()

    def __init__(
        self,
        gamma=80.0,
        margin=0.4,
        remove_diagonal=True,
        reduction="sum_over_batch_size",
        name="circle",
        dtype=None,
    ):
        require_positive(gamma=gamma)
        require_fraction(margin=margin)
        super().__init__(
            circle,
            reduction,
            name,
            dtype,
            gamma=gamma,
            margin=margin,
            remove_diagonal=remove_diagonal,
        )
