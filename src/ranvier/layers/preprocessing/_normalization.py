"""Normalization: features brought to mean zero and variance one."""

import numpy as np

from ranvier import ops
from ranvier.core import _config
from ranvier.core._errors import NotBuiltError, ShapeError
from ranvier.core._registry import builtin
from ranvier.layers._layer import Layer
from ranvier.layers.preprocessing._arrays import as_batches, from_numbers
from ranvier.layers.preprocessing._composite import is_ragged


@builtin("keras.layers")
class Normalization(Layer):
    """Computes `(x - mean) / sqrt(variance)` of each feature.

    Mean and variance are given, or those of data seen before training: call
    `adapt(data)` once. They are weights that no optimizer changes.

    Args:
        axis: the axis, or axes, of the features: each position has its own mean and
            variance. None: one mean for all.
        mean: the mean, a number or an array of the shape of the axes.
        variance: the variance, likewise.
        invert: compute `x * sqrt(variance) + mean` instead.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: if only one of mean and variance is given, or their shapes differ.

    Example:
        >>> import numpy as np
        >>> layer = Normalization()
        >>> layer.adapt(np.array([[1.0, 20.0], [3.0, 60.0]]))
        >>> layer(np.array([[2.0, 80.0]])).tolist()
        [[0.0, 2.0]]
    """

    def __init__(self, axis=-1, mean=None, variance=None, invert=False, **kwargs):
        super().__init__(**kwargs)
        self._allow_non_tensor_positional_args = True
        self.axis = (
            () if axis is None else (axis,) if isinstance(axis, int) else tuple(axis)
        )
        if (mean is None) != (variance is None):
            raise ValueError(
                "When setting values directly, both `mean` and `variance` must be "
                f"set. Received: mean={mean} and variance={variance}"
            )
        if np.shape(mean) != np.shape(variance):
            raise ValueError(
                "When setting values directly, `mean` and `variance` must have the "
                f"same shape. Received: mean of shape {np.shape(mean)}, variance of "
                f"shape {np.shape(variance)}"
            )
        if np.ndim(mean) > len(self.axis):
            raise ValueError(
                f"`mean` may have {len(self.axis)} axes at most, those named by "
                f"`axis`. Received: mean of shape {np.shape(mean)}, axis={self.axis}"
            )
        for argument, value in (("mean", mean), ("variance", variance)):
            if isinstance(value, (str, bytes)):
                raise ValueError(
                    f"`{argument}` must be a number or an array of numbers. Received: "
                    f"{argument}={value!r}"
                )
        self.input_mean = mean
        self.input_variance = variance
        self.invert = invert
        self.supports_masking = True

    def build(self, input_shape):
        ndim = len(input_shape)
        if any(not -ndim <= axis < ndim for axis in self.axis):
            raise ShapeError(
                f"All `axis` values must be in the range [-ndim, ndim). Received for "
                f"layer '{self.name}' (Normalization): axis={self.axis}, input of "
                f"shape {tuple(input_shape)} (ndim={ndim})."
            )
        if any(input_shape[axis] is None for axis in self.axis):
            raise ShapeError(
                "All `axis` values to be kept must have a known size: each position "
                f"has its own mean. Received for layer '{self.name}' (Normalization): "
                f"axis={self.axis}, input_shape={tuple(input_shape)}."
            )
        sizes = {axis % ndim: input_shape[axis] for axis in self.axis}
        self._sizes = dict(sorted(sizes.items()))
        self._reduced = tuple(axis for axis in range(ndim) if axis not in sizes)
        self._kept_shape = tuple(sizes.get(axis, 1) for axis in range(ndim))
        if self.input_mean is not None:
            return
        shape = tuple(self._sizes.values())
        self.adapt_mean = self._add_statistic("mean", shape, "zeros")
        self.adapt_variance = self._add_statistic("variance", shape, "ones")
        # Not used; part of the files that Keras writes.
        self.count = self._add_statistic("count", (), "zeros", dtype="int32")

    def _add_statistic(self, name, shape, initializer, dtype=None):
        return self.add_weight(
            name=name,
            shape=shape,
            initializer=initializer,
            dtype=dtype,
            trainable=False,
        )

    def adapt(self, data):
        """Takes mean and variance from data; forgets those of an earlier call.

        Args:
            data: an array, a data frame, a dataset, or an iterable of batches. Of
                batches `(x, y)`, `x` counts.

        Raises:
            ValueError: if there is no data, a batch has another shape than the layer
                was built for, or mean and variance were given at construction.
            TypeError: if `data` is of another kind.
        """
        if self.input_mean is not None:
            raise ValueError(
                f"Layer '{self.name}' (Normalization) was given `mean` and `variance` "
                "when it was made, so that it cannot adapt to data."
            )
        moments = None
        if is_ragged(data):
            data = [self._without_rows(data)]
        for batch in as_batches(data):
            if not self.built:
                self.build(tuple(batch.shape))
            self._check_shape(batch.shape)
            moments = _join(moments, _moments(np.asarray(batch), self._reduced))
        if moments is None or moments[0] == 0:
            raise ValueError(
                "`adapt()` received no data: an empty array or an empty iterable of "
                f"batches. Expected at least one sample for layer '{self.name}' "
                "(Normalization)."
            )
        _, mean, variance = moments
        self.adapt_mean.assign(mean)
        self.adapt_variance.assign(variance)

    def _check_shape(self, shape):
        ndim = len(self._kept_shape)
        if len(shape) != ndim or any(shape[a] != n for a, n in self._sizes.items()):
            raise ShapeError(
                f"Layer '{self.name}' (Normalization) was built for {ndim} axes with "
                f"the sizes {self._sizes} (by axis), but `adapt()` received data of "
                f"an incompatible shape: {tuple(shape)}."
            )

    @property
    def mean(self):
        """The mean, in a shape that broadcasts to the inputs; None until built."""
        return self._statistic(self.input_mean, "adapt_mean")

    @property
    def variance(self):
        """The variance, in a shape that broadcasts to the inputs; None until built."""
        return self._statistic(self.input_variance, "adapt_variance")

    def _statistic(self, given, name):
        if not self.built:
            return None
        if given is None:
            value = ops.reshape(getattr(self, name), self._kept_shape)
        else:
            # The last axes of the value belong to the last of the layer's axes.
            given = np.asarray(given)
            shape = [1] * len(self._kept_shape)
            axes = list(self._sizes)[len(self._sizes) - given.ndim :]
            for axis, size in zip(axes, given.shape, strict=True):
                shape[axis] = size
            value = ops.reshape(given, shape)
            value = ops.broadcast_to(value, self._kept_shape)
        return ops.cast(value, self.compute_dtype)

    def __call__(self, inputs, **kwargs):
        if is_ragged(inputs):
            return self._call_on_rows(inputs, **kwargs)
        return super().__call__(from_numbers(inputs), **kwargs)

    def _call_on_rows(self, inputs, **kwargs):
        outputs = super().__call__(self._without_rows(inputs), **kwargs)
        flat = ops.reshape(outputs, inputs.flat_values.shape)
        return inputs.with_flat_values(flat)

    def _without_rows(self, inputs):
        """Returns the values of a ragged tensor, which share one mean.

        Raises:
            ShapeError: if positions along the rows have their own.
        """
        if not self.built:
            self.build(tuple(inputs.shape))
        flat = inputs.flat_values
        outer = len(self._kept_shape) - len(flat.shape)
        if any(size != 1 for size in self._kept_shape[: outer + 1]):
            raise ShapeError(
                f"Layer '{self.name}' (Normalization) has its own mean for each "
                f"position of axis {self.axis}, along which the rows of a ragged "
                "tensor lie: pass `axis=None`."
            )
        return ops.reshape(flat, (*[1] * outer, *flat.shape))

    def call(self, inputs):
        if not self.built:
            raise NotBuiltError(
                f"Layer '{self.name}' (Normalization) is not built. Call "
                "`adapt(data)` or `build(input_shape)` first."
            )
        x = ops.cast(inputs, self.compute_dtype)
        mean = self.mean
        scale = ops.maximum(ops.sqrt(self.variance), _config.epsilon())
        if self.invert:
            return ops.add(mean, ops.multiply(x, scale))
        return ops.divide(ops.subtract(x, mean), scale)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {
            **super().get_config(),
            "axis": self.axis,
            "invert": self.invert,
            "mean": np.array(self.input_mean).tolist(),
            "variance": np.array(self.input_variance).tolist(),
        }


def _moments(x, axes):
    """Returns count, mean and variance over some axes, in 64 bits."""
    x = x.astype(np.float64)
    count = int(np.prod([x.shape[axis] for axis in axes]))
    if count == 0:
        return 0, 0.0, 0.0
    return count, x.mean(axis=axes), x.var(axis=axes)


def _join(first, second):
    """Joins the moments of two parts (Chan, Golub & LeVeque, 1979)."""
    if first is None or first[0] == 0:
        return second
    if second[0] == 0:
        return first
    n1, mean1, var1 = first
    n2, mean2, var2 = second
    n = n1 + n2
    delta = mean2 - mean1
    mean = mean1 + delta * (n2 / n)
    variance = (var1 * n1 + var2 * n2) / n + delta**2 * (n1 / n) * (n2 / n)
    return n, mean, variance
