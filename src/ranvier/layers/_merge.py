"""The base of layers that merge a list of inputs."""

from ranvier import ops
from ranvier.core._errors import ShapeError
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
        check_list(self, input_shape)
        self.compute_output_shape(input_shape)  # raises if shapes do not fit

    def call(self, inputs):
        check_list(self, [x.shape for x in inputs])
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
        masks = check_masks(inputs, mask)
        if masks is None or any(m is None for m in masks):
            return None
        return any_of(masks)


def check_list(layer, input_shape):
    """Raises unless the layer was called on a list of tensors."""
    if not input_shape or not isinstance(input_shape[0], (tuple, list)):
        raise ValueError(
            f"A `{type(layer).__name__}` layer should be called on a list of inputs. "
            f"Received: input_shape={input_shape} (layer '{layer.name}')"
        )


def check_two(layer, inputs):
    """Raises unless the layer was called on two tensors."""
    if len(inputs) != 2:
        raise ValueError(
            f"A `{type(layer).__name__}` layer should be called on exactly 2 inputs. "
            f"Received: {len(inputs)} (layer '{layer.name}')"
        )


def check_masks(inputs, mask):
    """Returns a list with the mask of each input; None if there is none at all."""
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


def any_of(masks):
    """Returns where any of several masks holds."""
    result = masks[0]
    for mask in masks[1:]:
        result = ops.logical_or(result, mask)
    return result


def _with_axes(x, ndim):
    """Returns `x` with axes of size one after the batch, up to `ndim` axes."""
    for _ in range(ndim - len(x.shape)):
        x = ops.expand_dims(x, axis=1)
    return x
