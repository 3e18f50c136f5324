"""Rectifiers whose slopes are trained (PReLU) or drawn (RReLU)."""

from ranvier import activations, constraints, initializers, ops, regularizers
from ranvier.core._arguments import optional, require_axes
from ranvier.core._dynamic import Dynamic
from ranvier.core._registry import builtin
from ranvier.core._seeds import SeedGenerator
from ranvier.layers._arguments import known_size, number
from ranvier.layers._elementwise import ElementwiseLayer, like
from ranvier.layers._input_spec import InputSpec
from ranvier.layers._layer import Layer
from ranvier.ops import _random


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

    Raises:
        ValueError: for an argument that has no meaning.

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
        optional(require_axes, shared_axes=shared_axes)
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
