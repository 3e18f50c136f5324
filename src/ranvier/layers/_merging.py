"""Layers that merge a list of inputs, and their functional forms."""

from ranvier import ops
from ranvier.core._errors import ShapeError
from ranvier.core._registry import builtin
from ranvier.layers._call import get_mask, set_mask
from ranvier.layers._layer import Layer


class Merge(Layer):
    """Base of layers that combine a list of inputs entry by entry.

    Inputs broadcast; those of fewer axes get axes of size one after the batch.
    Masks are joined by "or"; with one unmasked input there is no mask.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def build(self, input_shape):
        _check_list(self, input_shape)
        self.compute_output_shape(input_shape)  # raises if shapes do not fit

    def call(self, inputs):
        _check_list(self, [x.shape for x in inputs])
        ndim = max(len(x.shape) for x in inputs)
        return self._merge_function([_with_axes(x, ndim) for x in inputs])

    def _merge_function(self, inputs):
        """Combines inputs of equal rank."""
        raise NotImplementedError

    def compute_output_shape(self, input_shape):
        batch_sizes = {shape[0] for shape in input_shape if shape} - {None}
        if len(batch_sizes) > 1:
            raise ShapeError(
                f"Layer '{self.name}' ({type(self).__name__}) cannot merge tensors "
                f"with different batch sizes. Received: input_shape={input_shape}"
            )
        batch = batch_sizes.pop() if batch_sizes else None
        ndim = max(len(shape) for shape in input_shape)
        padded = [(1,) * (ndim - len(s)) + tuple(s[1:]) for s in input_shape]
        return (batch, *(self._merged_size(n, input_shape) for n in zip(*padded)))

    def _merged_size(self, sizes, input_shape):
        known = set(sizes) - {1, None}
        if len(known) > 1:
            raise ShapeError(
                f"Layer '{self.name}' ({type(self).__name__}): inputs have "
                f"incompatible shapes. Received: input_shape={input_shape}"
            )
        if None in sizes:
            return None
        return known.pop() if known else 1

    def compute_mask(self, inputs, mask=None):
        masks = _check_masks(inputs, mask)
        if masks is None or any(m is None for m in masks):
            return None
        return _any_of(masks)


def _check_list(layer, input_shape):
    if not input_shape or not isinstance(input_shape[0], (tuple, list)):
        raise ValueError(
            f"A `{type(layer).__name__}` layer should be called on a list of inputs. "
            f"Received: input_shape={input_shape} (layer '{layer.name}')"
        )


def _check_masks(inputs, mask):
    if mask is None:
        return None
    for name, value in (("mask", mask), ("inputs", inputs)):
        if not isinstance(value, (tuple, list)):
            raise ValueError(f"`{name}` should be a list. Received: {name}={value}")
    if len(mask) != len(inputs):
        raise ValueError(
            "The lists `inputs` and `mask` should have the same length. Received: "
            f"{len(inputs)} inputs and {len(mask)} masks"
        )
    return list(mask)


def _any_of(masks):
    result = masks[0]
    for mask in masks[1:]:
        result = ops.logical_or(result, mask)
    return result


def _with_axes(x, ndim):
    """Returns `x` with axes of size one after the batch, up to `ndim` axes."""
    for _ in range(ndim - len(x.shape)):
        x = ops.expand_dims(x, axis=1)
    return x


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
        _check_two(self, input_shape)

    def _merge_function(self, inputs):
        _check_two(self, inputs)
        return ops.subtract(inputs[0], inputs[1])


def _check_two(layer, inputs):
    if len(inputs) != 2:
        raise ValueError(
            f"A `{type(layer).__name__}` layer should be called on exactly 2 inputs. "
            f"Received: {len(inputs)} (layer '{layer.name}')"
        )


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
            mask = _any_of(masks)
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
                output_mask = None if mask is None else _any_of([output_mask, mask])
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
        _check_list(self, input_shape)
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
        masks = _check_masks(inputs, mask)
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
        _check_list(self, shapes)
        _check_two(self, shapes)
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
