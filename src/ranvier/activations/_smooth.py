"""Activations without a kink, and their piecewise linear stand-ins."""

from ranvier import ops
from ranvier.core._registry import builtin


@builtin("keras.activations")
def sigmoid(x):
    """Computes `1 / (1 + exp(-x))`.

    Args:
        x: a tensor.

    Example:
        >>> from ranvier import activations
        >>> float(activations.sigmoid(0.0))
        0.5
    """
    return ops.sigmoid(x)


@builtin("keras.activations")
def log_sigmoid(x):
    """Computes `log(sigmoid(x))` without underflow.

    Args:
        x: a tensor.

    Example:
        >>> from ranvier import activations
        >>> float(activations.log_sigmoid(-1000.0))
        -1000.0
    """
    return ops.log_sigmoid(x)


@builtin("keras.activations")
def hard_sigmoid(x):
    """Computes `min(max(x / 6 + 1/2, 0), 1)`.

    Args:
        x: a tensor.

    Example:
        >>> from ranvier import activations
        >>> activations.hard_sigmoid([-3.0, 0.0, 3.0]).tolist()
        [0.0, 0.5, 1.0]
    """
    return ops.hard_sigmoid(x)


@builtin("keras.activations")
def sparse_sigmoid(x):
    """Computes `min(max((x + 1) / 2, 0), 1)`.

    Args:
        x: a tensor.

    Example:
        >>> from ranvier import activations
        >>> activations.sparse_sigmoid([-1.0, 0.0, 1.0]).tolist()
        [0.0, 0.5, 1.0]
    """
    return ops.sparse_sigmoid(x)


@builtin("keras.activations")
def tanh(x):
    """Computes the hyperbolic tangent.

    Args:
        x: a tensor.

    Example:
        >>> from ranvier import activations
        >>> float(activations.tanh(0.0))
        0.0
    """
    return ops.tanh(x)


@builtin("keras.activations")
def hard_tanh(x):
    """Computes `min(max(x, -1), 1)`.

    Args:
        x: a tensor.

    Example:
        >>> from ranvier import activations
        >>> activations.hard_tanh([-2.0, 0.5]).tolist()
        [-1.0, 0.5]
    """
    return ops.hard_tanh(x)


@builtin("keras.activations")
def tanh_shrink(x):
    """Computes `x - tanh(x)`.

    Args:
        x: a tensor.

    Example:
        >>> from ranvier import activations
        >>> float(activations.tanh_shrink(0.0))
        0.0
    """
    return ops.tanh_shrink(x)


@builtin("keras.activations")
def softsign(x):
    """Computes `x / (1 + |x|)`.

    Args:
        x: a tensor.

    Example:
        >>> from ranvier import activations
        >>> activations.softsign([-1.0, 3.0]).tolist()
        [-0.5, 0.75]
    """
    return ops.softsign(x)


@builtin("keras.activations")
def softplus(x):
    """Computes `log(1 + exp(x))`.

    Args:
        x: a tensor.

    Example:
        >>> from ranvier import activations
        >>> round(float(activations.softplus(0.0)), 4)
        0.6931
    """
    return ops.softplus(x)


@builtin("keras.activations")
def sparse_plus(x):
    """Computes 0 below -1, `(x + 1)² / 4` up to 1, and `x` above.

    Args:
        x: a tensor.

    Example:
        >>> from ranvier import activations
        >>> activations.sparse_plus([-2.0, 0.0, 2.0]).tolist()
        [0.0, 0.25, 2.0]
    """
    return ops.sparse_plus(x)


@builtin("keras.activations")
def squareplus(x, b=4):
    """Computes `(x + sqrt(x² + b)) / 2`.

    Args:
        x: a tensor.
        b: how smooth the bend is.

    Example:
        >>> from ranvier import activations
        >>> float(activations.squareplus(0.0))
        1.0
    """
    return ops.squareplus(x, b=b)


@builtin("keras.activations", "swish")
def silu(x):
    """Computes `x * sigmoid(x)`; also known as swish.

    Args:
        x: a tensor.

    Example:
        >>> from ranvier import activations
        >>> float(activations.silu(0.0))
        0.0
    """
    return ops.silu(x)


@builtin("keras.activations", "hard_swish")
def hard_silu(x):
    """Computes `x * hard_sigmoid(x)`; also known as hard swish.

    Args:
        x: a tensor.

    Example:
        >>> from ranvier import activations
        >>> activations.hard_silu([1.5, 3.0]).tolist()
        [1.125, 3.0]
    """
    return ops.hard_silu(x)


@builtin("keras.activations")
def gelu(x, approximate=False):
    """Computes `x * P(X <= x)` for a standard normal `X`.

    The Gaussian error linear unit of https://arxiv.org/abs/1606.08415.

    Args:
        x: a tensor.
        approximate: use the formula with `tanh` rather than the error function.

    Example:
        >>> from ranvier import activations
        >>> float(activations.gelu(0.0))
        0.0
    """
    return ops.gelu(x, approximate=approximate)


@builtin("keras.activations")
def mish(x):
    """Computes `x * tanh(softplus(x))` (https://arxiv.org/abs/1908.08681).

    Args:
        x: a tensor.

    Example:
        >>> from ranvier import activations
        >>> float(activations.mish(0.0))
        0.0
    """
    x = ops.convert_to_tensor(x)
    return x * ops.tanh(ops.softplus(x))


@builtin("keras.activations")
def exponential(x):
    """Computes `exp(x)`.

    Args:
        x: a tensor.

    Example:
        >>> from ranvier import activations
        >>> float(activations.exponential(0.0))
        1.0
    """
    return ops.exp(x)
