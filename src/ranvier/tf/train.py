"""`tf.train`: names only. Messages need protobuf, which the first one imports."""
# ruff: noqa: F822

from ranvier.data import io as _io

__all__ = [
    "BytesList",
    "Example",
    "Feature",
    "FeatureList",
    "FeatureLists",
    "Features",
    "FloatList",
    "Int64List",
    "SequenceExample",
]


def __getattr__(name):
    if name in __all__:
        return getattr(_io, name)
    raise AttributeError(
        f"`tf.train` has no {name!r}. docs/tensorflow.md lists what it covers."
    )


def __dir__():
    return sorted(__all__)
