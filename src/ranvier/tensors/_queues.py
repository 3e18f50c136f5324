"""Queues between threads: they block, time out, and close."""

import heapq
import random
import threading

import numpy as np

from ranvier.tensors._constant import convert_to_tensor
from ranvier.tensors._dtype import as_dtype
from ranvier.tensors._errors import (
    CancelledError,
    InvalidArgumentError,
    OutOfRangeError,
)
from ranvier.tensors._shape import TensorShape
from ranvier.tensors._tensor import Tensor


class QueueBase:
    """Base of the queues: bounded, thread-safe stores of elements.

    An element is a list of tensors, one for each dtype.

    Args:
        capacity: the largest number of elements; enqueuing blocks beyond it.
        dtypes: the dtype of each component, or one dtype.
        shapes: the shape of each component, or None.
        names: names of the components; elements are dictionaries then.
        shared_name: accepted as in TensorFlow.
        name: accepted as in TensorFlow.
    """

    def __init__(
        self, capacity, dtypes, shapes=None, names=None, shared_name=None, name=None
    ):
        if not isinstance(dtypes, (list, tuple)):
            dtypes = [dtypes]
        self._dtypes = [as_dtype(d) for d in dtypes]
        if shapes is not None:
            shapes = _shape_list(shapes, len(self._dtypes))
        self._shapes = shapes
        self._names = [names] if isinstance(names, str) else names
        self._capacity = capacity if capacity >= 0 else float("inf")
        self._name = name or type(self).__name__
        self._changed = threading.Condition()
        self._closed = False
        self._store = self._make_store()

    def _make_store(self):
        return []

    def _put(self, element):
        self._store.append(element)

    def _get(self):
        return self._store.pop(0)

    def _is_ready(self, count) -> bool:
        return len(self._store) >= count

    # Description.

    @property
    def dtypes(self) -> list:
        """The dtype of each component."""
        return self._dtypes

    @property
    def shapes(self) -> list:
        """The shape of each component."""
        return self._shapes or [TensorShape(None) for _ in self._dtypes]

    @property
    def names(self):
        """The names of the components, or None."""
        return self._names

    @property
    def name(self) -> str:
        """The queue's name."""
        return self._name

    def size(self, name=None):
        """Returns the number of elements, as a tensor."""
        with self._changed:
            return Tensor(np.asarray(len(self._store), np.int32))

    def is_closed(self, name=None):
        """Returns whether the queue was closed, as a tensor."""
        return convert_to_tensor(self._closed)

    # Putting in.

    def enqueue(self, vals, name=None):
        """Puts one element in; waits while the queue is full.

        Args:
            vals: a list of tensors (one tensor, if there is one component; a
                dictionary, if they have names).
            name: accepted as in TensorFlow.

        Raises:
            CancelledError: if the queue is, or gets, closed.
            InvalidArgumentError: if a tensor has another shape.
        """
        self._put_all([self._components(vals)])

    def enqueue_many(self, vals, name=None):
        """Puts in one element for each entry along the first axes.

        Args:
            vals: as for `enqueue`, with one more axis in front.
            name: accepted as in TensorFlow.

        Raises:
            CancelledError: if the queue is, or gets, closed.
            InvalidArgumentError: if a tensor has another shape.
        """
        columns = self._components(vals, batched=True)
        sizes = {len(column) for column in columns}
        if len(sizes) > 1:
            raise InvalidArgumentError(
                f"All components must have the same size on axis 0. Received: {sizes}"
            )
        self._put_all(list(zip(*columns, strict=True)))

    def _components(self, vals, batched=False):
        if isinstance(vals, dict):
            if self._names is None:
                raise ValueError("Queue must have names to enqueue a dictionary")
            vals = [vals[name] for name in self._names]
        elif self._names is not None:
            raise ValueError("Queue with names must have a dictionary to enqueue")
        elif not isinstance(vals, (list, tuple)):
            vals = [vals]
        if len(vals) != len(self._dtypes):
            raise ValueError(
                f"Expected {len(self._dtypes)} components. Received: {len(vals)}"
            )
        tensors = [
            convert_to_tensor(v, dtype=None if isinstance(v, Tensor) else d)
            for v, d in zip(vals, self._dtypes, strict=True)
        ]
        for tensor, dtype in zip(tensors, self._dtypes, strict=True):
            if tensor.dtype is not dtype:
                raise ValueError(
                    f"Expected dtype {dtype.name}. Received: {tensor.dtype.name}"
                )
        for tensor, shape in zip(tensors, self._shapes or (), strict=False):
            found = tensor.shape[1:] if batched else tensor.shape
            if not found.is_compatible_with(shape):
                raise ValueError(f"Shapes {found} and {shape} are incompatible")
        return [t._host() for t in tensors]

    def _put_all(self, elements):
        with self._changed:
            for element in elements:
                self._changed.wait_for(
                    lambda: self._closed or len(self._store) < self._capacity
                )
                if self._closed:
                    raise CancelledError(f"{self._name!r} is closed.")
                self._put(list(element))
                self._changed.notify_all()

    # Taking out.

    def dequeue(self, name=None):
        """Takes one element out; waits while the queue is empty.

        Returns:
            A list of tensors (one tensor, if there is one component).

        Raises:
            OutOfRangeError: if the queue is closed and empty.
        """
        return self._result([Tensor(c) for c in self._take(1, 1)[0]])

    def dequeue_many(self, n, name=None):
        """Takes `n` elements out, stacked; waits until there are so many.

        Raises:
            OutOfRangeError: if the queue is closed and has fewer.
        """
        return self._batch(self._take(int(n), int(n)))

    def dequeue_up_to(self, n, name=None):
        """Takes `n` elements out, stacked; fewer if the queue is closed.

        Raises:
            OutOfRangeError: if the queue is closed and empty.
        """
        return self._batch(self._take(int(n), 1))

    def _take(self, count, least):
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._is_ready(count))
            available = min(count, len(self._store))
            if available < count and (available < least or not self._closed):
                raise OutOfRangeError(
                    f"{self._name!r} is closed and has insufficient elements "
                    f"(requested {count}, current size {len(self._store)})"
                )
            elements = [self._get() for _ in range(available)]
            self._changed.notify_all()
            return elements

    def _batch(self, elements):
        columns = list(zip(*elements, strict=True)) or [()] * len(self._dtypes)
        return self._result([self._stack(column) for column in columns])

    def _stack(self, column):
        if not column:
            return Tensor(np.zeros(0))
        return Tensor(np.stack(column))

    def _result(self, tensors):
        if self._names is not None:
            return dict(zip(self._names, tensors, strict=True))
        return tensors[0] if len(tensors) == 1 else tensors

    def close(self, cancel_pending_enqueues=False, name=None):
        """Closes the queue: nothing more goes in; what is inside can be taken out.

        Args:
            cancel_pending_enqueues: accepted as in TensorFlow; waiting threads are
                cancelled in any case.
            name: accepted as in TensorFlow.
        """
        with self._changed:
            self._closed = True
            self._changed.notify_all()


class FIFOQueue(QueueBase):
    """A queue that gives elements in the order in which they came.

    Args:
        capacity: see `QueueBase`.
        dtypes: see `QueueBase`.
        shapes: see `QueueBase`.
        names: see `QueueBase`.
        shared_name: accepted as in TensorFlow.
        name: accepted as in TensorFlow.

    Example:
        >>> q = FIFOQueue(3, ["int32", "string"])
        >>> q.enqueue([10, "windy"])
        >>> q.enqueue([15, "sunny"])
        >>> q.dequeue()[1]
        <tf.Tensor: shape=(), dtype=string, numpy=b'windy'>
    """


class PaddingFIFOQueue(FIFOQueue):
    """A queue in order whose elements may differ in size; batches are padded.

    Args:
        capacity: see `QueueBase`.
        dtypes: see `QueueBase`.
        shapes: see `QueueBase`; None for sizes that differ.
        names: see `QueueBase`.
        shared_name: accepted as in TensorFlow.
        name: accepted as in TensorFlow.
    """

    def __init__(
        self,
        capacity,
        dtypes,
        shapes,
        names=None,
        shared_name=None,
        name="padding_fifo_queue",
    ):
        super().__init__(capacity, dtypes, shapes, names, shared_name, name)

    def _stack(self, column):
        shape = np.max([entry.shape for entry in column], axis=0)
        padding = b"" if column[0].dtype == object else 0
        batch = np.full((len(column), *shape), padding, column[0].dtype)
        for i, entry in enumerate(column):
            batch[(i, *map(slice, entry.shape))] = entry
        return Tensor(batch)


class RandomShuffleQueue(QueueBase):
    """A queue that gives elements in a random order.

    Args:
        capacity: see `QueueBase`.
        min_after_dequeue: how many elements stay in an open queue, to be drawn from.
        dtypes: see `QueueBase`.
        shapes: see `QueueBase`.
        names: see `QueueBase`.
        seed: an integer, or None.
        shared_name: accepted as in TensorFlow.
        name: accepted as in TensorFlow.
    """

    def __init__(
        self,
        capacity,
        min_after_dequeue,
        dtypes,
        shapes=None,
        names=None,
        seed=None,
        shared_name=None,
        name="random_shuffle_queue",
    ):
        super().__init__(capacity, dtypes, shapes, names, shared_name, name)
        self._least = min_after_dequeue
        self._random = random.Random(seed)

    def _get(self):
        return self._store.pop(self._random.randrange(len(self._store)))

    def _is_ready(self, count):
        return len(self._store) >= count + self._least


class PriorityQueue(QueueBase):
    """A queue that gives elements with the smallest priority first.

    Args:
        capacity: see `QueueBase`.
        types: dtypes of the components after the first, the int64 priority.
        shapes: their shapes.
        names: see `QueueBase`.
        shared_name: accepted as in TensorFlow.
        name: accepted as in TensorFlow.
    """

    def __init__(
        self,
        capacity,
        types,
        shapes=None,
        names=None,
        shared_name=None,
        name="priority_queue",
    ):
        types = types if isinstance(types, (list, tuple)) else [types]
        if shapes is not None:
            shapes = [(), *_shape_list(shapes, len(types))]
        self._count = 0
        super().__init__(capacity, ["int64", *types], shapes, names, shared_name, name)

    def _put(self, element):
        # The count keeps equal priorities in order, and elements from comparison.
        self._count += 1
        heapq.heappush(self._store, (int(element[0]), self._count, element))

    def _get(self):
        return heapq.heappop(self._store)[2]


def _shape_list(shapes, count):
    is_list = isinstance(shapes, (list, tuple)) and not isinstance(shapes, TensorShape)
    single = not is_list or not shapes or not hasattr(shapes[0], "__iter__")
    if single and count == 1:
        shapes = [shapes]
    shapes = [TensorShape(shape) for shape in shapes]
    if len(shapes) != count:
        raise ValueError(
            f"Queue shapes must have the same length as dtypes, received {len(shapes)} "
            f"shapes, {count} dtypes"
        )
    return shapes
