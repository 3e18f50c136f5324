"""A range whose bounds a program computes: something to loop over."""

import numpy as np

from ranvier.tensors import _math
from ranvier.tensors._constant import convert_to_tensor
from ranvier.tensors._errors import ValueNeededError


class DynamicRange:
    """What `tf.range` gives for bounds that are not known when a program is traced.

    A tensor has a fixed shape inside a program, so this is none. A loop over it runs
    as often as it should.

    Args:
        start: the first number, a scalar tensor.
        limit: the end, left out.
        delta: the step.
    """

    def __init__(self, start, limit, delta):
        self.start, self.limit, self.delta = start, limit, delta

    @property
    def count(self):
        """How many numbers there are, as a tensor."""
        span = self.limit - self.start
        if self.dtype.is_integer:
            one = convert_to_tensor(1, self.dtype)
            steps = (span + self.delta - _math.sign(self.delta) * one) // self.delta
        else:
            steps = _math.ceil(span / self.delta)
        return _math.maximum(_math.cast(steps, "int32"), convert_to_tensor(np.int32(0)))

    def item(self, number):
        """Returns one of the numbers."""
        return self.start + _math.cast(number, self.start.dtype) * self.delta

    @property
    def dtype(self):
        """The dtype of the numbers."""
        return self.start.dtype

    def __array__(self, *args, **kwargs):
        raise ValueNeededError(
            "The length of this `tf.range` depends on a tensor inside a compiled "
            "function. It can be looped over, but is no tensor: shapes are fixed there."
        )

    __getitem__ = __iter__ = __neg__ = __abs__ = __array__
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __array__
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __array__
    __mod__ = __rmod__ = __pow__ = __rpow__ = __matmul__ = __rmatmul__ = __array__
    __lt__ = __le__ = __gt__ = __ge__ = __array__


def dynamic_range(start, limit, delta, dtype):
    """Returns the range with its bounds brought to one dtype."""
    return DynamicRange(*[_math.cast(x, dtype) for x in (start, limit, delta)])
