"""UpSampling, ZeroPadding and Cropping: other sizes for the spatial axes.

One engine: a layer has an amount for each spatial axis, and says how an amount
changes a size. Batch and channels stay as they are.
"""

from ranvier import ops
from ranvier.core._config import standardize_data_format
from ranvier.core._errors import ShapeError
from ranvier.core._registry import builtin
from ranvier.layers._arguments import int_tuple, repetitions
from ranvier.layers._input_spec import InputSpec
from ranvier.layers._layer import Layer


class _Spatial(Layer):
    """Base of the family."""

    _rank: int  # spatial axes
    data_format = "channels_last"

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.input_spec = InputSpec(ndim=self._rank + 2)

    def _amounts(self):
        """Returns one amount for each spatial axis."""
        raise NotImplementedError

    def _resized(self, size, amount):
        """Returns the new size of an axis."""
        raise NotImplementedError

    def _by_axis(self):
        first = 2 if self.data_format == "channels_first" else 1
        return list(enumerate(self._amounts(), start=first))

    def compute_output_shape(self, input_shape):
        shape = list(input_shape)
        for axis, amount in self._by_axis():
            if shape[axis] is not None:
                shape[axis] = self._resized(shape[axis], amount)
        return tuple(shape)


class _UpSampling(_Spatial):
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


def _pairs(name, value, rank):
    """Returns `(before, after)`, or one such pair for each of several axes."""
    if rank == 1:
        return int_tuple(name, value, 2, allow_zero=True)
    values = (value,) * rank if isinstance(value, int) else value
    if not isinstance(values, (tuple, list)) or len(values) != rank:
        raise ValueError(
            f"`{name}` should have {rank} elements: an integer, or {rank} integers or "
            f"pairs of integers. Received: {name}={value!r}"
        )
    return tuple(
        int_tuple(f"{name}[{i}]", entry, 2, allow_zero=True)
        for i, entry in enumerate(values)
    )


class _ZeroPadding(_Spatial):
    def __init__(self, padding, data_format, **kwargs):
        super().__init__(**kwargs)
        self.data_format = standardize_data_format(data_format)
        self.padding = _pairs("padding", padding, self._rank)

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


class _Cropping(_Spatial):
    def __init__(self, cropping, **kwargs):
        super().__init__(**kwargs)
        self.cropping = _pairs("cropping", cropping, self._rank)

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
