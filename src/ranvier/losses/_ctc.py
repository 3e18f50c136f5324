"""Connectionist temporal classification: labels without their positions in time."""

from ranvier import ops
from ranvier.core._registry import builtin
from ranvier.losses._loss import BuiltinLoss

_BLANK = 0


@builtin("keras.losses")
def ctc(y_true, y_pred):
    """Computes `-log P(labels)` summed over all alignments of labels and steps.

    Args:
        y_true: integer labels of shape `(batch, max_length)`, padded with 0, which
            is also the class of the blank.
        y_pred: logits of shape `(batch, steps, classes)`.

    Raises:
        ValueError: for other ranks.

    Example:
        >>> from ranvier import losses
        >>> losses.ctc([[1, 2]], [[[0.0] * 3] * 4]).shape
        (1,)
    """
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    if len(y_true.shape) != 2:
        raise ValueError(
            "Targets of `ctc` must have shape (batch_size, max_length). "
            f"Received: y_true of shape {tuple(y_true.shape)}"
        )
    if len(y_pred.shape) != 3:
        raise ValueError(
            "Logits of `ctc` must have shape (batch_size, steps, num_classes). "
            f"Received: y_pred of shape {tuple(y_pred.shape)}"
        )
    label_length = ops.sum(ops.cast(ops.not_equal(y_true, _BLANK), "int32"), axis=-1)
    input_length = ops.full_like(label_length, y_pred.shape[1])
    return ops.ctc_loss(y_true, y_pred, label_length, input_length, mask_index=_BLANK)


@builtin("keras.losses")
class CTC(BuiltinLoss):
    """Loss of label sequences whose positions in time are unknown.

    Args:
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Example:
        >>> CTC()([[1, 2]], [[[0.0] * 3] * 4]).shape
        ()
    """

    def __init__(self, reduction="sum_over_batch_size", name="ctc", dtype=None):
        super().__init__(ctc, reduction, name, dtype)
