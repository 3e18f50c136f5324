"""The methods of `Dataset` that choose elements and their order."""

from ranvier.data import _selecting
from ranvier.data._caching import Cache, Prefetch
from ranvier.data._file_names import file_names
from ranvier.data._making import integer
from ranvier.data._options import inherit
from ranvier.data._shuffling import Shuffle
from ranvier.data._spec import same_kinds
from ranvier.tensors._errors import InvalidArgumentError

AUTOTUNE = -1


class Selection:
    """take, skip, repeat, shuffle, cache..."""

    def take(self, count, name=None):
        """Takes the first elements.

        Args:
            count: how many; all if negative.
            name: ignored.

        Example:
            >>> from ranvier.data import Dataset
            >>> [int(x) for x in Dataset.range(10).take(2)]
            [0, 1]
        """
        return self._then(_selecting.Take(self._data_node, integer(count, "count")))

    def skip(self, count, name=None):
        """Leaves out the first elements.

        Args:
            count: how many; all if negative.
            name: ignored.

        Example:
            >>> from ranvier.data import Dataset
            >>> [int(x) for x in Dataset.range(5).skip(3)]
            [3, 4]
        """
        return self._then(_selecting.Skip(self._data_node, integer(count, "count")))

    def shard(self, num_shards, index, name=None):
        """Takes every `num_shards`-th element, from number `index` on.

        Raises:
            InvalidArgumentError: unless `0 <= index < num_shards`.

        Example:
            >>> from ranvier.data import Dataset
            >>> [int(x) for x in Dataset.range(5).shard(2, 1)]
            [1, 3]
        """
        num_shards, index = integer(num_shards, "num_shards"), integer(index, "index")
        _selecting.check_shard(num_shards, index)
        return self._then(_selecting.Shard(self._data_node, num_shards, index))

    def repeat(self, count=None, name=None):
        """Repeats the dataset.

        Args:
            count: how often; without end if None or -1.
            name: ignored.

        Example:
            >>> from ranvier.data import Dataset
            >>> [int(x) for x in Dataset.range(2).repeat(2)]
            [0, 1, 0, 1]
        """
        count = -1 if count is None else integer(count, "count")
        return self._then(_selecting.Repeat(self._data_node, count))

    def concatenate(self, dataset, name=None):
        """Puts another dataset behind this one.

        Raises:
            TypeError: if its elements have another structure or other dtypes.

        Example:
            >>> from ranvier.data import Dataset
            >>> [int(x) for x in Dataset.range(2).concatenate(Dataset.range(1))]
            [0, 1, 0]
        """
        if not hasattr(dataset, "_data_node"):
            raise TypeError(
                f"`dataset` must be a `Dataset`. Received: {type(dataset).__name__}"
            )
        one, other = self.element_spec, dataset.element_spec
        if not same_kinds(one, other):
            raise TypeError(
                "Incompatible types of input datasets: elements of both must have the "
                f"same structure and dtypes. Received: {one!r} and {other!r}"
            )
        node = _selecting.Concatenate(self._data_node, dataset._data_node)
        return inherit(self._then(node), [dataset])

    def enumerate(self, start=0, name=None):
        """Puts a number (int64) before each element.

        Example:
            >>> from ranvier.data import Dataset
            >>> ds = Dataset.from_tensor_slices(["a", "b"]).enumerate(5)
            >>> [(int(i), x) for i, x in ds]
            [(5, b'a'), (6, b'b')]
        """
        return self._then(
            _selecting.Enumerate(self._data_node, integer(start, "start"))
        )

    def unique(self, name=None):
        """Leaves out elements that came before.

        Example:
            >>> from ranvier.data import Dataset
            >>> [int(x) for x in Dataset.from_tensor_slices([1, 2, 1]).unique()]
            [1, 2]
        """
        return self._then(_selecting.Unique(self._data_node))

    def shuffle(self, buffer_size, seed=None, reshuffle_each_iteration=True, name=None):
        """Shuffles elements within a buffer.

        The buffer is filled with `buffer_size` elements. Each time one of them, drawn
        at random, goes out, and the next one takes its place. A buffer as large as the
        dataset gives all orders the same chance.

        Args:
            buffer_size: size of the buffer, in elements.
            seed: the orders follow from it; None for one from the global state.
            reshuffle_each_iteration: whether each pass has an order of its own.
            name: ignored.

        Raises:
            InvalidArgumentError: if `buffer_size` is not positive.

        Example:
            >>> from ranvier.data import Dataset
            >>> sorted(int(x) for x in Dataset.range(5).shuffle(3, seed=1))
            [0, 1, 2, 3, 4]
        """
        size = integer(buffer_size, "buffer_size")
        if size == -2:  # tf.data's UNKNOWN_CARDINALITY: everything
            size = 2**62
        if size < 1:
            raise InvalidArgumentError(
                f"`buffer_size` must be greater than zero. Received: {buffer_size}"
            )
        if reshuffle_each_iteration is None:
            reshuffle_each_iteration = True
        return self._then(
            Shuffle(self._data_node, size, seed, bool(reshuffle_each_iteration))
        )

    def cache(self, filename="", name=None):
        """Keeps the elements when they have been read once to the end.

        Args:
            filename: a path to keep them in a folder there, also for later processes;
                in memory by default.
            name: ignored.

        Example:
            >>> from ranvier.data import Dataset
            >>> ds = Dataset.range(3).map(lambda x: x * 2).cache()
            >>> [int(x) for x in ds] == [int(x) for x in ds]
            True
        """
        return self._then(Cache(self._data_node, file_names(filename)[0]))

    def prefetch(self, buffer_size, name=None):
        """Reads elements ahead, in a thread.

        A block of elements is read ahead: at most 4096, and about 2 MB.

        Args:
            buffer_size: how many, or `AUTOTUNE`; 0 for none, else a block.
            name: ignored.

        Example:
            >>> from ranvier.data import AUTOTUNE, Dataset
            >>> [int(x) for x in Dataset.range(3).prefetch(AUTOTUNE)]
            [0, 1, 2]
        """
        if buffer_size is None:
            buffer_size = AUTOTUNE
        size = integer(buffer_size, "buffer_size")
        if size < AUTOTUNE:
            raise InvalidArgumentError(
                f"`buffer_size` must be >= 0 or AUTOTUNE. Received: {buffer_size}"
            )
        if size == 0:
            return self
        return self._then(Prefetch(self._data_node))
