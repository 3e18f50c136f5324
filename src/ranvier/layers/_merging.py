"""Layers that combine inputs entry by entry, and their functional forms."""

from ranvier import ops
from ranvier.core._mask import get_mask, set_mask
from ranvier.core._registry import builtin
from ranvier.layers._merge import Merge, any_of, check_two


def _spread_mask(x):
    """Returns the mask of `x` in the shape of `x`, or None."""
    mask = get_mask(x)
    if mask is None:
        return None
    return ops.broadcast_to(ops.expand_dims(mask, -1), ops.shape(x))


def _sum(inputs):
    total = inputs[0]
    for x in inputs[1:]:
        total = ops.add(total, x)
    return total


@builtin("keras.layers")
class Add(Merge):
    """Adds a list of inputs.

    Args:
        **kwargs: `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> Add()([np.array([[1.0]]), np.array([[2.0]])]).tolist()
        [[3.0]]
    """

    def _merge_function(self, inputs):
        return _sum(inputs)


@builtin("keras.layers")
class Subtract(Merge):
    """Subtracts the second of two inputs from the first.

    Args:
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: if called on another number of inputs.

    Example:
        >>> import numpy as np
        >>> Subtract()([np.array([[1.0]]), np.array([[2.0]])]).tolist()
        [[-1.0]]
    """

    def build(self, input_shape):
        super().build(input_shape)
        check_two(self, input_shape)

    def _merge_function(self, inputs):
        check_two(self, inputs)
        return ops.subtract(inputs[0], inputs[1])


@builtin("keras.layers")
class Multiply(Merge):
    """Multiplies a list of inputs; masked entries count as one.

    Args:
        **kwargs: `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> Multiply()([np.array([[3.0]]), np.array([[2.0]])]).tolist()
        [[6.0]]
    """

    def _merge_function(self, inputs):
        masks = [_spread_mask(x) for x in inputs]
        factors = [
            x if mask is None else ops.where(mask, x, ops.cast(1, x.dtype))
            for x, mask in zip(inputs, masks, strict=True)
        ]
        output = factors[0]
        for x in factors[1:]:
            output = ops.multiply(output, x)
        if all(mask is not None for mask in masks):
            mask = any_of(masks)
            output = ops.where(mask, output, ops.cast(0, output.dtype))
            set_mask(output, ops.any(mask, axis=-1))
        return output


@builtin("keras.layers")
class Average(Merge):
    """Averages a list of inputs.

    Args:
        **kwargs: `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> Average()([np.array([[1.0]]), np.array([[2.0]])]).tolist()
        [[1.5]]
    """

    def _merge_function(self, inputs):
        return ops.divide(_sum(inputs), len(inputs))


class _Extremum(Merge):
    """Base of maximum and minimum, for which masked entries do not count."""

    _op = None

    def _merge_function(self, inputs):
        output, output_mask = inputs[0], _spread_mask(inputs[0])
        for x in inputs[1:]:
            mask = _spread_mask(x)
            if mask is not None:
                x = ops.where(mask, x, output)
            if output_mask is not None:
                output = ops.where(output_mask, output, x)
                output_mask = None if mask is None else any_of([output_mask, mask])
            output = type(self)._op(output, x)
        if output_mask is not None:
            set_mask(output, ops.any(output_mask, axis=-1))
        return output


@builtin("keras.layers")
class Maximum(_Extremum):
    """Takes the greatest of each entry over a list of inputs.

    Args:
        **kwargs: `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> Maximum()([np.array([[1.0]]), np.array([[2.0]])]).tolist()
        [[2.0]]
    """

    _op = staticmethod(ops.maximum)


@builtin("keras.layers")
class Minimum(_Extremum):
    """Takes the smallest of each entry over a list of inputs.

    Args:
        **kwargs: `name`, `dtype`.

    Example:
        >>> import numpy as np
        >>> Minimum()([np.array([[1.0]]), np.array([[2.0]])]).tolist()
        [[1.0]]
    """

    _op = staticmethod(ops.minimum)


def add(inputs, **kwargs):
    """Returns the sum of a list of tensors; see `Add`.

    Args:
        inputs: list of tensors.
        **kwargs: arguments of the layer.

    Example:
        >>> import numpy as np
        >>> add([np.array([[1.0]]), np.array([[2.0]])]).tolist()
        [[3.0]]
    """
    return Add(**kwargs)(inputs)


def subtract(inputs, **kwargs):
    """Returns the difference of two tensors; see `Subtract`.

    Args:
        inputs: list of two tensors.
        **kwargs: arguments of the layer.

    Example:
        >>> import numpy as np
        >>> subtract([np.array([[1.0]]), np.array([[2.0]])]).tolist()
        [[-1.0]]
    """
    return Subtract(**kwargs)(inputs)


def multiply(inputs, **kwargs):
    """Returns the product of a list of tensors; see `Multiply`.

    Args:
        inputs: list of tensors.
        **kwargs: arguments of the layer.

    Example:
        >>> import numpy as np
        >>> multiply([np.array([[3.0]]), np.array([[2.0]])]).tolist()
        [[6.0]]
    """
    return Multiply(**kwargs)(inputs)


def average(inputs, **kwargs):
    """Returns the mean of a list of tensors; see `Average`.

    Args:
        inputs: list of tensors.
        **kwargs: arguments of the layer.

    Example:
        >>> import numpy as np
        >>> average([np.array([[1.0]]), np.array([[2.0]])]).tolist()
        [[1.5]]
    """
    return Average(**kwargs)(inputs)


def maximum(inputs, **kwargs):
    """Returns the greatest entries of a list of tensors; see `Maximum`.

    Args:
        inputs: list of tensors.
        **kwargs: arguments of the layer.

    Example:
        >>> import numpy as np
        >>> maximum([np.array([[1.0]]), np.array([[2.0]])]).tolist()
        [[2.0]]
    """
    return Maximum(**kwargs)(inputs)


def minimum(inputs, **kwargs):
    """Returns the smallest entries of a list of tensors; see `Minimum`.

    Args:
        inputs: list of tensors.
        **kwargs: arguments of the layer.

    Example:
        >>> import numpy as np
        >>> minimum([np.array([[1.0]]), np.array([[2.0]])]).tolist()
        [[1.0]]
    """
    return Minimum(**kwargs)(inputs)
