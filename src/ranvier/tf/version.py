"""`tf.version`: the version of TensorFlow whose names these are."""

VERSION = "2.16.0"
GIT_VERSION = "ranvier"
COMPILER_VERSION = "ranvier"
GRAPH_DEF_VERSION = 0

__all__ = ["COMPILER_VERSION", "GIT_VERSION", "GRAPH_DEF_VERSION", "VERSION"]
