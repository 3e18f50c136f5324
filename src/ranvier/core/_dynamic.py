"""Numbers that may vary without changing the program.

A class declares them: `rate = Dynamic()`. They behave as plain attributes. A program
treats them as constants (cheapest), unless it was asked to take them as inputs: then
reading the attribute inside the program gives a traced value. Populations of models
that differ in such numbers share one program that way.
"""

import functools

from ranvier.core import _scope


class Cell:
    """The key of one dynamic number of one object in a state scope."""

    __slots__ = ("name", "owner")

    def __init__(self, owner, name):
        self.owner = owner
        self.name = name

    @property
    def value(self):
        return self.owner.__dict__[self.name]


class Dynamic:
    """Descriptor of a number that a program may take as an input."""

    def __set_name__(self, owner, name):
        self._name = name

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        if _scope.stacks.state:
            cell = instance.__dict__.get("_dynamic_cells", {}).get(self._name)
            if cell is not None:
                value = _scope.find(cell)
                if value is not None:
                    return value
        try:
            return instance.__dict__[self._name]
        except KeyError:
            raise AttributeError(self._name) from None

    def __set__(self, instance, value):
        instance.__dict__[self._name] = value


@functools.lru_cache(maxsize=512)
def dynamic_names(cls) -> tuple[str, ...]:
    """Returns the names a class (and its bases) declares as dynamic."""
    names = {
        name: None
        for base in reversed(cls.__mro__)
        for name, member in vars(base).items()
        if isinstance(member, Dynamic)
    }
    return tuple(names)


def dynamic_values(obj) -> tuple:
    """Returns the current values of an object's dynamic numbers."""
    return tuple(obj.__dict__.get(name) for name in dynamic_names(type(obj)))


def lift(obj, name: str) -> Cell:
    """Makes one dynamic number of an object redirectable and returns its key."""
    cells = obj.__dict__.setdefault("_dynamic_cells", {})
    return cells.setdefault(name, Cell(obj, name))


def is_zero(value) -> bool:
    """Tells whether a number is known to be zero while tracing."""
    return isinstance(value, (int, float)) and value == 0
