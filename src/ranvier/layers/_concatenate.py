"""Concatenate: inputs side by side."""

from ranvier import ops
from ranvier.core._errors import ShapeError
from ranvier.core._registry import builtin
from ranvier.layers._merge import Merge, check_list, check_masks


@builtin("keras.layers")
class Concatenate(Merge):
    """Joins a list of inputs along an axis.

    Args:
        axis: the axis; the others must have equal sizes.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: when called, if the shapes do not fit.

    Example:
        >>> import numpy as np
        >>> Concatenate()([np.ones((2, 3)), np.ones((2, 4))]).shape
        (2, 7)
    """

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs):
        return ops.concatenate(inputs, axis=self.axis)

    def compute_output_shape(self, input_shape):
        check_list(self, input_shape)
        ndim = len(input_shape[0])
        if any(len(shape) != ndim for shape in input_shape) or not (
            -ndim <= self.axis < ndim
        ):
            raise self._mismatch(input_shape)
        output = []
        for axis, sizes in enumerate(zip(*input_shape, strict=True)):
            known = set(sizes) - {None}
            if axis == self.axis % ndim:
                output.append(None if None in sizes else sum(sizes))
            elif len(known) > 1:
                raise self._mismatch(input_shape)
            else:
                output.append(known.pop() if known else None)
        return tuple(output)

    def _mismatch(self, input_shape):
        return ShapeError(
            f"Layer '{self.name}': a `Concatenate` layer requires inputs with "
            "matching shapes except for the concatenation axis. "
            f"Received: input_shape={input_shape}, axis={self.axis}"
        )

    def compute_mask(self, inputs, mask=None):
        masks = check_masks(inputs, mask)
        if masks is None or all(m is None for m in masks):
            return None
        spread = []
        for x, m in zip(inputs, masks, strict=True):
            if m is None:
                m = ops.ones_like(x, dtype="bool")
            elif len(m.shape) < len(x.shape):
                m = ops.expand_dims(m, axis=-1)
                m = ops.logical_or(m, ops.zeros_like(x, dtype="bool"))
            spread.append(m)
        return ops.any(ops.concatenate(spread, axis=self.axis), axis=-1)

    def get_config(self):
        return {**super().get_config(), "axis": self.axis}


def concatenate(inputs, axis=-1, **kwargs):
    """Returns a list of tensors joined along an axis; see `Concatenate`.

    Args:
        inputs: list of tensors.
        axis: the axis.
        **kwargs: arguments of the layer.

    Example:
        >>> import numpy as np
        >>> concatenate([np.ones((2, 3)), np.ones((2, 4))]).shape
        (2, 7)
    """
    return Concatenate(axis=axis, **kwargs)(inputs)
