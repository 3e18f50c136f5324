"""Names of a package that are imported when they are first used."""

import importlib
import sys

from ranvier.core._errors import close_names


def imported_later(package, modules):
    """Returns the functions `__getattr__` and `__dir__` of a package.

    Args:
        package: the package's `__name__`.
        modules: `{name: module}`, where each name is found; `".x"` is a module of the
            package.
    """

    def get(name):
        if name in modules:
            return getattr(importlib.import_module(modules[name], package), name)
        known = getattr(sys.modules[package], "__all__", modules)
        raise AttributeError(
            f"module {package!r} has no attribute {name!r}.{close_names(name, known)}"
        )

    def names():
        return sorted({*vars(sys.modules[package]), *modules})

    return get, names
