"""`tf.autodiff`: names only."""

from ranvier.autodiff import ForwardAccumulator, GradientTape
from ranvier.core._aliases import absent as _absent

__getattr__ = _absent("tf.autodiff")

__all__ = ["ForwardAccumulator", "GradientTape"]
