"""Functions of neural networks: `tf.nn`."""

from ranvier import ops
from ranvier.tensors._functions import REALS, elementwise

_relu = elementwise("Relu", ops.relu, REALS)


def relu(features, name=None):
    """Returns the entries above zero, and zero elsewhere."""
    return _relu(features)
