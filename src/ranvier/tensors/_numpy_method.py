"""`.numpy()` for JAX's arrays.

Layers called on arrays return arrays of JAX. Code in TensorFlow's style asks whatever
an operation returns for `.numpy()`; importing `ranvier.tf` teaches it to these arrays.
"""

import jax
import numpy as np


def _numpy(self):
    """Returns the value: a NumPy array, or a scalar."""
    return np.array(self)[()]


def install() -> None:
    """Gives the class of JAX's arrays the method.

    Example:
        >>> install()
        >>> jax.numpy.ones(2).numpy().tolist()
        [1.0, 1.0]
    """
    cls = type(jax.numpy.zeros(()))
    if not hasattr(cls, "numpy"):
        cls.numpy = _numpy
