"""ZeroPadding1D, 2D, 3D: zeros around sequences, images and volumes."""

from ranvier import ops
from ranvier.core._config import standardize_data_format
from ranvier.core._registry import builtin
from ranvier.layers._spatial import Spatial, pairs


class _ZeroPadding(Spatial):
    def __init__(self, padding, data_format, **kwargs):
        super().__init__(**kwargs)
        self.data_format = standardize_data_format(data_format)
        self.padding = pairs("padding", padding, self._rank)

    def _amounts(self):
        return (self.padding,) if self._rank == 1 else self.padding

    def _resized(self, size, amount):
        return size + sum(amount)

    def call(self, inputs):
        widths = [(0, 0)] * (self._rank + 2)
        for axis, amount in self._by_axis():
            widths[axis] = amount
        return ops.pad(inputs, widths)

    def get_config(self):
        return {
            **super().get_config(),
            "padding": self.padding,
            "data_format": self.data_format,
        }


@builtin("keras.layers")
class ZeroPadding1D(_ZeroPadding):
    """Adds zeros before and after sequences.

    Args:
        padding: `(before, after)`; one integer for both.
        data_format: `"channels_last"`, `"channels_first"`, or None for the default.
        **kwargs: `name`, `dtype`.

    Input shape `(batch, steps, channels)` or `(batch, channels, steps)`.

    Raises:
        ValueError: for a padding that is not allowed.

    Example:
        >>> import numpy as np
        >>> ZeroPadding1D((1, 0))(np.array([[[1.0], [2.0]]])).ravel().tolist()
        [0.0, 1.0, 2.0]
    """

    _rank = 1

    def __init__(self, padding=1, data_format=None, **kwargs):
        super().__init__(padding, data_format, **kwargs)


@builtin("keras.layers")
class ZeroPadding2D(_ZeroPadding):
    """Adds zeros around images.

    Args:
        padding: `((top, bottom), (left, right))`; an integer in place of a pair, or
            of the whole, stands for equal ones.
        data_format: `"channels_last"`, `"channels_first"`, or None for the default.
        **kwargs: `name`, `dtype`.

    Input shape `(batch, height, width, channels)` or
    `(batch, channels, height, width)`.

    Raises:
        ValueError: for a padding that is not allowed.

    Example:
        >>> import numpy as np
        >>> ZeroPadding2D(((1, 2), 3))(np.ones((1, 4, 4, 1))).shape
        (1, 7, 10, 1)
    """

    _rank = 2

    def __init__(self, padding=(1, 1), data_format=None, **kwargs):
        super().__init__(padding, data_format, **kwargs)


@builtin("keras.layers")
class ZeroPadding3D(_ZeroPadding):
    """Adds zeros around volumes.

    Args:
        padding: a pair `(before, after)` for each of three axes; an integer in place
            of a pair, or of the whole, stands for equal ones.
        data_format: `"channels_last"`, `"channels_first"`, or None for the default.
        **kwargs: `name`, `dtype`.

    Input shape `(batch, dim1, dim2, dim3, channels)` or
    `(batch, channels, dim1, dim2, dim3)`.

    Raises:
        ValueError: for a padding that is not allowed.

    Example:
        >>> import numpy as np
        >>> ZeroPadding3D(1)(np.ones((1, 2, 2, 2, 1))).shape
        (1, 4, 4, 4, 1)
    """

    _rank = 3

    def __init__(self, padding=((1, 1), (1, 1), (1, 1)), data_format=None, **kwargs):
        super().__init__(padding, data_format, **kwargs)
