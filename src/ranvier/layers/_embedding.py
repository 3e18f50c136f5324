"""Embedding: a trained vector for each index."""

import warnings

from ranvier import constraints, initializers, ops, regularizers
from ranvier.core._registry import builtin
from ranvier.layers._arguments import drop_unsupported, positive_int
from ranvier.layers._layer import Layer


@builtin("keras.layers")
class Embedding(Layer):
    """Replaces each non-negative integer by a trained vector.

    Args:
        input_dim: number of different integers: the largest plus one.
        output_dim: size of the vectors.
        embeddings_initializer: initialiser of the vectors, shape
            `(input_dim, output_dim)`.
        embeddings_regularizer: penalty on the vectors.
        embeddings_constraint: projection of the vectors after each update.
        mask_zero: whether 0 stands for padding: the outputs then carry a mask, and
            the layers that follow skip those steps.
        weights: initial vectors, an array.
        **kwargs: `name`, `dtype`, `trainable`, `activity_regularizer`.

    Input shape `(...)`, output shape `(..., output_dim)`.

    Raises:
        ValueError: if a size is not a positive integer.

    Example:
        >>> import numpy as np
        >>> Embedding(10, 3)(np.array([[1, 2], [3, 0]])).shape
        (2, 2, 3)
    """

    def __init__(
        self,
        input_dim,
        output_dim,
        embeddings_initializer="uniform",
        embeddings_regularizer=None,
        embeddings_constraint=None,
        mask_zero=False,
        weights=None,
        **kwargs,
    ):
        drop_unsupported(type(self), kwargs)
        if kwargs.pop("input_length", None) is not None:
            warnings.warn(
                "Argument `input_length` is deprecated. Just remove it.", stacklevel=2
            )
        super().__init__(**kwargs)
        self.input_dim = positive_int("input_dim", input_dim)
        self.output_dim = positive_int("output_dim", output_dim)
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.embeddings_constraint = constraints.get(embeddings_constraint)
        self.mask_zero = mask_zero
        self.supports_masking = mask_zero
        self.autocast = False  # the vectors are cast after they are looked up
        if weights is not None:
            self.build()
            listed = isinstance(weights, list) and len(weights) == 1
            self.set_weights(weights if listed else [weights])

    def build(self, input_shape=None):
        if self.built:
            return
        self.embeddings = self.add_weight(
            name="embeddings",
            shape=(self.input_dim, self.output_dim),
            initializer=self.embeddings_initializer,
            regularizer=self.embeddings_regularizer,
            constraint=self.embeddings_constraint,
        )

    def call(self, inputs):
        if inputs.dtype not in ("int32", "int64"):
            inputs = ops.cast(inputs, "int32")
        outputs = ops.take(self.embeddings, inputs, axis=0)
        return ops.cast(outputs, self.compute_dtype)

    def compute_mask(self, inputs, mask=None):
        return ops.not_equal(inputs, 0) if self.mask_zero else None

    def compute_output_shape(self, input_shape):
        return (*input_shape, self.output_dim)

    def get_config(self):
        return {
            **super().get_config(),
            "input_dim": self.input_dim,
            "output_dim": self.output_dim,
            "embeddings_initializer": initializers.serialize(
                self.embeddings_initializer
            ),
            "embeddings_regularizer": regularizers.serialize(
                self.embeddings_regularizer
            ),
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
            "embeddings_constraint": constraints.serialize(self.embeddings_constraint),
            "mask_zero": self.mask_zero,
            "quantization_config": None,
        }
