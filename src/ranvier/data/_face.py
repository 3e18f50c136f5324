"""Faces: how a dataset shows its values to users and their functions.

`ranvier.data.Dataset` shows NumPy values. Another face can show the same values as
objects of another class: it wraps what users are shown, and unwraps what they give.
Inside a traced function a value is an array that is being traced.
"""

import numpy as np

from ranvier.data import _columns


class ByteString(bytes):
    """A string as a user's function sees it: equal to text of the same content.

    Plain `bytes` never equal a `str`, so that `s == "yes"` would be False throughout.

    Example:
        >>> ByteString(b"yes") == "yes", ByteString(b"yes") == b"yes"
        (True, True)
    """

    __slots__ = ()

    def __eq__(self, other):
        return bytes.__eq__(self, other.encode() if isinstance(other, str) else other)

    def __ne__(self, other):
        return bytes.__ne__(self, other.encode() if isinstance(other, str) else other)

    __hash__ = bytes.__hash__  # that of a `str` too, as long as it is ASCII


_byte_strings = np.frompyfunc(ByteString, 1, 1)


class Face:
    """Values as they are.

    A subclass changes both directions; datasets derived from one keep its face.
    """

    def show(self, value):
        """Returns what a user is shown: datasets show themselves."""
        return value if hasattr(value, "_data_node") else self.wrap(value)

    def hand(self, value):
        """Returns what a user's function is given: strings equal `str` as well."""
        value = self.show(value)
        if type(value) is bytes:
            return ByteString(value)
        if isinstance(value, np.ndarray) and value.dtype.kind == "O":
            return _byte_strings(value)
        return value

    def wrap(self, value):
        """Returns what a user is shown for a value, or for a traced array."""
        return value

    def known(self, value):
        """Returns what is given to make a dataset of, if it has a value already."""
        return value

    def unwrap(self, value):
        """Returns the value, or the traced array, of what a user gave."""
        return _columns.to_value(value)

    def iterator(self, node):
        """Returns an iterator over the elements of a node."""
        from ranvier.data._iterator import DatasetIterator

        return DatasetIterator(node, self)

    def optional(self):
        """Returns the class of elements that may be missing."""
        from ranvier.data._optional import Optional

        return Optional

    def unwrap_traced(self, value):
        """Returns the traced array or constant of what a traced function gave."""
        return value


NUMPY = Face()
