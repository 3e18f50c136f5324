"""`tf.Module`: an object with variables, and names for them."""

import contextlib

from ranvier.core import _naming
from ranvier.core._variable import Variable


class Module:
    """Base of classes whose attributes hold variables and other modules.

    Args:
        name: its name; by default that of the class in snake case.

    Example:
        >>> from ranvier.tensors import Variable
        >>> class Linear(Module):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.w = Variable([1.0], name="w")
        ...         self.steps = Variable(0, trainable=False)
        >>> [v.name for v in Linear().trainable_variables]
        ['w:0']
    """

    def __init__(self, name=None):
        if name is not None and not str(name).isidentifier():
            raise ValueError(f"{name!r} is not a valid module name.")
        self._module_name = name or _naming.to_snake_case(type(self).__name__)

    @property
    def name(self) -> str:
        """The name."""
        return self._module_name

    @property
    def name_scope(self):
        """A context in which variables are named after this module."""
        return _naming.name_scope(self._module_name)

    @classmethod
    def with_name_scope(cls, method):
        """Makes a method run in the name scope."""
        import functools

        @functools.wraps(method)
        def scoped(self, *args, **kwargs):
            with self.name_scope:
                return method(self, *args, **kwargs)

        return scoped

    @property
    def variables(self) -> tuple:
        """All variables, of the modules within too."""
        return tuple(self._found(Variable))

    @property
    def trainable_variables(self) -> tuple:
        """The trainable ones."""
        return tuple(v for v in self.variables if v.trainable)

    @property
    def non_trainable_variables(self) -> tuple:
        """The others."""
        return tuple(v for v in self.variables if not v.trainable)

    @property
    def submodules(self) -> tuple:
        """The modules within, at any depth."""
        return tuple(self._found(Module))

    def _found(self, kind):
        found: dict = {}
        _collect(vars(self), kind, found, {id(self)})
        return list(found.values())


def _collect(value, kind, found, visited):
    """Finds objects of a kind in attributes, lists and dictionaries."""
    if isinstance(value, dict):
        for key in sorted(value, key=str):
            _collect(value[key], kind, found, visited)
        return
    if isinstance(value, (list, tuple, set)):
        for item in value:
            _collect(item, kind, found, visited)
        return
    if isinstance(value, kind):
        found.setdefault(id(value), value)
    if id(value) in visited:
        return
    visited.add(id(value))
    if isinstance(value, Module):
        _collect(vars(value), kind, found, visited)
    elif kind is Variable and hasattr(value, "trainable_variables"):
        # A layer, model or optimizer of Keras's.
        for variable in value.variables:
            found.setdefault(id(variable), variable)


class name_scope(contextlib.AbstractContextManager):
    """Prefixes the names of what is made inside.

    Args:
        name: the prefix; slashes nest.

    Example:
        >>> with name_scope("encoder/first") as scope:
        ...     scope
        'encoder/first/'
    """

    def __init__(self, name):
        if not isinstance(name, str):
            raise ValueError("name for name_scope must be a string.")
        self.name = name
        self._stack = contextlib.ExitStack()

    def __enter__(self):
        for part in filter(None, self.name.split("/")):
            self._stack.enter_context(_naming.name_scope(part))
        path = _naming.current_path()
        return f"{path}/" if path else ""

    def __exit__(self, *exc):
        self._stack.close()
