"""UpSampling1D, 2D, 3D: larger sequences, images and volumes."""

from ranvier import ops
from ranvier.core._config import standardize_data_format
from ranvier.core._registry import builtin
from ranvier.layers._arguments import int_tuple, repetitions
from ranvier.layers._spatial import Spatial


class _UpSampling(Spatial):
    def _amounts(self):
        return (self.size,) if self._rank == 1 else self.size

    def _resized(self, size, amount):
        return size * amount

    def call(self, inputs):
        for axis, amount in self._by_axis():
            inputs = ops.repeat(inputs, amount, axis=axis)
        return inputs

    def get_config(self):
        return {**super().get_config(), "size": self.size}


@builtin("keras.layers")
class UpSampling1D(_UpSampling):
    """Repeats each step of sequences `size` times.

    Args:
        size: number of repetitions.
        **kwargs: `name`, `dtype`.

    Input shape `(batch, steps, channels)`.

    Raises:
        TypeError: if `size` is no integer.
        ValueError: if it is not positive.

    Example:
        >>> import numpy as np
        >>> UpSampling1D(2)(np.array([[[1.0], [2.0]]])).ravel().tolist()
        [1.0, 1.0, 2.0, 2.0]
    """

    _rank = 1

    def __init__(self, size=2, **kwargs):
        super().__init__(**kwargs)
        self.size = repetitions("size", size)


@builtin("keras.layers")
class UpSampling2D(_UpSampling):
    """Enlarges images.

    Args:
        size: factors for height and width; one integer for both.
        data_format: `"channels_last"`, `"channels_first"`, or None for the default.
        interpolation: `"nearest"`, `"bilinear"`, `"bicubic"`, `"lanczos3"` or
            `"lanczos5"`.
        **kwargs: `name`, `dtype`.

    Input shape `(batch, height, width, channels)` or
    `(batch, channels, height, width)`.

    Raises:
        ValueError: for a size or an interpolation that is not allowed.

    Example:
        >>> import numpy as np
        >>> UpSampling2D((2, 3))(np.ones((1, 4, 4, 1))).shape
        (1, 8, 12, 1)
    """

    _rank = 2

    def __init__(
        self, size=(2, 2), data_format=None, interpolation="nearest", **kwargs
    ):
        super().__init__(**kwargs)
        self.data_format = standardize_data_format(data_format)
        self.size = int_tuple("size", size, 2)
        self.interpolation = str(interpolation).lower()
        if self.interpolation not in _INTERPOLATIONS:
            raise ValueError(
                f"Argument `interpolation` must be one of {_INTERPOLATIONS}. "
                f"Received: interpolation={interpolation}"
            )

    def call(self, inputs):
        if self.interpolation == "nearest":
            return super().call(inputs)
        shape = self.compute_output_shape(inputs.shape)
        return ops.image.resize(
            inputs,
            [shape[axis] for axis, _ in self._by_axis()],
            interpolation=self.interpolation,
            data_format=self.data_format,
        )

    def get_config(self):
        return {
            **super().get_config(),
            "data_format": self.data_format,
            "interpolation": self.interpolation,
        }


_INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")


@builtin("keras.layers")
class UpSampling3D(_UpSampling):
    """Enlarges volumes by repeating entries.

    Args:
        size: factors for the three axes; one integer for all.
        data_format: `"channels_last"`, `"channels_first"`, or None for the default.
        **kwargs: `name`, `dtype`.

    Input shape `(batch, dim1, dim2, dim3, channels)` or
    `(batch, channels, dim1, dim2, dim3)`.

    Raises:
        ValueError: for a size that is not allowed.

    Example:
        >>> import numpy as np
        >>> UpSampling3D(2)(np.ones((1, 2, 2, 2, 1))).shape
        (1, 4, 4, 4, 1)
    """

    _rank = 3

    def __init__(self, size=(2, 2, 2), data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.data_format = standardize_data_format(data_format)
        self.size = int_tuple("size", size, 3)

    def get_config(self):
        return {**super().get_config(), "data_format": self.data_format}
