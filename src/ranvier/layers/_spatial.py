"""The engine of UpSampling, ZeroPadding and Cropping: other sizes for spatial axes.

A layer has an amount for each spatial axis, and says how an amount changes a size.
Batch and channels stay as they are.
"""

from ranvier.layers._arguments import int_tuple
from ranvier.layers._input_spec import InputSpec
from ranvier.layers._layer import Layer


class Spatial(Layer):
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


def pairs(name, value, rank):
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
