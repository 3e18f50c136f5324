"""CategoryEncoding: integers to rows of zeros and ones, or of counts."""

import contextlib

import jax
import numpy as np

from ranvier import ops
from ranvier.core._registry import builtin
from ranvier.layers._layer import Layer
from ranvier.layers.preprocessing._categories import encode_categories, encoded_shape
from ranvier.layers.preprocessing._composite import flat_of, is_ragged, padded_rows
from ranvier.layers.preprocessing._host_layer import finished
from ranvier.layers.preprocessing._strings import as_array
from ranvier.ops._symbolic import KerasTensor
from ranvier.tensors._errors import InvalidArgumentError


@builtin("keras.layers")
class CategoryEncoding(Layer):
    """Encodes integers below a known number.

    Args:
        num_tokens: the number of categories; integers are in `[0, num_tokens)`.
        output_mode: `"multi_hot"` or `"count"` (of each row), or `"one_hot"` (of each
            integer).
        sparse: return sparse tensors.
        **kwargs: `name`, `dtype`.

    Call arguments:
        inputs: integers.
        count_weights: what each integer counts, for `"count"`: numbers in the shape
            of the inputs.

    Example:
        >>> CategoryEncoding(num_tokens=4)([[0, 1], [3, 3]]).tolist()
        [[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]]
        >>> CategoryEncoding(3, output_mode="one_hot")([2, 0]).tolist()
        [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """

    def __init__(
        self, num_tokens=None, output_mode="multi_hot", sparse=False, **kwargs
    ):
        super().__init__(**kwargs)
        if output_mode == "binary":
            output_mode = "multi_hot"
        if output_mode not in ("count", "one_hot", "multi_hot"):
            raise ValueError(f"Unknown arg for output_mode: {output_mode}")
        if num_tokens is None:
            raise ValueError(
                "num_tokens must be set to use this layer. If the number of tokens is "
                "not known beforehand, use the IntegerLookup layer instead."
            )
        if num_tokens < 1:
            raise ValueError(
                f"`num_tokens` must be >= 1. Received: num_tokens={num_tokens}."
            )
        self.num_tokens = num_tokens
        self.output_mode = output_mode
        self.sparse = sparse
        self._allow_non_tensor_positional_args = True
        self._convert_input_args = False

    def call(self, inputs, count_weights=None):
        if count_weights is not None:
            if self.output_mode != "count":
                raise ValueError(
                    "`count_weights` is not used when `output_mode` is not `'count'`. "
                    f"Received: count_weights={count_weights}."
                )
        if self.output_mode == "one_hot" and is_ragged(inputs) and not self.sparse:
            return inputs.with_flat_values(self.call(inputs.flat_values))
        ids = flat_of(inputs)
        if not isinstance(ids, jax.Array):
            ids = as_array(ids)
        self._check_ids(ids)
        if flat_of(inputs) is not inputs:
            ids = padded_rows(inputs, ids, -1)
        if count_weights is not None:
            count_weights = self._weights_for(ids, count_weights)
        encoded = encode_categories(
            ids, self.output_mode, self.num_tokens, self.dtype, count_weights
        )
        if isinstance(encoded, jax.core.Tracer):
            return encoded
        return finished(encoded, inputs, self.sparse)

    def _check_ids(self, ids):
        """Raises for categories below zero, where their values are known."""
        if self.output_mode == "one_hot" or ids.ndim > 2 or ids.size == 0:
            return
        if isinstance(ids, jax.core.Tracer) or ids.dtype.kind not in "if":
            return
        if ids.min() < 0:
            raise InvalidArgumentError(
                f"Layer '{self.name}' (CategoryEncoding) takes categories in "
                f"[0, num_tokens={self.num_tokens}), which must be non-negative. "
                f"Received: {ids.min()}"
            )

    def _weights_for(self, ids, weights):
        """Returns what each id counts: one number for all, or one for each.

        Raises:
            InvalidArgumentError: for weights of another shape.
        """
        if flat_of(weights) is not weights:
            weights = padded_rows(weights, flat_of(weights), 0)
        weights = ops.convert_to_tensor(weights, self.compute_dtype)
        shape = tuple(weights.shape)
        fits = shape in ((), tuple(ids.shape))
        if not fits and ids.ndim > 2:
            with contextlib.suppress(ValueError):
                fits = np.broadcast_shapes(shape, ids.shape) == ids.shape
        if not fits:
            raise InvalidArgumentError(
                f"`count_weights` of layer '{self.name}' (CategoryEncoding) must have "
                "the same shape as the inputs. Received: count_weights of shape "
                f"{shape}, inputs of shape {tuple(ids.shape)}"
            )
        return ops.broadcast_to(weights, ids.shape)

    def compute_output_shape(self, input_shape):
        """Returns the shape of the outputs."""
        if len(input_shape) == 0:
            return (self.num_tokens,)
        if self.output_mode == "one_hot":
            return encoded_shape(input_shape, "one_hot", self.num_tokens)
        return (*input_shape[:-1], self.num_tokens)

    def compute_output_spec(self, inputs, count_weights=None):
        """Returns a symbolic output."""
        shape = self.compute_output_shape(inputs.shape)
        return KerasTensor(shape, dtype=self.compute_dtype, sparse=self.sparse)

    def get_config(self):
        """Returns the arguments of the constructor."""
        return {
            **super().get_config(),
            "num_tokens": self.num_tokens,
            "output_mode": self.output_mode,
        }
