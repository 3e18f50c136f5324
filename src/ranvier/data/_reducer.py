"""group_by_reducer: the elements of each key reduced to one."""

import numpy as np


class Reducer:
    """How `group_by_reducer` reduces the elements of one key.

    Args:
        init_func: takes the key, returns the first state.
        reduce_func: takes state and element, returns the new state.
        finalize_func: takes the last state, returns the result.

    Example:
        >>> from ranvier.data import Dataset
        >>> sums = Reducer(lambda key: np.int64(0), lambda s, x: s + x, lambda s: s)
        >>> ds = Dataset.range(5).apply(group_by_reducer(lambda x: x % 2, sums))
        >>> [int(x) for x in ds]
        [6, 4]
    """

    def __init__(self, init_func, reduce_func, finalize_func):
        self._functions = (init_func, reduce_func, finalize_func)

    @property
    def init_func(self):
        """Takes the key, returns the first state."""
        return self._functions[0]

    @property
    def reduce_func(self):
        """Takes state and element, returns the new state."""
        return self._functions[1]

    @property
    def finalize_func(self):
        """Takes the last state (a tuple as several arguments), returns the result."""
        return self._functions[2]


def group_by_reducer(key_func, reducer):
    """Returns a function that reduces the elements of each key to one.

    Args:
        key_func: takes an element, returns a scalar int64.
        reducer: a `Reducer`.

    Example:
        >>> from ranvier.data import Dataset
        >>> counts = Reducer(lambda key: np.int32(0), lambda n, x: n + 1, lambda n: n)
        >>> ds = Dataset.range(5).apply(group_by_reducer(lambda x: x // 3, counts))
        >>> [int(x) for x in ds]
        [3, 2]
    """

    def reduced(key, group):
        last = group.reduce(reducer.init_func(key), reducer.reduce_func)
        parts = last if type(last) is tuple else (last,)
        return type(group).from_tensors(reducer.finalize_func(*parts))

    everything = np.int64(np.iinfo(np.int64).max)
    return lambda dataset: dataset.group_by_window(key_func, reduced, everything)
