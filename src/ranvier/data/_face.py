"""Faces: how a dataset shows its values to users and their functions.

`ranvier.data.Dataset` shows NumPy values. Another face can show the same values as
objects of another class: it wraps what users are shown, and unwraps what they give.
Inside a traced function a value is an array that is being traced.
"""

from ranvier.data import _columns


class Face:
    """Values as they are.

    A subclass changes both directions; datasets derived from one keep its face.
    """

    def show(self, value):
        """Returns what a user is shown: datasets show themselves."""
        return value if hasattr(value, "_data_node") else self.wrap(value)

    def wrap(self, value):
        """Returns what a user is shown for a value, or for a traced array."""
        return value

    def unwrap(self, value):
        """Returns the value, or the traced array, of what a user gave."""
        return _columns.to_value(value)

    def unwrap_traced(self, value):
        """Returns the traced array or constant of what a traced function gave."""
        return value


NUMPY = Face()
