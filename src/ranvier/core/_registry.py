"""Names and classes: what may appear in a config, and nothing else.

Three tables. *Built-ins*: our own members under the public path Keras writes into
files (`("keras.layers", "Dense")`). *Custom objects*: what users register, for the
process or for a scope. *Families*: for each kind (`"losses"`, `"optimizers"`...) the
names that its `get` accepts. Objects are found by these tables only; no module is
ever imported because a file names it.
"""

import inspect
import threading
from collections.abc import Callable

from ranvier.core import _errors

_builtins: dict[tuple[str, str], type] = {}
_global_custom_objects: dict = {}
_global_custom_names: dict = {}
_getters: dict[str, Callable] = {}


class _Scoped(threading.local):
    def __init__(self):
        self.objects: list[dict] = []


_scoped = _Scoped()


def builtin(module: str, *aliases: str):
    """Decorator: makes a class or function known under Keras's public path.

    Args:
        module: for example `"keras.layers"`.
        *aliases: further public names of the same class in that module.
    """

    def register(member):
        for name in (member.__name__, *aliases):
            _builtins[module, name] = member
        member._public_module = module
        return member

    return register


def set_loader(load: Callable[[], None]) -> Callable[[], None]:
    """Decorator: what to call when a built-in may not have been imported yet."""
    _loader.append(load)
    return load


_loader: list[Callable[[], None]] = []


def _load_all() -> None:
    while _loader:
        _loader.pop()()


def find_builtin(module: str, name: str):
    """Returns the built-in with this public path, or None."""
    if (module, name) not in _builtins:
        _load_all()
    return _builtins.get((module, name))


def builtins_of(module: str) -> dict:
    """Returns `{name: member}` of one public module."""
    return {name: m for (where, name), m in _builtins.items() if where == module}


def find_builtin_by_name(name: str):
    """Returns the only built-in class with this name, or None.

    Old files (Keras 1 and 2) name classes without their module.
    """
    _load_all()
    found = {
        member
        for (_, member_name), member in _builtins.items()
        if member_name == name and inspect.isclass(member)
    }
    return found.pop() if len(found) == 1 else None


def find_builtin_function(name: str):
    """Returns the first built-in function with this name, or None.

    Keras's files name its functions without their module.
    """
    _load_all()
    for (_, member_name), member in _builtins.items():
        if member_name == name and inspect.isfunction(member):
            return member
    return None


def all_builtin_names() -> list[tuple[str, str]]:
    """Returns all public paths, as pairs of module and name."""
    return list(_builtins)


def public_module_of_function(function) -> str | None:
    """Returns the public module of a built-in function or class."""
    return getattr(function, "__dict__", {}).get("_public_module")


def public_module(cls) -> str | None:
    """Returns the public module of a built-in class itself (not of a subclass)."""
    return vars(cls).get("_public_module")


def set_getter(family: str, getter: Callable) -> None:
    """Lets lower floors resolve names of a family (`get("initializers", "zeros")`)."""
    _getters[family] = getter


def get(family: str, identifier):
    """Resolves an identifier with the family's own `get`."""
    if family not in _getters:
        _load_all()
    return _getters[family](identifier)


class CustomObjectScope:
    """Makes custom classes and functions findable by name while it is open.

    Args:
        custom_objects: dictionary from name to class or function.

    Example:
        >>> with CustomObjectScope({"double": lambda x: 2 * x}):
        ...     get_registered_object("double") is not None
        True
    """

    def __init__(self, custom_objects):
        self.custom_objects = custom_objects or {}

    def __enter__(self):
        _scoped.objects.append(self.custom_objects)
        return self

    def __exit__(self, *exc):
        _scoped.objects.pop()


custom_object_scope = CustomObjectScope


def get_custom_objects() -> dict:
    """Returns the process-wide dictionary of custom objects, to read or change."""
    return _global_custom_objects


def scoped_custom_objects() -> dict:
    """Returns all custom objects visible now, the innermost scope winning."""
    merged = dict(_global_custom_objects)
    for objects in _scoped.objects:
        merged.update(objects)
    return merged


def register_keras_serializable(package="Custom", name=None):
    """Decorator: registers a class or function, so that files can name it.

    Args:
        package: a word that keeps names of different projects apart.
        name: defaults to the class's name.

    Raises:
        ValueError: for a class without `get_config`, or a name that is taken.

    Example:
        >>> @register_keras_serializable("demo")
        ... class Scale:
        ...     def get_config(self):
        ...         return {}
        >>> get_registered_name(Scale)
        'demo>Scale'
    """

    def decorator(arg):
        class_name = name if name is not None else arg.__name__
        registered_name = f"{package}>{class_name}"
        if inspect.isclass(arg) and not hasattr(arg, "get_config"):
            raise ValueError(
                "Cannot register a class that does not have a get_config() method."
            )
        _global_custom_objects[registered_name] = arg
        _global_custom_names[arg] = registered_name
        return arg

    return decorator


def get_registered_name(obj) -> str:
    """Returns `package>name` of a registered object, else its own name."""
    try:
        registered = _global_custom_names.get(obj)
    except TypeError:  # unhashable
        registered = None
    return registered or getattr(obj, "__name__", str(obj))


def get_registered_object(name, custom_objects=None, module_objects=None):
    """Finds a registered class or function by name, or returns None."""
    for table in (*reversed(_scoped.objects), _global_custom_objects):
        if name in table:
            return table[name]
    if custom_objects and name in custom_objects:
        return custom_objects[name]
    if module_objects and name in module_objects:
        return module_objects[name]
    return None


def get_registered_in_any_package(name):
    """Finds a registered object by its name without the package, or returns None.

    Keras 3.6 and older wrote functions so.
    """
    for registered, found in scoped_custom_objects().items():
        if registered.rpartition(">")[1:] == (">", name):
            return found
    return None


class Family:
    """The names of one kind of object, and the `get` over them.

    Args:
        kind: what an error calls it, with its article: `"a loss"`.
        module: Keras's public module, `"keras.losses"`.
        members: `{name: class or function}`; more may be added with `add`.

    A class found by name is instantiated without arguments; a function is returned
    as it is.
    """

    def __init__(self, kind: str, module: str, members: dict | None = None):
        self.kind = kind
        self.module = module
        self.members: dict = dict(members or {})
        set_getter(module.removeprefix("keras."), self.get)

    def add(self, member, *names: str):
        """Adds a member under its own name and others."""
        for name in (member.__name__, *names):
            self.members[name] = member
        return member

    def get(self, identifier):
        """Returns the member for a name, a config dictionary, or a callable."""
        from ranvier.core import _serialization  # it uses the tables above

        if identifier is None:
            return None
        if isinstance(identifier, dict):
            if "class_name" not in identifier:
                raise ValueError(
                    f"Could not interpret {self.kind} identifier: {identifier!r}. A "
                    "config dictionary needs the key 'class_name'."
                )
            config = {"module": self.module, **identifier}
            return _serialization.deserialize_object(config)
        if isinstance(identifier, str):
            found = get_registered_object(identifier)
            if found is None:
                found = self.members.get(identifier)
            if found is None:
                raise _errors.unknown_name(self.kind, identifier, self.members)
            return found() if inspect.isclass(found) else found
        if inspect.isclass(identifier):
            return identifier()
        if callable(identifier):
            return identifier
        raise ValueError(
            f"Could not interpret {self.kind} identifier: {identifier!r}. Expected "
            "a name, a config dictionary, or a callable. "
            f"Received type: {type(identifier).__name__}."
        )
