"""The methods of `Dataset` that put elements together and take them apart."""

import functools

import numpy as np

from ranvier.data import _batching, _columns, _grouping, _spec, _structure
from ranvier.data._functions import ElementFunction
from ranvier.data._making import integer
from ranvier.tensors._errors import InvalidArgumentError


def _size(batch_size):
    size = integer(batch_size, "batch_size")
    if size < 1:
        raise InvalidArgumentError(
            f"Batch size must be greater than zero. Received: batch_size={batch_size}"
        )
    return size


class Batches:
    """batch, padded_batch, unbatch, window, groups..."""

    def batch(
        self,
        batch_size,
        drop_remainder=False,
        num_parallel_calls=None,
        deterministic=None,
        name=None,
    ):
        """Stacks consecutive elements.

        Args:
            batch_size: elements in a batch; the last one may be smaller.
            drop_remainder: leave out a smaller last batch.
            num_parallel_calls: ignored.
            deterministic: ignored.
            name: ignored.

        Raises:
            InvalidArgumentError: if `batch_size` is not positive, or, in iteration,
                if elements of a batch have different shapes.

        Example:
            >>> from ranvier.data import Dataset
            >>> [batch.tolist() for batch in Dataset.range(5).batch(2)]
            [[0, 1], [2, 3], [4]]
        """
        return self._then(
            _batching.Batch(self._data_node, _size(batch_size), bool(drop_remainder))
        )

    def padded_batch(
        self,
        batch_size,
        padded_shapes=None,
        padding_values=None,
        drop_remainder=False,
        name=None,
    ):
        """Stacks consecutive elements, padded to one shape.

        Args:
            batch_size: elements in a batch; the last one may be smaller.
            padded_shapes: structure of shapes; None or -1 stands for the longest of
                the batch, as does None for a whole shape.
            padding_values: structure of scalars, or one for all; 0 or an empty string
                by default.
            drop_remainder: leave out a smaller last batch.
            name: ignored.

        Raises:
            TypeError, ValueError: if shapes or values do not fit the elements.
            DataLossError: in iteration, if an element is larger than its shape.

        Example:
            >>> from ranvier.data import Dataset
            >>> ds = Dataset.range(1, 4).map(lambda n: np.full(int(n), n))
            >>> [batch.tolist() for batch in ds.padded_batch(2)]
            [[[1, 0], [2, 2]], [[3, 3, 3]]]
        """
        for spec in _structure.flatten(self.element_spec):
            _batching.check_padded(spec)
        shapes = values = None
        if padded_shapes is not None:
            shapes = _shapes(padded_shapes, self.element_spec)
        if padding_values is not None:
            values = self._padding(padding_values)
        join = _batching.PaddedBatch(shapes, values)
        return self._then(
            _batching.Padded(
                self._data_node, _size(batch_size), bool(drop_remainder), join
            )
        )

    def _padding(self, padding_values):
        spec = self.element_spec
        if not _structure.is_container(padding_values):
            return [_scalar(padding_values)] * len(_structure.flatten(spec))
        leaves = _given(padding_values, spec, "padding_values")
        return [None if value is None else _scalar(value) for value in leaves]

    def ragged_batch(
        self,
        batch_size,
        drop_remainder=False,
        row_splits_dtype=np.int64,
        name=None,
    ):
        """Stacks consecutive elements; those of unknown sizes as ragged tensors.

        Args:
            batch_size: elements in a batch; the last one may be smaller.
            drop_remainder: leave out a smaller last batch.
            row_splits_dtype: dtype of the splits.
            name: ignored.

        Example:
            >>> from ranvier.data import Dataset
            >>> ds = Dataset.range(1, 4).map(lambda n: np.full(int(n), n))
            >>> [batch.to_list() for batch in ds.ragged_batch(2)]
            [[[1], [2, 2]], [[3, 3, 3]]]
        """
        return self._then(
            _batching.Ragged(
                self._data_node,
                _size(batch_size),
                bool(drop_remainder),
                _spec.numpy_dtype(row_splits_dtype),
            )
        )

    def sparse_batch(self, batch_size, row_shape, name=None):
        """Stacks consecutive elements as sparse tensors.

        Args:
            batch_size: elements in a batch; the last one may be smaller.
            row_shape: shape of an element in the batch, as large as the largest; None
                for sizes that follow from the elements.
            name: ignored.

        Example:
            >>> from ranvier.data import Dataset
            >>> ds = Dataset.range(1, 3).map(lambda n: np.full(int(n), n))
            >>> [batch.shape.as_list() for batch in ds.sparse_batch(2, [4])]
            [[2, 4]]
        """
        shape = tuple(None if n in (None, -1) else int(n) for n in row_shape)
        return self._then(_batching.Sparse(self._data_node, _size(batch_size), shape))

    def unbatch(self, name=None):
        """Takes batches apart: each row becomes an element.

        Example:
            >>> from ranvier.data import Dataset
            >>> [int(x) for x in Dataset.from_tensor_slices([[1, 2], [3, 4]]).unbatch()]
            [1, 2, 3, 4]
        """
        return self._then(_batching.Unbatch(self._data_node))

    def rebatch(self, batch_size, drop_remainder=False, name=None):
        """Makes batches of another size of batches.

        Args:
            batch_size: the new size, or a list of sizes that come in turn.
            drop_remainder: leave out a smaller last batch.
            name: ignored.

        Example:
            >>> from ranvier.data import Dataset
            >>> [x.tolist() for x in Dataset.range(5).batch(2).rebatch(3)]
            [[0, 1, 2], [3, 4]]
        """
        rows = _batching.Unbatch(self._data_node)
        sizes = np.asarray(batch_size)
        if sizes.ndim:
            sizes = [_size(size) for size in sizes.tolist()]
            return self._then(_batching.Cycled(rows, sizes, bool(drop_remainder)))
        return self._then(
            _batching.Rebatch(
                rows, _size(batch_size), bool(drop_remainder), None, "rebatch"
            )
        )

    def window(self, size, shift=None, stride=1, drop_remainder=False, name=None):
        """Makes datasets of consecutive elements.

        Args:
            size: elements in a window.
            shift: from the beginning of a window to that of the next; `size` by
                default.
            stride: from one element of a window to the next.
            drop_remainder: leave out smaller last windows.
            name: ignored.

        Raises:
            InvalidArgumentError: for numbers that are not positive.

        Example:
            >>> from ranvier.data import Dataset
            >>> windows = Dataset.range(4).window(2, shift=1, drop_remainder=True)
            >>> [[int(x) for x in window] for window in windows]
            [[0, 1], [1, 2], [2, 3]]
        """
        numbers = []
        for argument, value in (
            ("size", size),
            ("shift", size if shift is None else shift),
            ("stride", stride),
        ):
            numbers.append(integer(value, argument))
            if numbers[-1] < 1:
                raise InvalidArgumentError(
                    f"Window {argument} must be greater than zero. Received: {value}"
                )
        return self._then(
            _grouping.Window(self._data_node, *numbers, bool(drop_remainder), self._of)
        )

    def group_by_window(
        self, key_func, reduce_func, window_size=None, window_size_func=None, name=None
    ):
        """Collects elements by key, and reduces each collection to a dataset.

        Args:
            key_func: takes an element, returns an int64 scalar.
            reduce_func: takes a key and a dataset of elements with it, returns a
                dataset.
            window_size: how many elements to collect; what is left is reduced at the
                end.
            window_size_func: takes a key, returns the size for it.
            name: ignored.

        Raises:
            ValueError: unless there is one of `window_size` and `window_size_func`.

        Example:
            >>> from ranvier.data import Dataset
            >>> ds = Dataset.range(6).group_by_window(
            ...     lambda x: x % 2, lambda key, group: group.batch(3), window_size=3)
            >>> [batch.tolist() for batch in ds]
            [[0, 2, 4], [1, 3, 5]]
        """
        if (window_size is None) == (window_size_func is None):
            raise ValueError(
                "Exactly one of the `window_size` and `window_size_func` arguments is "
                "required: must pass either `window_size` or `window_size_func`."
            )
        if window_size is not None:
            fixed = integer(window_size, "window_size")
            if fixed < 1:
                raise InvalidArgumentError(
                    f"Window size must be greater than zero. Received: {window_size}"
                )

            def window_size_func(key):
                return fixed

        if callable(key_func):
            key_func = functools.partial(_grouping.wide_key, key_func)
        key = ElementFunction(key_func, self._face, "group_by_window")
        return self._then(
            _grouping.GroupByWindow(
                self._data_node, key, reduce_func, window_size_func, self._of
            )
        )

    def bucket_by_sequence_length(
        self,
        element_length_func,
        bucket_boundaries,
        bucket_batch_sizes,
        padded_shapes=None,
        padding_values=None,
        pad_to_bucket_boundary=False,
        no_padding=False,
        drop_remainder=False,
        name=None,
    ):
        """Makes padded batches of elements of about the same length.

        Args:
            element_length_func: takes an element, returns its length (int32).
            bucket_boundaries: lengths at which buckets end (exclusive).
            bucket_batch_sizes: batch size of each bucket, one more than boundaries.
            padded_shapes: as for `padded_batch`.
            padding_values: as for `padded_batch`.
            pad_to_bucket_boundary: pad unknown sizes to the boundary less one; no
                element may then be longer than the last boundary.
            no_padding: make plain batches.
            drop_remainder: leave out smaller last batches.
            name: ignored.

        Raises:
            ValueError: if there is not one size more than boundaries.

        Example:
            >>> from ranvier.data import Dataset
            >>> ds = Dataset.from_tensor_slices([1, 3, 2]).map(
            ...     lambda n: np.ones(int(n), "int32"))
            >>> batches = ds.bucket_by_sequence_length(len, [3], [2, 2])
            >>> [batch.tolist() for batch in batches]
            [[[1, 0], [1, 1]], [[1, 1, 1]]]
        """
        boundaries = [int(n) for n in bucket_boundaries]
        sizes = [int(n) for n in bucket_batch_sizes]
        if len(sizes) != len(boundaries) + 1:
            raise ValueError(
                "`len(bucket_batch_sizes)` must equal `len(bucket_boundaries) + 1`. "
                f"Received: {len(sizes)} and {len(boundaries)}"
            )
        length = ElementFunction(
            element_length_func, self._face, "bucket_by_sequence_length"
        )

        def reduce(key, group):
            size, shapes = sizes[int(key)], padded_shapes
            if no_padding:
                return group.batch(size, drop_remainder=drop_remainder)
            if pad_to_bucket_boundary:
                if int(key) == len(boundaries):
                    raise InvalidArgumentError(
                        "When pad_to_bucket_boundary=True, elements must have length < "
                        f"max(bucket_boundaries), that is {boundaries[-1]}."
                    )
                shapes = _filled(padded_shapes, spec(), boundaries[int(key)] - 1)
            return group.padded_batch(size, shapes, padding_values, drop_remainder)

        def spec():
            return self.element_spec

        key = _grouping.BucketKey(length, boundaries)
        return self._then(
            _grouping.GroupByWindow(
                self._data_node,
                key,
                reduce,
                lambda key: sizes[int(key)],
                self._of,
                "bucket_by_sequence_length",
            )
        )


def _given(given, spec, argument):
    """Returns the list of what an argument has for each value of an element.

    Raises:
        TypeError, ValueError: if it has another structure.
    """
    if not _structure.is_container(spec):
        return [given]
    if given is None:
        return [None] * len(_structure.flatten(spec))
    if isinstance(spec, dict):
        fits = isinstance(given, dict) and set(given) == set(spec)
        children = [(given[key], spec[key]) for key in sorted(spec)] if fits else []
    else:
        parts = _structure.children(spec)
        fits = isinstance(given, (list, tuple)) and len(given) == len(parts)
        children = list(zip(given, parts)) if fits else []
    if not fits:
        alike = dict if isinstance(spec, dict) else tuple
        kind = ValueError if isinstance(given, alike) else TypeError
        raise kind(
            f"`{argument}` must have the structure of the elements, {spec!r}. "
            f"Received: {argument}={given!r}"
        )
    return [leaf for child in children for leaf in _given(*child, argument)]


def _shapes(structure, spec):
    """Returns the padded shapes as a list of tuples or None.

    Raises:
        TypeError, ValueError: if they do not fit the specs of the elements.
    """
    shapes = [_shape(given) for given in _given(structure, spec, "padded_shapes")]
    for shape, value in zip(shapes, _structure.flatten(spec)):
        known = _spec.sizes(value)
        if shape is None or known is None:
            continue
        if len(known) != len(shape) or any(
            None not in (size, n) and size < n for size, n in zip(shape, known)
        ):
            raise ValueError(
                f"The padded shape {shape} is not compatible with the shape {known} of "
                "the corresponding input component."
            )
    return shapes


def _shape(given):
    """Returns a padded shape as a tuple; None if not even its rank is given."""
    if hasattr(given, "as_list"):
        given = None if given.rank is None else given.as_list()
    elif hasattr(given, "numpy"):
        given = given.numpy()
    if given is None:
        return None
    sizes = [-1 if n is None else n for n in np.atleast_1d(np.array(given, object))]
    array = np.asarray([n.numpy() if hasattr(n, "numpy") else n for n in sizes])
    if array.ndim != 1:
        raise ValueError(
            f"A shape of `padded_shapes` must be a vector. Received: {given!r}"
        )
    if array.size and array.dtype.kind not in "iu":
        raise TypeError(
            f"A shape of `padded_shapes` must hold integers. Received: {given!r}"
        )
    return tuple(None if n == -1 else int(n) for n in array)


def _scalar(value):
    """Returns a padding value.

    Raises:
        ValueError: if it is no scalar.
    """
    value = _columns.to_value(value)
    if _columns.shape_of(value) != ():
        raise ValueError(
            "Invalid `padding_values`. `padding_values` values should be scalars. "
            f"Received: {value!r}"
        )
    return value


def _filled(shapes, spec, size):
    """Returns padded shapes whose unknown sizes are `size`."""
    if shapes is None:
        shapes = _structure.map_values(lambda s: list(_spec.sizes(s)), spec)
    leaves = iter(_shapes(shapes, spec))

    def fill(_):
        return [size if n is None else n for n in next(leaves)]

    return _structure.map_values(fill, spec)
