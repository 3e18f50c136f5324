"""Activation, and the activation functions that are layers of their own."""

import warnings

from ranvier import activations, ops
from ranvier.core._arguments import optional, require_axes, require_number
from ranvier.core._dynamic import Dynamic
from ranvier.core._registry import builtin
from ranvier.layers._arguments import number
from ranvier.layers._elementwise import ElementwiseLayer, like


@builtin("keras.layers")
class Activation(ElementwiseLayer):
    """Applies an activation function.

    Args:
        activation: name or function.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for an unknown name.

    Example:
        >>> import numpy as np
        >>> Activation("relu")(np.array([-1.0, 2.0])).tolist()
        [0.0, 2.0]
    """

    def __init__(self, activation, **kwargs):
        super().__init__(**kwargs)
        self.activation = activations.get(activation)

    def call(self, inputs):
        return self.activation(inputs)

    def get_config(self):
        return {
            **super().get_config(),
            "activation": activations.serialize(self.activation),
        }


@builtin("keras.layers")
class ReLU(ElementwiseLayer):
    """Computes `max(x, 0)`, or a variant with a slope, a cap and a threshold.

    Args:
        max_value: the cap, or None.
        negative_slope: slope below the threshold.
        threshold: where the positive side begins.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for a negative argument.

    Example:
        >>> import numpy as np
        >>> ReLU(max_value=6.0)(np.array([-1.0, 2.0, 8.0])).tolist()
        [0.0, 2.0, 6.0]
    """

    def __init__(self, max_value=None, negative_slope=0.0, threshold=0.0, **kwargs):
        super().__init__(**kwargs)
        if max_value is not None:
            number("max_value", max_value)
        self.max_value = max_value
        self.negative_slope = number("negative_slope", negative_slope)
        self.threshold = number("threshold", threshold)

    def call(self, inputs):
        return activations.relu(
            inputs,
            negative_slope=self.negative_slope,
            max_value=self.max_value,
            threshold=self.threshold,
        )

    def get_config(self):
        return {
            **super().get_config(),
            "max_value": self.max_value,
            "negative_slope": self.negative_slope,
            "threshold": self.threshold,
        }


@builtin("keras.layers")
class LeakyReLU(ElementwiseLayer):
    """Computes `x` where positive, `negative_slope * x` elsewhere.

    Args:
        negative_slope: slope of the negative side (`alpha` in older code).
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for a negative slope.

    Example:
        >>> import numpy as np
        >>> LeakyReLU(negative_slope=0.5)(np.array([-1.0, 2.0])).tolist()
        [-0.5, 2.0]
    """

    negative_slope = Dynamic()

    def __init__(self, negative_slope=0.3, **kwargs):
        if "alpha" in kwargs:
            warnings.warn(
                "Argument `alpha` is deprecated. Use `negative_slope` instead.",
                stacklevel=2,
            )
            negative_slope = kwargs.pop("alpha")
        super().__init__(**kwargs)
        self.negative_slope = number("negative_slope", negative_slope)

    def call(self, inputs):
        return activations.leaky_relu(inputs, like(self.negative_slope, inputs))

    def get_config(self):
        return {**super().get_config(), "negative_slope": self.negative_slope}


@builtin("keras.layers")
class ELU(ElementwiseLayer):
    """Computes `x` where positive, `alpha * (exp(x) - 1)` elsewhere.

    Args:
        alpha: minus the limit on the negative side.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for an argument that has no meaning.

    Example:
        >>> import numpy as np
        >>> ELU()(np.array([-100.0, 2.0])).tolist()
        [-1.0, 2.0]
    """

    alpha = Dynamic()

    def __init__(self, alpha=1.0, **kwargs):
        super().__init__(**kwargs)
        require_number(alpha=alpha)
        self.alpha = alpha

    def call(self, inputs):
        return activations.elu(inputs, alpha=like(self.alpha, inputs))

    def get_config(self):
        return {**super().get_config(), "alpha": self.alpha}


@builtin("ranvier.layers")
class Mish(ElementwiseLayer):
    """Computes `x * tanh(softplus(x))` (https://arxiv.org/abs/1908.08681).

    Args:
        **kwargs: `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> Mish()(np.array([0.0])).tolist()
        [0.0]
    """

    def call(self, inputs):
        return activations.mish(inputs)


@builtin("keras.layers")
class Softmax(ElementwiseLayer):
    """Makes numbers positive and sums of one: `exp(x) / sum(exp(x))`.

    Args:
        axis: the axis that sums up to one, or several.
        **kwargs: `name`, `dtype`.

    Call arguments:
        inputs: a tensor.
        mask: a tensor that broadcasts to the inputs; where it is False, the output
            is zero.

    Raises:
        ValueError: for an argument that has no meaning.

    Example:
        >>> import numpy as np
        >>> Softmax()(np.array([[0.0, 0.0]])).tolist()
        [[0.5, 0.5]]
    """

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        optional(require_axes, axis=axis)
        self.axis = axis

    def call(self, inputs, mask=None):
        if mask is None:
            return self._softmax(inputs)
        _check_broadcast(mask, inputs)
        if mask.dtype != "bool":
            mask = ops.greater(mask, 0.5)
        lowest = -3e4 if inputs.dtype == "float16" else -1e9
        outputs = self._softmax(ops.where(mask, inputs, lowest))
        return ops.where(mask, outputs, 0.0)

    def _softmax(self, x):
        axis = self.axis
        if not isinstance(axis, (tuple, list)):
            return activations.softmax(x, axis=axis)
        if len(axis) == 1:
            return activations.softmax(x, axis=axis[0])
        total = ops.logsumexp(x, axis=axis, keepdims=True)
        return ops.exp(ops.subtract(x, total))

    def get_config(self):
        return {**super().get_config(), "axis": self.axis}


def _check_broadcast(mask, inputs):
    pairs = zip(mask.shape[::-1], inputs.shape[::-1], strict=False)
    if len(mask.shape) > len(inputs.shape) or any(
        m not in (1, n) and None not in (m, n) for m, n in pairs
    ):
        raise ValueError(
            "The `mask` must be broadcastable to `inputs`: it must not have more "
            "dimensions, and each must have size 1 or that of the inputs. "
            f"Received: inputs.shape={inputs.shape}, mask.shape={mask.shape}"
        )
