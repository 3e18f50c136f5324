"""Importing from under another package's name.

`sys.modules["tensorflow"] = ranvier.tf` makes `import tensorflow as tf` give
`ranvier.tf`. With the finder below `from tensorflow.train import Example` and `from
tensorflow.keras.layers import Dense` give the same objects too, where Python by itself
would load our files a second time under the new name.
"""

import functools
import importlib.abc
import importlib.machinery
import sys
import types

# What stands for which package, if somebody has put it there.
_PACKAGES = {
    "tensorflow": "ranvier.tf",
    "keras": "ranvier",
    "keras_tuner": "ranvier.tuner",
}


class AliasFinder:
    """Finds the modules below a package that one of ours stands for.

    Example:
        >>> import ranvier.tf
        >>> sys.modules["tensorflow"] = ranvier.tf
        >>> from tensorflow.keras.layers import Dense
        >>> Dense is ranvier.tf.keras.layers.Dense
        True
        >>> for name in [n for n in sys.modules if n.split(".")[0] == "tensorflow"]:
        ...     del sys.modules[name]
    """

    @staticmethod
    def find_spec(name, path=None, target=None):
        """Returns the spec of a module that is there already, or None."""
        package, _, rest = name.partition(".")
        if not rest or not stood_in_for(package):
            return None
        try:
            module = functools.reduce(getattr, rest.split("."), sys.modules[package])
        except (AttributeError, ImportError):
            return None
        if not isinstance(module, types.ModuleType):
            return None
        return importlib.machinery.ModuleSpec(name, _Loader(module))


class _Loader(importlib.abc.Loader):
    """Loads a module by handing it out."""

    def __init__(self, module):
        self._module = module
        self._spec = module.__spec__

    def create_module(self, spec):
        return self._module

    def exec_module(self, module):
        # The import has just written its own spec there.
        module.__spec__ = self._spec


def stood_in_for(package) -> bool:
    """Tells whether one of our modules stands in `sys.modules` for a package.

    Args:
        package: such as `"tensorflow"`.

    Example:
        >>> stood_in_for("tensorflow")
        False
    """
    ours = sys.modules.get(_PACKAGES.get(package, ""))
    return ours is not None and sys.modules.get(package) is ours


def install() -> None:
    """Adds the finder, once."""
    if AliasFinder not in sys.meta_path:
        sys.meta_path.insert(0, AliasFinder)


def absent(namespace):
    """Returns a module's `__getattr__`, which tells where to look for other names.

    Args:
        namespace: such as `"tf.nn"`.

    Example:
        >>> absent("tf.nn")("nce_loss")
        Traceback (most recent call last):
            ...
        AttributeError: `tf.nn` has no 'nce_loss'. docs/tensorflow.md lists ...
    """

    def __getattr__(name):
        raise AttributeError(
            f"`{namespace}` has no {name!r}. docs/tensorflow.md lists what is covered "
            "and what stands in for the rest; `ranvier.ops` has more."
        )

    return __getattr__
