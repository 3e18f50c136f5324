"""Names of objects: snake case, automatic counters, name scopes.

Automatic names restart after `clear_session`, as users of notebooks expect.
"""

import collections
import contextlib
import re
import threading

_counters: collections.Counter = collections.Counter()


class _Scopes(threading.local):
    def __init__(self):
        self.stack: list[name_scope] = []
        self.mark = None  # see `marked_in_programs`


_scopes = _Scopes()


def to_snake_case(name: str) -> str:
    """Turns a class name into the stem of an automatic name.

    Example:
        >>> to_snake_case("LayerNormalization")
        'layer_normalization'
    """
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def uniquify(name: str) -> str:
    """Returns `name` the first time, then `name_1`, `name_2`, ..."""
    count = _counters[name]
    _counters[name] += 1
    return f"{name}_{count}" if count else name


def auto_name(prefix: str) -> str:
    """Returns an automatic object name for a class name or stem."""
    return uniquify(to_snake_case(prefix))


def get_uid(prefix: str = "") -> int:
    """Returns 1, 2, 3, ... for successive calls with one prefix."""
    _counters[prefix] += 1
    return _counters[prefix]


def reset_names() -> None:
    """Restarts all automatic names."""
    _counters.clear()


class name_scope:
    """Prefixes the paths of variables created inside.

    Args:
        name: a non-empty string without `/`.
        caller: the object that opens the scope, if any.
        deduplicate: whether a scope that its caller opens inside one of that name
            counts once.
        override_parent: a path in place of those of the scopes around it.

    Raises:
        ValueError: for another name.

    Example:
        >>> with name_scope("encoder"):
        ...     current_path()
        'encoder'
    """

    def __init__(self, name: str, caller=None, deduplicate=True, override_parent=None):
        if not isinstance(name, str) or not name or "/" in name:
            raise ValueError(
                "Argument `name` must be a string, not empty, and cannot contain "
                f"character `/`. Received: name={name}"
            )
        self.name = name
        self.caller = caller
        self.deduplicate = deduplicate
        self.override_parent = override_parent
        self._pushed: list[bool] = []
        self._marks: list = []

    def __enter__(self):
        # A layer that calls itself through a wrapper must not stand twice in the path.
        stack = _scopes.stack
        nested = (
            self.caller is not None
            and self.deduplicate
            and stack
            and stack[-1].caller is self.caller
            and stack[-1].name == self.name
        )
        self._pushed.append(not nested)
        if not nested:
            stack.append(self)
            if _scopes.mark is not None:
                self._marks.append(_scopes.mark(self.name))
                self._marks[-1].__enter__()
        return self

    def __exit__(self, *exc):
        if self._pushed.pop():
            _scopes.stack.pop()
            if self._marks:
                self._marks.pop().__exit__(*exc)


@contextlib.contextmanager
def marked_in_programs():
    """Marks the operations of programs traced inside with the open name scopes."""
    import jax  # names are needed before JAX is

    before, _scopes.mark = _scopes.mark, jax.named_scope
    try:
        yield
    finally:
        _scopes.mark = before


def current_path() -> str:
    """Returns the names of the open scopes, joined by `/`."""
    parts: list[str] = []
    for scope in _scopes.stack:
        if scope.override_parent is not None:
            parts = [part for part in scope.override_parent.split("/") if part]
        parts.append(scope.name)
    return "/".join(parts)
