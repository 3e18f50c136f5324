"""Constraints: projections applied to weights after each update."""

from ranvier import ops
from ranvier.core import _config
from ranvier.core._arguments import (
    optional,
    require_axes,
    require_fraction,
    require_nonnegative,
)
from ranvier.core._dynamic import Dynamic
from ranvier.core._registry import builtin


@builtin("keras.constraints")
class Constraint:
    """Base of the projections: a callable from a weight to a weight.

    A subclass defines `__call__(w)`, and `get_config` if its constructor takes
    arguments.

    Example:
        >>> from ranvier import ops
        >>> class Below(Constraint):
        ...     def __call__(self, w):
        ...         return ops.minimum(w, 1.0)
        >>> Below()([0.5, 3.0]).tolist()
        [0.5, 1.0]
    """

    def __call__(self, w):
        """Returns the projected weight, unchanged unless a subclass says otherwise.

        Args:
            w: a weight.
        """
        return w

    def get_config(self):
        """Returns the constructor's arguments."""
        return {}

    @classmethod
    def from_config(cls, config):
        """Rebuilds a constraint from `get_config()`."""
        return cls(**config)


@builtin("keras.constraints", "max_norm")
class MaxNorm(Constraint):
    """Scales down what has a norm above `max_value`.

    Args:
        max_value: the largest norm allowed.
        axis: axis (or axes) along which the norm is taken: 0 for the incoming
            weights of each unit of a `Dense` kernel.

    Raises:
        ValueError: if `max_value` is no number or negative.

    Example:
        >>> MaxNorm(1.0)([[3.0], [4.0]]).round(3).tolist()
        [[0.6000000238418579], [0.800000011920929]]
    """

    max_value = Dynamic()

    def __init__(self, max_value=2, axis=0):
        require_nonnegative(max_value=max_value)
        optional(require_axes, axis=axis)
        self.max_value = max_value
        self.axis = axis

    def __call__(self, w):
        w = ops.convert_to_tensor(w)
        norms = _norms(w, self.axis)
        return _rescale(w, norms, ops.clip(norms, 0, self.max_value))

    def get_config(self):
        return {"max_value": self.max_value, "axis": self.axis}


@builtin("keras.constraints", "non_neg")
class NonNeg(Constraint):
    """Sets negative entries to zero.

    Example:
        >>> NonNeg()([-1.0, 2.0]).tolist()
        [0.0, 2.0]
    """

    def __call__(self, w):
        return ops.maximum(w, 0)


@builtin("keras.constraints", "unit_norm")
class UnitNorm(Constraint):
    """Scales everything to norm 1.

    Args:
        axis: axis (or axes) along which the norm is taken.

    Raises:
        ValueError: for an argument that has no meaning.

    Example:
        >>> UnitNorm()([[3.0], [4.0]]).round(3).tolist()
        [[0.6000000238418579], [0.800000011920929]]
    """

    def __init__(self, axis=0):
        optional(require_axes, axis=axis)
        self.axis = axis

    def __call__(self, w):
        w = ops.convert_to_tensor(w)
        return w / (_config.epsilon() + _norms(w, self.axis))

    def get_config(self):
        return {"axis": self.axis}


@builtin("keras.constraints", "min_max_norm")
class MinMaxNorm(Constraint):
    """Moves norms towards the interval from `min_value` to `max_value`.

    Args:
        min_value: the smallest norm allowed.
        max_value: the largest norm allowed.
        rate: how far to go at each update; 1 goes all the way.
        axis: axis (or axes) along which the norm is taken.

    Raises:
        ValueError: if a number is negative, `min_value` above `max_value`, or `rate`
            above 1.

    Example:
        >>> MinMaxNorm(max_value=1.0)([[3.0], [4.0]]).round(3).tolist()
        [[0.6000000238418579], [0.800000011920929]]
    """

    min_value = Dynamic()
    max_value = Dynamic()
    rate = Dynamic()

    def __init__(self, min_value=0.0, max_value=1.0, rate=1.0, axis=0):
        require_nonnegative(min_value=min_value, max_value=max_value)
        require_fraction(rate=rate)
        optional(require_axes, axis=axis)
        if min_value > max_value:
            raise ValueError(
                "Argument `min_value` must not exceed `max_value`. Received: "
                f"min_value={min_value}, max_value={max_value}"
            )
        self.min_value = min_value
        self.max_value = max_value
        self.rate = rate
        self.axis = axis

    def __call__(self, w):
        w = ops.convert_to_tensor(w)
        norms = _norms(w, self.axis)
        inside = ops.clip(norms, self.min_value, self.max_value)
        return _rescale(w, norms, self.rate * inside + (1 - self.rate) * norms)

    def get_config(self):
        return {
            "min_value": self.min_value,
            "max_value": self.max_value,
            "rate": self.rate,
            "axis": self.axis,
        }


def _norms(w, axis):
    return ops.sqrt(ops.sum(ops.square(w), axis=axis, keepdims=True))


def _rescale(w, norms, desired):
    return w * (desired / (_config.epsilon() + norms))
