"""TensorArray: a list of tensors that is written and read by number."""

import functools

import numpy as np

from ranvier.tensors import _shaping
from ranvier.tensors._constant import convert_to_tensor
from ranvier.tensors._dtype import as_dtype
from ranvier.tensors._errors import InvalidArgumentError, OutOfRangeError
from ranvier.tensors._functions import static
from ranvier.tensors._shape import TensorShape
from ranvier.tensors._tensor import Tensor, is_traced


class TensorArray:
    """A list of tensors of one dtype. Writing returns the array.

    Args:
        dtype: the dtype.
        size: the number of elements.
        dynamic_size: whether writing beyond the end makes it longer.
        clear_after_read: whether an element that was read is forgotten: zeros.
        tensor_array_name: accepted as in TensorFlow.
        handle: accepted as in TensorFlow.
        flow: accepted as in TensorFlow.
        infer_shape: whether all elements must have one shape.
        element_shape: that shape, if known.
        colocate_with_first_write_call: accepted as in TensorFlow.
        name: accepted as in TensorFlow.

    Example:
        >>> array = TensorArray(dtype="float32", size=2)
        >>> array = array.write(0, [1.0, 2.0]).write(1, [3.0, 4.0])
        >>> array.stack().numpy().tolist()
        [[1.0, 2.0], [3.0, 4.0]]
    """

    def __init__(
        self,
        dtype,
        size=None,
        dynamic_size=None,
        clear_after_read=None,
        tensor_array_name=None,
        handle=None,
        flow=None,
        infer_shape=True,
        element_shape=None,
        colocate_with_first_write_call=True,
        name=None,
    ):
        self._dtype = as_dtype(dtype)
        self._dynamic = bool(dynamic_size)
        self._clear = clear_after_read is None or bool(clear_after_read)
        self._infer = infer_shape
        self._shape = TensorShape(element_shape)
        self._elements: list = [None] * (0 if size is None else static(size))
        self._read: set = set()
        # In a loop of a program: all elements as one tensor, and their number.
        self._buffer = None

    @property
    def dtype(self):
        """The dtype of the elements."""
        return self._dtype

    @property
    def element_shape(self) -> TensorShape:
        """The shape of the elements, as far as known."""
        return self._shape

    @property
    def dynamic_size(self) -> bool:
        """Whether writing beyond the end makes the array longer."""
        return self._dynamic

    def size(self, name=None):
        """Returns the number of elements, as a tensor."""
        return Tensor(np.asarray(len(self._elements), np.int32))

    def identity(self):
        """Returns the array."""
        return self

    def grad(self, source, flow=None, name=None):
        """Raises: gradients are found by tapes."""
        raise NotImplementedError("Gradients of arrays are found by `GradientTape`.")

    def close(self, name=None):
        """Forgets all elements."""
        self._elements = []

    def write(self, index, value, name=None):
        """Replaces an element; returns the array.

        Raises:
            InvalidArgumentError: for another dtype.
            OutOfRangeError: beyond the end of an array of fixed size.
            ValueError: for another shape.
        """
        if _is_moving(index) or self._buffer is not None:
            return self._write_buffer(index, value)
        index = static(index)
        if index < 0:
            raise OutOfRangeError(f"Writing to negative indices (index {index})")
        if index >= len(self._elements):
            if not self._dynamic:
                raise OutOfRangeError(
                    f"Tried to write to index {index} but array is not resizeable and "
                    f"size is: {len(self._elements)}"
                )
            self._elements += [None] * (index + 1 - len(self._elements))
        tensor = convert_to_tensor(
            value, dtype=None if hasattr(value, "dtype") else self._dtype
        )
        if tensor.dtype is not self._dtype:
            raise InvalidArgumentError(
                f"TensorArray dtype is {self._dtype.name} but Op is trying to write "
                f"dtype {tensor.dtype.name}"
            )
        if not self._shape.is_compatible_with(tensor.shape):
            raise ValueError(
                f"Incompatible shape for value ({tensor.shape}), expected "
                f"({self._shape})"
            )
        if self._infer:
            self._shape = self._shape.merge_with(tensor.shape)
        self._elements[index] = tensor
        self._read.discard(index)
        return self

    def read(self, index, name=None):
        """Returns an element, and forgets it if so made.

        Raises:
            InvalidArgumentError: if it was read before and forgotten.
            OutOfRangeError: beyond the end.
        """
        if _is_moving(index) or self._buffer is not None:
            return self._as_buffer()[convert_to_tensor(index)]
        index = static(index)
        if not 0 <= index < len(self._elements):
            raise OutOfRangeError(
                f"Tried to read from index {index} but array size is: "
                f"{len(self._elements)}"
            )
        if index in self._read:
            raise InvalidArgumentError(
                f"Could not read index {index} twice because it was cleared after a "
                "previous read (perhaps try setting clear_after_read = false?)"
            )
        element = self._element(index)
        if self._clear:
            self._elements[index] = None
            self._read.add(index)
        return element

    # In loops, where the place of an element is not known.

    def _as_buffer(self, count=None):
        """Returns all elements as one tensor."""
        if self._buffer is None:
            self._buffer = self.stack()
        return self._buffer

    def _write_buffer(self, index, value):
        tensor = convert_to_tensor(
            value, dtype=None if hasattr(value, "dtype") else self._dtype
        )
        if self._buffer is None and self._infer:
            self._shape = self._shape.merge_with(tensor.shape)
        written = _shaping.tensor_scatter_nd_update(
            self._as_buffer(),
            _shaping.reshape(convert_to_tensor(index), (1, 1)),
            _shaping.expand_dims(tensor, 0),
        )
        return self._like(written)

    def _like(self, buffer):
        """Returns an array with these elements, stacked."""
        made = TensorArray(self._dtype, 0, self._dynamic, not self._clear)
        made._clear, made._infer = self._clear, self._infer
        made._shape = TensorShape(tuple(buffer.shape)[1:])
        made._buffer = buffer
        made._elements = [None] * buffer.shape[0]
        return made

    def _maker(self):
        """Returns the function that makes an array of this kind of stacked elements."""
        return _maker(self._dtype, self._dynamic, self._clear, self._infer)

    def _element(self, index):
        if self._buffer is not None:
            return self._buffer[index]
        element = self._elements[index]
        if element is not None:
            return element
        if not self._shape.is_fully_defined():
            raise InvalidArgumentError(
                f"Element {index} was never written, and its shape is not known."
            )
        return _shaping.zeros(self._shape, self._dtype)

    def stack(self, name=None):
        """Returns the elements stacked; those not written, or forgotten, are zeros."""
        if self._buffer is not None:
            return self._buffer
        if not self._elements:
            shape = self._shape if self._shape.is_fully_defined() else ()
            return _shaping.zeros((0, *shape), self._dtype)
        return _shaping.stack([self._element(i) for i in range(len(self._elements))])

    def gather(self, indices, name=None):
        """Returns some elements, stacked."""
        return _shaping.stack([self._element(i) for i in static(indices)])

    def concat(self, name=None):
        """Returns the elements joined along their first axis."""
        elements = [self._element(i) for i in range(len(self._elements))]
        return _shaping.concat(elements, 0)

    def unstack(self, value, name=None):
        """Fills the array with the parts of a tensor; returns the array."""
        parts = _shaping.unstack(convert_to_tensor(value, self._dtype))
        if len(parts) > len(self._elements) and not self._dynamic and self._elements:
            raise ValueError(
                f"Value is larger than the TensorArray: {len(parts)} > "
                f"{len(self._elements)}"
            )
        self._elements = [None] * max(len(parts), len(self._elements))
        for i, part in enumerate(parts):
            self.write(i, part)
        return self

    def scatter(self, indices, value, name=None):
        """Writes the parts of a tensor to some elements; returns the array."""
        parts = _shaping.unstack(convert_to_tensor(value, self._dtype))
        for index, part in zip(static(indices), parts, strict=True):
            self.write(index, part)
        return self

    def split(self, value, lengths, name=None):
        """Writes consecutive pieces of a tensor; returns the array."""
        pieces = _shaping.split(convert_to_tensor(value, self._dtype), lengths)
        self._infer = False
        self._shape = TensorShape(None)
        for index, piece in enumerate(pieces):
            self.write(index, piece)
        return self

    def __len__(self):
        return len(self._elements)


@functools.cache
def _maker(dtype, dynamic, clear, infer):
    return TensorArray(dtype, 0, dynamic, clear, infer_shape=infer)._like


def _is_moving(index) -> bool:
    """Tells whether an index is not known: a program computes it."""
    return isinstance(index, Tensor) and is_traced(index._value)
