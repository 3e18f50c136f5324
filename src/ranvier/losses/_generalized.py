"""A crossentropy that resists wrong labels."""

from ranvier import ops
from ranvier.core._arguments import require_below_one, require_positive
from ranvier.core._dynamic import Dynamic
from ranvier.core._registry import builtin
from ranvier.losses._loss import BuiltinLoss


@builtin("keras.losses")
def categorical_generalized_cross_entropy(y_true, y_pred, q):
    """Computes `(1 - p[y]^q) / q` for integer classes `y`.

    Between crossentropy (`q` near 0) and absolute error (`q` near 1), it resists
    wrong labels (https://arxiv.org/abs/1805.07836).

    Args:
        y_true: classes, of the shape of `y_pred` without its last axis.
        y_pred: probabilities.
        q: a number between 0 and 1.

    Example:
        >>> from ranvier import losses
        >>> loss = losses.categorical_generalized_cross_entropy
        >>> loss([1], [[0.5, 0.5]], q=1.0).tolist()
        [0.5]
    """
    y_pred = ops.convert_to_tensor(y_pred)
    chosen = ops.one_hot(
        ops.cast(y_true, "int32"), num_classes=y_pred.shape[-1], dtype=y_pred.dtype
    )
    return (1 - ops.power(ops.sum(y_pred * chosen, axis=-1), q)) / q


@builtin("keras.losses")
class CategoricalGeneralizedCrossEntropy(BuiltinLoss):
    """Crossentropy of integer targets that resists wrong labels.

    Args:
        q: between 0 (crossentropy) and 1 (absolute error).
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Raises:
        ValueError: if `q` is not between 0 and 1.

    Example:
        >>> float(CategoricalGeneralizedCrossEntropy(q=0.5)([1], [[0.75, 0.25]]))
        1.0
    """

    q = Dynamic()

    def __init__(
        self,
        q=0.5,
        reduction="sum_over_batch_size",
        name="categorical_generalized_cross_entropy",
        dtype=None,
    ):
        require_positive(q=q)
        require_below_one(q=q)
        super().__init__(
            categorical_generalized_cross_entropy, reduction, name, dtype, q=q
        )
