"""TensorShape: a tuple of sizes, None where a size is unknown."""

import numpy as np

_UNKNOWN = "This shape has an unknown number of axes."


class TensorShape(tuple):
    """The shape of a tensor: a tuple with the methods of TensorFlow's shapes.

    Args:
        dims: a sequence of sizes (None where unknown), one integer, or None if even
            the number of axes is unknown.

    Example:
        >>> shape = TensorShape([None, 3])
        >>> shape, shape.as_list(), shape.rank
        (TensorShape([None, 3]), [None, 3], 2)
        >>> shape.is_compatible_with([2, 3])
        True
    """

    def __new__(cls, dims=()):
        if type(dims) is cls:
            return dims
        if dims is None:
            shape = super().__new__(cls, ())
            shape._known = False
            return shape
        if isinstance(dims, (int, np.integer)):
            dims = (dims,)
        return super().__new__(cls, [_size(d) for d in dims])

    _known = True

    @property
    def rank(self):
        """The number of axes, or None."""
        return len(self) if self._known else None

    ndims = rank

    @property
    def dims(self):
        """The sizes as a list, or None."""
        return list(self) if self._known else None

    def as_list(self):
        """Returns the sizes as a list.

        Raises:
            ValueError: if the number of axes is unknown.
        """
        self._require_known()
        return list(self)

    def num_elements(self):
        """Returns the number of entries, or None if it is unknown."""
        if not self.is_fully_defined():
            return None
        return int(np.prod(self, dtype=np.int64))

    def is_fully_defined(self) -> bool:
        """Tells whether all sizes are known."""
        return self._known and None not in tuple(self)

    def is_compatible_with(self, other) -> bool:
        """Tells whether some array could have both shapes."""
        other = TensorShape(other)
        if not (self._known and other._known):
            return True
        return len(self) == len(other) and all(
            a is None or b is None or a == b for a, b in zip(self, other, strict=True)
        )

    def assert_is_compatible_with(self, other) -> None:
        """Raises unless `is_compatible_with`.

        Raises:
            ValueError: if the shapes differ in a known size.
        """
        if not self.is_compatible_with(other):
            raise ValueError(f"Shapes {self} and {TensorShape(other)} are incompatible")

    def is_subtype_of(self, other) -> bool:
        """Tells whether every array of this shape also has the other one."""
        if not other._known:
            return True
        return (
            self._known
            and len(self) == len(other)
            and all(b is None or a == b for a, b in zip(self, other, strict=True))
        )

    def merge_with(self, other):
        """Returns the shape with the known sizes of both.

        Raises:
            ValueError: if the shapes are not compatible.
        """
        other = TensorShape(other)
        self.assert_is_compatible_with(other)
        if not self._known:
            return other
        if not other._known:
            return self
        pairs = zip(self, other, strict=True)
        return TensorShape([b if a is None else a for a, b in pairs])

    def most_specific_compatible_shape(self, other):
        """Returns the shape that keeps what both have in common."""
        other = TensorShape(other)
        if not (self._known and other._known) or len(self) != len(other):
            return TensorShape(None)
        pairs = zip(self, other, strict=True)
        return TensorShape([a if a == b else None for a, b in pairs])

    def concatenate(self, other):
        """Returns the shape with the axes of another one after its own."""
        other = TensorShape(other)
        if not (self._known and other._known):
            return TensorShape(None)
        return TensorShape((*self, *other))

    def with_rank(self, rank):
        """Returns the shape, with `rank` axes if their number was unknown.

        Raises:
            ValueError: if it has another number of axes.
        """
        return self.merge_with([None] * rank)

    def with_rank_at_least(self, rank):
        """Returns the shape, checked to have at least `rank` axes.

        Raises:
            ValueError: if it has fewer.
        """
        if self._known and len(self) < rank:
            raise ValueError(f"Shape {self} must have rank at least {rank}")
        return self

    def with_rank_at_most(self, rank):
        """Returns the shape, checked to have at most `rank` axes.

        Raises:
            ValueError: if it has more.
        """
        if self._known and len(self) > rank:
            raise ValueError(f"Shape {self} must have rank at most {rank}")
        return self

    def _require_known(self):
        if not self._known:
            raise ValueError(_UNKNOWN)

    def __getitem__(self, key):
        if isinstance(key, slice):
            if not self._known:
                return TensorShape(None)
            return TensorShape(tuple.__getitem__(self, key))
        return tuple.__getitem__(self, key) if self._known else None

    def __len__(self):
        self._require_known()
        return tuple.__len__(self)

    def __iter__(self):
        self._require_known()
        return tuple.__iter__(self)

    def __bool__(self):
        return self._known

    def __add__(self, other):
        return self.concatenate(other)

    def __radd__(self, other):
        return TensorShape(other).concatenate(self)

    def __eq__(self, other):
        try:
            other = TensorShape(other)
        except (TypeError, ValueError):
            return NotImplemented
        return self._known == other._known and tuple.__eq__(self, other)

    def __ne__(self, other):
        equal = self.__eq__(other)
        return NotImplemented if equal is NotImplemented else not equal

    def __hash__(self):
        return tuple.__hash__(self)

    def __repr__(self):
        return f"TensorShape({list(self) if self._known else None})"

    def __str__(self):
        if not self._known:
            return "<unknown>"
        return tuple.__repr__(self)

    def __reduce__(self):
        return TensorShape, (self.dims,)

    @classmethod
    def unknown(cls):
        """Returns the shape of which not even the number of axes is known."""
        return cls(None)


def _size(entry):
    if entry is None or type(entry) is int:
        size = entry
    elif type(entry).__name__ == "_DimExpr":
        size = None  # a symbol of JAX for a size that is not known
    else:
        try:
            size = entry.__index__()
        except AttributeError:
            raise TypeError(
                f"A size must be an integer or None. Received: {entry!r} of type "
                f"{type(entry).__name__}"
            ) from None
    if size is not None and size < 0:
        raise ValueError(f"A size must not be negative. Received: {size}")
    return size
