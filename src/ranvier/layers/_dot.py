"""Dot: products of two inputs, sample by sample."""

from ranvier import ops
from ranvier.core._errors import ShapeError
from ranvier.core._registry import builtin
from ranvier.layers._merge import Merge, check_list, check_two


@builtin("keras.layers")
class Dot(Merge):
    """Sums products of two inputs along an axis of each, for each sample.

    Args:
        axes: the axis of both inputs, or `(first, second)`; never that of the batch.
        normalize: whether to bring the vectors along the axes to length one before:
            the result is then the cosine of their angle.
        **kwargs: `name`, `dtype`.

    Input shapes `(batch, a..., n)` and `(batch, n, b...)` give `(batch, a..., b...)`,
    and `(batch, 1)` if nothing else is left.

    Raises:
        TypeError: if `axes` is no integer or list.
        ValueError: if it has not two integers, or names the batch.

    Example:
        >>> import numpy as np
        >>> Dot(axes=(2, 1))([np.ones((5, 2, 3)), np.ones((5, 3, 4))]).shape
        (5, 2, 4)
    """

    def __init__(self, axes, normalize=False, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(axes, (int, list, tuple)):
            raise TypeError(
                "Invalid type for argument `axes`: it should be a list or an int. "
                f"Received: axes={axes!r}"
            )
        pair = (axes, axes) if isinstance(axes, int) else tuple(axes)
        if len(pair) != 2 or any(not isinstance(axis, int) for axis in pair):
            raise ValueError(
                "Invalid format for argument `axes`: it should contain two integers. "
                f"Received: axes={axes}"
            )
        if 0 in pair:
            raise ValueError(
                "Argument `axes` cannot name axis 0, that of the batch. "
                f"Received: axes={axes}"
            )
        self.axes = axes
        self.normalize = normalize

    def _axes_for(self, shapes):
        check_list(self, shapes)
        check_two(self, shapes)
        pair = (self.axes,) * 2 if isinstance(self.axes, int) else self.axes
        for axis, shape in zip(pair, shapes, strict=True):
            if len(shape) < 2 or not -len(shape) < axis < len(shape):
                raise ShapeError(
                    f"Layer '{self.name}' (Dot): axis {axis} is no axis after the "
                    f"batch of shape {tuple(shape)}. Received: axes={self.axes}"
                )
        return [axis % len(s) for axis, s in zip(pair, shapes, strict=True)]

    def call(self, inputs):
        axes = self._axes_for([x.shape for x in inputs])
        if self.normalize:
            pairs = zip(inputs, axes, strict=True)
            inputs = [ops.normalize(x, axis=axis) for x, axis in pairs]
        letters = iter("abcdefghijklmnopqrstuvwxy")
        terms = []
        for x, axis in zip(inputs, axes, strict=True):
            rest = [next(letters) for _ in x.shape[1:]]
            rest[axis - 1] = "z"
            terms.append(rest)
        left, right = ("".join(term) for term in terms)
        result = (left + right).replace("z", "")
        output = ops.einsum(f"A{left},A{right}->A{result}", *inputs)
        return output if result else ops.expand_dims(output, axis=-1)

    def compute_output_shape(self, input_shape):
        axes = self._axes_for(input_shape)
        first, second = (list(shape) for shape in input_shape)
        sizes = {first.pop(axes[0]), second.pop(axes[1])} - {None}
        batch = {first.pop(0), second.pop(0)} - {None}
        if len(sizes) > 1 or len(batch) > 1:
            raise ShapeError(
                f"Layer '{self.name}' (Dot): incompatible input shapes "
                f"{input_shape[0]} and {input_shape[1]} for axes={self.axes}: the two "
                "axes, and the batches, must have equal sizes."
            )
        return (batch.pop() if batch else None, *(first + second or [1]))

    def compute_mask(self, inputs, mask=None):
        return None

    def get_config(self):
        return {**super().get_config(), "axes": self.axes, "normalize": self.normalize}


def dot(inputs, axes=-1, **kwargs):
    """Returns the products of two tensors, summed along an axis; see `Dot`.

    Args:
        inputs: list of two tensors.
        axes: the axis of both, or `(first, second)`.
        **kwargs: arguments of the layer.

    Example:
        >>> import numpy as np
        >>> dot([np.ones((2, 3)), np.ones((2, 3))]).tolist()
        [[3.0], [3.0]]
    """
    return Dot(axes=axes, **kwargs)(inputs)
