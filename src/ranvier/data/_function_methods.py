"""The methods of `Dataset` that apply functions to elements."""

import numpy as np

from ranvier.data import _columns, _mapping, _structure
from ranvier.data._functions import AUTOTUNE, ElementFunction, threads
from ranvier.data._making import integer
from ranvier.data._mixing import Interleave
from ranvier.data._remembered import MappedFiles
from ranvier.tensors._errors import InvalidArgumentError


class Functions:
    """map, filter, reduce, scan, flat_map, interleave..."""

    def map(
        self,
        map_func,
        num_parallel_calls=None,
        deterministic=None,
        synchronous=None,
        use_unbounded_threadpool=False,
        name=None,
    ):
        """Applies a function to each element.

        A function that JAX can trace, and that has no effect outside, is compiled and
        runs on whole blocks of elements. Any other is called for each element.

        Args:
            map_func: takes an element (the parts of a tuple as arguments), returns a
                value or a structure of values. A list counts as a tuple.
            num_parallel_calls: number of threads, or `AUTOTUNE`, for a function that
                cannot be compiled. The order of elements stays.
            deterministic: ignored: the order always is.
            synchronous: ignored.
            use_unbounded_threadpool: ignored.
            name: ignored.

        Raises:
            TypeError: if `map_func` cannot be called. What it raises itself comes with
                a note that tells the transformation and the number of the element.

        Example:
            >>> from ranvier.data import Dataset
            >>> [int(x) for x in Dataset.range(3).map(lambda x: x * x)]
            [0, 1, 4]
        """
        function = ElementFunction(map_func, self._face, "map", num_parallel_calls)
        node = self._data_node
        kind = MappedFiles if isinstance(node, Interleave) else _mapping.Map
        return self._then(kind(node, function))

    def filter(self, predicate, name=None):
        """Keeps the elements for which a function returns True.

        Args:
            predicate: takes an element, returns a scalar boolean.
            name: ignored.

        Example:
            >>> from ranvier.data import Dataset
            >>> [int(x) for x in Dataset.range(5).filter(lambda x: x % 2 == 0)]
            [0, 2, 4]
        """
        function = ElementFunction(predicate, self._face, "filter")
        return self._then(_mapping.Filter(self._data_node, function))

    def take_while(self, predicate, name=None):
        """Ends before the first element for which a function returns False.

        Args:
            predicate: takes an element, returns a scalar boolean.
            name: ignored.

        Example:
            >>> from ranvier.data import Dataset
            >>> [int(x) for x in Dataset.range(9).take_while(lambda x: x < 2)]
            [0, 1]
        """
        function = ElementFunction(predicate, self._face, "take_while")
        return self._then(_mapping.TakeWhile(self._data_node, function))

    def flat_map(self, map_func, name=None):
        """Makes a dataset of each element and joins them.

        Args:
            map_func: takes an element, returns a `Dataset`.
            name: ignored.

        Raises:
            TypeError: in iteration, if it returns something else.

        Example:
            >>> from ranvier.data import Dataset
            >>> ds = Dataset.range(3).flat_map(lambda n: Dataset.range(n))
            >>> [int(x) for x in ds]
            [0, 0, 1]
        """
        function = ElementFunction(map_func, self._face, "flat_map", traced=False)
        node = Interleave(self._data_node, function, 1, 1)
        node.name = "flat_map"
        return self._then(node)

    def interleave(
        self,
        map_func,
        cycle_length=None,
        block_length=None,
        num_parallel_calls=None,
        deterministic=None,
        name=None,
    ):
        """Makes a dataset of each element and takes elements from some in turn.

        Args:
            map_func: takes an element, returns a `Dataset`.
            cycle_length: how many datasets are read at a time; by default
                `num_parallel_calls` where given, else the number of CPUs.
            block_length: how many elements to take from one in its turn, 1 by default.
            num_parallel_calls: how many slow datasets are read at the same time; the
                order of elements is the same.
            deterministic: ignored: the order always is.
            name: ignored.

        Raises:
            InvalidArgumentError: for lengths that are not positive.

        Example:
            >>> from ranvier.data import Dataset
            >>> ds = Dataset.range(2).interleave(
            ...     lambda n: Dataset.range(n * 10, n * 10 + 3), cycle_length=2)
            >>> [int(x) for x in ds]
            [0, 10, 1, 11, 2, 12]
        """
        import os

        if block_length is None:
            block_length = 1
        if cycle_length is None:
            cycle_length = num_parallel_calls or AUTOTUNE
        if cycle_length == AUTOTUNE:
            cycle_length = os.cpu_count() or 1
        for argument, value in (
            ("cycle_length", cycle_length),
            ("block_length", block_length),
        ):
            if integer(value, argument) < 1:
                raise InvalidArgumentError(
                    f"`{argument}` must be greater than zero. Received: {value}"
                )
        if num_parallel_calls == AUTOTUNE:
            parallel = int(cycle_length)
        else:
            parallel = threads(num_parallel_calls, "interleave")
        if (num_parallel_calls or 0) > cycle_length:
            raise InvalidArgumentError(
                "`num_parallel_calls` of `interleave` must be at most `cycle_length`, "
                f"or AUTOTUNE. Received: num_parallel_calls={num_parallel_calls}, "
                f"cycle_length={cycle_length}"
            )
        function = ElementFunction(map_func, self._face, "interleave", traced=False)
        return self._then(
            Interleave(
                self._data_node,
                function,
                int(cycle_length),
                int(block_length),
                parallel,
            )
        )

    def scan(self, initial_state, scan_func, name=None):
        """Applies a function that hands a state from element to element.

        Args:
            initial_state: the first state, a structure of values.
            scan_func: takes state and element; returns new state and output.
            name: ignored.

        Raises:
            TypeError: in iteration, if it returns no pair, or a state of other dtypes.

        Example:
            >>> from ranvier.data import Dataset
            >>> sums = Dataset.range(4).scan(np.int64(0), lambda s, x: (s + x, s + x))
            >>> [int(x) for x in sums]
            [0, 1, 3, 6]
        """
        initial = _structure.map_values(self._face.unwrap, initial_state)
        return self._then(
            _mapping.Scan(self._data_node, initial, scan_func, self._face)
        )

    def reduce(self, initial_state, reduce_func, name=None):
        """Reduces the dataset to one state.

        Args:
            initial_state: the first state, a structure of values.
            reduce_func: takes state and element, returns the new state.
            name: ignored.

        Returns:
            The last state.

        Example:
            >>> from ranvier.data import Dataset
            >>> int(Dataset.range(5).reduce(np.int64(0), lambda s, x: s + x))
            10
        """
        carry = _structure.map_values(self._face.unwrap, initial_state)
        node = _mapping.Scan(self._data_node, carry, reduce_func, self._face)
        node.name = "reduce"
        carry = _mapping.reduce(node, carry)
        return _structure.map_values(self._face.wrap, carry)

    def apply(self, transformation_func):
        """Applies a function of datasets.

        Args:
            transformation_func: takes this dataset, returns a dataset.

        Raises:
            TypeError: if it returns something else.

        Example:
            >>> from ranvier.data import Dataset
            >>> [int(x) for x in Dataset.range(9).apply(lambda ds: ds.take(1))]
            [0]
        """
        dataset = transformation_func(self)
        if not hasattr(dataset, "_data_node"):
            raise TypeError(
                "`transformation_func` must return a `Dataset` object. "
                f"Received: {type(dataset).__name__}"
            )
        return dataset

    def ignore_errors(self, log_warning=False, name=None):
        """Leaves out elements that cannot be made because of an error.

        Args:
            log_warning: warn of each.
            name: ignored.

        Example:
            >>> from ranvier.data import Dataset
            >>> ds = Dataset.from_tensor_slices(["1", "x"]).map(lambda s: float(s))
            >>> [float(x) for x in ds.ignore_errors()]
            [1.0]
        """
        return self._then(_mapping.IgnoreErrors(self._data_node, bool(log_warning)))

    def rejection_resample(
        self, class_func, target_dist, initial_dist=None, seed=None, name=None
    ):
        """Leaves out elements at random so that classes come as often as wanted.

        Args:
            class_func: takes an element, returns its class as an integer scalar.
            target_dist: wanted share of each class.
            initial_dist: their shares in this dataset; estimated as elements come by
                default.
            seed: of the draws.
            name: ignored.

        Returns:
            A dataset of pairs of class and element.

        Example:
            >>> from ranvier.data import Dataset
            >>> ds = Dataset.range(400).rejection_resample(
            ...     lambda x: np.int32(x % 4 == 0), [0.5, 0.5], [0.75, 0.25], seed=1)
            >>> 150 < len(list(ds)) < 250
            True
        """
        from ranvier.data._resampling import Resample

        classes = ElementFunction(class_func, self._face, "rejection_resample")
        target = np.asarray(_columns.to_value(target_dist), np.float64)
        if initial_dist is not None:
            initial_dist = np.asarray(_columns.to_value(initial_dist), np.float64)
            if initial_dist.shape != target.shape:
                raise ValueError(
                    "`initial_dist` must have as many entries as `target_dist`. "
                    f"Received: {initial_dist.size} and {target.size}"
                )
        return self._then(
            Resample(self._data_node, classes, target, initial_dist, seed)
        )
