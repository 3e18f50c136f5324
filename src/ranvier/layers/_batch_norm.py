"""BatchNormalization: zero mean and unit variance over the batch."""

from ranvier import initializers, ops
from ranvier.core import _config, _dtypes
from ranvier.core._dynamic import Dynamic
from ranvier.core._registry import builtin
from ranvier.layers._arguments import integer, known_size, number
from ranvier.layers._input_spec import InputSpec
from ranvier.layers._scaled import ScaledNormalization
from ranvier.ops._batch_standardization import standardize_batch

_CLIPPING_KEYS = ("rmax", "rmin", "dmax")


@builtin("keras.layers")
class BatchNormalization(ScaledNormalization):
    """Normalises each channel: `gamma * (x - mean) / sqrt(variance + epsilon) + beta`.

    In training, mean and variance are those of the batch, and moving averages of
    them are kept: `moving = moving * momentum + batch * (1 - momentum)`. Otherwise,
    and while the layer is frozen (`trainable = False`), the moving averages serve.
    See https://arxiv.org/abs/1502.03167.

    Args:
        axis: the axis that is not averaged over, usually that of the channels.
        momentum: weight of the past in the moving averages, between 0 and 1. It may
            vary without recompiling.
        epsilon: added to the variance, against division by zero.
        center: whether to add `beta`.
        scale: whether to multiply by `gamma`.
        beta_initializer: initialiser of `beta`.
        gamma_initializer: initialiser of `gamma`.
        moving_mean_initializer: initialiser of the moving mean.
        moving_variance_initializer: initialiser of the moving variance.
        beta_regularizer: penalty on `beta`.
        gamma_regularizer: penalty on `gamma`.
        beta_constraint: projection of `beta` after each update.
        gamma_constraint: projection of `gamma` after each update.
        renorm: whether to correct the batch's statistics towards moving ones (batch
            renormalization, https://arxiv.org/abs/1702.03275).
        renorm_clipping: dictionary with the limits `"rmin"`, `"rmax"`, `"dmax"` of
            the correction.
        renorm_momentum: weight of the past in the statistics of the correction.
        synchronized: accepted as in Keras. A sharded batch is one array here, so
            that its statistics are always those of the whole.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: a tensor.
        training: whether to use and to record the statistics of the batch.
        mask: boolean tensor with one axis less than the inputs; entries where it is
            False do not count.

    Raises:
        ValueError: for a number or a key of `renorm_clipping` out of range.

    Example:
        >>> import numpy as np
        >>> layer = BatchNormalization(epsilon=0.0)
        >>> layer(np.array([[1.0], [3.0]]), training=True).tolist()
        [[-1.0], [1.0]]
        >>> layer.moving_mean.numpy().round(2).tolist()
        [0.019999999552965164]
    """

    momentum = Dynamic()

    def __init__(
        self,
        axis=-1,
        momentum=0.99,
        epsilon=0.001,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        moving_mean_initializer="zeros",
        moving_variance_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        renorm=False,
        renorm_clipping=None,
        renorm_momentum=0.99,
        synchronized=False,
        **kwargs,
    ):
        super().__init__(
            float(number("epsilon", epsilon)),
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
        self.axis = integer("axis", axis)
        self.momentum = float(number("momentum", momentum, high=1.0))
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.renorm = renorm
        self.renorm_clipping = _check_clipping(renorm_clipping) if renorm else None
        self.renorm_momentum = number("renorm_momentum", renorm_momentum, high=1.0)
        self.synchronized = synchronized
        self.moving_mean = None
        self.moving_variance = None

    def build(self, input_shape):
        size = known_size(self, input_shape, self.axis)
        self.add_gamma_and_beta((size,), self.scale, self.center)
        self.moving_mean = self._add_statistic("moving_mean", size)
        self.moving_variance = self._add_statistic("moving_variance", size)
        if self.renorm:
            self.moving_stddev = self._add_statistic("moving_stddev", size)
            self.renorm_mean = self._add_statistic("renorm_mean", size)
            self.renorm_stddev = self._add_statistic("renorm_stddev", size)
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: size})

    def _add_statistic(self, name, size):
        if name.endswith("mean"):
            initializer = self.moving_mean_initializer
        elif name.endswith("variance"):
            initializer = self.moving_variance_initializer
        else:

            def initializer(shape, dtype=None):
                return ops.sqrt(self.moving_variance_initializer(shape, dtype=dtype))

        return self.add_weight(
            name=name,
            shape=(size,),
            initializer=initializer,
            trainable=False,
            autocast=False,
        )

    def call(self, inputs, training=None, mask=None):
        if mask is not None and len(mask.shape) != len(inputs.shape) - 1:
            raise ValueError(
                "The mask should be one dimension less than the inputs. Received: "
                f"mask.shape={mask.shape}, inputs.shape={inputs.shape}"
            )
        # Half precision is too coarse for statistics.
        dtype = _dtypes.result_type(inputs.dtype, "float32")
        x = ops.cast(inputs, dtype)
        gamma = None if self.gamma is None else ops.cast(self.gamma, dtype)
        beta = None if self.beta is None else ops.cast(self.beta, dtype)
        if training and self.trainable and not self.renorm and mask is None:
            outputs, mean, variance = standardize_batch(
                x, self.axis, gamma, beta, self.epsilon
            )
            self._record(mean, variance)
            return ops.cast(outputs, self.compute_dtype)
        if training and self.trainable:
            mean, variance = self._batch_moments(x, mask)
            if self.renorm:
                gamma, beta = self._renormalize(mean, variance, gamma, beta)
                self._record_renorm(mean, variance)
            else:
                self._record(mean, variance)
        else:
            mean = ops.cast(self.moving_mean, dtype)
            variance = ops.cast(self.moving_variance, dtype)
        outputs = ops.batch_normalization(
            x,
            mean=mean,
            variance=variance,
            axis=self.axis,
            offset=beta,
            scale=gamma,
            epsilon=self.epsilon,
        )
        return ops.cast(outputs, self.compute_dtype)

    def _record(self, mean, variance):
        _record(self.moving_mean, mean, self.momentum)
        _record(self.moving_variance, variance, self.momentum)

    def _batch_moments(self, x, mask):
        axes = list(range(len(x.shape)))
        del axes[self.axis]
        if mask is None:
            return ops.moments(x, axes=axes)
        mask = ops.cast(ops.expand_dims(mask, axis=-1), "bool")
        mask = ops.broadcast_to(mask, ops.shape(x))
        count = ops.sum(ops.cast(mask, x.dtype), axis=axes, keepdims=True)
        count = ops.add(count, _config.epsilon())

        def average(values):
            total = ops.sum(ops.where(mask, values, 0), axis=axes, keepdims=True)
            return ops.divide(total, count)

        mean = average(x)
        variance = average(ops.square(ops.subtract(x, mean)))
        return ops.squeeze(mean, axes), ops.squeeze(variance, axes)

    # Batch renormalization: the batch's statistics are corrected by `r` and `d`,
    # through which no gradient flows.

    def _renormalize(self, mean, variance, gamma, beta):
        stddev = ops.sqrt(ops.add(variance, self.epsilon))
        past = ops.cast(self.renorm_stddev, mean.dtype)
        past = ops.maximum(past, self.epsilon**0.5)
        r = ops.divide(stddev, past)
        d = ops.divide(ops.subtract(mean, ops.cast(self.renorm_mean, mean.dtype)), past)
        rmin, rmax, dmax = (
            self.renorm_clipping.get(key) for key in ("rmin", "rmax", "dmax")
        )
        if rmin is not None:
            r = ops.maximum(r, rmin)
        if rmax is not None:
            r = ops.minimum(r, rmax)
        if dmax is not None:
            d = ops.clip(d, -dmax, dmax)
        r, d = ops.stop_gradient(r), ops.stop_gradient(d)
        if gamma is not None:
            r, d = ops.multiply(r, gamma), ops.multiply(d, gamma)
        return r, d if beta is None else ops.add(d, beta)

    def _record_renorm(self, mean, variance):
        stddev = ops.sqrt(ops.add(variance, self.epsilon))
        _record(self.renorm_mean, mean, self.renorm_momentum)
        _record(self.renorm_stddev, stddev, self.renorm_momentum)
        _record(self.moving_mean, mean, self.momentum)
        _record(self.moving_stddev, stddev, self.momentum)
        moving = ops.cast(self.moving_stddev, mean.dtype)
        square = ops.multiply(moving, moving)
        self.moving_variance.assign(ops.relu(ops.subtract(square, self.epsilon)))

    def get_config(self):
        return {
            **super().get_config(),
            "momentum": self.momentum,
            "moving_mean_initializer": initializers.serialize(
                self.moving_mean_initializer
            ),
            "moving_variance_initializer": initializers.serialize(
                self.moving_variance_initializer
            ),
            "renorm": self.renorm,
            "renorm_clipping": self.renorm_clipping,
            "renorm_momentum": self.renorm_momentum,
            "synchronized": self.synchronized,
        }


def _record(moving, batch, momentum):
    """Moves an average towards the value of this batch."""
    past = ops.multiply(ops.cast(moving, batch.dtype), momentum)
    moving.assign(ops.add(past, ops.multiply(batch, 1.0 - momentum)))


def _check_clipping(clipping):
    clipping = dict(clipping or {})
    unknown = set(clipping) - set(_CLIPPING_KEYS)
    if unknown:
        raise ValueError(
            f"Argument `renorm_clipping` may have the keys {_CLIPPING_KEYS}. "
            f"Received: {sorted(unknown)}"
        )
    rmin, rmax, dmax = (clipping.get(key) for key in ("rmin", "rmax", "dmax"))
    if rmin is not None and rmax is not None and rmax < rmin:
        raise ValueError(
            "In `renorm_clipping`, rmax must be at least rmin. "
            f"Received: rmin={rmin}, rmax={rmax}"
        )
    if dmax is not None:
        number("renorm_clipping['dmax']", dmax)
    return clipping
