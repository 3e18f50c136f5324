"""Cropping1D, 2D, 3D: sequences, images and volumes without their edges."""

from ranvier import ops
from ranvier.core._config import standardize_data_format
from ranvier.core._errors import ShapeError
from ranvier.core._registry import builtin
from ranvier.layers._spatial import Spatial, pairs


class _Cropping(Spatial):
    def __init__(self, cropping, **kwargs):
        super().__init__(**kwargs)
        self.cropping = pairs("cropping", cropping, self._rank)

    def _amounts(self):
        return (self.cropping,) if self._rank == 1 else self.cropping

    def _resized(self, size, amount):
        if sum(amount) >= size:
            raise ShapeError(
                f"Layer '{self.name}' ({type(self).__name__}): values of the "
                "`cropping` argument must add up to less than the size of the axis. "
                f"Received: cropping={self.cropping}, size={size}"
            )
        return size - sum(amount)

    def call(self, inputs):
        kept = [slice(None)] * (self._rank + 2)
        for axis, (before, after) in self._by_axis():
            size = inputs.shape[axis]
            kept[axis] = slice(before, before + self._resized(size, (before, after)))
        return ops.get_item(inputs, tuple(kept))

    def get_config(self):
        return {**super().get_config(), "cropping": self.cropping}


@builtin("keras.layers")
class Cropping1D(_Cropping):
    """Cuts steps off the ends of sequences.

    Args:
        cropping: `(at the start, at the end)`; one integer for both.
        **kwargs: `name`, `dtype`.

    Input shape `(batch, steps, channels)`.

    Raises:
        ValueError: for a cropping that is not allowed, or that leaves nothing.

    Example:
        >>> import numpy as np
        >>> Cropping1D((1, 0))(np.array([[[1.0], [2.0]]])).ravel().tolist()
        [2.0]
    """

    _rank = 1

    def __init__(self, cropping=(1, 1), **kwargs):
        super().__init__(cropping, **kwargs)


@builtin("keras.layers")
class Cropping2D(_Cropping):
    """Cuts the edges off images.

    Args:
        cropping: `((top, bottom), (left, right))`; an integer in place of a pair, or
            of the whole, stands for equal ones.
        data_format: `"channels_last"`, `"channels_first"`, or None for the default.
        **kwargs: `name`, `dtype`.

    Input shape `(batch, height, width, channels)` or
    `(batch, channels, height, width)`.

    Raises:
        ValueError: for a cropping that is not allowed, or that leaves nothing.

    Example:
        >>> import numpy as np
        >>> Cropping2D(((1, 0), 1))(np.ones((1, 4, 4, 1))).shape
        (1, 3, 2, 1)
    """

    _rank = 2

    def __init__(self, cropping=((0, 0), (0, 0)), data_format=None, **kwargs):
        super().__init__(cropping, **kwargs)
        self.data_format = standardize_data_format(data_format)

    def get_config(self):
        return {**super().get_config(), "data_format": self.data_format}


@builtin("keras.layers")
class Cropping3D(_Cropping):
    """Cuts the faces off volumes.

    Args:
        cropping: a pair for each of three axes; an integer in place of a pair, or of
            the whole, stands for equal ones.
        data_format: `"channels_last"`, `"channels_first"`, or None for the default.
        **kwargs: `name`, `dtype`.

    Input shape `(batch, dim1, dim2, dim3, channels)` or
    `(batch, channels, dim1, dim2, dim3)`.

    Raises:
        ValueError: for a cropping that is not allowed, or that leaves nothing.

    Example:
        >>> import numpy as np
        >>> Cropping3D(1)(np.ones((1, 4, 4, 4, 1))).shape
        (1, 2, 2, 2, 1)
    """

    _rank = 3

    def __init__(self, cropping=((1, 1), (1, 1), (1, 1)), data_format=None, **kwargs):
        super().__init__(cropping, **kwargs)
        self.data_format = standardize_data_format(data_format)

    def get_config(self):
        return {**super().get_config(), "data_format": self.data_format}
