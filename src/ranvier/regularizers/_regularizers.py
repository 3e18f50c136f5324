"""Penalties on weights or outputs, added to the loss."""

import math

from ranvier import ops
from ranvier.core._dynamic import Dynamic, is_zero
from ranvier.core._registry import builtin


@builtin("keras")
@builtin("keras.regularizers")
class Regularizer:
    """Base of the penalties: a callable from a tensor to a scalar.

    A subclass defines `__call__(x)` and, to be saved, `get_config`.

    Example:
        >>> from ranvier import ops
        >>> class Largest(Regularizer):
        ...     def __call__(self, x):
        ...         return 0.1 * ops.max(ops.abs(x))
        >>> round(float(Largest()([-2.0, 1.0])), 4)
        0.2
    """

    def __call__(self, x):
        """Returns the penalty, zero unless a subclass says otherwise.

        Args:
            x: a tensor.
        """
        return 0.0

    def get_config(self):
        """Returns the constructor's arguments."""
        raise NotImplementedError(
            f"{type(self).__name__} cannot be saved: it does not implement "
            "`get_config()`."
        )

    @classmethod
    def from_config(cls, config):
        """Rebuilds a regulariser from `get_config()`."""
        return cls(**config)


@builtin("keras.regularizers", "l1_l2")
class L1L2(Regularizer):
    """Penalty `l1 * sum(|x|) + l2 * sum(x²)`.

    Args:
        l1: factor of the absolute values; None is zero.
        l2: factor of the squares; None is zero.

    Raises:
        ValueError: for a factor that is negative or not finite.

    Example:
        >>> round(float(L1L2(l1=0.1, l2=0.01)([3.0, -4.0])), 4)
        0.95
    """

    l1 = Dynamic()
    l2 = Dynamic()

    def __init__(self, l1=0.0, l2=0.0):
        self.l1 = _factor(0.0 if l1 is None else l1, "l1")
        self.l2 = _factor(0.0 if l2 is None else l2, "l2")

    def __call__(self, x):
        x = ops.convert_to_tensor(x)
        penalty = ops.zeros((), dtype=x.dtype)
        if not is_zero(self.l1):
            penalty = self.l1 * ops.sum(ops.abs(x)) + penalty
        if not is_zero(self.l2):
            penalty = self.l2 * ops.sum(ops.square(x)) + penalty
        return penalty

    def get_config(self):
        return {"l1": self.l1, "l2": self.l2}


@builtin("keras.regularizers", "l1")
class L1(Regularizer):
    """Penalty `l1 * sum(|x|)`.

    Args:
        l1: the factor; None is the default.

    Raises:
        ValueError: if it is negative or not finite.

    Example:
        >>> round(float(L1(0.1)([3.0, -4.0])), 4)
        0.7
    """

    l1 = Dynamic()

    def __init__(self, l1=0.01):
        self.l1 = _factor(0.01 if l1 is None else l1, "l1")

    def __call__(self, x):
        return self.l1 * ops.sum(ops.abs(x))

    def get_config(self):
        return {"l1": self.l1}


@builtin("keras.regularizers", "l2")
class L2(Regularizer):
    """Penalty `l2 * sum(x²)`.

    Args:
        l2: the factor; None is the default.

    Raises:
        ValueError: if it is negative or not finite.

    Example:
        >>> round(float(L2(0.1)([3.0, -4.0])), 4)
        2.5
    """

    l2 = Dynamic()

    def __init__(self, l2=0.01):
        self.l2 = _factor(0.01 if l2 is None else l2, "l2")

    def __call__(self, x):
        return self.l2 * ops.sum(ops.square(x))

    def get_config(self):
        return {"l2": self.l2}


@builtin("keras.regularizers", "orthogonal_regularizer")
class OrthogonalRegularizer(Regularizer):
    """Penalty on rows (or columns) that are not orthogonal to one another.

    It is `factor` times the mean absolute cosine between two different rows.

    Args:
        factor: the factor.
        mode: `"rows"` or `"columns"`.

    Raises:
        ValueError: for a bad factor or mode, or when called on a tensor that has
            not two axes.

    Example:
        >>> float(OrthogonalRegularizer(0.5)([[1.0, 0.0], [2.0, 0.0]]))
        0.5
    """

    factor = Dynamic()

    def __init__(self, factor=0.01, mode="rows"):
        self.factor = _factor(factor, "factor")
        if mode not in ("rows", "columns"):
            raise ValueError(
                "Invalid value for argument `mode`. Expected one of "
                f'{{"rows", "columns"}}. Received: mode={mode}'
            )
        self.mode = mode

    def __call__(self, inputs):
        inputs = ops.convert_to_tensor(inputs)
        if len(inputs.shape) != 2:
            raise ValueError(
                "Inputs to OrthogonalRegularizer must have rank 2. Received: "
                f"inputs.shape={inputs.shape}"
            )
        rows = inputs if self.mode == "rows" else ops.transpose(inputs)
        rows = ops.normalize(rows, axis=1)
        size = rows.shape[0]
        cosines = ops.matmul(rows, ops.transpose(rows))
        between = cosines * (1.0 - ops.eye(size, dtype=rows.dtype))
        num_pairs = size * (size - 1.0) / 2.0
        return self.factor * 0.5 * ops.sum(ops.abs(between)) / num_pairs

    def get_config(self):
        return {"factor": self.factor, "mode": self.mode}


def _factor(value, name):
    valid = isinstance(value, (float, int)) and math.isfinite(value) and value >= 0
    if not valid:
        raise ValueError(
            f"Argument `{name}` must be a finite number that is not negative. "
            f"Received: {name}={value}"
        )
    return float(value)
