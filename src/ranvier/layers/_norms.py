"""Normalisation of each sample by itself."""

import warnings

from ranvier import ops
from ranvier.core import _dtypes
from ranvier.core._arguments import require_integer
from ranvier.core._registry import builtin
from ranvier.layers._arguments import known_size, number, positive_int
from ranvier.layers._elementwise import ElementwiseLayer
from ranvier.layers._input_spec import InputSpec
from ranvier.layers._layer import Layer
from ranvier.layers._scaled import ScaledNormalization


@builtin("keras.layers")
class LayerNormalization(ScaledNormalization):
    """Normalises each sample: `gamma * (x - mean) / sqrt(variance + epsilon) + beta`.

    See https://arxiv.org/abs/1607.06450.

    Args:
        axis: the axis, or axes, to average over, usually the features.
        epsilon: added to the variance, against division by zero.
        center: whether to add `beta`.
        scale: whether to multiply by `gamma`.
        beta_initializer: initialiser of `beta`, of the shape of the axes.
        gamma_initializer: initialiser of `gamma`.
        beta_regularizer: penalty on `beta`.
        gamma_regularizer: penalty on `gamma`.
        beta_constraint: projection of `beta` after each update.
        gamma_constraint: projection of `gamma` after each update.
        **kwargs: `name`, `dtype`, `trainable`; and `rms_scaling`, deprecated.

    Raises:
        TypeError: if `axis` is no integer or list of them.
        ValueError: for a negative epsilon.

    Example:
        >>> import numpy as np
        >>> LayerNormalization(epsilon=0.0)(np.array([[1.0, 3.0]])).tolist()
        [[-1.0, 1.0]]
    """

    def __init__(
        self,
        axis=-1,
        epsilon=0.001,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        **kwargs,
    ):
        rms_scaling = kwargs.pop("rms_scaling", False)
        if rms_scaling:
            warnings.warn(
                "`rms_scaling=True` is deprecated: it divides by the standard "
                "deviation, not by the root mean square. Use `RMSNormalization`.",
                stacklevel=2,
            )
        super().__init__(
            epsilon,
            center,
            scale,
            beta_initializer,
            gamma_initializer,
            beta_regularizer,
            gamma_regularizer,
            beta_constraint,
            gamma_constraint,
            **kwargs,
        )
        self.axis = _axis_or_axes(axis)
        self.rms_scaling = rms_scaling
        self.autocast = False  # statistics are taken in float32 at least

    def build(self, input_shape):
        self.axis = _sorted_axes(self.axis)
        shape = tuple(known_size(self, input_shape, axis) for axis in self.axis)
        self.add_gamma_and_beta(
            shape,
            scale=self.scale or self.rms_scaling,
            center=self.center and not self.rms_scaling,
        )

    def call(self, inputs):
        # The keyword would warn again, once for each call.
        options = {"rms_scaling": True} if self.rms_scaling else {}
        outputs = ops.layer_normalization(
            inputs, self.gamma, self.beta, self.axis, self.epsilon, **options
        )
        return ops.cast(outputs, self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "rms_scaling": self.rms_scaling}


@builtin("keras.layers")
class GroupNormalization(ScaledNormalization):
    """Normalises groups of channels of each sample.

    Mean and variance are those of a group over all other axes but the batch;
    `gamma` and `beta` belong to the channels. See https://arxiv.org/abs/1803.08494.

    Args:
        groups: number of groups, a divisor of the number of channels; 1 for layer
            normalisation, -1 for a group a channel (instance normalisation).
        axis: the axis of the channels.
        epsilon: added to the variance, against division by zero.
        center: whether to add `beta`.
        scale: whether to multiply by `gamma`.
        beta_initializer: initialiser of `beta`, of the shape `(channels,)`.
        gamma_initializer: initialiser of `gamma`.
        beta_regularizer: penalty on `beta`.
        gamma_regularizer: penalty on `gamma`.
        beta_constraint: projection of `beta` after each update.
        gamma_constraint: projection of `gamma` after each update.
        **kwargs: `name`, `dtype`, `trainable`.

    Raises:
        ValueError: for a number of groups that is out of range, or when building, no
            divisor of the number of channels.

    Example:
        >>> import numpy as np
        >>> x = np.array([[1.0, 3.0, 4.0, 2.0]])
        >>> GroupNormalization(2, epsilon=0.0)(x).tolist()
        [[-1.0, 1.0, 1.0, -1.0]]
    """

    def __init__(
        self,
        groups=32,
        axis=-1,
        epsilon=0.001,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        **kwargs,
    ):
        super().__init__(
            epsilon,
            center,
            scale,
            beta_initializer,
            gamma_initializer,
            beta_regularizer,
            gamma_regularizer,
            beta_constraint,
            gamma_constraint,
            **kwargs,
        )
        self.groups = groups if groups == -1 else positive_int("groups", groups)
        require_integer(axis=axis)
        self.axis = axis
        self.autocast = False  # statistics are taken in float32 at least

    def build(self, input_shape):
        size = known_size(self, input_shape, self.axis)
        if self.groups == -1:
            self.groups = size
        if size % self.groups != 0:
            raise ValueError(
                f"Layer '{self.name}' (GroupNormalization) cannot divide {size} "
                f"channels into {self.groups} groups. Choose `groups` so that it "
                f"divides the size of axis {self.axis}. "
                f"Received: input_shape={tuple(input_shape)}"
            )
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: size})
        self.add_gamma_and_beta((size,), self.scale, self.center)

    def call(self, inputs):
        shape = ops.shape(inputs)
        axis = self.axis % len(shape)
        size = shape[axis] // self.groups
        # The channels' axis becomes two: groups, and channels of a group.
        x = ops.reshape(inputs, (*shape[:axis], self.groups, size, *shape[axis + 1 :]))
        x = ops.cast(x, _dtypes.result_type(inputs.dtype, "float32"))
        axes = [i for i in range(1, len(shape) + 1) if i != axis]
        mean, variance = ops.moments(x, axes=axes, keepdims=True)

        def spread(vector):
            kept = [1] * (len(shape) + 1)
            kept[axis : axis + 2] = self.groups, size
            return ops.cast(ops.reshape(vector, kept), x.dtype)

        factor = ops.rsqrt(ops.add(variance, self.epsilon))
        if self.gamma is not None:
            factor = ops.multiply(factor, spread(self.gamma))
        shift = ops.multiply(ops.negative(mean), factor)
        if self.beta is not None:
            shift = ops.add(shift, spread(self.beta))
        outputs = ops.cast(ops.add(ops.multiply(x, factor), shift), inputs.dtype)
        return ops.cast(ops.reshape(outputs, shape), self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "groups": self.groups}


@builtin("keras.layers")
class RMSNormalization(Layer):
    """Computes `scale * x / sqrt(mean(x²) + epsilon)` for each sample.

    See https://arxiv.org/abs/1910.07467.

    Args:
        axis: the axis, or axes, to average over, usually the features.
        epsilon: added to the mean square, against division by zero.
        **kwargs: `name`, `dtype`, `trainable`.

    Raises:
        TypeError: if `axis` is no integer or list of them.
        ValueError: for a negative epsilon.

    Example:
        >>> import numpy as np
        >>> RMSNormalization()(np.array([[1.0, 7.0]])).round(3).tolist()
        [[0.20000000298023224, 1.4000000953674316]]
    """

    def __init__(self, axis=-1, epsilon=1e-6, **kwargs):
        super().__init__(**kwargs)
        self.axis = _axis_or_axes(axis)
        self.epsilon = number("epsilon", epsilon)

    def build(self, input_shape):
        self.axis = _sorted_axes(self.axis)
        self.scale = self.add_weight(
            name="scale",
            shape=tuple(known_size(self, input_shape, axis) for axis in self.axis),
            initializer="ones",
        )

    def call(self, x):
        return ops.rms_normalization(
            x, scale=self.scale, axis=self.axis, epsilon=self.epsilon
        )

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "axis": self.axis, "epsilon": self.epsilon}


@builtin("keras.layers")
class UnitNormalization(ElementwiseLayer):
    """Scales each sample to the Euclidean norm one.

    Args:
        axis: the axis, or axes, of the vectors.
        **kwargs: `name`, `dtype`.

    Raises:
        TypeError: if `axis` is no integer or list of them.

    Example:
        >>> import numpy as np
        >>> UnitNormalization()(np.array([[3.0, 4.0]])).round(3).tolist()
        [[0.6000000238418579, 0.800000011920929]]
    """

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = _axis_or_axes(axis)

    def call(self, inputs):
        return ops.normalize(inputs, axis=self.axis, order=2, epsilon=1e-12)

    def get_config(self):
        return {**super().get_config(), "axis": self.axis}


def _axis_or_axes(axis):
    if isinstance(axis, (list, tuple)):
        return list(axis)
    if isinstance(axis, bool) or not hasattr(axis, "__index__"):
        raise TypeError(
            "Argument `axis` must be an integer or a list of integers. "
            f"Received: axis={axis!r}"
        )
    return int(axis)


def _sorted_axes(axis):
    return sorted(axis) if isinstance(axis, list) else [axis]
