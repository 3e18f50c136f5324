"""The base class of initialisers."""

from ranvier.core._registry import builtin


@builtin("keras")
@builtin("keras.initializers")
class Initializer:
    """Base of the classes that give a variable its first value.

    A subclass defines `__call__(shape, dtype=None)`, and `get_config` if its
    constructor takes arguments.

    Example:
        >>> from ranvier import ops
        >>> class Halves(Initializer):
        ...     def __call__(self, shape, dtype=None, **kwargs):
        ...         return ops.full(shape, 0.5, dtype=dtype)
        >>> Halves()((2,)).tolist()
        [0.5, 0.5]
    """

    def __call__(self, shape, dtype=None, **kwargs):
        """Returns an array of initial values.

        Args:
            shape: tuple of ints.
            dtype: dtype of the array; defaults to `floatx()`.
            **kwargs: notes for distributed placement; not used.
        """
        raise NotImplementedError(
            f"{type(self).__name__} must implement `__call__(shape, dtype=None)`."
        )

    def clone(self):
        """Returns a new initialiser with the same configuration."""
        return type(self).from_config(self.get_config())

    def get_config(self):
        """Returns the constructor's arguments."""
        return {}

    @classmethod
    def from_config(cls, config):
        """Rebuilds an initialiser from `get_config()`."""
        return cls(**config)
