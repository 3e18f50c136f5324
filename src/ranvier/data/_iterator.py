"""Iterators over datasets."""

from ranvier.data import _structure
from ranvier.data._block import MOST
from ranvier.data._face import NUMPY
from ranvier.tensors._errors import OutOfRangeError


class DatasetIterator:
    """An iterator over the elements of a dataset.

    Its position can be saved in the middle of a pass, and another iterator over the
    same dataset can go on from there with the same elements, shuffled ones included.

    Args:
        node: the node to read.
        face: how values are shown.

    Example:
        >>> from ranvier.data import Dataset
        >>> ds = Dataset.range(10).shuffle(10, seed=1).batch(3)
        >>> iterator = iter(ds)
        >>> first = next(iterator)
        >>> state = iterator.get_state()
        >>> rest = [batch.tolist() for batch in iterator]
        >>> other = iter(ds)
        >>> other.set_state(state)
        >>> [batch.tolist() for batch in other] == rest
        True
    """

    def __init__(self, node, face):
        self._node = node
        self._face = face
        self._stream = node.stream()
        self._block = None
        self._elements = iter(())
        self._before = None
        self._taken = 0
        self._limit = MOST

    def __iter__(self):
        return self

    def __next__(self):
        for element in self._elements:
            self._taken += 1
            return self._show(element)
        self._before = self._stream.get_state()
        self._taken = 0
        block = self._next_block()
        if block is None:
            self._elements = iter(())
            raise StopIteration
        self._elements = block.elements()
        return next(self)

    next = __next__

    def _next_block(self):
        try:
            return self._stream.next(self._limit)
        except Exception:
            if self._limit == 1:
                raise
            # Once more, one by one: the elements before the one at fault come first.
            self._limit = 1
            self._stream.set_state(self._before)
            return self._stream.next(1)

    def _show(self, element):
        if self._face is NUMPY:
            return element
        return _structure.map_values(self._face.show, element)

    @property
    def element_spec(self):
        """The structure of specs of an element."""
        return self._node.spec()

    def get_next(self):
        """Returns the next element.

        Raises:
            OutOfRangeError: at the end.
        """
        try:
            return next(self)
        except StopIteration:
            raise OutOfRangeError("End of sequence") from None

    def get_next_as_optional(self):
        """Returns the next element as an `Optional`, which is empty at the end."""
        optional = self._face.optional()
        missing = object()
        element = next(self, missing)
        if element is missing:
            return optional.empty(self.element_spec)
        return optional(self.element_spec, element)

    def next_block(self, limit):
        """Returns up to `limit` elements as a block, None at the end.

        A block has `count` elements; its `columns` are stacked arrays, or `Objects`
        where values have different shapes.
        """
        self._leave_block()
        return self._stream.next(limit)

    def _leave_block(self):
        if self._taken or self._before is not None:
            state = self.get_state()
            self.set_state(state)

    def get_state(self) -> dict:
        """Returns the position: a small structure of numbers, strings and lists."""
        if self._before is None:
            return {"stream": self._stream.get_state(), "taken": 0}
        return {"stream": self._before, "taken": self._taken}

    def set_state(self, state) -> None:
        """Goes to the position that `get_state` told.

        Args:
            state: of an iterator over a dataset that was made in the same way.
        """
        # Not another stream: what this one reads ahead must have come to an end.
        self._stream.set_state(state["stream"])
        self._elements = iter(())
        self._before = None
        self._taken = 0
        if state["taken"]:
            self._stream.skip(state["taken"])


class NumpyIterator(DatasetIterator):
    """An iterator over the elements as NumPy values."""
