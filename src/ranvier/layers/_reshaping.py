"""Layers that arrange the entries of each sample anew, without computing."""

import math

from ranvier import ops
from ranvier.core._config import standardize_data_format
from ranvier.core._errors import ShapeError
from ranvier.core._registry import builtin
from ranvier.layers._arguments import repetitions
from ranvier.layers._input_spec import InputSpec
from ranvier.layers._layer import Layer
from ranvier.ops._symbolic import KerasTensor


class _Rearranging(Layer):
    """Base of layers whose symbolic outputs have the dtype of their inputs."""

    def compute_output_spec(self, inputs):
        shape = self.compute_output_shape(inputs.shape)
        return KerasTensor(shape, dtype=inputs.dtype, sparse=inputs.sparse)


@builtin("keras.layers")
class Flatten(_Rearranging):
    """Makes each sample a vector.

    Args:
        data_format: `"channels_last"` keeps the order of entries;
            `"channels_first"` moves the channels last before; None: the default.
        **kwargs: `name`, `dtype`.

    Input shape `(batch, ...)`, output shape `(batch, product of the rest)`.

    Example:
        >>> import numpy as np
        >>> Flatten()(np.ones((2, 3, 4))).shape
        (2, 12)
    """

    def __init__(self, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.data_format = standardize_data_format(data_format)
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs):
        ndim = len(inputs.shape)
        if self.data_format == "channels_first" and ndim > 1:
            inputs = ops.transpose(inputs, axes=(0, *range(2, ndim), 1))
        return ops.reshape(inputs, self.compute_output_shape(inputs.shape))

    def compute_output_shape(self, input_shape):
        batch, *sizes = input_shape
        return (batch, None if None in sizes else math.prod(sizes))

    def get_config(self):
        return {**super().get_config(), "data_format": self.data_format}


@builtin("keras.layers")
class Reshape(_Rearranging):
    """Gives each sample another shape of as many entries.

    Args:
        target_shape: the shape, without the batch; one size may be -1 and follows
            from the others.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for sizes below -1 or more than one -1; when called, if the
            number of entries differs.

    Example:
        >>> import numpy as np
        >>> Reshape((2, -1))(np.ones((5, 6))).shape
        (5, 2, 3)
    """

    def __init__(self, target_shape, **kwargs):
        super().__init__(**kwargs)
        self.target_shape = tuple(target_shape)
        sizes = [-1 if n is None else n for n in self.target_shape]
        if any(n < -1 for n in sizes) or sizes.count(-1) > 1:
            raise ValueError(
                "Argument `target_shape` must have non-negative sizes, and at most "
                f"one -1. Received: target_shape={target_shape}"
            )
        self.built = True

    def call(self, inputs):
        return ops.reshape(inputs, self.compute_output_shape(inputs.shape))

    def compute_output_shape(self, input_shape):
        batch, *sizes = input_shape
        target = tuple(None if n == -1 else n for n in self.target_shape)
        if None in sizes:
            return (batch, *target)
        total = math.prod(sizes)
        known = math.prod(n for n in target if n is not None)
        if None not in target:
            fits = total == known
        else:
            fits = known > 0 and total % known == 0
        if not fits:
            raise ShapeError(
                f"Layer '{self.name}' (Reshape) cannot reshape samples of shape "
                f"{tuple(sizes)} ({total} entries) into target_shape="
                f"{self.target_shape}. Received: input_shape={tuple(input_shape)}"
            )
        return (batch, *(total // known if n is None else n for n in target))

    def get_config(self):
        return {**super().get_config(), "target_shape": self.target_shape}


@builtin("keras.layers")
class Permute(_Rearranging):
    """Permutes the axes of each sample.

    Args:
        dims: the new order of the axes; the first after the batch is 1.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: if `dims` is no permutation of `1, 2, ...`.

    Example:
        >>> import numpy as np
        >>> Permute((2, 1))(np.ones((5, 2, 3))).shape
        (5, 3, 2)
    """

    def __init__(self, dims, **kwargs):
        super().__init__(**kwargs)
        self.dims = tuple(dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(
                "Invalid permutation argument `dims` for Permute Layer. Expected each "
                f"of 1, 2, ..., {len(self.dims)} once. Received: dims={dims}"
            )
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def call(self, inputs):
        return ops.transpose(inputs, axes=(0, *self.dims))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *(input_shape[axis] for axis in self.dims))

    def get_config(self):
        return {**super().get_config(), "dims": self.dims}


@builtin("keras.layers")
class RepeatVector(Layer):
    """Repeats each vector `n` times, as the steps of a sequence.

    Args:
        n: number of repetitions.
        **kwargs: `name`, `dtype`.

    Input shape `(batch, features)`, output shape `(batch, n, features)`.

    Raises:
        TypeError: if `n` is no integer.
        ValueError: if it is not positive.

    Example:
        >>> import numpy as np
        >>> RepeatVector(3)(np.ones((2, 4))).shape
        (2, 3, 4)
    """

    def __init__(self, n, **kwargs):
        super().__init__(**kwargs)
        self.n = repetitions("n", n)
        self.input_spec = InputSpec(ndim=2)

    def call(self, inputs):
        return ops.repeat(ops.expand_dims(inputs, axis=1), self.n, axis=1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.n, input_shape[1])

    def get_config(self):
        return {**super().get_config(), "n": self.n}
