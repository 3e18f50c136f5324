"""Activation, and the activation functions that are layers of their own."""

import warnings

from ranvier import activations, constraints, initializers, ops, regularizers
from ranvier.core._dynamic import Dynamic
from ranvier.core._registry import builtin
from ranvier.core._seeds import SeedGenerator
from ranvier.layers._arguments import known_size, number
from ranvier.layers._elementwise import ElementwiseLayer, like
from ranvier.layers._input_spec import InputSpec
from ranvier.layers._layer import Layer
from ranvier.ops import _random


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

    Example:
        >>> import numpy as np
        >>> ELU()(np.array([-100.0, 2.0])).tolist()
        [-1.0, 2.0]
    """

    alpha = Dynamic()

    def __init__(self, alpha=1.0, **kwargs):
        super().__init__(**kwargs)
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

    Example:
        >>> import numpy as np
        >>> Softmax()(np.array([[0.0, 0.0]])).tolist()
        [[0.5, 0.5]]
    """

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
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
            "The `mask` must be broadcastable to `inputs`: each of its axes must have "
            f"size 1 or that of the inputs. Received: inputs.shape={inputs.shape}, "
            f"mask.shape={mask.shape}"
        )


@builtin("keras.layers")
class PReLU(Layer):
    """Computes `x` where positive, `alpha * x` elsewhere, with `alpha` trained.

    See https://arxiv.org/abs/1502.01852.

    Args:
        alpha_initializer: initialiser of the slopes, of the shape of one sample.
        alpha_regularizer: penalty on the slopes.
        alpha_constraint: projection of the slopes after each update.
        shared_axes: axes along which entries share one slope (the batch is axis 0);
            `[1, 2]` for one slope a channel of images.
        **kwargs: `name`, `dtype`, `trainable`.

    Example:
        >>> import numpy as np
        >>> PReLU("ones", shared_axes=[1])(np.array([[-2.0, 3.0]])).tolist()
        [[-2.0, 3.0]]
    """

    def __init__(
        self,
        alpha_initializer="Zeros",
        alpha_regularizer=None,
        alpha_constraint=None,
        shared_axes=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.alpha_constraint = constraints.get(alpha_constraint)
        if shared_axes is not None and not isinstance(shared_axes, (list, tuple)):
            shared_axes = [shared_axes]
        self.shared_axes = None if shared_axes is None else list(shared_axes)

    def build(self, input_shape):
        ndim = len(input_shape)
        shared = self.shared_axes or ()
        self.alpha = self.add_weight(
            name="alpha",
            shape=[
                1 if axis in shared else known_size(self, input_shape, axis)
                for axis in range(1, ndim)
            ],
            initializer=self.alpha_initializer,
            regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
        )
        axes = {i: input_shape[i] for i in range(1, ndim) if i not in shared}
        self.input_spec = InputSpec(ndim=ndim, axes=axes if shared else {})

    def call(self, inputs):
        positive = activations.relu(inputs)
        negative = activations.relu(ops.negative(inputs))
        return ops.subtract(positive, ops.multiply(self.alpha, negative))

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {
            **super().get_config(),
            "alpha_initializer": initializers.serialize(self.alpha_initializer),
            "alpha_regularizer": regularizers.serialize(self.alpha_regularizer),
            "alpha_constraint": constraints.serialize(self.alpha_constraint),
            "shared_axes": self.shared_axes,
        }


@builtin("ranvier.layers")
class RReLU(ElementwiseLayer):
    """Leaky ReLU with random slopes in training, their mean otherwise.

    Each negative entry is multiplied by a slope drawn uniformly from
    `[lower, upper)`. See https://arxiv.org/abs/1505.00853.

    Args:
        lower: smallest slope.
        upper: largest slope.
        seed: integer, or None.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for a negative slope, or `upper` below `lower`.

    Example:
        >>> import numpy as np
        >>> RReLU(lower=0.25, upper=0.75)(np.array([-1.0, 2.0])).tolist()
        [-0.5, 2.0]
    """

    lower = Dynamic()
    upper = Dynamic()

    def __init__(self, lower=1 / 8, upper=1 / 3, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.lower = number("lower", lower)
        self.upper = number("upper", upper, low=lower)
        self.seed = seed
        self.seed_generator = SeedGenerator(seed)

    def call(self, inputs, training=False):
        lower, upper = like(self.lower, inputs), like(self.upper, inputs)
        if not training:
            return ops.leaky_relu(inputs, negative_slope=(lower + upper) / 2)
        slope = _random.uniform(
            ops.shape(inputs),
            minval=lower,
            maxval=upper,
            dtype=self.compute_dtype,
            seed=self.seed_generator,
        )
        return ops.where(ops.less(inputs, 0), ops.multiply(inputs, slope), inputs)

    def get_config(self):
        return {
            **super().get_config(),
            "lower": self.lower,
            "upper": self.upper,
            "seed": self.seed,
        }
