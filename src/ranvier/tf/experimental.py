"""`tf.experimental`: names only."""

from ranvier.core._aliases import absent as _absent
from ranvier.data._tensor_face import Optional

__getattr__ = _absent("tf.experimental")

__all__ = ["Optional"]
