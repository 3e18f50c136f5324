"""The bases of layers that act entry by entry, and of those that add noise."""

from ranvier import ops
from ranvier.core._seeds import SeedGenerator
from ranvier.layers._layer import Layer


class ElementwiseLayer(Layer):
    """Base of layers whose outputs have the shape and the mask of their inputs.

    They have no weights of their own, so that they count as built at once.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True
        # A subclass of the user's may have weights to build.
        self.built = type(self).build is Layer.build

    def compute_output_shape(self, input_shape):
        return input_shape


class NoiseLayer(ElementwiseLayer):
    """Base of layers that act at random in training, by some amount.

    As in Keras, a layer without noise has no seed generator and draws no seed: it
    gets one when the amount becomes positive. Subclasses set `seed` first.
    """

    _amount: str  # name of the attribute

    def __setattr__(self, name, value):
        super().__setattr__(name, value)
        if name == self._amount and value > 0 and not hasattr(self, "seed_generator"):
            self.seed_generator = SeedGenerator(self.seed)


def like(value, x):
    """Returns a dynamic number in the dtype of `x`.

    A plain number is weak already; one that a program takes as an input is not, and
    would widen `x`.
    """
    return value if isinstance(value, (int, float)) else ops.cast(value, x.dtype)
