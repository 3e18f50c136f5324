"""`tf.version`: the version of TensorFlow whose names these are."""

from ranvier.core._aliases import absent as _absent

VERSION = "2.16.0"
GIT_VERSION = "ranvier"
COMPILER_VERSION = "ranvier"
GRAPH_DEF_VERSION = 0

__getattr__ = _absent("tf.version")

__all__ = ["COMPILER_VERSION", "GIT_VERSION", "GRAPH_DEF_VERSION", "VERSION"]
