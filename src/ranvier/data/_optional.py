"""Elements that may be missing."""

import numpy as np

from ranvier.data import _spec, _structure
from ranvier.data._face import NUMPY
from ranvier.tensors._errors import InvalidArgumentError

_MISSING = object()


class Optional:
    """An element, or nothing: what an iterator gives at its end instead of an error.

    Make one with `from_value`, `empty`, or an iterator's `get_next_as_optional`.

    Example:
        >>> from ranvier.data import Dataset
        >>> iterator = iter(Dataset.range(1))
        >>> optional = iterator.get_next_as_optional()
        >>> bool(optional.has_value()), int(optional.get_value())
        (True, 0)
        >>> bool(iterator.get_next_as_optional().has_value())
        False
    """

    _face = NUMPY

    def __init__(self, element_spec, value=_MISSING):
        self._element_spec = element_spec
        self._value = value

    @classmethod
    def from_value(cls, value):
        """Returns an optional with a value, a structure of arrays or the like."""
        bare = _structure.map_values(cls._face.unwrap, value)
        spec = _structure.map_values(_spec.of_value, bare)
        return cls(spec, _structure.map_values(cls._face.show, bare))

    @classmethod
    def empty(cls, element_spec):
        """Returns an optional without value.

        Args:
            element_spec: the structure of specs that a value would have.
        """
        return cls(element_spec)

    @property
    def element_spec(self):
        """The structure of specs of the value."""
        return self._element_spec

    def has_value(self, name=None):
        """Tells whether there is a value."""
        return self._face.wrap(np.bool_(self._value is not _MISSING))

    def get_value(self, name=None):
        """Returns the value.

        Raises:
            InvalidArgumentError: if there is none.
        """
        if self._value is _MISSING:
            raise InvalidArgumentError("The given optional does not have a value.")
        return self._value

    def __repr__(self):
        return f"Optional(element_spec={self._element_spec!r})"


def get_next_as_optional(iterator):
    """Returns `iterator.get_next_as_optional()`."""
    return iterator.get_next_as_optional()
